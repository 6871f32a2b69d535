import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { duePhoto } from '../db/photos.ts'
import { keepUpdate } from '../db/updates.ts'
import { data } from '../handlers/data/index.ts'
import { handlers } from '../handlers/index.ts'
import type { Handler } from '../src/chat.ts'
import { broadcastRow, pushRow } from './broadcast-rows.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'

const NATIVE = '9007199254740993017'

/** Stands for a report under way: a step that gathers photos and takes every text. */
const draft: Handler = {
  name: 'report',
  version: 1,
  words: ['phản ánh'],
  expects: (message) => !/x[oó]a/i.test(message.text) && message.payload === undefined,
  async handle(turn) {
    const photos = (turn.step?.data as { photos: string[] } | undefined)?.photos ?? []
    const id = `photo${photos.length}`
    const photo = turn.message.attachments[0]
    const writes = photo?.kind === 'photo' ? [await duePhoto(turn.keys, { id, channel: 'telegram', ref: photo.ref, now: turn.now })] : []
    return {
      replies: [{ text: { literal: 'Bạn kể tiếp nhé.' } }],
      writes,
      next: { step: 'what', data: { photos: [...photos, ...(photo ? [id] : [])] } },
    }
  },
  offerAgain: async () => [{ text: { literal: 'Phản ánh còn dở.' } }],
}

/** Tables that still hold something of what is searched, in any column, as text or inside bytes. */
async function tablesWith(bot: Bot, words: string[]): Promise<string[]> {
  const found: string[] = []
  for (const { name } of await bot.db.read("SELECT name FROM sqlite_master WHERE type = 'table'")) {
    for (const row of await bot.db.read(`SELECT * FROM "${name}"`)) {
      const text = Object.values(row).map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)))
      if (words.some((word) => text.some((one) => one.includes(word)))) found.push(String(name))
    }
  }
  return [...new Set(found)]
}

async function filledTables(bot: Bot): Promise<string[]> {
  const names: string[] = []
  for (const { name } of await bot.db.read("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")) {
    const rows = await bot.db.read(`SELECT 1 FROM "${name}" LIMIT 1`)
    if (rows.length > 0) names.push(String(name))
  }
  return names.filter(
    (name) => !['migrations', 'guards', 'sqlite_sequence'].includes(name) && !/_(config|data|docsize|idx|content)$/.test(name),
  )
}

/** Everything the product can know about one person. */
async function fill(bot: Bot): Promise<{ contact: string; address: string }> {
  const [row] = await bot.db.read('SELECT id, contact_id FROM addresses')
  const [address, contact] = [String(row?.id), String(row?.contact_id)]
  const now = bot.clock.now()
  const box = Buffer.from('00', 'hex')
  const sql = (text: string, ...args: Array<string | number | Uint8Array>) => ({ sql: text, args })
  await bot.db.write([
    sql("UPDATE contacts SET push = 1, name = 'Lan', unit_id = 'u1' WHERE id = ?", contact),
    sql(
      "INSERT INTO consents(id, contact_id, purpose, choice, wording, channel, message_tag, at) VALUES ('c1', ?, 'push', 'yes', 'push-1', 'telegram', 't', '2026-11-01')",
      contact,
    ),
    sql(
      "INSERT INTO consents(id, contact_id, purpose, choice, wording, channel, message_tag, at) VALUES ('c2', ?, 'contest', 'no', 'contest-1', 'telegram', 't', '2026-11-02')",
      contact,
    ),
    sql("INSERT INTO topic_stops(contact_id, topic) VALUES (?, 'ocop')", contact),
    sql(
      "INSERT INTO inquiries(id, contact_id, address_id, box, asked_at, due_at) VALUES ('i1', ?, ?, ?, '2026', '2026')",
      contact,
      address,
      box,
    ),
    sql("INSERT INTO link_codes(code_tag, contact_id, address_id, expires_at) VALUES ('l1', ?, ?, 1)", contact, address),
    sql(
      "INSERT INTO link_codes(code_tag, contact_id, address_id, asked_by_contact_id, asked_by_address_id, expires_at) VALUES ('l2', 'x', 'y', ?, ?, 1)",
      contact,
      address,
    ),
    sql(
      'INSERT INTO reply_links(case_tag, contact_tag, box) VALUES (?, ?, ?)',
      await bot.keys.tag('case', 'k1'),
      await bot.keys.tag('contact', contact),
      box,
    ),
    sql("INSERT INTO transcript(address_id, side, body, day) VALUES (?, 'you', ?, '2026')", address, box),
    sql('INSERT INTO tries(tag, count, until) VALUES (?, 1, 1)', await bot.keys.tag('tries', `link:${contact}`)),
    await keepUpdate(bot.keys, {
      code: 'ABCDE',
      addressId: address,
      turn: 1,
      inbound: { kind: 'event', channel: 'telegram', id: '1', address: NATIVE, at: now, event: 'follow' },
      reason: 'Error',
      now,
    }),
    sql("INSERT INTO outbox(priority, channel, address_id, body, due_at, created_at) VALUES (0, 'telegram', ?, ?, 9e15, 0)", address, box),
  ])
  return { contact, address }
}

describe('xóa dữ liệu', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot({ handlers: [draft, ...handlers.filter(({ name }) => name !== draft.name)] })
    await bot.person(NATIVE).says('menu')
  })
  afterEach(() => bot.close())

  test('asks once, erases everything, says goodbye, and only proofs, the request, the inbox and totals remain', async () => {
    const lan = bot.person(NATIVE)
    await lan.says('phản ánh')
    await lan.sendsPhotos('file-1')
    const { contact, address } = await fill(bot)
    expect(await tablesWith(bot, [contact, address])).toContain('inquiries')
    expect(await bot.db.read('SELECT count(*) AS n FROM photos')).toEqual([{ n: 1 }])
    const asked = await lan.says('xoa du lieu')
    expect(textOf(asked)).toContain('Bạn muốn xóa hết dữ liệu của mình phải không?')
    expect(asked[0]?.buttons.map(({ label }) => label)).toEqual(['Có, xóa hết', 'Không'])
    expect(textOf(await lan.says('có'))).toContain('Đã xóa hết dữ liệu của bạn')
    expect(await tablesWith(bot, [contact, address, NATIVE, 'Lan'])).toEqual([])
    expect(await filledTables(bot)).toEqual(['consent_proofs', 'data_requests', 'inbox', 'tallies'])
    const proof = await bot.keys.tag('consent', `${contact}:push:c1`)
    expect(await bot.db.read('SELECT hash, purpose, wording, given_at, ended_at FROM consent_proofs')).toEqual([
      { hash: proof, purpose: 'push', wording: 'push-1', given_at: '2026-11-01', ended_at: '2026-11-23T02:00:00.000Z' },
    ])
    expect(await bot.db.read('SELECT kind, person_tag, done_at IS NOT NULL AS done FROM data_requests')).toEqual([
      { kind: 'erase', person_tag: await bot.keys.tag('request', contact), done: 1 },
    ])
    expect(bot.lines.join('\n')).not.toMatch(new RegExp(`${contact}|${address}|${NATIVE}`))
  })

  test('what waits to be pushed is not sent, and the ledger forgets for whom every row was', async () => {
    const lan = bot.person(NATIVE)
    const { contact, address } = await fill(bot)
    const states = ['queued', 'sent', 'failed', 'unknown']
    await bot.db.write(
      states.flatMap((state, i) => [
        broadcastRow(i + 1),
        pushRow(i + 1, { address_id: address, contact_id: contact, state, reason: state === 'queued' ? null : 'before' }),
      ]),
    )
    await lan.says('xóa hết')
    await lan.taps('Có, xóa hết')
    expect(await bot.db.read('SELECT state, reason, address_id, contact_id, broadcast_id FROM outbox ORDER BY id')).toEqual([
      { state: 'skipped', reason: 'erased', address_id: '', contact_id: null, broadcast_id: '1' },
      ...['sent', 'failed', 'unknown'].map((state, i) => ({
        ...{ state, reason: 'before', address_id: '', contact_id: null, broadcast_id: String(i + 2) },
      })),
    ])
    expect(await bot.db.read('SELECT state, reason, n FROM broadcast_reasons WHERE broadcast_id = 1 AND n > 0')).toEqual([
      { state: 'skipped', reason: 'erased', n: 1 },
    ])
    expect(await tablesWith(bot, [contact, address, NATIVE])).toEqual([])
  })

  test('an officer’s account is bound no more', async () => {
    await bot.db.write([
      {
        sql: "INSERT INTO officers(id, name, unit_id, contact_id, created_at) SELECT 'o1', 'Cán bộ Mẫu', 'u1', id, '2026' FROM contacts",
        args: [],
      },
    ])
    const lan = bot.person(NATIVE)
    await lan.says('xóa tài khoản')
    await lan.says('đồng ý')
    expect(await bot.db.read('SELECT contact_id FROM officers')).toEqual([{ contact_id: null }])
  })

  test('“không” keeps everything and brings back what was under way', async () => {
    const lan = bot.person(NATIVE)
    await lan.says('phản ánh')
    await lan.says('xóa dữ liệu')
    const answer = textOf(await lan.says('không'))
    expect(answer).toContain('không xóa gì')
    expect(answer).toContain('Phản ánh còn dở.')
    expect(await bot.db.read('SELECT count(*) AS n FROM contacts')).toEqual([{ n: 1 }])
  })

  test('an unclear answer asks again; a near miss of the words erases nothing', async () => {
    const lan = bot.person(NATIVE)
    await lan.says('xóa dữ liệu')
    expect(textOf(await lan.says('ờm để xem'))).toContain('phải không?')
    expect(textOf(await lan.says('xóa'))).toContain('phải không?')
    await lan.says('hủy')
    expect(textOf(await lan.says('có'))).not.toContain('Đã xóa')
    expect(await bot.db.read('SELECT count(*) AS n FROM contacts')).toEqual([{ n: 1 }])
  })

  test('a yes button of an old message, or one typed by hand, asks first', async () => {
    const lan = bot.person(NATIVE)
    expect(textOf(await lan.sends({ payload: 'erase:yes:' }))).toContain('phải không?')
    await lan.says('hủy')
    expect(textOf(await lan.taps('Có, xóa hết'))).toContain('phải không?')
    expect(await bot.db.read('SELECT count(*) AS n FROM contacts')).toEqual([{ n: 1 }])
  })

  test('works while an officer is talking', async () => {
    const lan = bot.person(NATIVE)
    await lan.happens('officer_spoke')
    expect(await lan.says('menu')).toHaveLength(0)
    await lan.says('xóa dữ liệu')
    expect(textOf(await lan.taps('Có, xóa hết'))).toContain('Đã xóa hết')
  })

  test('the platform’s own erase button leaves its row in the log and nothing else', async () => {
    const lan = bot.person(NATIVE)
    const { contact, address } = await fill(bot)
    await lan.happens('withdraw')
    expect(await tablesWith(bot, [contact, address, NATIVE])).toEqual([])
    expect(await bot.db.read('SELECT kind FROM data_requests')).toEqual([{ kind: 'erase' }])
  })

  test('two yes at once and a message that races them: one erasing, and the next message is someone new', async () => {
    const other = await createBot({ database: bot.database, handlers: [draft, ...handlers.filter(({ name }) => name !== draft.name)] })
    const [lan, twin] = [bot.person(NATIVE), other.person(NATIVE)]
    await lan.says('xóa dữ liệu')
    const [before] = await bot.db.read('SELECT id FROM contacts')
    await Promise.all([
      lan.sends({ id: 'race-1', text: 'có' }),
      lan.sends({ id: 'race-2', text: 'có' }),
      twin.sends({ id: 'race-3', text: 'có' }),
      twin.sends({ id: 'race-4', text: 'menu' }),
    ])
    expect(await tablesWith(bot, [String(before?.id)])).toEqual([])
    const contacts = await bot.db.read('SELECT id FROM contacts')
    const addresses = await bot.db.read('SELECT contact_id FROM addresses')
    expect(contacts.length).toBeLessThanOrEqual(1)
    expect(addresses.map(({ contact_id }) => contact_id)).toEqual(contacts.map(({ id }) => id))
    expect(await bot.db.read('SELECT count(*) AS n FROM data_requests')).toEqual([{ n: 1 }])
    expect(textOf(await lan.sends({ id: 'after', text: 'dữ liệu của tôi' }))).toBeTruthy()
  })
})

test('a consent given from another account while one erases is not lost: it gets its proof too', async () => {
  const agreeing: Handler = {
    name: 'agreeing',
    version: 1,
    words: ['tôi tham gia'],
    async handle({ contact, id }) {
      const sql =
        "INSERT INTO consents(id, contact_id, purpose, choice, wording, channel, message_tag, at) VALUES (?, ?, 'push', 'yes', 'push-1', 'zalo', 't', '2026')"
      return { replies: [], writes: [{ sql, args: [id(), contact.id] }] }
    },
  }
  const bot = await createBot({ channels: [fakeChannel('telegram'), fakeChannel('zalo')], handlers: [agreeing, ...handlers] })
  const [here, there] = [bot.person('100', 'telegram'), bot.person('200', 'zalo')]
  await here.says('xóa dữ liệu')
  await there.says('menu')
  const [to, from] = await bot.db.read('SELECT contact_id FROM addresses ORDER BY channel')
  await bot.db.write([
    { sql: 'UPDATE addresses SET contact_id = ?', args: [String(to?.contact_id)] },
    { sql: 'DELETE FROM contacts WHERE id = ?', args: [String(from?.contact_id)] },
  ])
  await Promise.all([here.says('có'), there.says('tôi tham gia')])
  const consents = await bot.db.read('SELECT contact_id FROM consents')
  const proofs = await bot.db.read('SELECT hash FROM consent_proofs')
  expect(consents.length + proofs.length).toBe(1)
  expect(consents.filter(({ contact_id }) => contact_id === to?.contact_id)).toEqual([])
  await bot.close()
})

test('the button of “dữ liệu của tôi” opens the question', async () => {
  const bot = await createBot()
  const lan = bot.person('100')
  await lan.says('menu')
  await lan.says(data.words[0] ?? '')
  expect(textOf(await lan.taps('Xóa dữ liệu'))).toContain('phải không?')
  await bot.close()
})
