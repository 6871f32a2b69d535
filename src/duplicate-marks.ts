/**
 * By which texts two reports that may be one meet in the blind index: short ones, each of one trait, that are keyed before
 * they are kept (db/case-marks.ts). A case keeps few and looks for more: the neighbouring squares, photos one bit off, the
 * months around. Each holds a month, so that what is old is never read, and what is common holds a place as well.
 */
import type { Traits } from './duplicate-traits.ts'
import { CALLED } from './duplicates.ts'

/** What a case is found by, and what it looks for: text → how much a meeting says. */
export type MarkTexts = { kept: string[]; sought: Map<string, number> }

/** Forms of a name, pieces, goods and photos that are marked: a report may be ten thousand letters long. */
const NAME_MOST = 18
const PIECES_MOST = 10
const GOODS_MOST = 6
const LOOKS_MOST = 4

/** @param month in which it was opened, `2026-11`. @param months those in which reports of the same thing may have been */
export function markTexts(traits: Traits, month: string, months: readonly string[]): MarkTexts {
  const kept: string[] = []
  const sought = new Map<string, number>()
  const seek = (text: string, weight: number) => {
    for (const one of months) sought.set(`${one} ${text}`, Math.max(weight, sought.get(`${one} ${text}`) ?? 0))
  }
  const meet = (text: string, weight: number) => {
    kept.push(`${month} ${text}`)
    seek(text, weight)
  }
  for (const code of traits.barcodes.slice(0, GOODS_MOST)) meet(`barcode ${code}`, 3)
  for (const link of traits.links.slice(0, GOODS_MOST)) meet(`link ${link}`, 5)
  const { street } = traits.shop
  if (street?.number) meet(`door ${street.number} ${street.name}`, 4)
  for (const [form, weight] of nameForms(traits.shop.name)) meet(`name ${form}`, weight)
  const [own, around] = areasOf(traits)
  for (const piece of [...piecesOf(traits.shop.name), ...goodsOf(traits)]) {
    for (const area of own) kept.push(`${month} ${piece} ${area}`)
    for (const area of around) seek(`${piece} ${area}`, 1)
  }
  for (const look of traits.looks.slice(0, LOOKS_MOST)) {
    for (const [band, part] of bandsOf(look)) {
      kept.push(`${month} photo ${band} ${part.toString(16)}`)
      // One of four bands has at most one bit off when the whole has at most seven.
      for (let bit = -1; bit < 16; bit++) seek(`photo ${band} ${(bit < 0 ? part : part ^ (1 << bit)).toString(16)}`, 2)
    }
  }
  return { kept: [...new Set(kept)], sought }
}

/** The name without spaces, and that with one letter left out: two names one slip apart share one. */
function nameForms(name: string[]): Array<[form: string, weight: number]> {
  const whole = name.join('')
  if (whole.length < 3) return []
  const forms = new Map<string, number>([[whole, 3]])
  if (whole.length <= NAME_MOST && whole.length >= 5)
    for (let i = 0; i < whole.length; i++) forms.set(whole.slice(0, i) + whole.slice(i + 1), 2)
  const sorted = name.toSorted().join('')
  if (name.length > 1) forms.set(sorted, Math.max(2, forms.get(sorted) ?? 0))
  return [...forms]
}

/** Three letters each, and whole words: for names cut short, or with more than one slip. */
function piecesOf(name: string[]): string[] {
  const whole = name.join('')
  const words = name.filter((word) => word.length > 1 && !CALLED.has(word)).map((word) => `word ${word}`)
  const triples = Array.from({ length: Math.max(0, whole.length - 2) }, (_, i) => `piece ${whole.slice(i, i + 3)}`)
  return [...new Set([...words.slice(0, PIECES_MOST), ...triples.slice(0, PIECES_MOST)])]
}

/** What says most of the goods. */
function goodsOf({ products }: Traits): string[] {
  return [...products]
    .sort(([, one], [, other]) => other - one)
    .slice(0, GOODS_MOST)
    .map(([word]) => `goods ${word}`)
}

/** Squares of 0.01°, the unit and the one above: where a case is found, and where it looks. */
function areasOf({ spot, units }: Traits): [own: string[], around: string[]] {
  const near = units.slice(-2).map((id) => `unit ${id}`)
  if (!spot) return [near, near]
  const [y, x] = [Math.round(spot.latitude * 100), Math.round(spot.longitude * 100)]
  const squares = [-1, 0, 1].flatMap((north) => [-1, 0, 1].map((east) => `square ${y + north} ${x + east}`))
  return [
    [`square ${y} ${x}`, ...near],
    [...squares, ...near],
  ]
}

/** Four times sixteen bits. */
function bandsOf(look: string): Array<[band: number, part: number]> {
  return [0, 1, 2, 3].map((band) => [band, Number.parseInt(look.slice(4 * band, 4 * band + 4), 16)])
}
