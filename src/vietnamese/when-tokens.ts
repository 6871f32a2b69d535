/**
 * The words of a typed time: numbers in digits or spelled, the marks between them, and what each word says about day
 * and hour. Words are heard like any other (accents typed must agree, Telex leftovers are decoded); a text with one
 * word that says nothing about time is no time at all, because "sau 9h" and "không phải 9h" are not 9h.
 */
import type { Entry } from './lexicon.ts'
import { listen, type Reading } from './listen.ts'
import { matchesAt, phrase } from './phrase.ts'

export type Part = 'morning' | 'noon' | 'afternoon' | 'evening' | 'night' | 'am' | 'pm'

export type Meaning =
  | { kind: 'hour' | 'minute' | 'half' | 'less' | 'date' | 'month' | 'april' | 'weekdays' | 'coming' | 'filler' | 'other' }
  | { kind: 'part'; part: Part }
  /** Days from today. */
  | { kind: 'offset'; days: number }
  /** 0 is Sunday. */
  | { kind: 'weekday'; weekday: number }
  | { kind: 'week'; week: 'this' | 'next' }
  /** `digits`: how many were typed, 0 when it was spelled. */
  | { kind: 'number'; value: number; digits: number }

/** `typed`: the word as heard, to tell the bare form where it means two things. */
export type Token = (Meaning & { typed: string }) | { kind: 'mark'; mark: string; typed: string }

/** A mark counts only before a number: the others are punctuation. */
const PIECE = /(\d+)|(\p{L}[\p{L}\p{M}\s,]*)|([:/.-])(?=\s*\d)/gu
const INVISIBLE = /\u00ad|[\u200b-\u200f]|\u2060|\ufe0f|\ufeff/g

const byFirst = new Map<string, Entry<Meaning>[]>()
mean({ kind: 'hour' }, 'giờ, h, g')
mean({ kind: 'minute' }, 'phút, p, ph')
mean({ kind: 'half' }, 'rưỡi')
mean({ kind: 'less' }, 'kém, thiếu')
mean({ kind: 'part', part: 'morning' }, 'sáng')
mean({ kind: 'part', part: 'noon' }, 'trưa')
mean({ kind: 'part', part: 'afternoon' }, 'chiều')
mean({ kind: 'part', part: 'evening' }, 'tối')
mean({ kind: 'part', part: 'night' }, 'đêm, khuya')
// What a phone set to Vietnamese writes: 9:30 SA, 4:00 CH.
mean({ kind: 'part', part: 'am' }, 'am, sa')
mean({ kind: 'part', part: 'pm' }, 'pm, ch')
mean({ kind: 'offset', days: 0 }, 'hôm nay, bữa nay, hnay, nay')
mean({ kind: 'offset', days: 1 }, 'mai')
mean({ kind: 'offset', days: 2 }, 'ngày kia')
// Bare "mot" is one.
mean({ kind: 'offset', days: 2 }, 'mốt', true)
for (const [index, names] of ['hai', 'ba', 'tư', 'năm', 'sáu', 'bảy, bẩy'].entries()) {
  for (const name of names.split(', ')) mean({ kind: 'weekday', weekday: index + 1 }, `thứ ${name}`)
}
mean({ kind: 'weekday', weekday: 0 }, 'chủ nhật, chúa nhật, cn')
mean({ kind: 'weekdays' }, 'thứ, t, th')
mean({ kind: 'week', week: 'this' }, 'tuần này')
mean({ kind: 'week', week: 'next' }, 'tuần sau, tuần tới')
mean({ kind: 'coming' }, 'tới')
mean({ kind: 'date' }, 'ngày')
mean({ kind: 'month' }, 'tháng, thg')
// No other count says tư, and "từ giờ" is not four o'clock.
mean({ kind: 'april' }, 'tháng tư')
// Bare "bay gio" would otherwise be seven o'clock.
mean({ kind: 'other' }, 'bây giờ')
mean({ kind: 'filler' }, 'lúc, vào, khoảng, buổi, đúng, gửi, phát, này, ạ, nhé, nha, nhe')
mean({ kind: 'filler' }, 'tầm', true)
spellNumbers()

/** Undefined when a word of the text has nothing to do with time. */
export function tokensOf(text: string): Token[] | undefined {
  const tokens: Token[] = []
  const plain = text
    .normalize('NFKC')
    .replace(INVISIBLE, '')
    .replace(/\p{Pd}|\u2212/gu, '-')
  for (const [, digits, words, mark] of plain.matchAll(PIECE)) {
    if (digits !== undefined) tokens.push({ kind: 'number', value: Number(digits), digits: digits.length, typed: digits })
    if (mark !== undefined && (mark === '-' || tokens.at(-1)?.kind === 'number')) tokens.push({ kind: 'mark', mark, typed: mark })
    if (words === undefined) continue
    const meant = firstOf(listen(words).readings, meaningsOf)
    if (meant === undefined) return undefined
    tokens.push(...meant)
  }
  return tokens
}

/** Longest words first: "hai mươi" is not two. */
function meaningsOf(reading: Reading): Token[] | undefined {
  const tokens: Token[] = []
  for (let at = 0; at < reading.words.length; ) {
    let best: Entry<Meaning> | undefined
    for (const entry of byFirst.get(reading.folded[at] ?? '') ?? []) {
      const longer = entry.phrase.words.length > (best?.phrase.words.length ?? 0)
      if (longer && matchesAt(reading, at, entry.phrase)) best = entry
    }
    if (best === undefined) return undefined
    const end = at + best.phrase.words.length
    tokens.push({ ...best.value, typed: reading.words.slice(at, end).join(' ') })
    at = end
  }
  return tokens
}

function firstOf<T, R>(list: readonly T[], read: (item: T) => R | undefined): R | undefined {
  for (const item of list) {
    const result = read(item)
    if (result !== undefined) return result
  }
  return undefined
}

function mean(value: Meaning, words: string, strict?: true): void {
  for (const one of words.split(', ')) {
    const wanted = phrase(one)
    const entry = { phrase: strict ? { ...wanted, strict } : wanted, value }
    const first = wanted.folded[0] ?? ''
    byFirst.set(first, [...(byFirst.get(first) ?? []), entry])
  }
}

/** One to fifty-nine: một, mười lăm, hai mươi mốt, ba mươi tư. */
function spellNumbers(): void {
  const units = ['', 'một', 'hai', 'ba', 'bốn', 'năm', 'sáu', 'bảy', 'tám', 'chín']
  for (let value = 1; value < 60; value++) {
    const tens = Math.floor(value / 10)
    const head = tens === 0 ? '' : tens === 1 ? 'mười ' : `${units[tens]} mươi `
    const tails = [units[value % 10]]
    if (value % 10 === 7) tails.push('bẩy')
    if (value % 10 === 5 && tens > 0) tails.push('lăm', 'nhăm')
    if (value % 10 === 4 && tens > 1) tails.push('tư')
    if (value % 10 === 1 && tens > 1) tails.push('mốt')
    for (const tail of tails) mean({ kind: 'number', value, digits: 0 }, `${head}${tail}`.trim())
  }
}
