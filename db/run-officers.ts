/**
 * Who is told about a run: its campaign's author and editors, and who approved it.
 */
import type { Db } from '../src/chat.ts'

export async function listRunOfficers(db: Db, campaignId: string): Promise<string[]> {
  const [row] = await db.read(
    `SELECT (SELECT editors FROM campaigns WHERE id = ?1) AS editors,
            (SELECT json_group_array(officer_id) FROM approvals WHERE campaign_id = ?1) AS approvers`,
    [campaignId],
  )
  const ids = (list: unknown) => JSON.parse(String(list ?? '[]')) as string[]
  return row ? [...new Set([...ids(row.editors), ...ids(row.approvers)])] : []
}
