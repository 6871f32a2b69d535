/**
 * People who work the desk (F61). An officer who leaves stays as a row, because what they did keeps its author; their
 * rights, their tokens and the binding to their chat account end at once.
 */
import type { Db, Keys, Locale, Row, Statement } from '../src/chat.ts'
import { openText } from '../src/keys.ts'
import type { Role, Title } from '../src/rights.ts'
import { dayOf } from '../src/time.ts'
import { guard } from './client.ts'
import { endTerm } from './officer-terms.ts'
import { raiseEdition } from './rights.ts'
import { closeSessions } from './sessions.ts'
import { subtreeOf } from './units.ts'

export type Officer = {
  id: string
  name: string
  unitId: string
  unitName: string | null
  title: Title | null
  roles: Role[]
  active: boolean
  bound: boolean
}

/** How long a code that binds a chat account holds. */
export const BIND_MS = 24 * 60 * 60 * 1000

/** Makes an officer of this unit. */
export function addOfficer(officer: {
  id: string
  name: string
  unitId: string
  roles: readonly Role[]
  title?: Title | undefined
  now: Date
}): Statement {
  const { id, name, unitId, roles, title, now } = officer
  return {
    sql: 'INSERT INTO officers(id, name, unit_id, roles, title, created_at) VALUES (?, ?, ?, ?, ?, ?)',
    args: [id, name, unitId, JSON.stringify(roles), title ?? null, now.toISOString()],
  }
}

/** Other roles, from now on; acts decided with the old ones fail. Also of whoever they were lent to. */
export function changeRoles(id: string, roles: readonly Role[], now: Date): Statement[] {
  return [
    endTerm(id, 'roles', now),
    {
      sql: 'UPDATE officers SET roles = ?, since_day = ?, edition = edition + 1 WHERE id = ? AND active = 1',
      args: [JSON.stringify(roles), dayOf(now), id],
    },
    guard(),
    ...borrowersOf(id),
  ]
}

/** A page by id, those who left too. `after` is the id of the last one seen. @param paths units at and below; all without it */
export async function listOfficers(
  db: Db,
  { after, limit, paths }: { after: string; limit: number; paths?: string[] },
): Promise<Officer[]> {
  if (paths?.length === 0) return []
  const inside = paths ? `AND (${paths.map(() => '(u.path >= ? AND u.path < ?)').join(' OR ')})` : ''
  const rows = await db.read(
    `SELECT o.id, o.name, o.unit_id, u.name AS unit_name, o.title, o.roles, o.active, o.contact_id IS NOT NULL AS bound
     FROM officers o LEFT JOIN units u ON u.id = o.unit_id WHERE o.id > ? ${inside} ORDER BY o.id LIMIT ?`,
    [after, ...(paths ?? []).flatMap((path) => subtreeOf(path)), limit],
  )
  return rows.map(officerOf)
}

export async function findOfficer(db: Db, id: string): Promise<Officer | undefined> {
  const rows = await db.read(
    `SELECT o.id, o.name, o.unit_id, u.name AS unit_name, o.title, o.roles, o.active, o.contact_id IS NOT NULL AS bound
     FROM officers o LEFT JOIN units u ON u.id = o.unit_id WHERE o.id = ?`,
    [id],
  )
  return rows.map(officerOf)[0]
}

/** Ends an officer's work; nothing when they are gone already. Sessions, passkeys, tokens and what they lent or borrowed end with it. */
export function dismissOfficer(id: string, now: Date): Statement[] {
  return [
    endTerm(id, 'left', now),
    {
      sql: `UPDATE officers SET active = 0, contact_id = NULL, totp = NULL, edition = edition + 1 WHERE id = ? AND active = 1`,
      args: [id],
    },
    { sql: 'UPDATE api_tokens SET revoked_at = ? WHERE officer_id = ? AND revoked_at IS NULL', args: [now.toISOString(), id] },
    ...borrowersOf(id),
    {
      sql: 'UPDATE delegations SET ended_at = ? WHERE (officer_id = ? OR lender_id = ?) AND ended_at IS NULL',
      args: [now.toISOString(), id, id],
    },
    { sql: 'DELETE FROM officer_codes WHERE officer_id = ?', args: [id] },
    { sql: 'DELETE FROM sign_in_links WHERE officer_id = ?', args: [id] },
    closeSessions(id),
    { sql: 'DELETE FROM passkeys WHERE officer_id = ?', args: [id] },
  ]
}

// ---- delegation -------------------------------------------------------------------------------------------------

/** Lends some of one officer's roles to another, from one day to another, both counted. */
export function lendRoles(lent: {
  id: string
  lenderId: string
  officerId: string
  roles: readonly Role[]
  fromDay: string
  untilDay: string
  now: Date
}): Statement[] {
  return [
    {
      sql: 'INSERT INTO delegations(id, officer_id, lender_id, roles, from_day, until_day, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      args: [lent.id, lent.officerId, lent.lenderId, JSON.stringify(lent.roles), lent.fromDay, lent.untilDay, lent.now.toISOString()],
    },
    raiseEdition('id = ?', [lent.officerId]),
  ]
}

/** Ends it today; returns a row only when it was running. */
export function endDelegation(id: string, now: Date): Statement[] {
  return [
    { sql: 'UPDATE delegations SET ended_at = ? WHERE id = ? AND ended_at IS NULL RETURNING id', args: [now.toISOString(), id] },
    raiseEdition('id IN (SELECT officer_id FROM delegations WHERE id = ?)', [id]),
  ]
}

function borrowersOf(lenderId: string): Statement[] {
  return [raiseEdition('id IN (SELECT officer_id FROM delegations WHERE lender_id = ? AND ended_at IS NULL)', [lenderId])]
}

// ---- binding a chat account -------------------------------------------------------------------------------------

/** A new code for this officer; an older one ends. The secret of the six digits is sealed with it until the code is used. */
export async function makeBindCode(
  keys: Keys,
  { officerId, codeTag, secret, now }: { officerId: string; codeTag: string; secret: string; now: Date },
): Promise<Statement[]> {
  return [
    { sql: 'DELETE FROM officer_codes WHERE officer_id = ?', args: [officerId] },
    {
      sql: 'INSERT INTO officer_codes(code_tag, officer_id, totp, expires_at) VALUES (?, ?, ?, ?)',
      args: [codeTag, officerId, await keys.seal('totp', secret, officerId), now.getTime() + BIND_MS],
    },
  ]
}

export type BindCode = { officerId: string; name: string; unitId: string; unitName: string; secret: string }

/** A code that still holds, of an officer at work. */
export async function findBindCode(db: Db, keys: Keys, codeTag: string, now: Date): Promise<BindCode | undefined> {
  const [row] = await db.read(
    `SELECT c.officer_id, c.totp, o.name, o.unit_id, u.name AS unit_name FROM officer_codes c
     JOIN officers o ON o.id = c.officer_id AND o.active = 1 JOIN units u ON u.id = o.unit_id
     WHERE c.code_tag = ? AND c.expires_at > ?`,
    [codeTag, now.getTime()],
  )
  if (!row) return undefined
  const officerId = String(row.officer_id)
  return {
    officerId,
    name: String(row.name),
    unitId: String(row.unit_id),
    unitName: String(row.unit_name),
    secret: await openText(keys, 'totp', row.totp as Uint8Array, officerId),
  }
}

/**
 * Binds the chat account and takes the code's secret as the officer's own, with its first digits used up. Guarded: misses
 * when the code was used or ran out. Another officer bound to this account is let go of first.
 */
export function bindOfficer(codeTag: string, officerId: string, contactId: string, step: number, now: Date): Statement[] {
  return [
    { sql: 'UPDATE officers SET contact_id = NULL, edition = edition + 1 WHERE contact_id = ? AND id <> ?', args: [contactId, officerId] },
    {
      sql: `UPDATE officers SET contact_id = ?, totp_step = ?, edition = edition + 1,
              totp = (SELECT totp FROM officer_codes WHERE code_tag = ?)
            WHERE id = ? AND active = 1 AND EXISTS (SELECT 1 FROM officer_codes WHERE code_tag = ? AND officer_id = ? AND expires_at > ?)`,
      args: [contactId, step, codeTag, officerId, codeTag, officerId, now.getTime()],
    },
    guard(),
    { sql: 'DELETE FROM officer_codes WHERE officer_id = ?', args: [officerId] },
  ]
}

/** The account is a member's again; the officer stays at work. Guarded: only while it is theirs. The secret stays with the officer. */
export function unbindOfficer(officerId: string, contactId: string): Statement[] {
  return [
    { sql: 'UPDATE officers SET contact_id = NULL, edition = edition + 1 WHERE id = ? AND contact_id = ?', args: [officerId, contactId] },
    guard(),
  ]
}

// ---- reaching officers ------------------------------------------------------------------------------------------

export type OfficerAddress = { officerId: string; addressId: string; channel: string; locale: Locale }

/** Where these officers can be told something: the bound account's last address. */
export async function listOfficerAddresses(db: Db, officerIds: readonly string[]): Promise<OfficerAddress[]> {
  const rows = await db.read(
    `SELECT o.id, c.last_address, c.last_channel, c.locale FROM officers o JOIN contacts c ON c.id = o.contact_id
     WHERE o.id IN (SELECT value FROM json_each(?)) AND o.active = 1 AND c.last_address IS NOT NULL`,
    [JSON.stringify(officerIds)],
  )
  return rows.map((row) => ({
    officerId: String(row.id),
    addressId: String(row.last_address),
    channel: String(row.last_channel),
    locale: row.locale as Locale,
  }))
}

/**
 * Active officers with this role, their own or lent to them for this day, at the nearest unit, from this one upwards, that
 * has any besides `except`: a unit with one officer is approved by the unit above.
 */
export async function listNearestOfficers(
  db: Db,
  { path, role, except, day }: { path: string; role: Role; except: readonly string[]; day: string },
): Promise<string[]> {
  const above = path.split('/').filter((id) => id !== '')
  const holds = (list: string) => `EXISTS (SELECT 1 FROM json_each(${list}) WHERE value = ?3)`
  const rows = await db.read(
    `SELECT o.id, length(u.path) AS depth FROM officers o JOIN units u ON u.id = o.unit_id
     WHERE o.unit_id IN (SELECT value FROM json_each(?1)) AND o.active = 1 AND o.id NOT IN (SELECT value FROM json_each(?2)) AND ${holds('o.roles')}
     UNION
     SELECT o.id, length(u.path) FROM officers l JOIN units u ON u.id = l.unit_id
     JOIN delegations d ON d.lender_id = l.id AND d.until_day >= ?4 AND d.from_day <= ?4 AND d.ended_at IS NULL
     JOIN officers o ON o.id = d.officer_id AND o.active = 1
     WHERE l.unit_id IN (SELECT value FROM json_each(?1)) AND l.active = 1 AND o.id NOT IN (SELECT value FROM json_each(?2))
       AND ${holds('l.roles')} AND ${holds('d.roles')}
     ORDER BY depth DESC LIMIT 50`,
    [JSON.stringify(above), JSON.stringify(except), role, day],
  )
  return rows.filter(({ depth }) => depth === rows[0]?.depth).map(({ id }) => String(id))
}

function officerOf(row: Row): Officer {
  return {
    id: String(row.id),
    name: String(row.name),
    unitId: String(row.unit_id),
    unitName: row.unit_name === null ? null : String(row.unit_name),
    title: row.title as Title | null,
    roles: JSON.parse(String(row.roles)) as Role[],
    active: row.active === 1,
    bound: row.bound === 1,
  }
}
