/**
 * The words of a case (F32): its kinds, its six states and the moves between them, how urgent it is, by which road it
 * came. Pure. No state and no word here says what goods are: that is an authority's to say (R5, R6).
 */
import { dayOf } from './time.ts'
import { addWorkingDays, type Holidays, type LateDays, NO_HOLIDAYS, workingDayFrom } from './working-days.ts'

/** Kinds of §2.6, as the person chose; no finding of ours. */
export const caseKinds = ['fake', 'poor', 'origin', 'expired', 'smuggled', 'fraud', 'brand', 'unsure'] as const
export type CaseKind = (typeof caseKinds)[number]

/** Mới · Đang xem · Cần bổ sung · Đã chuyển · Có kết quả · Đóng. */
export const caseStates = ['new', 'reviewing', 'needs_info', 'referred', 'resolved', 'closed'] as const
export type CaseState = (typeof caseStates)[number]

/** Where a case may go from each state. Back to `reviewing` from the last three is a reopening and says why. */
export const MOVES: Record<CaseState, readonly CaseState[]> = {
  new: ['reviewing', 'needs_info', 'referred', 'closed'],
  reviewing: ['needs_info', 'referred', 'resolved', 'closed'],
  needs_info: ['reviewing', 'referred', 'closed'],
  referred: ['reviewing', 'needs_info', 'resolved', 'closed'],
  resolved: ['reviewing', 'closed'],
  closed: ['reviewing'],
}

/** What officers still work on, in the order it is listed. */
export const OPEN_STATES = ['new', 'reviewing', 'needs_info', 'referred', 'resolved'] as const satisfies readonly CaseState[]

/** A threatened member first (F40), then danger to somebody's health (R12). */
export const URGENCY = { threatened: 0, danger: 1, normal: 2 } as const
export type Urgency = keyof typeof URGENCY

export function urgencyOf(rank: number): Urgency {
  return rank === 0 ? 'threatened' : rank === 1 ? 'danger' : 'normal'
}

/** How it reached us: through the assistant, or typed in by an officer who was called, written to or visited. */
export const caseSources = ['assistant', 'phone', 'letter', 'visit'] as const
export type CaseSource = (typeof caseSources)[number]

/** By which road a photo of a case came: from its member, or to an officer: in a letter, at a visit, to a phone, by their own camera. */
export const photoSources = ['member', 'letter', 'visit', 'phone', 'officer'] as const
export type PhotoSource = (typeof photoSources)[number]

export type Health = 'unused' | 'fine' | 'ill' | 'unknown'

/** What the tipster told, as it stands inside the seal. */
export type Report = {
  kind: CaseKind
  signs: string
  place?: string
  /** Two decimals (about 1 km) unless the person chose the exact spot. */
  spot?: { latitude: number; longitude: number; exact: boolean }
  time?: string
  health?: Health
  note?: string
}

/** What a member typed of themselves, if anything. */
export type Identity = { name: string; phone?: string }

/** Working days in which a new case is looked at (R11), by urgency. */
export const LOOK_DAYS: Record<Urgency, number> = { threatened: 0, danger: 0, normal: 1 }

/**
 * Working days an officer has for each state, counted from the move into it, by urgency; null: nothing is due by itself. Who is
 * threatened or ill does not wait a week for the next step (R12, F40).
 */
export const STATE_DAYS: Record<CaseState, Record<Urgency, number> | null> = {
  new: null,
  reviewing: { threatened: 0, danger: 1, normal: 5 },
  needs_info: { threatened: 2, danger: 3, normal: 10 },
  referred: { threatened: 5, danger: 10, normal: 20 },
  resolved: { threatened: 1, danger: 2, normal: 3 },
  closed: null,
}

/** The day in Vietnam by which a case that moves into this state is due again; '' when nothing is. */
export function dueDayIn(state: CaseState, urgency: Urgency, now: Date, holidays: Holidays): string {
  const days = STATE_DAYS[state]
  return days === null ? '' : dayOf(addWorkingDays(now, days[urgency], restOf(urgency, holidays)))
}

/** The day in Vietnam by which a new case is looked at. */
export function lookDayOf(urgency: Urgency, now: Date, holidays: Holidays): string {
  return dayOf(addWorkingDays(now, LOOK_DAYS[urgency], restOf(urgency, holidays)))
}

/** Who is threatened or ill is not made to wait for the end of Tết: their days are those of the bare week. */
const restOf = (urgency: Urgency, holidays: Holidays): Holidays => (urgency === 'normal' ? holidays : NO_HOLIDAYS)

type Due = { state: CaseState; urgency: Urgency; dueDay: string }

/**
 * When officers see to it. A day that became a holiday after it was set is seen to on the next working day; it is not
 * rewritten, so that it stands again when the holiday goes. Urgent ones keep their day.
 */
export function shownDueDay({ urgency, dueDay }: Pick<Due, 'urgency' | 'dueDay'>, holidays: Holidays): string {
  return dueDay === '' || urgency !== 'normal' ? dueDay : workingDayFrom(dueDay, holidays)
}

export function isLate({ state, urgency, dueDay }: Due, { today, line }: LateDays): boolean {
  return state !== 'closed' && dueDay !== '' && dueDay < (urgency === 'normal' ? line : today)
}
