/**
 * A case as the API shows it: what officers see in the console, and as little of a restricted one. No receipt, no way to its
 * member and no exact time is ever there.
 */

import * as z from 'zod'
import type { CaseRow, OpenCase } from '../../db/case-desk.ts'
import { caseKinds, caseSources, caseStates, isLate, shownDueDay, URGENCY, type Urgency } from '../case.ts'
import { type Holidays, lateDaysOf } from '../working-days.ts'
import { namedSchema } from './shapes.ts'

export const urgencySchema = z.enum(Object.keys(URGENCY) as [Urgency, ...Urgency[]])
export const versionSchema = z.int().min(1).max(1_000_000)
export const dayOrNull = z.iso.date().nullable()

export const caseSchema = z.object({
  id: z.string(),
  number: z.string(),
  state: z.enum(caseStates),
  /** Null of a restricted one that another officer has, or nobody. */
  kind: z.enum(caseKinds).nullable(),
  source: z.enum(caseSources),
  urgency: urgencySchema,
  restricted: z.boolean(),
  spam: z.boolean(),
  unit: namedSchema.nullable(),
  officer: namedSchema.nullable(),
  /** Day in Vietnam of the next step; the next working day where it fell on a holiday. */
  dueDay: dayOrNull,
  late: z.boolean(),
  reasonId: z.string().nullable(),
  outcomeId: z.string().nullable(),
  /** The hour in UTC, `2026-11-23T08Z`: no exact time is kept in the clear. */
  openedHour: z.string(),
  mergedInto: z.string().nullable(),
  /** Taken back by its member (`partly`: it goes on without them), or removed for good; nothing is left of `withdrawn` and `removed`. */
  gone: z.enum(['withdrawn', 'partly', 'removed']).nullable(),
  /** What an act is given, so that nobody acts on what they have not seen. */
  version: z.int(),
})

export const reportSchema = caseSchema.extend({
  report: z.object({
    kind: z.enum(caseKinds),
    signs: z.string(),
    place: z.string().nullable(),
    spot: z.object({ latitude: z.number(), longitude: z.number(), exact: z.boolean() }).nullable(),
    time: z.string().nullable(),
    health: z.enum(['unused', 'fine', 'ill', 'unknown']).nullable(),
    note: z.string().nullable(),
  }),
  /** Can the member be written to, and did they leave a name, which stays sealed? */
  member: z.object({ link: z.boolean(), identity: z.boolean() }),
})

export const doneSchema = z.object({ id: z.string(), version: z.int() })

export function shownCase(row: CaseRow, officerId: string, now: Date, holidays: Holidays): z.input<typeof caseSchema> {
  const hidden = row.restricted && row.assigneeId !== officerId
  return {
    ...{ id: row.id, number: row.number, state: row.state, source: row.source, urgency: row.urgency },
    kind: hidden ? null : row.kind,
    ...{ restricted: row.restricted, spam: row.spam, reasonId: row.reasonId, outcomeId: row.outcomeId },
    unit: row.unitId === null ? null : { id: row.unitId, name: row.unitName ?? '' },
    officer: row.assigneeId === null ? null : { id: row.assigneeId, name: row.assigneeName ?? '' },
    dueDay: row.dueDay === '' ? null : shownDueDay(row, holidays),
    late: isLate(row, lateDaysOf(now, holidays)),
    ...{ openedHour: row.openedHour, mergedInto: row.mergedInto, gone: row.gone, version: row.version },
  }
}

export function shownReport(
  open: OpenCase,
  member: { link: boolean; identity: boolean },
  officerId: string,
  now: Date,
  holidays: Holidays,
): z.input<typeof reportSchema> {
  const { kind, signs, place, spot, time, health, note } = open.report
  return {
    ...shownCase(open, officerId, now, holidays),
    report: { kind, signs, place: place ?? null, spot: spot ?? null, time: time ?? null, health: health ?? null, note: note ?? null },
    member,
  }
}
