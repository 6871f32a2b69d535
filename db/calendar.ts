/**
 * What is planned: runs by their start, drafts by the time they ask for, rules by when they will run next. A few of each
 * day and no count of the rest: a province has thousands of runs in a month.
 */
import type { Db } from '../src/chat.ts'
import { isRule, nextRun, type Plan, planSchema } from '../src/plan.ts'
import { addDays, dayOf, vietnamInstant } from '../src/time.ts'
import type { BroadcastState } from './broadcasts.ts'
import type { CampaignState } from './campaigns.ts'
import { subtreeOf } from './units.ts'

export type Planned = {
  /** A run; a campaign that nobody has approved yet; a time of a rule to come. */
  kind: 'run' | 'plan' | 'rule'
  campaignId: string
  /** Only of a run. */
  runId: number | null
  title: string
  /** `text`, or the kind of reviewed content a rule takes. */
  source: string
  unitName: string
  at: Date
  state: BroadcastState | CampaignState
}

export type PlannedDay = { day: string; entries: Planned[]; more: boolean }

/** Rules looked at for one month. */
const RULES_MOST = 60

/**
 * The days from `from` to `to` (local, both in), each with `most` entries at most, in order of time.
 * @param paths units at and below these
 */
export async function listPlanned(
  db: Db,
  { paths, from, to, most, now }: { paths: string[]; from: string; to: string; most: number; now: Date },
): Promise<PlannedDay[]> {
  const days = daysOf(from, to)
  if (paths.length === 0) return days.map((day) => ({ day, entries: [], more: false }))
  const [runs, plans, rules] = await Promise.all([
    listRuns(db, paths, days, most),
    listPlans(db, paths, days, most),
    listRules(db, paths, to),
  ])
  const all = [...runs, ...plans, ...rules.flatMap((rule) => timesOf(rule, now, to))]
  const byDay = new Map<string, Planned[]>(days.map((day) => [day, []]))
  for (const one of all) byDay.get(dayOf(one.at))?.push(one)
  return days.map((day) => {
    const found = (byDay.get(day) ?? []).sort((a, b) => a.at.getTime() - b.at.getTime() || a.title.localeCompare(b.title))
    return { day, entries: found.slice(0, most), more: found.length > most }
  })
}

function daysOf(from: string, to: string): string[] {
  const days: string[] = []
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day)
  return days
}

const INSIDE = (paths: string[]) => `(${paths.map(() => '(v.path >= ? AND v.path < ?)').join(' OR ')})`
const insideArgs = (paths: string[]) => paths.flatMap((path) => subtreeOf(path))

/** Instants at which these days begin and end, as numbers and as texts. */
const spansOf = (days: string[]) =>
  JSON.stringify(
    days.map((day) => {
      const [begin, end] = [vietnamInstant(day, 0), vietnamInstant(addDays(day, 1), 0)]
      return [begin.getTime(), end.getTime(), begin.toISOString(), end.toISOString()]
    }),
  )

async function listRuns(db: Db, paths: string[], days: string[], most: number): Promise<Planned[]> {
  const rows = await db.read(
    `SELECT b.id, b.campaign_id, b.state, b.starts_at, c.title, c.content ->> 'source' AS source, u.name AS unit_name
     FROM json_each(?) d CROSS JOIN broadcasts b ON b.id IN (
       SELECT r.id FROM broadcasts r INDEXED BY broadcasts_starts CROSS JOIN units v ON v.id = r.unit_id
       WHERE r.starts_at >= d.value ->> 0 AND r.starts_at < d.value ->> 1 AND r.state <> 'cancelled' AND ${INSIDE(paths)}
       ORDER BY r.starts_at, r.id LIMIT ?)
     JOIN campaigns c ON c.id = b.campaign_id JOIN units u ON u.id = b.unit_id`,
    [spansOf(days), ...insideArgs(paths), most + 1],
  )
  return rows.map((row) => ({
    kind: 'run',
    campaignId: String(row.campaign_id),
    runId: Number(row.id),
    title: String(row.title),
    source: String(row.source ?? 'text'),
    unitName: String(row.unit_name),
    at: new Date(Number(row.starts_at)),
    state: row.state as BroadcastState,
  }))
}

async function listPlans(db: Db, paths: string[], days: string[], most: number): Promise<Planned[]> {
  const rows = await db.read(
    `SELECT c.id, c.state, c.plan ->> 'at' AS at, c.title, c.content ->> 'source' AS source, u.name AS unit_name
     FROM json_each(?) d CROSS JOIN campaigns c ON c.id IN (
       SELECT p.id FROM campaigns p INDEXED BY campaigns_planned CROSS JOIN units v ON v.id = p.unit_id
       WHERE p.state IN ('draft', 'submitted') AND p.plan ->> 'at' >= d.value ->> 2 AND p.plan ->> 'at' < d.value ->> 3 AND ${INSIDE(paths)}
       ORDER BY p.plan ->> 'at', p.id LIMIT ?)
     JOIN units u ON u.id = c.unit_id`,
    [spansOf(days), ...insideArgs(paths), most + 1],
  )
  return rows.map((row) => ({
    kind: 'plan',
    campaignId: String(row.id),
    runId: null,
    title: String(row.title),
    source: String(row.source ?? 'text'),
    unitName: String(row.unit_name),
    at: new Date(String(row.at)),
    state: row.state as CampaignState,
  }))
}

type RuleRow = Omit<Planned, 'at'> & { plan: Plan; nextAt: Date }

async function listRules(db: Db, paths: string[], to: string): Promise<RuleRow[]> {
  const rows = await db.read(
    `SELECT c.id, c.plan, c.next_at, c.title, c.content ->> 'source' AS source, v.name AS unit_name
     FROM campaigns c INDEXED BY campaigns_next CROSS JOIN units v ON v.id = c.unit_id
     WHERE c.state = 'approved' AND c.next_at IS NOT NULL AND c.next_at < ? AND ${INSIDE(paths)} ORDER BY c.next_at LIMIT ?`,
    [vietnamInstant(addDays(to, 1), 0).getTime(), ...insideArgs(paths), RULES_MOST],
  )
  return rows.map((row) => ({
    kind: 'rule',
    campaignId: String(row.id),
    runId: null,
    title: String(row.title),
    source: String(row.source ?? 'text'),
    unitName: String(row.unit_name),
    state: 'approved',
    plan: planSchema.parse(JSON.parse(String(row.plan))),
    nextAt: new Date(Number(row.next_at)),
  }))
}

/** Its next time and those after it; what has run is a run. */
function timesOf({ plan, nextAt, ...rule }: RuleRow, now: Date, to: string): Planned[] {
  const times: Planned[] = []
  let at: Date | undefined = nextAt
  while (at && dayOf(at) <= to) {
    if (at > now) times.push({ ...rule, at })
    at = isRule(plan) ? nextRun(plan, at) : undefined
  }
  return times
}
