/**
 * Tells members that there is something new about what they reported (F34): each minute, by a notice that says nothing on a
 * lock screen (R7). Several new things of one case make one notice. Between an officer's act and its notice lie one to six
 * minutes by chance, so that nobody who sees both screens, or the database and a phone, lays one beside the other; at night
 * (R14) nothing leaves, and nothing stands ready to leave either, unless somebody is in danger.
 * Decided and told in one commit a case (db/relays.ts): a process that dies between loses nothing and says nothing twice.
 */
import { listWaiting, type RelayParts, relayEvents, type Waiting, type WaitingMark } from '../db/relays.ts'
import type { Channel, Db, Keys, Reply } from './chat.ts'
import { groupBy } from './group.ts'
import type { Log } from './log.ts'
import { DEFAULT_QUIET, isQuiet } from './plan.ts'
import { payloadOf } from './text.ts'
import { windowsOf } from './windows.ts'

const PAGE = 500
const MINUTE_MS = 60_000
/** The longest that anything waits by chance. */
const MOST_MINUTES = 6

export type Relay = { run(now: Date): Promise<void> }

export function createRelay(parts: {
  db: Db
  keys: Keys
  channels: readonly Pick<Channel, 'name' | 'limits'>[]
  random(): number
  log: Log
}): Relay {
  const { db, keys, channels, random, log } = parts
  return {
    async run(now) {
      const urgentOnly = isQuiet(now, DEFAULT_QUIET)
      const round: RelayParts = {
        db,
        keys,
        channels: channels.map(({ name }) => name),
        windows: windowsOf(channels),
        notice: noticeOf,
        now,
      }
      const told = { queued: 0, receipt: 0, again: 0 }
      for (let after: WaitingMark | undefined, more = true; more; ) {
        const page: Awaited<ReturnType<typeof listWaiting>> = await listWaiting(db, keys, { after, limit: PAGE, urgentOnly })
        const ripe = groupBy(page.events, ({ caseId }) => caseId).filter((events) => isRipe(events, now, random))
        for (const events of ripe) {
          const relay = await relayEvents(round, events[0].caseId, events)
          told[relay ?? 'again']++
        }
        after = page.next
        more = after !== undefined
      }
      if (told.queued + told.receipt + told.again > 0) log('info', 'relay.done', told)
    },
  }
}

/**
 * Each minute from the second on may be the one, and each is as likely: of those that are left one in how many there are.
 * So nothing has to be kept about what was drawn.
 */
function isRipe(events: Waiting[], now: Date, random: () => number): boolean {
  const ages = events.map(({ at }) => Math.floor((now.getTime() - at.getTime()) / MINUTE_MS))
  if (Math.min(...ages) < 1) return false
  const left = MOST_MINUTES + 1 - Math.max(...ages)
  return left <= 1 || random() < 1 / left
}

/** On a lock screen: nothing about a report, no number. It comes unasked, so a word opens it and no digit does. */
function noticeOf(word: string): Reply {
  return {
    text: { key: 'talk.notice', params: { word } },
    buttons: [{ label: { key: 'talk.b_read' }, payload: payloadOf('talk', 'read', word), word: `xem ${word}` }],
  }
}
