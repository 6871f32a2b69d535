/**
 * Updates whose handler failed: kept sealed for 7 days, so that the operator can run them again after a fix
 * (`npm run admin -- replay`), and erased with their contact.
 */
import type { Db, Inbound, Keys, Statement } from '../src/chat.ts'
import { evenJson, openJson } from '../src/keys.ts'

export type KeptUpdate = { code: string; addressId: string; turn: number; inbound: Inbound }

/** @param turn the turn the apology took: a contact whose turn is still this one has not moved on. */
export async function keepUpdate(
  keys: Keys,
  kept: { code: string; addressId: string; turn: number; inbound: Inbound; reason: string; now: Date },
): Promise<Statement> {
  const box = await keys.seal('update', evenJson(kept.inbound), kept.code)
  return {
    sql: 'INSERT INTO updates(code, address_id, turn, box, reason, kept_at) VALUES (?, ?, ?, ?, ?, ?)',
    args: [kept.code, kept.addressId, kept.turn, box, kept.reason, kept.now.toISOString()],
  }
}

/** Kept updates whose contact has not moved on, oldest first; all of them, or the one with this code. At most 500. */
export async function listReplayable(db: Db, keys: Keys, code?: string): Promise<KeptUpdate[]> {
  const rows = await db.read(
    `SELECT u.code, u.address_id, u.turn, u.box FROM updates u JOIN addresses a ON a.id = u.address_id AND a.turn = u.turn
     WHERE ? IS NULL OR u.code = ? ORDER BY u.kept_at LIMIT 500`,
    [code ?? null, code ?? null],
  )
  return Promise.all(
    rows.map(async (row) => {
      const inbound = await openJson<Inbound>(keys, 'update', row.box as Uint8Array, String(row.code))
      return {
        code: String(row.code),
        addressId: String(row.address_id),
        turn: Number(row.turn),
        inbound: { ...inbound, at: new Date(inbound.at) },
      }
    }),
  )
}

/** Codes of kept updates whose contact has written since, oldest first; all, or the one with this code. At most 500. */
export async function listMovedOn(db: Db, code?: string): Promise<string[]> {
  const rows = await db.read(
    `SELECT u.code FROM updates u LEFT JOIN addresses a ON a.id = u.address_id AND a.turn = u.turn
     WHERE a.id IS NULL AND (? IS NULL OR u.code = ?) ORDER BY u.kept_at LIMIT 500`,
    [code ?? null, code ?? null],
  )
  return rows.map((row) => String(row.code))
}

/** Forgets a kept update; guarded by the caller, so that a replay happens once. */
export function dropUpdate(code: string): Statement {
  return { sql: 'DELETE FROM updates WHERE code = ?', args: [code] }
}
