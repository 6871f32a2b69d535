/**
 * One run: how it goes, and what may be done about it. Whatever stops, starts or sends again asks for the six digits.
 */
import { cancelBroadcast, POSSIBLE, pauseBroadcast, resendBroadcast, resumeBroadcast } from '../../db/broadcast-acts.ts'
import { listBroadcasts, type OwnedBroadcast, requireBroadcast } from '../../db/broadcasts.ts'
import { requireCampaign } from '../../db/campaigns.ts'
import { countOf, listCounts } from '../../db/ledger-counts.ts'
import { codeWritten, shortened, shownReply } from '../../src/campaign.ts'
import type { Button, Decision, Statement } from '../../src/chat.ts'
import { AppError } from '../../src/errors.ts'
import { type Act, demand } from '../../src/rights.ts'
import { payloadOf } from '../../src/text.ts'
import { whenVi } from '../../src/time.ts'
import { askDigits } from './digits.ts'
import { resultText } from './result.ts'
import { haltedText, runStateOf } from './states.ts'
import { allowed, attempt, button, HOME, lines, PAGE, say, type Work } from './work.ts'

const RUN_ACTS = ['pause', 'resume', 'cancel', 'failed', 'unknown'] as const
export type RunAct = (typeof RUN_ACTS)[number]

/** The right each act needs, its name in the audit log, and the command. */
const ACTS: Record<RunAct, { right: Act; name: string; command(work: Work, run: OwnedBroadcast, digits: string): Promise<Statement[]> }> = {
  pause: { right: 'broadcast.stop', name: 'broadcast.pause', command: ({ desk }, run, digits) => pauseBroadcast(desk, run, digits) },
  resume: { right: 'broadcast.restart', name: 'broadcast.resume', command: ({ desk }, run, digits) => resumeBroadcast(desk, run, digits) },
  cancel: { right: 'broadcast.stop', name: 'broadcast.cancel', command: ({ desk }, run, digits) => cancelBroadcast(desk, run, digits) },
  failed: {
    right: 'broadcast.resend',
    name: 'broadcast.resend_failed',
    command: ({ desk }, run, digits) => resendBroadcast(desk, run, 'failed', digits),
  },
  unknown: {
    right: 'broadcast.resend',
    name: 'broadcast.resend_unknown',
    command: ({ desk }, run, digits) => resendBroadcast(desk, run, 'unknown', digits),
  },
}

export async function openRun(work: Work, id: number): Promise<Decision> {
  return attempt(work, triedOn('broadcast.open', id), async () => runCard(work, await requireBroadcast(work.desk, id)))
}

export async function runCard(work: Work, run: OwnedBroadcast): Promise<Decision> {
  const counts = await listCounts(work.turn.db, run.id)
  const facts = [
    say('run_title', { title: { literal: shortened(run.title, 80) }, state: runStateOf(run) }),
    say('run_from', { unit: run.unitName, code: codeWritten(run.code) }),
    ...(await haltedText(work.turn.db)),
  ]
  const failed = countOf(counts, 'failed') > 0
  const unknown = countOf(counts, 'unknown') > 0
  const offered = RUN_ACTS.filter((act) => (act === 'failed' ? failed : act === 'unknown' ? unknown : true))
  return {
    replies: [
      {
        text: lines([...facts, { literal: '' }, resultText(work, run, counts)]),
        buttons: [
          ...offered.filter((act) => isPossible(work, run, act)).map((act) => actButton(run, act)),
          button('message', 'message', String(run.id)),
          button('refresh', 'run', String(run.id)),
          HOME,
        ],
      },
    ],
  }
}

/** The message as it was sent. */
export async function showMessage(work: Work, id: number): Promise<Decision> {
  return attempt(work, triedOn('broadcast.open', id), async () => {
    const run = await requireBroadcast(work.desk, id)
    const message = shownReply(run, run.message, work.turn.contact.locale, 'sent')
    return { replies: [message, { text: say('choose_next'), buttons: [button('again', 'run', String(id)), HOME] }] }
  })
}

/** A rule's runs, newest first. */
export async function listRuns(work: Work, campaignId: string, before: number): Promise<Decision> {
  return attempt(work, { act: 'campaign.open', about: ['campaign', campaignId] }, async () => {
    const campaign = await requireCampaign(work.desk, campaignId)
    const found = await listBroadcasts(work.turn.db, { paths: [campaign.path], campaignId, before, limit: PAGE + 1 })
    const rows = found.slice(0, PAGE)
    const last = rows.at(-1)
    const more: Button[] =
      found.length > PAGE && last
        ? [{ label: { key: 'common.b_more' }, payload: payloadOf('campaign', 'runs', campaignId, String(last.id)) }]
        : []
    const buttons = rows.map((run) => button('run', 'run', String(run.id), '', { when: whenVi(run.startsAt), state: runStateOf(run) }))
    return { replies: [{ text: say('runs'), buttons: [...buttons, ...more, HOME] }] }
  })
}

/** An act was tapped: refused at once when it cannot be, else the digits are asked for. */
export async function startAct(work: Work, id: number, act: string): Promise<Decision> {
  const known = RUN_ACTS.find((one) => one === act)
  if (!known) return openRun(work, id)
  return attempt(work, triedOn(ACTS[known].name, id), async () => {
    const run = await requireBroadcast(work.desk, id)
    demand(work.desk.actor, ACTS[known].right, run.path)
    if (!POSSIBLE[ACTS[known].name]?.includes(run.state)) throw new AppError('conflict', 'desk.broadcast_moved')
    const missed = run.reason === 'missed' && (known === 'resume' || known === 'cancel') ? '_missed' : ''
    const held = known === 'cancel' && isHeld(run) ? '_held' : ''
    return askDigits({ act: known, run: id }, say(`sure_${known}${missed || held}`, { title: { literal: shortened(run.title) } }))
  })
}

/** With the digits. */
export async function finishAct(work: Work, id: number, act: RunAct, digits: string): Promise<Decision> {
  const run = await requireBroadcast(work.desk, id)
  const writes = await ACTS[act].command(work, run, digits)
  const held = act === 'cancel' && isHeld(run) ? '_held' : ''
  return { replies: [{ text: say(`done_${act}${held}`), buttons: [button('again', 'run', String(id)), HOME] }], writes }
}

/** Nobody has been sent anything yet. */
const isHeld = ({ state }: OwnedBroadcast) => state === 'preparing' || state === 'scheduled'

export const triedOn = (act: string, id: number) => ({ act, about: ['broadcast', String(id)] as [string, string] })
export const actName = (act: RunAct): string => ACTS[act].name

function isPossible(work: Work, run: OwnedBroadcast, act: RunAct): boolean {
  const { right, name } = ACTS[act]
  const again = act === 'failed' || act === 'unknown'
  return allowed(work, right, run) && POSSIBLE[name]?.includes(run.state) === true && !(again && (run.resend || run.cursor !== null))
}

function actButton(run: OwnedBroadcast, act: RunAct): Button {
  const missed = run.state === 'paused' && run.reason === 'missed'
  const name = missed && act === 'resume' ? 'send_now' : missed && act === 'cancel' ? 'skip' : act
  return button(name, 'act', String(run.id), act)
}
