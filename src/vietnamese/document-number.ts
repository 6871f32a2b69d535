/**
 * Numbers of official documents as people type them: "03-CT/TW", "03 ct tw", "chỉ thị 28", "28/CT-TTg",
 * "Nghị định 98/2020/NĐ-CP". Both the query and the library's own numbers go through here, so that 264-TB/TW and
 * 264/KH-BCĐ never meet.
 */
import { foldLetters } from './fold.ts'

export type DocumentNumber = {
  /** Without leading zeros: "3" for 03-CT/TW. */
  number: string
  /** Folded, joined by "-": "ct-tw", "ct-ttg", "kh-bcd", "nd-cp", "qh15". */
  symbol?: string
  /** Folded kind when it was said: "chi thi". */
  type?: string
  /** Four digits when the number carries it or "năm 2021" follows. */
  year?: string
}

const TYPES: Record<string, string> = {
  'chi thi': 'ct',
  'quyet dinh': 'qd',
  'nghi dinh': 'nd',
  'nghi quyet': 'nq',
  'ke hoach': 'kh',
  'thong bao': 'tb',
  'ket luan': 'kl',
  'cong dien': 'cd',
  'thong tu': 'tt',
  'thong tri': 'tt',
  'huong dan': 'hd',
  'chuong trinh': 'ctr',
  'cong van': 'cv',
  luat: 'qh',
}
const KINDS = 'ctr|ct|qd|nd|nq|kh|tb|kl|cd|tt|hd|cv|vbhn|qh\\d{0,2}'
const ISSUERS =
  'tw|ttg|cp|tu|tld|ldld|mttw|mt|bcdtwcvd|bcdcvd|bcd|bct|bkhcn|btc|byt|bch|bnv|tlhpn|twdtn|twdtnvp|ubnd|hdnd|sgddt|sct|mttq|vp|bchtw|bgddt|bnnptnt'
const FULL = new RegExp(
  `(?<![\\p{L}\\p{N}])(\\d{1,5})(?:\\s*/\\s*((?:19|20)\\d\\d))?(?:\\s*[-/]\\s*|\\s*(?=(?:${KINDS})[\\s/-]+(?:${ISSUERS})(?![\\p{L}\\p{N}])))((?:${KINDS}))((?:\\s*[-/]\\s*\\p{L}[\\p{L}\\p{N}]*|\\s+(?:${ISSUERS})(?![\\p{L}\\p{N}]))*)(?![\\p{L}\\p{N}])`,
  'u',
)
const NAMED = new RegExp(
  `(?<![\\p{L}\\p{N}])(${Object.keys(TYPES).join('|')}|van ban|vb|(?:${KINDS}))\\s*(so\\s+)?(?:0*)(\\d{1,5})(?:\\s*/\\s*((?:19|20)\\d\\d))?(?![\\p{L}\\p{N}]|\\s*[-/]\\s*\\d)`,
  'u',
)
const TYPE_BEFORE = new RegExp(`(${Object.keys(TYPES).join('|')})\\s*(?:so\\s*)?:?\\s*$`, 'u')
const YEAR_AFTER = /^\s*(?:nam|\/)\s*((?:19|20)\d\d)(?!\d)/
const BARE = /^\s*(?:so\s+)?(\d{2,4})\s*$/

/** The document number in a text. `bare`: a message that is nothing but 2–4 digits counts too. */
export function documentNumber(text: string, options: { bare?: boolean } = {}): DocumentNumber | undefined {
  // nobody names a document after a thousand characters
  const folded = foldLetters(text.slice(0, 1000)).replace(/\s+/g, ' ')
  const full = FULL.exec(folded)
  if (full !== null) {
    const parts = `${full[3]}${full[4] ?? ''}`.split(/[\s/-]+/).filter((part) => part !== '')
    const type = TYPE_BEFORE.exec(folded.slice(0, full.index))?.[1]
    return documentOf(full[1], parts.join('-'), type, full[2] ?? yearAfter(folded, full))
  }
  const named = NAMED.exec(folded)
  if (named !== null) {
    const [, kind = '', announced, number = '', year] = named
    const isYear = announced === undefined && /^(?:19|20)[0-3]\d$/.test(number)
    const isShort = announced === undefined && number.length < 2 && !/0\d/.test(named[0])
    if (!isYear && !isShort) return documentOf(number, undefined, typeOf(kind), year ?? yearAfter(folded, named))
  }
  const bare = options.bare === true ? BARE.exec(folded) : null
  return bare === null ? undefined : documentOf(bare[1])
}

/** Whether a query may mean this document: same number, and no part that was said differs. */
export function sameDocument(query: DocumentNumber, document: DocumentNumber): boolean {
  if (query.number !== document.number) return false
  if (query.year !== undefined && document.year !== undefined && query.year !== document.year) return false
  if (query.symbol !== undefined && document.symbol !== undefined) {
    return document.symbol === query.symbol || document.symbol.startsWith(`${query.symbol}-`)
  }
  const kind = query.type === undefined ? undefined : TYPES[query.type]
  if (kind === undefined) return true
  if (document.type !== undefined) return document.type === query.type
  const symbol = document.symbol?.split('-')[0]
  return symbol === undefined || symbol === kind || (kind === 'qh' && symbol.startsWith('qh'))
}

function documentOf(number = '', symbol?: string, type?: string, year?: string): DocumentNumber {
  const found: DocumentNumber = { number: number.replace(/^0+(?=\d)/, '') }
  if (symbol !== undefined) found.symbol = symbol
  if (type !== undefined) found.type = type
  if (year !== undefined) found.year = year
  return found
}

function typeOf(kind: string): string | undefined {
  if (kind in TYPES) return kind
  return Object.keys(TYPES).find((type) => TYPES[type] === kind)
}

function yearAfter(folded: string, match: RegExpExecArray): string | undefined {
  return YEAR_AFTER.exec(folded.slice(match.index + match[0].length))?.[1]
}
