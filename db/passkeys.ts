/**
 * Passkeys of officers (WebAuthn): public keys, so nothing here is a secret. And the challenges they are asked to sign,
 * each of which is good for one answer.
 */
import type { Db, Row, Statement } from '../src/chat.ts'
import { guard } from './client.ts'

export type Passkey = {
  /** The credential's id, base64url. */
  id: string
  officerId: string
  publicKey: Uint8Array
  counter: number
  transports: string[]
  name: string
  createdDay: string
  usedDay: string | null
}

/** Passkeys an officer may have. */
export const MOST_PASSKEYS = 10
const CHALLENGE_MS = 5 * 60 * 1000

export async function findPasskey(db: Db, id: string): Promise<Passkey | undefined> {
  return (await db.read(`${SELECT} WHERE id = ?`, [id])).map(passkeyOf)[0]
}

export async function listPasskeys(db: Db, officerId: string): Promise<Passkey[]> {
  return (await db.read(`${SELECT} WHERE officer_id = ? ORDER BY id LIMIT ?`, [officerId, MOST_PASSKEYS])).map(passkeyOf)
}

/** Guarded: an officer at work, who has fewer than ten. */
export function addPasskey(passkey: Omit<Passkey, 'usedDay'>): Statement[] {
  const { id, officerId, publicKey, counter, transports, name, createdDay } = passkey
  return [
    {
      sql: `INSERT INTO passkeys(id, officer_id, public_key, counter, transports, name, created_day)
            SELECT ?, id, ?, ?, ?, ?, ? FROM officers WHERE id = ? AND active = 1
              AND (SELECT count(*) FROM passkeys WHERE officer_id = ?) < ?`,
      args: [id, publicKey, counter, JSON.stringify(transports), name, createdDay, officerId, officerId, MOST_PASSKEYS],
    },
    guard(),
  ]
}

/** Guarded: its counter must not stand where another use left it meanwhile. */
export function usePasskey(passkey: Passkey, counter: number, day: string): Statement[] {
  return [
    {
      sql: 'UPDATE passkeys SET counter = ?, used_day = ? WHERE id = ? AND counter = ?',
      args: [counter, day, passkey.id, passkey.counter],
    },
    guard(),
  ]
}

/** Returns a row only when it was this officer's. */
export function dropPasskey(id: string, officerId: string): Statement {
  return { sql: 'DELETE FROM passkeys WHERE id = ? AND officer_id = ? RETURNING id', args: [id, officerId] }
}

/** @param tag `keys.tag('challenge', challenge)` */
export function makeChallenge(tag: string, now: Date): Statement {
  return { sql: 'INSERT INTO challenges(challenge_tag, expires_at) VALUES (?, ?)', args: [tag, now.getTime() + CHALLENGE_MS] }
}

/** A claim: true once for each challenge, and only in its time. */
export async function takeChallenge(db: Db, tag: string, now: Date): Promise<boolean> {
  const [rows = []] = await db.write([
    { sql: 'DELETE FROM challenges WHERE challenge_tag = ? AND expires_at > ? RETURNING 1 AS taken', args: [tag, now.getTime()] },
  ])
  return rows.length > 0
}

const SELECT = 'SELECT id, officer_id, public_key, counter, transports, name, created_day, used_day FROM passkeys'

function passkeyOf(row: Row): Passkey {
  return {
    id: String(row.id),
    officerId: String(row.officer_id),
    publicKey: row.public_key as Uint8Array,
    counter: Number(row.counter),
    transports: JSON.parse(String(row.transports)) as string[],
    name: String(row.name),
    createdDay: String(row.created_day),
    usedDay: row.used_day === null ? null : String(row.used_day),
  }
}
