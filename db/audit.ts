/**
 * The audit log (F62): every act of an officer, done or refused. A row names the officer, the act and what it was about,
 * never a contact and never a text of a member. The table itself refuses changes, and lets only its oldest rows go.
 */
import type { Statement } from '../src/chat.ts'
import type { AppError } from '../src/errors.ts'
import type { Actor } from '../src/rights.ts'

export type AuditEntry = {
  act: string
  outcome?: 'done' | 'refused'
  unitId?: string | null
  /** A kind and an id: `campaign` and its id, `broadcast`, `officer`, `inquiry`, `token`. */
  about?: [kind: string, id: string]
  /** Counts, states, reasons: nothing personal. */
  detail?: Record<string, string | number | boolean | null>
}

/** Who acted; the token, where one did. */
type Who = Pick<Actor, 'officerId' | 'via' | 'unitId' | 'token'>

/** One row; it belongs into the batch of the act itself. */
export function recordAct(actor: Who | { via: 'admin' }, entry: AuditEntry, now: Date): Statement {
  const who = 'officerId' in actor ? actor : undefined
  const detail = who?.token ? { ...entry.detail, token: who.token.id } : entry.detail
  const [about, aboutId] = entry.about ?? [null, null]
  return {
    sql: 'INSERT INTO audit(at, officer_id, via, act, outcome, unit_id, about, about_id, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    args: [
      now.toISOString(),
      who?.officerId ?? null,
      actor.via,
      entry.act,
      entry.outcome ?? 'done',
      entry.unitId ?? who?.unitId ?? null,
      about,
      aboutId,
      detail ? JSON.stringify(detail) : null,
    ],
  }
}

/** An act that was not allowed, or not possible: what was tried, and the text key of why not. */
export function recordRefusal(actor: Who, entry: Omit<AuditEntry, 'outcome'>, error: AppError, now: Date): Statement {
  return recordAct(actor, { ...entry, outcome: 'refused', detail: { ...entry.detail, why: error.message } }, now)
}

/** What the product did by itself (a pause, a missed run). */
export function recordOwnAct(entry: AuditEntry, now: Date): Statement {
  const { sql, args } = recordAct({ via: 'admin' }, entry, now)
  return { sql, args: args.map((value, place) => (place === 2 ? 'assistant' : value)) }
}
