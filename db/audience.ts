/**
 * Who a campaign reaches: one walk along one covering index in steps that never hold the loop, for freezing and for
 * counting alike. Left out without a row: who did not agree or stopped, is under 16 or of unknown age, turned the topic
 * off. What can still change until the send (cap, window, stop) is tested again at the claim.
 */
import type { Audience } from '../src/campaign.ts'
import type { Db, Row, Value } from '../src/chat.ts'
import type { Windows } from '../src/windows.ts'
import { guard } from './client.ts'
import { subtreeOf } from './units.ts'

/** People looked at in one step at first: about 10 ms on a file. */
export const STEP = 2_000
/** An audience of so few is found by its units, a larger one along all people who agreed. */
const SMALL = 2_000
const UNITS_PER_STEP = 200

export type AudienceRules = {
  audience: Audience
  /** Path of the audience's unit. */
  path: string
  topic: string | null
  windows: Windows
  /** Whoever is outside a window gets the approved template, which costs money. */
  template?: boolean
  now: Date
}

/**
 * Makes the rows of the next people after `cursor` ('' at first) and moves the cursor on; null is the end. Guarded: of two
 * processes one makes them. Returns how many people got a row.
 */
export async function freezeStep(
  db: Db,
  run: { id: number; cursor: string; stretch: number },
  rules: AudienceRules,
): Promise<{ cursor: string | null; people: number }> {
  const { id, cursor, stretch } = run
  const walk = await nextWalk(db, rules, cursor, stretch)
  const { sql, args } = walk.among
  const rows = await db.write([
    {
      sql: `UPDATE broadcasts SET cursor = ?, state = iif(? IS NULL AND state = 'preparing', 'scheduled', state)
            WHERE id = ? AND cursor = ? AND state IN ('preparing', 'paused')`,
      args: [walk.end, walk.end, id, cursor],
    },
    guard(),
    {
      sql: `INSERT INTO outbox(priority, channel, address_id, contact_id, broadcast_id, due_at, created_at)
            SELECT 1, channel, address, id, ?, 0, ? FROM (${sql}) WHERE age = 'adult' AND NOT off AND ${ofChannels(rules)} ORDER BY id`,
      args: [String(id), rules.now.getTime(), ...args, ...channelArgs(rules)],
    },
    { sql: 'SELECT changes() AS n', args: [] },
  ])
  return { cursor: walk.end, people: Number(rows[3]?.[0]?.n ?? 0) }
}

/** People by channel, and why others are not reached. Exact; what officers see is rounded by `aboutOf`. */
export type AudienceCounts = {
  total: number
  /** `outside` of `people` cannot be written to now, `billed` costs money, `capped` had this week's messages. */
  channels: Record<string, { people: number; outside: number; billed: number }>
  capped: number
  leftOut: { notAgreed: number; age: number; topic: number }
}

/** A count under way: totals so far and where it goes on, null where it is through. Nothing of it tells of one person. */
export type Counting = { counts: AudienceCounts; people: string | null; units: string | null; stretch: number }

export const newCounting = (): Counting => ({
  counts: { total: 0, channels: {}, capped: 0, leftOut: { notAgreed: 0, age: 0, topic: 0 } },
  people: '',
  units: '',
  stretch: STEP,
})

export const isCounted = ({ people, units }: Counting): boolean => people === null && units === null

/** What a person may still get this week. @param week its Monday @param cap pushes a week */
type Week = { week: string; cap: number }

/** Counts in steps, letting go of the loop between them. */
export async function countAudience(
  db: Db,
  rules: AudienceRules,
  { breathe, ...week }: Week & { breathe(): Promise<void> },
): Promise<AudienceCounts> {
  const counting = await countFurther(db, rules, week, newCounting(), async () => {
    await breathe()
    return true
  })
  return counting.counts
}

/** Goes on with a count, by one step at least, as long as `more` says so between the steps. */
export async function countFurther(
  db: Db,
  rules: AudienceRules,
  week: Week,
  from: Counting,
  more: () => Promise<boolean>,
): Promise<Counting> {
  let counting = structuredClone(from)
  do {
    if (counting.people !== null) counting = await countPeople(db, rules, week, counting, counting.people)
    else if (counting.units !== null) counting = await countNotAgreed(db, rules, counting, counting.units)
  } while (!isCounted(counting) && (await more()))
  return counting
}

async function countPeople(db: Db, rules: AudienceRules, { week, cap }: Week, counting: Counting, cursor: string): Promise<Counting> {
  const walk = await nextWalk(db, rules, cursor, counting.stretch)
  const { sql, args } = walk.among
  const rows = await db.read(
    `SELECT iif(age <> 'adult', 'age', iif(off, 'topic', '')) AS why, channel, count(*) AS n,
            total(capped) AS capped, total(seen < open_from) AS outside, total(seen >= open_from AND seen < free_from) AS billed
     FROM (SELECT *, EXISTS (SELECT 1 FROM push_counts w WHERE w.contact_id = id AND w.week = ? AND w.n >= ?) AS capped,
             ? - (? ->> channel) AS open_from, ? - (? ->> channel) AS free_from,
             iif(? ->> channel IS NULL, NULL, (SELECT a.in_at FROM addresses a WHERE a.id = address)) AS seen
           FROM (${sql})) WHERE ${ofChannels(rules)} GROUP BY 1, 2`,
    [week, cap, ...windowArgs(rules), windowsOf(rules, 'open'), ...args, ...channelArgs(rules)],
  )
  const people = addCounts(counting.counts, rows, rules.template === true)
  return { ...counting, stretch: widened(counting.stretch, people), people: walk.end }
}

/** The next step's size: sparse audiences are walked in longer strides. */
export function widened(stretch: number, people: number): number {
  return people * 4 < stretch ? Math.min(stretch * 2, STEP * 8) : stretch
}

type Walk = { among: { sql: string; args: Value[] }; end: string | null }

/** The people of the next stretch, with the address a push would take: an open window first, else where they wrote last. */
async function nextWalk(db: Db, rules: AudienceRules, cursor: string, stretch: number): Promise<Walk> {
  const [from, to] = subtreeOf(rules.path)
  if (cursor === '' && !rules.audience.withoutUnit && (await isSmall(db, from, to))) {
    const people = `units u CROSS JOIN contacts c INDEXED BY contacts_unit_reach ON c.unit_id = u.id`
    return { among: among(rules, people, 'u.path >= ? AND u.path < ?', [from, to]), end: null }
  }
  const [last] = await db.read(
    `SELECT id FROM contacts INDEXED BY contacts_reach WHERE (push = 1 OR deals = 1) AND id > ? ORDER BY id LIMIT 1 OFFSET ?`,
    [cursor, stretch - 1],
  )
  const end = last ? String(last.id) : null
  const inside = rules.audience.withoutUnit ? '(c.unit_id IS NULL OR u.path >= ? AND u.path < ?)' : 'u.path >= ? AND u.path < ?'
  const join = rules.audience.withoutUnit ? 'LEFT JOIN' : 'CROSS JOIN'
  return {
    among: among(
      rules,
      `contacts c INDEXED BY contacts_reach ${join} units u ON u.id = c.unit_id`,
      `c.id > ? ${end === null ? '' : 'AND c.id <= ?'} AND ${inside}`,
      [cursor, ...(end === null ? [] : [end]), from, to],
    ),
    end,
  }
}

function among(rules: AudienceRules, people: string, where: string, args: Value[]) {
  const { audience, topic, windows, now } = rules
  const opens = JSON.stringify(Object.fromEntries(Object.entries(windows).map(([channel, { open }]) => [channel, open])))
  return {
    sql: `SELECT id, age, off, coalesce(pick ->> 0, last_channel) AS channel, coalesce(pick ->> 1, last_address) AS address FROM (
        SELECT c.id, c.age, c.last_channel, c.last_address,
          ${topic === null ? '0' : 'EXISTS (SELECT 1 FROM topic_stops s WHERE s.contact_id = c.id AND s.topic = ?)'} AS off,
          iif(c.linked, (SELECT json_array(a.channel, a.id) FROM addresses a WHERE a.contact_id = c.id AND a.stopped = 0
            ORDER BY coalesce(a.in_at > ? - (? ->> a.channel), 0) DESC, a.in_at DESC LIMIT 1), NULL) AS pick
        FROM ${people}
        WHERE (c.push = 1 OR c.deals = 1) AND c.${audience.purpose === 'deals' ? 'deals' : 'push'} = 1 AND c.kind = 'person' AND ${where}
          ${audience.memberKinds.length > 0 ? 'AND c.member_kind IN (SELECT value FROM json_each(?))' : ''}
          ${audience.joinedSince ? 'AND c.joined_day >= ?' : ''}
      ) WHERE coalesce(pick ->> 0, last_channel) IS NOT NULL`,
    args: [
      ...(topic === null ? [] : [topic]),
      now.getTime(),
      opens,
      ...args,
      ...(audience.memberKinds.length > 0 ? [JSON.stringify(audience.memberKinds)] : []),
      ...(audience.joinedSince ? [audience.joinedSince] : []),
    ],
  }
}

const ofChannels = ({ audience }: AudienceRules) => (audience.channels.length > 0 ? 'channel IN (SELECT value FROM json_each(?))' : 'true')
const channelArgs = ({ audience }: AudienceRules): Value[] => (audience.channels.length > 0 ? [JSON.stringify(audience.channels)] : [])

function windowsOf({ windows }: AudienceRules, which: 'open' | 'free'): string {
  return JSON.stringify(Object.fromEntries(Object.entries(windows).map(([channel, window]) => [channel, window[which]])))
}

const windowArgs = (rules: AudienceRules): Value[] => [
  rules.now.getTime(),
  windowsOf(rules, 'open'),
  rules.now.getTime(),
  windowsOf(rules, 'free'),
]

function addCounts(counts: AudienceCounts, rows: Row[], template: boolean): number {
  let people = 0
  for (const row of rows) {
    const n = Number(row.n)
    people += n
    if (row.why === 'age' || row.why === 'topic') {
      counts.leftOut[row.why] += n
      continue
    }
    const channel = String(row.channel)
    const known = counts.channels[channel] ?? { people: 0, outside: 0, billed: 0 }
    const outside = Number(row.outside)
    counts.channels[channel] = {
      people: known.people + n,
      outside: known.outside + (template ? 0 : outside),
      billed: known.billed + Number(row.billed) + (template ? outside : 0),
    }
    counts.total += n
    counts.capped += Number(row.capped)
  }
  return people
}

async function isSmall(db: Db, from: string, to: string): Promise<boolean> {
  const [row] = await db.read(
    `SELECT count(*) AS n FROM (SELECT 1 FROM units u CROSS JOIN contacts c INDEXED BY contacts_unit_reach ON c.unit_id = u.id
       WHERE (c.push = 1 OR c.deals = 1) AND u.path >= ? AND u.path < ? LIMIT ?)`,
    [from, to, SMALL + 1],
  )
  return Number(row?.n) <= SMALL
}

/** People of the next units who did not agree or stopped: a number, never who (R1). */
async function countNotAgreed(db: Db, { path, audience }: AudienceRules, counting: Counting, after: string): Promise<Counting> {
  const [from, to] = subtreeOf(path)
  const units = await db.read('SELECT id, path FROM units WHERE path >= ? AND path < ? AND path > ? ORDER BY path LIMIT ?', [
    from,
    to,
    after,
    UNITS_PER_STEP,
  ])
  const [row] = await db.read(
    `SELECT (SELECT count(*) FROM json_each(?1) j CROSS JOIN contacts c INDEXED BY contacts_unit ON c.unit_id = j.value)
          - (SELECT count(*) FROM json_each(?1) j CROSS JOIN contacts c INDEXED BY contacts_unit_reach ON c.unit_id = j.value
             WHERE (c.push = 1 OR c.deals = 1) AND c.${audience.purpose === 'deals' ? 'deals' : 'push'} = 1) AS n`,
    [JSON.stringify(units.map(({ id }) => id))],
  )
  counting.counts.leftOut.notAgreed += Number(row?.n)
  const last = units.at(-1)
  return { ...counting, units: last && units.length === UNITS_PER_STEP ? String(last.path) : null }
}

/** A count as officers see it: to the nearest ten; null is "dưới 10", nothing is 0. */
export function aboutOf(n: number): number | null {
  return n === 0 ? 0 : n < 10 ? null : Math.round(n / 10) * 10
}
