/**
 * The rows a change of DATA_KEY goes through, page by page along their keys, and the statements that put a newly sealed box
 * in the place of the old one. A box is replaced only where it still is the one that was read.
 */
import type { Db, Row, Statement, Value } from '../src/chat.ts'
import type { OWN_SEALED, Sealed } from './sealed.ts'

export const PAGE = 200

export type OwnTable = (typeof OWN_SEALED)[number]['table']

/** Rows of one sealed column that hold a box. @param after key of the last row seen */
export async function readSealed(
  db: Db,
  { table, keys, column, by, follow, mark }: Sealed,
  after: readonly Value[] | undefined,
): Promise<Row[]> {
  const columns = [...new Set([...keys, column, ...(by === '' ? [] : [by]), ...(follow ? [follow.column] : [])])]
  const sealed = mark === undefined ? '' : `AND length(${column}) <> ${mark}`
  const beyond = after ? `AND (${keys.join(', ')}) > (${keys.map(() => '?').join(', ')})` : ''
  return db.read(
    `SELECT ${columns.join(', ')} FROM ${table} WHERE ${column} IS NOT NULL ${sealed} ${beyond} ORDER BY ${keys.join(', ')} LIMIT ${PAGE}`,
    [...(after ?? [])],
  )
}

export const keyOf = ({ keys }: Sealed, row: Row): Value[] => keys.map((name) => row[name] ?? null)

/** @param tag what takes the place of the tag that follows the box */
export function replaceBox(sealed: Sealed, row: Row, box: Uint8Array, tag: string | undefined): Statement {
  const { table, keys, column, follow } = sealed
  const followed = follow && tag !== undefined ? [tag] : []
  return {
    sql: `UPDATE ${table} SET ${column} = ?${followed.length > 0 ? `, ${follow?.column} = ?` : ''} WHERE ${keys.map((name) => `${name} = ?`).join(' AND ')} AND ${column} = ?`,
    args: [box, ...followed, ...keyOf(sealed, row), row[column] ?? null],
  }
}

/** What forbids changes of a table (the entries of an incident): set aside within one batch, and put back in the same. */
export async function findGuards(db: Db, table: string): Promise<{ before: Statement[]; after: Statement[] }> {
  const rows = await db.read("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ? AND sql LIKE '%BEFORE UPDATE%'", [
    table,
  ])
  return {
    before: rows.map(({ name }) => ({ sql: `DROP TRIGGER "${String(name)}"`, args: [] })),
    after: rows.map(({ sql }) => ({ sql: String(sql), args: [] })),
  }
}

export async function listIds(db: Db, table: 'cases' | 'contacts', after: string, limit: number): Promise<string[]> {
  return (await db.read(`SELECT id FROM ${table} WHERE id > ? ORDER BY id LIMIT ?`, [after, limit])).map(({ id }) => String(id))
}

/** Boxes of these cases, or of these contacts. */
export async function listOwn(db: Db, table: OwnTable, by: 'case_tag' | 'contact_tag', tags: readonly string[]): Promise<Row[]> {
  return db.read(`SELECT case_tag, contact_tag, box FROM ${table} WHERE ${by} IN (SELECT value FROM json_each(?))`, [JSON.stringify(tags)])
}

export async function listAllOwn(db: Db, table: OwnTable, after: string): Promise<Row[]> {
  return db.read(`SELECT case_tag, contact_tag FROM ${table} WHERE case_tag > ? ORDER BY case_tag LIMIT ${PAGE}`, [after])
}

export function moveOwn(table: OwnTable, from: string, to: string, box: Uint8Array): Statement {
  return { sql: `UPDATE ${table} SET case_tag = ?, box = ? WHERE case_tag = ?`, args: [to, box, from] }
}

export function moveContact(table: OwnTable, caseTag: string, from: string, to: string): Statement {
  return { sql: `UPDATE ${table} SET contact_tag = ? WHERE case_tag = ? AND contact_tag = ?`, args: [to, caseTag, from] }
}

/** A box of no case is gone; a way back to nobody too; a name whose contact is gone stays with its case alone. */
export function dropOrphan(table: OwnTable, caseTag: string, of: 'case' | 'contact'): Statement {
  if (of === 'contact' && table === 'case_identities')
    return { sql: 'UPDATE case_identities SET contact_tag = NULL WHERE case_tag = ?', args: [caseTag] }
  return { sql: `DELETE FROM ${table} WHERE case_tag = ?`, args: [caseTag] }
}

/** Notices that wait to leave, by the cases they are about. */
export async function listNotices(db: Db, tags: readonly string[]): Promise<Row[]> {
  return db.read('SELECT id, notice_tag FROM outbox WHERE notice_tag IN (SELECT value FROM json_each(?))', [JSON.stringify(tags)])
}

export function moveNotice({ id, notice_tag }: Row, to: string): Statement {
  return { sql: 'UPDATE outbox SET notice_tag = ? WHERE id = ? AND notice_tag = ?', args: [to, id ?? null, notice_tag ?? null] }
}

/** Photos that are said to lie in the evidence store. */
export async function listStoredPhotos(db: Db, after: string): Promise<string[]> {
  const rows = await db.read("SELECT id FROM photos WHERE id > ? AND state = 'stored' ORDER BY id LIMIT 1000", [after])
  return rows.map(({ id }) => String(id))
}

/** Who holds a lease at this moment: a product that runs on a server. @param now epoch ms */
export async function isServing(db: Db, now: number): Promise<boolean> {
  return (await db.read('SELECT 1 AS held FROM leases WHERE until > ? LIMIT 1', [now])).length > 0
}
