/**
 * Texts that are being written, and the history of each entry. A version belongs to its author's unit: officers of that
 * unit and of those above it see it until it is published, and then it is everybody's.
 */
import type { Db, Row, Value } from '../src/chat.ts'
import type { Fields, Section } from '../src/entry.ts'
import { AppError } from '../src/errors.ts'
import { scopeOf } from '../src/rights.ts'
import type { Desk } from './rights.ts'
import { subtreeOf } from './units.ts'

export const OPEN_STATES = ['draft', 'submitted'] as const
export type OpenState = (typeof OPEN_STATES)[number]
export type VersionState = OpenState | 'published' | 'dropped' | 'offered' | 'retired'

export type Version = {
  id: string
  section: Section
  entryId: string
  /** Place in the history, of what was published and what took it down: 1, 2, … */
  number: number | null
  state: VersionState
  fields: Fields
  /** Null for what the program brought. */
  unitId: string | null
  unitName: string | null
  path: string | null
  authorId: string | null
  authorName: string | null
  /** Everybody who wrote any of it. */
  editors: string[]
  /** Grows with each change: a reviewer lets through what they saw. */
  edition: number
  reviewerName: string | null
  /** Why it was sent back or taken down. */
  note: string | null
  importId: string | null
  createdAt: string
  changedAt: string
}

export async function findVersion(db: Db, id: string): Promise<Version | undefined> {
  return (await db.read(`${SELECT} WHERE v.id = ?`, [id])).map(versionOf)[0]
}

/** A draft or submitted text this officer may see. Throws AppError `not_found`, also where they may not, so that nobody probes. */
export async function requireDraft(
  { db, actor }: Pick<Desk, 'db' | 'actor'>,
  id: string,
): Promise<Version & { path: string; unitId: string }> {
  const version = await findVersion(db, id)
  const { path, unitId } = version ?? {}
  const open = version?.state === 'draft' || version?.state === 'submitted'
  if (!version || !path || !unitId || !open || !scopeOf(actor, 'content.read').some((scope) => path.startsWith(scope))) {
    throw new AppError('not_found', 'desk.entry_gone')
  }
  return { ...version, path, unitId }
}

/** The text of this entry that is being written, whoever writes it. */
export async function findOpenVersion(db: Db, section: Section, entryId: string): Promise<Version | undefined> {
  const sql = `${SELECT} WHERE v.section = ? AND v.entry_id = ? AND v.state IN ('draft', 'submitted')`
  return (await db.read(sql, [section, entryId])).map(versionOf)[0]
}

/** What a newer program brings for an entry an officer had edited. */
export async function findOffered(db: Db, section: Section, entryId: string): Promise<Version | undefined> {
  const sql = `${SELECT} WHERE v.section = ? AND v.entry_id = ? AND v.state = 'offered'`
  return (await db.read(sql, [section, entryId])).map(versionOf)[0]
}

export type VersionFilter = {
  section: Section
  state: OpenState
  /** Units at and below these paths. */
  paths: string[]
  /** Only what this officer may let through: wrote none of it. */
  reviewer?: string
  /** Only what this officer wrote. */
  editor?: string
  /** Only what a reviewer sent back. */
  returned?: true
}

/** Oldest first: what waited longest. @param after id of the last one seen */
export async function listDrafts(
  db: Db,
  { after, limit, ...filter }: VersionFilter & { after: string; limit: number },
): Promise<Version[]> {
  if (filter.paths.length === 0) return []
  const { sql, args } = filtered(filter)
  const rows = await db.read(`${SELECT} WHERE ${sql} AND v.id > ? ORDER BY v.id LIMIT ?`, [...args, after, limit])
  return rows.map(versionOf)
}

/** At most `most`. */
export async function countDrafts(db: Db, filter: VersionFilter, most: number): Promise<number> {
  if (filter.paths.length === 0) return 0
  const { sql, args } = filtered(filter)
  const from = 'entry_versions v JOIN units u ON u.id = v.unit_id'
  const [row] = await db.read(`SELECT count(*) AS n FROM (SELECT 1 FROM ${from} WHERE ${sql} LIMIT ?)`, [...args, most])
  return Number(row?.n)
}

function filtered({ section, state, paths, reviewer, editor, returned }: VersionFilter): { sql: string; args: Value[] } {
  const wrote = 'EXISTS (SELECT 1 FROM json_each(v.editors) WHERE value = ?)'
  const parts: Array<[sql: string, args: Value[]]> = [
    ['v.section = ? AND v.state = ?', [section, state]],
    [`(${paths.map(() => '(u.path >= ? AND u.path < ?)').join(' OR ')})`, paths.flatMap((path) => subtreeOf(path))],
  ]
  if (reviewer !== undefined) parts.push([`NOT ${wrote}`, [reviewer]])
  if (editor !== undefined) parts.push([wrote, [editor]])
  if (returned) parts.push(['v.note IS NOT NULL', []])
  return { sql: parts.map(([sql]) => sql).join(' AND '), args: parts.flatMap(([, args]) => args) }
}

/** What was shown to members and what took it down, newest first. @param before number of the last one seen; 0 at first */
export async function listHistory(
  db: Db,
  { section, entryId, before, limit }: { section: Section; entryId: string; before: number; limit: number },
): Promise<Version[]> {
  const sql = `${SELECT} WHERE v.section = ? AND v.entry_id = ? AND v.number < ? ORDER BY v.number DESC LIMIT ?`
  return (await db.read(sql, [section, entryId, before || Number.MAX_SAFE_INTEGER, limit])).map(versionOf)
}

/** The published text before this one; undefined for the first. */
export async function findVersionBefore(
  db: Db,
  { section, entryId, number }: Pick<Version, 'section' | 'entryId' | 'number'>,
): Promise<Version | undefined> {
  const sql = `${SELECT} WHERE v.section = ? AND v.entry_id = ? AND v.number < ? AND v.state = 'published' ORDER BY v.number DESC LIMIT 1`
  return (await db.read(sql, [section, entryId, number ?? 0])).map(versionOf)[0]
}

const SELECT = `SELECT v.*, u.name AS unit_name, u.path, o.name AS author_name, r.name AS reviewer_name
  FROM entry_versions v LEFT JOIN units u ON u.id = v.unit_id LEFT JOIN officers o ON o.id = v.author_id LEFT JOIN officers r ON r.id = v.reviewer_id`

function versionOf(row: Row): Version {
  const text = (value: Row[string] | undefined) => (value === null || value === undefined ? null : String(value))
  return {
    id: String(row.id),
    section: row.section as Section,
    entryId: String(row.entry_id),
    number: row.number === null ? null : Number(row.number),
    state: row.state as VersionState,
    fields: JSON.parse(String(row.fields)) as Fields,
    unitId: text(row.unit_id),
    unitName: text(row.unit_name),
    path: text(row.path),
    authorId: text(row.author_id),
    authorName: text(row.author_name),
    editors: JSON.parse(String(row.editors)) as string[],
    edition: Number(row.edition),
    reviewerName: text(row.reviewer_name),
    note: text(row.note),
    importId: text(row.import_id),
    createdAt: String(row.created_at),
    changedAt: String(row.changed_at),
  }
}
