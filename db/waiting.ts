/**
 * What waits for one officer, for the page of the day: each list short and bounded, found by an index, limited to the
 * units where they may do something about it.
 */
import { scopeOf } from '../src/rights.ts'
import { DAY_MS } from '../src/time.ts'
import { type Campaign, listCampaigns } from './campaigns.ts'
import { type Incident, listIncidents } from './incidents.ts'
import { listWaiting, type Waiting } from './inquiry-desk.ts'
import { type DataRequest, listRequests } from './request-desk.ts'
import type { Desk } from './rights.ts'
import { subtreeOf } from './units.ts'

/** Shown of each; one more is looked for, to say that there are more. */
export const SHOWN = 5
/** Newest drafts among which those that came back are looked for. */
const DRAFTS = 300

export type Returned = { id: string; title: string; unitName: string; changedAt: Date }

export type Day = {
  toApprove: Campaign[]
  returned: Returned[]
  inquiries: Waiting[]
  requests: DataRequest[]
  /** Of which the authority was not told yet: the 72 hours run. */
  incidents: Incident[]
}

/** A list is empty also where the officer may not do it. */
export async function findDay({ db, keys, actor, now }: Pick<Desk, 'db' | 'keys' | 'actor' | 'now'>): Promise<Day> {
  const limit = SHOWN + 1
  const approving = { paths: scopeOf(actor, 'campaign.approve'), states: ['submitted'] as const, approver: actor.officerId }
  const [toApprove, returned, inquiries, requests, incidents] = await Promise.all([
    listCampaigns(db, { ...approving, before: '', limit }),
    listReturned({ db, actor }, limit),
    listWaiting({ db, actor }, { limit }),
    listRequestsDue({ db, actor, now }, limit),
    listIncidents(db, keys, actor, 'open', { after: null, limit }),
  ])
  return { toApprove, returned, inquiries, requests, incidents }
}

/** Drafts this officer wrote in that an approver sent back, and that nobody has submitted since. */
async function listReturned({ db, actor }: Pick<Desk, 'db' | 'actor'>, limit: number): Promise<Returned[]> {
  const paths = scopeOf(actor, 'campaign.write')
  if (paths.length === 0) return []
  const rows = await db.read(
    `SELECT c.id, c.title, u.name, c.changed_at
     FROM (SELECT id, unit_id, title, editors, changed_at FROM campaigns WHERE state = 'draft' ORDER BY id DESC LIMIT ${DRAFTS}) c
     JOIN units u ON u.id = c.unit_id
     WHERE (${paths.map(() => '(u.path >= ? AND u.path < ?)').join(' OR ')})
       AND EXISTS (SELECT 1 FROM json_each(c.editors) WHERE value = ?)
       AND (SELECT a.act FROM audit a INDEXED BY audit_about WHERE a.about = 'campaign' AND a.about_id = c.id AND a.outcome = 'done'
              AND a.act IN ('campaign.return', 'campaign.submit') ORDER BY a.id DESC LIMIT 1) = 'campaign.return'
     ORDER BY c.id DESC LIMIT ?`,
    [...paths.flatMap((path) => subtreeOf(path)), actor.officerId, limit],
  )
  return rows.map(({ id, title, name, changed_at }) => ({
    id: String(id),
    title: String(title),
    unitName: String(name),
    changedAt: new Date(String(changed_at)),
  }))
}

/** Open requests about one's own data whose next deadline is within a week or over. */
async function listRequestsDue({ db, actor, now }: Pick<Desk, 'db' | 'actor' | 'now'>, limit: number): Promise<DataRequest[]> {
  const until = now.getTime() + 7 * DAY_MS
  const open = await listRequests(db, actor, { list: 'open' }, { after: null, limit })
  return open.filter(({ clockAt }) => clockAt !== null && clockAt.getTime() < until)
}
