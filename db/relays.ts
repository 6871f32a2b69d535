/**
 * The way from a case to its member (F34): what waits to be told, and the one commit that tells it. The row it leaves in the
 * outbox names nobody: the recipient is sealed, the case is a keyed hash, the times are a whole minute of the relay's own.
 * So nothing that stands beside it, neither a person nor an officer's act, can be laid against it.
 */
import type { Db, Keys, Locale, Reply, Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { openJson } from '../src/keys.ts'
import { sealReply } from '../src/sealed-reply.ts'
import type { Windows } from '../src/windows.ts'
import type { EventBox, KeptRelay } from './case-events.ts'
import { dropLink, dropLinks, findLink, listReported } from './case-links.ts'
import { conflictOf, guard, guardThat } from './client.ts'
import { recordRead } from './notice-outcomes.ts'

/** An event that waits to be told. `at`: the exact time, from inside the seal. `seen`: its member read it by themselves. */
export type Waiting = { id: string; caseId: string; at: Date; seen: boolean }
export type WaitingMark = { hour: string; id: string }

/** Oldest first. @param urgentOnly of cases with danger or a threatened member: they are told of at night too */
export async function listWaiting(
  db: Db,
  keys: Keys,
  { after, limit, urgentOnly }: { after?: WaitingMark | undefined; limit: number; urgentOnly: boolean },
): Promise<{ events: Waiting[]; next?: WaitingMark }> {
  const rows = await db.read(LIST_WAITING, [after?.hour ?? '', after?.id ?? '', urgentOnly ? 1 : 2, limit])
  const last = rows.at(-1)
  const events = rows.map(async ({ id, hour, case_id, box, seen }) => {
    // A box that does not open keeps nothing else waiting: the hour stands outside.
    const opened = await openJson<EventBox>(keys, 'case-event', box as Uint8Array, String(id)).catch(() => undefined)
    const at = new Date(opened?.at ?? `${String(hour).slice(0, 13)}:00:00Z`)
    return { id: String(id), caseId: String(case_id), at, seen: seen === 1 }
  })
  return {
    events: await Promise.all(events),
    ...(rows.length === limit && last ? { next: { hour: String(last.hour), id: String(last.id) } } : {}),
  }
}

export const LIST_WAITING = `SELECT e.id, e.hour, e.case_id, e.box, e.seen FROM case_events e JOIN cases c ON c.id = e.case_id
  WHERE e.relay = 'waiting' AND e.box IS NOT NULL AND (e.hour, e.id) > (?, ?) AND c.rank <= ?
  ORDER BY e.hour, e.id LIMIT ?`

/** What a relay is done with: the same for every case of a run. `notice` makes the words, by what the member types to read. */
export type RelayParts = {
  db: Db
  keys: Keys
  /** Channels that can send now, and how long after a person's last word each lets us write. */
  channels: readonly string[]
  windows: Windows
  notice(word: string): Reply
  now: Date
}

/**
 * Queues the notice to the member of one case, or leaves what is new to their receipt where nobody may be written to. Where
 * they have read all of it meanwhile, it goes the same way for officers, without a notice.
 * Undefined when another process was faster or the way back closed at this moment: nothing was written then.
 */
export async function relayEvents(
  parts: RelayParts,
  caseId: string,
  events: readonly Waiting[],
): Promise<Extract<KeptRelay, 'queued' | 'receipt'> | undefined> {
  const way = await findWay(parts, caseId)
  const relay = way ? 'queued' : 'receipt'
  const taken: Statement[] = [
    {
      sql: "UPDATE case_events SET relay = ? WHERE relay = 'waiting' AND id IN (SELECT value FROM json_each(?))",
      args: [relay, JSON.stringify(idsOf(events))],
    },
    guard(events.length),
  ]
  try {
    await parts.db.write([...taken, ...(way ? await tellOf(parts, caseId, way, events) : [])])
    return relay
  } catch (error) {
    if (conflictOf(error)) return undefined
    throw error
  }
}

async function tellOf(parts: RelayParts, caseId: string, way: Way, events: readonly Waiting[]): Promise<Statement[]> {
  const fresh = events.filter(({ seen }) => !seen)
  if (fresh.length === 0) return [await recordRead(parts.keys, { caseId, at: parts.now })]
  // Read at this very moment: looked at again.
  const unread = guardThat('NOT EXISTS (SELECT 1 FROM case_events WHERE seen = 1 AND id IN (SELECT value FROM json_each(?)))', [
    JSON.stringify(idsOf(fresh)),
  ])
  return [unread, ...(await noticeTo(parts, caseId, way))]
}

const idsOf = (events: readonly Waiting[]): string[] => events.map(({ id }) => id)

type Way = { addressId: string; channel: string; native: string; locale: Locale; word: string }

/** The address the member filed from, while it can and may be written to; no other one. */
async function findWay({ db, keys, channels, windows, now }: RelayParts, caseId: string): Promise<Way | undefined> {
  const link = await findLink(db, keys, caseId).catch((error: unknown) => {
    if (error instanceof AppError) return undefined
    throw error
  })
  if (!link) return undefined
  const [row] = await db.read(
    'SELECT a.channel, a.native, a.in_at, c.locale FROM addresses a JOIN contacts c ON c.id = a.contact_id WHERE a.id = ? AND a.stopped = 0',
    [link.addressId],
  )
  if (!row || !channels.includes(String(row.channel))) return undefined
  const open = windows[String(row.channel)]?.open
  if (open !== undefined && Number(row.in_at) + open <= now.getTime()) return undefined
  const { channel, native, locale } = row
  return { addressId: link.addressId, word: link.word, channel: String(channel), native: String(native), locale: locale as Locale }
}

/** The row, unless one of this case waits already. Fails the commit when the person stopped or took the way back away meanwhile. */
async function noticeTo({ keys, notice, now }: RelayParts, caseId: string, way: Way): Promise<Statement[]> {
  const tag = await keys.tag('notice', caseId)
  const minute = Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS
  return [
    guardThat('EXISTS (SELECT 1 FROM reply_links WHERE case_tag = ?) AND EXISTS (SELECT 1 FROM addresses WHERE id = ? AND stopped = 0)', [
      await keys.tag('case', caseId),
      way.addressId,
    ]),
    {
      sql: `INSERT INTO outbox(priority, channel, address_id, recipient, body, notice_tag, due_at, created_at)
            SELECT 0, ?, '', ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE notice_tag = ?)`,
      args: [
        way.channel,
        await keys.seal('recipient', way.native),
        await sealReply(keys, notice(way.word), way.locale, caseId),
        ...[tag, minute, minute, tag],
      ],
    },
  ]
}

const MINUTE_MS = 60_000

/** A notice that has not left yet is not needed any more: it was read, or nobody may be written to. */
export async function dropNotices(keys: Keys, caseIds: readonly string[]): Promise<Statement> {
  const tags = await Promise.all(caseIds.map((caseId) => keys.tag('notice', caseId)))
  return { sql: 'DELETE FROM outbox WHERE notice_tag IN (SELECT value FROM json_each(?))', args: [JSON.stringify(tags)] }
}

/** The person is not written to about this case any more; what waits is theirs to read by the receipt. */
export async function stopRelay(keys: Keys, contactId: string, caseId: string): Promise<Statement[]> {
  return [await dropLink(keys, contactId, caseId), await dropNotices(keys, [caseId])]
}

/** The same about everything they ever reported. */
export async function stopRelays(db: Db, keys: Keys, contactId: string): Promise<Statement[]> {
  const reported = await listReported(db, keys, contactId)
  return [await dropLinks(keys, contactId), await dropNotices(keys, reported)]
}
