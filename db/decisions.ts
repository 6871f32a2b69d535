/**
 * Decisions of authorities as results (R5): written by one officer, let out by two others, each with their own hand; only then
 * a member reads more than a neutral sentence. The approvers see the decision and no more of the case than its number.
 */
import type { Row, Statement, Value } from '../src/chat.ts'
import type { DecisionDraft } from '../src/decision.ts'
import { AppError } from '../src/errors.ts'
import { evenJson, openJson } from '../src/keys.ts'
import { type Act, demand, demandAtTop } from '../src/rights.ts'
import { dayOf, hourOf } from '../src/time.ts'
import { recordCaseAct } from './case-change.ts'
import { type CaseRow, CONFLICT, isWithin, NO_CONFLICT, scopeSql } from './case-desk.ts'
import { isKeptFrom } from './case-kept.ts'
import { guard } from './client.ts'
import { findPushRules, isAllowedLink } from './push-rules.ts'
import { type Desk, stillActing } from './rights.ts'

/** `returned`: its author may change it and ask again. */
export const DECISION_STATES = ['waiting', 'approved', 'returned', 'withdrawn'] as const
export type DecisionState = (typeof DECISION_STATES)[number]

/** What stands sealed: the member's sentence, and what officers said of it. */
export type DecisionBox = { says: string; why?: string; writtenAt: string }

export type DecisionRow = Omit<DecisionDraft, 'says'> & {
  id: string
  caseId: string
  /** `PA-2611-7K3Q` */
  caseNumber: string
  state: DecisionState
  officerId: string
  officerName: string | null
  unitId: string | null
  unitName: string | null
  path: string | null
  hour: string
  /** The day by which it has to be taken back; null: nobody asked for that. */
  dueDay: string | null
  approvals: Array<{ officerId: string; name: string | null }>
  version: number
}
export type Decision = DecisionRow & { box: DecisionBox }

/** Hosts a decision may be read at, whatever the settings say besides. */
const STATE_HOSTS = ['*.gov.vn']
const CASE_MOST = 20

/** Of one case, oldest first. */
export async function listDecisions({ db, keys }: Pick<Desk, 'db' | 'keys'>, caseId: string): Promise<Decision[]> {
  const rows = await db.read(`${SELECT} WHERE d.case_id = ? ORDER BY d.hour, d.id LIMIT ${CASE_MOST}`, [caseId])
  return Promise.all(rows.map(async (row) => ({ ...rowOf(row), box: await boxOf(keys, row) })))
}

/** Those this officer could let out: not their own, and not yet decided on by them. @param after of the last row seen */
export async function listWaitingDecisions(
  { db, actor }: Pick<Desk, 'db' | 'actor'>,
  { after, limit }: { after?: Pick<DecisionRow, 'hour' | 'id'> | undefined; limit: number },
): Promise<DecisionRow[]> {
  const within = scopeSql(actor, 'decision.approve')
  if (!within) return []
  const me = actor.officerId
  const rows = await db.read(
    `${SELECT_FROM('decisions d INDEXED BY decisions_waiting')} WHERE d.state = 'waiting' AND (d.hour, d.id) > (?, ?) AND d.officer_id <> ?
       AND NOT EXISTS (SELECT 1 FROM decision_approvals x WHERE x.decision_id = d.id AND x.officer_id = ?)
       ${NO_CONFLICT} AND (${within.sql})
     ORDER BY d.hour, d.id LIMIT ?`,
    [after?.hour ?? '', after?.id ?? '', me, me, me, ...within.args, limit],
  )
  return rows.map(rowOf)
}

/** Those that have to be taken back, of the officer's units, the longest first. */
export async function listCorrections({ db, actor }: Pick<Desk, 'db' | 'actor'>, limit: number): Promise<DecisionRow[]> {
  const within = scopeSql(actor, 'decision.approve')
  if (!within) return []
  const rows = await db.read(
    `${SELECT_FROM('decisions d INDEXED BY decisions_correcting')} WHERE d.due_day IS NOT NULL
       ${NO_CONFLICT} AND (${within.sql})
     ORDER BY d.due_day, d.id LIMIT ?`,
    [actor.officerId, ...within.args, limit],
  )
  return rows.map(rowOf)
}

/**
 * One this officer may do this with, opened. Throws AppError `not_found` also where they may not, `forbidden` when they
 * declared a conflict with its case.
 */
export async function requireDecision(desk: Pick<Desk, 'db' | 'keys' | 'actor'>, id: string, acts: readonly Act[]): Promise<Decision> {
  const [row] = await desk.db.read(`${SELECT} WHERE d.id = ? AND d.case_id IS NOT NULL`, [id])
  const found = row && rowOf(row)
  if (!found || !acts.some((act) => isWithin(desk.actor, act, found.path)))
    throw new AppError('not_found', 'console_hand_overs.decision_gone')
  const [facts] = await desk.db.read(`SELECT ${CONFLICT} AS conflict FROM cases c WHERE c.id = ?`, [desk.actor.officerId, found.caseId])
  if (facts?.conflict === 1) throw new AppError('forbidden', 'case.conflicted')
  if (await isKeptFrom(desk, { id: found.caseId, path: found.path }, desk.actor.officerId))
    throw new AppError('not_found', 'console_hand_overs.decision_gone')
  return { ...found, box: await boxOf(desk.keys, row) }
}

/**
 * A decision that waits for two officers. Throws AppError `invalid` for a link that is no office's, or a day to come.
 * @param found the case, seen by its author
 */
export async function fileDecision(desk: Desk, found: CaseRow, draft: DecisionDraft): Promise<{ id: string; writes: Statement[] }> {
  const { actor, now, keys } = desk
  demandFor(desk, 'decision.write', found.path)
  if (found.mergedInto !== null) throw new AppError('conflict', 'case.merged')
  await demandPublished(desk, draft)
  const id = desk.id()
  const { authorityName, number, day, link, says } = draft
  const box = await keys.seal('decision', evenJson({ says, writtenAt: now.toISOString() } satisfies DecisionBox), id)
  return {
    id,
    writes: [
      ...stillActing(actor),
      {
        sql: `INSERT INTO decisions(id, case_id, authority_name, number, day, link, box, officer_id, unit_id, hour)
              SELECT ?, id, ?, ?, ?, ?, ?, ?, unit_id, ? FROM cases WHERE id = ? AND merged_into IS NULL`,
        args: [id, authorityName, number, day, link, box, actor.officerId, hourOf(now), found.id],
      },
      guard(),
      recordCaseAct(actor, found, 'decision.file', now, { decision: id }),
    ],
  }
}

/** Its author writes it anew: whoever had let it through is asked again. */
export async function editDecision(desk: Desk, decision: Decision, draft: DecisionDraft): Promise<Statement[]> {
  const { actor, now, keys } = desk
  demandFor(desk, 'decision.write', decision.path)
  if (decision.officerId !== actor.officerId) throw new AppError('forbidden', 'console_hand_overs.not_author')
  await demandPublished(desk, draft)
  const { authorityName, number, day, link, says } = draft
  const box = await keys.seal('decision', evenJson({ says, writtenAt: now.toISOString() } satisfies DecisionBox), decision.id)
  return [
    ...stillActing(actor),
    {
      sql: `UPDATE decisions SET authority_name = ?, number = ?, day = ?, link = ?, box = ?, state = 'waiting', hour = ?, version = version + 1
            WHERE id = ? AND version = ? AND state IN ('waiting', 'returned')`,
      args: [authorityName, number, day, link, box, hourOf(now), decision.id, decision.version],
    },
    guard(),
    { sql: 'DELETE FROM decision_approvals WHERE decision_id = ?', args: [decision.id] },
    recordCaseAct(actor, caseOf(decision), 'decision.edit', now, { decision: decision.id }),
  ]
}

/** Throws AppError `forbidden`. */
export function demandFor({ actor }: Pick<Desk, 'actor'>, act: Act, path: string | null): void {
  if (path === null) demandAtTop(actor, act)
  else demand(actor, act, path)
}

/** What an audit row names. */
export const caseOf = ({ caseId, unitId }: Pick<DecisionRow, 'caseId' | 'unitId'>): Pick<CaseRow, 'id' | 'unitId'> => ({
  id: caseId,
  unitId,
})

async function demandPublished({ db, ownHost, now }: Desk, { link, day }: DecisionDraft): Promise<void> {
  const { linkHosts } = await findPushRules(db)
  // Our own page is no office's.
  const hosts = [...STATE_HOSTS, ...linkHosts].filter((host) => host !== ownHost)
  if (!isAllowedLink(link, { linkHosts: hosts }, null)) throw new AppError('invalid', 'console_hand_overs.link_wrong')
  if (day > dayOf(now)) throw new AppError('invalid', 'console_hand_overs.future')
}

const SELECT_FROM = (
  from: string,
) => `SELECT d.*, c.number AS case_number, o.name AS officer_name, coalesce(u.short_name, u.name) AS unit_name, u.path,
    (SELECT json_group_array(json_object('officerId', x.officer_id, 'name', w.name)) FROM decision_approvals x
       LEFT JOIN officers w ON w.id = x.officer_id WHERE x.decision_id = d.id) AS approvals
  FROM ${from} CROSS JOIN cases c ON c.id = d.case_id LEFT JOIN units u ON u.id = c.unit_id LEFT JOIN officers o ON o.id = d.officer_id`
const SELECT = SELECT_FROM('decisions d')

const boxOf = (keys: Desk['keys'], row: Row) => openJson<DecisionBox>(keys, 'decision', row.box as Uint8Array, String(row.id))

function rowOf(row: Row): DecisionRow {
  const text = (value: Value | undefined) => (value === null || value === undefined ? null : String(value))
  return {
    id: String(row.id),
    caseId: String(row.case_id),
    caseNumber: String(row.case_number),
    authorityName: String(row.authority_name),
    number: String(row.number),
    day: String(row.day),
    link: String(row.link),
    state: row.state as DecisionState,
    officerId: String(row.officer_id),
    officerName: text(row.officer_name),
    unitId: text(row.unit_id),
    unitName: text(row.unit_name),
    path: text(row.path),
    hour: String(row.hour),
    dueDay: text(row.due_day),
    approvals: JSON.parse(String(row.approvals)) as DecisionRow['approvals'],
    version: Number(row.version),
  }
}
