/**
 * Comparing what was heard with a keyword, syllable by syllable. What a person typed with accents must agree with the
 * keyword; what they typed without is compared without ("hang giả" is hàng giả, "hạng giá" is not). Polite words at
 * the edges do not count; a word that denies always does.
 */
import { strip } from './letters.ts'
import { type Heard, type Reading, syllablesOf } from './listen.ts'

export type Phrase = {
  words: string[]
  folded: string[]
  key: string
  /** One short syllable whose bare form means too many things ("dung", "bao"): matches with its accents only. */
  strict: boolean
}

/** A run of syllables that may be the message without its polite edges. */
export type Span = { from: number; to: number }

/** §4.6: these bare syllables are several everyday words each. */
const COLLIDING = new Set('dung bao het co khong ma tra sai chuyen thoi non ngat oi'.split(' '))

/** Nobody is that polite: bounds the work on a text of ten thousand "em". */
const MOST_FRILLS = 12
const LEFT = frills(
  'cho tôi mình em con cháu xin hỏi xem muốn cần làm ơn vui lòng please dạ giúp nhờ hãy mở vào về ơi bot admin trợ lý gửi đọc chơi',
)
/** Said to the listener: a frill only when a wish or a call is beside it, so that "chị Phan Anh" stays a name. */
const ADDRESSED = frills('anh chị cô chú bác ông bà bạn ad shop')
const BESIDE = frills('cho giúp nhờ xin ơi muốn cần')
const RIGHT = frills(
  'ạ a với nhé nhe nha nhá nghe nghen đi ơi please cảm ơn bạn mình em anh chị tôi ad admin bot giúp hộ dùm giùm cho luôn ngay nào',
)

/** Prepares a keyword written with its accents. */
export function phrase(words: string): Phrase {
  const scan = syllablesOf(words)
  const only = scan.words.length === 1 ? scan.folded[0] : undefined
  const strict = only !== undefined && COLLIDING.has(only) && scan.words[0] !== only
  return { words: scan.words, folded: scan.folded, key: scan.folded.join(' '), strict }
}

/** The whole message, but for polite words at its edges, is this phrase. */
export function hears(heard: Heard, wanted: Phrase): boolean {
  const length = wanted.words.length
  return heard.readings.some((reading) => {
    if (reading.words.length < length) return false
    return spansOf(reading).some((span) => span.to - span.from === length && matchesAt(reading, span.from, wanted))
  })
}

/** The phrase stands anywhere in the message. */
export function contains(heard: Heard, wanted: Phrase): boolean {
  return heard.readings.some((reading) => {
    for (let at = 0; at + wanted.words.length <= reading.words.length; at++) if (matchesAt(reading, at, wanted)) return true
    return false
  })
}

/** The syllables from `at` on are this phrase. */
export function matchesAt(reading: Reading, at: number, wanted: Phrase): boolean {
  for (let i = 0; i < wanted.words.length; i++) {
    if (!agrees(reading.words[at + i] ?? '', reading.folded[at + i] ?? '', wanted, i)) return false
  }
  return wanted.words.length > 0
}

/** What may be left of the message when polite words fall away, the longest first; at least one syllable stays. */
export function spansOf(reading: Reading, longest = Number.POSITIVE_INFINITY): Span[] {
  const length = reading.words.length
  const left = leftFrills(reading)
  const right = rightFrills(reading)
  const spans: Span[] = []
  for (let cut = Math.max(0, length - longest); cut <= left + right && cut < length; cut++) {
    for (let from = Math.max(0, cut - right); from <= left && from <= cut; from++) spans.push({ from, to: length - (cut - from) })
  }
  return spans
}

function agrees(word: string, folded: string, wanted: Phrase, index: number): boolean {
  const target = wanted.words[index] ?? ''
  if (word === target) return true
  if (folded !== wanted.folded[index] || wanted.strict) return false
  if (word === folded) return true
  if (wanted.words.length > 1 && tildeAsHook(word) === tildeAsHook(target)) return true
  // only đ typed with its stroke: it decides the consonant, not the tone ("đo vui")
  return target.startsWith('đ') && word.startsWith('đ') && word.slice(1) === folded.slice(1)
}

const HOOKS = new Map([...'ãẵẫẽễĩõỗỡũữỹ'].map((char, index) => [char, 'ảẳẩẻểỉỏổởủửỷ'.charAt(index)]))

/** Half the country says ngã as hỏi, and writes it so. */
function tildeAsHook(word: string): string {
  let out = ''
  for (const char of word) out += HOOKS.get(char) ?? char
  return out
}

function leftFrills({ words, folded }: Reading): number {
  let count = 0
  while (count < words.length - 1 && count < MOST_FRILLS) {
    if (!isFrill(LEFT, words[count], folded[count])) {
      let after = count + 1
      while (isFrill(ADDRESSED, words[after], folded[after])) after += 1
      const beside = [count - 1, after].some((at) => isFrill(BESIDE, words[at], folded[at]))
      if (!beside || !isFrill(ADDRESSED, words[count], folded[count])) break
    }
    count += 1
  }
  return count
}

function rightFrills({ words, folded }: Reading): number {
  let count = 0
  while (count < words.length - 1 && count < MOST_FRILLS) {
    const at = words.length - 1 - count
    // "mở cho mình", but never a bare "cho": that is chợ
    if (!isFrill(RIGHT, words[at], folded[at]) || (count === 0 && folded[at] === 'cho')) break
    count += 1
  }
  return count
}

type Frills = { words: Set<string>; bare: Set<string> }

function frills(words: string): Frills {
  const list = syllablesOf(words).words
  return { words: new Set(list), bare: new Set(list.map(strip)) }
}

function isFrill(set: Frills, word: string | undefined, folded: string | undefined): boolean {
  if (word === undefined || folded === undefined) return false
  return word === folded ? set.bare.has(folded) : set.words.has(word)
}
