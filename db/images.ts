/**
 * Pictures of campaigns: small and public, because a platform fetches them by their address.
 */
import type { Db, Statement } from '../src/chat.ts'

export type Image = { id: string; unitId: string; mime: 'image/jpeg' | 'image/png'; bytes: Uint8Array }

/** A megabyte: the most Zalo shows (zalo.md §1.2). */
export const IMAGE_MOST = 1_000_000

export function addImage({ id, unitId, mime, bytes }: Image, now: Date): Statement {
  return {
    sql: 'INSERT INTO images(id, unit_id, mime, bytes, created_at) VALUES (?, ?, ?, ?, ?)',
    args: [id, unitId, mime, bytes, now.toISOString()],
  }
}

export async function findImage(db: Db, id: string): Promise<Pick<Image, 'mime' | 'bytes'> | undefined> {
  const [row] = await db.read('SELECT mime, bytes FROM images WHERE id = ?', [id])
  return row && { mime: row.mime as Image['mime'], bytes: row.bytes as Uint8Array }
}
