/**
 * Reminders that say why (F32): one neutral line a morning with how many of what kind, to whoever can do something about it;
 * and within a minute when something is urgent. No line names a case.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTexts } from '../content/index.ts'
import { takeCase } from '../db/case-assign.ts'
import { moveCase } from '../db/case-moves.ts'
import { setUrgency } from '../db/case-plan.ts'
import { type CaseReminders, createCaseReminders } from '../src/case-reminders.ts'
import { createSchedule, type Job } from '../src/schedule.ts'
import { openReply } from '../src/sealed-reply.ts'
import { DAY_MS } from '../src/time.ts'
import { type CaseStage, openCaseStage } from './case-stage.ts'

const texts = createTexts()

/** Monday 30 November 2026, eight o'clock in Vietnam. */
const MORNING = new Date('2026-11-30T01:00:00Z')

let stage: CaseStage
let reminders: CaseReminders
let lines: string[]
beforeEach(async () => {
  stage = await openCaseStage()
  lines = []
  const log = (...said: unknown[]) => void lines.push(JSON.stringify(said))
  reminders = createCaseReminders({ db: stage.db, keys: stage.keys, publicUrl: 'https://bot.example.vn/', log })
})
afterEach(() => stage.close())

/** What each officer reads, in Vietnamese, and the links under it. */
async function said(): Promise<Record<string, string[]>> {
  const rows = await stage.db.read(
    `SELECT o.id, b.body FROM outbox b JOIN addresses a ON a.id = b.address_id JOIN officers o ON o.contact_id = a.contact_id ORDER BY b.id`,
  )
  const all: Record<string, string[]> = {}
  for (const { id, body } of rows) {
    const { reply } = await openReply(stage.keys, body as Uint8Array)
    expect(reply.buttons).toEqual([{ label: { key: 'case.b_console' }, url: 'https://bot.example.vn/console/cases' }])
    all[String(id)] = [...(all[String(id)] ?? []), texts.render(reply.text, 'vi')]
  }
  return all
}

const numbers = ['2222', '3333', '4444', '5555', '6666', '7777']
const file = async (n: number, more: Record<string, unknown> = {}) => {
  await stage.file({ id: `c${n}`, number: `PA-2611-${numbers[n]}`, now: new Date('2026-11-16T02:00:00Z'), ...more })
  return `c${n}`
}

describe('in the morning', () => {
  test('each officer is told how many wait and why, in one line without a number of a case', async () => {
    const at = await stage.desk('an', new Date('2026-11-16T03:00:00Z'))
    for (const n of [0, 1]) await takeCase(at, await file(n), 1)
    await takeCase(at, await file(2), 1)
    await moveCase(at, 'c2', { version: 2, to: 'referred', reasonId: 'referred-paper' })
    await stage.db.write([{ sql: "UPDATE cases SET due_day = '2026-11-27' WHERE id = 'c2'", args: [] }])
    await file(3)
    // Of a unit without a case officer: those of the nearest above.
    await file(4, { unitId: 'xuong' })
    await reminders.remind(MORNING)
    const words = await said()
    expect(words).toEqual({
      an: ['Việc chờ đồng chí hôm nay: 2 phản ánh quá hạn xem, 1 phản ánh đã chuyển mà cơ quan chưa trả lời, 2 phản ánh chưa ai nhận.'],
      binh: ['Việc chờ đồng chí hôm nay: 2 phản ánh chưa ai nhận.'],
    })
    expect(JSON.stringify([words, lines])).not.toMatch(/PA-|2222|3333|c1/)
  })

  test('a paper that is still out of a case that moved on, and a result to take back, are reasons of their own', async () => {
    const at = await stage.desk('an', new Date('2026-11-27T03:00:00Z'))
    await takeCase(at, await file(0), 1)
    await stage.db.write([
      { sql: "UPDATE cases SET due_day = '2026-12-30' WHERE id = 'c0'", args: [] },
      {
        sql: `INSERT INTO hand_overs(id, case_id, authority_id, state, hour, due_day, officer_id, box)
              VALUES ('p1', 'c0', 'a', 'sent', '2026-11-01T02Z', '2026-11-27', 'an', x''), ('p2', 'c0', 'a', 'answered', '2026-11-01T02Z', '2026-11-27', 'an', x'')`,
        args: [],
      },
      {
        sql: `INSERT INTO decisions(id, case_id, authority_name, number, day, link, box, state, officer_id, hour, due_day)
              VALUES ('d1', 'c0', 'Chi cục', '12', '2026-11-20', 'https://qltt.gov.vn', x'', 'approved', 'an', '2026-11-20T02Z', '2026-11-30')`,
        args: [],
      },
    ])
    await reminders.remind(MORNING)
    expect(await said()).toEqual({
      an: ['Việc chờ đồng chí hôm nay: 1 phản ánh đã chuyển mà cơ quan chưa trả lời, 1 kết quả cần rút lại.'],
    })
  })

  test('what is due today or later, closed, merged or spam is no reason', async () => {
    const at = await stage.desk('an', new Date('2026-11-25T03:00:00Z'))
    await takeCase(at, await file(0), 1)
    await stage.db.write([{ sql: "UPDATE cases SET due_day = '2026-11-30' WHERE id = 'c0'", args: [] }])
    for (const [n, change] of [
      [1, "state = 'closed'"],
      [2, "merged_into = 'c0'"],
      [3, 'spam = 1'],
    ] as const)
      await stage.db.write([{ sql: `UPDATE cases SET ${change} WHERE id = ?`, args: [await file(n)] }])
    await reminders.remind(MORNING)
    expect(await said()).toEqual({})
  })

  test('who declared a conflict is not told of it, and the case of an officer who left is nobody’s', async () => {
    await takeCase(await stage.desk('binh'), await file(0), 1)
    await stage.db.write([
      { sql: "UPDATE officers SET active = 0 WHERE id = 'binh'", args: [] },
      { sql: "INSERT INTO case_conflicts(case_id, officer_id, hour) VALUES ('c0', 'an', '2026-11-20T01Z')", args: [] },
    ])
    await reminders.remind(MORNING)
    expect(Object.keys(await said())).toEqual(['cuc'])
  })

  test('comes once on a working day, never at night or on a Sunday', async () => {
    await file(0)
    const job: Job = { name: 'case-reminders', at: { hour: 8, minute: 0 }, run: reminders.remind }
    const [one, other] = [1, 2].map(() => createSchedule({ db: stage.db, jobs: [job], log: () => {} }))
    await Promise.all([one?.tick(MORNING), other?.tick(MORNING)])
    await one?.tick(new Date(MORNING.getTime() + 60_000))
    await one?.tick(new Date(MORNING.getTime() + DAY_MS - 60_000))
    expect((await said()).an).toHaveLength(1)
    await one?.tick(new Date(MORNING.getTime() + DAY_MS))
    expect((await said()).an).toHaveLength(2)
    for (const day of [5, 6]) await one?.tick(new Date(MORNING.getTime() + day * DAY_MS))
    // A process that begins at two in the night makes up for nothing.
    await one?.tick(new Date('2026-12-07T19:00:00Z'))
    expect((await said()).an).toHaveLength(2)
  })

  test('more cases than are read at once are counted to the last', async () => {
    await stage.db.write([
      {
        sql: `INSERT INTO cases(id, number, receipt_tag, state, kind, unit_id, due_day, box, opened_hour)
              WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1203)
              SELECT 'm' || i, 'N' || i, 'r' || i, 'new', 'fake', 'xa', '2026-11-20', x'00', '2026-11-20T01Z' FROM n`,
        args: [],
      },
    ])
    await reminders.remind(MORNING)
    expect((await said()).an).toEqual(['Việc chờ đồng chí hôm nay: 1203 phản ánh chưa ai nhận.'])
  })
})

describe('something urgent', () => {
  test('is told within a minute, once, to who can take it', async () => {
    await file(0, { danger: true })
    await file(1)
    await Promise.all([reminders.alert(MORNING), reminders.alert(MORNING)])
    await reminders.alert(new Date(MORNING.getTime() + 60_000))
    expect(await said()).toEqual({
      an: ['Có 1 việc gấp cần xem ngay. Mời đồng chí mở trang cán bộ.'],
      binh: ['Có 1 việc gấp cần xem ngay. Mời đồng chí mở trang cán bộ.'],
    })
  })

  test('goes to its officer alone where it has one, and again when it becomes worse', async () => {
    const an = await stage.desk('an')
    await takeCase(an, await file(0, { danger: true }), 1)
    await reminders.alert(MORNING)
    // As the member’s own turn does it.
    await stage.db.write([{ sql: "UPDATE cases SET rank = 0, restricted = 1, version = version + 1 WHERE id = 'c0'", args: [] }])
    await reminders.alert(MORNING)
    expect(Object.entries(await said()).map(([id, all]) => [id, all.length])).toEqual([['an', 2]])
    // What an officer raises themselves is no news.
    await takeCase(an, await file(1), 1)
    await setUrgency(an, 'c1', { version: 2, urgency: 'danger' })
    await reminders.alert(MORNING)
    expect((await said()).an).toHaveLength(2)
  })
})
