/**
 * What has been kept long enough (F63, the retention list of features §5): for each table, which rows are due, and the
 * statements that end them, at most 500 rows each and never by a scan. src/retention.ts runs them.
 */
import type { Db, Locale, Row, Statement, Value } from '../src/chat.ts'
import { type SettingName, type Settings, wholeOf } from '../src/settings.ts'
import { addDays, dayNumber, dayOf, monthOf } from '../src/time.ts'
import { guardThat } from './client.ts'
import { noticeRules } from './notice-retention.ts'

export const STEP = 500

/** Rows that go by their own age alone. `where` uses an index of its table. */
export type Rule = { name: string; table: string; key: string; where: string; args: Value[] }

/** In the order they run: what hangs on a row before the row. @param settings the spans that officers may set, within the law */
export function listRules(now: Date, settings: Settings): Rule[] {
  const today = dayOf(now)
  const at = now.getTime()
  const daysAgo = (days: number) => addDays(today, -days)
  const instant = (days: number) => new Date(at - days * 86_400_000).toISOString()
  const months = (name: SettingName) => monthsBefore(now.toISOString(), wholeOf(settings, name))
  const rule = (name: string, table: string, key: string, where: string, ...args: Value[]): Rule => ({ name, table, key, where, args })
  return [
    rule('updates', 'updates', 'code', 'kept_at < ?', instant(7)),
    rule('transcript', 'transcript', 'seq', 'day < ?', daysAgo(30)),
    rule('link_codes', 'link_codes', 'code_tag', 'expires_at <= ?', at),
    rule('tries', 'tries', 'tag', 'until <= ?', at),
    rule('phrase_people', 'phrase_people', 'tag', 'month < ?', monthsBefore(monthOf(now), 1)),
    rule('phrases', 'phrases', 'tag', 'month < ?', monthsBefore(monthOf(now), 1)),
    rule('figure_people', 'figure_people', 'tag', 'month < ?', monthOf(now)),
    rule('figures', 'figures', 'id', 'month < ?', monthsBefore(monthOf(now), 60)),
    rule('data_requests', 'data_requests', 'id', 'asked_at < ?', months('keep_request_months')),
    rule('consent_proofs', 'consent_proofs', 'hash', 'ended_at < ?', monthsBefore(now.toISOString(), 60)),
    rule('inquiries', 'inquiries', 'id', 'answered_at < ?', instant(wholeOf(settings, 'keep_inquiry_days'))),
    rule('item_flags', 'item_flags', 'id', 'day < ?', monthsBefore(today, 24)),
    ...noticeRules(now, monthsBefore),
    rule('entry_imports', 'entry_imports', 'id', 'created_at < ?', instant(7)),
    rule('deals', 'deals', 'id', 'ends_on < ?', monthsBefore(today, wholeOf(settings, 'keep_deal_months'))),
    // A draft ends with its session; this is what a lost one left. The objects are swept by their names.
    rule('photos', 'photos', 'id', 'case_id IS NULL AND day < ?', daysAgo(7)),
    rule('officer_codes', 'officer_codes', 'code_tag', 'expires_at <= ?', at),
    rule('sign_in_links', 'sign_in_links', 'link_tag', 'expires_at <= ?', at),
    rule('sessions', 'sessions', 'id', 'expires_at <= ?', at),
    rule('challenges', 'challenges', 'challenge_tag', 'expires_at <= ?', at),
    rule('push_counts', 'push_counts', 'contact_id', 'week < ?', daysAgo(14)),
    rule('broadcasts', 'broadcasts', 'id', 'ended_at < ? AND forgotten_at IS NOT NULL', Date.parse(months('keep_campaign_months'))),
    rule('broadcast_totals', 'broadcast_totals', 'broadcast_id', 'broadcast_id < (SELECT coalesce(min(id), 0) FROM broadcasts)'),
    rule('broadcast_reasons', 'broadcast_reasons', 'broadcast_id', 'broadcast_id < (SELECT coalesce(min(id), 0) FROM broadcasts)'),
    rule('campaigns', 'campaigns', 'id', OLD_CAMPAIGN, months('keep_campaign_months')),
    rule('images', 'images', 'id', OLD_IMAGE, months('keep_campaign_months')),
    rule('audit', 'audit', 'id', OLD_AUDIT, months('keep_audit_months')),
    rule('incidents', 'incidents', 'id', 'closed_at < ?', months('keep_incident_months')),
    // Replies that no channel took: one that was switched off never claims them.
    rule('replies', 'outbox', 'id', `id IN (${STUCK_REPLIES})`, at - 7 * 86_400_000),
  ]
}

/** Keys of one stretch of the inbox: where it ends, and how many of it are older than a week. It has no index by day, so it is walked along its key. */
export async function findInboxStretch(db: Db, after: string, now: Date): Promise<{ until: string; due: number; last: boolean }> {
  const [end] = await db.read(`SELECT key FROM inbox WHERE key > ? ORDER BY key LIMIT 1 OFFSET ${STRETCH}`, [after])
  const until = end ? String(end.key) : INBOX_END
  const due = await db.read('SELECT count(*) AS n FROM inbox WHERE key > ? AND key <= ? AND day < ?', [after, until, inboxDay(now)])
  return { until, due: countOf(due), last: !end }
}

/** Ends what is older than a week between two keys. */
export function dropInbox(after: string, until: string, now: Date): Statement {
  return { sql: 'DELETE FROM inbox WHERE key > ? AND key <= ? AND day < ?', args: [after, until, inboxDay(now)] }
}

const STRETCH = 2000
/** After every key: they are letters, digits, "-", "_" and ".". */
const INBOX_END = '~'
const inboxDay = (now: Date) => dayNumber(addDays(dayOf(now), -7))

/** Totals keep no key of their own, so they have a statement of their own. */
export function dropTallies(now: Date): Statement {
  return {
    sql: `DELETE FROM tallies WHERE (day, channel, what, reason) IN
            (SELECT day, channel, what, reason FROM tallies WHERE day < ? LIMIT ${STEP}) RETURNING day`,
    args: [monthsBefore(dayOf(now), 60)],
  }
}

export async function countTallies(db: Db, now: Date): Promise<number> {
  return countOf(await db.read('SELECT count(*) AS n FROM tallies WHERE day < ?', [monthsBefore(dayOf(now), 60)]))
}

export async function countDue(db: Db, { table, where, args }: Rule): Promise<number> {
  return countOf(await db.read(`SELECT count(*) AS n FROM ${table} WHERE ${where}`, args))
}

/** Ends up to 500 rows; returns one row for each. */
export function dropDue({ table, key, where, args }: Rule): Statement {
  return {
    sql: `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE ${where} LIMIT ${STEP}) RETURNING 1 AS gone`,
    args,
  }
}

// ---- sessions ---------------------------------------------------------------------------------------------------

/**
 * Addresses whose session ran out, of 500 people seen on this day. Found by the day because an index on the session's
 * end would be written in every turn.
 * @param after the last id of the page before; '' at first
 */
export async function listEndedSessions(db: Db, day: string, after: string, now: Date): Promise<{ ids: string[]; next?: string }> {
  const people = await db.read(`SELECT id FROM contacts WHERE seen_day = ? AND id > ? ORDER BY id LIMIT ${STEP}`, [day, after])
  const rows = await db.read(
    `SELECT a.id FROM json_each(?) j JOIN addresses a ON a.contact_id = j.value WHERE a.session_until <= ? AND a.session IS NOT NULL`,
    [JSON.stringify(people.map(({ id }) => id)), now.getTime()],
  )
  const last = people.at(-1)
  return { ids: rows.map(({ id }) => String(id)), ...(people.length === STEP && last ? { next: String(last.id) } : {}) }
}

/**
 * From which day on people are looked at: two days before the last run, because a session lasts a day; at first, from
 * the oldest one.
 */
export async function findSessionDay(db: Db, now: Date): Promise<string> {
  const mark = await findMark(db, 'sessions_ended')
  if (mark) return addDays(mark, -2)
  const [row] = await db.read('SELECT min(seen_day) AS day FROM contacts')
  return String(row?.day ?? dayOf(now))
}

export function endSessions(ids: string[], now: Date): Statement {
  return {
    sql: `UPDATE addresses SET session = NULL, session_until = NULL
          WHERE id IN (SELECT value FROM json_each(?)) AND session_until <= ? RETURNING 1 AS gone`,
    args: [JSON.stringify(ids), now.getTime()],
  }
}

// ---- people -----------------------------------------------------------------------------------------------------

/** Silent for 30 days and never agreed to anything: erased (F2). An officer's own account stays while it is bound. */
export const silent = (now: Date): People => ({
  where: `push = 0 AND contest = 0 AND named_report = 0 AND deals = 0 AND seen_day < ? AND ${NO_OFFICER}`,
  args: [addDays(dayOf(now), -30)],
})

/** Agreed to something and silent for a year: asked once. */
export const toAsk = (now: Date): People => ({
  where: `seen_day < ? AND (push = 1 OR contest = 1 OR named_report = 1 OR deals = 1)
          AND (asked_day IS NULL OR asked_day <= seen_day) AND ${NO_OFFICER}`,
  args: [monthsBefore(dayOf(now), 12)],
})

/** Asked 30 days ago and still silent: erased. */
export const unanswered = (now: Date): People => ({
  where: `seen_day < ? AND asked_day > seen_day AND asked_day <= ? AND ${NO_OFFICER}`,
  args: [monthsBefore(dayOf(now), 12), addDays(dayOf(now), -30)],
})

export type People = { where: string; args: Value[] }

export async function countPeople(db: Db, { where, args }: People): Promise<number> {
  return countOf(await db.read(`SELECT count(*) AS n FROM contacts WHERE ${where}`, args))
}

/** Ids of up to 500 of them. */
export async function listPeople(db: Db, { where, args }: People): Promise<string[]> {
  return (await db.read(`SELECT id FROM contacts WHERE ${where} LIMIT ${STEP}`, args)).map(({ id }) => String(id))
}

/** Part of the commit that erases one of them: fails it when the person has written since. */
export function stillDue(id: string, { where, args }: People): Statement {
  return guardThat(`EXISTS (SELECT 1 FROM contacts WHERE id = ? AND ${where})`, [id, ...args])
}

/** The newest address of each who still agrees to messages and has not stopped them: only these may be asked by message. */
export async function listAskable(db: Db, ids: string[]): Promise<Array<{ addressId: string; channel: string; locale: Locale }>> {
  const rows = await db.read(
    `SELECT a.id, a.channel, c.locale, max(a.in_at) AS newest
     FROM json_each(?) j JOIN contacts c ON c.id = j.value JOIN addresses a ON a.contact_id = c.id
     WHERE c.push = 1 AND a.stopped = 0 GROUP BY c.id`,
    [JSON.stringify(ids)],
  )
  return rows.map(({ id, channel, locale }) => ({ addressId: String(id), channel: String(channel), locale: locale as Locale }))
}

export function markAsked(ids: string[], now: Date): Statement {
  return {
    sql: 'UPDATE contacts SET asked_day = ? WHERE id IN (SELECT value FROM json_each(?)) AND seen_day < ?',
    args: [dayOf(now), JSON.stringify(ids), monthsBefore(dayOf(now), 12)],
  }
}

// ---- small things -----------------------------------------------------------------------------------------------

/** How far the job has come, so that a day looks at one day's rows. */
export type Mark = 'sessions_ended' | 'reply_links_cut' | 'gone_links_cut' | 'taken_back_told'

/** Empty before the first run. */
export async function findMark(db: Db, mark: Mark): Promise<string> {
  const [row] = await db.read('SELECT value FROM meta WHERE name = ?', [`retention:${mark}`])
  return String(row?.value ?? '')
}

export function recordMark(mark: Mark, value: string): Statement {
  return {
    sql: 'INSERT INTO meta(name, value) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value',
    args: [`retention:${mark}`, value],
  }
}

/** The oldest rows only, up to the first that is young enough: the table refuses anything else. */
const OLD_AUDIT = 'id < coalesce((SELECT a.id FROM audit a WHERE a.at >= ? ORDER BY a.at LIMIT 1), 9007199254740991)'
const OLD_CAMPAIGN = `state IN ('done', 'cancelled') AND changed_at < ? AND NOT EXISTS (SELECT 1 FROM broadcasts b WHERE b.campaign_id = campaigns.id)`

/** One that an approved campaign still shows waits for its end: a platform fetches it at each send. */
const OLD_IMAGE = `created_at < ? AND NOT EXISTS (SELECT 1 FROM campaigns c WHERE c.state = 'approved'
  AND c.content ->> 'image' IN ('/media/' || images.id || '.jpg', '/media/' || images.id || '.png'))`

const NO_OFFICER = 'NOT EXISTS (SELECT 1 FROM officers o WHERE o.contact_id = contacts.id)'

/** Walks the channels that have something queued (a few), then each one's oldest replies. */
const STUCK_REPLIES = `WITH RECURSIVE channels(name) AS (
  SELECT min(channel) FROM outbox WHERE state = 'queued' AND priority = 0
  UNION ALL
  SELECT (SELECT min(channel) FROM outbox WHERE state = 'queued' AND priority = 0 AND channel > channels.name) FROM channels WHERE channels.name IS NOT NULL)
  SELECT o.id FROM channels CROSS JOIN outbox o ON o.channel = channels.name WHERE o.state = 'queued' AND o.priority = 0 AND o.due_at < ?`

/** The same month, day or instant `months` earlier; the 31st becomes the last day of a shorter month. */
export function monthsBefore(date: string, months: number): string {
  const total = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1 - months
  const month = `${Math.floor(total / 12)}-${String((total % 12) + 1).padStart(2, '0')}`
  if (date.length === 7) return month
  const last = new Date(Date.UTC(Math.floor(total / 12), (total % 12) + 1, 0)).getUTCDate()
  return `${month}-${String(Math.min(Number(date.slice(8, 10)), last)).padStart(2, '0')}${date.slice(10)}`
}

const countOf = (rows: Row[]): number => Number(rows[0]?.n ?? 0)
