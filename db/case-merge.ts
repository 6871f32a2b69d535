/**
 * Two reports of one thing become one case: the other leaves the queue, stands where the main one stands, and its member
 * hears what the main one's hears (case-audience.ts). Taken back, it is what it was before, with those it had itself; what
 * that takes stands in its event. A merged case is never itself a main one: who is merged comes along with those it had.
 */
import { URGENCY } from '../src/case.ts'
import type { Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { GROUP_MOST, listMerged } from './case-audience.ts'
import { type Change, changeCase } from './case-change.ts'
import { type CaseRow, openCaseOf, requireCase } from './case-desk.ts'
import { type CaseEvent, listEvents } from './case-events.ts'
import { isKept, keptRanges } from './case-kept.ts'
import { markAgain } from './case-marks.ts'
import { paired, parted } from './case-pairs.ts'
import { requireSeen } from './case-seen.ts'
import { guardThat } from './client.ts'
import type { Desk } from './rights.ts'

/** Answers of one merged member that leave with them. */
const SAID_MOST = 200

/** A case and the version of it the officer had before their eyes. */
export type Seen = { id: string; version: number }

/**
 * The other becomes part of the main one. Both must be within the officer's rights and theirs where restricted.
 * Throws AppError like `requireCase`; `conflict` when one moved on, was merged, or the main one is closed; `invalid` for what
 * is no pair; `forbidden` where it would be shown to whom it must not.
 */
export async function mergeCases(desk: Desk, main: Seen, other: Seen): Promise<void> {
  if (main.id === other.id) throw new AppError('invalid', 'console_duplicates.same_case')
  const into = await requireSeen(desk, main.id, main.version)
  const from = await requireSeen(desk, other.id, other.version)
  if (into.spam || from.spam) throw new AppError('conflict', 'console_duplicates.is_spam')
  if (into.state === 'closed' && from.state !== 'closed') throw new AppError('conflict', 'console_duplicates.main_closed')
  const along = await listMerged(desk.db, from.id)
  const already = await listMerged(desk.db, into.id)
  if (along.length + already.length + 2 > GROUP_MOST) throw new AppError('conflict', 'console_duplicates.too_many')
  await refuseSight(desk, into, [from.id, ...along])

  const rank = Math.min(into.rank, from.rank)
  const due = [into.dueDay, from.dueDay].filter((day) => day !== '').sort()[0] ?? ''
  const raised = into.state === 'closed' ? into.dueDay : due
  // Who may see the most guarded of them is the one who has it.
  const assignee = from.restricted ? desk.actor.officerId : into.assigneeId
  const mainly: Change = {
    set: ['rank = ?, restricted = ?, assignee_id = ?, due_day = ?', [rank, into.restricted || from.restricted ? 1 : 0, assignee, raised]],
    event: { kind: 'merged', detail: { other: from.id, number: from.number, own: await ownRank(desk, into), rank } },
  }
  const { state, reasonId, outcomeId, closedHour } = into
  const away: Change = {
    act: null,
    set: ['merged_into = ?, state = ?, reason_id = ?, outcome_id = ?, closed_hour = ?', [into.id, state, reasonId, outcomeId, closedHour]],
    event: {
      kind: 'merged',
      detail: {
        ...{ main: into.id, number: into.number, along: along.join(' ') },
        ...{ state: from.state, reason: from.reasonId, outcome: from.outcomeId, closed: from.closedHour },
      },
    },
  }
  await desk.db.write([
    ...(await changeCase(desk, into, mainly)),
    ...(await changeCase(desk, from, away)),
    {
      sql: 'UPDATE cases SET merged_into = ?, state = ?, reason_id = ?, outcome_id = ?, closed_hour = ? WHERE merged_into = ?',
      args: [into.id, state, reasonId, outcomeId, closedHour, from.id],
    },
    paired(into.id, from.id),
  ])
}

/**
 * The merged case stands by itself again, as before. `main` is the version of the main one that the officer saw. Returns the
 * main one's id. Throws AppError like `mergeCases`; `conflict` when it is not merged.
 */
export async function unmergeCase(desk: Desk, id: string, mainVersion: number): Promise<string> {
  const from = await requireCase(desk, id, 'case.work')
  if (from.mergedInto === null) throw new AppError('conflict', 'console_duplicates.not_merged')
  if (from.restricted && from.assigneeId !== desk.actor.officerId) throw new AppError('forbidden', 'case.take_first')
  const into = await requireSeen(desk, from.mergedInto, mainVersion)
  const before: CaseEvent['detail'] = (await lastMerged(desk, from.id, 'main'))?.detail ?? {}
  const text = (value: CaseEvent['detail'][string] | undefined) => (typeof value === 'string' ? value : null)
  const { state, reason, outcome, closed, along } = before
  const restored = [text(state) ?? 'reviewing', text(reason), text(outcome), text(closed)]
  const back = (text(along) ?? '').split(' ').filter((one) => one !== '')

  const said = await saidSince(desk, into.id, [from.id, ...back])
  const rank = await rankWithout(desk, into, [from.id, ...back], said)
  const mainly: Change = { set: ['rank = ?', [rank]], event: { kind: 'unmerged', detail: { other: from.id, number: from.number } } }
  const away: Change = {
    act: null,
    set: [
      `merged_into = NULL, state = ?, reason_id = ?, outcome_id = ?, closed_hour = ?,
        rank = min(rank, ?), danger = max(danger, ?), restricted = max(restricted, ?)`,
      [...restored, said.rank, said.danger ? 1 : 0, said.rank === URGENCY.threatened ? 1 : 0],
    ],
    event: { kind: 'unmerged', detail: { main: into.id, number: into.number } },
  }
  await desk.db.write([
    guardThat('EXISTS (SELECT 1 FROM cases WHERE id = ? AND merged_into = ?)', [from.id, into.id]),
    ...(await changeCase(desk, into, mainly)),
    ...(await changeCase(desk, { ...from, mergedInto: null }, away)),
    ...said.ids.flatMap((event) => takeAlong(event, into.id, from.id)),
    {
      sql: `UPDATE cases SET merged_into = ?, state = ?, reason_id = ?, outcome_id = ?, closed_hour = ?
            WHERE merged_into = ? AND id IN (SELECT value FROM json_each(?))`,
      args: [from.id, ...restored, into.id, JSON.stringify(back)],
    },
    ...parted(into.id, from.id),
    ...(said.ids.length > 0 ? [markAgain(into.id), markAgain(from.id)] : []),
  ])
  return into.id
}

/**
 * Who sees the main one will see the others: nobody may who declared a conflict with one, and not the unit its member did
 * not want to see it (R8).
 */
async function refuseSight(desk: Desk, into: CaseRow, ids: string[]): Promise<void> {
  for (const id of ids) {
    const { path } = await openCaseOf(desk, id, 'case.work')
    if (isKept(await keptRanges(desk, { id, path }), into.path ?? '')) throw new AppError('forbidden', 'console_duplicates.kept_from')
  }
  const conflicted = await desk.db.read(
    'SELECT 1 FROM json_each(?) j JOIN case_conflicts x ON x.case_id = j.value WHERE x.officer_id = ? LIMIT 1',
    [JSON.stringify(ids), into.assigneeId ?? ''],
  )
  if (conflicted.length > 0) throw new AppError('forbidden', 'console_duplicates.conflicted')
}

/** How urgent the main one is by itself, whatever it was raised to by those merged into it. */
async function ownRank(desk: Desk, into: CaseRow): Promise<number> {
  const last = (await listMerged(desk.db, into.id)).length > 0 ? await lastMerged(desk, into.id, 'other') : undefined
  // Raised since by something else: that is its own.
  return last?.detail.rank === into.rank && typeof last.detail.own === 'number' ? last.detail.own : into.rank
}

type Said = { ids: string[]; rank: number; danger: boolean }

/** What members of these said since, which stands in the main one's thread: it leaves with them, and what it raised too. */
async function saidSince({ db }: Pick<Desk, 'db'>, mainId: string, leaving: string[]): Promise<Said> {
  const rows = await db.read(
    `SELECT id, kind, detail ->> 'danger' AS danger FROM case_events
     WHERE case_id = ? AND kind IN ('answered', 'threatened') AND detail ->> 'of' IN (SELECT value FROM json_each(?)) ORDER BY place LIMIT ${SAID_MOST}`,
    [mainId, JSON.stringify(leaving)],
  )
  const danger = rows.some((row) => row.danger === 1)
  const threatened = rows.some(({ kind }) => kind === 'threatened')
  return {
    ids: rows.map(({ id }) => String(id)),
    rank: threatened ? URGENCY.threatened : danger ? URGENCY.danger : URGENCY.normal,
    danger,
  }
}

/** How urgent a main one is once this one has left it for good, with what its member said there. */
export async function rankAfter(desk: Pick<Desk, 'db' | 'keys'>, into: Pick<CaseRow, 'id' | 'rank'>, leaving: string): Promise<number> {
  return rankWithout(desk, into, [leaving], await saidSince(desk, into.id, [leaving]))
}

function takeAlong(event: string, from: string, to: string): Statement[] {
  return [
    { sql: 'UPDATE cases SET version = version + 1 WHERE id = ?', args: [to] },
    {
      sql: 'UPDATE case_events SET case_id = ?, place = (SELECT version FROM cases WHERE id = ?) WHERE id = ? AND case_id = ?',
      args: [to, to, event, from],
    },
  ]
}

/** How urgent the main one is without those who leave: only what they raised it to is taken back. */
async function rankWithout(
  desk: Pick<Desk, 'db' | 'keys'>,
  into: Pick<CaseRow, 'id' | 'rank'>,
  leaving: string[],
  said: Said,
): Promise<number> {
  const last = await lastMerged(desk, into.id, 'other')
  const rows = await desk.db.read('SELECT id, rank FROM cases WHERE merged_into = ?', [into.id])
  const ranks = (which: boolean) => rows.filter(({ id }) => leaving.includes(String(id)) === which).map(({ rank }) => Number(rank))
  if (Math.min(said.rank, ...ranks(true)) > into.rank) return into.rank
  const threats = await listEvents(desk.db, desk.keys, into.id, { limit: SAID_MOST, kinds: ['threatened'] })
  const staying = threats.some(({ detail }) => !leaving.includes(String(detail.of))) ? URGENCY.threatened : URGENCY.normal
  const own = typeof last?.detail.own === 'number' ? last.detail.own : into.rank
  return Math.min(own, staying, ...ranks(false))
}

/** The newest event of its merging; `which`: as the one that was merged, or the one that others were merged into. */
async function lastMerged(
  { db, keys }: Pick<Desk, 'db' | 'keys'>,
  caseId: string,
  which: 'main' | 'other',
): Promise<CaseEvent | undefined> {
  const events = await listEvents(db, keys, caseId, { limit: 1_000, kinds: ['merged'] })
  return events.findLast(({ detail }) => which in detail)
}
