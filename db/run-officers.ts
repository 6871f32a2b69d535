/**
 * Who is told about a run: its campaign's author and editors, and who approved it.
 */
import type { Db } from '../src/chat.ts'
import { listOfficerAddresses, type OfficerAddress } from './officers.ts'

export async function listRunOfficers(db: Db, campaignId: string): Promise<OfficerAddress[]> {
  const [row] = await db.read(
    `SELECT (SELECT editors FROM campaigns WHERE id = ?1) AS editors,
            (SELECT json_group_array(officer_id) FROM approvals WHERE campaign_id = ?1) AS approvers`,
    [campaignId],
  )
  if (!row) return []
  const ids = [...(JSON.parse(String(row.editors ?? '[]')) as string[]), ...(JSON.parse(String(row.approvers ?? '[]')) as string[])]
  return listOfficerAddresses(db, [...new Set(ids)])
}
