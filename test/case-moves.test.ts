/**
 * A case from state to state (F32): every move that is allowed and every one that is not, its reason, its day, what its member
 * is told; spam and back; two officers on one version.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { caseReasons } from '../content/data/case-reasons.ts'
import { takeCase } from '../db/case-assign.ts'
import { listShelf } from '../db/case-desk.ts'
import { markSpam, moveCase, movesOf, unmarkSpam } from '../db/case-moves.ts'
import { askMember, noteCase, tellMember } from '../db/case-notes.ts'
import { setDue, setUrgency } from '../db/case-plan.ts'
import { addReason, editReason, findReason, listReasons, loadReasons, switchReason } from '../db/case-reasons.ts'
import { type CaseState, caseStates, MOVES } from '../src/case.ts'
import { needsReason } from '../src/case-reason.ts'
import { type CaseStage, NOW, openCaseStage } from './case-stage.ts'

let stage: CaseStage
beforeEach(async () => {
  stage = await openCaseStage()
  await stage.file({ id: 'c1' })
})
afterEach(() => stage.close())

const ANY: Partial<Record<CaseState, string>> = {
  needs_info: 'asked-place',
  reviewing: 'reviewing-new-facts',
  referred: 'referred-paper',
  resolved: 'resolved-handled',
  closed: 'closed-answered',
}

test.each(caseStates)('from %s a case goes where its moves lead and nowhere else', async (from) => {
  const desk = await stage.desk('an')
  for (const to of caseStates) {
    const id = `to-${to}`
    await stage.file({ id, number: `PA-2611-${to.replace('_', '').slice(0, 4).toUpperCase()}` })
    await stage.db.write([
      { sql: 'UPDATE cases SET state = ?, closed_hour = ? WHERE id = ?', args: [from, from === 'closed' ? '2026-11-20T01Z' : null, id] },
    ])
    const before = await stage.row(id)
    const reasonId = needsReason(from, to) ? ANY[to] : undefined
    const going = moveCase(desk, id, { version: 1, to, reasonId })
    if (!MOVES[from].includes(to)) {
      await expect(going).rejects.toMatchObject({ code: 'conflict', message: 'case.no_such_move' })
      expect(await stage.row(id)).toEqual(before)
      continue
    }
    await going
    expect(await stage.row(id)).toMatchObject({
      ...{ state: to, version: 2, reason_id: reasonId ?? null },
      closed_hour: to === 'closed' ? '2026-11-23T02Z' : null,
    })
    expect((await stage.events(id)).at(-1)).toMatchObject({ kind: 'moved', officerId: 'an', detail: { from, to } })
    expect((await stage.audits()).at(-1)).toMatchObject({ act: 'case.moved', at: '2026-11-23T02:00:00.000Z', about_id: id })
  }
})

test('each move that decides something needs a reason of that move, and closing is never without one', async () => {
  const desk = await stage.desk('an')
  const close = (reasonId?: string) => moveCase(desk, 'c1', { version: 1, to: 'closed', reasonId })
  await expect(close()).rejects.toMatchObject({ code: 'invalid', message: 'case.reason_needed' })
  await expect(close('no-such')).rejects.toMatchObject({ message: 'case.reason_needed' })
  await expect(close('resolved-handled')).rejects.toMatchObject({ message: 'case.reason_gone' })
  const reason = await findReason(stage.db, 'closed-answered')
  const admin = await adminDesk()
  await stage.db.write(switchReason(admin, reason ?? expect.fail(), false))
  await expect(close('closed-answered')).rejects.toMatchObject({ message: 'case.reason_gone' })
  // What was switched off stays off when the program starts again.
  await stage.db.write([loadReasons(caseReasons)])
  expect((await listReasons(stage.db, 'closed')).map(({ id }) => id)).not.toContain('closed-answered')
  expect(await stage.row('c1')).toMatchObject({ state: 'new', version: 1 })
})

test('who is threatened or ill does not wait as long for the next step', async () => {
  const desk = await stage.desk('an')
  await stage.db.write([{ sql: "UPDATE cases SET rank = 0 WHERE id = 'c1'", args: [] }])
  await moveCase(desk, 'c1', { version: 1, to: 'reviewing' })
  expect(await stage.row('c1')).toMatchObject({ due_day: '2026-11-23' })
  await stage.db.write([{ sql: "UPDATE cases SET rank = 1 WHERE id = 'c1'", args: [] }])
  await moveCase(desk, 'c1', { version: 2, to: 'referred', reasonId: 'referred-authority' })
  expect(await stage.row('c1')).toMatchObject({ due_day: '2026-12-07' })
})

test('a move sets the working days of its state, and a closed case is due no more', async () => {
  const days: Array<[CaseState, string | undefined, string]> = [
    ['reviewing', undefined, '2026-11-30'],
    ['needs_info', 'asked-place', '2026-12-07'],
    ['referred', 'referred-authority', '2026-12-21'],
    ['resolved', 'resolved-no-breach', '2026-11-26'],
    ['closed', 'closed-answered', ''],
  ]
  const desk = await stage.desk('an')
  for (const [i, [to, reasonId, day]] of days.entries()) {
    await moveCase(desk, 'c1', { version: i + 1, to, reasonId })
    expect(await stage.row('c1')).toMatchObject({ due_day: day })
  }
  expect(await stage.row('c1')).toMatchObject({ outcome_id: 'resolved-no-breach', reason_id: 'closed-answered' })
  // Looked at again, what came of it is open.
  await moveCase(desk, 'c1', { version: 6, to: 'reviewing', reasonId: 'reviewing-asked' })
  expect(await stage.row('c1')).toMatchObject({ outcome_id: null, closed_hour: null, due_day: '2026-11-30' })
})

test('what decides something waits for its member, being looked at does not', async () => {
  const desk = await stage.desk('an')
  await moveCase(desk, 'c1', { version: 1, to: 'reviewing' })
  await moveCase(desk, 'c1', { version: 2, to: 'referred', reasonId: 'referred-paper', text: 'Đơn vị đã gửi công văn.' })
  const [, looked, referred] = await stage.events('c1')
  expect(looked?.relay).toBeNull()
  expect(referred).toMatchObject({ relay: 'waiting', text: 'Đơn vị đã gửi công văn.', detail: { reason: 'referred-paper' } })
})

test('a question moves the case to where it waits, a message and a note leave it where it is', async () => {
  const desk = await stage.desk('an')
  await askMember(desk, 'c1', { version: 1, text: 'Bạn mua ở sạp nào?', reasonId: 'asked-place' })
  expect(await stage.row('c1')).toMatchObject({ state: 'needs_info', reason_id: 'asked-place', due_day: '2026-12-07' })
  await askMember(desk, 'c1', { version: 2, text: 'Bạn còn giữ vỏ hộp không?', reasonId: 'asked-kept' })
  await tellMember(desk, 'c1', { version: 3, text: 'Cán bộ đã nhận phản ánh.' })
  await noteCase(desk, 'c1', { version: 4, text: 'Đã gọi ban quản lý chợ.' })
  const events = await stage.events('c1')
  expect(events.slice(1).map(({ kind, relay, text }) => [kind, relay, text])).toEqual([
    ['asked', 'waiting', 'Bạn mua ở sạp nào?'],
    ['asked', 'waiting', 'Bạn còn giữ vỏ hộp không?'],
    ['told', 'waiting', 'Cán bộ đã nhận phản ánh.'],
    ['noted', null, 'Đã gọi ban quản lý chợ.'],
  ])
  expect(await stage.row('c1')).toMatchObject({ state: 'needs_info', version: 5 })
  // Nothing that anybody wrote stands in the clear.
  const rows = JSON.stringify(await stage.db.read('SELECT hour, detail FROM case_events'))
  expect(rows).not.toMatch(/sạp|vỏ hộp|công văn|ban quản lý/)
})

test.each([
  ['without a word', '', 'case.told_long'],
  ['too long', 'a'.repeat(1001), 'case.told_long'],
  ['with a link that is not allowed', 'Xem https://lua-dao.example/abc', 'desk.bad_link'],
])('a message %s is refused and nothing is done', async (_, text, message) => {
  const desk = await stage.desk('an')
  await expect(askMember(desk, 'c1', { version: 1, text })).rejects.toMatchObject({ code: 'invalid', message })
  await expect(tellMember(desk, 'c1', { version: 1, text })).rejects.toMatchObject({ code: 'invalid', message })
  expect(await stage.version('c1')).toBe(1)
})

test('another day needs a reason and lies ahead', async () => {
  const desk = await stage.desk('an')
  const due = (day: string, text = 'Chờ ban quản lý chợ trả lời.') => setDue(desk, 'c1', { version: 1, day, text })
  await expect(due('2026-11-22')).rejects.toMatchObject({ message: 'case.due_day_wrong' })
  await expect(due('2028-01-01')).rejects.toMatchObject({ message: 'case.due_day_wrong' })
  await expect(due('2026-12-01', '')).rejects.toMatchObject({ message: 'case.note_long' })
  await due('2026-12-01')
  expect(await stage.row('c1')).toMatchObject({ due_day: '2026-12-01' })
  expect((await stage.events('c1')).at(-1)).toMatchObject({
    kind: 'due',
    detail: { day: '2026-12-01' },
    text: 'Chờ ban quản lý chợ trả lời.',
  })
})

test('danger to health is looked at the same day and comes before what is due earlier', async () => {
  const desk = await stage.desk('an')
  await setUrgency(desk, 'c1', { version: 1, urgency: 'danger' })
  expect(await stage.row('c1')).toMatchObject({ rank: 1, due_day: '2026-11-23', told_rank: 1 })
  await expect(setUrgency(desk, 'c1', { version: 2, urgency: 'danger' })).rejects.toMatchObject({ message: 'case.as_urgent' })
})

test('spam is closed and shelved, tells nobody, punishes nobody, and is undone', async () => {
  const desk = await stage.desk('an')
  const others = () =>
    stage.db.read(
      'SELECT (SELECT count(*) FROM tries) AS tries, (SELECT count(*) FROM contacts) AS people, (SELECT count(*) FROM outbox) AS sent',
    )
  const before = await others()
  await markSpam(desk, 'c1', 1)
  expect(await stage.row('c1')).toMatchObject({ spam: 1, state: 'closed', reason_id: 'closed-spam', closed_hour: '2026-11-23T02Z' })
  expect((await listShelf(desk, 'spam', { limit: 5 })).map(({ id }) => id)).toEqual(['c1'])
  expect(await listShelf(desk, 'closed', { limit: 5 })).toEqual([])
  expect((await stage.events('c1')).at(-1)).toMatchObject({ kind: 'spam', relay: null })
  expect(await others()).toEqual(before)
  await unmarkSpam(desk, 'c1', 2)
  expect(await stage.row('c1')).toMatchObject({ spam: 0, state: 'reviewing', reason_id: null, closed_hour: null, due_day: '2026-11-30' })
  await expect(unmarkSpam(desk, 'c1', 3)).rejects.toMatchObject({ message: 'case.no_spam' })
  expect(movesOf({ state: 'closed', spam: true })).toEqual([])
})

test('of two officers who act on one version at once one loses, and nothing of theirs is done', async () => {
  const [an, binh] = [await stage.desk('an'), await stage.desk('binh')]
  const both = await Promise.allSettled([
    moveCase(an, 'c1', { version: 1, to: 'closed', reasonId: 'closed-too-little' }),
    askMember(binh, 'c1', { version: 1, text: 'Bạn mua ở đâu?' }),
  ])
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(await stage.version('c1')).toBe(2)
  expect(await stage.events('c1')).toHaveLength(2)
  expect(await stage.audits()).toHaveLength(1)
  await expect(noteCase(an, 'c1', { version: 1, text: 'Muộn rồi.' })).rejects.toMatchObject({ code: 'conflict', message: 'case.moved_on' })
})

test('every act stands in the log on the whole hour, and none with a word that was written', async () => {
  const desk = await stage.desk('an', new Date('2026-11-23T02:47:31.123Z'))
  await takeCase(desk, 'c1', 1)
  await noteCase(desk, 'c1', { version: 2, text: 'Lời kể rất riêng.' })
  await askMember(desk, 'c1', { version: 3, text: 'Bạn mua hôm nào?' })
  await setDue(desk, 'c1', { version: 4, day: '2026-12-12', text: 'Lý do rất riêng.' })
  await markSpam(desk, 'c1', 5)
  const audits = await stage.audits()
  expect(audits.map(({ act }) => act)).toEqual(['case.taken', 'case.noted', 'case.asked', 'case.due', 'case.spam'])
  expect(new Set(audits.map(({ at }) => at))).toEqual(new Set(['2026-11-23T02:00:00.000Z']))
  expect(JSON.stringify(audits)).not.toMatch(/rất riêng|hôm nào/)
})

test('a merged case is worked where it went, and one of another unit is not there', async () => {
  await stage.file({ id: 'c2', number: 'PA-2611-2222' })
  await stage.db.write([{ sql: "UPDATE cases SET merged_into = 'c2' WHERE id = 'c1'", args: [] }])
  const desk = await stage.desk('an')
  await expect(noteCase(desk, 'c1', { version: 1, text: 'x' })).rejects.toMatchObject({ code: 'conflict', message: 'case.merged' })
  await expect(noteCase(await stage.desk('gia'), 'c2', { version: 1, text: 'x' })).rejects.toMatchObject({ code: 'not_found' })
  await expect(noteCase(await stage.desk('em'), 'c2', { version: 1, text: 'x' })).rejects.toMatchObject({ code: 'not_found' })
})

test('a reason of one’s own is added at the top alone, and the program’s are never changed', async () => {
  const draft = { state: 'closed', labelVi: 'Đã hòa giải', labelEn: 'Settled', saysVi: 'Đã thỏa thuận.', saysEn: 'Agreed.' } as const
  const { state: _, ...words } = draft
  const [an, admin] = [await stage.desk('an'), await adminDesk()]
  expect(() => addReason(an, draft)).toThrow(expect.objectContaining({ code: 'forbidden' }))
  const { id, writes } = addReason(admin, draft)
  await stage.db.write(writes)
  const own = (await findReason(stage.db, id)) ?? expect.fail()
  await stage.db.write(editReason({ ...admin, now: new Date(NOW.getTime() + 1000) }, own, { ...words, labelVi: 'Hai bên đã thỏa thuận' }))
  expect((await findReason(stage.db, id))?.label.vi).toBe('Hai bên đã thỏa thuận')
  // The older form does not overwrite the newer words.
  await expect(stage.db.write(editReason(admin, own, words))).rejects.toThrow(/CHECK/)
  const builtIn = (await findReason(stage.db, 'closed-spam')) ?? expect.fail()
  expect(() => editReason(admin, builtIn, words)).toThrow(expect.objectContaining({ code: 'conflict', message: 'case.reason_built_in' }))
})

/** Cúc as if they ran the deployment. */
async function adminDesk() {
  const desk = await stage.desk('cuc')
  return { ...desk, actor: { ...desk.actor, grants: [{ unitId: 'tinh', path: '/tinh/', roles: ['admin'] as const }] } }
}
