/**
 * Hand-overs of a case (F33), step by step: drafted, sent, answered, given back. Each step is one commit; whoever decided on
 * what is no more is told so; the member reads neutral sentences; nothing in clear tells of them.
 */

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { holidays } from '../content/data/holidays.ts'
import { requireAuthority, switchAuthority } from '../db/authorities.ts'
import { requireCase } from '../db/case-desk.ts'
import { listEvents } from '../db/case-events.ts'
import { answerHandOver, listOutcomes, recordDownload, returnHandOver, sendHandOver } from '../db/hand-over-acts.ts'
import { LIST_OVERDUE, listOverdueHandOvers } from '../db/hand-over-due.ts'
import { answerDay, draftHandOver, dropHandOver, editHandOver, listHandOvers, requireHandOver } from '../db/hand-overs.ts'
import { loadHolidays } from '../db/holidays.ts'
import type { Statement } from '../src/chat.ts'
import { paperSchema } from '../src/paper.ts'
import { addMerged, type HandOverDesk, openHandOverDesk, SECRETS } from './hand-over-desk.ts'

let desk: HandOverDesk
beforeEach(async () => {
  desk = await openHandOverDesk()
})
afterEach(() => desk.close())

const drafted = async (more = {}, officer = 'an'): Promise<string> => {
  const { id, writes } = await draftHandOver(await desk.deskOf(officer), await desk.theCase(officer), await desk.draft(more, officer))
  await desk.db.write(writes)
  return id
}
const read = async (id: string) => requireHandOver(await desk.deskOf('an'), { id: 'vuviec1' }, id)
const sending = { day: '2026-11-23', how: 'post', ref: 'Bưu gửi 123' } as const
const sent = async (id: string) => desk.db.write(await sendHandOver(await desk.deskOf('an'), await desk.theCase(), await read(id), sending))
const answer = { day: '2026-11-23', ref: '45/QLTT', text: 'Đã kiểm tra cửa hàng.', outcomeId: 'resolved-handled', wait: false }
const answered = async (id: string, more = {}) =>
  desk.db.write(await answerHandOver(await desk.deskOf('an'), await desk.theCase(), await read(id), { ...answer, ...more }))
const states = async () => (await listHandOvers(desk.db, 'vuviec1')).map(({ state }) => state)

describe('a paper as a draft', () => {
  test('begins with what was reported, without the note, the spot, the receipt or who told', async () => {
    const { paper } = await desk.draft()
    expect(paperSchema.safeParse(paper).success).toBe(true)
    expect(paper.body).toContain('Tem nhãn mờ, không có nhãn phụ tiếng Việt.')
    expect(paper.body).toContain('Sạp cuối chợ Mẫu, xã Mẫu')
    expect(paper.body).toContain('nguy cơ về sức khỏe')
    expect(paper.subject).toBe('Phản ánh về hàng nghi giả, số PA-2611-7K3Q')
    expect(paper.town).toBe('Mẫu')
    expect(paper.symbol).toMatch(/^PC-/)
    for (const secret of SECRETS) expect(JSON.stringify(paper)).not.toContain(secret)
  })

  test('changes nothing of the case, may be changed and dropped', async () => {
    const before = await desk.theCase()
    const id = await drafted()
    await desk.db.write(
      await editHandOver(await desk.deskOf('an'), before, await read(id), {
        ...(await desk.draft({ town: 'Xã Mẫu' })),
        dueDay: '2027-01-05',
      }),
    )
    const changed = await read(id)
    expect([changed.box.paper.town, changed.dueDay, changed.version]).toEqual(['Xã Mẫu', '2027-01-05', 2])
    expect(await desk.theCase()).toEqual(before)
    await desk.db.write(dropHandOver(await desk.deskOf('an'), before, changed))
    expect(await states()).toEqual([])
    expect(await desk.acts()).toEqual(['case.taken', 'hand_over.draft', 'hand_over.edit', 'hand_over.drop'])
  })

  test('is refused with a verdict, a receipt or a spot in it, for an office that is not ready, or a day gone by', async () => {
    const refused = async (more: object, why: string, draft = {}) =>
      expect(draftHandOver(await desk.deskOf('an'), await desk.theCase(), { ...(await desk.draft(more)), ...draft }), why).rejects.toThrow(
        why,
      )
    await refused({ body: 'Cửa hàng bán hàng giả, đề nghị xử lý.' }, 'case.verdict')
    await refused({ body: 'Mã của người phản ánh: PA-2611-7K3Q-M4TD-9XWE.' }, 'console_hand_overs.has_receipt')
    await refused({ body: 'Vị trí người báo: 10.8231, 106.6297.' }, 'console_hand_overs.has_spot')
    await refused({}, 'console_hand_overs.authority_unready', { authorityId: 'qltt' })
    await refused({}, 'console_hand_overs.due_past', { dueDay: '2026-11-23' })
  })

  test('twenty working days are asked for when nothing else is said', async () => {
    expect(await answerDay({ db: desk.db, now: new Date('2026-11-23T02:00:00Z') })).toBe('2026-12-21')
    await desk.db.write(loadHolidays(holidays))
    // Tết and its days in lieu are five working days.
    expect(await answerDay({ db: desk.db, now: new Date('2027-01-18T02:00:00Z') })).toBe('2027-02-22')
  })

  test('no officer of another unit, no closed and no merged case', async () => {
    await expect(desk.theCase('dung')).rejects.toThrow('case.gone')
    const row = await desk.theCase()
    const other = await desk.deskOf('dung')
    await expect(draftHandOver(other, row, await desk.draft())).rejects.toThrow('desk.forbidden')
    await expect(draftHandOver(await desk.deskOf('an'), { ...row, state: 'closed' }, await desk.draft())).rejects.toThrow('case.is_closed')
    await expect(draftHandOver(await desk.deskOf('an'), { ...row, mergedInto: 'x' }, await desk.draft())).rejects.toThrow('case.merged')
    // It was closed while the form was open.
    const { writes } = await draftHandOver(await desk.deskOf('an'), row, await desk.draft())
    await desk.db.write([{ sql: "UPDATE cases SET state = 'closed' WHERE id = 'vuviec1'", args: [] }])
    await expect(desk.db.write(writes)).rejects.toThrow()
  })
})

describe('a paper that left the house', () => {
  test('makes the case “Đã chuyển”, due when an answer is, and its member reads so', async () => {
    const id = await drafted()
    await sent(id)
    expect(await desk.theCase()).toMatchObject({ state: 'referred', dueDay: '2026-12-21', reasonId: 'referred-paper' })
    expect((await desk.events()).at(-1)).toEqual({
      kind: 'referred',
      relay: 'waiting',
      detail: {
        ...{ hand_over: id, authority: desk.authorityId, due: '2026-12-21', how: 'post' },
        ...{ from: 'reviewing', to: 'referred', reason: 'referred-paper' },
      },
    })
    expect((await read(id)).box.sent).toMatchObject({ day: '2026-11-23', how: 'post', ref: 'Bưu gửi 123' })
    await expect(sent(id)).rejects.toThrow()
  })

  test('goes out once though two officers declare it at the same moment', async () => {
    const id = await drafted()
    const [row, handOver] = [await desk.theCase(), await read(id)]
    const writes = await Promise.all([0, 1].map(async () => sendHandOver(await desk.deskOf('an'), row, handOver, sending)))
    const done = await Promise.allSettled(writes.map((one) => desk.db.write(one)))
    expect(done.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect((await desk.events()).filter(({ kind }) => kind === 'referred')).toHaveLength(1)
  })

  test('not on a day to come, nor to an office that was switched off meanwhile, nor from a case that has its result', async () => {
    const id = await drafted()
    const send = async (more = {}, state = 'reviewing') =>
      sendHandOver(await desk.deskOf('an'), { ...(await desk.theCase()), state: state as 'reviewing' }, await read(id), {
        ...sending,
        ...more,
      })
    await expect(send({ day: '2026-11-24' })).rejects.toThrow('console_hand_overs.future')
    await expect(send({}, 'resolved')).rejects.toThrow('console_hand_overs.reopen_first')
    const top = await desk.deskOf('top')
    await desk.db.write(switchAuthority(top, await requireAuthority(top, desk.authorityId), false))
    await expect(send()).rejects.toThrow('console_hand_overs.authority_unready')
  })

  test('several may be out: the case is due on the first day, and resolved by the answer that is not to wait', async () => {
    const [first, second] = [await drafted(), await drafted()]
    await desk.db.write(
      await editHandOver(await desk.deskOf('an'), await desk.theCase(), await read(second), {
        ...(await desk.draft()),
        dueDay: '2026-12-01',
      }),
    )
    await sent(first)
    await sent(second)
    expect(await desk.theCase()).toMatchObject({ state: 'referred', dueDay: '2026-12-01' })
    await answered(second, { wait: true })
    // The other one's day is what is waited for now.
    expect(await desk.theCase()).toMatchObject({ state: 'referred', outcomeId: null, dueDay: '2026-12-21' })
    expect((await desk.events()).at(-1)).toMatchObject({ kind: 'authority_answered', relay: null })
    await answered(first, { outcomeId: 'resolved-no-answer' })
    expect(await desk.theCase()).toMatchObject({ state: 'resolved', outcomeId: 'resolved-no-answer', dueDay: '2026-11-25' })
    expect(await states()).toEqual(['answered', 'answered'])
  })
})

describe('an answer', () => {
  test('resolves the case; its member reads the outcome’s sentence and nothing the authority wrote', async () => {
    const id = await drafted()
    await sent(id)
    await answered(id)
    expect(await desk.theCase()).toMatchObject({ state: 'resolved', outcomeId: 'resolved-handled', reasonId: 'resolved-handled' })
    const [said, moved] = (await desk.events()).slice(-2)
    expect(said).toMatchObject({ kind: 'authority_answered', relay: null, detail: { outcome: 'resolved-handled' } })
    expect(moved).toEqual({ kind: 'moved', relay: 'waiting', detail: { from: 'referred', to: 'resolved', reason: 'resolved-handled' } })
    const events = await listEvents(desk.db, desk.keys, 'vuviec1', { limit: 50 })
    expect(events.filter(({ relay }) => relay !== null).map(({ text }) => text)).toEqual([undefined, undefined])
    expect(events.at(-2)?.text).toBe('Đã kiểm tra cửa hàng.')
    expect((await read(id)).answeredDay).toBe('2026-11-23')
  })

  test('is told to members of merged cases too, each in their own thread', async () => {
    const id = await drafted()
    await sent(id)
    await addMerged(desk, 'vuviec2', 'PA-2611-8M4T')
    await answered(id)
    const said = (await desk.events('vuviec2')).filter(({ relay }) => relay !== null)
    expect(said).toHaveLength(1)
    expect(said[0]).toEqual({
      kind: 'moved',
      relay: 'waiting',
      detail: { from: 'referred', to: 'resolved', reason: 'resolved-handled' },
    })
  })

  test('not before it was sent, not on a day to come, not with an outcome that is none, not of a draft', async () => {
    const id = await drafted()
    await expect(answered(id)).rejects.toThrow()
    await sent(id)
    await expect(answered(id, { day: '2026-11-24' })).rejects.toThrow('console_hand_overs.future')
    await expect(answered(id, { day: '2026-11-22' })).rejects.toThrow('console_hand_overs.before_sent')
    await expect(answered(id, { outcomeId: 'referred-paper' })).rejects.toThrow('console_hand_overs.outcome_gone')
    expect((await listOutcomes(desk.db)).map((one) => one.id)).toEqual(['resolved-handled', 'resolved-no-answer'])
  })

  test('of a case that was closed meanwhile is kept, and does not open it again', async () => {
    const id = await drafted()
    await sent(id)
    await desk.db.write([{ sql: "UPDATE cases SET state = 'closed' WHERE id = 'vuviec1'", args: [] }])
    await answered(id)
    expect((await desk.theCase()).state).toBe('closed')
    expect(await states()).toEqual(['answered'])
  })

  test('of a case that was merged meanwhile is kept; its main case goes its own way', async () => {
    const id = await drafted()
    await sent(id)
    await desk.db.write([{ sql: "UPDATE cases SET merged_into = 'main' WHERE id = 'vuviec1'", args: [] }])
    await answered(id)
    expect([(await desk.theCase()).state, await states()]).toEqual(['referred', ['answered']])
    await expect(draftHandOver(await desk.deskOf('an'), await desk.theCase(), await desk.draft())).rejects.toThrow('case.merged')
  })

  test('given back, the case is looked at again, unless another authority still has it', async () => {
    const back = { day: '2026-11-23', ref: '', text: 'Không thuộc thẩm quyền.' }
    const [first, second] = [await drafted(), await drafted()]
    await sent(first)
    await sent(second)
    await desk.db.write(await returnHandOver(await desk.deskOf('an'), await desk.theCase(), await read(first), back))
    expect((await desk.theCase()).state).toBe('referred')
    await desk.db.write(await returnHandOver(await desk.deskOf('an'), await desk.theCase(), await read(second), back))
    expect(await desk.theCase()).toMatchObject({ state: 'reviewing', reasonId: 'reviewing-returned' })
    expect((await desk.events()).slice(-2)).toMatchObject([
      { kind: 'returned', relay: null },
      { kind: 'moved', relay: 'waiting', detail: { to: 'reviewing', reason: 'reviewing-returned' } },
    ])
    expect(await states()).toEqual(['returned', 'returned'])
  })
})

describe('what is late', () => {
  test('is every paper unanswered after its day, the longest first, page by page, and never one of a closed case', async () => {
    const [first, second] = [await drafted(), await drafted()]
    await sent(first)
    await sent(second)
    expect(await listOverdueHandOvers(desk.db, { day: '2026-12-21', limit: 9 })).toEqual([])
    const late = await listOverdueHandOvers(desk.db, { day: '2026-12-22', limit: 9 })
    expect(late.map(({ id }) => id).sort()).toEqual([first, second].sort())
    expect(late[0]).toMatchObject({ caseId: 'vuviec1', number: 'PA-2611-7K3Q', state: 'referred', officerId: 'an', dueDay: '2026-12-21' })
    const rest = await listOverdueHandOvers(desk.db, { day: '2026-12-22', after: late[0], limit: 9 })
    expect(rest.map(({ id }) => id)).toEqual([late[1]?.id])
    const plan = await desk.db.read(`EXPLAIN QUERY PLAN ${LIST_OVERDUE}`, ['2026-12-22', '', '', 9])
    expect(plan.map(({ detail }) => String(detail)).filter((step) => step.startsWith('SCAN'))).toEqual([])
    await desk.db.write([{ sql: "UPDATE cases SET state = 'closed' WHERE id = 'vuviec1'", args: [] }])
    expect(await listOverdueHandOvers(desk.db, { day: '2026-12-22', limit: 9 })).toEqual([])
  })
})

describe('a kill, and someone who took everything but the key', () => {
  /** The batch stops after so many of its statements: what a kill between two of them would leave, were they not one commit. */
  const cut = (writes: Statement[], after: number): Statement[] => [
    ...writes.slice(0, after),
    { sql: 'INSERT INTO guards(ok) VALUES (0)', args: [] },
  ]
  const all = async () => {
    const tables = ['cases', 'case_events', 'hand_overs', 'audit']
    return JSON.stringify(await Promise.all(tables.map((table) => desk.db.read(`SELECT * FROM ${table} ORDER BY 1`))))
  }

  test('between any two statements of any step leaves everything as it was', async () => {
    const id = await drafted()
    const steps = [
      async () => (await draftHandOver(await desk.deskOf('an'), await desk.theCase(), await desk.draft())).writes,
      async () => sendHandOver(await desk.deskOf('an'), await desk.theCase(), await read(id), sending),
      async () => answerHandOver(await desk.deskOf('an'), await desk.theCase(), await read(id), answer),
    ]
    for (const step of steps) {
      const writes = await step()
      const before = await all()
      for (let after = 1; after <= writes.length; after++) await expect(desk.db.write(cut(writes, after))).rejects.toThrow()
      expect(await all()).toBe(before)
      await desk.db.write(writes)
      expect(await all()).not.toBe(before)
    }
  })

  test('no column of a hand-over, its events or its audit rows holds what was written, an exact time or the member', async () => {
    const id = await drafted()
    desk.clock.advance(7 * 60_000 + 3_000)
    await sent(id)
    await answered(id)
    const found = await desk.theCase()
    await desk.db.write([recordDownload(await desk.deskOf('an'), found, await read(id), { list: 'packet', sum: 'abc', photos: 0 })])
    const rows = await Promise.all(
      ['hand_overs', 'case_events', "audit WHERE about = 'case'"].map((table) => desk.db.read(`SELECT * FROM ${table}`)),
    )
    const text = rows
      .flat()
      .flatMap((row) =>
        Object.values(row).map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value))),
      )
      .join('\n')
    for (const secret of [...SECRETS, 'Bưu gửi', 'Đã kiểm tra', 'Sạp cuối chợ', 'chợ M']) expect(text).not.toContain(secret)
    expect(text).not.toMatch(/T\d\d:(?!00:00\.000Z)\d\d:\d\d/)
    expect(await desk.acts()).toEqual([
      ...['case.taken', 'hand_over.draft', 'case.referred', 'case.authority_answered', 'case.moved', 'hand_over.download'],
    ])
    expect(await requireCase(await desk.deskOf('an'), 'vuviec1', 'case.work')).toMatchObject({ state: 'resolved' })
  })
})
