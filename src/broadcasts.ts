/**
 * What moves a run along without an officer: rules come due, audiences are frozen step by step, runs start and finish, a
 * cancelled one lists whom it did not reach, a resting one says why. Every step is one guarded batch, so that several
 * processes may do this at once and one may die between any two of them.
 */

import { newNames } from '../db/approvals.ts'
import { type AudienceRules, freezeStep, STEP, widened } from '../db/audience.ts'
import { recordOwnAct } from '../db/audit.ts'
import {
  addBroadcast,
  type Broadcast,
  finishBroadcast,
  listLive,
  markTold,
  moveBroadcast,
  moveResend,
  startBroadcast,
} from '../db/broadcasts.ts'
import { type Campaign, listDueRules, moveRule, pathOfUnit, settleCampaign } from '../db/campaigns.ts'
import { conflictOf, guard } from '../db/client.ts'
import { findLastOfStep, resendStep, skipChannels, skipQueued } from '../db/ledger.ts'
import { isUnderWay, listCounts } from '../db/ledger-counts.ts'
import { composeMessage } from '../db/messages.ts'
import { tellOfficers } from '../db/officer-notices.ts'
import { listRunOfficers } from '../db/run-officers.ts'
import type { Channel, Db, Keys, Reply, Statement } from './chat.ts'
import { causeOf, type Log } from './log.ts'
import { isMissed, nextRun } from './plan.ts'
import { payloadOf } from './text.ts'
import { windowsOf } from './windows.ts'

export type BroadcastParts = {
  db: Db
  keys: Keys
  channels: readonly Channel[]
  now(): Date
  random(): number
  log: Log
}

export type Broadcasts = {
  /** Everything that is due, until nothing is or `until` (epoch ms) has passed. True when anything moved. */
  tick(until?: number): Promise<boolean>
  /** Ticks once a second until `stop`. */
  start(): void
  stop(): Promise<void>
}

const IDLE_MS = 1_000
/** Rows of one step of a cancel or a resend. */
const SWEEP = 2_000

export function createBroadcasts(parts: BroadcastParts): Broadcasts {
  const { db, now, log } = parts
  let stopping = false
  let running: Promise<void> | undefined
  let wake: (() => void) | undefined

  const tick = async (until = Number.POSITIVE_INFINITY): Promise<boolean> => {
    let moved = await startRules(parts)
    for (const run of await listLive(db)) {
      if (stopping || now().getTime() > until) break
      try {
        moved = (await moveOn(parts, run, () => stopping || now().getTime() > until)) || moved
      } catch (error) {
        // Another process made this very step.
        if (!conflictOf(error)) throw error
      }
    }
    return moved
  }

  return {
    tick,
    start() {
      running = (async () => {
        while (!stopping) {
          const moved = await tick().catch((error: unknown) => {
            log('error', 'broadcast.unavailable', { cause: causeOf(error) })
            return false
          })
          if (stopping) return
          await new Promise<void>((resume) => {
            const timer = setTimeout(resume, moved ? 0 : IDLE_MS)
            wake = () => {
              clearTimeout(timer)
              resume()
            }
          })
        }
      })()
    },
    async stop() {
      stopping = true
      wake?.()
      await running
    },
  }
}

async function moveOn(parts: BroadcastParts, run: Broadcast, enough: () => boolean): Promise<boolean> {
  const { db, now } = parts
  if (run.cursor !== null && (run.state === 'preparing' || run.state === 'paused')) return freeze(parts, run, run.cursor, enough)
  if (run.state === 'scheduled' && run.startsAt <= now()) return start(parts, run)
  if (run.state === 'sending' && run.resend) return resend(parts, run, run.resend, enough)
  if (run.state === 'cancelling' && (await sweep(db, () => skipQueued(run.id, SWEEP), enough))) return true
  if (run.state === 'sending' || run.state === 'cancelling') return finish(parts, run)
  return run.state === 'paused' ? tell(parts, run) : false
}

/** The audience, row by row. Only channels that are served here: nobody waits on one that is switched off. */
async function freeze(parts: BroadcastParts, run: Broadcast, from: string, enough: () => boolean): Promise<boolean> {
  const { db, channels, now } = parts
  const served = channels.map(({ name }) => name)
  const wanted = run.audience.channels.length > 0 ? run.audience.channels.filter((name) => served.includes(name)) : served
  const rules: AudienceRules = {
    audience: { ...run.audience, channels: wanted },
    path: await pathOfUnit(db, run.audience.unitId),
    topic: run.message.topic,
    windows: windowsOf(channels),
    now: now(),
  }
  let stretch = STEP
  for (let cursor: string | null = from; cursor !== null && !enough(); ) {
    const step: { cursor: string | null; people: number } = await freezeStep(db, { id: run.id, cursor, stretch }, rules)
    cursor = step.cursor
    stretch = widened(stretch, step.people)
    await breathe()
  }
  return true
}

/** A start that nobody was there for by more than an hour is asked about, not made up for. */
async function start({ db, now, log }: BroadcastParts, run: Broadcast): Promise<boolean> {
  const at = now()
  if (run.startedAt === null && isMissed(run.startsAt, at)) {
    await db.write([moveBroadcast(run.id, ['scheduled'], 'paused', 'missed'), guard(), recordOwnAct(actOf(run, 'broadcast.missed'), at)])
    return true
  }
  const [started = []] = await db.write([startBroadcast(run.id, at)])
  if (started.length > 0) log('info', 'broadcast.started', { broadcast: run.id })
  return started.length > 0
}

/** The end, with all that hangs on it in one batch: a process that dies here leaves a run that is not over. */
async function finish(parts: BroadcastParts, run: Broadcast): Promise<boolean> {
  const { db, now, log, channels } = parts
  const served = channels.map(({ name }) => name)
  const counts = await listCounts(db, run.id)
  if (counts.some(({ state, channel }) => state === 'queued' && !served.includes(channel))) {
    await db.write([skipChannels(run.id, served, now().getTime())])
    return true
  }
  if (isUnderWay(counts)) return false
  const state = run.state === 'cancelling' ? 'cancelled' : 'done'
  const officers = await listRunOfficers(db, run.campaignId)
  const reply: Reply = { text: { key: `push.told_${state}`, params: { title: run.message.title } }, buttons: [opened(run)] }
  await db.write([
    finishBroadcast(run.id, run.state, state, now()),
    guard(),
    settleCampaign(run.campaignId, state, now()),
    recordOwnAct(actOf(run, `broadcast.${state}`), now()),
    ...(await tellOfficers(db, parts.keys, officers, reply, now())).writes,
  ])
  log('info', 'broadcast.ended', { broadcast: run.id, state })
  return true
}

/** People of one outcome wait again, step by step. */
async function resend({ db, now }: BroadcastParts, run: Broadcast, which: 'failed' | 'unknown', enough: () => boolean): Promise<boolean> {
  for (let cursor: string | null = run.resendCursor; cursor !== null && !enough(); ) {
    const at: string = cursor
    const next = await findLastOfStep(db, run.id, at, SWEEP)
    await db.write([moveResend(run.id, at, next), guard(), resendStep(run.id, which, at, next, now().getTime())])
    cursor = next
    await breathe()
  }
  return true
}

/** Repeats a bounded statement until it finds nothing more. True when it found anything. */
async function sweep(db: Db, statement: () => Statement, enough: () => boolean): Promise<boolean> {
  let any = false
  while (!enough()) {
    const [rows = []] = await db.write([statement()])
    if (rows.length === 0) return any
    any = true
    await breathe()
  }
  return any
}

/** The officers of a run that rests by itself learn why, once. */
async function tell(parts: BroadcastParts, run: Broadcast): Promise<boolean> {
  const { db, now } = parts
  if (run.reason === null || run.reason === 'officer' || run.told === run.reason) return false
  const officers = await listRunOfficers(db, run.campaignId)
  const reply: Reply = { text: { key: `push.told_${run.reason}`, params: { title: run.message.title } }, buttons: [opened(run)] }
  await db.write([
    markTold(run.id, run.reason),
    guard(),
    recordOwnAct({ ...actOf(run, 'broadcast.rests'), detail: { why: run.reason } }, now()),
    ...(await tellOfficers(db, parts.keys, officers, reply, now())).writes,
  ])
  return true
}

/** Rules whose time has come: each makes its run, with content and audience of its own. */
async function startRules(parts: BroadcastParts): Promise<boolean> {
  const { db, now, log } = parts
  let any = false
  for (const campaign of await listDueRules(db, now().getTime())) {
    try {
      await startRule(parts, campaign)
      any = true
    } catch (error) {
      if (!conflictOf(error)) log('error', 'rule.failed', { campaign: campaign.id, cause: causeOf(error) })
    }
  }
  return any
}

async function startRule({ db, now, random }: BroadcastParts, campaign: Campaign): Promise<void> {
  const at = now()
  const due = campaign.nextAt ?? at
  const next = nextRun(campaign.plan, at)
  const step = [moveRule(campaign, next ?? null), guard()]
  const message = await composeMessage(db, campaign, at, random)
  const unit = { unitId: campaign.unitId, about: ['campaign', campaign.id] as [string, string] }
  if (!message) {
    await db.write([...step, recordOwnAct({ act: 'rule.nothing', ...unit }, at)])
    return
  }
  const { id: campaignId, unitId, audience } = campaign
  // One that was missed is frozen now as well; its start asks about it.
  await db.write([
    ...step,
    addBroadcast({ campaignId, unitId, ...newNames(random), message, audience, now: at, startsAt: due }),
    recordOwnAct({ act: 'rule.run', ...unit }, at),
  ])
}

const actOf = (run: Broadcast, act: string) => ({ act, unitId: run.unitId, about: ['broadcast', String(run.id)] as [string, string] })

/** In something said unasked: a word, because digits belong to what was offered last. */
const opened = (run: Broadcast): NonNullable<Reply['buttons']>[number] => ({
  label: { key: 'push.b_open' },
  payload: payloadOf('campaign', 'run', String(run.id)),
  word: 'kết quả gửi tin',
})

/** Lets messages that came in meanwhile be answered: the file driver works synchronously under its promises. */
const breathe = () => new Promise<void>((resume) => setTimeout(resume, 0))
