/**
 * Pairs of reports as people of one province write them, each with what a person who knows the place says: one thing, or
 * two. `strong` and `none` are what the product must say of a pair; `same` and `other` only count in the sums.
 */
import type { Report } from '../src/case.ts'

export type Side = Partial<Report> & { day?: string; path?: string | null; looks?: string[] }
export type Pair = [what: string, truth: 'same' | 'other', must: 'strong' | 'suggest' | 'none' | null, one: Side, other: Side]

const XA = '/tinh/xa/'
const CO_SO = '/tinh/xa/co-so/'
const XUONG = '/tinh/xa/xuong/'
const FAR = '/tinh/xa-khac/'
const AT = { latitude: 10.77, longitude: 106.7, exact: false }
const NEXT = { latitude: 10.78, longitude: 106.7, exact: false }
const AWAY = { latitude: 10.9, longitude: 106.9, exact: false }
const BOX = { signs: 'Sữa bột Mẫu Kids hộp thiếc, tem mờ, in nhòe', place: 'Cửa hàng Bà Mẫu, 12 Trần Phú' }
const LOOK = 'f0e1d2c3b4a59687'
/** The same photo sent through a messenger: three bits of 64 differ; cut at the edges: nine. */
const RESENT = 'f0e1d2c3b4a59680'
const CUT = 'f0e1d2c3b4a58410'
const OTHER_LOOK = '0f1e2d3c4b5a6978'

export const PAIRS: Pair[] = [
  // one shop, written in many ways
  ['word for word, the same day', 'same', 'strong', BOX, BOX],
  ['without accents', 'same', 'strong', BOX, { ...BOX, place: 'cua hang ba mau 12 tran phu' }],
  ['abbreviated', 'same', 'strong', BOX, { ...BOX, place: 'CH Bà Mẫu' }],
  ['abbreviated against bare', 'same', 'strong', { ...BOX, place: 'CH Bà Mẫu' }, { ...BOX, place: 'cua hang ba mau' }],
  ['another word for the shop', 'same', 'strong', BOX, { ...BOX, place: 'tạp hóa Bà Mẫu' }],
  ['only the name', 'same', 'strong', BOX, { ...BOX, place: 'Bà Mẫu' }],
  ['the address first', 'same', 'strong', BOX, { ...BOX, place: '12 Trần Phú, tiệm bà Mẫu' }],
  ['the street after the name, no number', 'same', 'strong', BOX, { ...BOX, place: 'cua hang ba mau tran phu' }],
  ['a way to find it', 'same', 'strong', BOX, { ...BOX, place: 'quán bà Mẫu đối diện trường tiểu học' }],
  ['in capitals', 'same', 'strong', BOX, { ...BOX, place: 'CỬA HÀNG BÀ MẪU' }],
  ['written together', 'same', 'strong', BOX, { ...BOX, place: 'shop bamau' }],
  ['a letter doubled', 'same', 'strong', { place: 'Tạp hóa Hồng Nhung' }, { place: 'tap hoa hong nhungg' }],
  ['a letter missing', 'same', 'strong', { place: 'Tạp hóa Hồng Nhung' }, { place: 'tap hoa hog nhung' }],
  ['letters swapped', 'same', 'strong', { place: 'Nhà thuốc Minh Châu' }, { place: 'nha thuoc mihn chau' }],
  ['a wrong letter', 'same', 'strong', { place: 'Siêu thị Thành Công' }, { place: 'sieu thi thanh cpng' }],
  ['two slips in a long name', 'same', 'suggest', { place: 'Siêu thị Phương Nguyên' }, { place: 'sieu thi phuog nguyne' }],
  ['words the other way round', 'same', 'suggest', { place: 'Tạp hóa Minh Hải' }, { place: 'Tạp hóa Hải Minh' }],
  ['without how she is called', 'same', 'suggest', { place: 'Tạp hóa cô Thủy' }, { place: 'tiệm Thủy' }],
  ['with the market', 'same', 'suggest', { place: 'Quầy cô Lan, chợ Mẫu' }, { place: 'cô Lan chợ Mẫu' }],
  [
    'through the words of a chain',
    'same',
    'strong',
    { place: 'Bách hóa Xanh 45 Nguyễn Trãi' },
    { place: 'siêu thị bách hóa xanh, 45 nguyen trai' },
  ],
  ['the same number and street, no name', 'same', 'suggest', { ...BOX, place: '12 Trần Phú' }, { ...BOX, place: 'số 12 đường Trần Phú' }],
  // when and where they told
  ['two weeks later', 'same', 'strong', BOX, { ...BOX, day: '2026-12-04' }],
  ['five weeks later', 'same', 'suggest', BOX, { ...BOX, day: '2026-12-29' }],
  ['told late, of the same day', 'same', 'strong', BOX, { ...BOX, day: '2026-12-20', time: 'ngày 20/11' }],
  ['told the day after', 'same', 'strong', BOX, { ...BOX, day: '2026-11-21', time: 'hôm qua' }],
  ['from the workshop next door', 'same', 'suggest', { ...BOX, path: CO_SO }, { ...BOX, path: XUONG }],
  ['from the unit above', 'same', 'strong', { ...BOX, path: XA }, { ...BOX, path: CO_SO }],
  ['from nobody’s unit, with the spot', 'same', 'strong', { ...BOX, path: null, spot: AT }, { ...BOX, path: XA, spot: AT }],
  ['spots in neighbouring squares', 'same', 'strong', { ...BOX, spot: AT }, { ...BOX, spot: NEXT }],
  ['another commune, the same number and street', 'same', 'strong', { ...BOX, path: XA }, { ...BOX, path: FAR }],
  // goods
  ['the same goods in the same shop, another kind ticked', 'same', 'suggest', { ...BOX, kind: 'fake' }, { ...BOX, kind: 'origin' }],
  ['kind not sure', 'same', 'strong', { ...BOX, kind: 'unsure' }, BOX],
  [
    'the same barcode in the same square',
    'same',
    'suggest',
    { signs: 'mã 8934563138165', spot: AT },
    { signs: 'sua gia 8934563138165', spot: AT },
  ],
  [
    'the same barcode written with spaces, the same shop',
    'same',
    'strong',
    { ...BOX, signs: 'mã vạch 8 934563 138165' },
    { ...BOX, signs: '8934563138165' },
  ],
  ['goods told in other words', 'same', 'suggest', BOX, { ...BOX, signs: 'Hộp sữa Mẫu Kids nắp lỏng, bột vón cục' }],
  [
    'a barcode and a slip in the name',
    'same',
    'strong',
    { place: 'Bà Mẫu', signs: '8934563138165' },
    { place: 'ba mauu', signs: '8934563138165' },
  ],
  // photos
  ['one photo sent twice, one unit', 'same', 'strong', { looks: [LOOK] }, { looks: [RESENT] }],
  ['one photo, one cut', 'same', 'suggest', { looks: [LOOK] }, { looks: [OTHER_LOOK, CUT] }],
  ['one photo and one shop', 'same', 'strong', { ...BOX, looks: [LOOK] }, { ...BOX, looks: [CUT] }],
  ['one photo from two communes', 'same', 'suggest', { looks: [LOOK], path: XA }, { looks: [RESENT], path: FAR }],
  ['one photo, another kind ticked', 'same', 'strong', { looks: [LOOK], kind: 'fake' }, { looks: [LOOK], kind: 'poor' }],
  // pages
  [
    'one page with and without what follows the question mark',
    'same',
    'strong',
    { place: 'https://www.facebook.com/shopbamau?ref=share' },
    { place: 'facebook.com/shopbamau', path: FAR },
  ],
  [
    'one offer of a market',
    'same',
    'strong',
    { place: 'https://shopee.vn/sua-mau-i.123.456' },
    { place: 'shopee.vn/sua-mau-i.123.456?sp=1', path: FAR },
  ],
  // two things
  ['another shop in the same street', 'other', 'none', BOX, { ...BOX, place: 'Cửa hàng Ông Tám, 40 Trần Phú', signs: 'Dép nhựa' }],
  ['another shop in the same street, the same goods', 'other', 'none', BOX, { ...BOX, place: 'Tạp hóa Hồng Nhung, 40 Trần Phú' }],
  ['another shop in the same square', 'other', 'none', { ...BOX, spot: AT }, { place: 'Tạp hóa Hồng Nhung', signs: 'dầu gội', spot: AT }],
  ['the same goods elsewhere', 'other', 'none', { ...BOX, spot: AT }, { ...BOX, place: 'Siêu thị Thành Công', spot: AWAY, path: FAR }],
  ['the same barcode elsewhere', 'other', 'none', { signs: '8934563138165', spot: AT }, { signs: '8934563138165', spot: AWAY, path: FAR }],
  ['the same barcode in another commune', 'other', 'none', { signs: '8934563138165', path: XA }, { signs: '8934563138165', path: FAR }],
  [
    'the same name in another commune',
    'other',
    'none',
    { place: 'Tạp hóa Hồng Nhung', path: XA },
    { place: 'Tạp hóa Hồng Nhung', path: FAR },
  ],
  ['the same name far away', 'other', 'none', { ...BOX, spot: AT }, { ...BOX, place: 'Cửa hàng Bà Mẫu', spot: AWAY, path: FAR }],
  ['a chain, two of its shops', 'other', 'none', { place: 'Bách hóa Xanh', spot: AT }, { place: 'Bách hóa Xanh', spot: AWAY, path: FAR }],
  ['half a year later', 'other', 'none', BOX, { ...BOX, day: '2027-05-20' }],
  ['a hundred days later', 'other', 'none', BOX, { ...BOX, day: '2027-03-01' }],
  ['the same day, another shop and kind', 'other', 'none', BOX, { kind: 'expired', signs: 'Bánh mì quá hạn', place: 'Lò bánh Hai Nam' }],
  ['the same shop, other goods and kind', 'other', null, BOX, { ...BOX, kind: 'expired', signs: 'Nước ngọt Cam Cam' }],
  ['the same shop, another barcode', 'other', null, { ...BOX, signs: '8934563138165' }, { ...BOX, signs: '8935049501503' }],
  ['Lan and Lam', 'other', null, { place: 'Tạp hóa cô Lan' }, { place: 'Tạp hóa cô Lam' }],
  ['Hoa and Hòa, with accents', 'other', null, { place: 'Tạp hóa cô Hoa' }, { place: 'Tạp hóa cô Hòa' }],
  ['two people of one way to be called', 'other', 'none', { place: 'Quán cô Ba' }, { place: 'Quán cô Tư' }],
  ['two stalls of one market', 'other', 'none', { place: 'chợ Mẫu, quầy cô Lan' }, { place: 'chợ Mẫu, quầy chị Hồng' }],
  ['one market, no stall', 'other', 'none', { place: 'chợ Mẫu', signs: 'dép' }, { place: 'chợ Mẫu', signs: 'thịt bò' }],
  ['both forgot where', 'other', 'none', { place: 'Không nhớ rõ', signs: 'dép nhựa' }, { place: 'không nhớ', signs: 'dép da' }],
  ['nothing but the unit', 'other', 'none', { signs: 'hàng giả' }, { signs: 'hàng giả' }],
  ['shops named by their hours', 'other', 'none', { place: 'Shop 24h' }, { place: 'Shop 25h' }],
  [
    'another number in the street, no names',
    'other',
    'none',
    { place: '12 Trần Phú', signs: 'dép' },
    { place: '48 Trần Phú', signs: 'dép' },
  ],
  ['two offers of one market', 'other', 'none', { place: 'shopee.vn/a-i.1.2' }, { place: 'shopee.vn/b-i.3.4' }],
  ['only the market’s front page', 'other', 'none', { place: 'shopee.vn', signs: 'son' }, { place: 'shopee.vn', signs: 'giày' }],
  ['photos of two things', 'other', 'none', { looks: [LOOK] }, { looks: [OTHER_LOOK] }],
  ['a date that looks like a barcode', 'other', 'none', { signs: 'NSX 20112026' }, { signs: 'nsx 20112026' }],
  [
    'a chain in one commune, two addresses',
    'other',
    null,
    { place: 'Bách hóa Xanh 45 Nguyễn Trãi' },
    { place: 'Bách hóa Xanh 200 Lê Lợi' },
  ],
  ['a telephone number that has thirteen digits', 'other', 'none', { signs: '0084912345678' }, { signs: '0084912345678' }],
  ['names that share one everyday word', 'other', 'none', { place: 'Tạp hóa Minh Hải' }, { place: 'Tạp hóa Minh Châu' }],
]

export const PATH = XA
