/**
 * Broadcasts through the one door out: claims a few people of each run that is sending, tests again what can have changed
 * since the audience was frozen (consent, window, the week's cap, quiet hours, an emergency stop), sends, and records what
 * became of each. At most four fifths of a channel's rate is theirs, so that replies always find room.
 */
import { type Broadcast, listSending } from '../db/broadcasts.ts'
import { type ClaimedPush, claimPushes, hasPushDue, PUSH_LEASE_MS } from '../db/ledger.ts'
import { type Bucket, findHold } from '../db/paces.ts'
import { findPushRules, type PushRules } from '../db/push-rules.ts'
import { codeWritten, replyOf } from './campaign.ts'
import type { Channel, Db, Locale, OutboundMessage, Statement } from './chat.ts'
import { SendError } from './errors.ts'
import { causeOf, type Log } from './log.ts'
import { isQuiet, weekStart } from './plan.ts'
import { type PushOutcome, pushFailed, pushLater, pushSent, pushSkipped, recordPushes } from './push-outcome.ts'
import { partsOf, type Render } from './render.ts'
import type { RoadState } from './road-state.ts'

export type PushParts = {
  db: Db
  render: Render
  publicUrl: string | null
  now(): Date
  holder: string
  log: Log
}

/** Of a channel's rate: the rest is left to replies. */
export const BULK_SHARE = 0.8
/** Seconds' worth a bucket may save up: with the share above, no second ever sees more than the channel's rate. */
const BURST_S = 0.25
/** People in hand at once on one channel, from their claim until it is recorded what became of them: what a kill leaves unknown. */
const IN_HAND = 256
/** How many free places are worth a claim of their own. */
const WORTH = 96
/** How many tokens are worth waiting for: fewer cost a commit each, more go out in a burst that a reply has to wait for. */
const TOKENS_WORTH = 24
/** Outcomes are written with the next claim, else after so many ms; again after so many ms when the database was away. */
const FLUSH_MS = 20
const FLUSH_AGAIN_MS = 1_000
/** Runs and rules are looked up at most this often. */
const LOOK_MS = 1_000

export type Pushes = {
  /** Claims once and begins the sends. `waitMs`: when looking again makes sense. */
  begin(stopping: () => boolean): Promise<{ sends: Array<Promise<void>>; waitMs: number }>
  /** Looks up runs and rules anew at the next claim. */
  refresh(): void
  /** Writes the outcomes that are known. Throws when the database is away; they are kept for the next time. */
  flush(): Promise<void>
}

/** @param onRoom called when places became free that are worth a claim */
export function createPushes(parts: PushParts, channel: Channel, road: RoadState, onRoom: () => void): Pushes {
  const { db, log, now } = parts
  const { limits } = channel
  let inHand = 0
  /** The last claim was limited by its places, not by the bucket: new ones are worth another. */
  let full = false
  let claims = 0
  let rotation = 0
  let looked: { at: number; list: Broadcast[]; rules: PushRules } | undefined
  let known: PushOutcome[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  let writing: Promise<void> | undefined
  const rendered = new Map<string, OutboundMessage[]>()

  const begin: Pushes['begin'] = async (stopping) => {
    const at = now().getTime()
    const nothing = (waitMs = LOOK_MS) => ({ sends: [], waitMs })
    // What is known by now is recorded by the very batch that claims.
    const room = (road.isDown() ? 1 : IN_HAND) - inHand + known.length
    full = room < (road.isDown() ? 1 : WORTH)
    if (stopping() || full) return nothing()
    const { rules, list } = await look(at)
    if (isQuiet(now(), rules.quiet) || road.heldUntil(at) > at) return nothing()
    const due = await listDue(list, at)
    if (due.length === 0 || (await findHold(db, channel.name, at)) > at) return nothing()
    const sends: Array<Promise<void>> = []
    const taking = buckets(rules)
    let left = room
    for (const [i, run] of due.entries()) {
      const claim = {
        channel: channel.name,
        by: `${parts.holder}.${++claims}`,
        lease: at + PUSH_LEASE_MS,
        now: at,
        most: Math.ceil(left / (due.length - i)),
        buckets: taking,
        week: weekStart(now()),
        cap: rules.weeklyCap,
        windowed: limits.windowHours !== undefined,
      }
      const taken = await recording((before) => claimPushes(db, run, claim, before)).catch((error: unknown) => {
        // Those who are claimed are sent to all the same.
        if (sends.length === 0) throw error
        log('error', 'push.unavailable', { channel: channel.name, cause: causeOf(error) })
        return { granted: 0, rows: [] }
      })
      left -= taken.rows.length
      inHand += taken.rows.length
      for (const row of taken.rows) sends.push(send(run, row, rules))
      // It rests by now, or another process was faster.
      if (taken.rows.length === 0) looked = undefined
      // The bucket is empty.
      if (taken.granted < claim.most) return { sends, waitMs: waitFor(rules) }
    }
    full = left < WORTH
    return { sends, waitMs: sends.length > 0 && !full ? 0 : LOOK_MS }
  }

  /** What is sending and by which rules, read once a second. */
  const look = async (at: number) => {
    if (!looked || at - looked.at >= LOOK_MS || at < looked.at) looked = { at, list: await listSending(db), rules: await findPushRules(db) }
    return looked
  }

  /** Runs with somebody to send to here, the first of them another one each time, so that none starves. */
  const listDue = async (list: Broadcast[], at: number): Promise<Broadcast[]> => {
    const due: Broadcast[] = []
    for (const run of list) if (await hasPushDue(db, run.id, channel.name, at)) due.push(run)
    if (due.length < 2) return due
    rotation = (rotation + 1) % due.length
    return [...due.slice(rotation), ...due.slice(0, rotation)]
  }

  /** The buckets a push takes from: its own share, and the channel's one bucket where replies count too. */
  const buckets = (rules: PushRules): [Bucket, ...Bucket[]] => {
    const perSecond = (channel.name === 'telegram' && rules.paidRate) || limits.perSecond
    const share = perSecond * BULK_SHARE
    return [
      { name: `${channel.name}/push`, perSecond: share, capacity: Math.max(1, share * BURST_S) },
      ...(limits.oneBucket ? [{ name: channel.name, perSecond, capacity: Math.max(1, perSecond) }] : []),
    ]
  }

  /** When as many tokens have come together again as are worth a claim. */
  const waitFor = (rules: PushRules): number => {
    const [{ capacity, perSecond }] = buckets(rules)
    return Math.min(LOOK_MS, Math.max(20, (Math.min(TOKENS_WORTH, Math.max(1, capacity / 2)) / perSecond) * 1000))
  }

  const send = async (run: Broadcast, row: ClaimedPush, rules: PushRules): Promise<void> => {
    const base = { row, runId: run.id, startedAt: run.startedAt?.getTime() ?? 0, at: now().getTime() }
    try {
      note(await sendOne(run, row, rules, base))
    } catch (error) {
      const failure = error instanceof SendError ? error : new SendError('refused', 'render', undefined, { cause: error })
      if (failure.failure === 'operator' || failure !== error)
        log('error', 'push.failed', { channel: channel.name, broadcast: run.id, reason: failure.reason, cause: causeOf(error) })
      note(pushFailed({ ...base, at: now().getTime() }, failure, road.isSilent()))
    }
  }

  const sendOne = async (
    run: Broadcast,
    row: ClaimedPush,
    rules: PushRules,
    base: Parameters<typeof pushSent>[0],
  ): Promise<PushOutcome> => {
    const { native, locale } = row
    if (native === null) return pushSkipped(base, 'erased')
    if (!row.wanted) return pushSkipped(base, 'opted_out')
    if (row.overCap) return pushSkipped(base, 'weekly_cap')
    const outside = limits.windowHours !== undefined && base.at - row.seenAt > limits.windowHours * 3_600_000
    const template = run.message.zaloTemplate ? rules.zaloTemplate : null
    if (outside && !(template && channel.sendTemplate)) return pushSkipped(base, 'outside_window')
    const wait = road.pace(row.addressId, base.at)
    if (wait > 0) return pushLater(base, base.at + wait, 'paced')
    if (outside && template && channel.sendTemplate) {
      const { title, unitName } = run.message
      await channel.sendTemplate(native, template, { tieu_de: title, don_vi: unitName, ma_tin: codeWritten(run.code) })
      return pushSent(base, false)
    }
    const messages = messagesOf(run, locale)
    const paid = channel.name === 'telegram' && rules.paidRate !== null
    for (const [part, message] of messages.entries()) {
      if (part < row.part) continue
      const id = `${row.id}.${part}`
      const last = part === messages.length - 1
      const own: OutboundMessage = { ...message, id, address: native }
      if (paid) own.paid = true
      if (limits.fetched && last) own.pushId = row.id
      await channel.send(own)
      row.part = part + 1
    }
    return pushSent(base, limits.fetched === true)
  }

  /** The parts of a run in one language: rendered once for everybody. */
  const messagesOf = (run: Broadcast, locale: Locale): OutboundMessage[] => {
    const key = `${run.id} ${locale}`
    let messages = rendered.get(key)
    if (!messages) {
      const target = { id: run.id, address: '', bulk: true, publicUrl: parts.publicUrl }
      messages = partsOf(channel, replyOf(run, run.message, locale), locale, target, parts.render)
      if (rendered.size > 200) rendered.clear()
      rendered.set(key, messages)
    }
    return messages
  }

  const note = (outcome: PushOutcome): void => {
    if (outcome.platform) road.note(outcome.platform, now().getTime(), outcome.row.addressId)
    known.push(outcome)
    if (full && IN_HAND - inHand + known.length >= (road.isDown() ? 1 : WORTH)) onRoom()
    timer ??= setTimeout(() => void flushQuietly(), FLUSH_MS)
  }

  const flushQuietly = () =>
    flush().catch((error: unknown) => {
      log('error', 'push.unrecorded', { channel: channel.name, cause: causeOf(error) })
    })

  /** Resolves when everything known by now is written. */
  const flush = async (): Promise<void> => {
    while (writing) await writing
    if (known.length > 0) await recording((statements) => db.write(statements))
  }

  /** Writes what is known with a batch that is written anyway; one at a time. When it fails the outcomes are kept for the next. */
  const recording = async <T>(write: (before: Statement[]) => Promise<T>): Promise<T> => {
    while (writing) await writing
    if (timer !== undefined) clearTimeout(timer)
    timer = undefined
    const outcomes = known
    known = []
    const work = write(outcomes.length > 0 ? recordPushes(channel.name, outcomes, now()) : [])
    const over = () => {
      writing = undefined
    }
    writing = work.then(over, over)
    try {
      const result = await work
      inHand -= outcomes.length
      // The run may rest by now.
      if (outcomes.some(({ broken, pauses }) => broken || pauses)) looked = undefined
      return result
    } catch (error) {
      known = [...outcomes, ...known]
      timer ??= setTimeout(() => void flushQuietly(), FLUSH_AGAIN_MS)
      throw error
    }
  }

  return {
    begin,
    flush,
    refresh() {
      looked = undefined
    },
  }
}
