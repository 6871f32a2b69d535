/**
 * What waits for one officer, for the page of the day: each list short and bounded, found by an index, limited to the
 * units where they may do something about it.
 */
import { type Actor, scopeOf } from '../src/rights.ts'
import { addDays } from '../src/time.ts'
import { type Campaign, listCampaigns } from './campaigns.ts'
import { listWaiting, type Waiting } from './inquiry-desk.ts'
import type { Desk } from './rights.ts'
import { isTop, subtreeOf } from './units.ts'

/** Shown of each; one more is looked for, to say that there are more. */
export const SHOWN = 5
/** Newest drafts among which those that came back are looked for. */
const DRAFTS = 300

export type Returned = { id: string; title: string; unitName: string; changedAt: Date }
export type RequestDue = { kind: string; dueAt: Date }

export type Day = {
  toApprove: Campaign[]
  returned: Returned[]
  inquiries: Waiting[]
  requests: RequestDue[]
}

/** A list is empty also where the officer may not do it. */
export async function findDay({ db, actor, now }: Pick<Desk, 'db' | 'actor' | 'now'>): Promise<Day> {
  const limit = SHOWN + 1
  const approving = { paths: scopeOf(actor, 'campaign.approve'), states: ['submitted'] as const, approver: actor.officerId }
  const [toApprove, returned, inquiries, requests] = await Promise.all([
    listCampaigns(db, { ...approving, before: '', limit }),
    listReturned({ db, actor }, limit),
    listWaiting({ db, actor }, { limit }),
    listRequestsDue({ db, actor, now }, limit),
  ])
  return { toApprove, returned, inquiries, requests }
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

/** Open requests about one's own data that are due within a week or late, for whoever looks after the data of all. */
async function listRequestsDue({ db, actor, now }: Pick<Desk, 'db' | 'actor' | 'now'>, limit: number): Promise<RequestDue[]> {
  if (!looksAfterData(actor)) return []
  const rows = await db.read('SELECT kind, due_at FROM data_requests WHERE done_at IS NULL AND due_at < ? ORDER BY due_at LIMIT ?', [
    addDays(now.toISOString().slice(0, 10), 7),
    limit,
  ])
  return rows.map(({ kind, due_at }) => ({ kind: String(kind), dueAt: new Date(String(due_at)) }))
}

/** Requests name no unit: they are the highest unit's. */
const looksAfterData = ({ grants }: Actor): boolean =>
  grants.some(({ path, roles }) => isTop(path) && (roles.includes('data') || roles.includes('admin')))
