/**
 * Political talk where people were asked about goods (R29): it is answered neutrally and not kept. Only words that are
 * about politics in any market talk too; "chính quyền xã" or "nhà nước" may well be asked to look after prices.
 */
import { createSpotter } from './lexicon.ts'
import type { Heard } from './listen.ts'
import { phrase } from './phrase.ts'

const EITHER_WAY =
  'đảng cộng sản, đảng cầm quyền, bộ chính trị, tổng bí thư, chủ tịch nước, đa đảng, đa nguyên, đảng phái, đảng đối lập, lật đổ, đả đảo, ' +
  'phản động, chế độ cộng sản, chế độ độc tài, độc tài, biểu tình, đình công chính trị, nhân quyền, tự do ngôn luận, bất đồng chính kiến, ' +
  'tù nhân lương tâm, bầu cử quốc hội, việt tân, cờ vàng ba sọc, cách mạng màu, chính trị nội bộ, quan điểm chính trị, lãnh đạo đảng'
/** Too near to everyday words when bare: "đọc tài liệu". */
const ACCENTED = new Set(['độc tài', 'đa đảng', 'đả đảo', 'lật đổ'].map((words) => phrase(words).key))

const spots = createSpotter(
  EITHER_WAY.split(', ').map((words) => {
    const wanted = phrase(words)
    return { phrase: { ...wanted, strict: ACCENTED.has(wanted.key) }, value: true }
  }),
)

export function isPolitical(heard: Heard): boolean {
  return heard.readings.some((reading) => spots(reading).length > 0)
}
