/**
 * Whose case it is: taking, giving, passing on, conflicts of interest, restricted cases. Who may not see a case does not see it
 * by any road.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { assignCase, declareConflict, takeCase } from '../db/case-assign.ts'
import { findCaseByNumber, listQueue, listRestricted, listShelf, openCaseOf, readCase, requireCase } from '../db/case-desk.ts'
import { noteCase } from '../db/case-notes.ts'
import { findNearestOfficers, listCaseOfficers } from '../db/case-officers.ts'
import { restrictCase, setUrgency, unrestrictCase } from '../db/case-plan.ts'
import { listTransfers, transferCase } from '../db/case-transfer.ts'
import { lendRoles } from '../db/officers.ts'
import { openReply } from '../src/sealed-reply.ts'
import { type CaseStage, NOW, openCaseStage } from './case-stage.ts'

let stage: CaseStage
beforeEach(async () => {
  stage = await openCaseStage()
  await stage.file({ id: 'c1', number: 'PA-2611-7K3Q' })
})
afterEach(() => stage.close())

const queue = async (officerId: string) => (await listQueue(await stage.desk(officerId), {}, { limit: 50 })).map(({ id }) => id)

describe('taking and giving', () => {
  test('who takes a new case looks at it from now on, and nobody else takes it', async () => {
    await takeCase(await stage.desk('an'), 'c1', 1)
    expect(await stage.row('c1')).toMatchObject({ assignee_id: 'an', state: 'reviewing', due_day: '2026-11-30', version: 2 })
    await expect(takeCase(await stage.desk('binh'), 'c1', 2)).rejects.toMatchObject({ code: 'conflict', message: 'case.taken' })
  })

  test('of two who take it at once one has it', async () => {
    const desks = [await stage.desk('an'), await stage.desk('binh')]
    const both = await Promise.allSettled(desks.map((desk) => takeCase(desk, 'c1', 1)))
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await stage.events('c1')).toHaveLength(2)
  })

  test('it is given to who may work on it there, who is told that something waits and not what', async () => {
    const desk = await stage.desk('an')
    for (const nobody of ['gia', 'dung', 'em', 'no-such'])
      await expect(assignCase(desk, 'c1', { version: 1, officerId: nobody })).rejects.toMatchObject({
        code: 'invalid',
        message: 'case.officer_cannot',
      })
    await assignCase(desk, 'c1', { version: 1, officerId: 'cuc' })
    expect(await stage.row('c1')).toMatchObject({ assignee_id: 'cuc', state: 'reviewing' })
    expect(await stage.told()).toEqual(['cuc'])
    const [sent] = await stage.db.read('SELECT * FROM outbox')
    const said = JSON.stringify(await openReply(stage.keys, sent?.body as Uint8Array))
    expect(said).toContain('case.tell_assigned')
    expect(said).not.toMatch(/PA-|7K3Q|c1/)
  })

  test('a lent role is enough while it is lent', async () => {
    const cuc = await stage.desk('cuc')
    const row = await requireCase(cuc, 'c1', 'case.read')
    const names = async (now: Date) => (await listCaseOfficers(stage.db, row, { now, limit: 20 })).map(({ id }) => id)
    expect(await names(NOW)).toEqual(['an', 'binh', 'cuc'])
    await stage.db.write(
      lendRoles({ id: 'l1', lenderId: 'an', officerId: 'em', roles: ['case'], fromDay: '2026-11-20', untilDay: '2026-11-25', now: NOW }),
    )
    expect(await names(NOW)).toEqual(['an', 'binh', 'cuc', 'em'])
    expect(await names(new Date('2026-11-26T02:00:00Z'))).toEqual(['an', 'binh', 'cuc'])
  })
})

describe('a conflict of interest', () => {
  test('takes the case from who declares it at once, by every road, and tells the others nothing of it', async () => {
    const an = await stage.desk('an')
    await takeCase(an, 'c1', 1)
    await declareConflict(an, 'c1', 2)
    expect(await stage.row('c1')).toMatchObject({ assignee_id: null, version: 3 })
    expect(await queue('an')).toEqual([])
    expect(await queue('binh')).toEqual(['c1'])
    for (const road of [
      () => readCase(an, 'c1'),
      () => noteCase(an, 'c1', { version: 3, text: 'x' }),
      () => takeCase(an, 'c1', 3),
      () => requireCase(an, 'c1', 'case.assign'),
    ])
      await expect(road()).rejects.toMatchObject({ code: 'forbidden', message: 'case.conflicted' })
    await expect(assignCase(await stage.desk('binh'), 'c1', { version: 3, officerId: 'an' })).rejects.toMatchObject({
      message: 'case.officer_cannot',
    })
    expect(await stage.told()).toEqual(['binh'])
  })

  test('where nobody is left the nearest above is told', async () => {
    await declareConflict(await stage.desk('an'), 'c1', 1)
    await declareConflict(await stage.desk('binh'), 'c1', 2)
    expect(await stage.told()).toEqual(['binh', 'cuc'])
    expect(await findNearestOfficers(stage.db, '/tinh/xa/', { caseId: 'c1' })).toEqual(['cuc'])
  })
})

describe('a restricted case', () => {
  test('of nobody shows no more than that it is there, until somebody takes it', async () => {
    await stage.db.write([{ sql: "UPDATE cases SET restricted = 1, rank = 0 WHERE id = 'c1'", args: [] }])
    const [an, binh] = [await stage.desk('an'), await stage.desk('binh')]
    await expect(readCase(an, 'c1')).rejects.toMatchObject({ code: 'forbidden', message: 'case.take_first' })
    await expect(noteCase(an, 'c1', { version: 1, text: 'x' })).rejects.toMatchObject({ message: 'case.take_first' })
    await takeCase(an, 'c1', 1)
    expect((await readCase(an, 'c1')).report.signs).toContain('Tem nhãn')
    for (const other of [binh, await stage.desk('cuc')]) {
      await expect(readCase(other, 'c1')).rejects.toMatchObject({ code: 'not_found', message: 'case.gone' })
      await expect(noteCase(other, 'c1', { version: 2, text: 'x' })).rejects.toMatchObject({ message: 'case.gone' })
      await expect(assignCase(other, 'c1', { version: 2, officerId: other.actor.officerId })).rejects.toMatchObject({
        message: 'case.gone',
      })
    }
  })

  test('is not there for an officer beside the named one: not in the queue, by its number, by its kind, on a shelf', async () => {
    const lists = async (id: string) => {
      const desk = await stage.desk(id)
      return [
        (await listQueue(desk, {}, { limit: 9 })).length,
        (await listQueue(desk, { kind: 'fake' }, { limit: 9 })).length,
        (await findCaseByNumber(desk, 'PA-2611-7K3Q')) ?? '',
        (await listShelf(desk, 'closed', { limit: 9 })).length,
        (await listRestricted(desk, { after: '', limit: 9 })).length,
      ]
    }
    expect(await lists('binh')).toEqual([1, 1, 'c1', 0, 0])
    await stage.db.write([{ sql: "UPDATE cases SET restricted = 1, rank = 0 WHERE id = 'c1'", args: [] }])
    // Nobody has it: somebody must take it, without learning what it is about.
    expect(await lists('binh')).toEqual([1, 0, 'c1', 0, 1])
    await takeCase(await stage.desk('an'), 'c1', 1)
    expect(await lists('an')).toEqual([1, 1, 'c1', 0, 1])
    expect(await lists('binh')).toEqual([0, 0, '', 0, 0])
    await stage.db.write([{ sql: "UPDATE cases SET state = 'closed', closed_hour = '2026-11-23T02Z' WHERE id = 'c1'", args: [] }])
    expect(await lists('an')).toEqual([0, 0, 'c1', 1, 0])
    expect(await lists('binh')).toEqual([0, 0, '', 0, 0])
  })

  test('is given to somebody else by an approver, who opens nothing', async () => {
    await restrictCase(await stage.desk('an'), 'c1', 1)
    const em = await stage.desk('em')
    expect(await listRestricted(em, { after: '', limit: 5 })).toMatchObject([{ number: 'PA-2611-7K3Q', assigneeName: 'Cán bộ an' }])
    expect(await listRestricted(await stage.desk('gia'), { after: '', limit: 5 })).toEqual([])
    await expect(openCaseOf(em, 'c1', 'case.assign')).rejects.toMatchObject({ code: 'forbidden' })
    await expect(readCase(em, 'c1')).rejects.toMatchObject({ code: 'not_found' })
    await assignCase(em, 'c1', { version: 2, officerId: 'binh' })
    await expect(readCase(await stage.desk('an'), 'c1')).rejects.toMatchObject({ message: 'case.gone' })
    expect((await readCase(await stage.desk('binh'), 'c1')).number).toBe('PA-2611-7K3Q')
  })

  test('an approver who also works on cases does not give it to themselves', async () => {
    await restrictCase(await stage.desk('an'), 'c1', 1)
    await stage.db.write([{ sql: 'UPDATE officers SET roles = \'["case","approver"]\' WHERE id = \'em\'', args: [] }])
    await expect(assignCase(await stage.desk('em'), 'c1', { version: 2, officerId: 'em' })).rejects.toMatchObject({ code: 'forbidden' })
  })

  test('of a threatened member is restricted at once and stays so', async () => {
    const an = await stage.desk('an')
    await setUrgency(an, 'c1', { version: 1, urgency: 'threatened' })
    expect(await stage.row('c1')).toMatchObject({ rank: 0, restricted: 1, assignee_id: 'an', due_day: '2026-11-23' })
    await expect(unrestrictCase(an, 'c1', 2)).rejects.toMatchObject({ code: 'conflict', message: 'case.threatened_stays' })
    await setUrgency(an, 'c1', { version: 2, urgency: 'normal' })
    await unrestrictCase(an, 'c1', 3)
    expect(await stage.row('c1')).toMatchObject({ restricted: 0, rank: 2 })
  })
})

describe('passing it on', () => {
  test('goes to units below and the nearest above, and officers there are told', async () => {
    const an = await stage.desk('an')
    const open = await openCaseOf(an, 'c1', 'case.work')
    const places = await listTransfers(an, open, { after: '', limit: 50 })
    expect(places.above?.id).toBe('tinh')
    // The workshop has no case officer.
    expect(places.below.map(({ id }) => id)).toEqual(['co-so'])
    await takeCase(an, 'c1', 1)
    await transferCase(an, 'c1', { version: 2, unitId: 'co-so' })
    expect(await stage.row('c1')).toMatchObject({ unit_id: 'co-so', assignee_id: null, version: 3 })
    expect(await stage.told()).toEqual(['dung'])
    expect(await queue('dung')).toEqual(['c1'])
  })

  test.each(['xa-khac', 'xuong', 'xa', 'no-such'])('never to %s', async (unitId) => {
    await expect(transferCase(await stage.desk('an'), 'c1', { version: 1, unitId })).rejects.toMatchObject({ code: 'not_found' })
    expect(await stage.version('c1')).toBe(1)
  })

  test('never into the unit the member did not want, nor below it', async () => {
    // The member of the workplace did not want the commune to see it, and it went to the province.
    await stage.file({ id: 'c2', number: 'PA-2611-2222', unitId: 'tinh', keptFrom: 'xa' })
    const cuc = await stage.desk('cuc')
    for (const unitId of ['xa', 'co-so'])
      await expect(transferCase(cuc, 'c2', { version: 1, unitId })).rejects.toMatchObject({ code: 'forbidden', message: 'case.kept_from' })
    const { below } = await listTransfers(cuc, await openCaseOf(cuc, 'c2', 'case.work'), { after: '', limit: 50 })
    expect(below.map(({ id }) => id)).toEqual(['xa-khac'])
    await transferCase(cuc, 'c2', { version: 1, unitId: 'xa-khac' })
    expect(await stage.row('c2')).toMatchObject({ unit_id: 'xa-khac' })
    // Nor up into it from below, should it ever come to lie there.
    await stage.file({ id: 'c3', number: 'PA-2611-3333', unitId: 'co-so', keptFrom: 'xa' })
    expect((await listTransfers(cuc, await openCaseOf(cuc, 'c3', 'case.work'), { after: '', limit: 5 })).above?.id).toBe('tinh')
    await expect(transferCase(cuc, 'c3', { version: 1, unitId: 'xa' })).rejects.toMatchObject({ code: 'forbidden' })
  })

  test('whoever is at home in that unit or below has no part in it, whatever is lent to them', async () => {
    await stage.file({ id: 'c2', number: 'PA-2611-2222', unitId: 'tinh', keptFrom: 'xa' })
    await stage.file({ id: 'c4', number: 'PA-2611-4444', unitId: 'tinh' })
    for (const officerId of ['an', 'dung'])
      await stage.db.write(
        lendRoles({
          id: `l-${officerId}`,
          lenderId: 'cuc',
          officerId,
          roles: ['case'],
          fromDay: '2026-11-20',
          untilDay: '2026-11-25',
          now: NOW,
        }),
      )
    const gone = { code: 'not_found', message: 'case.gone' }
    for (const officerId of ['an', 'dung']) {
      const desk = await stage.desk(officerId)
      expect((await readCase(desk, 'c4')).number).toBe('PA-2611-4444')
      await expect(readCase(desk, 'c2')).rejects.toMatchObject(gone)
      await expect(takeCase(desk, 'c2', 1)).rejects.toMatchObject(gone)
      await expect(noteCase(desk, 'c2', { version: 1, text: 'x' })).rejects.toMatchObject(gone)
      await expect(assignCase(await stage.desk('cuc'), 'c2', { version: 1, officerId })).rejects.toMatchObject({
        message: 'case.officer_cannot',
      })
    }
    expect((await readCase(await stage.desk('cuc'), 'c2')).number).toBe('PA-2611-2222')
  })

  test('nor what took that unit’s place, unless the case lies there itself', async () => {
    await stage.file({ id: 'c2', number: 'PA-2611-2222', unitId: 'tinh', keptFrom: 'xa' })
    await stage.db.write([
      { sql: "INSERT INTO unit_successors(unit_id, successor_id) VALUES ('xa', 'xa-khac')", args: [] },
      { sql: "UPDATE units SET valid_to = '2026-11-01' WHERE id = 'xa'", args: [] },
    ])
    const cuc = await stage.desk('cuc')
    expect((await listTransfers(cuc, await openCaseOf(cuc, 'c2', 'case.work'), { after: '', limit: 50 })).below).toEqual([])
    await expect(transferCase(cuc, 'c2', { version: 1, unitId: 'xa-khac' })).rejects.toMatchObject({ message: 'case.kept_from' })
    await stage.db.write([{ sql: "UPDATE unit_successors SET successor_id = 'tinh'", args: [] }])
    expect((await readCase(cuc, 'c2')).number).toBe('PA-2611-2222')
  })
})

describe('the queue', () => {
  test('shows an officer their units alone, the most urgent first, page after page', async () => {
    await stage.file({ id: 'c2', number: 'PA-2611-2222', danger: true })
    await stage.file({ id: 'c3', number: 'PA-2611-3333', unitId: 'xa-khac' })
    await stage.file({ id: 'c4', number: 'PA-2611-4444', unitId: null })
    expect(await queue('an')).toEqual(['c2', 'c1'])
    expect(await queue('gia')).toEqual(['c3'])
    expect((await queue('cuc')).sort()).toEqual(['c1', 'c2', 'c3', 'c4'])
    expect(await queue('em')).toEqual([])
    const desk = await stage.desk('cuc')
    const seen: string[] = []
    for (let after: { rank: number; dueDay: string; id: string } | undefined; ; ) {
      const [one] = await listQueue(desk, {}, { after, limit: 1 })
      if (!one) break
      seen.push(one.id)
      after = one
    }
    expect(seen).toHaveLength(4)
    expect(await findCaseByNumber(await stage.desk('an'), 'PA-2611-3333')).toBeUndefined()
  })

  test('a look is recorded, on the hour', async () => {
    await readCase(await stage.desk('an'), 'c1')
    expect(await stage.audits()).toMatchObject([{ act: 'case.read', officer_id: 'an', at: '2026-11-23T02:00:00.000Z' }])
  })
})
