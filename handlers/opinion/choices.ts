/**
 * The steps of an opinion, their buttons and the words that mean the same, for who sees no buttons.
 */
import type { Button, InboundMessage, Step, Turn } from '../../src/chat.ts'
import { OPINION_TOPICS, type OpinionTopic } from '../../src/opinion.ts'
import { parsePayload, payloadOf } from '../../src/text.ts'
import { createLexicon, listen } from '../../src/vietnamese/index.ts'

export type StepName = 'topic' | 'what' | 'where' | 'review'

/** What is being told: the data of the open step, sealed in the session. */
export type Draft = {
  /** Four letters that tie buttons to this draft. */
  id: string
  topic?: OpinionTopic
  what?: string
  where?: string
}

type Choices = Record<string, string>

/** Value of a button → words for it. The label is `opinion.<step>_<value>`. */
const choices: Record<StepName, Choices> = {
  topic: {
    price: 'giá, giá cả, giá cao, về giá, giá cao quá',
    supply: 'nguồn hàng, hàng thiếu, thiếu hàng, khan hàng, hết hàng, nguồn cung',
    quality: 'chất lượng, chất lượng hàng, hàng kém',
    other: 'khác, việc khác, chuyện khác',
  },
  what: {},
  where: { skip: 'bỏ qua, không ghi, không nhớ' },
  review: { send: 'gửi, gửi đi, gửi ý kiến, gửi luôn', rewrite: 'viết lại, sửa, sửa lại', quit: '' },
}

const everywhere = [...entriesOf('back', 'quay lại, trở lại, bước trước'), ...entriesOf('quit', 'hủy, hủy bỏ, thoát, cancel')]
const lexicons = Object.fromEntries(
  Object.entries(choices).map(([step, table]) => [
    step,
    createLexicon([...Object.entries(table).flatMap(([value, words]) => entriesOf(value, words)), ...everywhere]),
  ]),
) as Record<StepName, ReturnType<typeof createLexicon<string>>>

/** Words that open it and say already what it is about. */
const about = createLexicon<OpinionTopic>([
  ...entriesOf('price', 'góp ý giá, góp ý về giá, góp ý giá cả, giá cao, giá cao quá, giá cả tăng cao, hàng bán giá cao'),
  ...entriesOf('supply', 'khan hàng, khan hiếm hàng, thiếu hàng, hết hàng, không có hàng bán'),
  ...entriesOf('quality', 'góp ý chất lượng, góp ý về chất lượng'),
] as Array<{ words: string; value: OpinionTopic }>)

export const topicOfWords = (text: string): OpinionTopic | undefined => (text === '' ? undefined : about.find(listen(text)))

export const newDraft = (turn: Turn): Draft => ({ id: turn.id().slice(0, 4) })
export const draftOf = (step: Step): Draft => step.data as Draft

const tieOf = (step: StepName, draft: Draft): string => `${step}-${draft.id}`

/** The value this message chooses in this step. A button of another step or draft is `stale`. */
export function choiceIn(step: StepName, draft: Draft, message: InboundMessage): string | undefined {
  const payload = parsePayload(message.payload)
  if (payload) {
    const known = Object.hasOwn(choices[step], payload.id) || payload.id === 'back' || payload.id === 'quit'
    return payload.action === 'pick' && payload.step === tieOf(step, draft) && known ? payload.id : 'stale'
  }
  if (message.payload !== undefined) return 'stale'
  return message.text === '' ? undefined : lexicons[step].find(listen(message.text))
}

/** The buttons of a step, then "Quay lại"; before the first step is nothing. */
export function buttonsOf(step: StepName, draft: Draft): Button[] {
  const to = (value: string) => payloadOf('opinion', 'pick', value, tieOf(step, draft))
  const values = step === 'topic' ? [...OPINION_TOPICS] : Object.keys(choices[step])
  return [
    ...values.map((value) => ({ label: { key: `opinion.${step}_${value}` }, payload: to(value) })),
    step === 'topic'
      ? { label: { key: 'common.b_cancel' }, payload: to('quit') }
      : { label: { key: 'common.b_back' }, payload: to('back') },
  ]
}

function entriesOf(value: string, words: string): Array<{ words: string; value: string }> {
  return words
    .split(', ')
    .filter((one) => one !== '')
    .map((one) => ({ words: one, value }))
}
