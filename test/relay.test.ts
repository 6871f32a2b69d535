/**
 * The relay: a notice that says nothing, to the address the report came from and no other, by chance, by day, once. And what
 * somebody who took everything but the key can make of the row while it waits.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDb } from '../db/open.ts'
import { LIST_WAITING } from '../db/relays.ts'
import type { Db, Row } from '../src/chat.ts'
import { createRelay } from '../src/relay.ts'
import { seededRandom, textOf } from './harness.ts'
import { CHANNELS, type Member, MINUTE, NOTICE, openTalkDesk, type TalkDesk } from './talk-desk.ts'

const HOUR = 3_600_000

describe('the relay', () => {
  let desk: TalkDesk
  let lan: Member
  beforeEach(async () => {
    desk = await openTalkDesk()
    lan = desk.bot.person('7100200300')
  })
  afterEach(() => desk.close())

  const at = (iso: string) => desk.bot.clock.set(iso)
  const waiting = () => desk.bot.db.read("SELECT * FROM outbox WHERE state = 'queued'")
  /** Runs the job without sending, so that what it wrote still stands. */
  const runOnly = async (minutes: number) => {
    for (let n = 0; n < minutes; n++) {
      desk.bot.clock.advance(MINUTE)
      await desk.relay.run(desk.bot.clock.now())
    }
  }

  test.each(CHANNELS.map(([name]) => name))('on %s the notice says neither report nor number, and its word opens it', async (channel) => {
    const hoa = desk.bot.person('246845883529197922', channel)
    const { id, receipt } = await desk.files(hoa)
    await desk.asks(id, 'Bạn mua ở gian nào?')
    await desk.pass(2)
    const [notice, ...more] = desk.noticesTo(hoa)
    expect(more).toEqual([])
    expect(notice?.text).toMatch(NOTICE)
    expect(textOf([notice as never])).not.toMatch(/phản ánh|hàng|PA-|gian nào|\d{4}/i)
    expect(textOf([notice as never])).not.toContain(receipt.slice(0, 12))
    if (channel !== 'zalo-bot') expect(notice?.buttons.map(({ label }) => label)).toEqual(['Xem tin báo'])
    expect(textOf(await hoa.says(`xem ${desk.wordOf(hoa)}`))).toContain('Cán bộ hỏi: Bạn mua ở gian nào?')
    expect(await desk.events(id)).toMatchObject([{ kind: 'opened' }, { kind: 'asked', relay: 'queued', seen: 1 }])
  })

  test('goes to the address the report came from, not to where the person wrote last', async () => {
    const { id } = await desk.files(lan)
    const other = desk.bot.person('lan-on-the-page', 'web')
    await other.says('xin chào')
    const [own] = await desk.bot.db.read("SELECT contact_id FROM addresses WHERE channel = 'telegram'")
    await desk.bot.db.write([{ sql: "UPDATE addresses SET contact_id = ? WHERE channel = 'web'", args: [String(own?.contact_id)] }])
    await other.says('đố vui')
    await desk.asks(id, 'Còn giữ hộp không?')
    await desk.pass(8)
    expect(desk.noticesTo(lan)).toHaveLength(1)
    expect(desk.noticesTo(other)).toHaveLength(0)
  })

  test('several new things of one case are one notice, of two cases two', async () => {
    const first = await desk.files(lan)
    const second = await desk.files(lan)
    await desk.asks(first.id, 'Mua hôm nào?')
    await desk.tells(first.id, 'Bạn cứ giữ hộp.')
    await desk.tells(second.id, 'Đã nhận.')
    await desk.pass(8)
    expect(desk.noticesTo(lan)).toHaveLength(2)
    expect(new Set(desk.noticesTo(lan).map(({ text }) => text)).size).toBe(2)
  })

  test('waits one to six minutes, by chance', async () => {
    const waits = new Map<number, number>()
    const other = await openTalkDesk(seededRandom(3))
    const hoa = other.bot.person('1')
    const { id } = await other.files(hoa)
    for (let round = 0; round < 60; round++) {
      const before = other.noticesTo(hoa).length
      await other.tells(id, `Tin ${round}`)
      let minutes = 0
      while (other.noticesTo(hoa).length === before && minutes < 10) {
        await other.pass(1)
        minutes++
      }
      waits.set(minutes, (waits.get(minutes) ?? 0) + 1)
      other.bot.clock.set('2026-11-23T03:00:20.000Z')
    }
    await other.close()
    expect([...waits.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6])
    for (const n of waits.values()) expect(n).toBeLessThan(25)
  })

  test('nothing leaves or stands ready between nine in the evening and seven, save where somebody is in danger', async () => {
    const calm = await desk.files(lan)
    const hoa = desk.bot.person('555')
    const urgent = await desk.files(hoa, { signs: 'uống vào bị nôn ói' })
    at('2026-11-23T13:59:00.000Z')
    await desk.tells(calm.id, 'Đã nhận.')
    await desk.asks(urgent.id, 'Người bệnh đang ở viện nào?')
    await desk.pass(10)
    expect(desk.noticesTo(hoa)).toHaveLength(1)
    expect(desk.noticesTo(lan)).toHaveLength(0)
    expect(await waiting()).toEqual([])
    at('2026-11-23T23:58:30.000Z')
    await desk.pass(1)
    expect(desk.noticesTo(lan)).toHaveLength(0)
    await desk.pass(1)
    expect(desk.noticesTo(lan)).toHaveLength(1)
  })

  test.each<[string, (id: string) => Promise<unknown>, boolean]>([
    ['no way back was allowed', async () => {}, false],
    ['the person blocked us', async () => lan.happens('blocked'), true],
    [
      'the person was erased',
      async () => {
        await lan.says('xóa dữ liệu')
        await lan.says('có')
      },
      true,
    ],
    [
      'the box of the way back does not open',
      async () => desk.bot.db.write([{ sql: "UPDATE reply_links SET box = x'01'", args: [] }]),
      true,
    ],
    ['the way back was cut', async () => desk.bot.db.write([{ sql: 'DELETE FROM reply_links', args: [] }]), true],
  ])('when %s, only the receipt shows it', async (_, happens, link) => {
    const { id } = await desk.files(lan, { link })
    await happens(id)
    await desk.asks(id, 'Mua hôm nào?')
    const before = lan.heard().length
    await desk.pass(8)
    expect(lan.heard()).toHaveLength(before)
    expect(await desk.events(id)).toMatchObject([{ kind: 'opened' }, { kind: 'asked', relay: 'receipt', seen: 0 }])
  })

  test('where the platform’s window is closed only the receipt shows it', async () => {
    const hoa = desk.bot.person('9', 'zalo')
    const { id } = await desk.files(hoa)
    desk.bot.clock.advance(8 * 24 * HOUR)
    await desk.tells(id, 'Đã nhận.')
    await desk.pass(8)
    expect(desk.noticesTo(hoa)).toHaveLength(0)
    expect(await desk.events(id)).toMatchObject([{}, { kind: 'told', relay: 'receipt' }])
  })

  test('what was read before its notice left is not announced any more', async () => {
    const { id, receipt } = await desk.files(lan)
    await desk.tells(id, 'Đã nhận.')
    await runOnly(1)
    expect(await waiting()).toHaveLength(1)
    await desk.bot.person('stranger', 'web').says(receipt)
    expect(await waiting()).toEqual([])
    await desk.tells(id, 'Đã chuyển.')
    await desk.bot.person('stranger', 'web').says(receipt)
    await desk.pass(8)
    expect(desk.noticesTo(lan)).toHaveLength(0)
  })

  test.each<[string, string[]]>([
    ['erases everything', ['xóa dữ liệu', 'có']],
    ['stops all of it', ['ngừng nhận tin', 'Đừng nhắn về phản ánh nữa']],
  ])('a notice that waits is taken back when the person %s', async (_, words) => {
    const { id } = await desk.files(lan)
    await desk.tells(id, 'Đã nhận.')
    await runOnly(1)
    expect(await waiting()).toHaveLength(1)
    desk.bot.channels[0]?.sent.splice(0)
    const real = desk.bot.dispatcher.drain
    desk.bot.dispatcher.drain = async () => 0
    for (const said of words) await lan.says(said)
    desk.bot.dispatcher.drain = real
    expect((await waiting()).filter(({ notice_tag }) => notice_tag !== null)).toEqual([])
    await desk.pass(8)
    expect(desk.noticesTo(lan)).toHaveLength(0)
  })

  test('a channel that is down holds one notice, however much is new', async () => {
    const { id } = await desk.files(lan)
    for (const text of ['một', 'hai', 'ba']) {
      await desk.tells(id, text)
      await runOnly(7)
    }
    expect(await waiting()).toHaveLength(1)
    expect((await desk.events(id)).slice(1).map(({ relay }) => relay)).toEqual(['queued', 'queued', 'queued'])
  })

  test('two processes at once send once', async () => {
    const members = Array.from({ length: 12 }, (_, n) => desk.bot.person(`m${n}`))
    for (const member of members) await desk.tells((await desk.files(member)).id, 'Đã nhận.')
    const other = openDb({ url: desk.bot.database.url })
    const { keys, channels, clock } = desk.bot
    const second = createRelay({ db: other, keys, channels, random: () => 0, log: () => {} })
    clock.advance(7 * MINUTE)
    await Promise.all([desk.relay.run(clock.now()), second.run(clock.now())])
    await Promise.all([desk.relay.run(clock.now()), second.run(clock.now())])
    other.close()
    await desk.bot.dispatcher.drain()
    for (const member of members) expect(desk.noticesTo(member), member.address).toHaveLength(1)
    expect(await desk.bot.db.read("SELECT count(*) AS n FROM case_events WHERE relay = 'waiting'")).toEqual([{ n: 0 }])
  })

  test('a process that dies at any of its writes loses nothing and says nothing twice', async () => {
    const members = Array.from({ length: 6 }, (_, n) => desk.bot.person(`m${n}`))
    for (const member of members) await desk.tells((await desk.files(member)).id, 'Đã nhận.')
    const { db, keys, channels, clock } = desk.bot
    clock.advance(7 * MINUTE)
    for (let dies = 1; dies < 20; dies++) {
      let writes = 0
      const mortal: Db = {
        ...db,
        async write(statements) {
          if (++writes > 1) throw new Error('killed')
          // Dead before it is told that the commit is in, or before the commit.
          if (dies % 2 === 0) throw new Error('killed')
          await db.write(statements)
          throw new Error('killed')
        },
      }
      await createRelay({ db: mortal, keys, channels, random: () => 0, log: () => {} })
        .run(clock.now())
        .catch(() => {})
    }
    await desk.pass(1)
    for (const member of members) expect(desk.noticesTo(member), member.address).toHaveLength(1)
  })

  test('a log line has counts alone', async () => {
    const { id } = await desk.files(lan)
    await desk.tells(id, 'Đã nhận.')
    await desk.pass(8)
    const lines = desk.bot.lines.filter((line) => line.includes('relay'))
    expect(lines).toEqual([JSON.stringify({ level: 'info', what: 'relay.done', queued: 1, receipt: 0, again: 0 })])
  })

  test('finds what waits by its index', async () => {
    const plan = await desk.bot.db.read(`EXPLAIN QUERY PLAN ${LIST_WAITING}`, ['', '', 2, 500])
    const said = plan.map(({ detail }) => String(detail)).join('\n')
    expect(said).toMatch(/USING INDEX case_events_relay/)
    expect(said).not.toMatch(/SCAN c\b|TEMP B-TREE/)
  })

  test('no row that waits leads from a person to a case, by id, by text or by time', async () => {
    // A quiet morning, so that everything near in time stands alone: two members, one act, one notice.
    const hoa = desk.bot.person('888', 'web')
    const { id } = await desk.files(lan)
    desk.bot.clock.advance(3 * HOUR + 12_345)
    await desk.files(hoa)
    desk.bot.clock.advance(2 * HOUR + 54_321)
    const acted = desk.bot.clock.now().getTime()
    await desk.asks(id, 'Bạn mua ở gian nào?')
    await runOnly(1)
    const rows = await waiting()
    expect(rows).toHaveLength(1)
    expect(await joinsOf(desk.bot.db, rows, acted)).toEqual([])
    // The test itself is honest: as an ordinary reply the same row would lead to her.
    const [address] = await desk.bot.db.read("SELECT id FROM addresses WHERE channel = 'telegram'")
    await desk.bot.db.write([
      { sql: 'UPDATE outbox SET address_id = ?, due_at = ?, created_at = ?', args: [String(address?.id), acted, acted] },
    ])
    expect((await joinsOf(desk.bot.db, await waiting(), acted)).length).toBeGreaterThanOrEqual(2)
  })
})

/** What somebody without the key can lay a waiting row against. */
async function joinsOf(db: Db, rows: Row[], acted: number): Promise<string[]> {
  const names = await db.read("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
  const values = new Map<string, string>()
  for (const { name } of names) {
    if (name === 'outbox') continue
    for (const row of await db.read(`SELECT * FROM "${String(name)}"`))
      for (const [column, value] of Object.entries(row)) {
        if (value === null || value instanceof Uint8Array || String(value).length < 3) continue
        values.set(String(value), `${String(name)}.${column}`)
      }
  }
  const allowed = ['addresses.channel', 'contacts.last_channel', 'tallies.channel', 'consents.channel']
  return rows.flatMap((row) =>
    Object.entries(row).flatMap(([column, value]) => {
      if (value === null || value instanceof Uint8Array || value === '' || ['id', 'priority', 'state', 'part', 'attempts'].includes(column))
        return []
      const equal = values.get(String(value))
      const time = column.endsWith('_at') ? Number(value) : undefined
      return [
        ...(equal && !allowed.includes(equal) ? [`outbox.${column} equals ${equal}`] : []),
        ...(time !== undefined && time % MINUTE !== 0 ? [`outbox.${column} is finer than a minute`] : []),
        ...(time !== undefined && Math.abs(time - acted) < 1_000 ? [`outbox.${column} is the instant of the act`] : []),
      ]
    }),
  )
}
