/**
 * What an item is found by: its folded words, and for a document the many ways its number is typed. Both sides, the
 * index and the query, fold with the same function.
 */
import { documentNumber, fold } from '../src/vietnamese/index.ts'

/** Words people say for the letters of a number. */
const KINDS: Record<string, string> = {
  ct: 'chi thi',
  qd: 'quyet dinh',
  nd: 'nghi dinh',
  nq: 'nghi quyet',
  kh: 'ke hoach',
  tb: 'thong bao',
  kl: 'ket luan',
  cd: 'cong dien',
  tt: 'thong tu thong tri',
  ctr: 'chuong trinh',
  hd: 'huong dan',
  cv: 'cong van',
}

export type ItemWords = { title: string; body: string; numbers: string }

type Worded = { title: string; body: string; document: { number: string; title: string; issuer: string } | null }

export function wordsOf({ title, body, document }: Worded): ItemWords {
  if (!document) return { title: fold(title), body: fold(body), numbers: '' }
  return {
    title: fold(title),
    body: fold([body, document.title, document.issuer].join(' ')),
    numbers: formsOf(document.number),
  }
}

/** "3" of 03-CT/TW: what documents are looked up by before their letters are compared. */
export function documentKey(number: string): string {
  return documentNumber(number)?.number ?? fold(number)
}

/** "03-ct/tw", "03 ct tw", "03", "3", "chi thi", "van ban". */
function formsOf(number: string): string {
  const found = documentNumber(number)
  if (!found) return fold(number)
  const letters = found.symbol?.split('-') ?? []
  const kind = KINDS[letters[0] ?? ''] ?? found.type ?? ''
  const forms = [fold(number), found.number, found.number.padStart(2, '0'), letters.join(' '), kind, found.year ?? '', 'van ban']
  return forms.filter((form) => form !== '').join(' ')
}
