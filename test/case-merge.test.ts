/**
 * Merging and taking it back, as officers do it: one case in the queue, one audience, nothing lost, nobody shown what they
 * must not see; and what a member is told of others.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { audienceOf } from '../db/case-audience.ts'
import { changeCase } from '../db/case-change.ts'
import { findCaseByNumber, listQueue, readCase, requireCase } from '../db/case-desk.ts'
import { listEvents } from '../db/case-events.ts'
import { mergeCases, unmergeCase } from '../db/case-merge.ts'
import { othersSaid } from '../db/case-others.ts'
import { listPairs, listSuggestions, sayApart } from '../db/case-pairs.ts'
import { transferCase } from '../db/case-transfer.ts'
import { findCaseByReceipt } from '../db/cases.ts'
import { linkHour, listClosed } from '../db/retention-cases.ts'
import { listSettings } from '../db/settings.ts'
import type { Statement } from '../src/chat.ts'
import { type CaseDesk, openCaseDesk } from './case-desk.ts'

let cases: CaseDesk
beforeEach(async () => {
  cases = await openCaseDesk()
  await cases.officer('an')
  await cases.officer('binh')
})
afterEach(() => cases.close())

/** Merges by their versions as they are. */
const merge = async (main: string, other: string, officer = 'an') => {
  const [a = 0, b = 0] = await cases.versions(main, other)
  await mergeCases(await cases.desk(officer), { id: main, version: a }, { id: other, version: b })
}
const unmerge = async (id: string, officer = 'an') => {
  const main = String((await cases.row(id)).merged_into)
  return unmergeCase(await cases.desk(officer), id, (await cases.versions(main))[0] ?? 0)
}
const queue = async (officer = 'an') => (await listQueue(await cases.desk(officer), {}, { limit: 50 })).map(({ id }) => id).sort()
const set = (id: string, sql: string, ...args: string[]) =>
  cases.db.write([{ sql: `UPDATE cases SET ${sql} WHERE id = ?`, args: [...args, id] }])
const into = async (...ids: string[]) => {
  const found = []
  for (const id of ids) found.push((await cases.row(id)).merged_into)
  return found
}

describe('two cases that are one', () => {
  test('leave one in the queue, an event on both and in the audit log, and share an audience', async () => {
    await cases.files('a')
    await cases.files('b')
    await cases.marks()
    await merge('a', 'b')
    expect(await queue()).toEqual(['a'])
    expect(await audienceOf(cases.db, 'b')).toEqual(['a', 'b'])
    expect(await audienceOf(cases.db, 'a')).toEqual(['a', 'b'])
    for (const id of ['a', 'b'])
      expect((await listEvents(cases.db, cases.keys, id, { limit: 9 })).map(({ kind, officerId }) => [kind, officerId])).toEqual([
        ['opened', null],
        ['merged', 'an'],
      ])
    const audit = await cases.db.read("SELECT about_id, detail, at FROM audit WHERE act = 'case.merged' ORDER BY id")
    expect(audit.map(({ about_id, detail }) => [about_id, JSON.parse(String(detail)).other])).toEqual([['a', 'b']])
    expect(audit.every(({ at }) => String(at).endsWith(':00:00.000Z'))).toBe(true)
    expect((await cases.pairs()).map(({ state }) => state)).toEqual(['merged'])
  })

  test('are told the same: a question of the main one reaches the other’s member in their own thread', async () => {
    await cases.files('a')
    await cases.files('b')
    await cases.files('c')
    await merge('a', 'b')
    await merge('a', 'c')
    const desk = await cases.desk('an')
    const row = await requireCase(desk, 'a', 'case.work')
    await cases.db.write(await changeCase(desk, row, { event: { kind: 'asked', text: 'Bạn còn giữ vỏ hộp không?', relay: true } }))
    for (const id of ['a', 'b', 'c']) {
      const last = (await listEvents(cases.db, cases.keys, id, { limit: 20 })).at(-1)
      expect([last?.kind, last?.text, last?.relay]).toEqual(['asked', 'Bạn còn giữ vỏ hộp không?', 'waiting'])
    }
  })

  test('stand where the main one stands, and are let go of when it is', async () => {
    await cases.files('a')
    await cases.files('b')
    await merge('a', 'b')
    await set('a', "state = 'closed', closed_hour = '2026-11-24T02Z', outcome_id = 'x'")
    const b = await cases.row('b')
    expect([b.state, b.closed_hour, b.outcome_id]).toEqual(['closed', '2026-11-24T02Z', 'x'])
    expect(await findCaseByReceipt(cases.db, cases.keys, 'PA-2611-Z002-M4TD-9XWE')).toMatchObject({ state: 'closed' })
    cases.clock.advance(100 * 86_400_000)
    const until = linkHour(cases.clock.now(), await listSettings(cases.db))
    expect((await listClosed(cases.db, until, { hour: '', id: '' })).map(({ id }) => id)).toEqual(['a', 'b'])
  })

  test('are as urgent as the more urgent one, and guarded as the guarded one', async () => {
    await cases.files('a')
    await cases.files('b', {}, { danger: true })
    await merge('a', 'b')
    expect((await cases.row('a')).rank).toBe(1)
    await cases.files('c')
    await set('c', "restricted = 1, rank = 0, assignee_id = 'an'")
    await merge('a', 'c')
    const a = await cases.row('a')
    expect([a.rank, a.restricted, a.assignee_id]).toEqual([0, 1, 'an'])
    await expect(requireCase(await cases.desk('binh'), 'a', 'case.read')).rejects.toThrow('case.gone')
  })

  test('a member of a merged one who is threatened makes the main one urgent and guarded', async () => {
    await cases.files('a')
    await cases.files('b')
    await merge('a', 'b')
    await set('b', 'rank = 0, restricted = 1')
    const a = await cases.row('a')
    expect([a.rank, a.restricted]).toEqual([0, 1])
  })

  test('and so is her own report under it, and every other one there', async () => {
    const { addThreat } = await import('../db/case-answers.ts')
    for (const id of ['a', 'b', 'c']) await cases.files(id)
    await merge('a', 'b')
    await merge('a', 'c')
    const an = await cases.desk('an')
    const binh = await cases.desk('binh')
    const number = String((await cases.row('b')).number)
    expect((await readCase(binh, 'b')).number).toBe(number)
    await cases.db.write((await addThreat({ ...an, now: cases.clock.now() }, 'b', 'Họ dọa')) as Statement[])
    await set('a', "assignee_id = 'an'")
    for (const id of ['b', 'c']) {
      await expect(readCase(binh, id)).rejects.toThrow('case.gone')
      expect((await readCase(an, id)).id).toBe(id)
    }
    expect(await findCaseByNumber(binh, number)).toBe(undefined)
    expect(await findCaseByNumber(an, number)).toBe('b')
  })

  test('a merged one is not worked on by itself', async () => {
    await cases.files('a')
    await cases.files('b')
    await merge('a', 'b')
    const desk = await cases.desk('an')
    const row = await requireCase(desk, 'b', 'case.work')
    await expect(changeCase(desk, row, { set: ['due_day = ?', ['2026-12-01']], event: { kind: 'due' } })).rejects.toThrow('case.merged')
    await cases.files('c')
    await expect(merge('c', 'b')).rejects.toThrow('case.merged')
    await expect(merge('b', 'c')).rejects.toThrow('case.merged')
  })
})

describe('taken back', () => {
  test('the case is exactly what it was, with its officer, its day and its state', async () => {
    await cases.files('a')
    await cases.files('b', {}, { danger: true })
    await set('b', "state = 'referred', assignee_id = 'binh', due_day = '2026-12-09', reason_id = 'r1', outcome_id = 'o1'")
    const before = await cases.row('b')
    const mainBefore = await cases.row('a')
    await merge('a', 'b')
    expect((await cases.row('b')).state).toBe('new')
    cases.clock.advance(3 * 86_400_000)
    expect(await unmerge('b')).toBe('a')
    const after = await cases.row('b')
    expect({ ...after, version: 0 }).toEqual({ ...before, version: 0 })
    expect((await cases.row('a')).rank).toBe(mainBefore.rank)
    expect(await queue()).toEqual(['a', 'b'])
    expect((await listEvents(cases.db, cases.keys, 'b', { limit: 9 })).map(({ kind }) => kind)).toEqual(['opened', 'merged', 'unmerged'])
  })

  test('also after the main one was closed', async () => {
    await cases.files('a')
    await cases.files('b')
    const before = await cases.row('b')
    await merge('a', 'b')
    await set('a', "state = 'closed', closed_hour = '2026-11-24T02Z', reason_id = 'r'")
    await unmerge('b')
    expect({ ...(await cases.row('b')), version: 0 }).toEqual({ ...before, version: 0 })
    expect((await cases.row('a')).state).toBe('closed')
    expect(await queue()).toEqual(['b'])
  })

  test('of a chain: a main one that is merged brings its own along, and takes them with it', async () => {
    for (const id of ['a', 'b', 'c', 'd']) await cases.files(id)
    await set('c', "state = 'reviewing', assignee_id = 'binh'")
    await merge('b', 'c')
    await merge('a', 'd')
    await merge('a', 'b')
    expect(await into('a', 'b', 'c', 'd')).toEqual([null, 'a', 'a', 'a'])
    expect(await audienceOf(cases.db, 'c')).toEqual(['a', 'b', 'c', 'd'])
    await unmerge('b')
    expect(await into('a', 'b', 'c', 'd')).toEqual([null, null, 'b', 'a'])
    await unmerge('c')
    expect(await into('c')).toEqual([null])
    expect([(await cases.row('c')).state, (await cases.row('c')).assignee_id]).toEqual(['reviewing', 'binh'])
    expect(await queue()).toEqual(['a', 'b', 'c'])
  })

  test('one that came along in a chain leaves it by itself', async () => {
    for (const id of ['a', 'b', 'c']) await cases.files(id)
    await merge('b', 'c')
    await merge('a', 'b')
    expect(await unmerge('c')).toBe('a')
    await unmerge('b')
    expect(await into('a', 'b', 'c')).toEqual([null, null, null])
  })

  test('urgency goes back to what those who stay are, in whatever order they leave', async () => {
    for (const order of [
      ['b', 'c'],
      ['c', 'b'],
    ]) {
      await cases.close()
      cases = await openCaseDesk()
      await cases.officer('an')
      await cases.files('a')
      await cases.files('b', {}, { danger: true })
      await cases.files('c')
      await set('c', "rank = 0, restricted = 1, assignee_id = 'an'")
      await merge('a', 'b')
      await merge('a', 'c')
      const ranks = []
      for (const id of order) {
        await unmerge(id)
        ranks.push((await cases.row('a')).rank)
      }
      expect(ranks).toEqual(order[0] === 'b' ? [0, 2] : [1, 2])
    }
  })

  test('what its member said meanwhile, and what that made of it, leaves with it', async () => {
    const { addAnswer, addThreat } = await import('../db/case-answers.ts')
    for (const id of ['a', 'b', 'c']) await cases.files(id)
    await merge('b', 'c')
    await merge('a', 'b')
    const parts = async () => ({ ...(await cases.desk('an')), now: cases.clock.now() })
    await cases.db.write((await addAnswer(await parts(), 'a', { text: 'Của a', photos: [], danger: false })) as Statement[])
    await cases.db.write((await addAnswer(await parts(), 'b', { text: 'Của b', photos: [], danger: true })) as Statement[])
    await cases.db.write((await addThreat(await parts(), 'c', 'Họ dọa c')) as Statement[])
    expect([(await cases.row('a')).rank, (await cases.row('a')).restricted]).toEqual([0, 1])
    await set('a', "assignee_id = 'an'")
    await unmerge('b')

    const texts = async (id: string) =>
      (await listEvents(cases.db, cases.keys, id, { limit: 50 })).flatMap(({ kind, text }) => (text ? [`${kind} ${text}`] : []))
    expect(await texts('a')).toEqual(['answered Của a'])
    expect(await texts('b')).toEqual(['answered Của b', 'threatened Họ dọa c'])
    expect((await cases.row('a')).rank).toBe(2)
    expect([(await cases.row('b')).rank, (await cases.row('b')).restricted, (await cases.row('b')).danger]).toEqual([0, 1, 1])
    await set('b', "assignee_id = 'an'")
    await unmerge('c')
    expect(await texts('b')).toEqual(['answered Của b'])
    expect(await texts('c')).toEqual(['threatened Họ dọa c'])
    expect([(await cases.row('c')).rank, (await cases.row('c')).restricted]).toEqual([0, 1])
  })

  test('and merged again', async () => {
    await cases.files('a')
    await cases.files('b')
    await merge('a', 'b')
    await unmerge('b')
    await merge('b', 'a')
    expect(await into('a', 'b')).toEqual(['b', null])
    await expect(unmergeCase(await cases.desk('an'), 'b', 1)).rejects.toThrow('console_duplicates.not_merged')
  })
})

describe('two officers at once', () => {
  test('merging crosswise: one wins, and there is no circle', async () => {
    await cases.files('a')
    await cases.files('b')
    const results = await Promise.allSettled([merge('a', 'b', 'an'), merge('b', 'a', 'binh')])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect((await into('a', 'b')).filter((one) => one !== null).length).toBe(1)
    expect((await queue()).length).toBe(1)
  })

  test('a merge of the main one while somebody takes its merged one out: one wins', async () => {
    for (const id of ['a', 'b', 'c']) await cases.files(id)
    await merge('b', 'c')
    const results = await Promise.allSettled([merge('a', 'b', 'an'), unmerge('c', 'binh')])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const [, b, c] = await into('a', 'b', 'c')
    expect([
      [null, null],
      ['a', 'a'],
    ]).toContainEqual([b, c])
  })

  test('a question asked while another is merged reaches both or is asked again', async () => {
    await cases.files('a')
    await cases.files('b')
    const desk = await cases.desk('binh')
    const row = await requireCase(desk, 'a', 'case.work')
    const question = await changeCase(desk, row, { event: { kind: 'asked', text: 'Ở đâu?', relay: true } })
    await merge('a', 'b')
    await expect(cases.db.write(question)).rejects.toThrow()
  })
})

describe('nobody is shown what they must not see', () => {
  beforeEach(async () => {
    await cases.files('a', {}, { unitId: 'co-so' })
    await cases.files('b', {}, { unitId: 'xa' })
  })

  test('who may not see both merges neither', async () => {
    await cases.officer('local', 'co-so')
    await expect(merge('a', 'b', 'local')).rejects.toThrow('case.gone')
    await cases.officer('reader', 'tinh', ['viewer'])
    await expect(merge('a', 'b', 'reader')).rejects.toThrow('case.gone')
  })

  test('a case does not come to the unit its member did not want', async () => {
    await cases.files('kept', {}, { unitId: 'xa', keptFrom: 'co-so' })
    await expect(merge('a', 'kept')).rejects.toThrow('console_duplicates.kept_from')
    // Nor along with another.
    await merge('b', 'kept')
    await expect(merge('a', 'b')).rejects.toThrow('console_duplicates.kept_from')
    await cases.officer('local', 'co-so')
    const seen = { version: (await cases.versions('b'))[0] ?? 0, unitId: 'co-so' }
    await expect(transferCase(await cases.desk('an'), 'b', seen)).rejects.toThrow('case.kept_from')
    await unmerge('kept')
    await transferCase(await cases.desk('an'), 'b', { ...seen, version: (await cases.versions('b'))[0] ?? 0 })
    await merge('kept', 'a')
  })

  test('who declared a conflict with one sees the other no more either, until it is taken back', async () => {
    await cases.db.write([
      { sql: "INSERT INTO case_conflicts(case_id, officer_id, hour) VALUES ('b', 'binh', '2026-11-23T02Z')", args: [] },
    ])
    await expect(merge('a', 'b', 'binh')).rejects.toThrow('case.conflicted')
    await set('a', "assignee_id = 'binh'")
    await expect(merge('a', 'b')).rejects.toThrow('console_duplicates.conflicted')
    await set('a', 'assignee_id = NULL')
    await merge('a', 'b')
    await expect(requireCase(await cases.desk('binh'), 'a', 'case.read')).rejects.toThrow('case.conflicted')
    expect(await queue('binh')).toEqual([])
    await unmerge('b')
    expect(await queue('binh')).toEqual(['a'])
  })

  test('a restricted one is merged by its named officer alone', async () => {
    await set('b', "restricted = 1, rank = 0, assignee_id = 'binh'")
    await expect(merge('a', 'b', 'an')).rejects.toThrow('case.gone')
    await set('b', 'assignee_id = NULL')
    await expect(merge('a', 'b', 'an')).rejects.toThrow('case.take_first')
    await set('b', "assignee_id = 'binh'")
    await merge('a', 'b', 'binh')
    await expect(unmerge('b', 'an')).rejects.toThrow('case.gone')
  })

  test('what is closed, spam or the same is no main case', async () => {
    await expect(merge('a', 'a')).rejects.toThrow('console_duplicates.same_case')
    await set('a', "state = 'closed', closed_hour = '2026-11-23T02Z'")
    await expect(merge('a', 'b')).rejects.toThrow('console_duplicates.main_closed')
    await set('b', 'spam = 1')
    await expect(merge('b', 'a')).rejects.toThrow('console_duplicates.is_spam')
  })
})

describe('pairs', () => {
  test('are listed to who may see both, likeliest first, page by page', async () => {
    for (const id of ['a', 'b', 'c', 'd'])
      await cases.files(id, { signs: `Sữa bột Mẫu hộp ${id}` }, { unitId: id === 'd' ? 'co-so' : 'xa' })
    await cases.marks()
    await cases.officer('local', 'co-so')
    const an = await cases.desk('an')
    const all = await listPairs(an, { limit: 50 })
    expect(all.length).toBe(6)
    const paged = []
    for (let after = undefined as (typeof all)[number]['key'] | undefined; ; ) {
      const page = await listPairs(an, { after, limit: 2 })
      paged.push(...page)
      if (page.length < 2) break
      after = page.at(-1)?.key
    }
    expect(paged).toEqual(all)
    expect(await listPairs(await cases.desk('local'), { limit: 50 })).toEqual([])
    expect((await listSuggestions(await cases.desk('local'), 'd')).length).toBe(0)
    expect((await listSuggestions(an, 'd')).map(({ other }) => other.id).sort()).toEqual(['a', 'b', 'c'])
  })

  test('of a merged case are suggested at its main one', async () => {
    await cases.files('a', { place: 'Siêu thị Thành Công', signs: 'dép' })
    await cases.files('b')
    await cases.files('c')
    await cases.marks()
    await merge('a', 'b')
    expect((await listSuggestions(await cases.desk('an'), 'a')).map(({ other }) => other.id)).toEqual(['c'])
    expect((await listSuggestions(await cases.desk('an'), 'c')).map(({ other }) => other.id)).toEqual(['a'])
    await merge('a', 'c')
    expect(await listSuggestions(await cases.desk('an'), 'a')).toEqual([])
    expect(await listPairs(await cases.desk('an'), { limit: 9 })).toEqual([])
  })

  test('found twice, at the main one and at a merged one, are listed once', async () => {
    for (const id of ['a', 'b', 'c']) await cases.files(id)
    await cases.marks()
    await merge('a', 'b')
    expect((await listPairs(await cases.desk('an'), { limit: 9 })).map(({ one, other }) => [one.id, other.id])).toEqual([['a', 'c']])
  })

  test('said to be two things are not suggested again, also when more is told', async () => {
    await cases.files('a')
    await cases.files('b')
    await cases.marks()
    await sayApart(await cases.desk('an'), 'b', 'a')
    expect(await listSuggestions(await cases.desk('an'), 'a')).toEqual([])
    await set('a', 'marked = 0')
    await cases.marks()
    expect((await cases.pairs()).map(({ state }) => state)).toEqual(['apart'])
    expect((await cases.db.read("SELECT about_id FROM audit WHERE act = 'case.apart'")).length).toBe(1)
    await merge('a', 'b')
    await expect(sayApart(await cases.desk('an'), 'a', 'b')).rejects.toThrow('console_duplicates.merged_already')
    await unmerge('b')
    expect((await cases.pairs()).map(({ state }) => state)).toEqual(['open'])
  })

  test('that were never suggested leave nothing when they are taken apart again', async () => {
    await cases.files('a')
    await cases.files('b', { place: 'Siêu thị Thành Công', signs: 'dép' })
    await cases.marks()
    await merge('a', 'b')
    await unmerge('b')
    expect(await cases.pairs()).toEqual([])
  })
})

describe('what a member hears of others', () => {
  const said = async (id: string) => {
    const text = await othersSaid(cases.db, cases.keys, id)
    return text && 'key' in text ? text.key : text
  }

  test('nothing alone, that there are others from one on, a number from five on', async () => {
    await cases.files('a', {}, { contact: 'p0' })
    expect(await said('a')).toBeUndefined()
    for (let i = 1; i <= 5; i++) {
      await cases.files(`b${i}`, {}, { contact: `p${i}` })
      await merge('a', `b${i}`)
      expect([i, await said('a')]).toEqual([i, i < 5 ? 'case.others_some' : 'case.others_many'])
      expect([i, await said(`b${i}`)]).toEqual([i, i < 5 ? 'case.others_some' : 'case.others_many'])
    }
  })

  test('who told twice is nobody else', async () => {
    await cases.files('a', {}, { contact: 'p0' })
    await cases.files('b', {}, { contact: 'p0' })
    await merge('a', 'b')
    expect([await said('a'), await said('b')]).toEqual([undefined, undefined])
    for (let i = 1; i <= 5; i++) {
      await cases.files(`c${i}`, {}, { contact: 'p1' })
      await merge('a', `c${i}`)
    }
    expect(await said('a')).toBe('case.others_some')
  })

  test('those who left no way back count as one', async () => {
    await cases.files('a', {}, { contact: 'p0' })
    for (let i = 1; i <= 6; i++) {
      await cases.files(`c${i}`)
      await merge('a', `c${i}`)
    }
    expect([await said('a'), await said('c1')]).toEqual(['case.others_some', 'case.others_some'])
  })

  test('nothing while somebody is threatened, and nothing after it is taken back', async () => {
    await cases.files('a')
    await cases.files('b')
    await merge('a', 'b')
    await set('b', 'restricted = 1')
    expect([await said('a'), await said('b')]).toEqual([undefined, undefined])
    await set('b', 'restricted = 0')
    await set('a', 'restricted = 0')
    expect(await said('a')).toBe('case.others_some')
    await unmerge('b')
    expect([await said('a'), await said('b')]).toEqual([undefined, undefined])
  })
})
