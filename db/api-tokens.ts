/**
 * Tokens by which other systems act with an officer's rights, or fewer: kept as keyed hashes, with scopes, a unit and a
 * last day. A token drafts and submits; it never approves, stops or starts anything.
 */
import type { Db, Row, Statement } from '../src/chat.ts'
import type { TokenScope } from '../src/rights.ts'

export type ApiToken = {
  id: string
  officerId: string
  officerName: string
  unitId: string | null
  name: string
  scopes: TokenScope[]
  expiresDay: string
  revoked: boolean
}

/** What the token begins with, so that one that leaks is known by sight. */
export const TOKEN_PREFIX = 'hv_'

export function addToken(token: Omit<ApiToken, 'officerName' | 'revoked'> & { tag: string; now: Date }): Statement {
  return {
    sql: 'INSERT INTO api_tokens(id, token_tag, officer_id, unit_id, name, scopes, expires_day, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    args: [
      token.id,
      token.tag,
      token.officerId,
      token.unitId,
      token.name,
      JSON.stringify(token.scopes),
      token.expiresDay,
      token.now.toISOString(),
    ],
  }
}

/** Ends it; returns a row only when it was valid. */
export function revokeToken(id: string, now: Date): Statement {
  return { sql: 'UPDATE api_tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL RETURNING name', args: [now.toISOString(), id] }
}

/** The day it was used last, written once a day. */
export function recordTokenUse(id: string, day: string): Statement {
  return { sql: 'UPDATE api_tokens SET used_day = ? WHERE id = ? AND (used_day IS NULL OR used_day < ?)', args: [day, id, day] }
}

/** With the unit of the officer it stands for. */
export async function findToken(db: Db, id: string): Promise<(ApiToken & { officerUnitId: string }) | undefined> {
  const [row] = await db.read(
    `SELECT ${COLUMNS}, o.unit_id AS officer_unit FROM api_tokens t JOIN officers o ON o.id = t.officer_id WHERE t.id = ?`,
    [id],
  )
  return row && { ...tokenOf(row), officerUnitId: String(row.officer_unit) }
}

/** A page by id. */
export async function listTokens(db: Db, { after, limit }: { after: string; limit: number }): Promise<ApiToken[]> {
  return (await db.read(`SELECT ${COLUMNS} FROM api_tokens t WHERE t.id > ? ORDER BY t.id LIMIT ?`, [after, limit])).map(tokenOf)
}

const COLUMNS =
  '(SELECT name FROM officers o WHERE o.id = t.officer_id) AS officer_name, t.id, t.officer_id, t.unit_id, t.name, t.scopes, t.expires_day, t.revoked_at'

function tokenOf(row: Row): ApiToken {
  return {
    id: String(row.id),
    officerId: String(row.officer_id),
    officerName: String(row.officer_name),
    unitId: row.unit_id as string | null,
    name: String(row.name),
    scopes: JSON.parse(String(row.scopes)) as TokenScope[],
    expiresDay: String(row.expires_day),
    revoked: row.revoked_at !== null,
  }
}
