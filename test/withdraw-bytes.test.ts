/**
 * A withdrawal over the platforms' own payloads, and what somebody finds afterwards who has everything, DATA_KEY too: every box
 * of every table is opened, the raw bytes of the file and its log are searched for the boxes as they were, the evidence folder
 * and a backup are opened. Before it each search finds something, or it would prove nothing.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readSealed } from '../db/rotation.ts'
import { SEALED } from '../db/sealed.ts'
import { copyInto } from '../db/snapshot.ts'
import { readArchive, writeArchive } from '../src/admin/archive.ts'
import { solve } from '../src/channels/web/page/solve.ts'
import type { Db } from '../src/chat.ts'
import { createFileEvidence } from '../src/evidence-files.ts'
import type { Member } from './members.ts'
import { wordsOf } from './members.ts'
import { jpegWithPlace } from './photo-desk.ts'
import { openProduct, type WholeProduct } from './product.ts'

const SIGNS = 'Hộp sữa bột tem in mờ, mùi lạ như dầu'
const PLACE = 'Sạp bà Mẫu cuối dãy hai chợ Mẫu'
const WORDS = [SIGNS, PLACE, 'dãy hai']
const RECEIPT = /PA-2611-[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}/

let p: WholeProduct
beforeEach(async () => {
  p = await openProduct()
})
afterEach(() => p.close())

type Talker = Pick<Member, 'says' | 'sendsPhoto'>

/** Somebody at the page, by its own requests. */
async function onPage(): Promise<Talker> {
  const home = await p.product.app.request('/')
  const cookie = home.headers.get('set-cookie')?.split(';')[0] ?? ''
  const headers = { cookie, 'sec-fetch-site': 'same-origin', origin: 'https://bot.example.vn' }
  let said = 0
  let seen = 0
  const heard = async () => {
    await p.settle()
    const answer = await p.product.app.request(`/chat/messages?after=${seen}`, { headers })
    const { lines = [] } = (await answer.json()) as { lines?: Array<{ seq: number; from: string; text: string }> }
    seen = Math.max(seen, ...lines.map(({ seq }) => seq))
    return lines.filter(({ from }) => from === 'bot').map(({ text }) => ({ text, buttons: [] }))
  }
  const post = async (init: RequestInit) => {
    p.clock.advance(10_000)
    const answer = await p.product.app.request('/chat/messages', { method: 'POST', ...init })
    expect(answer.status).toBe(202)
    return heard()
  }
  return {
    async says(text) {
      const challenge = await (await p.product.app.request('/chat/work', { headers })).json()
      const solution = await solve(challenge as Parameters<typeof solve>[0])
      const work = { challenge, solution: { counter: solution?.counter, derivedKey: solution?.derivedKey } }
      return post({
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ id: `m${++said}`, text, ...(text.startsWith('không') ? { work } : {}) }),
      })
    },
    sendsPhoto(bytes) {
      const form = new FormData()
      form.set('id', `m${++said}`)
      form.append('photo', new File([new Uint8Array(bytes)], 'IMG_0001.jpg'))
      return post({ headers, body: form })
    },
  }
}

async function files(member: Talker): Promise<string> {
  for (const text of ['phản ánh', 'hàng nghi giả', SIGNS, PLACE, 'hôm qua']) await member.says(text)
  await member.sendsPhoto(await jpegWithPlace())
  await p.fetchPhotos()
  for (const text of ['xong', 'chưa ai dùng', 'gửi']) await member.says(text)
  const receipt = RECEIPT.exec(wordsOf(await member.says('không nhắn lại')))?.[0]
  if (!receipt) throw new Error('no receipt')
  return receipt
}

/** Where these words stand in any box that this key opens. */
async function wordsIn(db: Db): Promise<string[]> {
  const found = new Set<string>()
  for (const sealed of SEALED)
    for (const row of await readSealed(db, sealed, undefined)) {
      const opened = await Promise.resolve(p.keys.open(sealed.purpose, row[sealed.column] as Uint8Array, sealed.bound(row))).catch(
        () => undefined,
      )
      const text = opened ? Buffer.from(opened).toString('utf8') : ''
      if (WORDS.some((word) => text.includes(word))) found.add(`${sealed.table}.${sealed.column}`)
    }
  return [...found]
}

/** Boxes of a report, as they lie on the disk: a piece of the middle of each, which no other box shares. */
async function boxesOf(id: string): Promise<Buffer[]> {
  const rows = [
    ...(await p.db.read('SELECT box FROM cases WHERE id = ?', [id])),
    ...(await p.db.read('SELECT box FROM case_events WHERE case_id = ?', [id])),
    ...(await p.db.read('SELECT facts AS box FROM photos WHERE case_id = ?', [id])),
  ]
  return rows.map(({ box }) => Buffer.from((box as Uint8Array).slice(14, 40)))
}
const rawBytes = async () => {
  const path = p.url.slice('file:'.length)
  return Buffer.concat(await Promise.all([path, `${path}-wal`].map((file) => readFile(file).catch(() => Buffer.alloc(0)))))
}

describe.each([
  ['Telegram', () => p.onTelegram('4503599627370495') as Talker],
  ['Zalo', () => p.onZalo('246845883529197922') as Talker],
  ['the page', onPage],
] as const)('on %s', (_, open) => {
  test('a report is told with a photo and taken back, and nobody finds a byte of it', async () => {
    const member = await open()
    const receipt = await files(member)
    const photo = await jpegWithPlace()
    const id = String((await p.db.read('SELECT id FROM cases WHERE number = ?', [receipt.slice(0, 12)]))[0]?.id)
    const boxes = await boxesOf(id)
    expect(boxes).toHaveLength(3)
    expect(await wordsIn(p.db)).toContain('cases.box')
    expect((await p.opened()).size).toBe(2)
    for (const box of boxes) expect((await rawBytes()).includes(box)).toBe(true)

    await member.says(receipt)
    expect(wordsOf(await member.says('rut phan anh'))).toContain('không lấy lại được')
    expect(wordsOf(await member.says('co rut'))).toContain('Đã rút phản ánh')
    p.clock.advance(60_000)
    await p.product.schedule.tick(p.clock.now())

    expect(await wordsIn(p.db)).toEqual([])
    expect((await p.opened()).size).toBe(0)
    const raw = await rawBytes()
    for (const box of boxes) expect(raw.includes(box)).toBe(false)

    const folder = await mkdtemp(join(tmpdir(), 'hang-viet-withdrawn-'))
    try {
      const note = () => {}
      const signal = new AbortController().signal
      await copyInto(p.db, join(folder, 'copy.db'))
      await writeArchive(
        join(folder, 'backup.hv'),
        { keys: p.keys, contents: { databasePath: join(folder, 'copy.db'), evidence: p.evidence, note }, signal },
        p.clock.now().toISOString(),
      )
      const evidence = createFileEvidence(join(folder, 'evidence'))
      const contents = { databasePath: join(folder, 'back.db'), evidence, note }
      expect((await readArchive(join(folder, 'backup.hv'), { keys: p.keys, contents, signal })).photos).toBe(0)
      const bytes = await readFile(join(folder, 'back.db'))
      for (const box of [...boxes, photo.subarray(200, 240)]) expect(bytes.includes(box)).toBe(false)
      expect((await evidence.list()).names).toEqual([])
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
    expect(wordsOf(await member.says(receipt))).toContain('Tình trạng: Đã rút')
  })
})
