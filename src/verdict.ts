/**
 * Words that say what goods are or what somebody did (R5, R6): only an authority's decision says that. Every sentence an
 * officer sends out about a case is looked through; "nghi" before such a word, or a name of an office that fights it, lets it pass.
 */
import { AppError } from './errors.ts'
import { listen } from './vietnamese/listen.ts'
import { matchesAt, type Phrase, phrase } from './vietnamese/phrase.ts'

/** What names goods or an act. Popular words too: a person reads a verdict in them all the same. */
const VERDICTS: readonly Phrase[] = [
  ...['hàng giả', 'hàng nhái', 'hàng dỏm', 'hàng rởm', 'hàng dởm', 'hàng fake', 'hàng lậu', 'hàng cấm', 'hàng thật'],
  ...['đồ giả', 'đồ nhái', 'đồ dỏm', 'đồ rởm', 'đồ fake', 'thuốc giả', 'sữa giả', 'rượu giả', 'mỹ phẩm giả', 'thực phẩm giả'],
  ...['tem giả', 'nhãn giả', 'bao bì giả', 'là giả', 'bị giả', 'giả mạo', 'giả nhãn', 'làm giả', 'làm nhái', 'bán giả'],
  ...['lừa đảo', 'lừa dối khách', 'gian thương', 'buôn lậu', 'nhập lậu', 'bán hàng gian', 'phạm tội', 'vi phạm pháp luật'],
].map(phrase)

/** Without their accents these are everyday words ("làm gia công", "là gia đình"): they are heard with them alone. */
const ACCENTED = new Set(['là giả', 'bị giả', 'làm giả', 'bán giả', 'tem giả', 'nhãn giả'])

/** What may stand between a doubt and the word it covers: other such words, and what joins them. */
const BETWEEN = new Set(
  [
    ...['là', 'ngờ', 'có', 'bị', 'bán', 'về', 'việc', 'và', 'hoặc', 'hay', 'các', 'một', 'số', 'loại', 'sản', 'phẩm', 'dùng'],
    ...['hàng', 'giả', 'nhái', 'dỏm', 'rởm', 'lậu', 'buôn', 'nhập', 'làm', 'gian', 'lận', 'thương', 'mại', 'nhãn', 'mạo', 'tem', 'đồ'],
  ].flatMap((word) => phrase(word).folded),
)
const DOUBTS = new Set(['nghi', 'chong'])
const DENIALS = new Set(['khong', 'ko', 'chang', 'cha', 'khoi', 'het'])
const BACK = 14
/** Syllables heard at once: short spelling is only read in a short text. */
const SPAN = 40

/** Verdicts in a text, each as our word for it, in the order of VERDICTS; none in a text that may go out. */
export function verdictsIn(text: string): string[] {
  const found = new Set<string>()
  for (const piece of piecesOf(text)) {
    for (const { words, folded } of listen(piece).readings)
      for (const verdict of VERDICTS)
        for (let at = 0; at + verdict.words.length <= words.length; at++)
          if (says(words, folded, at, verdict) && !isDoubted(folded, at)) found.add(verdict.words.join(' '))
  }
  return [...found]
}

/** Throws AppError `invalid` with a text key when a text that goes out says more than is known (R5). */
export function demandNoVerdict(...texts: readonly string[]): void {
  if (texts.some((text) => verdictsIn(text).length > 0)) throw new AppError('invalid', 'case.verdict')
}

/** Sentences, and of long ones pieces that overlap by more than the longest verdict and its doubt. */
function piecesOf(text: string): string[] {
  return text.split(/[.!?;…\n]+/).flatMap((sentence) => {
    const words = sentence.split(/\s+/).filter(Boolean)
    if (words.length <= SPAN) return words.length === 0 ? [] : [words.join(' ')]
    const pieces: string[] = []
    for (let from = 0; from < words.length - BACK; from += SPAN - BACK) pieces.push(words.slice(Math.max(0, from), from + SPAN).join(' '))
    return pieces
  })
}

function says(words: string[], folded: string[], at: number, verdict: Phrase): boolean {
  if (!matchesAt({ words, folded, key: '' }, at, verdict)) return false
  return !ACCENTED.has(verdict.words.join(' ')) || words[at + verdict.words.length - 1] !== folded[at + verdict.words.length - 1]
}

/** "nghi là hàng giả", "chống buôn lậu và hàng giả"; not "không nghi ngờ gì, hàng giả". */
function isDoubted(folded: readonly string[], at: number): boolean {
  for (let i = at - 1; i >= 0 && i >= at - BACK; i--) {
    const word = folded[i] ?? ''
    if (DOUBTS.has(word)) return !DENIALS.has(folded[i - 1] ?? '')
    if (!BETWEEN.has(word)) return false
  }
  return false
}
