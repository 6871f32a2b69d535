/**
 * "Dừng mọi tin" (F68): one officer stops every push, two start them again, each by six digits. Somebody who is no
 * officer and says so wants no messages, and is asked what "ngừng nhận tin" asks.
 */
import { recordRefusal } from '../db/audit.ts'
import { tellHalted, tellRestart } from '../db/halt-notices.ts'
import { findHalt, type Halt, haltPushes, restartPushes } from '../db/halts.ts'
import { type Desk, deskOf, findOfficerAt } from '../db/rights.ts'
import type { Button, Decision, Handler, Reply, Turn } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { scopeOf } from '../src/rights.ts'
import { parsePayload, payloadOf } from '../src/text.ts'
import { timeVi } from '../src/time.ts'
import { createLexicon, listen } from '../src/vietnamese/index.ts'

type What = 'halt' | 'restart'

const WORDS: Record<What, string[]> = {
  halt: ['dừng mọi tin', 'dừng tất cả tin', 'dừng toàn bộ tin', 'dừng mọi tin nhắn'],
  restart: ['cho gửi tin trở lại', 'gửi tin trở lại', 'cho gửi lại mọi tin', 'gửi lại mọi tin', 'cho gửi lại tất cả tin'],
}
const lexicon = createLexicon((['halt', 'restart'] as const).flatMap((value) => WORDS[value].map((words) => ({ words, value }))))
const DIGITS = /^\s*\d{3}\s?\d{3}\s*$/

export const halt: Handler = {
  name: 'halt',
  version: 1,
  words: [...WORDS.halt, ...WORDS.restart],
  commands: ['dungmoitin'],
  urgent: true,
  officers: true,
  expects: ({ text }) => DIGITS.test(text),
  async handle(turn) {
    const { message, step } = turn
    const actor = await findOfficerAt(turn.db, turn.contact.id, turn.now)
    const what = whatOf(turn)
    if (!actor) return what === 'restart' ? { replies: [{ text: { key: 'desk.only_officers' }, buttons: [MENU] }] } : asStop()
    const desk = deskOf(turn, actor)
    const typed = step && message.payload === undefined && DIGITS.test(message.text)
    try {
      if (!typed) return await ask(desk, what)
      return what === 'halt' ? await stopAll(desk, message.text) : await startAgain(desk, message.text)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      return refused(desk, what, error, typed === true)
    }
  },
  async offerAgain() {
    return [{ text: { key: 'halt.digits_again' } }]
  },
}

/** Which of the two: as tapped, as said, else what the open step is about. */
function whatOf({ message, step }: Turn): What {
  const tapped = parsePayload(message.payload)
  if (tapped) return tapped.action === 'restart' ? 'restart' : 'halt'
  return lexicon.find(listen(message.text)) ?? (step?.step === 'restart' ? 'restart' : 'halt')
}

/** `stop`'s own question: its buttons lead there, so that it is asked once and confirmed once. */
function asStop(): Decision {
  const buttons: Button[] = [
    { label: { key: 'stop.b_yes' }, payload: payloadOf('stop', 'yes') },
    { label: { key: 'stop.b_no' }, payload: payloadOf('stop', 'no') },
  ]
  return { replies: [{ text: { key: 'stop.ask' }, buttons, officer: false }] }
}

async function ask(desk: Desk, what: What): Promise<Decision> {
  const { db, actor } = desk
  if (scopeOf(actor, `pushes.${what}`).length === 0) throw new AppError('forbidden', 'desk.forbidden')
  const halted = await findHalt(db)
  if (what === 'halt') {
    if (halted) return { replies: [told(halted)] }
    return { replies: [{ text: { key: 'halt.ask_halt' }, buttons: [CANCEL] }], next: { step: 'halt' } }
  }
  if (!halted) throw new AppError('conflict', 'desk.not_halted')
  if (halted.restartBy === actor.officerId) throw new AppError('conflict', 'desk.restart_second')
  return {
    replies: [{ text: { key: 'halt.ask_restart', params: whoAndWhen(halted) }, buttons: [CANCEL] }],
    next: { step: 'restart' },
  }
}

async function stopAll(desk: Desk, digits: string): Promise<Decision> {
  const before = await findHalt(desk.db)
  if (before) return { replies: [told(before)] }
  const { now } = desk
  const writes = await haltPushes(desk, digits)
  const reply: Reply = { text: { key: 'halt.done', params: { at: timeVi(now) } }, buttons: [RESTART, MENU] }
  return { replies: [reply], writes: [...writes, ...(await tellHalted(desk)).writes] }
}

async function startAgain(desk: Desk, digits: string): Promise<Decision> {
  const { writes, restarted } = await restartPushes(desk, digits)
  const others = await tellRestart(desk, restarted)
  const asked = others.told > 0 ? { key: 'halt.asked', params: { count: others.told } } : { key: 'halt.asked_nobody' }
  return { replies: [{ text: restarted ? { key: 'halt.restarted' } : asked, buttons: [MENU] }], writes: [...writes, ...others.writes] }
}

/** Wrong digits may be typed again; whatever was not allowed is written down. */
function refused({ actor, now }: Desk, what: What, error: AppError, typed: boolean): Decision {
  const again = typed && (error.message === 'desk.digits_wrong' || error.message === 'desk.digits_again')
  const counts = error.code === 'forbidden' || error.code === 'too_many'
  return {
    replies: [{ text: { key: error.message }, buttons: [again ? CANCEL : MENU] }],
    ...(counts ? { writes: [recordRefusal(actor, { act: `pushes.${what}` }, error, now)] } : {}),
    ...(again ? { next: { step: what } } : {}),
  }
}

const whoAndWhen = ({ officerName, at }: Pick<Halt, 'officerName' | 'at'>) => ({ officer: officerName, at: timeVi(at) })

const told = (halted: Pick<Halt, 'officerName' | 'at'>): Reply => ({
  text: { key: 'desk.halted', params: whoAndWhen(halted) },
  buttons: [RESTART, MENU],
})

const RESTART = { label: { key: 'halt.b_restart' }, payload: payloadOf('halt', 'restart') }
const CANCEL: Button = { label: { key: 'common.b_cancel' }, payload: payloadOf('cancel', 'now') }
const MENU: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') }
