/**
 * Which reports are put before an officer as one thing: a table of pairs with what somebody who knows the place says of
 * each, and how often the two thresholds are right over all of them.
 */
import { describe, expect, test } from 'vitest'
import { shopOf } from '../src/duplicate-place.ts'
import { barcodesOf, type Traits, traitsOf } from '../src/duplicate-traits.ts'
import { bitsApart, distance, likenessOf, STRONG, SUGGEST } from '../src/duplicates.ts'
import { fold } from '../src/vietnamese/index.ts'
import { PAIRS, PATH, type Side } from './duplicate-pairs.ts'
import { seededRandom } from './harness.ts'

const sideOf = ({ day = '2026-11-20', path = PATH, looks = [], ...report }: Side): Traits =>
  traitsOf({ report: { kind: 'fake', signs: '', ...report }, openedAt: new Date(`${day}T03:00:00Z`), path, looks })

const found = PAIRS.map(([what, truth, must, one, other]) => ({ what, truth, must, ...likenessOf(sideOf(one), sideOf(other)) }))

describe('of two reports', () => {
  test.each(found)('$what: $truth ($score)', ({ must, level, score }) => {
    if (must === 'none') expect([level, score]).toEqual([null, expect.any(Number)])
    if (must === 'strong') expect([level, score]).toEqual(['strong', expect.any(Number)])
    if (must === 'suggest') expect(level).not.toBeNull()
  })

  test('the order does not matter', () => {
    for (const [, , , one, other] of PAIRS) expect(likenessOf(sideOf(other), sideOf(one))).toEqual(likenessOf(sideOf(one), sideOf(other)))
  })
})

test('over all pairs: nothing strong is two things, nearly all that is one is suggested', () => {
  const share = (part: number, whole: number) => Math.round((100 * part) / whole)
  const at = (least: number) => {
    const shown = found.filter(({ score }) => score >= least)
    const right = shown.filter(({ truth }) => truth === 'same').length
    const same = found.filter(({ truth }) => truth === 'same').length
    return { precision: share(right, shown.length), recall: share(right, same) }
  }
  expect(found.length).toBeGreaterThanOrEqual(70)
  // Percent. What is suggested and two things after all is nearly always one shop with two matters: an officer decides.
  expect({ suggest: at(SUGGEST), strong: at(STRONG) }).toEqual({
    suggest: { precision: 90, recall: 100 },
    strong: { precision: 100, recall: 81 },
  })
})

/** Shops of one town. */
const SHOPS = (
  'Tạp hóa Bà Mẫu, Cửa hàng Minh Anh, Siêu thị Thành Công, Nhà thuốc Minh Châu, Tạp hóa Hồng Nhung, Shop Mẹ và Bé, Quán cơm Ngọc Hân, Tiệm vàng Kim Phát, ' +
  'Cửa hàng Phương Nam, Đại lý gas Bình Minh, Nhà thuốc An Khang, Siêu thị mini Hoàng Gia, Tạp hóa cô Thủy, Cửa hàng điện máy Tân Tiến, Shop Thời Trang Linh, ' +
  'Quán bún chị Hương, Tạp hóa Năm Sài Gòn, Cửa hàng vật tư Đại Phát, Tiệm bánh Hỷ Lâm Môn, Nhà sách Trí Tuệ, Cửa hàng sữa Hà Linh, Đại lý phân bón Sáu Nghĩa, ' +
  'Tạp hóa Quỳnh Như, Shop giày Bảo Trân, Siêu thị Vạn Phúc, Cửa hàng Thiên Hương, Tiệm thuốc bắc Tế Sinh, Quán nước Hai Lúa, Cửa hàng xe máy Trường Sơn, Mỹ phẩm Diễm My'
).split(', ')

test('with one slip of the finger and no accents every shop is still found, and hardly ever taken for another', () => {
  const random = seededRandom(5)
  const at = (place: string) => sideOf({ place, signs: '' })
  const missed = SHOPS.flatMap((shop) =>
    [1, 2, 3].flatMap(() => {
      const typed = slip(fold(shop), random)
      return likenessOf(at(shop), at(typed)).level ? [] : [`${shop} / ${typed}`]
    }),
  )
  const confused = SHOPS.flatMap((shop, i) => SHOPS.slice(i + 1).map((other) => ({ shop, other, ...likenessOf(at(shop), at(other)) })))
  expect(missed).toEqual([])
  expect(confused.filter(({ level }) => level !== null)).toEqual([])
  expect(confused.length).toBe(435)
})

/** One letter dropped, doubled or swapped with the next, in the name and not in the word for the shop. */
function slip(text: string, random: () => number): string {
  const from = text.lastIndexOf(' ', text.length - 5) + 1
  const at = from + 1 + Math.floor(random() * (text.length - from - 2))
  const [a = '', b = ''] = [text[at], text[at + 1]]
  const typed = [b, `${a}${a}${b}`, `${b}${a}`][Math.floor(random() * 3)]
  return `${text.slice(0, at)}${typed}${text.slice(at + 2)}`
}

describe('a place as it is written', () => {
  test.each<[string, string, string | null]>([
    ['Cửa hàng Bà Mẫu, 12 Trần Phú', 'ba mau', '12 tran phu'],
    ['12/3 đường Trần Phú, phường 3, CH Bà Mẫu', 'ba mau', '12/3 tran phu'],
    ['mua ở quán cô Ba gần cổng chợ', 'co ba', null],
    ['Tạp hóa Bà Mẫu - 12 Trần Phú - phường 1', 'ba mau', '12 tran phu'],
    ['tap hoa co ba quan 3', 'co ba', null],
    ['Quán 3 Cô, ấp 2', '3 co', null],
    ['chợ Mẫu, quầy cô Lan', 'co lan', null],
    ['cua hang phuong nam', 'phuong nam', null],
    ['cua hang ba mau phuong 3', 'ba mau', null],
    ['Tiệm Cô Gân', 'co gan', null],
    ['Không nhớ rõ', '', null],
    ['quận 3', '', null],
    ['', '', null],
  ])('%s', (place, name, street) => {
    const shop = shopOf(place)
    expect(shop.name.join(' ')).toBe(name)
    expect(shop.street && [shop.street.number, shop.street.name].join(' ')).toBe(street)
  })
})

test('only codes whose check digit is right are barcodes, and no dates', () => {
  expect(barcodesOf('mã 8 934563 138165, 8934563138164, EAN 96385074, UPC 036000291452, NSX 20112026, ĐT 0912345678')).toEqual([
    '8934563138165',
    '96385074',
    '0036000291452',
  ])
})

test('letters and bits that differ are counted', () => {
  expect([distance('minh', 'mihn'), distance('mau', 'mauu'), distance('lan', 'lam'), distance('a', 'abcd')]).toEqual([1, 1, 1, 3])
  expect([bitsApart('ffffffffffffffff', '0000000000000000'), bitsApart('00000000000000f1', '00000000000000f0')]).toEqual([64, 1])
})
