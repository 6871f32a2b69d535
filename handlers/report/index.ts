/**
 * "Phản ánh hàng nghi giả" (F30): eight short steps, anonymous by default, then a case and its receipt. The bot asks
 * for facts and never says real or fake (R6). Private files beside this one: draft (the data), choices (buttons and
 * their words), steps (questions), answers, photos, review, named, filing.
 */
import { dropDraftPhotos } from '../../db/photos.ts'
import type { Button, Decision, Handler, InboundMessage, Reply, Statement, Turn } from '../../src/chat.ts'
import { menuReply } from '../../src/menu.ts'
import { parsePayload, payloadOf } from '../../src/text.ts'
import { createLexicon, listen } from '../../src/vietnamese/index.ts'
import { answerStory } from './answers.ts'
import { choiceIn } from './choices.ts'
import { type Draft, draftOf, isTooLong, LONGEST, type Move, newDraft, type StepName, stepBefore } from './draft.ts'
import { fileReport } from './filing.ts'
import { explained, isFormal } from './formal.ts'
import { answerNaming, startNaming } from './named.ts'
import { takePhotos, warning } from './photos.ts'
import { findReceivers } from './receivers.ts'
import { photoButtons, question } from './steps.ts'

const words = [
  'phản ánh',
  'phản ảnh',
  'phản ánh hàng giả',
  'phản ánh hàng nghi giả',
  'hàng giả',
  'hàng nghi giả',
  'hàng nhái',
  'hàng dỏm',
  'hàng dởm',
  'hàng fake',
  'tố giác',
  'tố giác hàng giả',
  'báo hàng giả',
  'báo cáo hàng giả',
  'mua phải hàng giả',
  'bán hàng giả',
  'đồ giả',
  'thuốc giả',
  'sữa giả',
  'hàng kém chất lượng',
  'report',
  'report suspect goods',
  'report fake goods',
] as const
const opening = createLexicon(words.map((one) => ({ words: one, value: true })))

export const report: Handler = {
  name: 'report',
  version: 1,
  words,
  commands: ['phananh'],
  expects(message, step) {
    return message.attachments.length > 0 || choiceIn(step.step as StepName, draftOf(step), message) !== undefined
  },
  async handle(turn) {
    const { message, step } = turn
    const starts = parsePayload(message.payload)?.action === 'start'
    if (!step) {
      if (message.payload !== undefined && !starts) return { replies: [menuReply('report.stale')] }
      const draft = newDraft(turn)
      return ask(turn, 'kind', draft, { notes: [await intro(turn)] })
    }
    const name = step.step as StepName
    const draft = draftOf(step)
    const choice = starts ? undefined : choiceIn(name, draft, message)
    if (choice === undefined && (starts || opensAgain(message, name))) {
      return ask(turn, name, draft, { notes: [{ text: { key: name === 'signs' && !starts ? 'report.facts' : 'report.resumed' } }] })
    }
    if (choice === 'stale') return ask(turn, name, draft, { notes: [{ text: { key: 'report.stale' } }] })
    if (choice === 'quit') return quit(draft)
    if (choice === 'back') return goBack(turn, name, draft)
    return answer(turn, name, draft, choice)
  },
  async offerAgain(turn) {
    return turn.step ? [await question(turn, turn.step.step as StepName, draftOf(turn.step))] : []
  },
}

/** Prices and supply are no report. Opened by its words where digits answer the question below. */
const OPINION: Button = { label: { key: 'opinion.b_door' }, payload: payloadOf('opinion', 'start'), word: 'ý kiến thị trường' }

/** Who receives it, and honestly who else may see it: a page's staff read its Zalo inbox, the web page knows no account (R7). */
async function intro(turn: Turn): Promise<Reply> {
  const { about, contact } = turn
  const { channel } = contact
  const unit = (await findReceivers(turn))?.own.name ?? about.unitName
  const traces = channel === 'zalo' || channel === 'web' ? channel : 'chat'
  const text = { key: 'report.intro', params: { unit, traces: { key: `report.traces_${traces}` } } }
  const page = traces === 'web' || !about.publicUrl ? [] : [{ label: { key: 'report.b_web' }, url: about.publicUrl }]
  return { text, buttons: [...page, OPINION] }
}

type Extra = { notes?: Reply[]; writes?: Statement[] }

/** Waits in a step: what is to be said first, then its question. The photo step brings its warning once. */
async function ask(turn: Turn, step: StepName, draft: Draft, { notes = [], writes = [] }: Extra = {}): Promise<Decision> {
  const warns = step === 'photos' && !draft.warned
  const data: Draft = warns ? { ...draft, warned: true } : draft
  return { replies: [...notes, ...(warns ? [warning] : []), await question(turn, step, data)], writes, next: { step, data } }
}

async function answer(turn: Turn, step: StepName, before: Draft, choice: string | undefined): Promise<Decision> {
  const { message } = turn
  const text = message.payload === undefined ? message.text : ''
  const { draft, notes, writes } = await takePhotos(turn, before)
  if (choice === undefined && isTooLong(step, draft, text))
    return ask(turn, step, draft, { notes: [...notes, { text: { key: 'report.too_long', params: { most: LONGEST } } }], writes })
  if (step === 'formal') return answerFormal(turn, draft, choice, { notes, writes })
  if (choice === undefined && isFormal(step, draft, text))
    return ask(turn, 'formal', { ...draft, held: { step, text } }, { notes: [...notes, ...explained], writes })
  if (step === 'photos' && choice === undefined && draft !== before) {
    // What is written under a photo is part of the story.
    const data = text === '' ? draft : { ...draft, signs: [draft.signs, text].filter(Boolean).join('\n') }
    return { replies: withButtons(notes, data), writes, next: { step, data } }
  }
  const location = step === 'place' && message.attachments.some(({ kind }) => kind === 'location')
  if (message.attachments.length > 0 && text === '' && choice === undefined && !location) return ask(turn, step, draft, { notes, writes })

  const done = (await answerReview(turn, step, draft, choice)) ?? (await answerNaming(turn, step, draft, choice))
  if (done && 'replies' in done) return { ...done, replies: [...notes, ...done.replies], writes: [...writes, ...(done.writes ?? [])] }
  const next = done ?? (await answerStory(turn, step, draft, choice, text))
  const told = next.age ? { ...turn, contact: { ...turn.contact, age: next.age } } : turn
  return ask(told, next.step, next.draft, { notes: [...notes, ...(next.notes ?? [])], writes: [...writes, ...(next.writes ?? [])] })
}

/** A formal denunciation is not kept; what the person calls a phản ánh goes on as the answer it was (R30). */
async function answerFormal(turn: Turn, before: Draft, choice: string | undefined, { notes = [], writes = [] }: Extra): Promise<Decision> {
  const { held, ...rest } = before
  if (choice !== 'report' || !held) return ask(turn, 'formal', before, { notes: [...notes, { text: { key: 'report.pick_one' } }], writes })
  const draft: Draft = { ...rest, informal: true }
  if (held.step === 'photos')
    return ask(turn, 'photos', { ...draft, signs: [draft.signs, held.text].filter(Boolean).join('\n') }, { notes, writes })
  const next = await answerStory(turn, held.step, draft, undefined, held.text)
  return ask(turn, next.step, next.draft, { notes: [...notes, ...(next.notes ?? [])], writes: [...writes, ...(next.writes ?? [])] })
}

/** The review, its list of fields, and the two equal buttons before sending. */
async function answerReview(turn: Turn, step: StepName, draft: Draft, choice: string | undefined): Promise<Decision | Move | undefined> {
  if (choice === undefined) return undefined
  if (step === 'edit') return { step: choice as StepName, draft: { ...draft, editing: true } }
  if (step === 'send') {
    const filed = await fileReport(turn, draft, choice === 'link')
    if (filed === 'enough') return { step: 'review', draft, notes: [{ text: { key: 'report.enough_today' } }] }
    return filed === 'wait' ? { step, draft, notes: [{ text: { key: 'report.wait' } }] } : filed
  }
  if (step !== 'review') return undefined
  const { name: _name, phone: _phone, ...nameless } = draft
  switch (choice) {
    case 'named':
      return startNaming(turn, draft)
    case 'unnamed':
      return { step, draft: nameless }
    case 'above':
    case 'own':
      // Typed where there is no such button: said why nothing changes, because whoever asks is afraid of somebody.
      if (!(await findReceivers(turn))?.above) return { step, draft, notes: [{ text: { key: 'report.no_above' } }] }
      return { step, draft: { ...draft, above: choice === 'above' } }
    default:
      return { step: choice as StepName, draft }
  }
}

async function goBack(turn: Turn, step: StepName, draft: Draft): Promise<Decision> {
  const before = stepBefore(step, draft)
  if (!before) return quit(draft)
  const { editing, spot, held: _, ...rest } = draft
  const kept: Draft = {
    ...rest,
    // A spot that was not decided on is not kept.
    ...(spot && step !== 'where' ? { spot } : {}),
    ...(editing && before !== 'review' ? { editing } : {}),
  }
  return ask(turn, before, kept)
}

/** Nothing of the draft stays: its photos are swept. */
function quit(draft: Draft): Decision {
  return {
    replies: [menuReply('report.quit')],
    writes: draft.photos.length > 0 ? [dropDraftPhotos(draft.photos)] : [],
  }
}

/** "phản ánh" or /phananh inside a running report is no answer to it; a person's name may well be Phan Anh. */
function opensAgain({ text }: InboundMessage, step: StepName): boolean {
  return text.startsWith('/') || (text !== '' && step !== 'name' && opening.find(listen(text)) === true)
}

/** The last of these carries the buttons of the photo step. */
function withButtons(replies: Reply[], draft: Draft): Reply[] {
  return replies.map((reply, at) => (at === replies.length - 1 ? { ...reply, buttons: photoButtons(draft) } : reply))
}
