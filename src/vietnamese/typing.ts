/**
 * How people type when the keyboard does not help: Telex and VNI keys left in the word ("hangf gia3"), and the short
 * spelling of young people ("ko", "dc", "zui"). Each returns other readings of one syllable; the typed one stays first.
 */
import { baseOf, isSyllable, isVowel, placeTone, plainOf, strip, toneOf } from './letters.ts'

const TONE_KEYS = new Map(
  [...'sfrxj'].map((key, index) => [key, index + 1]).concat([...'12345'].map((key) => [key, Number(key)])) as [string, number][],
)

export type Decoded = {
  word: string
  /** Without its tone: a tone digit beside another one is often hit wrong ("phan1 a1nh"). Only where a digit gave the tone. */
  toneless?: string
}

/** The syllable behind Telex or VNI keys, mixed or not: "ddoos" → đố, "gia3" → giả, "pharn" → phản. Undefined when there is none. */
export function decodeKeys(word: string): Decoded | undefined {
  const letters: string[] = []
  let tone = 0
  let changed = false
  let digit = false
  for (const char of word) {
    const key = letters.some(isVowel) ? TONE_KEYS.get(char) : undefined
    if (key !== undefined) {
      if (tone === key) return undefined
      tone = key
      digit = char <= '9'
      changed = true
    } else if (markLetter(letters, char)) {
      changed = true
    } else if (char === 'w' || (char >= '0' && char <= '9')) {
      return undefined
    } else {
      const code = char.charCodeAt(0)
      tone = toneOf(code) || tone
      letters.push(String.fromCharCode(plainOf(code)))
    }
  }
  const plain = letters.join('')
  if (!changed || !isSyllable(strip(plain))) return undefined
  const decoded = placeTone(plain, tone)
  return digit ? { word: decoded, toneless: strip(plain) } : { word: decoded }
}

/** Applies dd, aa, ee, oo, w, 6, 7, 8, 9 to the letters so far; they may come late in the syllable ("tienges"). */
function markLetter(letters: string[], key: string): boolean {
  if (key === '9' || key === 'd') {
    if (letters[0] !== 'd') return false
    letters[0] = 'đ'
    return true
  }
  if (key === 'w' || key === '7' || key === '8') return bend(letters, key)
  const wanted = key === '6' ? 'aeo' : 'aeo'.includes(key) ? key : ''
  if (wanted === '') return false
  for (let i = letters.length - 1; i >= 0; i--) {
    const letter = letters[i] ?? ''
    if (wanted.includes(letter)) {
      letters[i] = letter === 'a' ? 'â' : letter === 'e' ? 'ê' : 'ô'
      return true
    }
    if (isVowel(letter) && key !== '6') return false
  }
  return false
}

function bend(letters: string[], key: string): boolean {
  const wanted = key === 'w' ? 'aou' : key === '7' ? 'ou' : 'a'
  const at = letters.findLastIndex((letter) => wanted.includes(letter))
  if (at < 0) return false
  const afterU = letters[at - 1] === 'u' && letters[at - 2] !== 'q'
  if (letters[at] === 'u') letters[at] = 'ư'
  else if (letters[at] === 'o') {
    letters[at] = 'ơ'
    if (afterU) letters[at - 1] = 'ư'
  } else if (afterU && key === 'w') letters[at - 1] = 'ư'
  else letters[at] = 'ă'
  return true
}

/** Short forms that count only as a whole syllable. Forms with several meanings are given without accents. */
const SHORT = new Map(
  Object.entries({
    không: 'ko k kh kg kô hok hong hông hem hổng khum',
    được: 'dc đc dk đk dx đx',
    'bao nhiêu': 'bn bnh',
    nói: 'ns',
    gì: 'j',
    vậy: 'z zậy',
    qua: 'wa',
    yêu: 'iu',
    mình: 'mk mik mh mềnh',
    với: 'vs',
    rồi: 'r rùi',
    cũng: 'cx cg',
    biết: 'bt bít',
    làm: 'lm',
    trước: 'trc',
    'như thế nào': 'ntn',
    người: 'ng',
    'trả lời': 'tl rep',
    nữa: 'nx',
    ạ: 'ak ạk ạh',
    à: 'ah',
    ừ: 'uh uk um ừm uhm ùa',
    mới: 'ms',
    'sản phẩm': 'sp',
    ok: 'oki okie okla okay okê ôkê okela',
    đi: 'ik',
    tôi: 'tui',
    'đơn vị': 'đv',
    'công đoàn': 'cđ',
    'cán bộ': 'cb',
    'khuyến mãi': 'km',
    'cảm ơn': 'tks thanks thank thx ty camon',
    please: 'pls plz',
  }).flatMap(([full, shorts]) => shorts.split(' ').map((short) => [short, full] as const)),
)

/** Other spellings of a syllable, the likeliest first; may hold several syllables ("bao nhiêu"). Empty for ordinary words. */
export function teenSpellings(word: string): string[] {
  const full = SHORT.get(word)
  if (full !== undefined) return [full]
  const rest = word.slice(1)
  const options = { z: ['v', 'd', 'gi'], j: ['gi'], f: ['ph'], w: ['qu'], k: ['c'] }[word.charAt(0)]
  const out: string[] = []
  if (options !== undefined && rest !== '' && (word.charAt(0) !== 'k' || 'aou'.includes(strip(rest.charAt(0))))) {
    for (const option of options) {
      const end = option.charAt(option.length - 1)
      const spelled = strip(rest.charAt(0)) === end ? option.slice(0, -1) + rest : option + rest
      if (isSyllable(strip(spelled))) out.push(spelled)
    }
  }
  if (out.length === 0 && endsDoubled(word)) out.push(word.slice(0, -1))
  return out
}

function endsDoubled(word: string): boolean {
  const last = baseOf(word.charCodeAt(word.length - 1))
  return word.length > 2 && last > 0x39 && baseOf(word.charCodeAt(word.length - 2)) === last
}
