/**
 * Somebody has the database, its log, the evidence folder and this source code, but not DATA_KEY: everything that code and
 * files allow is tried on who told. Each attack is made with the real key as well, where it has to succeed: so it is known
 * to look in the right place.
 */
import { createHash, createHmac } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listLinks } from '../db/case-links.ts'
import { OWN_SEALED, SEALED } from '../db/sealed.ts'
import type { Keys, Row } from '../src/chat.ts'
import { KEY_SALT, TAG_WAYS } from '../src/keys.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import type { TagPurpose } from '../src/sealing.ts'
import { type Life, openLife } from './life.ts'

const LAN = '7100200300'
const HOA = '246845883529197922'
const NAME = 'Nguyễn Thị Mẫu Mực'
/** What openLife seals with. */
const KEY = Buffer.alloc(32, 7)

let life: Life
let tables: Map<string, Row[]>
let files: Array<{ path: string; bytes: Buffer }>
let known: string[]

beforeAll(async () => {
  life = await openLife([LAN, HOA])
  const lan = life.person(LAN, 'telegram')
  const hoa = life.person(HOA, 'zalo-bot')
  for (const one of [lan, hoa]) await one.says('/start')
  const receipts: string[] = []
  for (const signs of ['Tem bong ra', `Nhãn in mờ, ${'chữ sai chính tả, '.repeat(12)}không có nơi sản xuất`]) {
    await life.tells(lan, signs, () => lan.sendsPhotos(`AgACAgUAAx-${signs.length}`))
    if (receipts.length === 0) {
      await lan.taps('Để lại tên, số điện thoại')
      await lan.says('đủ 16')
      await lan.says('đồng ý')
      await lan.says(NAME)
      await lan.says('0912345678')
    }
    receipts.push(await life.files(lan, 'Cho trợ lý nhắn lại'))
  }
  await life.photos.drain()
  const { db, database } = life.bot
  tables = new Map()
  for (const { name } of await db.read("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow')"))
    tables.set(String(name), await db.read(`SELECT * FROM "${name}"`))
  const paths = (await Promise.all([dirname(database.url.slice(5)), life.folder].map(filesIn))).flat()
  files = await Promise.all(paths.map(async (path) => ({ path, bytes: await readFile(path) })))
  const cases = tables.get('cases') ?? []
  expect(cases).toHaveLength(2)
  known = [
    ...[LAN, HOA, NAME, '0912345678', '+84912345678', ...receipts],
    ...['contacts', 'addresses', 'cases', 'photos'].flatMap((table) => (tables.get(table) ?? []).map(({ id }) => String(id))),
    ...cases.map(({ number }) => String(number)),
  ]
})
afterAll(() => life.close())

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

/** Text cells, and names of files. */
const words = (): Set<string> =>
  new Set([
    ...[...tables.values()].flat().flatMap((row) => Object.values(row).flatMap((value) => (typeof value === 'string' ? [value] : []))),
    ...files.map(({ path }) => path.split('/').at(-1) ?? ''),
  ])

/** Which sealed columns these keys open, by what stands beside each box. */
async function openedWith(keys: Keys): Promise<string[]> {
  const opened: string[] = []
  const tries = async (what: string, open: () => unknown) => {
    try {
      await open()
      opened.push(what)
    } catch {
      // That is what the seal is for.
    }
  }
  for (const { table, column, purpose, bound } of SEALED)
    for (const row of tables.get(table) ?? [])
      if (row[column] !== null) await tries(`${table}.${column}`, () => keys.open(purpose, row[column] as Uint8Array, bound(row)))
  for (const { table, column, purpose } of OWN_SEALED)
    for (const row of tables.get(table) ?? [])
      await tries(`${table}.${column}`, () => keys.openOwn(purpose, String(row.case_tag), row[column] as Uint8Array))
  for (const { path, bytes } of files.filter(({ path }) => path.startsWith(life.folder)))
    await tries('evidence', () => keys.open('evidence', bytes, path.split('/').at(-1)))
  return [...new Set(opened)].sort()
}

/** Known ids whose keyed hash by these keys stands somewhere. */
async function foundBy(keys: Keys): Promise<string[]> {
  const cells = words()
  const found: string[] = []
  for (const purpose of Object.keys(TAG_WAYS) as TagPurpose[])
    for (const text of known) if (cells.has(await keys.tag(purpose, text))) found.push(purpose)
  return [...new Set(found)].sort()
}

describe('with database, log, evidence and source code, without the key', () => {
  test('the key lies nowhere among them, in no writing of it', () => {
    for (const writing of [KEY, KEY.toString('hex'), KEY.toString('base64').replace(/=+$/, ''), KEY.toString('base64url')])
      for (const { path, bytes } of files) expect(bytes.includes(writing), path).toBe(false)
    expect(files.length).toBeGreaterThan(3)
  })

  test('no key that can be guessed, or made of what lies there, opens anything', async () => {
    const digest = (text: string) => createHash('sha256').update(text).digest()
    const guesses = [
      ...[0, 1, 0x20, 0x30, 0x41, 0xff].map((byte) => Buffer.alloc(32, byte)),
      ...[KEY_SALT, '', 'DATA_KEY', 'hang-viet', ...known, ...words()].map(digest),
    ]
    const check = (tables.get('meta') ?? []).find(({ name }) => name === 'key_check')?.box as Uint8Array | undefined
    const anyBox = (tables.get('cases') ?? [])[0] ?? {}
    for (const guess of guesses) {
      const keys = createNodeKeys(guess)
      if (check) expect(() => keys.open('check', check)).toThrow()
      expect(() => keys.open('case', anyBox.box as Uint8Array, String(anyBox.id))).toThrow()
    }
    expect(guesses.length).toBeGreaterThan(100)
    expect(await openedWith(createNodeKeys(Buffer.alloc(32)))).toEqual([])
    const all = await openedWith(createNodeKeys(KEY))
    for (const place of ['cases.box', 'case_events.box', 'case_identities.box', 'reply_links.box', 'photos.facts', 'evidence'])
      expect(all).toContain(place)
  })

  test('no hash of a known person, address, case, number or receipt leads to a row', async () => {
    expect(await foundBy(createNodeKeys(Buffer.alloc(32)))).toEqual([])
    expect(await foundBy(createNodeKeys(KEY))).toEqual(expect.arrayContaining(['case', 'contact', 'receipt']))
    const cells = [...words()].join('\n')
    const raw = Buffer.concat(files.map(({ bytes }) => bytes))
    for (const text of known) {
      for (const make of ['md5', 'sha1', 'sha256', 'sha512']) {
        for (const hash of [
          createHash(make).update(text),
          ...['', KEY_SALT, 'contact', 'case', 'tag/contact'].map((key) => createHmac(make, key).update(text)),
        ]) {
          const bytes = hash.digest()
          expect(raw.includes(bytes)).toBe(false)
          for (const form of ['hex', 'base64', 'base64url'] as const) expect(cells).not.toContain(bytes.toString(form).slice(0, 20))
        }
      }
    }
  })

  test('boxes tell nothing by their length, and no two are under one nonce', () => {
    const lengths = (table: string, column: string) =>
      new Set((tables.get(table) ?? []).map((row) => (row[column] as Uint8Array).byteLength))
    for (const [table, column] of [
      ['reply_links', 'box'],
      ['case_identities', 'box'],
      ['cases', 'box'],
      ['case_events', 'box'],
    ] as const)
      for (const length of lengths(table, column)) expect((length - 29) % 512, `${table}.${column}`).toBe(0)
    expect(lengths('reply_links', 'box').size).toBe(1)
    const boxes = [
      ...[...SEALED, ...OWN_SEALED].flatMap(({ table, column }) =>
        (tables.get(table) ?? []).map((row) => row[column] as Uint8Array | null),
      ),
      ...files.filter(({ path }) => path.startsWith(life.folder)).map(({ bytes }) => bytes),
    ].flatMap((box) => (box === null ? [] : [Buffer.from(box.subarray(1, 13)).toString('hex')]))
    expect(new Set(boxes).size).toBe(boxes.length)
    expect(boxes.length).toBeGreaterThan(8)
  })

  test('a way back names its case only inside the seal: whose boxes are whose cannot be told', () => {
    const cases = (tables.get('cases') ?? []).flatMap((row) => [String(row.id), String(row.number), String(row.receipt_tag)])
    for (const { table } of OWN_SEALED)
      for (const row of tables.get(table) ?? [])
        for (const value of Object.values(row))
          if (typeof value === 'string') expect(cases.some((word) => value.includes(word) || word.includes(value))).toBe(false)
  })
})

test('what a member erased is gone for whoever has the key too', async () => {
  const { bot } = life
  const lan = life.person(LAN, 'telegram')
  const [row] = await bot.db.read('SELECT contact_id FROM addresses WHERE native = ?', [LAN])
  const contactId = String(row?.contact_id)
  expect(await listLinks(bot.db, createNodeKeys(KEY), contactId)).toHaveLength(2)
  await lan.says('xóa dữ liệu')
  await lan.taps('Có, xóa hết')
  expect(await listLinks(bot.db, createNodeKeys(KEY), contactId)).toEqual([])
  for (const { table } of OWN_SEALED) expect(await bot.db.read(`SELECT 1 FROM ${table}`)).toEqual([])
})
