/**
 * "Thông tin này sai?" (F19): what is wrong, by button or in a sentence. Only the item and the day stand open; the
 * words are sealed and nothing leads back to who said them.
 */
import { flagItem, type Item } from '../../db/items.ts'
import type { Button, Decision, Reply, Step, Turn } from '../../src/chat.ts'
import { payloadOf } from '../../src/text.ts'
import { dayOf } from '../../src/time.ts'
import { createLexicon, type Heard, listen } from '../../src/vietnamese/index.ts'
import { topicsButton } from './show.ts'

type Reason = 'number' | 'replaced' | 'something'
type FlagData = { item: string; title: string }

const MAX_WORDS = 1000
const typed = createLexicon<Reason | 'skip'>([
  { words: 'số liệu sai', value: 'number' },
  { words: 'sai số liệu', value: 'number' },
  { words: 'văn bản đã thay', value: 'replaced' },
  { words: 'văn bản đã thay thế', value: 'replaced' },
  { words: 'khác', value: 'something' },
  { words: 'bỏ qua', value: 'skip' },
  { words: 'không cần', value: 'skip' },
])

export function askWrong({ id, title }: Item): Decision {
  const data: FlagData = { item: id, title }
  return { replies: [wrongReply(data)], next: { step: 'wrong', data } }
}

export function expectsReason(heard: Heard, step: string): boolean {
  const reason = typed.find(heard)
  return reason === 'skip' || (step === 'wrong' && reason !== undefined)
}

/** A tapped reason counts only while its own question is open; a second tap finds it closed. */
export async function takeReason(turn: Turn, itemId: string, reason: string): Promise<Decision> {
  const { step } = turn
  const data = step && step.step !== 'search' ? (step.data as FlagData) : undefined
  if (!step || data?.item !== itemId) {
    return {
      replies: [{ text: { key: 'library.wrong_closed' }, buttons: [topicsButton] }],
      ...(step ? { next: { step: step.step, data: step.data } } : {}),
    }
  }
  if (step.step === 'detail') return reason === 'skip' ? keep(turn, data, 'something', '') : ask(data)
  if (reason === 'something') return ask(data)
  if (reason === 'number' || reason === 'replaced') return keep(turn, data, reason, '')
  return { replies: [{ text: { key: 'library.skipped' }, buttons: [topicsButton] }] }
}

export async function takeWords(turn: Turn, step: Step): Promise<Decision> {
  const data = step.data as FlagData
  const { text } = turn.message
  if (text === '') return step.step === 'detail' ? ask(data) : { replies: [wrongReply(data)], next: { step: 'wrong', data } }
  const reason = typed.find(listen(text))
  if (reason && expectsReason(listen(text), step.step)) return takeReason(turn, data.item, reason)
  return keep(turn, data, 'something', text.slice(0, MAX_WORDS))
}

export function askAgain(step: Step | undefined): Reply[] {
  if (!step) return []
  const data = step.data as FlagData
  return [step.step === 'detail' ? detailReply(data) : wrongReply(data)]
}

async function keep({ id, keys, now }: Turn, data: FlagData, reason: Reason, words: string): Promise<Decision> {
  const flagId = id()
  const box = await keys.seal('flag', JSON.stringify({ reason, words }), flagId)
  return {
    replies: [{ text: { key: 'library.thanks' }, buttons: [topicsButton] }],
    writes: [flagItem({ id: flagId, itemId: data.item, box, day: dayOf(now) })],
  }
}

function ask(data: FlagData): Decision {
  return { replies: [detailReply(data)], next: { step: 'detail', data } }
}

function wrongReply(data: FlagData): Reply {
  return {
    text: { key: 'library.wrong', params: { title: data.title } },
    buttons: [
      reasonButton(data, 'library.b_number', 'number'),
      reasonButton(data, 'library.b_replaced', 'replaced'),
      reasonButton(data, 'library.b_something', 'something'),
      reasonButton(data, 'common.b_skip', 'skip'),
    ],
  }
}

function detailReply(data: FlagData): Reply {
  return { text: { key: 'library.detail' }, buttons: [reasonButton(data, 'common.b_skip', 'skip')] }
}

function reasonButton(data: FlagData, key: string, reason: Reason | 'skip'): Button {
  return { label: { key }, payload: payloadOf('library', 'flag', data.item, reason) }
}
