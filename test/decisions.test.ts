/**
 * Decisions as results (R5): nothing more than neutral reaches a member without an authority's number, day and link and two
 * officers besides the author, each with their own hand; what was wrong is taken back within a working day.
 */

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { holidays } from '../content/data/holidays.ts'
import { listEvents } from '../db/case-events.ts'
import { approveDecision, askCorrection, returnDecision, withdrawDecision } from '../db/decision-acts.ts'
import { editDecision, fileDecision, listDecisions, listWaitingDecisions, requireDecision } from '../db/decisions.ts'
import { LIST_CORRECTIONS, listDueCorrections } from '../db/hand-over-due.ts'
import { loadHolidays } from '../db/holidays.ts'
import { lendRoles } from '../db/officers.ts'
import type { Statement } from '../src/chat.ts'
import { type DecisionDraft, decisionSchema } from '../src/decision.ts'
import { addMerged, type HandOverDesk, openHandOverDesk } from './hand-over-desk.ts'

const draft: DecisionDraft = {
  ...{ authorityName: 'Chi cục Quản lý thị trường tỉnh Mẫu', number: '123/QĐ-QLTT', day: '2026-11-20' },
  ...{ link: 'https://qltt.mau.gov.vn/quyet-dinh-123', says: 'Cơ sở bị phạt vì bán hàng giả nhãn hiệu.' },
}
const TEXT = 'Theo quyết định số 123/QĐ-QLTT: cơ sở bị phạt vì bán hàng giả nhãn hiệu.'

let desk: HandOverDesk
beforeEach(async () => {
  desk = await openHandOverDesk()
})
afterEach(() => desk.close())

const file = async (more: Partial<DecisionDraft> = {}): Promise<string> => {
  const { id, writes } = await fileDecision(await desk.deskOf('an'), await desk.theCase(), { ...draft, ...more })
  await desk.db.write(writes)
  return id
}
const read = async (id: string, officer = 'an') => requireDecision(await desk.deskOf(officer), id, ['decision.write', 'decision.approve'])
const approval = async (id: string, officer: string): Promise<Statement[]> => {
  const digits = desk.digits(officer)
  return approveDecision(await desk.deskOf(officer), await read(id, officer), TEXT, digits)
}
const approve = async (id: string, officer: string) => desk.db.write(await approval(id, officer))
const told = async (caseId = 'vuviec1') =>
  (await listEvents(desk.db, desk.keys, caseId, { limit: 50 })).filter(({ relay }) => relay !== null).map(({ kind, text }) => [kind, text])

describe('a decision', () => {
  test('needs an authority, a number, a day, a link of an office and a sentence', async () => {
    for (const missing of ['authorityName', 'number', 'day', 'link', 'says'])
      expect(decisionSchema.safeParse({ ...draft, [missing]: '' }).success, missing).toBe(false)
    for (const link of [
      'http://qltt.gov.vn/1',
      'https://facebook.com/1',
      'https://gov.vn.evil.com/1',
      'https://bot.example.vn/1',
      'https://a@qltt.gov.vn/1',
    ])
      await expect(file({ link }), link).rejects.toThrow('console_hand_overs.link_wrong')
    await expect(file({ day: '2026-11-24' })).rejects.toThrow('console_hand_overs.future')
    await desk.db.write([{ sql: "INSERT INTO settings(name, value) VALUES ('link_hosts', 'baomau.vn')", args: [] }])
    await file({ link: 'https://baomau.vn/1' })
    await file({ link: 'https://qltt.gov.vn/1' })
    await expect(desk.db.write([{ sql: "UPDATE decisions SET number = ' '", args: [] }]), 'whoever writes the row').rejects.toThrow()
  })

  test('is let out by two officers besides its author; before that its member reads nothing', async () => {
    const id = await file()
    expect(await told()).toEqual([])
    await approve(id, 'binh')
    expect([await told(), (await read(id)).state, (await desk.theCase()).state]).toEqual([[], 'waiting', 'reviewing'])
    await approve(id, 'chi')
    expect(await told()).toEqual([['decided', TEXT]])
    expect((await read(id)).state).toBe('approved')
    expect(await desk.theCase()).toMatchObject({ state: 'resolved', outcomeId: 'resolved-handled' })
    expect((await desk.acts()).slice(-4)).toEqual(['decision.file', 'decision.approve', 'decision.approve', 'case.decided'])
  })

  test('not by its author, not twice by one, not without their hand, not by an officer of another unit or with a conflict', async () => {
    const id = await file()
    await desk.db.write([{ sql: `UPDATE officers SET roles = '["case","approver"]', edition = edition + 1 WHERE id = 'an'`, args: [] }])
    await expect(approve(id, 'an')).rejects.toThrow('console_hand_overs.own_decision')
    await approve(id, 'binh')
    await expect(approve(id, 'binh')).rejects.toThrow('console_hand_overs.approved_already')
    await expect(approveDecision(await desk.deskOf('chi'), await read(id, 'chi'), TEXT, '000000')).rejects.toThrow('desk.digits_wrong')
    await expect(read(id, 'dung')).rejects.toThrow('console_hand_overs.decision_gone')
    await desk.db.write([
      { sql: "INSERT INTO case_conflicts(case_id, officer_id, hour) VALUES ('vuviec1', 'chi', '2026-11-23T02Z')", args: [] },
    ])
    await expect(read(id, 'chi')).rejects.toThrow('case.conflicted')
    expect(await listWaitingDecisions(await desk.deskOf('chi'), { limit: 9 })).toEqual([])
    expect(await told()).toEqual([])
  })

  test('of two officers who approve at one moment the second looks again, and then it is out: never lost, never twice', async () => {
    const id = await file()
    const [one, other] = [await approval(id, 'binh'), await approval(id, 'chi')]
    const done = await Promise.allSettled([desk.db.write(one), desk.db.write(other)])
    expect(done.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const [{ officerId: first } = { officerId: '' }] = (await read(id)).approvals
    await approve(id, first === 'binh' ? 'chi' : 'binh')
    expect(await told()).toEqual([['decided', TEXT]])
  })

  test('a role that its author lends lets nothing out', async () => {
    const id = await file()
    const days = { fromDay: '2026-11-20', untilDay: '2026-12-31', now: desk.clock.now() }
    await desk.db.write(lendRoles({ id: 'l1', lenderId: 'an', officerId: 'dung', roles: ['case'], ...days }))
    await expect(approve(id, 'dung')).rejects.toThrow('desk.forbidden')
    await desk.db.write(lendRoles({ id: 'l2', lenderId: 'binh', officerId: 'dung', roles: ['approver'], ...days }))
    await approve(id, 'dung')
    expect((await read(id)).approvals.map(({ officerId }) => officerId)).toEqual(['dung'])
  })

  test('a row that names its author among the approvers lets nothing out, whoever wrote it', async () => {
    const id = await file()
    await desk.db.write([
      { sql: 'INSERT INTO decision_approvals(decision_id, officer_id, at) VALUES (?, ?, ?)', args: [id, 'an', '2026-11-23T02Z'] },
    ])
    await expect(approve(id, 'binh')).rejects.toThrow()
    expect(await told()).toEqual([])
  })

  test('written anew it is asked for anew; sent back it waits for its author, with why', async () => {
    const id = await file()
    await approve(id, 'binh')
    await desk.db.write(await editDecision(await desk.deskOf('an'), await read(id), { ...draft, number: '124/QĐ-QLTT' }))
    expect((await read(id)).approvals).toEqual([])
    await approve(id, 'binh')
    await desk.db.write(await returnDecision(await desk.deskOf('chi'), await read(id, 'chi'), 'Đường dẫn chưa mở được.'))
    expect(await read(id)).toMatchObject({ state: 'returned', approvals: [], box: { why: 'Đường dẫn chưa mở được.' } })
    await expect(approve(id, 'chi')).rejects.toThrow('console_hand_overs.decision_moved')
    await expect(editDecision(await desk.deskOf('top'), await read(id), draft)).rejects.toThrow()
    await desk.db.write(await editDecision(await desk.deskOf('an'), await read(id), draft))
    await approve(id, 'binh')
    await approve(id, 'chi')
    expect(await told()).toEqual([['decided', TEXT]])
  })

  test('reaches the members of merged cases too, each in their own thread', async () => {
    const id = await file()
    await addMerged(desk, 'vuviec2', 'PA-2611-8M4T')
    await approve(id, 'binh')
    await approve(id, 'chi')
    expect([await told('vuviec1'), await told('vuviec2')]).toEqual([[['decided', TEXT]], [['decided', TEXT]]])
  })

  test('of a case that is closed is told, and does not open it again', async () => {
    const id = await file()
    await desk.db.write([{ sql: "UPDATE cases SET state = 'closed', outcome_id = 'resolved-no-answer' WHERE id = 'vuviec1'", args: [] }])
    await approve(id, 'binh')
    await approve(id, 'chi')
    expect(await desk.theCase()).toMatchObject({ state: 'closed', outcomeId: 'resolved-no-answer' })
    expect(await told()).toEqual([['decided', TEXT]])
  })

  test('waits for those who may let it out and have not, and is gone from their list then', async () => {
    const waiting = async (officer: string) =>
      (await listWaitingDecisions(await desk.deskOf(officer), { limit: 9 })).map(({ caseNumber }) => caseNumber)
    const id = await file()
    expect([await waiting('binh'), await waiting('chi'), await waiting('an'), await waiting('dung'), await waiting('top')]).toEqual([
      ['PA-2611-7K3Q'],
      ['PA-2611-7K3Q'],
      [],
      [],
      [],
    ])
    await approve(id, 'binh')
    expect([await waiting('binh'), await waiting('chi')]).toEqual([[], ['PA-2611-7K3Q']])
    await approve(id, 'chi')
    expect(await waiting('chi')).toEqual([])
  })

  test('keeps what its member will read, and why it came back, under seal; times stand on the hour', async () => {
    const id = await file()
    await desk.db.write(await returnDecision(await desk.deskOf('binh'), await read(id, 'binh'), 'Đường dẫn chưa mở được.'))
    await desk.db.write(await editDecision(await desk.deskOf('an'), await read(id), draft))
    await approve(id, 'binh')
    await approve(id, 'chi')
    const rows = await Promise.all(
      ['decisions', 'decision_approvals', 'case_events', "audit WHERE about = 'case'"].map((table) =>
        desk.db.read(`SELECT * FROM ${table}`),
      ),
    )
    const text = rows
      .flat()
      .flatMap((row) =>
        Object.values(row).map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value))),
      )
    for (const secret of ['bị phạt', 'Đường dẫn']) expect(text.join('\n')).not.toContain(secret)
    expect(text.filter((one) => /T\d\d:(?!00:00\.000Z)\d\d/.test(one))).toEqual([])
    expect((await listDecisions(await desk.deskOf('an'), 'vuviec1'))[0]?.box.says).toBe(draft.says)
  })

  test('cut between any two statements nothing is told and nothing is approved', async () => {
    const id = await file()
    await approve(id, 'binh')
    const writes = await approval(id, 'chi')
    const before = JSON.stringify(await desk.db.read('SELECT * FROM decisions'))
    for (let after = 1; after <= writes.length; after++)
      await expect(desk.db.write([...writes.slice(0, after), { sql: 'INSERT INTO guards(ok) VALUES (0)', args: [] }])).rejects.toThrow()
    expect(JSON.stringify(await desk.db.read('SELECT * FROM decisions'))).toBe(before)
    expect([await told(), (await desk.theCase()).state]).toEqual([[], 'reviewing'])
    await desk.db.write(writes)
    expect(await told()).toEqual([['decided', TEXT]])
  })
})

describe('what was wrong', () => {
  const out = async () => {
    const id = await file()
    await approve(id, 'binh')
    await approve(id, 'chi')
    return id
  }

  test('is to be taken back by the next working day, stands in the list until then, and its members are told', async () => {
    const id = await out()
    await addMerged(desk, 'vuviec2', 'PA-2611-8M4T')
    expect(await listDueCorrections(desk.db, { limit: 9 })).toEqual([])
    await desk.db.write(await askCorrection(await desk.deskOf('binh'), await read(id, 'binh'), 'Cơ quan đã đính chính.'))
    expect(await listDueCorrections(desk.db, { limit: 9 })).toEqual([
      { id, caseId: 'vuviec1', number: 'PA-2611-7K3Q', state: 'resolved', officerId: 'an', path: '/tinh/xa/', dueDay: '2026-11-24' },
    ])
    await expect(askCorrection(await desk.deskOf('an'), await read(id), 'Hai lần.')).rejects.toThrow('console_hand_overs.decision_moved')
    const words = { why: 'Cơ quan đã đính chính.', text: 'Thông báo trước về kết quả không còn đúng.' }
    await expect(
      withdrawDecision(await desk.deskOf('an'), await read(id), { ...words, text: 'Thì ra là hàng thật.' }, desk.digits('an')),
    ).rejects.toThrow('case.verdict')
    const digits = desk.digits('an')
    await desk.db.write(await withdrawDecision(await desk.deskOf('an'), await read(id), words, digits))
    expect((await told()).at(-1)).toEqual(['decided', words.text])
    expect((await told('vuviec2')).at(-1)).toEqual(['decided', words.text])
    expect([(await read(id)).state, await listDueCorrections(desk.db, { limit: 9 })]).toEqual(['withdrawn', []])
    const again = desk.digits('an')
    await expect(desk.db.write(await withdrawDecision(await desk.deskOf('an'), await read(id), words, again))).rejects.toThrow()
  })

  test('on the last day before Tết is due on the first after it', async () => {
    const id = await out()
    await desk.db.write(loadHolidays(holidays))
    desk.clock.set('2027-02-03T09:00:00Z')
    await desk.db.write(await askCorrection(await desk.deskOf('an'), await read(id), 'Cơ quan đã đính chính.'))
    expect((await read(id)).dueDay).toBe('2027-02-11')
  })

  test('on a Friday is due on Monday', async () => {
    const id = await out()
    desk.clock.set('2026-11-27T09:00:00Z')
    await desk.db.write(await askCorrection(await desk.deskOf('an'), await read(id), 'Cơ quan đã đính chính.'))
    expect((await read(id)).dueDay).toBe('2026-11-30')
    const plan = await desk.db.read(`EXPLAIN QUERY PLAN ${LIST_CORRECTIONS}`, ['', '', 9])
    expect(plan.map(({ detail }) => String(detail)).filter((step) => /^SCAN [cx]\b(?!.*INDEX)/.test(step))).toEqual([])
  })
})
