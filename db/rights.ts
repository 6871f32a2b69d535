/**
 * Who is at the desk: an officer with the grants they have at this moment, their own and those lent to them. A lent role
 * holds only while its lender is active and has it; a closed day ends it by itself.
 */
import type { Db, Keys, Row, Statement, Turn, Value } from '../src/chat.ts'
import type { Actor, Grant, Role, TokenScope, Via } from '../src/rights.ts'
import { dayOf } from '../src/time.ts'
import { guard } from './client.ts'

/** What every act of an officer is given. */
export type Desk = {
  db: Db
  keys: Keys
  actor: Actor
  now: Date
  /** A new random id, 16 letters and digits. */
  id(): string
  /** 0 ≤ x < 1, unguessable. */
  random(): number
  /** Host of `PUBLIC_URL`: links to it are always allowed. */
  ownHost: string | null
}

/** The officer whose bound chat account this is; undefined for everybody else. */
export async function findOfficerAt(db: Db, contactId: string, now: Date): Promise<Actor | undefined> {
  return readActor(db, 'o.contact_id = ?', contactId, now, 'chat')
}

/** What an act of this officer is given inside a turn. */
export function deskOf({ db, keys, now, id, random, about }: Turn, actor: Actor): Desk {
  const ownHost = about.publicUrl ? new URL(about.publicUrl).hostname : null
  return { db, keys, actor, now, id, random, ownHost }
}

/** The officer with this id, for the console and the operator's command. */
export async function findActor(db: Db, officerId: string, now: Date, via: Via): Promise<Actor | undefined> {
  return readActor(db, 'o.id = ?', officerId, now, via)
}

/** The officer a token stands for, with no more than the token's scopes and unit. @param tag `keys.tag('token', token)` */
export async function findTokenActor(db: Db, tag: string, now: Date): Promise<Actor | undefined> {
  const [row] = await db.read(
    `SELECT t.id, t.officer_id, t.scopes, u.path FROM api_tokens t LEFT JOIN units u ON u.id = t.unit_id
     WHERE t.token_tag = ? AND t.revoked_at IS NULL AND t.expires_day >= ?`,
    [tag, dayOf(now)],
  )
  if (!row) return undefined
  const actor = await findActor(db, String(row.officer_id), now, 'api')
  if (!actor) return undefined
  const narrowed = row.path === null ? actor.grants : actor.grants.flatMap((grant) => narrow(grant, String(row.path)))
  return { ...actor, grants: narrowed, token: { id: String(row.id), scopes: JSON.parse(String(row.scopes)) as TokenScope[] } }
}

/**
 * Rolls an act back when the officer left, or lost or gained a right, or the token was revoked, since they were read.
 * First in the act's statements.
 */
export function stillActing({ officerId, edition, token }: Actor): Statement[] {
  return [
    { sql: 'UPDATE officers SET edition = edition WHERE id = ? AND active = 1 AND edition = ?', args: [officerId, edition] },
    guard(),
    ...(token ? [{ sql: 'UPDATE api_tokens SET used_day = used_day WHERE id = ? AND revoked_at IS NULL', args: [token.id] }, guard()] : []),
  ]
}

/** Whatever changes these officers' rights says so here; acts decided before then fail. */
export function raiseEdition(where: string, args: Value[]): Statement {
  return { sql: `UPDATE officers SET edition = edition + 1 WHERE ${where}`, args }
}

async function readActor(db: Db, which: string, value: string, now: Date, via: Via): Promise<Actor | undefined> {
  const day = dayOf(now)
  const rows = await db.read(
    `SELECT o.id, o.name, o.unit_id, o.roles, o.edition, u.name AS unit_name, u.path, NULL AS lent, NULL AS lender
     FROM officers o JOIN units u ON u.id = o.unit_id WHERE ${which} AND o.active = 1
     UNION ALL
     SELECT o.id, o.name, l.unit_id, l.roles, o.edition, u.name, u.path, d.roles, l.id
     FROM officers o JOIN delegations d ON d.officer_id = o.id
     JOIN officers l ON l.id = d.lender_id AND l.active = 1 JOIN units u ON u.id = l.unit_id
     WHERE ${which} AND o.active = 1 AND d.until_day >= ? AND d.from_day <= ? AND d.ended_at IS NULL`,
    [value, value, day, day],
  )
  const own = rows.find(({ lent }) => lent === null)
  if (!own) return undefined
  return {
    officerId: String(own.id),
    name: String(own.name),
    unitId: String(own.unit_id),
    unitName: String(own.unit_name),
    grants: rows.map(grantOf).filter(({ roles }) => roles.length > 0),
    edition: Number(own.edition),
    via,
  }
}

function grantOf({ unit_id, path, roles, lent, lender }: Row): Grant {
  const held = JSON.parse(String(roles)) as Role[]
  if (lent === null) return { unitId: String(unit_id), path: String(path), roles: held }
  const borrowed = (JSON.parse(String(lent)) as Role[]).filter((role) => held.includes(role))
  return { unitId: String(unit_id), path: String(path), roles: borrowed, delegated: true, lender: String(lender) }
}

/** What of a grant lies at or below a path. */
function narrow(grant: Grant, path: string): Grant[] {
  if (path.startsWith(grant.path)) return [{ ...grant, path }]
  return grant.path.startsWith(path) ? [grant] : []
}
