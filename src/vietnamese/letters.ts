/**
 * Vietnamese letters as tables: what a letter is without its marks, which tone it carries, and where a tone stands in
 * a syllable. Tables instead of `normalize` per word, because every message passes here.
 */

/** Tone numbers are those of VNI: 1 sắc, 2 huyền, 3 hỏi, 4 ngã, 5 nặng; 0 is none. */
const TONE_MARKS = ['', '\u0301', '\u0300', '\u0309', '\u0303', '\u0323']
const VOWELS = 'aăâeêioôơuưy'
const TABLE_SIZE = 0x2000

const bases = new Uint16Array(TABLE_SIZE)
const plains = new Uint16Array(TABLE_SIZE)
const tones = new Uint8Array(TABLE_SIZE)
const toned = new Map<string, string>()
fillTables()

const LETTER = /[\p{L}\p{N}]/u
const SYLLABLE = /^(?:ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdghklmnprstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?$/

/** Code of the letter without any mark; 0 when it is no letter or digit of the Latin tables. */
export function baseOf(code: number): number {
  return code < TABLE_SIZE ? (bases[code] ?? 0) : 0
}

/** Code of the letter without its tone (ớ → ơ). */
export function plainOf(code: number): number {
  return plains[code] ?? code
}

export function toneOf(code: number): number {
  return tones[code] ?? 0
}

/** A letter or digit of any script. */
export function isLetter(char: string): boolean {
  return LETTER.test(char)
}

export function isVowel(plain: string): boolean {
  return VOWELS.includes(plain)
}

/** The word without marks, đ as d. */
export function strip(word: string): string {
  let out = ''
  for (let i = 0; i < word.length; i++) out += String.fromCharCode(baseOf(word.charCodeAt(i)) || word.charCodeAt(i))
  return out
}

/** Has the shape of a Vietnamese syllable typed without accents. */
export function isSyllable(folded: string): boolean {
  return SYLLABLE.test(folded)
}

/** Puts a tone where the schoolbook puts it: hòa, hoàn, thúy, quý, được (also from đưọc), giữa. `plain` carries no tone. */
export function placeTone(plain: string, tone: number): string {
  const word = plain === 'qui' ? 'quy' : plain.replace('ưo', 'ươ')
  const at = tone === 0 ? -1 : seatOf(word)
  if (at < 0) return word
  return word.slice(0, at) + (toned.get(word.charAt(at) + tone) ?? word.charAt(at)) + word.slice(at + 1)
}

function seatOf(word: string): number {
  let start = 0
  if (word.startsWith('qu')) start = 2
  else if (word.startsWith('gi') && word.length > 2 && isVowel(word.charAt(2))) start = 2
  let first = -1
  let last = -1
  let marked = -1
  for (let i = start; i < word.length; i++) {
    const char = word.charAt(i)
    if (!isVowel(char)) {
      if (first >= 0) break
      continue
    }
    if (first < 0) first = i
    last = i
    if (baseOf(char.charCodeAt(0)) !== char.charCodeAt(0)) marked = i
  }
  if (first < 0 || marked >= 0) return marked
  if (last - first >= 2) return first + 1
  return last < word.length - 1 ? last : first
}

function fillTables(): void {
  for (let code = 0x30; code < 0x1f00; code++) {
    if (code === 0x250) code = 0x1e00
    const char = String.fromCharCode(code)
    if (!/[\p{L}\p{N}]/u.test(char)) continue
    const [base = char, ...marks] = char.normalize('NFD')
    bases[code] = base.charCodeAt(0)
    plains[code] = code
    const tone = 'aeiouy'.includes(base) ? TONE_MARKS.findIndex((mark) => mark !== '' && marks.includes(mark)) : -1
    if (tone <= 0) continue
    const plain = (base + marks.filter((mark) => mark !== TONE_MARKS[tone]).join('')).normalize('NFC')
    tones[code] = tone
    plains[code] = plain.charCodeAt(0)
    toned.set(plain + tone, char)
  }
  // ð is what some keyboards and old encodings give for đ
  for (const code of [0x111, 0xf0]) {
    bases[code] = 0x64
    plains[code] = 0x111
  }
}
