/**
 * The questions of composing with their choices: the buttons of each and the words that mean the same, in one table, so
 * that what is shown and what is understood cannot drift apart.
 */
import type { Button, InboundMessage, Step } from '../../src/chat.ts'
import { parsePayload, payloadOf } from '../../src/text.ts'
import { createLexicon, listen, yesNo } from '../../src/vietnamese/index.ts'
import type { Data } from './work.ts'

/** Questions in their order. `from` comes before there is a row; `item` and `time` belong to the question before them. */
export const STEPS = ['from', 'text', 'unit', 'kind', 'topic', 'label', 'firm', 'link', 'item', 'when', 'time', 'hour'] as const
export type StepName = (typeof STEPS)[number]

export const FOR_TEXT: readonly StepName[] = ['text', 'unit', 'kind', 'topic', 'label', 'firm', 'link', 'when']
export const FOR_RULE: readonly StepName[] = ['hour', 'unit', 'kind', 'topic']

/** Steps whose answer is typed: no keyword of another handler is looked for in it. */
const TYPED: readonly string[] = ['text', 'unit', 'topic', 'item', 'when', 'hour']

/** Value of a button → words for it. The label is `campaign.<step>_<value>`. */
const CHOICES: Partial<Record<StepName, Record<string, string>>> = {
  text: { keep: 'giữ nội dung này, giữ nguyên nội dung' },
  unit: { own: 'cả đơn vị, toàn đơn vị, tất cả, đơn vị mình', all: 'cả người chưa chọn đơn vị' },
  kind: {
    all: 'tất cả, mọi người',
    cong_doan: 'đoàn viên công đoàn, công đoàn',
    thanh_nien: 'đoàn viên thanh niên, thanh niên',
    both: 'cả hai, đoàn viên công đoàn và thanh niên',
    hoi_vien: 'hội viên',
    nguoi_dan: 'người dân',
  },
  topic: { none: 'không theo chủ đề, không, bỏ qua, không có chủ đề' },
  label: { yes: 'tin ưu đãi, là tin ưu đãi, có là tin ưu đãi', no: 'không phải, không phải tin ưu đãi' },
  firm: { yes: 'có nêu tên', no: 'không nêu tên' },
  link: {
    none: 'không, không cần, không cần nút, bỏ qua',
    item: 'mục thư viện, một mục thư viện, thư viện',
    quiz: 'đố vui, trắc nghiệm',
    deal: 'ưu đãi, ưu đãi đoàn viên',
  },
  when: { now: 'ngay, gửi ngay, ngay sau khi duyệt, luôn' },
  time: { yes: '', no: 'chọn giờ khác, giờ khác' },
}
const PLAIN: readonly string[] = ['label', 'firm', 'time']

const lexicons = Object.fromEntries(
  Object.entries(CHOICES).map(([step, table]) => [
    step,
    createLexicon(Object.entries(table).flatMap(([value, words]) => entriesOf(value, words))),
  ]),
)
/** Words that lead out of any question. */
const ways = createLexicon([
  ...entriesOf('back', 'quay lại, trở lại, lùi lại, bước trước'),
  ...entriesOf('quit', 'hủy, hủy bỏ, thoát, dừng lại, cancel'),
])
/** What must work although an answer is being typed (§4.6). */
const others = createLexicon(
  entriesOf(
    'other',
    'menu, danh mục, trợ giúp, help, ngừng nhận tin, hủy nhận tin, từ chối, tắt tin, stop, unsubscribe, xóa dữ liệu, xóa dữ liệu của tôi, xóa hết, xóa tài khoản',
  ),
)

export type Choice = { value: string } | 'back' | 'quit' | 'stale' | undefined

/** What this message chooses in this step. A button of another question or another message is `stale`; undefined: typed words. */
export function choiceIn(step: StepName, data: Data, message: InboundMessage): Choice {
  const payload = parsePayload(message.payload)
  if (payload) {
    if (payload.step !== tieOf(step, data)) return 'stale'
    return payload.id === 'back' || payload.id === 'quit' ? payload.id : { value: payload.id }
  }
  const heard = listen(message.text)
  const way = ways.find(heard)
  if (way) return way as 'back' | 'quit'
  const value = lexicons[step]?.find(heard) ?? (PLAIN.includes(step) ? yesNo(heard) : undefined)
  return value === undefined ? undefined : { value }
}

/** Is this surely an answer to the open step? */
export function answers(message: InboundMessage, { step, data }: Step, isOpening: boolean): boolean {
  const { text } = message
  if (text === '') return message.attachments.length > 0
  const heard = listen(text)
  if (ways.find(heard)) return true
  if (step === 'digits') return DIGITS.test(text)
  if (isOpening || text.startsWith('/') || others.find(heard)) return false
  return step === 'reason' || TYPED.includes(step) || choiceIn(step as StepName, data as Data, message) !== undefined
}

/** Six digits, as people copy them. */
export const DIGITS = /^\d{3}\s?\d{3}$/

export function wayOut(text: string): 'back' | 'quit' | undefined {
  return ways.find(listen(text)) as 'back' | 'quit' | undefined
}

/** One choice of a question. */
export function choice(step: StepName, data: Data, value: string, label: Button['label'] = { key: `campaign.${step}_${value}` }): Button {
  return { label, payload: payloadOf('campaign', 'pick', value, tieOf(step, data)) }
}

/** The fixed choices of a question. */
export const choicesOf = (step: StepName, data: Data, values = Object.keys(CHOICES[step] ?? {})): Button[] =>
  values.map((value) => choice(step, data, value))

export const back = (step: StepName, data: Data): Button => choice(step, data, 'back', { key: 'common.b_back' })
export const quit = (step: StepName, data: Data): Button => choice(step, data, 'quit', { key: 'common.b_cancel' })

/** Ties a button to its question and its message: at most 12 characters. */
function tieOf(step: StepName, { id = '' }: Data): string {
  return `${step}-${id.slice(-6)}`
}

function entriesOf(value: string, words: string): Array<{ words: string; value: string }> {
  return words
    .split(', ')
    .filter((one) => one !== '')
    .map((one) => ({ words: one, value }))
}
