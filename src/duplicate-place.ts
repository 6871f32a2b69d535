/**
 * Where and from whom something was bought, read from a line as people write it ("CH Bà Mẫu, 12 Trần Phú", "tap hoa ba
 * mau gan cho"): the shop's own name, its street and number, its page. Words that say what kind of shop it is weigh
 * nothing: every street has a "cửa hàng".
 */
import { foldTokens } from './vietnamese/index.ts'

export type Shop = {
  /** The own name, folded: `ba mau`. */
  name: string[]
  /** It is the name of a market, where many sell. */
  market: boolean
  /** The same with its accents, where it was written with any. */
  accented: string | null
  street: { number: string | null; name: string } | null
}

/** What kind of shop it is: its name follows. Longer ones first. */
const SHOPS = phrases(
  'cửa hàng tiện lợi, cửa hàng tạp hóa, cửa hàng, của hàng, cửa hiệu, siêu thị mini, siêu thị, tiệm tạp hóa, tạp hóa, tiệm vàng, tiệm thuốc, tiệm, quán ăn, ' +
    'quán cơm, quán, nhà thuốc, hiệu thuốc, quầy thuốc, đại lý, công ty tnhh, công ty cổ phần, công ty, nhà phân phối, hợp tác xã, bách hóa, ki ốt, kiốt, kiot, ' +
    'ki ot, quầy hàng, quầy, sạp hàng, sạp, gian hàng, shop, mini mart, minimart, mart, store, ch, cty, htx, trang fanpage, fanpage, trang facebook, facebook, fb',
)
/** Many shops in one place: its name is no shop's. */
const MARKETS = phrases('chợ đầu mối, chợ đêm, chợ phiên, chợ, trung tâm thương mại, tttm, hội chợ, phiên chợ')
/** Here the name ends and an address, or a way to find it, begins. */
const ADDRESS = phrases(
  'địa chỉ, đường, phố, đại lộ, số nhà, số, ngõ, ngách, hẻm, kiệt, khu phố, khu công nghiệp, khu chế xuất, kcn, khu, tổ dân phố, tổ, ấp, thôn, xóm, bản, xã, ' +
    'phường, quận, huyện, thị xã, thị trấn, thành phố, tp, tỉnh, đối diện, gần, cạnh, bên cạnh, sau lưng, phía sau, trước cổng, cổng, đầu, cuối, góc, ngã tư, ngã ba, ngay, ' +
    'ở, tại, trên, trong, bên, thuộc, với giá, giá',
)
/** Words of an address that stand between the number and the street's name. */
const STREETS = new Set(['duong', 'pho', 'dai lo', 'so nha', 'so', 'ngo', 'ngach', 'hem', 'kiet'])
/** Said around a name. */
const FILLERS = new Set(['mua', 'ban', 'hang', 'cua', 'ten', 'la', 'nay', 'kia', 'o', 'tai', 'tren', 'trong', 'ngay'])
/** Said instead of a place. */
const NOWHERE = /^(khong|ko|chua) (nho|ro|biet)|^(quen|chiu)$/

const LINE = /[,;\n|()]+|\s+[-–—]\s+|\.\s+/
const LINK = /(?:https?:\/\/)?(?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:vn|com|net|shop|store|me|org|info|asia)(?:\/[^\s,;<>"]*)?/giu

export function shopOf(place: string): Shop {
  const parts = place
    .replace(LINK, ' ')
    .split(LINE)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(partOf)
  const ofKind = (wanted: Part['kind']) => parts.find(({ kind, name }) => kind === wanted && name.length > 0)
  const named = ofKind('shop') ?? ofKind('none') ?? ofKind('market')
  return {
    name: named?.name ?? [],
    market: named?.kind === 'market',
    accented: named && hasAccents(named.written) ? named.written : null,
    street: parts.find(({ street }) => street)?.street ?? null,
  }
}

/** Pages named in a text as host and path: what leads to the same page is the same text. A market's front page is no page. */
export function linksOf(text: string): string[] {
  const found = (text.match(LINK) ?? []).flatMap((written) => {
    const [front = '', query = ''] = written.replace(/^https?:\/\//i, '').split(/[?#]/)
    const bare = front.toLowerCase().replace(/^(www|m|web|mobile)\./, '')
    const link = bare.replace(/[/.]+$/, '')
    const id = /(?:^|&)id=([\w-]+)/.exec(query)?.[1]
    if (!link.includes('/') && FRONTS.has(link)) return []
    return [id && /profile\.php$|story\.php$/.test(link) ? `${link}?id=${id}` : link]
  })
  return [...new Set(found)]
}

const FRONTS = new Set(
  'shopee.vn lazada.vn tiki.vn sendo.vn facebook.com fb.com tiktok.com zalo.me youtube.com google.com instagram.com shop.tiktok.com chotot.com'.split(
    ' ',
  ),
)

type Part = { kind: 'shop' | 'market' | 'none'; name: string[]; written: string; street: Shop['street'] }

/** One stretch between commas: a name, an address, or both one after the other. */
function partOf(part: string): Part {
  const written = part
    .normalize('NFC')
    .toLowerCase()
    .split(/[\s/-]+/)
  const words = written.flatMap((word) => {
    const folded = foldTokens(word)
    return folded.map((token) => ({ token, word: folded.length === 1 ? word.replace(/[^\p{L}\p{N}]/gu, '') : token }))
  })
  const tokens = words.map(({ token }) => token)
  const name: typeof words = []
  let kind: Part['kind'] = 'none'
  let at = 0
  for (; at < tokens.length; at++) {
    const token = tokens[at] ?? ''
    const word = words[at]?.word ?? token
    // "quan 3" without accents is a district; "quán 3 cô" is none.
    const district = token === 'quan' && word !== 'quán' && (word === 'quận' || /^\d/.test(tokens[at + 1] ?? ''))
    const shop = district ? 0 : lengthAt(SHOPS, tokens, at)
    const market = lengthAt(MARKETS, tokens, at)
    if (name.length === 0 && shop + market > 0) {
      kind = shop > 0 ? 'shop' : 'market'
      at += Math.max(shop, market) - 1
      continue
    }
    if (/^\d/.test(token) && isHouse(tokens, at) && !(kind === 'shop' && name.length === 0 && /^\d$/.test(token))) break
    if (FILLERS.has(token) && name.length === 0) continue
    if (lengthAt(ADDRESS, tokens, at) > 0 && isAddressWord(word, token) && !(inName(token, word, kind, name) && !isNumbered(tokens, at)))
      break
    if (market > 0 && word !== 'cho') break
    name.push({ token, word })
  }
  if (NOWHERE.test(name.map(({ token }) => token).join(' '))) name.length = 0
  while (name.length > 0 && FILLERS.has(name.at(-1)?.token ?? '')) name.pop()
  return { kind, name: name.map(({ token }) => token), written: name.map(({ word }) => word).join(' '), street: streetOf(tokens.slice(at)) }
}

/** "phuong nam" without accents, in a name or where one is expected, is rather Phương than phường; with a number it is a ward. */
const inName = (token: string, word: string, kind: Part['kind'], name: readonly unknown[]): boolean =>
  NAMES.has(token) && !hasAccents(word) && (kind === 'shop' || name.length > 0)
const isNumbered = (tokens: string[], at: number): boolean => /^\d/.test(tokens[at + 1] ?? '')
const NAMES = new Set('phuong huyen tinh to so pho thon ban xa khu xom trong tren dau ben'.split(' '))

/** A number that begins an address: words follow it. "Shop 24h", "Bách hóa 1" are names. */
function isHouse(tokens: string[], at: number): boolean {
  const token = tokens[at] ?? ''
  return (
    /^\d{1,4}[a-z]?$/.test(token) && !/h$/.test(token) && /^[a-z\d]/.test(tokens[at + 1] ?? '') && !/^\d+$/.test(tokens.slice(at).join(''))
  )
}

/** Written with other accents, it is another word: "Bà Sơ" is not "số", "cô Gân" not "gần". */
function isAddressWord(written: string, token: string): boolean {
  return !hasAccents(written) || !ACCENTED.has(token) || ACCENTED.get(token)?.has(written) === true
}

/** "12/3 đường Trần Phú, P. 3" → 12/3, "tran phu". Only what names a street; a ward alone is none. */
function streetOf(tokens: string[]): Shop['street'] {
  let at = 0
  const numbers: string[] = []
  let said = false
  while (at < tokens.length) {
    const token = tokens[at] ?? ''
    if (/^\d{1,4}[a-z]?$/.test(token)) numbers.push(token)
    else if (STREETS.has(token)) said = true
    else break
    at += 1
  }
  const name: string[] = []
  for (; at < tokens.length && name.length < 4; at++) {
    if (lengthAt(ADDRESS, tokens, at) > 0 || lengthAt(SHOPS, tokens, at) + lengthAt(MARKETS, tokens, at) > 0) break
    name.push(tokens[at] ?? '')
  }
  if (name.length === 0 || (!said && numbers.length === 0)) return null
  return { number: numbers.length > 0 ? numbers.join('/') : null, name: name.join(' ') }
}

function phrases(list: string): string[][] {
  return list
    .split(', ')
    .map((words) => foldTokens(words))
    .sort((one, other) => other.length - one.length)
}

/** Tokens of the phrase that stands here; 0 when none does. */
function lengthAt(list: string[][], tokens: string[], at: number): number {
  return list.find((words) => words.every((word, i) => tokens[at + i] === word))?.length ?? 0
}

const hasAccents = (written: string): boolean => /[^\u0000-\u007f]/.test(written)

/** How the address words of one syllable are written. */
const ACCENTED = new Map(
  'đường phố số ngõ ngách hẻm kiệt khu tổ ấp thôn xóm bản xã phường quận huyện tỉnh gần cạnh cổng đầu cuối góc ở tại trên trong bên thuộc giá đối'
    .split(' ')
    .map((word): [string, Set<string>] => [foldTokens(word)[0] ?? '', new Set([word])]),
)
