/**
 * Members of a unit that went up in another or was closed (R22): walked by key along the index of the unit, a bounded
 * step a batch. Only who agreed to messages and has not stopped is written to, once, in the commit that moves them; all
 * others stay with the old unit and are told when they come to it by themselves.
 */
import type { Db, Locale, Statement } from '../src/chat.ts'
import { guard, guardThat } from './client.ts'

/** `inAt`: when they last wrote there, epoch ms. */
export type Member = { id: string; locale: Locale; channel: string; addressId: string; inAt: number }
export type Stretch = {
  /** Who agreed to be written to. */
  members: Member[]
  /** The last contact that was looked at; undefined when there is none left. */
  last: string | undefined
  /** So many were asked for, and there may be more. */
  full: boolean
}

/** @param after the last contact of the stretch before; '' at first */
export async function findMembers(db: Db, unitId: string, after: string, limit: number): Promise<Stretch> {
  const rows = await db.read(
    `SELECT c.id, c.locale, c.last_channel, c.last_address, a.in_at, (c.push = 1 AND c.kind = 'person' AND a.stopped = 0) AS askable
     FROM contacts c LEFT JOIN addresses a ON a.id = c.last_address
     WHERE c.unit_id = ? AND c.id > ? ORDER BY c.id LIMIT ?`,
    [unitId, after, limit],
  )
  const members = rows
    .filter(({ askable }) => askable === 1)
    .map(({ id, locale, last_channel, last_address, in_at }) => ({
      id: String(id),
      locale: locale as Locale,
      channel: String(last_channel),
      addressId: String(last_address),
      inAt: Number(in_at),
    }))
  const last = rows.at(-1)
  return { members, last: last && String(last.id), full: rows.length === limit }
}

/** Where the walk of a change stands, and where this step takes it. */
export type Walk = { changeId: string; part: number; after: string }

/** Guarded: misses when another process made this very step. */
export function stepOn({ changeId, part, after }: Walk, to: { part: number; after: string; nextDue: number; told: number }): Statement[] {
  return [
    {
      sql: `UPDATE unit_changes SET part = ?, after = ?, next_due = ?, told = told + ? WHERE id = ? AND state = 'moving' AND part = ? AND after = ?`,
      args: [to.part, to.after, to.nextDue, to.told, changeId, part, after],
    },
    guard(),
  ]
}

/** The same for the end of the walk. */
export function endWalk({ changeId, part, after }: Walk, now: Date): Statement[] {
  return [
    {
      sql: `UPDATE unit_changes SET state = 'done', ended_at = ? WHERE id = ? AND state = 'moving' AND part = ? AND after = ?`,
      args: [now.toISOString(), changeId, part, after],
    },
    guard(),
  ]
}

/** Guarded: misses when one of them has left, stopped or moved by themselves since they were read. */
export function moveMembers(ids: readonly string[], from: string, to: string): Statement[] {
  return [
    {
      sql: 'UPDATE contacts SET unit_id = ? WHERE id IN (SELECT value FROM json_each(?)) AND unit_id = ? AND push = 1',
      args: [to, JSON.stringify(ids), from],
    },
    guard(ids.length),
  ]
}

/** The same where they stay: misses when one of them has left or stopped meanwhile. */
export function stillMembers(ids: readonly string[], unitId: string): Statement {
  const still = 'SELECT count(*) FROM contacts WHERE id IN (SELECT value FROM json_each(?)) AND unit_id = ? AND push = 1'
  return guardThat(`(${still}) = ?`, [JSON.stringify(ids), unitId, ids.length])
}
