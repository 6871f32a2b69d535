/**
 * How likely two reports tell of one thing, 0 to 100: it must be about one place AND one time AND have something in common
 * (the shop, the goods, a barcode, a photo). A product says nothing of a fault by itself, so what agrees is multiplied, not
 * added. Two thresholds as in Check, nearness as in FixMyStreet (peers.md §3.3, §3.4). Pure; decides nothing: officers do.
 */
import type { Traits } from './duplicate-traits.ts'
import { isSyllable } from './vietnamese/letters.ts'

/** From here on a pair is worth an officer's look: the same shop nearby some weeks apart is, the same goods in town are not. */
export const SUGGEST = 45
/** From here on it is put before them by itself: the same shop at the same place within days, and nothing that speaks against it. */
export const STRONG = 75

export type Level = 'suggest' | 'strong'
/** What agrees. All that is ever kept of why. */
export const WHY = ['place', 'time', 'shop', 'product', 'barcode', 'photo', 'link'] as const
export type Why = (typeof WHY)[number]

export type Likeness = { score: number; level: Level | null; why: Why[] }

/** Days after which two reports are two matters, however alike. */
export const DAYS_APART = 90

export function likenessOf(one: Traits, other: Traits): Likeness {
  const link = one.links.some((link) => other.links.includes(link))
  const photo = photoLikeness(one.looks, other.looks)
  const barcode = one.barcodes.some((code) => other.barcodes.includes(code))
  const shop = shopLikeness(one, other)
  const goods = goodsLikeness(one, other)
  const place = link ? 1 : placeLikeness(one, other, photo)
  const time = timeLikeness(Math.abs(one.day - other.day))

  // Each by itself leaves room for doubt; together they leave less.
  const market = one.shop.market || other.shop.market
  const door = sameDoor(one, other) && !(shop === 0 && one.shop.name.length > 0 && other.shop.name.length > 0)
  const evidence = [
    (market ? 0.35 : 0.88) * shop,
    ...[link ? 0.88 : 0, barcode ? 0.65 : 0, 0.88 * photo],
    ...[door ? 0.5 : 0, 0.4 * Math.max(goods, 0)],
  ]
  const common = 1 - evidence.reduce((doubt, weight) => doubt * (1 - weight), 1)
  const score = Math.round(100 * place * time * common * againstIt(one, other, { goods, barcode, photo }))
  const why: Array<[Why, boolean]> = [
    ['place', place >= 0.7],
    ['time', time >= 0.85],
    ['shop', shop >= 0.6],
    ['product', goods >= 0.4],
    ['barcode', barcode],
    ['photo', photo > 0],
    ['link', link],
  ]
  return {
    score,
    level: score >= STRONG ? 'strong' : score >= SUGGEST ? 'suggest' : null,
    why: why.flatMap(([name, agrees]) => (agrees ? [name] : [])),
  }
}

/** Other goods, or a matter of another kind, in one shop: may be two things, so never strong by itself. */
function againstIt(one: Traits, other: Traits, { goods, barcode, photo }: { goods: number; barcode: boolean; photo: number }): number {
  if (barcode || photo > 0) return 1
  const codes = one.barcodes.length > 0 && other.barcodes.length > 0
  const kinds = one.kind !== other.kind && one.kind !== 'unsure' && other.kind !== 'unsure'
  return (codes || goods < 0 ? 0.72 : 1) * (kinds && goods < 0.4 ? 0.8 : 1)
}

/** A kilometre is what a coarse spot is exact to; a report without any place may be of anywhere. */
function placeLikeness(one: Traits, other: Traits, photo: number): number {
  if (sameDoor(one, other)) return 1
  const [a, b] = [one.shop.street, other.shop.street]
  const street = a !== null && b !== null && sameStreet(a.name, b.name)
  // Two addresses written out are two places, in one commune too; a number alone may be a slip.
  const written = a !== null && b !== null && a.number !== null && b.number !== null ? (street ? 0.8 : 0.6) : 1
  return written * nearness(one, other, { photo, street })
}

function nearness(one: Traits, other: Traits, { photo, street }: { photo: number; street: boolean }): number {
  const spots = one.spot && other.spot ? kilometres(one.spot, other.spot) : null
  if (spots !== null) return spots <= 1.6 ? 1 : spots <= 3 ? 0.75 : spots <= 10 ? 0.25 : 0.1
  const units = unitLikeness(one.units, other.units)
  // One photo shows one place, wherever its tellers belong.
  return Math.max(units, photo > 0 ? 0.75 : 0, street ? Math.min(0.9, units + 0.2) : 0)
}

function sameDoor({ shop: { street: one } }: Traits, { shop: { street: other } }: Traits): boolean {
  return one !== null && other !== null && one.number !== null && one.number === other.number && sameStreet(one.name, other.name)
}

const sameStreet = (one: string, other: string): boolean => one === other || isSlip(one, other)

/** Of one unit, of neighbours below one, or only of one province: members buy where they live and work. */
function unitLikeness(one: string[], other: string[]): number {
  if (one.length === 0 || other.length === 0) return 0.5
  const shared = one.findIndex((id, i) => id !== other[i])
  const common = shared < 0 ? one.length : shared
  const apart = one.length + other.length - 2 * common
  if (common === 0) return 0.1
  if (apart === 0) return common > 1 ? 0.95 : 0.6
  return common < 2 ? 0.3 : apart <= 1 ? 0.85 : apart <= 2 ? 0.75 : 0.5
}

function timeLikeness(days: number): number {
  return days <= 7 ? 1 : days <= 14 ? 0.95 : days <= 30 ? 0.85 : days <= 60 ? 0.7 : days <= DAYS_APART ? 0.55 : 0
}

/** 1 the same name, 0.9 a slip of the finger, less for what may be another name; below 0.5 nothing. */
function shopLikeness({ shop: one }: Traits, { shop: other }: Traits): number {
  if (one.name.length === 0 || other.name.length === 0) return 0
  const [a, b] = [one.name.join(''), other.name.join('')]
  if (a === b) return one.accented !== null && other.accented !== null && one.accented !== other.accented ? 0.6 : 1
  const [long, short] = one.name.length >= other.name.length ? [one.name, other.name] : [other.name, one.name]
  // The same words in another order have one length: each may be the shorter one.
  return Math.max(byLetters(one.name, other.name), byWords(long, short), long.length === short.length ? byWords(short, long) : 0)
}

/** Letters dropped, doubled or swapped. Where both words exist ("Lan", "Lam") it is rather another name. */
function byLetters(one: string[], other: string[]): number {
  const [a, b] = [one.join(''), other.join('')]
  const slips = distance(a, b)
  if (/\d/.test(a + b) && a.replace(/\D/g, '') !== b.replace(/\D/g, '')) return 0
  const shortest = Math.min(a.length, b.length)
  if (slips > (shortest >= 9 ? 2 : shortest >= 4 ? 1 : 0)) return 0
  const exist = one.length === other.length && one.every((word, i) => word === other[i] || (isSyllable(word) && isSyllable(other[i] ?? '')))
  return exist ? 0.62 : slips === 1 ? 0.92 : 0.85
}

/** All words of the shorter name stand in the longer one ("Mẫu", "Bà Mẫu chợ Cầu"); what a person is called says little. */
function byWords(long: string[], short: string[]): number {
  const rest = [...long]
  let found = 0
  for (const word of short) {
    const at = rest.findIndex((one) => one === word || (word.length >= 4 && !isSyllable(word) && isSlip(one, word)))
    if (at < 0) continue
    rest.splice(at, 1)
    found += CALLED.has(word) ? 0.4 : 1
  }
  const weight = (words: string[]) => words.reduce((sum, word) => sum + (CALLED.has(word) ? 0.4 : 1), 0)
  if (found < weight(short)) return found >= 2 ? (0.8 * found) / weight(short) : 0
  return found >= 1.4 ? 0.88 : 0.62
}

/** How people are called: says little of whose shop it is. */
export const CALLED = new Set('ba ong co chu bac anh chi di cau em thay'.split(' '))

/** Share of the words for goods that agree; below zero when both name goods and they are other ones. */
function goodsLikeness({ products: one }: Traits, { products: other }: Traits): number {
  const sum = (goods: Map<string, number>) => [...goods.values()].reduce((total, weight) => total + weight, 0)
  const [a, b] = [sum(one), sum(other)]
  if (a < 2 || b < 2) return 0
  let common = 0
  for (const [word, weight] of one) if (other.has(word)) common += weight
  if (common === 0) return -1
  return Math.min(1, common / Math.max(3, Math.min(a, b)))
}

/** The nearest two photos: up to 6 of 64 bits are re-encodings and small crops, up to 10 one scene seen again. */
function photoLikeness(one: string[], other: string[]): number {
  let nearest = 64
  for (const a of one) for (const b of other) nearest = Math.min(nearest, bitsApart(a, b))
  return nearest <= 6 ? 1 : nearest <= 10 ? 0.7 : 0
}

/** Of two hashes of 16 hex letters. */
export function bitsApart(one: string, other: string): number {
  let bits = 0
  for (let difference = BigInt(`0x${one}`) ^ BigInt(`0x${other}`); difference > 0n; difference >>= 1n) bits += Number(difference & 1n)
  return bits
}

function kilometres(one: { latitude: number; longitude: number }, other: { latitude: number; longitude: number }): number {
  const north = (one.latitude - other.latitude) * 111.2
  const east = (one.longitude - other.longitude) * 111.2 * Math.cos((one.latitude * Math.PI) / 180)
  return Math.hypot(north, east)
}

const isSlip = (one: string, other: string): boolean => Math.min(one.length, other.length) >= 4 && distance(one, other) <= 1

/** Letters dropped, added, changed, or swapped with their neighbour (optimal string alignment). */
export function distance(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 2) return 3
  let [before, last] = [[] as number[], Array.from({ length: other.length + 1 }, (_, i) => i)]
  for (let i = 1; i <= one.length; i++) {
    const row = [i]
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1]
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    ;[before, last] = [last, row]
  }
  return last[other.length] ?? 0
}
