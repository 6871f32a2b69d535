import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { recordRequest } from '../db/data-requests.ts'
import {
  addRequest,
  answerRequest,
  type DataRequest,
  extendRequest,
  findRequest,
  finishRequest,
  listRequests,
  readNotes,
} from '../db/request-desk.ts'
import type { Db } from '../src/chat.ts'
import { answerBy, finishBy, REQUEST_KINDS, type RequestDraft } from '../src/data-clock.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { dayOf } from '../src/time.ts'
import { NO_HOLIDAYS } from '../src/working-days.ts'
import { openTestFile, type TestDatabase } from './database.ts'
import { addTestOfficer, deskAt, unitRows } from './people.ts'

const DAY = 86_400_000
const XA = { id: 'xa', path: '/tinh/xa/' }
const KHAC = { id: 'xa-khac', path: '/tinh/xa-khac/' }

describe('requests about data at the desk', () => {
  let database: TestDatabase
  let db: Db
  const keys = createNodeKeys(new Uint8Array(32).fill(3))
  /** Monday, nine o'clock. */
  let now = new Date('2026-11-23T02:00:00Z')
  const desk = (id = 'data') => deskAt(db, keys, id, now)
  const draft: RequestDraft = { kind: 'withdraw', source: 'letter', askedOn: '2026-11-23', others: false, ref: 'CV đến 12' }
  const add = async (more: Partial<RequestDraft> = {}, unit = XA, who = 'data') => {
    const { id, writes } = await addRequest(await desk(who), { ...draft, ...more }, unit)
    await db.write(writes)
    return id
  }
  const read = async (id: string) => (await findRequest(db, id)) as DataRequest
  const list = async (filter: Parameters<typeof listRequests>[2], who = 'data', limit = 50) =>
    listRequests(db, (await desk(who)).actor, filter, { after: null, limit })
  beforeEach(async () => {
    now = new Date('2026-11-23T02:00:00Z')
    database = await openTestFile()
    db = database.db
    await db.write(unitRows())
    await addTestOfficer(db, keys, 'data', 'tinh', ['data'])
    await addTestOfficer(db, keys, 'commune', 'xa', ['data'])
    await addTestOfficer(db, keys, 'editor', 'tinh', ['editor'])
  })
  afterEach(() => database.close())

  test('the clock is the law’s: two working days to answer, then 10, 15 or 20 days to end', () => {
    const friday = new Date('2026-11-27T03:00:00Z')
    expect(dayOf(answerBy(friday, NO_HOLIDAYS))).toBe('2026-12-01')
    const days = Object.fromEntries(REQUEST_KINDS.map((kind) => [kind, (finishBy(friday, kind, false).getTime() - friday.getTime()) / DAY]))
    expect(days).toEqual({ view: 10, copy: 10, correct: 10, complain: 10, withdraw: 15, restrict: 15, object: 15, erase: 20 })
    expect((finishBy(friday, 'withdraw', true).getTime() - friday.getTime()) / DAY).toBe(20)
    expect((finishBy(friday, 'view', true).getTime() - friday.getTime()) / DAY).toBe(10)
  })

  test('one that came by letter is answered, drawn out once and ended; the notes are sealed and nobody is named', async () => {
    const id = await add()
    const first = await read(id)
    expect(first).toMatchObject({ state: 'waiting', kind: 'withdraw', unitId: 'xa', extended: false })
    expect(first.code).toMatch(/^YC-2611-[2-9A-Z]{4}$/)
    expect(first.clockAt).toEqual(first.answerBy)
    await db.write(await answerRequest(await desk(), first, 'Đã gọi lại, hẹn xong trong tuần.'))
    const answered = await read(id)
    expect([answered.state, answered.clockAt]).toEqual(['answered', answered.finishBy])
    await db.write(await extendRequest(await desk(), answered, 15, 'Chờ đơn vị in ấn xóa bản sao.'))
    const extended = await read(id)
    expect((Number(extended.finishBy) - Number(first.finishBy)) / DAY).toBe(15)
    expect(extended.clockAt).toEqual(extended.finishBy)
    await expect(extendRequest(await desk(), extended, 1, 'Nữa.')).rejects.toThrow('office.request_fixed')
    await db.write(await finishRequest(await desk(), extended, 'done', 'Đã dừng xử lý.'))
    expect(await read(id)).toMatchObject({ state: 'done', outcome: 'done', clockAt: null, doneAt: now })
    await expect(finishRequest(await desk(), await read(id), 'done', 'Lần nữa.')).rejects.toThrow('office.request_moved')
    expect(await readNotes(db, keys, id)).toMatchObject({
      ref: 'CV đến 12',
      notes: [
        { about: 'answered', text: 'Đã gọi lại, hẹn xong trong tuần.' },
        { about: 'extended' },
        { about: 'done', text: 'Đã dừng xử lý.' },
      ],
    })
    const raw = JSON.stringify([
      await db.read('SELECT id, code, kind, source, unit_id FROM data_requests'),
      await db.read('SELECT * FROM audit'),
    ])
    expect(raw).not.toMatch(/CV đến|Chờ đơn vị/)
    expect((await db.read('SELECT act FROM audit ORDER BY id')).map(({ act }) => act)).toEqual([
      'data.record',
      'data.answer',
      'data.extend',
      'data.finish',
    ])
  })

  test('what is overdue stands first; a form that is late for another officer’s act changes nothing', async () => {
    const late = await add({ askedOn: '2026-11-10', kind: 'view' })
    const soon = await add({ askedOn: '2026-11-19' })
    const fresh = await add()
    expect((await list({ list: 'open' })).map(({ id }) => id)).toEqual([late, soon, fresh])
    const seen = await read(fresh)
    await db.write(await answerRequest(await desk(), seen, 'Đã trả lời.'))
    await expect(db.write(await finishRequest(await desk(), seen, 'refused', 'Không đúng người.'))).rejects.toThrow()
    expect((await read(fresh)).state).toBe('answered')
    const { actor } = await desk()
    const [one] = await listRequests(db, actor, { list: 'open' }, { after: null, limit: 1 })
    const rest = await listRequests(
      db,
      actor,
      { list: 'open' },
      { after: { at: String(one?.clockAt?.toISOString()), id: one?.id ?? '' }, limit: 9 },
    )
    expect(rest.map(({ id }) => id)).toEqual([soon, fresh])
    expect((await list({ list: 'open', kind: 'view' })).map(({ id }) => id)).toEqual([late])
  })

  test('each officer sees their units; what the assistant did at once is seen from the top, in a list of its own', async () => {
    const mine = await add({}, XA, 'commune')
    const other = await add({}, KHAC)
    await db.write([await recordRequest({ db, keys }, { id: 'chat1', contactId: 'c1', kind: 'erase', now })])
    expect((await list({ list: 'open' }, 'commune')).map(({ id }) => id)).toEqual([mine])
    expect((await list({ list: 'open' })).map(({ id }) => id).sort()).toEqual([mine, other].sort())
    expect(await list({ list: 'chat' }, 'commune')).toEqual([])
    expect(await list({ list: 'chat' })).toMatchObject([
      { id: 'chat1', code: null, kind: 'erase', source: 'chat', state: 'done', outcome: 'done' },
    ])
    expect(await list({ list: 'done' })).toEqual([])
    expect(await list({ list: 'open' }, 'editor')).toEqual([])
    await expect(add({}, KHAC, 'commune')).rejects.toThrow('desk.forbidden')
    await expect(add({}, XA, 'editor')).rejects.toThrow('desk.forbidden')
    await expect(answerRequest(await desk('commune'), await read(other), 'Trả lời.')).rejects.toThrow('desk.forbidden')
    await expect(finishRequest(await desk(), await read('chat1'), 'done', 'x')).rejects.toThrow('office.request_moved')
  })

  test('a day to come or long past is refused; only three kinds are drawn out', async () => {
    await expect(add({ askedOn: '2026-11-24' })).rejects.toThrow('office.asked_day')
    await expect(add({ askedOn: '2025-11-01' })).rejects.toThrow('office.asked_day')
    for (const kind of REQUEST_KINDS) {
      const id = await add({ kind })
      const drawn = extendRequest(await desk(), await read(id), 5, 'Cần thêm thời gian.')
      if (['withdraw', 'restrict', 'object'].includes(kind)) await expect(drawn).resolves.toBeDefined()
      else await expect(drawn).rejects.toThrow('office.request_fixed')
    }
    const id = await add()
    for (const days of [0, 16, 1.5])
      await expect(extendRequest(await desk(), await read(id), days, 'x')).rejects.toThrow('office.extension_days')
  })

  test('lists walk their own index', async () => {
    const seen: Array<[string, unknown[]]> = []
    const watched: Db = {
      ...db,
      read(sql, args = []) {
        seen.push([sql, args])
        return db.read(sql, args)
      },
    }
    for (const one of ['open', 'done', 'chat'] as const)
      await listRequests(watched, (await desk()).actor, { list: one }, { after: null, limit: 50 })
    const plans = await Promise.all(
      seen.map(async ([sql, args]) => JSON.stringify(await db.read(`EXPLAIN QUERY PLAN ${sql}`, args as string[]))),
    )
    expect(plans[0]).toContain('data_requests_clock')
    expect(plans[1]).toContain('data_requests_desk')
    expect(plans[2]).toContain('data_requests_chat')
    for (const plan of plans) expect(plan).not.toContain('TEMP B-TREE')
  })
})
