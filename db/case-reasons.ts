/**
 * Reasons why cases move, as rows: built-in ones come with the program and can only be switched off, others are an
 * administrator's of the whole deployment. One that was ever used stays, because its member goes on reading it.
 */

import type { ReasonDraft, ReasonState } from '../src/case-reason.ts'
import type { Db, Locale, Row, Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { isOwnReason } from '../src/removal.ts'
import { demandAtTop } from '../src/rights.ts'
import { demandNoVerdict } from '../src/verdict.ts'
import { recordAct } from './audit.ts'
import { guard } from './client.ts'
import { type Desk, stillActing } from './rights.ts'

export type CaseReason = {
  id: string
  state: ReasonState
  label: Record<Locale, string>
  /** What the member reads; of `needs_info`: the question itself. */
  says: Record<Locale, string>
  place: number
  active: boolean
  builtIn: boolean
  /** An older form does not overwrite a newer one. Empty: nobody has touched it. */
  edition: string
}

/** A row of the built-in data. */
export type BuiltInReason = Pick<CaseReason, 'id' | 'state' | 'label' | 'says' | 'place'>

/** Reasons of one state that are offered at once. */
const OFFERED_MOST = 100
/** Own reasons stand behind the built-in ones. */
const OWN_PLACE = 1000

/** Inserts what is new and updates what changed; what was switched off stays off. One statement. */
export function loadReasons(rows: readonly BuiltInReason[]): Statement {
  const built = rows.map((row) => ({ ...row, built: JSON.stringify(row) }))
  return {
    sql: `INSERT INTO case_reasons(id, state, label_vi, label_en, says_vi, says_en, place, built_in)
          SELECT value ->> 'id', value ->> 'state', value ->> '$.label.vi', value ->> '$.label.en', value ->> '$.says.vi', value ->> '$.says.en',
            value ->> 'place', value ->> 'built' FROM json_each(?) WHERE true
          ON CONFLICT(id) DO UPDATE SET state = excluded.state, label_vi = excluded.label_vi, label_en = excluded.label_en,
            says_vi = excluded.says_vi, says_en = excluded.says_en, place = excluded.place, built_in = excluded.built_in
          WHERE case_reasons.built_in IS NOT NULL AND case_reasons.built_in IS NOT excluded.built_in`,
    args: [JSON.stringify(built)],
  }
}

/** What an officer may choose for a move into this state, in its order. */
export async function listReasons(db: Db, state: ReasonState): Promise<CaseReason[]> {
  const rows = await db.read(`${SELECT} WHERE state = ? AND active = 1 ORDER BY place, id LIMIT ${OFFERED_MOST}`, [state])
  return rows.map(reasonOf).filter(({ id }) => !isOwnReason(id))
}

/** All of them, switched off ones too. @param after the last one seen */
export async function listDeskReasons(
  db: Db,
  { after, limit }: { after?: Pick<CaseReason, 'state' | 'place' | 'id'> | undefined; limit: number },
): Promise<CaseReason[]> {
  const rows = await db.read(`${SELECT} WHERE (state, place, id) > (?, ?, ?) ORDER BY state, place, id LIMIT ?`, [
    ...[after?.state ?? '', after?.place ?? 0, after?.id ?? ''],
    limit,
  ])
  return rows.map(reasonOf)
}

export async function findReason(db: Db, id: string): Promise<CaseReason | undefined> {
  return (await db.read(`${SELECT} WHERE id = ?`, [id])).map(reasonOf)[0]
}

/** One that may be chosen for a move into this state. Throws AppError `invalid`. */
export async function requireReason(db: Db, id: string | undefined, state: ReasonState): Promise<CaseReason> {
  const reason = id === undefined ? undefined : await findReason(db, id)
  if (!reason) throw new AppError('invalid', 'case.reason_needed')
  if (reason.state !== state || !reason.active || isOwnReason(reason.id)) throw new AppError('invalid', 'case.reason_gone')
  return reason
}

/** A new reason of the whole deployment. Throws AppError `forbidden`. */
export function addReason(desk: Desk, draft: ReasonDraft): { id: string; writes: Statement[] } {
  const { actor, now } = desk
  demandAtTop(actor, 'reason.write')
  demandNoVerdict(draft.saysVi)
  const id = desk.id()
  return {
    id,
    writes: [
      ...stillActing(actor),
      {
        sql: `INSERT INTO case_reasons(id, state, label_vi, label_en, says_vi, says_en, place, edited_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        args: [id, draft.state, draft.labelVi, draft.labelEn, draft.saysVi, draft.saysEn, OWN_PLACE, now.toISOString()],
      },
      recordAct(actor, { act: 'reason.add', about: ['reason', id], detail: { state: draft.state } }, now),
    ],
  }
}

/** Other words of an own one; where it leads stays. Throws AppError `conflict` for a built-in one. */
export function editReason(desk: Desk, reason: CaseReason, draft: Omit<ReasonDraft, 'state'>): Statement[] {
  if (reason.builtIn) throw new AppError('conflict', 'case.reason_built_in')
  demandNoVerdict(draft.saysVi)
  return change(desk, reason, 'reason.edit', 'label_vi = ?, label_en = ?, says_vi = ?, says_en = ?', [
    ...[draft.labelVi, draft.labelEn, draft.saysVi, draft.saysEn],
  ])
}

/** Officers choose it no more, or again. */
export function switchReason(desk: Desk, reason: CaseReason, on: boolean): Statement[] {
  return change(desk, reason, on ? 'reason.on' : 'reason.off', 'active = ?', [on ? 1 : 0])
}

function change({ actor, now }: Desk, reason: CaseReason, act: string, set: string, args: Statement['args']): Statement[] {
  demandAtTop(actor, 'reason.write')
  return [
    ...stillActing(actor),
    {
      sql: `UPDATE case_reasons SET ${set}, edited_at = ? WHERE id = ? AND coalesce(edited_at, '') = ?`,
      args: [...args, now.toISOString(), reason.id, reason.edition],
    },
    guard(),
    recordAct(actor, { act, about: ['reason', reason.id] }, now),
  ]
}

const SELECT = 'SELECT * FROM case_reasons'

function reasonOf(row: Row): CaseReason {
  return {
    id: String(row.id),
    state: row.state as ReasonState,
    label: { vi: String(row.label_vi), en: String(row.label_en) },
    says: { vi: String(row.says_vi), en: String(row.says_en) },
    place: Number(row.place),
    active: row.active === 1,
    builtIn: row.built_in !== null,
    edition: row.edited_at === null ? '' : String(row.edited_at),
  }
}
