/**
 * The buttons of each step and the words that mean the same: a person who sees no buttons types them. One table, so
 * that what is shown, what is understood and what surely belongs to the step cannot drift apart.
 */
import type { Button, InboundMessage } from '../../src/chat.ts'
import { parsePayload, payloadOf } from '../../src/text.ts'
import { createLexicon, listen, yesNo } from '../../src/vietnamese/index.ts'
import { type Draft, type StepName, tieOf } from './draft.ts'

/** Value of a button → words for it. The label is `report.<step>_<value>`. */
type Choices = Record<string, string>

const choices: Record<StepName, Choices> = {
  kind: {
    fake: 'hàng nghi giả, hàng giả, hàng nhái, hàng dỏm, hàng fake, giả, nhái, nghi giả',
    poor: 'hàng kém chất lượng, kém chất lượng, chất lượng kém, hàng kém',
    origin: 'không rõ nguồn gốc, hàng không rõ nguồn gốc, không rõ xuất xứ, không nguồn gốc',
    expired: 'hết hạn, hàng hết hạn, quá hạn, hết hạn sử dụng, hết đát',
    smuggled: 'nhập lậu, hàng nhập lậu, hàng lậu',
    fraud: 'gian lận, gian lận giá cân quảng cáo, gian lận giá, cân thiếu, quảng cáo sai, lừa đảo',
    brand: 'vi phạm nhãn hiệu, nhái nhãn hiệu, giả nhãn hiệu',
    unsure: 'không chắc, không biết, chưa rõ, không rõ',
  },
  signs: {},
  place: { forgot: 'không nhớ, không nhớ rõ, không rõ, không biết, bỏ qua' },
  where: { near: 'giữ gần đúng, gần đúng, khoảng 1 km', exact: 'gửi đúng vị trí, đúng vị trí, chính xác' },
  time: { today: 'hôm nay, vừa xong, sáng nay', yesterday: 'hôm qua', forgot: 'không nhớ, không nhớ rõ, không rõ, không biết, bỏ qua' },
  photos: {
    done: 'xong, xong rồi, đã xong, hết rồi, đủ rồi, hết ảnh',
    skip: 'bỏ qua, không có ảnh, không có, không',
    clear: 'xóa ảnh, xóa ảnh đã gửi, bỏ hết ảnh',
  },
  health: {
    unused: 'chưa dùng, chưa, chưa ai dùng, chưa sử dụng',
    fine: 'đã dùng chưa thấy gì lạ, đã dùng không sao, không sao, chưa thấy gì, bình thường',
    ill: 'có người không khỏe, không khỏe, bị ốm, có người bị ốm, có người bị ảnh hưởng',
    unknown: 'không rõ, không biết, bỏ qua',
  },
  review: {
    send: 'gửi, gửi phản ánh, gửi đi, gửi luôn',
    edit: 'sửa, sửa lại, chỉnh sửa',
    above:
      'không muốn đơn vị xem, không muốn đơn vị tôi xem, không muốn đơn vị mình xem, không cho đơn vị xem, đừng cho đơn vị xem, đừng để đơn vị xem',
    own: 'để đơn vị xem, cho đơn vị xem',
    named: 'để lại tên, để lại tên số điện thoại, ghi tên',
    unnamed: 'bỏ tên, xóa tên, bỏ tên số điện thoại',
    quit: '',
  },
  edit: {
    kind: 'loại hàng',
    signs: 'dấu hiệu',
    place: 'nơi mua',
    time: 'thời gian',
    photos: 'ảnh',
    health: 'đã dùng chưa, sức khỏe, đã dùng',
  },
  age: { adult: 'đủ, đủ rồi, rồi, đã đủ, đủ 16, đã đủ 16, đã đủ 16 tuổi, đủ tuổi', minor: 'chưa đủ 16, chưa đủ 16 tuổi, dưới 16' },
  consent: { yes: '', no: '' },
  name: {},
  phone: { skip: 'bỏ qua, không cho số, không' },
  formal: {
    report: 'phản ánh, ghi là phản ánh, gửi phản ánh, đây là phản ánh, tiếp tục phản ánh',
    quit: 'thôi, không, không giữ lại, thôi không giữ lại',
  },
  send: { link: 'cho trợ lý nhắn lại, nhắn lại, cho nhắn lại', alone: 'không nhắn lại, không cần nhắn lại' },
}

/** Steps that a plain yes or no answers. */
const yesOrNo: Partial<Record<StepName, { yes: string; no: string }>> = {
  age: { yes: 'adult', no: 'minor' },
  consent: { yes: 'yes', no: 'no' },
  send: { yes: 'link', no: 'alone' },
}

const everywhere = [
  ...entriesOf('back', 'quay lại, trở lại, lùi lại, bước trước'),
  ...entriesOf('quit', 'hủy, hủy bỏ, hủy phản ánh, thoát, cancel'),
]
const lexicons = Object.fromEntries(
  Object.entries(choices).map(([step, table]) => [
    step,
    createLexicon([...Object.entries(table).flatMap(([value, words]) => entriesOf(value, words)), ...everywhere]),
  ]),
) as Record<StepName, ReturnType<typeof createLexicon<string>>>

/** The value this message chooses in this step, by a button or by its words. A button of another step or draft is `stale`. */
export function choiceIn(step: StepName, draft: Draft, message: InboundMessage): string | undefined {
  const payload = parsePayload(message.payload)
  if (payload) {
    const known = Object.hasOwn(choices[step], payload.id) || payload.id === 'back' || payload.id === 'quit'
    return payload.action === 'pick' && payload.step === tieOf(step, draft) && known ? payload.id : 'stale'
  }
  if (message.payload !== undefined) return 'stale'
  if (message.text === '') return undefined
  const heard = listen(message.text)
  const plain = yesOrNo[step]
  const answer = plain && yesNo(heard)
  return lexicons[step].find(heard) ?? (answer ? plain[answer] : undefined)
}

/** These buttons of a step, then "Quay lại". The eight kinds of the first step fill the keyboard; before them is nothing. */
export function buttonsOf(
  step: StepName,
  draft: Draft,
  values: string[] = Object.keys(choices[step]),
  params: Record<string, string> = {},
): Button[] {
  const to = (value: string) => payloadOf('report', 'pick', value, tieOf(step, draft))
  return [
    ...values.map((value) => ({ label: { key: `report.${step}_${value}`, params }, payload: to(value) })),
    ...(step === 'kind' ? [] : [{ label: { key: 'common.b_back' }, payload: to('back') }]),
  ]
}

function entriesOf(value: string, words: string): Array<{ words: string; value: string }> {
  return words
    .split(', ')
    .filter((one) => one !== '')
    .map((one) => ({ words: one, value }))
}
