import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { conflictOf, conflictTable, guard } from '../db/client.ts'
import { commitTurns, loadTurns, type TurnCommit } from '../db/turns.ts'
import type { Db, Handler } from '../src/chat.ts'
import { databases, type TestDatabase } from './database.ts'
import { createBot, textOf } from './harness.ts'

const DAY = '2026-11-23'
const AT = Date.parse('2026-11-23T02:00:00Z')

/** A turn of one person's address on Telegram that leaves nothing but itself. */
function turnOf(name: string, turn: number, change: Partial<TurnCommit> = {}): TurnCommit {
  return {
    key: `${name}-${turn}`,
    day: DAY,
    contact: { id: `c-${name}`, kind: 'person', locale: 'vi', fresh: turn === 1, seenToday: true, wroteHere: true },
    address: {
      id: `a-${name}`,
      channel: 'telegram',
      native: name,
      turn,
      session: null,
      sessionUntil: AT + 1000,
      at: AT,
      mutedUntil: 0,
    },
    outbox: [],
    writes: [],
    ...change,
  }
}

describe.each(databases)('turns in %s', (_, openTest) => {
  let database: TestDatabase
  let db: Db
  beforeAll(async () => {
    database = await openTest()
    db = database.db
  })
  afterAll(() => database.close())

  const commit = (...turns: TurnCommit[]) => db.write(commitTurns(turns))
  const refusal = async (...turns: TurnCommit[]) => {
    const error = await commit(...turns).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    return error === undefined
      ? 'committed'
      : [conflictOf(error), ...(conflictOf(error) === 'unique' ? [conflictTable(error)] : [])].join(' ')
  }
  const stateOf = async (name: string, key = 'another') => (await loadTurns(db, [{ channel: 'telegram', native: name, key }]))[0]

  test('of two turns decided from one state the second is refused and leaves nothing', async () => {
    await commit(turnOf('lan', 1))
    const mark = { sql: "INSERT INTO settings(name, value) VALUES ('mark', 'x')", args: [] }
    await commit(turnOf('lan', 2))
    expect(await refusal(turnOf('lan', 2, { key: 'lan-2-again', writes: [mark] }))).toBe('check')
    expect((await stateOf('lan', 'lan-2-again'))?.seen).toBe(false)
    expect(await db.read("SELECT * FROM settings WHERE name = 'mark'")).toEqual([])
    expect((await stateOf('lan'))?.stored?.turn).toBe(2)
    expect(await refusal(turnOf('lan', 4))).toBe('check')
  })

  test('the first two messages of someone new make one contact', async () => {
    await commit(turnOf('minh', 1))
    const second = turnOf('minh', 1, { key: 'minh-1-again' })
    second.contact = { ...second.contact, id: 'c-minh-2' }
    second.address = { ...second.address, id: 'a-minh-2' }
    expect(await refusal(second)).toBe('check')
    expect(await db.read("SELECT count(*) AS n FROM contacts WHERE id LIKE 'c-minh%'")).toEqual([{ n: 1 }])
  })

  test('an update that is in already is told from a lost turn', async () => {
    await commit(turnOf('hoa', 1))
    expect(await refusal(turnOf('hoa', 2, { key: 'hoa-1' }))).toBe('unique inbox')
    expect((await stateOf('hoa', 'hoa-1'))?.seen).toBe(true)
    expect((await stateOf('hoa', 'hoa-2'))?.seen).toBe(false)
  })

  test('an address that was erased meanwhile does not come back', async () => {
    await commit(turnOf('tuấn', 1))
    await db.write([
      { sql: "DELETE FROM addresses WHERE native = 'tuấn'", args: [] },
      { sql: "DELETE FROM contacts WHERE id = 'c-tuấn'", args: [] },
    ])
    expect(await refusal(turnOf('tuấn', 2))).toBe('check')
    expect((await stateOf('tuấn'))?.stored).toBeUndefined()
  })

  test('two hundred turns are one batch, and one that is late takes the others down with it', async () => {
    const many = Array.from({ length: 200 }, (_, i) => turnOf(`người-${i}`, 1))
    await commit(...many)
    const wanted = many.map(({ address, key }) => ({ channel: 'telegram', native: address.native, key }))
    const states = await loadTurns(db, wanted)
    expect(states.map((state) => [state.seen, state.stored?.turn])).toEqual(many.map(() => [true, 1]))
    const next = Array.from({ length: 200 }, (_, i) => turnOf(`người-${i}`, i === 77 ? 5 : 2))
    expect(await refusal(...next)).toBe('check')
    expect((await loadTurns(db, wanted)).every(({ stored }) => stored?.turn === 1)).toBe(true)
  })

  test('states come back in the order they were asked for, of every channel apart', async () => {
    await commit(turnOf('chung', 1))
    const zalo = turnOf('chung', 1, { key: 'zalo-chung' })
    zalo.contact = { ...zalo.contact, id: 'c-zalo-chung' }
    zalo.address = { ...zalo.address, id: 'a-zalo-chung', channel: 'zalo' }
    await commit(zalo)
    const asked = [
      { channel: 'zalo', native: 'chung', key: 'x' },
      { channel: 'telegram', native: 'ai đó', key: 'x' },
      { channel: 'telegram', native: 'chung', key: 'x' },
    ]
    expect((await loadTurns(db, asked)).map(({ stored }) => stored?.contact.addressId)).toEqual(['a-zalo-chung', undefined, 'a-chung'])
  })
})

describe.each(databases)('the receiver over %s', (_, openTest) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openTest()
  })
  afterAll(() => database.close())

  test('messages one person sends to several processes at once each get their own turn, without an apology', async () => {
    const programs = await Promise.all(Array.from({ length: 12 }, () => createBot({ database })))
    await Promise.all(programs.map((bot, i) => bot.person('one').sends({ id: `race-${i}`, text: 'trợ giúp' })))
    for (const bot of programs) await bot.dispatcher.drain()
    expect(await database.db.read("SELECT turn FROM addresses WHERE native = 'one'")).toEqual([{ turn: 12 }])
    const heard = programs.flatMap((bot) => bot.person('one').heard())
    expect(heard).toHaveLength(12)
    expect(textOf(heard)).not.toContain('trục trặc')
  })

  test('a handler whose guard never holds ends in one apology, and the update is kept', async () => {
    const stubborn: Handler = {
      name: 'help',
      version: 1,
      words: [],
      async handle() {
        return {
          replies: [{ text: { literal: 'xong' } }],
          writes: [{ sql: "UPDATE settings SET value = 'x' WHERE name = 'nobody'", args: [] }, guard()],
        }
      },
    }
    const bot = await createBot({ database, handlers: [stubborn] })
    const answer = await bot.person('two').sends({ id: 'stubborn', text: 'chào' })
    expect(textOf(answer)).toContain('trục trặc')
    expect(answer).toHaveLength(1)
    expect(await database.db.read('SELECT count(*) AS n FROM updates')).toEqual([{ n: 1 }])
  })

  test('one person’s refused commit is nobody else’s', async () => {
    const picky: Handler = {
      name: 'help',
      version: 1,
      words: [],
      async handle({ message }) {
        const writes = message.text === 'hỏng' ? [{ sql: 'INSERT INTO nowhere VALUES (1)', args: [] }] : []
        return { replies: [{ text: { literal: `nhận ${message.text}` } }], writes }
      },
    }
    const bot = await createBot({ database, handlers: [picky] })
    const people = Array.from({ length: 20 }, (_, i) => bot.person(`bạn-${i}`))
    await Promise.all(people.map((one, i) => one.sends({ id: `picky-${i}`, text: i === 7 ? 'hỏng' : 'ổn' })))
    await bot.dispatcher.drain()
    for (const [i, one] of people.entries()) expect(textOf(one.heard())).toContain(i === 7 ? 'trục trặc' : 'nhận ổn')
  })

  test('two hundred people of one tick are one commit', async () => {
    let commits = 0
    const counted: Db = {
      ...database.db,
      write(statements) {
        if (statements.some(({ sql }) => sql.includes('INTO inbox'))) commits++
        return database.db.write(statements)
      },
    }
    const bot = await createBot({ database: { ...database, db: counted } })
    const inbound = Array.from({ length: 200 }, (_, i) => ({
      ...{ kind: 'message' as const, channel: 'telegram', id: `crowd-${i}`, address: `crowd-${i}`, at: bot.clock.now() },
      ...{ text: 'trợ giúp', attachments: [], group: false },
    }))
    await bot.receiver.receive(inbound)
    expect(commits).toBe(1)
    expect(await database.db.read("SELECT count(*) AS n FROM addresses WHERE native LIKE 'crowd-%' AND turn = 1")).toEqual([{ n: 200 }])
  })
})
