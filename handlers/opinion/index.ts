/**
 * "Ý kiến về thị trường" (F48): price, supply, quality of goods, told in four short steps without a name, a receipt or an
 * answer. What is no opinion about goods goes where it belongs: a suspected fake to "Phản ánh", a denunciation to an
 * authority (R30); political talk is answered neutrally and not kept (R29).
 */
import { addOpinion, hasEnough } from '../../db/opinions.ts'
import type { Decision, Handler, Reply, Turn } from '../../src/chat.ts'
import { menuReply } from '../../src/menu.ts'
import { type OpinionTopic, WHAT_MOST, WHERE_MOST } from '../../src/opinion.ts'
import { parsePayload } from '../../src/text.ts'
import { contains, isPolitical, listen, phrase } from '../../src/vietnamese/index.ts'
import { choiceIn, type Draft, draftOf, newDraft, type StepName, topicOfWords } from './choices.ts'
import { intro, question, REPORT, sent } from './show.ts'

const words = [
  ...['ý kiến thị trường', 'ý kiến về thị trường', 'góp ý thị trường', 'góp ý về thị trường', 'góp ý hàng hóa', 'góp ý về hàng hóa'],
  ...['góp ý giá', 'góp ý về giá', 'góp ý giá cả', 'giá cao', 'giá cao quá', 'giá cả tăng cao', 'hàng bán giá cao'],
  ...[
    'khan hàng',
    'khan hiếm hàng',
    'thiếu hàng',
    'hết hàng',
    'không có hàng bán',
    'góp ý chất lượng',
    'góp ý về chất lượng',
    'market opinion',
  ],
] as const

const DENOUNCES = ['tố cáo', 'đơn tố cáo'].map(phrase)
const SUSPECTS = ['hàng giả', 'hàng nhái', 'hàng nghi giả', 'hàng dỏm', 'hàng fake', 'đồ giả', 'hàng lậu', 'hàng hết hạn'].map(phrase)

export const opinion: Handler = {
  name: 'opinion',
  version: 1,
  words,
  commands: ['ykien'],
  expects: (message, step) => choiceIn(step.step as StepName, draftOf(step), message) !== undefined,
  async handle(turn) {
    const { message, step } = turn
    const starts = parsePayload(message.payload)?.action === 'start'
    if (!step) {
      if (message.payload !== undefined && !starts) return { replies: [menuReply('opinion.stale')] }
      return begin(turn)
    }
    const name = step.step as StepName
    const draft = draftOf(step)
    if (starts || message.text.startsWith('/')) return ask(turn, name, draft, [note('opinion.resumed')])
    const choice = choiceIn(name, draft, message)
    if (choice === 'stale') return ask(turn, name, draft, [note('opinion.stale_step')])
    if (choice === 'quit') return { replies: [menuReply('opinion.quit')] }
    if (choice === 'back') return goBack(turn, name, draft)
    return answer(turn, name, draft, choice)
  },
  async offerAgain(turn) {
    return turn.step ? [question(turn, turn.step.step as StepName, draftOf(turn.step))] : []
  },
}

async function begin(turn: Turn): Promise<Decision> {
  const { db, keys, contact, now, message } = turn
  if (await hasEnough(db, keys, contact.id, now)) return { replies: [menuReply('opinion.enough_today')] }
  // "khan hàng" has said already what it is about.
  const topic = topicOfWords(message.text)
  const draft: Draft = { ...newDraft(turn), ...(topic ? { topic } : {}) }
  return ask(turn, topic ? 'what' : 'topic', draft, [intro(turn)])
}

async function answer(turn: Turn, step: StepName, draft: Draft, choice: string | undefined): Promise<Decision> {
  const { text } = turn.message
  const again = (key: string, params?: Record<string, string | number>) => ask(turn, step, draft, [note(key, params)])
  if (step === 'topic') {
    return choice === undefined ? again('opinion.pick_one') : ask(turn, 'what', { ...draft, topic: choice as OpinionTopic })
  }
  if (step === 'review') {
    if (choice === 'send') return send(turn, draft)
    if (choice === 'rewrite') return ask(turn, 'what', { id: draft.id, ...(draft.topic ? { topic: draft.topic } : {}) })
    return again('opinion.pick_one')
  }
  if (choice === 'skip') return ask(turn, 'review', withoutWhere(draft))
  if (text === '') return again('opinion.text_only')
  const elsewhere = belongsElsewhere(text)
  if (elsewhere === 'political') return { replies: [menuReply('opinion.political')] }
  if (elsewhere === 'denounces') {
    return ask(turn, step, draft, [{ text: { key: 'opinion.denounces', params: { difference: { key: 'denounce.difference' } } } }])
  }
  if (step === 'what') {
    if (listen(text).words.length < 2) return again('opinion.more')
    if (text.length > WHAT_MOST) return again('opinion.too_long', { most: '1.000' })
    return ask(turn, 'where', { ...draft, what: text }, suspects(text) ? [{ text: { key: 'opinion.suspects' }, buttons: [REPORT] }] : [])
  }
  if (text.length > WHERE_MOST) return again('opinion.too_long', { most: WHERE_MOST })
  return ask(turn, 'review', { ...draft, where: text })
}

/** The draft becomes a row in the turn's one commit; afterwards the session keeps nothing. */
async function send(turn: Turn, { topic, what, where }: Draft): Promise<Decision> {
  const { db, keys, contact, now } = turn
  if (topic === undefined || what === undefined) return { replies: [menuReply('opinion.stale')] }
  if (await hasEnough(db, keys, contact.id, now)) return { replies: [menuReply('opinion.enough_today')] }
  const said = { what, ...(where ? { where } : {}) }
  return {
    replies: [sent],
    writes: await addOpinion(keys, { ...said, id: turn.id(), topic, unitId: contact.unitId, contactId: contact.id, now }),
  }
}

function goBack(turn: Turn, step: StepName, draft: Draft): Promise<Decision> | Decision {
  if (step === 'topic') return { replies: [menuReply('opinion.quit')] }
  return ask(turn, step === 'what' ? 'topic' : step === 'where' ? 'what' : 'where', draft)
}

function belongsElsewhere(text: string): 'political' | 'denounces' | undefined {
  const heard = listen(text)
  if (isPolitical(heard)) return 'political'
  return DENOUNCES.some((words) => contains(heard, words)) ? 'denounces' : undefined
}

function suspects(text: string): boolean {
  const heard = listen(text)
  return SUSPECTS.some((words) => contains(heard, words))
}

function withoutWhere({ where: _, ...draft }: Draft): Draft {
  return draft
}

/** Waits in a step: what is to be said first, then its question. */
async function ask(turn: Turn, step: StepName, draft: Draft, notes: Reply[] = []): Promise<Decision> {
  return { replies: [...notes, question(turn, step, draft)], next: { step, data: draft } }
}

const note = (key: string, params?: Record<string, string | number>): Reply => ({ text: params ? { key, params } : { key } })
