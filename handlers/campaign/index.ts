/**
 * "Soạn tin" (F12, F70): officers write, look at, submit, approve and watch a broadcast from their phone, by the same
 * functions as console and API. Whoever is no bound officer learns nothing here. Private files: home (lists), compose with
 * choices, questions, answers and times (writing), card and counts (preview), approve and digits, run and result.
 */
import { requireCampaign } from '../../db/campaigns.ts'
import { deskOf, findOfficerAt } from '../../db/rights.ts'
import type { Decision, Handler, Reply, Turn } from '../../src/chat.ts'
import { AppError } from '../../src/errors.ts'
import { type Payload, parsePayload } from '../../src/text.ts'
import { createLexicon, listen } from '../../src/vietnamese/index.ts'
import { askReason, drop, holdBack, reasonAsked, sendBack, startApproval, submit, takeDigits, takeReason } from './approve.ts'
import { cardOf, countOn, openCampaign } from './card.ts'
import { answers, DIGITS, STEPS, wayOut } from './choices.ts'
import { edit, startNew, startRule, takeAnswer } from './compose.ts'
import { digitsAgain, type Wanted } from './digits.ts'
import { home, listOwn, listRules, listWaiting } from './home.ts'
import { question } from './questions.ts'
import { listRuns, openRun, showMessage, startAct } from './run.ts'
import { type Data, HOME, MENU, say, type Work } from './work.ts'

const DOORS = { home: 'soạn tin, soạn tin nhắn, gửi tin cho đoàn viên', list: 'tin của đơn vị, kết quả gửi tin', waiting: 'duyệt tin' }
const entries = Object.entries(DOORS).flatMap(([value, list]) => list.split(', ').map((words) => ({ words, value })))
const doors = createLexicon(entries)

export const campaign: Handler = {
  name: 'campaign',
  version: 1,
  words: entries.map(({ words }) => words),
  commands: ['soantin'],
  officers: true,
  expects: (message, step) => answers(message, step, doors.find(listen(message.text)) !== undefined),
  async handle(turn) {
    const work = await workOf(turn)
    if (!work) return { replies: [{ text: { key: 'desk.only_officers' }, buttons: [MENU] }] }
    const { message, step } = turn
    if (step?.step === 'digits' && DIGITS.test(message.text)) return takeDigits(work, step.data as Wanted, message.text)
    const payload = parsePayload(message.payload)
    if (payload && payload.action !== 'pick') return tapped(work, payload)
    const door = doors.find(listen(message.text))
    if (!payload && (door || message.text.startsWith('/'))) return openDoor(work, door ?? 'home')
    const name = STEPS.find((one) => one === step?.step)
    if (step && name) return takeAnswer(work, name, step.data as Data)
    if (step?.step === 'reason') return takeReason(work, step.data as Data & { version: string })
    if (step?.step === 'digits') return waitFor(work, step.data as Wanted, payload !== undefined)
    return home(work)
  },
  async offerAgain(turn) {
    const work = await workOf(turn)
    return work && turn.step ? askedAgain(work, turn.step) : []
  },
}

async function workOf(turn: Turn): Promise<Work | undefined> {
  const actor = await findOfficerAt(turn.db, turn.contact.id, turn.now)
  return actor && { turn, desk: deskOf(turn, actor) }
}

function openDoor(work: Work, door: string): Promise<Decision> {
  if (door === 'list') return listOwn(work, '')
  return door === 'waiting' ? listWaiting(work, '') : home(work)
}

/** A button outside the questions: it says by itself what it is about. */
function tapped(work: Work, { action, id, step }: Payload): Promise<Decision> {
  const number = /^\d{1,15}$/.test(id) ? Number(id) : 0
  switch (action) {
    case 'new':
      return startNew(work)
    case 'rule':
      return startRule(work, id)
    case 'waiting':
      return listWaiting(work, id)
    case 'list':
      return listOwn(work, id)
    case 'rules':
      return listRules(work, id)
    case 'open':
      return openCampaign(work, id)
    case 'count':
      return countOn(work, id)
    case 'edit':
      return edit(work, id, step)
    case 'submit':
      return submit(work, id, step)
    case 'approve':
      return startApproval(work, id, step)
    case 'return':
      return askReason(work, id, step)
    case 'returned':
      return sendBack(work, id, step)
    case 'drop':
      return drop(work, id, step)
    case 'hold':
      return holdBack(work, id)
    case 'run':
      return openRun(work, number)
    case 'runs':
      return listRuns(work, id, Number(step) || 0)
    case 'message':
      return showMessage(work, number)
    case 'act':
      return startAct(work, number, step)
    default:
      return home(work)
  }
}

/** Something else than six digits was said: "hủy" and "quay lại" lead back, the rest asks again. */
async function waitFor(work: Work, wanted: Wanted, stale: boolean): Promise<Decision> {
  if (!stale && !wayOut(work.turn.message.text)) return { replies: [digitsAgain(wanted)], next: { step: 'digits', data: wanted } }
  if (wanted.run !== undefined) return openRun(work, wanted.run)
  return wanted.id ? openCampaign(work, wanted.id) : home(work)
}

async function askedAgain(work: Work, { step, data }: NonNullable<Turn['step']>): Promise<Reply[]> {
  if (step === 'digits') return [digitsAgain(data as Wanted)]
  const { id } = data as Data
  try {
    const found = id === undefined ? undefined : await requireCampaign(work.desk, id)
    if (step === 'reason' && found) return [reasonAsked(found)]
    const name = STEPS.find((one) => one === step)
    if (name) return [await question(work, name, data as Data, found)]
    return found ? (await cardOf(work, found)).replies.slice(-1) : []
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return [{ text: say('stale'), buttons: [HOME] }]
  }
}
