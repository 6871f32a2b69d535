/**
 * The words of the breach desk (F64, R20): what an incident's entries say, and its clock: 72 hours from detection to the
 * authority (Law 91/2025/QH15 Art. 23, features §2.4), which always runs, whether or not the case turns out serious.
 */
import * as z from 'zod'
import { noteSchema } from './data-clock.ts'

export const INCIDENT_STATES = ['open', 'notified', 'closed'] as const
export type IncidentState = (typeof INCIDENT_STATES)[number]

/** What an officer writes down. `note` stays inside; the others stand in the notices. */
export const ENTRY_KINDS = ['happened', 'affected', 'effect', 'measure', 'plan', 'note'] as const
/** What the desk itself writes down when the matter moves on. */
export const MOVES = ['opened', 'told_authority', 'told_people', 'closed', 'reopened'] as const
export type EntryKind = (typeof ENTRY_KINDS)[number] | (typeof MOVES)[number]

/** Whom it concerns, as kinds and a number: never a name. */
export const PEOPLE_KINDS = ['members', 'reporters', 'officers', 'children', 'partners', 'others'] as const
export const DATA_KINDS = ['account', 'unit', 'consents', 'messages', 'reports', 'photos', 'identity', 'officer', 'other'] as const

const CLOCK_MS = 72 * 60 * 60 * 1000

/** @param detected when somebody of the organisation first knew */
export function noticeDue(detected: Date): Date {
  return new Date(detected.getTime() + CLOCK_MS)
}

export const incidentTitleSchema = noteSchema(3, 120).pipe(z.string().regex(/^[^\n]*$/))

export const affectedSchema = z.strictObject({
  /** About how many; null: not known yet. */
  people: z.int().min(0).max(100_000_000).nullable(),
  /** About how many records; null: not known yet. */
  records: z.int().min(0).max(1_000_000_000).nullable(),
  peopleKinds: z.array(z.enum(PEOPLE_KINDS)).min(1).max(PEOPLE_KINDS.length),
  dataKinds: z.array(z.enum(DATA_KINDS)).min(1).max(DATA_KINDS.length),
})
export type Affected = z.output<typeof affectedSchema>

/** An entry as it is added: words, and for `affected` the figures. */
export const entrySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('affected'), text: noteSchema(0, 2000), affected: affectedSchema }),
  z.strictObject({ kind: z.enum(['happened', 'effect', 'measure', 'plan', 'note']), text: noteSchema(3, 2000) }),
])
export type EntryDraft = z.output<typeof entrySchema>

/** An entry as it is read. */
export type IncidentEntry = {
  place: number
  at: Date
  officerId: string
  officerName: string
  kind: EntryKind
  text: string
  affected: Affected | null
}

/** What a notice to the authority cannot be without. */
export const NEEDED = ['happened', 'affected', 'measure'] as const

export function missingIn(entries: ReadonlyArray<{ kind: EntryKind }>): Array<(typeof NEEDED)[number]> {
  return NEEDED.filter((kind) => !entries.some((entry) => entry.kind === kind))
}
