/**
 * Turns what was typed into syllables and their possible readings, once per message: every handler that asks about the
 * same text gets the same answer back. Nothing of it is kept but the last text.
 */
import { baseOf, isLetter, placeTone, plainOf, strip, toneOf } from './letters.ts'
import { decodeKeys, teenSpellings } from './typing.ts'

export type Reading = {
  /** Lower-case NFC syllables, tone in its one place. */
  words: string[]
  /** The same without accents. */
  folded: string[]
  /** `folded` with single spaces. */
  key: string
}

export type Heard = {
  text: string
  words: string[]
  folded: string
  /** Any syllable carries a mark. */
  accented: boolean
  /** As typed first, then Telex and VNI leftovers decoded, then short spelling written out. */
  readings: Reading[]
  /** The second reading is the decoded one. */
  decoded: boolean
}

/** Longer texts are stories, not commands: they keep two readings. */
const MAX_COMMAND = 60
const ZERO_WIDTH = /\u00ad|[\u200b-\u200f]|\u2060|\ufe0f|\ufeff/g
let last: Heard | undefined

/** Hears a text of any length and content; never throws. */
export function listen(text: string): Heard {
  if (last?.text === text) return last
  const scan = syllablesOf(text)
  const typed = readingOf(scan.words, scan.folded)
  const readings = [typed]
  let accented = false
  for (let i = 0; i < scan.words.length; i++) if (scan.words[i] !== scan.folded[i]) accented = true
  const decoded = scan.suspect && addDecoded(readings)
  addTeen(readings)
  last = { text, words: typed.words, folded: typed.key, accented, readings, decoded }
  return last
}

export type Scan = { words: string[]; folded: string[]; suspect: boolean }

/** Splits at everything that is no letter or digit. A text of question marks alone is the word "?". */
export function syllablesOf(text: string): Scan {
  const lower = /[\u2000-\uffff]/.test(text)
    ? text.replace(ZERO_WIDTH, '').normalize('NFKC').toLowerCase().normalize('NFC')
    : text.normalize('NFC').toLowerCase()
  const scan: Scan = { words: [], folded: [], suspect: false }
  let plain = ''
  let folded = ''
  let tone = 0
  let run = 0
  let previous = 0
  let long = false
  let vowel = false
  let closed = false
  // a second vowel group: no Vietnamese syllable ("café"), left as it is
  let spread = false
  let start = 0
  for (let i = 0; i <= lower.length; i++) {
    const code = i < lower.length ? lower.charCodeAt(i) : 0
    const base = baseOf(code)
    if (base === 0) {
      if (code >= 0x300 && code <= 0x36f) continue
      if (code > 0x7f) {
        const char = String.fromCodePoint(lower.codePointAt(i) ?? code)
        if (isLetter(char)) {
          if (plain === '') start = i
          plain += char
          folded += char
          i += char.length - 1
          continue
        }
      }
      if (plain !== '') {
        const letters = spread ? lower.slice(start, i) : plain
        const whole = long ? collapse(letters) : letters
        const word = spread || (tone === 0 && whole !== 'qui') ? whole : placeTone(whole, tone)
        scan.words.push(word)
        scan.folded.push(long || folded === 'qui' ? strip(word) : folded)
      }
      plain = ''
      folded = ''
      tone = run = previous = 0
      long = vowel = closed = spread = false
      continue
    }
    if (previous === 0 && plain === '') start = i
    run = base === previous && base > 0x39 ? run + 1 : 1
    if (run === 2) scan.suspect = true
    if (run >= 3) long = true
    if (tone === 0) tone = toneOf(code)
    plain += String.fromCharCode(plainOf(code))
    folded += String.fromCharCode(base)
    const isPlainVowel = base === 97 || base === 101 || base === 105 || base === 111 || base === 117 || base === 121
    if (isPlainVowel) {
      if (closed) scan.suspect = spread = true
      vowel = true
    } else if (previous !== 0) {
      // a tone or mark key can only follow a vowel; d also closes a word that began with d
      if (vowel) closed = true
      if (base < 0x3a || (vowel && 'sfrxjwd'.includes(String.fromCharCode(base)))) scan.suspect = true
    }
    previous = base
  }
  if (scan.words.length === 0 && /[?？]/.test(text)) {
    scan.words.push('?')
    scan.folded.push('?')
  }
  return scan
}

/** "điiii" → "đi": three or more of a letter are one; the marked one of them stays. */
function collapse(word: string): string {
  let out = ''
  for (let i = 0; i < word.length; ) {
    let end = i + 1
    while (end < word.length && baseOf(word.charCodeAt(i)) > 0x39 && baseOf(word.charCodeAt(end)) === baseOf(word.charCodeAt(i))) end += 1
    const group = word.slice(i, end)
    out += group.length < 3 ? group : ([...group].find((char) => strip(char) !== char) ?? group.charAt(0))
    i = end
  }
  return out
}

function readingOf(words: string[], folded: string[]): Reading {
  return { words, folded, key: folded.join(' ') }
}

function addDecoded(readings: Reading[]): boolean {
  const typed = readings[0]?.words ?? []
  const guesses = typed.map(decodeKeys)
  if (guesses.every((guess) => guess === undefined)) return false
  const words = typed.map((word, index) => guesses[index]?.word ?? word)
  readings.push(readingOf(words, words.map(strip)))
  const digits = guesses.flatMap((guess, index) => (guess?.toneless === undefined ? [] : [{ index, toneless: guess.toneless }]))
  // with two tones typed as digits, one of them may be the wrong digit if the other is right
  if (digits.length < 2 || digits.length > 4) return true
  for (const { index, toneless } of digits) {
    const loose = words.with(index, toneless)
    readings.push(readingOf(loose, loose.map(strip)))
  }
  return true
}

function addTeen(readings: Reading[]): void {
  const source = readings[1] ?? readings[0]
  if (source === undefined) return
  let widest = 0
  const spellings: (string[] | undefined)[] = []
  for (let i = 0; i < source.words.length; i++) {
    const typed = readings[0]?.words[i] ?? ''
    const options = teenSpellings(typed)
    spellings.push(options.length === 0 ? undefined : options)
    if (options.length > widest) widest = options.length
  }
  if (source.words.length > MAX_COMMAND) widest = Math.min(widest, 1)
  for (let turn = 0; turn < widest; turn++) {
    const words = source.words.flatMap((word, index) => (spellings[index]?.[turn] ?? spellings[index]?.[0])?.split(' ') ?? [word])
    readings.push(readingOf(words, words.map(strip)))
  }
}
