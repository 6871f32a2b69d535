/**
 * Officers' sessions in the console and the one-time links that begin them. Both are found by a keyed hash of what the
 * browser holds. A session ends after twelve hours, when its officer leaves, or by hand; a link is used up by the
 * session it begins.
 */
import type { Db, Keys, Row, Statement } from '../src/chat.ts'
import { randomCode } from '../src/keys.ts'
import { guard } from './client.ts'

export type Session = {
  id: string
  officerId: string
  /** Browser and system in a few words, as the browser told. */
  device: string
  createdAt: Date
  expiresAt: Date
  /** When it last gave a passkey or six digits, unless an act used that up. */
  provenAt: Date | undefined
  enrolment: Uint8Array | undefined
}

export const SESSION_MS = 12 * 60 * 60 * 1000
/** A proof opens pages for so long. */
export const PROOF_MS = 15 * 60 * 1000

/** How long a link that the assistant sends may be opened. */
export const LINK_MS = 15 * 60 * 1000
const SECRET_LENGTH = 32

/** A new link of this officer: its path, and what makes it hold until `until`. Older ones end. */
export async function newSignInLink(
  keys: Keys,
  { officerId, until, random }: { officerId: string; until: Date; random: () => number },
): Promise<{ path: string; writes: Statement[] }> {
  const secret = randomCode(SECRET_LENGTH, random)
  return { path: `/console/link/${secret}`, writes: makeSignInLink({ tag: await keys.tag('sign-in', secret), officerId, until }) }
}

/** A new link of this officer; older ones end. @param tag `keys.tag('sign-in', secret)` */
export function makeSignInLink({ tag, officerId, until }: { tag: string; officerId: string; until: Date }): Statement[] {
  return [
    { sql: 'DELETE FROM sign_in_links WHERE officer_id = ?', args: [officerId] },
    { sql: 'INSERT INTO sign_in_links(link_tag, officer_id, expires_at) VALUES (?, ?, ?)', args: [tag, officerId, until.getTime()] },
  ]
}

/** Whose link this is, while it holds and they are at work. */
export async function findSignInLink(db: Db, tag: string, now: Date): Promise<{ officerId: string; name: string } | undefined> {
  const [row] = await db.read(
    `SELECT l.officer_id, o.name FROM sign_in_links l JOIN officers o ON o.id = l.officer_id AND o.active = 1
     WHERE l.link_tag = ? AND l.expires_at > ?`,
    [tag, now.getTime()],
  )
  return row && { officerId: String(row.officer_id), name: String(row.name) }
}

/** Uses the link up. Guarded: misses when somebody was faster or its time is over. */
export function useSignInLink(tag: string, now: Date): Statement[] {
  return [{ sql: 'DELETE FROM sign_in_links WHERE link_tag = ? AND expires_at > ?', args: [tag, now.getTime()] }, guard()]
}

/** Begins a session of an officer at work. Guarded. @param tag `keys.tag('officer-session', secret)` */
export function openSession(session: {
  id: string
  tag: string
  officerId: string
  device: string
  now: Date
  proven: boolean
}): Statement[] {
  const at = session.now.getTime()
  return [
    {
      sql: `INSERT INTO sessions(id, session_tag, officer_id, device, created_at, expires_at, proven_at)
            SELECT ?, ?, id, ?, ?, ?, ? FROM officers WHERE id = ? AND active = 1`,
      args: [session.id, session.tag, session.device, at, at + SESSION_MS, session.proven ? at : null, session.officerId],
    },
    guard(),
  ]
}

/** The session this browser holds. */
export async function findSession(db: Db, tag: string, now: Date): Promise<Session | undefined> {
  const rows = await db.read(`${SELECT} WHERE session_tag = ? AND expires_at > ?`, [tag, now.getTime()])
  return rows.map(sessionOf)[0]
}

/** Of one officer, newest first; an officer has a handful. */
export async function listSessions(db: Db, officerId: string, now: Date): Promise<Session[]> {
  const rows = await db.read(`${SELECT} WHERE officer_id = ? AND expires_at > ? ORDER BY created_at DESC LIMIT 50`, [
    officerId,
    now.getTime(),
  ])
  return rows.map(sessionOf)
}

/** Returns a row only when it was this officer's. */
export function closeSession(id: string, officerId: string): Statement {
  return { sql: 'DELETE FROM sessions WHERE id = ? AND officer_id = ? RETURNING id', args: [id, officerId] }
}

/** All of this officer's, but the one given. */
export function closeSessions(officerId: string, except = ''): Statement {
  return { sql: 'DELETE FROM sessions WHERE officer_id = ? AND id <> ?', args: [officerId, except] }
}

/** A passkey or six digits were given in it. */
export function proveSession(id: string, now: Date): Statement {
  return { sql: 'UPDATE sessions SET proven_at = ? WHERE id = ?', args: [now.getTime(), id] }
}

/** Takes the proof away with the act it confirms. Guarded: misses when it is too old or used up meanwhile. */
export function useProof(id: string, officerId: string, now: Date): Statement[] {
  return [
    {
      sql: 'UPDATE sessions SET proven_at = NULL WHERE id = ? AND officer_id = ? AND proven_at > ?',
      args: [id, officerId, now.getTime() - PROOF_MS],
    },
    guard(),
  ]
}

/** Has this officer ever come into the console? */
export async function hasEntered(db: Db, officerId: string): Promise<boolean> {
  const rows = await db.read("SELECT 1 AS entered FROM audit WHERE officer_id = ? AND act = 'session.open' LIMIT 1", [officerId])
  return rows.length > 0
}

/** The sealed secret of six digits that this session sets up. */
export function beginEnrolment(id: string, box: Uint8Array): Statement {
  return { sql: 'UPDATE sessions SET enrolment = ? WHERE id = ?', args: [box, id] }
}

/**
 * The secret becomes the officer's own, its first digits used up, and the session is proven. Guarded: misses when they
 * have one already and this session gave no proof.
 */
export function finishEnrolment(session: Session, step: number, now: Date): Statement[] {
  return [
    {
      sql: `UPDATE officers SET totp = (SELECT enrolment FROM sessions WHERE id = ?), totp_step = ?
            WHERE id = ? AND active = 1 AND EXISTS (SELECT 1 FROM sessions WHERE id = ? AND enrolment IS NOT NULL)`,
      args: [session.id, step, session.officerId, session.id],
    },
    guard(),
    { sql: 'UPDATE sessions SET enrolment = NULL, proven_at = ? WHERE id = ?', args: [now.getTime(), session.id] },
  ]
}

/** Has this officer an app with six digits? */
export async function hasDigits(db: Db, officerId: string): Promise<boolean> {
  const rows = await db.read('SELECT 1 AS has FROM officers WHERE id = ? AND totp IS NOT NULL', [officerId])
  return rows.length > 0
}

const SELECT = 'SELECT id, officer_id, device, created_at, expires_at, proven_at, enrolment FROM sessions'

function sessionOf(row: Row): Session {
  return {
    id: String(row.id),
    officerId: String(row.officer_id),
    device: String(row.device),
    createdAt: new Date(Number(row.created_at)),
    expiresAt: new Date(Number(row.expires_at)),
    provenAt: row.proven_at === null ? undefined : new Date(Number(row.proven_at)),
    enrolment: row.enrolment === null ? undefined : (row.enrolment as Uint8Array),
  }
}
