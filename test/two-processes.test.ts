/**
 * Two processes on one database, a libSQL server or one file opened twice: they share a run, nobody gets it twice, together
 * they keep the channel's rate, and when one dies the other finishes. And replies: ahead of every push, in their order.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PUSH_LEASE_MS } from '../db/ledger.ts'
import { openDb } from '../db/open.ts'
import { enqueueReplies } from '../db/turns.ts'
import type { Channel, Db, Limits, Statement } from '../src/chat.ts'
import { SendError } from '../src/errors.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { sealReply } from '../src/sealed-reply.ts'
import { openTestFile, openTestServer, sqldBin, type TestDatabase } from './database.ts'
import { type Clock, fakeChannel, fakeClock } from './harness.ts'
import { countUnknown, expectTrueBooks, isClaim, listInHand, type PlatformRecord } from './ledger.ts'
import { addPeople, addTestOfficer, deskAt, runOf, unitRows } from './people.ts'
import { cutAt, type Process, settle, startProcess } from './processes.ts'

const RATE = 50
const PEOPLE = 500
const STEP_MS = 50
const keys = createNodeKeys(new Uint8Array(32).fill(7))
type Sent = { at: number; by: string; address: string; id: string; text: string; bulk: boolean }

if (!sqldBin) console.warn('NO sqld: two processes on one libSQL server are NOT tested here (npm run sqld)')

const kinds: Array<[string, () => Promise<TestDatabase>]> = [['one file', openTestFile]]
if (sqldBin) kinds.push(['one libSQL server', openTestServer])

describe.each(kinds)('two processes on %s', { timeout: 240_000 }, (kind, openTest) => {
  /** What does not depend on who waits for whom in the database. */
  const onFile = test.skipIf(kind !== 'one file')
  let database: TestDatabase
  let other: Db
  let clock: Clock
  let sent: Sent[]
  beforeEach(async () => {
    database = await openTest()
    if (database.db.kind === 'file') await database.db.read('PRAGMA synchronous = OFF')
    other = openDb({ url: database.url })
    if (other.kind === 'file') await other.read('PRAGMA synchronous = OFF')
    clock = fakeClock()
    sent = []
    await database.db.write(unitRows())
  })
  afterEach(async () => {
    other.close()
    await database.close()
  })

  /** The one platform, as this process sees it. */
  const door = (by: string, limits: Partial<Limits> = {}): Channel => ({
    ...fakeChannel('telegram', { perSecond: RATE, ...limits }),
    async send({ id, address, text, bulk }) {
      sent.push({ at: clock.now().getTime(), by, address, id, text, bulk })
      return String(sent.length)
    },
  })
  const begin = (db: Db, holder: string, limits?: Partial<Limits>, channel = door(holder, limits)): Process =>
    startProcess({ db, keys, channels: [channel], clock, holder })
  const runTo = async (people: number) => {
    await addPeople(
      database.db,
      Array.from({ length: people }, () => ({})),
    )
    const { id } = await addTestOfficer(database.db, keys, 'soan', 'tinh', ['editor'])
    return runOf(await deskAt(database.db, keys, id, clock.now()))
  }
  const recordOf = (): PlatformRecord => {
    const record: PlatformRecord = new Map()
    for (const { address, id, bulk } of sent) if (bulk) record.set(address, [...(record.get(address) ?? []), id])
    return record
  }
  const isOver = async () =>
    (await database.db.read("SELECT 1 AS over FROM broadcasts WHERE state IN ('preparing', 'scheduled', 'sending')")).length === 0
  /** One looks, then the other, now and then both at the same moment; the clock goes on between. */
  const together = async (both: Process[], steps: number, each?: (step: number) => Promise<void>): Promise<number> => {
    for (let step = 1; step <= steps; step++) {
      if (step % 20 === 1) await Promise.all(both.map(({ broadcasts }) => broadcasts.tick()))
      await each?.(step)
      const looking = step % 8 === 0 ? both : both.slice(step % both.length, (step % both.length) + 1)
      await Promise.all(looking.map(({ dispatcher }) => dispatcher.drain()))
      clock.advance(STEP_MS)
      if (step % 20 === 1 && (await isOver())) return step
    }
    return steps
  }
  /** The most that left within so many ms, wherever they begin. */
  const mostWithin = (ms: number, those: Sent[]): number => {
    let [most, from] = [0, 0]
    for (const [i, { at }] of those.entries()) {
      while ((those[from]?.at ?? at) <= at - ms) from++
      most = Math.max(most, i - from + 1)
    }
    return most
  }
  const reply = async (address: string, texts: string[]) =>
    database.db.write([
      enqueueReplies(
        await Promise.all(
          texts.map(async (literal) => ({
            ...{ channel: 'telegram', addressId: address, at: clock.now().getTime() },
            body: await sealReply(keys, { text: { literal } }, 'vi'),
          })),
        ),
      ),
    ])
  const addressIds = async (most: number) =>
    (await database.db.read('SELECT id, native FROM addresses ORDER BY native LIMIT ?', [most])).map(({ id, native }) => ({
      id: String(id),
      native: String(native),
    }))

  test('share a run of 500: nobody twice, and in no second more than the channel’s rate together', async () => {
    const id = await runTo(PEOPLE)
    const both = [begin(database.db, 'one'), begin(other, 'two')]
    const began = clock.now().getTime()
    await together(both, 400)
    expect((await expectTrueBooks(database.db, id, recordOf(), PEOPLE)).states).toEqual({ sent: PEOPLE })
    expect(mostWithin(1_000, sent)).toBeLessThanOrEqual(RATE)
    // Four fifths of the rate are theirs, and they use it.
    expect((sent.at(-1)?.at ?? 0) - began).toBeLessThanOrEqual((PEOPLE / (RATE * 0.8)) * 1_000 * 1.1)
    const shares = ['one', 'two'].map((by) => sent.filter((one) => one.by === by).length)
    expect(Math.min(...shares), `shares ${shares}`).toBeGreaterThan(0)
  })

  const any = (is: (sql: string) => boolean) => (statements: Statement[]) => statements.some(({ sql }) => is(sql))
  /** The database as one process sees it; another one acts right before its first batch with this is true of. */
  const meanwhile = (db: Db, first: (statements: Statement[]) => boolean, act: () => Promise<unknown>): Db => {
    let acted = false
    return {
      ...db,
      async write(statements) {
        if (!acted && first(statements)) {
          acted = true
          await act()
        }
        return db.write(statements)
      },
    }
  }
  const stops: Array<[string, string]> = [
    ['an emergency stop', "INSERT INTO halts(at, officer_id) VALUES ('2026-11-23', 'soan')"],
    ['a pause', "UPDATE broadcasts SET state = 'paused', reason = 'officer'"],
  ]
  test.each(stops)('%s said in one process between the look and the claim of the other lets nobody out', async (_name, sql) => {
    const id = await runTo(20)
    const one = begin(
      meanwhile(database.db, isClaim, () => other.write([{ sql, args: [] }])),
      'one',
    )
    await settle(one)
    expect(sent).toEqual([])
    const rows = await database.db.read('SELECT state, count(*) AS n FROM outbox WHERE broadcast_id = ? GROUP BY state', [String(id)])
    expect(rows.map(({ state, n }) => [state, Number(n)])).toEqual([['queued', 20]])
  })

  test('a run cancelled in one process while the other makes its rows gets no more of them', async () => {
    await runTo(20)
    const freezes = (first: string) => first.startsWith('UPDATE broadcasts SET cursor')
    const cancel = "UPDATE broadcasts SET state = 'cancelling', reason = 'officer', cursor = NULL, resend = NULL"
    const one = begin(
      meanwhile(database.db, any(freezes), () => other.write([{ sql: cancel, args: [] }])),
      'one',
    )
    for (let i = 0; i < 3; i++) await settle(one)
    expect(await database.db.read('SELECT 1 FROM outbox WHERE priority = 1')).toEqual([])
    expect(await database.db.read('SELECT state FROM broadcasts')).toEqual([{ state: 'cancelled' }])
  })

  test('a resend that both begin is made by one', async () => {
    const id = await runTo(5)
    const failing = (holder: string): Channel => ({
      ...door(holder),
      async send({ address }) {
        if (Number(address) % 2 === 0) throw new SendError('refused', 'telegram_400')
        return door(holder).send({ id: '1.0', address, text: '', buttons: [], hint: '', bulk: true })
      },
    })
    await settle(begin(database.db, 'first', {}, failing('first')))
    await database.db.write([
      { sql: "UPDATE broadcasts SET state = 'sending', resend = 'failed', resend_cursor = '', ended_at = NULL", args: [] },
    ])
    const two = begin(other, 'two', {}, failing('two'))
    const resends = (sql: string) => sql.startsWith('UPDATE broadcasts SET resend_cursor')
    const one = begin(
      meanwhile(database.db, any(resends), () => settle(two)),
      'one',
      {},
      failing('one'),
    )
    await settle(one)
    const { states } = await expectTrueBooks(database.db, id, recordOf(), 5)
    expect(states).toEqual({ sent: 2, 'failed telegram_400': 3 })
    const [row] = await database.db.read("SELECT max(attempts) AS n FROM outbox WHERE state = 'failed'")
    expect([Number(row?.n), await isOver()]).toEqual([1, true])
  })

  test('a rule that comes due in both at the same moment makes one run', async () => {
    await runTo(3)
    await database.db.write([
      { sql: 'DELETE FROM broadcasts', args: [] },
      {
        sql: `UPDATE campaigns SET next_at = ?, plan = '{"kind":"daily","time":"09:00"}'`,
        args: [clock.now().getTime()],
      },
    ])
    const both = [begin(database.db, 'one'), begin(other, 'two')]
    await Promise.all(both.map(({ broadcasts }) => broadcasts.tick()))
    for (const one of both) await settle(one)
    expect((await database.db.read("SELECT id FROM broadcasts WHERE state = 'done'")).length).toBe(1)
    expect((await database.db.read('SELECT id FROM broadcasts')).length).toBe(1)
    expect(sent.length).toBe(3)
  })

  onFile('one bucket for replies and pushes: pushes make room, and together they keep the rate', async () => {
    const id = await runTo(200)
    const both = [begin(database.db, 'one', { oneBucket: true }), begin(other, 'two', { oneBucket: true })]
    const people = await addressIds(100)
    // From the second second on members talk: twenty replies a second.
    const began = clock.now().getTime()
    let asked = 0
    await together(both, 400, async (step) => {
      const person = people[asked % people.length]
      if (step > 20 && step <= 80 && person) await reply(person.id, [`câu ${asked++}`])
    })
    expect((await expectTrueBooks(database.db, id, recordOf(), 200)).states).toEqual({ sent: 200 })
    expect(sent.filter(({ bulk }) => !bulk).length).toBe(asked)
    expect(
      mostWithin(
        1_000,
        sent.filter(({ bulk }) => bulk),
      ),
    ).toBeLessThanOrEqual(RATE)
    // Replies may use what was saved up in an idle second (test/paces.test.ts).
    for (const seconds of [1, 2, 5]) expect(mostWithin(seconds * 1_000, sent)).toBeLessThanOrEqual(RATE * (seconds + 1))
    // What a reply did not need is there for pushes.
    expect((sent.at(-1)?.at ?? 0) - began).toBeLessThanOrEqual(((200 + asked) / RATE) * 1_000 * 1.4)
  })

  test('one stops being driven while it holds people: the other finishes after its lease, and they are listed', async () => {
    const id = await runTo(120)
    // Cut in its third claim, between the claim and the end of its sends.
    const cut = cutAt(90)
    const channel = cut.channel(door('dies'))
    const dies = startProcess({ db: cut.db(other), keys, channels: [channel], clock, holder: 'dies' })
    const lives = begin(database.db, 'lives')
    for (let step = 0; step < 100 && cut.at() === undefined; step++) {
      await cut.until((async () => [await dies.broadcasts.tick(), await dies.dispatcher.drain()])())
      if (cut.at() === undefined) clock.advance(STEP_MS * 4)
    }
    expect(cut.at()).toContain('a send')
    const inHand = await listInHand(database.db)
    expect(inHand.length).toBeGreaterThan(0)
    await together([lives], 200)
    expect(await listInHand(database.db), 'nobody takes what another may be sending').toEqual(inHand)
    clock.advance(PUSH_LEASE_MS)
    await settle(lives)
    const { states } = await expectTrueBooks(database.db, id, recordOf(), 120)
    expect(states).toEqual({ sent: 120 - inHand.length, 'unknown interrupted': inHand.length })
    expect(await countUnknown(database.db, inHand)).toBe(inHand.length)
  })

  onFile('a member who writes while a long run sends is answered ahead of it, in order, within one round', async () => {
    const id = await runTo(200)
    const both = [begin(database.db, 'one'), begin(other, 'two')]
    const people = await addressIds(10)
    const waited: number[] = []
    await together(both, 400, async (step) => {
      const person = people[(step / 20) % people.length]
      if (step % 20 !== 0 || step > 120 || !person) return
      const before = sent.length
      await reply(person.id, ['một', 'hai', 'ba'])
      for (const { dispatcher } of both) await dispatcher.drain()
      waited.push(sent.slice(before).findIndex(({ bulk }) => !bulk))
      const heard = sent.slice(before).filter(({ bulk, address }) => !bulk && address === person.native)
      expect(heard.map(({ text }) => text)).toEqual(['một', 'hai', 'ba'])
    })
    expect(waited.length).toBe(6)
    // The first thing that leaves is the reply: the push round of the same moment comes behind it.
    expect(waited).toEqual([0, 0, 0, 0, 0, 0])
    expect((await expectTrueBooks(database.db, id, recordOf(), 200)).states).toEqual({ sent: 200 })
  })

  onFile('a reply waits for no push: while every push in hand hangs, it is answered', async () => {
    const id = await runTo(300)
    let openGate = () => {}
    const gate = new Promise<void>((resolve) => {
      openGate = resolve
    })
    const inner = door('one', { perSecond: 5_000 })
    let hanging = 0
    const channel: Channel = {
      ...inner,
      async send(message) {
        if (message.bulk) {
          hanging++
          await gate
        }
        return inner.send(message)
      },
    }
    const one = begin(database.db, 'one', {}, channel)
    const until = async (holds: () => boolean | Promise<boolean>) => {
      for (let i = 0; i < 2_000 && !(await holds()); i++) await new Promise((resume) => setTimeout(resume, 2))
    }
    await one.broadcasts.tick()
    await one.broadcasts.tick()
    one.dispatcher.start()
    await until(() => hanging === 256)
    const [person] = await addressIds(1)
    for (const text of ['một', 'hai', 'ba']) {
      await reply(person?.id ?? '', [text])
      one.dispatcher.wake('telegram')
    }
    await until(() => sent.length === 3)
    expect(sent.map(({ text, address }) => [text, address])).toEqual([
      ['một', person?.native],
      ['hai', person?.native],
      ['ba', person?.native],
    ])
    expect(hanging).toBe(256)
    openGate()
    await until(async () => (await listInHand(database.db)).length === 0 && sent.length === 303)
    await one.dispatcher.stop()
    expect((await expectTrueBooks(database.db, id, recordOf(), 300)).states).toEqual({ sent: 300 })
  })
})
