/**
 * The breach desk (F64): an incident is opened once, its entries are only ever added, its 72-hour clock starts at
 * detection and nobody sets it back. What is written is sealed: it says where the product is weak.
 */
import type { Db, Keys, Row, Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import {
  type Affected,
  type EntryDraft,
  type EntryKind,
  type IncidentEntry,
  type IncidentState,
  missingIn,
  noticeDue,
} from '../src/incident.ts'
import { openJson, openText, randomCode } from '../src/keys.ts'
import { type Act, type Actor, demand, scopeOf } from '../src/rights.ts'
import { DAY_MS, monthOf } from '../src/time.ts'
import { recordAct } from './audit.ts'
import { guard } from './client.ts'
import { type Desk, stillActing } from './rights.ts'
import { subtreeOf } from './units.ts'

export type Incident = {
  id: string
  /** `SC-2611-7K3Q` */
  code: string
  unitId: string
  unitName: string
  path: string
  title: string
  state: IncidentState
  detectedAt: Date
  /** 72 hours after detection. */
  dueAt: Date
  notifiedAt: Date | null
  peopleToldAt: Date | null
  closedAt: Date | null
  openedAt: Date
  /** How many entries it has: an act is decided on this many. */
  entries: number
}

/** Open and notified ones by their clock, closed ones newest detection first. @param after of the last row seen */
export async function listIncidents(
  db: Db,
  keys: Keys,
  actor: Actor,
  state: IncidentState,
  { after, limit }: { after: { due: string; id: string } | null; limit: number },
): Promise<Incident[]> {
  const paths = scopeOf(actor, 'incident.read')
  if (paths.length === 0) return []
  const [beyond, order] = state === 'closed' ? ['<', 'DESC'] : ['>', 'ASC']
  const rows = await db.read(
    `${SELECT} WHERE i.state = ? AND (i.due_at, i.id) ${beyond} (?, ?) AND (${paths.map(() => '(u.path >= ? AND u.path < ?)').join(' OR ')})
     ORDER BY i.due_at ${order}, i.id ${order} LIMIT ?`,
    [
      ...[state, after?.due ?? (order === 'ASC' ? '' : '~'), after?.id ?? (order === 'ASC' ? '' : '~')],
      ...paths.flatMap((path) => subtreeOf(path)),
      limit,
    ],
  )
  return Promise.all(rows.map((row) => incidentOf(keys, row)))
}

export async function findIncident(db: Db, keys: Keys, id: string): Promise<Incident | undefined> {
  const [row] = await db.read(`${SELECT} WHERE i.id = ?`, [id])
  return row && incidentOf(keys, row)
}

/** One at or below a unit of this officer. Throws AppError `not_found`. */
export async function requireIncident({ db, keys, actor }: Pick<Desk, 'db' | 'keys' | 'actor'>, id: string): Promise<Incident> {
  const incident = await findIncident(db, keys, id)
  if (!incident || !actor.grants.some(({ path }) => incident.path.startsWith(path))) throw new AppError('not_found', 'office.incident_gone')
  return incident
}

/** All entries of one incident, oldest first; an incident has dozens, and 500 at most. */
export async function listEntries(db: Db, keys: Keys, id: string): Promise<IncidentEntry[]> {
  const rows = await db.read(
    `SELECT e.place, e.at, e.officer_id, e.kind, e.box, o.name FROM incident_entries e LEFT JOIN officers o ON o.id = e.officer_id
     WHERE e.incident_id = ? ORDER BY e.place LIMIT ${ENTRIES_MOST}`,
    [id],
  )
  return Promise.all(
    rows.map(async ({ place, at, officer_id, name, kind, box }) => {
      const said = box ? await openJson<Said>(keys, 'incident', box as Uint8Array, `${id}/${Number(place)}`) : { text: '' }
      return {
        place: Number(place),
        at: new Date(String(at)),
        officerId: String(officer_id),
        officerName: String(name ?? ''),
        kind: kind as EntryKind,
        text: said.text,
        affected: said.affected ?? null,
      }
    }),
  )
}

/** Throws AppError `invalid` for a detection to come or a year past. */
export async function openIncident(
  desk: Desk,
  { title, detectedAt, happened }: { title: string; detectedAt: Date; happened: string },
  unit: { id: string; path: string },
): Promise<{ id: string; code: string; writes: Statement[] }> {
  const { keys, actor, now, random } = desk
  demand(actor, 'incident.write', unit.path)
  if (detectedAt > now || detectedAt.getTime() < now.getTime() - 366 * DAY_MS) throw new AppError('invalid', 'office.detected_when')
  const id = desk.id()
  const code = `SC-${monthOf(now).slice(2).replace('-', '')}-${randomCode(4, random)}`
  const writes = [
    ...stillActing(actor),
    {
      sql: `INSERT INTO incidents(id, code, unit_id, box, detected_at, due_at, opened_by, opened_at, entries) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 2)`,
      args: [
        ...[id, code, unit.id, await keys.seal('incident', title, id), detectedAt.toISOString(), noticeDue(detectedAt).toISOString()],
        ...[actor.officerId, now.toISOString()],
      ],
    },
    await entryRow(desk, id, 1, 'opened', { text: '' }),
    await entryRow(desk, id, 2, 'happened', { text: happened }),
    recordAct(actor, { act: 'incident.open', unitId: unit.id, about: ['incident', id], detail: { code } }, now),
  ]
  return { id, code, writes }
}

/** Adds to what is known; also to a closed one, because more may come out. */
export async function addEntry(desk: Desk, incident: Incident, draft: EntryDraft): Promise<Statement[]> {
  const said: Said = draft.kind === 'affected' ? { text: draft.text, affected: draft.affected } : { text: draft.text }
  return move(desk, incident, 'incident.write', { kind: draft.kind, said, recorded: 'incident.entry' })
}

/** The authority has been told. Throws AppError `conflict` while the notice lacks something, or when it was told already. */
export async function markNotified(desk: Desk, incident: Incident, entries: readonly IncidentEntry[], note: string): Promise<Statement[]> {
  if (incident.state !== 'open') throw new AppError('conflict', 'office.incident_moved')
  if (missingIn(entries).length > 0) throw new AppError('conflict', 'office.incident_lacks')
  const set = { sql: "state = 'notified', notified_at = ?", args: [desk.now.toISOString()] }
  return move(desk, incident, 'incident.settle', { kind: 'told_authority', said: { text: note }, recorded: 'incident.notified', set })
}

/** The people concerned have been told. */
export async function markPeopleTold(desk: Desk, incident: Incident, note: string): Promise<Statement[]> {
  if (incident.peopleToldAt !== null) throw new AppError('conflict', 'office.incident_moved')
  const set = { sql: 'people_told_at = ?', args: [desk.now.toISOString()] }
  return move(desk, incident, 'incident.settle', { kind: 'told_people', said: { text: note }, recorded: 'incident.people_told', set })
}

/** Ends it. One the authority was not told of needs the reason why not, which stays in the file. */
export async function closeIncident(desk: Desk, incident: Incident, note: string): Promise<Statement[]> {
  if (incident.state === 'closed') throw new AppError('conflict', 'office.incident_moved')
  if (note.length < REASON_LEAST) throw new AppError('invalid', incident.state === 'open' ? 'office.why_not_notified' : 'office.why_closed')
  const set = { sql: "state = 'closed', closed_at = ?", args: [desk.now.toISOString()] }
  return move(desk, incident, 'incident.settle', { kind: 'closed', said: { text: note }, recorded: 'incident.close', set })
}

/** More came out: back to where it stood, with the same clock. */
export async function reopenIncident(desk: Desk, incident: Incident, note: string): Promise<Statement[]> {
  if (incident.state !== 'closed') throw new AppError('conflict', 'office.incident_moved')
  if (note.length < REASON_LEAST) throw new AppError('invalid', 'office.why_reopened')
  const set = { sql: "state = CASE WHEN notified_at IS NULL THEN 'open' ELSE 'notified' END, closed_at = NULL", args: [] }
  return move(desk, incident, 'incident.settle', { kind: 'reopened', said: { text: note }, recorded: 'incident.reopen', set })
}

const ENTRIES_MOST = 500
const REASON_LEAST = 10

type Said = { text: string; affected?: Affected }

async function move(
  desk: Desk,
  { id, code, unitId, path, entries }: Incident,
  act: Act,
  { kind, said, recorded, set }: { kind: EntryKind; said: Said; recorded: string; set?: Statement },
): Promise<Statement[]> {
  const { actor, now } = desk
  demand(actor, act, path)
  if (entries >= ENTRIES_MOST) throw new AppError('conflict', 'office.entries_full')
  return [
    ...stillActing(actor),
    {
      sql: `UPDATE incidents SET entries = entries + 1${set ? `, ${set.sql}` : ''} WHERE id = ? AND entries = ?`,
      args: [...(set?.args ?? []), id, entries],
    },
    guard(),
    await entryRow(desk, id, entries + 1, kind, said),
    recordAct(actor, { act: recorded, unitId, about: ['incident', id], detail: { code, kind } }, now),
  ]
}

async function entryRow({ keys, actor, now }: Desk, id: string, place: number, kind: EntryKind, said: Said): Promise<Statement> {
  return {
    sql: 'INSERT INTO incident_entries(incident_id, place, at, officer_id, kind, box) VALUES (?, ?, ?, ?, ?, ?)',
    args: [id, place, now.toISOString(), actor.officerId, kind, await keys.seal('incident', JSON.stringify(said), `${id}/${place}`)],
  }
}

const SELECT = 'SELECT i.*, u.name AS unit_name, u.path FROM incidents i JOIN units u ON u.id = i.unit_id'

async function incidentOf(keys: Keys, row: Row): Promise<Incident> {
  const date = (value: Row[string] | undefined) => (value === null || value === undefined ? null : new Date(String(value)))
  const id = String(row.id)
  return {
    id,
    code: String(row.code),
    unitId: String(row.unit_id),
    unitName: String(row.unit_name),
    path: String(row.path),
    title: await openText(keys, 'incident', row.box as Uint8Array, id),
    state: row.state as IncidentState,
    detectedAt: new Date(String(row.detected_at)),
    dueAt: new Date(String(row.due_at)),
    notifiedAt: date(row.notified_at),
    peopleToldAt: date(row.people_told_at),
    closedAt: date(row.closed_at),
    openedAt: new Date(String(row.opened_at)),
    entries: Number(row.entries),
  }
}
