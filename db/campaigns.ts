/**
 * Campaigns as rows: drafts that officers write, found by unit. What may be done with one, and who must agree, stands in
 * db/approvals.ts.
 */
import { type Audience, audienceSchema, type Content, contentSchema } from '../src/campaign.ts'
import type { Db, Row, Statement, Value } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { type Plan, planSchema } from '../src/plan.ts'
import { demand } from '../src/rights.ts'
import { fold } from '../src/vietnamese/index.ts'
import { recordAct } from './audit.ts'
import { guard } from './client.ts'
import { insideArgs, insideOf, isNarrow } from './narrow.ts'
import { type Desk, stillActing } from './rights.ts'

export const CAMPAIGN_STATES = ['draft', 'submitted', 'approved', 'done', 'cancelled'] as const
export type CampaignState = (typeof CAMPAIGN_STATES)[number]

export type Campaign = {
  id: string
  unitId: string
  unitName: string
  /** Path of the unit, for every check of scope. */
  path: string
  authorId: string
  authorName: string
  /** Everybody who wrote any of it. */
  editors: string[]
  title: string
  content: Content
  audience: Audience
  plan: Plan
  topic: string | null
  theme: string | null
  state: CampaignState
  version: number
  needs: number
  approvals: number
  nextAt: Date | null
  createdAt: Date
  changedAt: Date
}

export type Draft = {
  unitId: string
  title: string
  content: Content
  audience: Audience
  plan: Plan
  topic: string | null
  theme: string | null
}

export async function findCampaign(db: Db, id: string): Promise<Campaign | undefined> {
  return (await db.read(`${SELECT} WHERE c.id = ?`, [id])).map(campaignOf)[0]
}

/** The campaign, for an officer who may read it. Throws AppError `not_found` also where they may not, so that nobody probes. */
export async function requireCampaign({ db, actor }: Pick<Desk, 'db' | 'actor'>, id: string): Promise<Campaign> {
  const campaign = await findCampaign(db, id)
  const seen = campaign && actor.grants.some(({ path }) => campaign.path.startsWith(path))
  if (!seen) throw new AppError('not_found', 'desk.campaign_gone')
  return campaign
}

export type CampaignFilter = {
  /** Units at and below these paths. */
  paths: string[]
  states?: readonly CampaignState[]
  /** Only what goes out again and again. */
  rules?: true
  /** Only what this officer may still approve: wrote none of it and has not approved this version. */
  approver?: string
  topic?: string
  /** All of these words in the title, the last one perhaps unfinished; accents do not matter. */
  typed?: string
}

/** Newest first. @param before id of the last one seen; '' at first */
export async function listCampaigns(
  db: Db,
  { before, limit, ...filter }: CampaignFilter & { before: string; limit: number },
): Promise<Campaign[]> {
  if (filter.paths.length === 0 || filter.typed?.trim() === '') return []
  const { sql, args } = filtered(filter)
  // A few units have few campaigns, found by their units; many units have many, met soon along the ids.
  const from = (await isNarrow(db, filter.paths))
    ? 'units u CROSS JOIN campaigns c INDEXED BY campaigns_unit ON c.unit_id = u.id'
    : 'campaigns c CROSS JOIN units u ON u.id = c.unit_id'
  const page = `SELECT c.id FROM ${from} WHERE ${before === '' ? '' : 'c.id < ? AND'} ${sql} ORDER BY c.id DESC LIMIT ?`
  const rows = await db.read(`${SELECT} WHERE c.id IN (${page}) ORDER BY c.id DESC`, [...(before === '' ? [] : [before]), ...args, limit])
  return rows.map(campaignOf)
}

export async function countCampaigns(db: Db, filter: CampaignFilter): Promise<number> {
  if (filter.paths.length === 0) return 0
  const { sql, args } = filtered(filter)
  const [row] = await db.read(`SELECT count(*) AS n FROM campaigns c JOIN units u ON u.id = c.unit_id WHERE ${sql}`, args)
  return Number(row?.n)
}

function filtered({ paths, states, rules, approver, topic, typed }: CampaignFilter): { sql: string; args: Value[] } {
  const parts: Array<[sql: string, args: Value[]]> = [[insideOf(paths), insideArgs(paths)]]
  if (states?.length === 1) parts.push(['c.state = ?', [...states]])
  else if (states) parts.push(['c.state IN (SELECT value FROM json_each(?))', [JSON.stringify(states)]])
  if (rules) parts.push(["c.plan ->> 'kind' NOT IN ('now', 'once')", []])
  if (approver !== undefined)
    parts.push([
      `NOT EXISTS (SELECT 1 FROM json_each(c.editors) WHERE value = ?) AND NOT EXISTS (
         SELECT 1 FROM approvals a WHERE a.campaign_id = c.id AND a.version = c.version AND a.officer_id = ?)`,
      [approver, approver],
    ])
  if (topic !== undefined) parts.push(['c.topic = ?', [topic]])
  if (typed !== undefined) parts.push(['c.id IN (SELECT id FROM campaign_words WHERE campaign_words MATCH ?)', [matchOf(typed)]])
  return { sql: parts.map(([sql]) => sql).join(' AND '), args: parts.flatMap(([, args]) => args) }
}

/** Words are matched whole, the last one by its beginning; without any nothing is found. */
function matchOf(typed: string): string {
  const words = fold(typed.slice(0, MAX_QUERY)).split(' ').slice(0, MAX_WORDS)
  return `words : ${words.map((word) => `"${word}"`).join(' AND ')}${words.at(-1) === '' ? '' : '*'}`
}

/** Letters and words of a search that are looked at. */
const MAX_QUERY = 60
const MAX_WORDS = 8

/** A new draft of this officer. Its id begins with the time, so that lists go by age. */
export async function addCampaign(desk: Desk, draft: Draft): Promise<{ id: string; writes: Statement[] }> {
  const { actor, now } = desk
  const path = await pathOfUnit(desk.db, draft.unitId)
  demand(actor, 'campaign.write', path)
  const id = `${now.getTime().toString(36).padStart(9, '0')}${desk.id().slice(0, 7)}`
  return {
    id,
    writes: [
      ...stillActing(actor),
      {
        sql: `INSERT INTO campaigns(id, unit_id, author_id, editors, title, content, audience, plan, topic, theme, needs, created_at, changed_at)
              VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        args: [
          id,
          draft.unitId,
          actor.officerId,
          JSON.stringify([actor.officerId]),
          ...columnsOf(draft),
          draft.content.business ? 2 : 1,
          now.toISOString(),
          now.toISOString(),
        ],
      },
      recordAct(actor, { act: 'campaign.add', unitId: draft.unitId, about: ['campaign', id] }, now),
    ],
  }
}

/**
 * Changes a draft, or one that waits for approval (which then is a draft again). Who changes it becomes an editor and may
 * not approve it. Throws AppError `forbidden`, `conflict` (approved already).
 */
export function editCampaign(desk: Desk, campaign: Campaign, change: Partial<Omit<Draft, 'unitId'>>): Statement[] {
  const { actor, now } = desk
  demand(actor, 'campaign.write', campaign.path)
  if (campaign.state !== 'draft' && campaign.state !== 'submitted') throw new AppError('conflict', 'desk.campaign_fixed')
  const next = { ...campaign, ...change }
  const editors = [...new Set([...campaign.editors, actor.officerId])]
  return [
    ...stillActing(actor),
    {
      sql: `UPDATE campaigns SET title = ?, content = ?, audience = ?, plan = ?, topic = ?, theme = ?, needs = ?, editors = ?,
              state = 'draft', approvals = 0, version = version + 1, changed_at = ?
            WHERE id = ? AND version = ? AND state IN ('draft', 'submitted')`,
      args: [...columnsOf(next), next.content.business ? 2 : 1, JSON.stringify(editors), now.toISOString(), campaign.id, campaign.version],
    },
    guard(),
    recordAct(
      actor,
      { act: 'campaign.edit', unitId: campaign.unitId, about: ['campaign', campaign.id], detail: { version: campaign.version + 1 } },
      now,
    ),
  ]
}

/** Approved rules whose time has come, a few at a time. @param at epoch ms */
export async function listDueRules(db: Db, at: number): Promise<Campaign[]> {
  const sql = `${SELECT} WHERE c.state = 'approved' AND c.next_at IS NOT NULL AND c.next_at <= ? ORDER BY c.next_at LIMIT 50`
  return (await db.read(sql, [at])).map(campaignOf)
}

/** A rule's next time; null ends it. Guarded by the caller: misses when another process has moved it. */
export function moveRule({ id, nextAt }: Campaign, next: Date | null): Statement {
  return {
    sql: "UPDATE campaigns SET next_at = ?, state = iif(? IS NULL, 'done', state) WHERE id = ? AND state = 'approved' AND next_at = ?",
    args: [next?.getTime() ?? null, next?.getTime() ?? null, id, nextAt?.getTime() ?? null],
  }
}

/** What runs once is over with its run; a rule goes on. */
export function settleCampaign(id: string, state: 'done' | 'cancelled', now: Date): Statement {
  return {
    sql: "UPDATE campaigns SET state = ?, changed_at = ? WHERE id = ? AND state = 'approved' AND next_at IS NULL",
    args: [state, now.toISOString(), id],
  }
}

/** Path of a unit that is there. Throws AppError `not_found`. */
export async function pathOfUnit(db: Db, unitId: string): Promise<string> {
  const [row] = await db.read('SELECT path FROM units WHERE id = ?', [unitId])
  if (!row) throw new AppError('not_found', 'desk.unit_gone')
  return String(row.path)
}

const columnsOf = ({ title, content, audience, plan, topic, theme }: Omit<Draft, 'unitId'>) => [
  title,
  JSON.stringify(content),
  JSON.stringify(audience),
  JSON.stringify(plan),
  topic,
  theme,
]

const SELECT = `SELECT c.*, u.name AS unit_name, u.path, o.name AS author_name
  FROM campaigns c JOIN units u ON u.id = c.unit_id LEFT JOIN officers o ON o.id = c.author_id`

function campaignOf(row: Row): Campaign {
  const date = (value: Row[string] | undefined) => (value === null || value === undefined ? null : new Date(Number(value)))
  return {
    id: String(row.id),
    unitId: String(row.unit_id),
    unitName: String(row.unit_name),
    path: String(row.path),
    authorId: String(row.author_id),
    authorName: String(row.author_name ?? ''),
    editors: JSON.parse(String(row.editors)) as string[],
    title: String(row.title),
    content: contentSchema.parse(JSON.parse(String(row.content))),
    audience: audienceSchema.parse(JSON.parse(String(row.audience))),
    plan: planSchema.parse(JSON.parse(String(row.plan))),
    topic: row.topic as string | null,
    theme: row.theme as string | null,
    state: row.state as CampaignState,
    version: Number(row.version),
    needs: Number(row.needs),
    approvals: Number(row.approvals),
    nextAt: date(row.next_at),
    createdAt: new Date(String(row.created_at)),
    changedAt: new Date(String(row.changed_at)),
  }
}
