import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { monthsBefore } from '../db/retention.ts'
import type { Db, Value } from '../src/chat.ts'
import { type Counts, createRetention } from '../src/retention.ts'
import { addDays, dayNumber, dayOf } from '../src/time.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'

const DAY = 86_400_000
const only = (counts: Counts): Counts => Object.fromEntries(Object.entries(counts).filter(([, n]) => n > 0))

describe('retention', () => {
  let bot: Bot
  const job = (db: Db = bot.db) =>
    createRetention({
      db,
      keys: bot.keys,
      now: bot.clock.now,
      log: (level, what, fields = {}) => void bot.lines.push(JSON.stringify({ level, what, ...fields })),
    })
  const run = async () => only(await job().run())
  const put = (table: string, row: Record<string, Value>) =>
    bot.db.write([
      {
        sql: `INSERT INTO ${table}(${Object.keys(row).join(', ')}) VALUES (${Object.keys(row)
          .map(() => '?')
          .join(', ')})`,
        args: Object.values(row),
      },
    ])
  const count = async (table: string) => Number((await bot.db.read(`SELECT count(*) AS n FROM ${table}`))[0]?.n)
  /** A person written as a row: seen on this day, with or without consent. */
  const person = async (id: string, seenDay: string, flags: Record<string, Value> = {}, address: Record<string, Value> = {}) => {
    await put('contacts', { id, joined_day: '2020-01-01', seen_day: seenDay, ...flags })
    await put('addresses', { id: `a-${id}`, contact_id: id, channel: 'telegram', native: `n-${id}`, turn: 3, in_at: 1, ...address })
  }
  beforeEach(async () => {
    bot = await createBot({ channels: [fakeChannel('telegram'), fakeChannel('web')] })
  })
  afterEach(() => bot.close())

  test('an empty database has nothing to let go', async () => {
    expect(only(await job().plan())).toEqual({})
    expect(await run()).toEqual({})
  })

  const box = new Uint8Array([0])
  const now = new Date('2026-11-23T02:00:00.000Z')
  const ago = (days: number, milliseconds = 0) => new Date(now.getTime() - days * DAY + milliseconds)
  const today = dayOf(now)
  test.each<[string, string, Record<string, Value>, Record<string, Value>]>([
    ['inbox', 'a week', { key: 'k', day: dayNumber(addDays(today, -8)) }, { key: 'l', day: dayNumber(addDays(today, -7)) }],
    [
      'updates',
      'a week',
      { code: 'A', address_id: 'a', turn: 1, box, reason: 'Error', kept_at: ago(7, -1).toISOString() },
      { code: 'B', address_id: 'a', turn: 1, box, reason: 'Error', kept_at: ago(7).toISOString() },
    ],
    [
      'transcript',
      '30 days',
      { seq: 1, address_id: 'a', side: 'you', body: box, day: addDays(today, -31) },
      { seq: 2, address_id: 'a', side: 'you', body: box, day: addDays(today, -30) },
    ],
    [
      'link_codes',
      'their end',
      { code_tag: 'x', contact_id: 'c', address_id: 'a', expires_at: now.getTime() },
      { code_tag: 'y', contact_id: 'c', address_id: 'a', expires_at: now.getTime() + 1 },
    ],
    ['tries', 'their end', { tag: 'x', count: 1, until: now.getTime() }, { tag: 'y', count: 1, until: now.getTime() + 1 }],
    ['phrases', 'the next month', { tag: 'x', month: '2026-09', people: 1 }, { tag: 'y', month: '2026-10', people: 1 }],
    ['phrase_people', 'the next month', { tag: 'x', phrase_tag: 'p', month: '2026-09' }, { tag: 'y', phrase_tag: 'p', month: '2026-10' }],
    ['figure_people', 'the month', { tag: 'x', month: '2026-10' }, { tag: 'y', month: '2026-11' }],
    [
      'figures',
      '60 months',
      { id: 1, cut: 'unit', what: 'reach', key: 'u', month: '2021-10', n: 10 },
      { id: 2, cut: 'unit', what: 'reach', key: 'u', month: '2021-11', n: 10 },
    ],
    [
      'data_requests',
      '24 months',
      { id: 'x', person_tag: 'p', kind: 'view', asked_at: '2024-11-23T01:59:59.999Z', due_at: '2024' },
      { id: 'y', person_tag: 'p', kind: 'view', asked_at: '2024-11-23T02:00:00.000Z', due_at: '2024' },
    ],
    [
      'consent_proofs',
      'five years',
      { hash: 'x', purpose: 'push', wording: 'w', given_at: '2020', ended_at: '2021-11-23T01:59:59.999Z' },
      { hash: 'y', purpose: 'push', wording: 'w', given_at: '2020', ended_at: '2021-11-23T02:00:00.000Z' },
    ],
    [
      'inquiries',
      '30 days after the answer',
      { id: 'x', contact_id: 'c', address_id: 'a', box, asked_at: '2026', due_at: '2026', answered_at: ago(30, -1).toISOString() },
      { id: 'y', contact_id: 'c', address_id: 'a', box, asked_at: '2020', due_at: '2020' },
    ],
    ['item_flags', '24 months', { id: 'x', item_id: 'i', day: '2024-11-22' }, { id: 'y', item_id: 'i', day: '2024-11-23' }],
    [
      'entry_imports',
      'a week',
      { id: 'x', section: 'library', officer_id: 'o', unit_id: 'u', name: 'n', rows: '{}', created_at: ago(7, -1).toISOString() },
      { id: 'y', section: 'library', officer_id: 'o', unit_id: 'u', name: 'n', rows: '{}', created_at: ago(7).toISOString() },
    ],
    ['deals', '24 months after the end', deal('x', '2024-11-22'), deal('y', '2024-11-23')],
    ['photos', 'a week without a report', photo('x', addDays(today, -8)), photo('y', addDays(today, -8), 'case')],
    ['photos', 'a week without a report', photo('x', addDays(today, -8)), photo('y', addDays(today, -7))],
    ['images', '24 months', image('x', '2024-11-23T01:59:59.999Z'), image('y', '2024-11-23T02:00:00.000Z')],
    [
      'tallies',
      '60 months',
      { day: '2021-11-22', channel: 'web', what: 'sent', total: 1 },
      { day: '2021-11-23', channel: 'web', what: 'sent', total: 1 },
    ],
  ])('%s go after %s, and not a moment earlier', async (table, _span, old, young) => {
    await put(table, old)
    await put(table, young)
    expect(only(await job().plan())).toEqual({ [table]: 1 })
    expect(await run()).toEqual({ [table]: 1 })
    expect(await run()).toEqual({})
    const key = Object.keys(young)[0] ?? ''
    const left = await bot.db.read(`SELECT ${key} FROM ${table}`)
    expect(left).toEqual([{ [key]: young[key] }])
  })

  function deal(id: string, ends: string): Record<string, Value> {
    return {
      id,
      unit_id: 'u',
      kind: 'k',
      title: 't',
      detail: 'd',
      place: 'p',
      folded_place: 'p',
      agreement_number: '1',
      agreement_on: '2020-01-02',
      partner: 'p',
      signed_by: 's',
      starts_on: '2020-01-02',
      ends_on: ends,
      state: 'published',
      created_at: '2020',
    }
  }
  function image(id: string, madeAt: string): Record<string, Value> {
    return { id, unit_id: 'u', mime: 'image/png', bytes: box, created_at: madeAt }
  }
  function photo(id: string, day: string, caseId: string | null = null): Record<string, Value> {
    return { id, case_id: caseId, channel: 'web', due_at: 0, give_up_at: 0, day }
  }

  test('a picture that an approved campaign still shows stays until that campaign has ended', async () => {
    const campaign = (id: string, state: string, shown: string) => ({
      id,
      unit_id: 'u',
      author_id: 'o',
      editors: '[]',
      title: 't',
      content: `{"image":"/media/${shown}"}`,
      audience: '{}',
      plan: '{}',
      state,
      created_at: '2024',
      changed_at: '2026',
    })
    for (const id of ['rule', 'draft', 'loose']) await put('images', image(id, '2024'))
    await put('campaigns', campaign('k1', 'approved', 'rule.png'))
    await put('campaigns', campaign('k2', 'draft', 'draft.jpg'))
    expect(await run()).toEqual({ images: 2 })
    expect(await bot.db.read('SELECT id FROM images')).toEqual([{ id: 'rule' }])
    await bot.db.write([{ sql: "UPDATE campaigns SET state = 'cancelled'", args: [] }])
    expect(await run()).toEqual({ images: 1 })
  })

  test('replies nobody fetched or no channel took go after a week; broadcast rows stay', async () => {
    const row = (priority: number, channel: string, days: number, state = 'queued') => ({
      priority,
      channel,
      address_id: 'a',
      body: box,
      state,
      due_at: ago(days).getTime(),
      created_at: ago(days).getTime(),
      broadcast_id: priority === 1 ? '7' : null,
    })
    for (const channel of ['gone', 'older', 'web']) await put('outbox', row(0, channel, 8))
    await put('outbox', row(0, 'gone', 6))
    await put('outbox', row(1, 'gone', 8))
    expect(only(await job().plan())).toEqual({ replies: 3 })
    expect(await run()).toEqual({ replies: 3 })
    expect(await count('outbox')).toBe(2)
  })

  test('a session that ran out is emptied, also of a person who goes on writing elsewhere', async () => {
    const lan = bot.person('100')
    await lan.says('xóa dữ liệu')
    await person('both', today, {}, { session: box, session_until: ago(1).getTime() })
    await person('long', '2026-11-01', { push: 1 }, { session: box, session_until: ago(20).getTime() })
    expect(only(await job().plan())).toEqual({ sessions: 2 })
    expect(await run()).toEqual({ sessions: 2 })
    for (let day = 1; day <= 3; day++) {
      bot.clock.advance(DAY)
      expect((await run()).sessions).toBe(day === 1 ? 1 : undefined)
    }
    expect(await bot.db.read('SELECT count(*) AS n FROM addresses WHERE session IS NOT NULL')).toEqual([{ n: 0 }])
  })

  test('silent for 30 days without consent: erased on that day, with everything; others stay', async () => {
    await bot.person('100').says('menu')
    await person('agreed', today, { push: 1 })
    await person('officer', today)
    await put('officers', { id: 'o', name: 'Cán bộ Mẫu', unit_id: 'u', contact_id: 'officer', created_at: '2026' })
    for (let day = 1; day <= 30; day++) {
      bot.clock.advance(DAY)
      expect((await run()).silent).toBeUndefined()
    }
    bot.clock.advance(DAY)
    expect(only(await job().plan())).toEqual({ silent: 1 })
    expect(await run()).toEqual({ silent: 1 })
    expect(await bot.db.read('SELECT id FROM contacts ORDER BY id')).toEqual([{ id: 'agreed' }, { id: 'officer' }])
    expect(await run()).toEqual({})
  })

  test('a person who writes on the 30th day stays', async () => {
    const lan = bot.person('100')
    await lan.says('menu')
    bot.clock.advance(30 * DAY)
    await lan.says('menu')
    bot.clock.advance(DAY)
    expect((await run()).silent).toBeUndefined()
  })

  test('a person who writes while the job runs is left alone', async () => {
    await person('c1', '2026-01-01')
    await person('c2', '2026-01-01')
    let raced = false
    const racing: Db = {
      ...bot.db,
      async write(statements) {
        if (!raced && statements.some(({ sql }) => sql.includes('DELETE FROM contacts'))) {
          raced = true
          await bot.db.write([
            { sql: "UPDATE addresses SET turn = turn + 1 WHERE contact_id = 'c1'", args: [] },
            { sql: "UPDATE contacts SET seen_day = '2026-11-23' WHERE id = 'c1'", args: [] },
          ])
        }
        return bot.db.write(statements)
      },
    }
    const counts = await job(racing).run()
    expect(raced).toBe(true)
    expect(counts.silent).toBe(1)
    expect(await bot.db.read('SELECT id FROM contacts')).toEqual([{ id: 'c1' }])
  })

  test('a year of silence: asked once by day, kept after any word, erased 30 days later without one', async () => {
    bot.clock.set('2027-11-24T20:30:00.000Z')
    await person('stays', '2026-11-24', { push: 1 })
    await person('goes', '2026-11-24', { push: 1 })
    await person('quiet', '2026-11-24', { contest: 1 })
    await person('stopped', '2026-11-24', { push: 1 }, { stopped: 1 })
    expect(only(await job().plan())).toEqual({ asked: 4 })
    expect(await run()).toEqual({ asked: 4 })
    expect(await run()).toEqual({})
    expect(await bot.db.read('SELECT address_id FROM outbox ORDER BY address_id')).toEqual([
      { address_id: 'a-goes' },
      { address_id: 'a-stays' },
    ])
    await bot.dispatcher.drain()
    expect(bot.person('n-stays').heard()).toHaveLength(0)
    bot.clock.set('2027-11-25T02:00:00.000Z')
    await bot.dispatcher.drain()
    expect(textOf(bot.person('n-stays').heard())).toContain('Bạn còn muốn trợ lý giữ dữ liệu của bạn không?')
    expect(bot.person('n-quiet').heard()).toHaveLength(0)
    expect(textOf(await bot.person('n-stays').says('giữ dữ liệu'))).toContain('Trợ lý giữ lại dữ liệu')
    for (let day = 1; day < 30; day++) {
      bot.clock.advance(DAY)
      expect((await run()).unanswered).toBeUndefined()
    }
    bot.clock.advance(DAY)
    expect(only(await job().plan()).unanswered).toBe(3)
    expect((await run()).unanswered).toBe(3)
    expect(await bot.db.read('SELECT id FROM contacts')).toEqual([{ id: 'stays' }])
    // Another year of silence is asked about again.
    bot.clock.set('2028-11-30T02:00:00.000Z')
    expect((await run()).asked).toBe(1)
  })

  test('the way back to a tipster is cut 90 days after closing, the report goes 24 months after', async () => {
    const file = async (id: string, closed: string | null) => {
      await put('cases', {
        id,
        number: `PA-${id}`,
        receipt_tag: id,
        state: 'closed',
        kind: 'k',
        box,
        opened_hour: '2026-01-01T00Z',
        closed_hour: closed,
      })
      await put('case_events', { id: `e-${id}`, case_id: id, hour: '2026-01-01T00Z', kind: 'opened', box })
      await put('photos', photo(`p-${id}`, '2026-01-01', id))
      await put('reply_links', { case_tag: await bot.keys.tag('case', id), contact_tag: `t-${id}`, box })
    }
    await file('open', null)
    await file('old', '2026-08-25T01Z')
    await file('young', '2026-08-25T02Z')
    expect(only(await job().plan())).toEqual({ tipsters: 1 })
    expect(await run()).toEqual({ tipsters: 1 })
    expect((await bot.db.read('SELECT contact_tag FROM reply_links ORDER BY contact_tag')).map((row) => row.contact_tag)).toEqual([
      't-open',
      't-young',
    ])
    bot.clock.advance(60 * 60_000)
    expect(await run()).toEqual({ tipsters: 1 })
    bot.clock.set('2028-08-25T02:30:00.000Z')
    // A second report of that day is still open: said, and kept.
    expect(only(await job().plan())).toEqual({ cases: 1, untouched: 1 })
    expect(await run()).toEqual({ cases: 1, untouched: 1 })
    for (const table of ['cases', 'case_events', 'photos']) expect(await count(table)).toBe(2)
  })

  test('thousands of rows go in steps, a dry run says how many, and lines name nobody', async () => {
    const many = JSON.stringify(Array.from({ length: 1234 }, (_, i) => i))
    const all = (sql: string) => bot.db.write([{ sql, args: [many] }])
    await all("INSERT INTO inbox(key, day) SELECT 'k' || value, 20000 FROM json_each(?)")
    await all("INSERT INTO tallies(day, channel, what, reason, total) SELECT '2020-01-01', 'web', 'w' || value, '', 1 FROM json_each(?)")
    await all("INSERT INTO contacts(id, joined_day, seen_day) SELECT 'person' || value, '2026-01-01', '2026-01-01' FROM json_each(?)")
    await all(
      "INSERT INTO addresses(id, contact_id, channel, native, turn, in_at, session, session_until) SELECT 'a' || value, 'person' || value, 'web', value, 1, 1, x'00', 1 FROM json_each(?)",
    )
    await all(
      "INSERT INTO cases(id, number, receipt_tag, state, kind, box, opened_hour, closed_hour) SELECT 'k' || value, value, value, 'closed', 'k', x'00', '2020', '2020-01-01T00Z' FROM json_each(?)",
    )
    const largest: number[] = []
    const watched: Db = {
      ...bot.db,
      async write(statements) {
        const rows = await bot.db.write(statements)
        largest.push(...rows.map(({ length }) => length))
        return rows
      },
    }
    const planned = await job().plan()
    expect(only(planned)).toEqual({ inbox: 1234, tallies: 1234, sessions: 1234, silent: 1234, cases: 1234 })
    expect(await job(watched).run()).toEqual(planned)
    expect(Math.max(...largest)).toBeLessThanOrEqual(500)
    for (const table of ['inbox', 'contacts', 'addresses', 'cases', 'tallies']) expect(await count(table)).toBe(0)
    expect(only(await job().run())).toEqual({})
    expect(bot.lines.join('\n')).toContain('"inbox":1234')
    expect(bot.lines.join('\n')).not.toMatch(/person\d|a\d+"/)
  })

  test('no statement of the job, dry or not, reads a whole table', async () => {
    await person('c1', '2026-01-01', {}, { session: box, session_until: 1 })
    await person('c2', '2025-01-01', { push: 1 })
    await person('c3', '2025-01-01', { push: 1, asked_day: '2025-06-01' })
    await put('cases', {
      id: 'k',
      number: 'n',
      receipt_tag: 'r',
      state: 'closed',
      kind: 'k',
      box,
      opened_hour: '2020',
      closed_hour: '2020-01-01T00Z',
    })
    const seen = new Map<string, Value[]>()
    const watched: Db = {
      ...bot.db,
      read(sql, args = []) {
        seen.set(sql, args)
        return bot.db.read(sql, args)
      },
      write(statements) {
        for (const { sql, args } of statements) seen.set(sql, args)
        return bot.db.write(statements)
      },
    }
    await job(watched).plan()
    expect(only(await job(watched).run())).toEqual({ sessions: 1, cases: 1, silent: 1, unanswered: 1, asked: 1 })
    expect(seen.size).toBeGreaterThan(50)
    for (const [sql, args] of seen) {
      const plan = (await bot.db.read(`EXPLAIN QUERY PLAN ${sql}`, args)).map(({ detail }) => String(detail))
      const scans = plan.filter(
        (line) =>
          line.startsWith('SCAN') &&
          !/^SCAN (j |json_each |channels|settings|CONSTANT ROW|\d+ CONSTANT|b USING INDEX broadcasts_kept)/.test(`${line} `),
      )
      expect(scans, sql).toEqual([])
    }
  })
})

test('months are counted back over ends of years and short months', () => {
  expect(monthsBefore('2026-01', 1)).toBe('2025-12')
  expect(monthsBefore('2026-11-23', 24)).toBe('2024-11-23')
  expect(monthsBefore('2028-02-29', 12)).toBe('2027-02-28')
  expect(monthsBefore('2027-03-31T05:00:00.000Z', 1)).toBe('2027-02-28T05:00:00.000Z')
  expect(monthsBefore('2026-12', 12)).toBe('2025-12')
})
