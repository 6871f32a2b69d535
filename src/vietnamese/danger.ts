/**
 * R12: someone may be in danger. The 115 text comes before any form, so this prefers one alarm too many to one too
 * few: it reads anywhere in the message, with or without accents. Bare words that mean everyday things ("non",
 * "ngat", "tim tai") need a companion.
 */
import { createSpotter, type Entry } from './lexicon.ts'
import type { Heard, Reading } from './listen.ts'
import { contains, matchesAt, phrase } from './phrase.ts'

const EITHER_WAY =
  'ngộ độc, trúng độc, khó thở, không thở được, ngừng thở, ngưng thở, co giật, nôn ói, nôn mửa, nôn ra, buồn nôn, bị nôn, nôn liên tục, bị ói, ' +
  'bất tỉnh, ngất xỉu, ngất lịm, bị ngất, sốc phản vệ, sốc thuốc, nguy kịch, cấp cứu, nhập viện, đi viện, vào viện, đau bụng dữ dội, đau bụng quằn quại, ' +
  'tiêu chảy, dị ứng nặng, đau ngực, tức ngực, uống nhầm, ăn nhầm, nuốt nhầm, nuốt phải, trẻ em uống, cứu với, cứu tôi, cứu em, cứu người'
/** Too near to everyday words when bare: "nón", "ơi", "mua", "ngắt", "xíu", "tìm tài liệu", "chạy mau", "hơn mẹ". */
const ACCENTED = 'nôn, ói, mửa, ngất, xỉu, hôn mê, tím tái, chảy máu, mờ mắt, bị bỏng'

const CHILD = ['trẻ', 'trẻ em', 'em bé', 'bé', 'con', 'cháu'].map(phrase)
const SWALLOWED = ['uống phải', 'uống trúng', 'ăn phải', 'ăn trúng'].map(phrase)
const HARMLESS = ['nôn nóng', 'nôn nao', 'nôn na', 'ngất ngây', 'ngất ngưởng'].map(phrase)
/** What follows when the bare words are "có giặt sạch không" or "nón mua ở chợ". */
const EVERYDAY: Record<string, RegExp> = {
  'co giat': /^(sach|quan|ao|do|tay|may|bang|duoc|kho)$/,
  'non mua': /^(o|tai|cua|ve|tu|duoc|hang|tren|online|hom|gia)$/,
}

const spots = createSpotter([...entriesOf(EITHER_WAY, false), ...entriesOf(ACCENTED, true)])

/** Words of poisoning, choking, collapse; a child that swallowed something; somebody calling for help. */
export function isDanger(heard: Heard): boolean {
  for (const reading of heard.readings) {
    for (const { at, entry } of spots(reading)) if (!isHarmless(reading, at, entry.value) && !isDenied(reading, at)) return true
  }
  return SWALLOWED.some((wanted) => contains(heard, wanted)) && CHILD.some((child) => contains(heard, child))
}

function entriesOf(list: string, accented: boolean): Entry<string>[] {
  return list.split(', ').map((words) => {
    const wanted = phrase(words)
    return { phrase: { ...wanted, strict: accented }, value: wanted.key }
  })
}

function isHarmless(reading: Reading, at: number, key: string): boolean {
  if (HARMLESS.some((wanted) => matchesAt(reading, at, { ...wanted, strict: true }))) return true
  const length = key.split(' ').length
  const bare = reading.words.slice(at, at + length).join(' ') === key
  return bare && (EVERYDAY[key]?.test(reading.folded[at + length] ?? '') ?? false)
}

const BETWEEN = new Set('bi ai co he thay dang tung'.split(' '))

/** "không ai bị ngộ độc", the answer to our own question. Only words that lead straight to the danger are skipped. */
function isDenied(reading: Reading, at: number): boolean {
  let before = at - 1
  while (before >= 0 && BETWEEN.has(reading.folded[before] ?? '')) before -= 1
  const word = reading.folded[before]
  return word === 'khong' || word === 'chua' || word === 'chang'
}
