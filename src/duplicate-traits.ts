/**
 * What of a report is compared with other reports: the shop, the goods, barcodes, pages, roughly where and when, how the
 * photos look. Read from the opened report each time it is needed and kept nowhere.
 */
import type { CaseKind, Report } from './case.ts'
import { linksOf, type Shop, shopOf } from './duplicate-place.ts'
import { addDays, dayNumber, dayOf } from './time.ts'
import { fold, foldTokens } from './vietnamese/index.ts'
import { isSyllable } from './vietnamese/letters.ts'

export type Traits = {
  kind: CaseKind
  shop: Shop
  /** Words that name goods → how much each says: a brand more than a word of every day. */
  products: Map<string, number>
  barcodes: string[]
  links: string[]
  spot: { latitude: number; longitude: number } | null
  /** Ids of units from the top down to the case's own. */
  units: string[]
  /** Day in Vietnam on which it happened, else on which it was told, as a number of days. */
  day: number
  /** 64-bit perceptual hashes of its photos, 16 hex letters each. */
  looks: string[]
}

export type Told = {
  report: Report
  /** What the member added later. */
  answers?: readonly string[]
  openedAt: Date
  /** `/root/…/own/`; null: of nobody's unit. */
  path: string | null
  looks: readonly string[]
}

export function traitsOf({ report, answers = [], openedAt, path, looks }: Told): Traits {
  const { kind, signs, place = '', spot, time, note = '' } = report
  const all = [place, signs, note, ...answers].join('\n')
  return {
    kind,
    shop: shopOf(place),
    products: productsOf([signs, ...answers].join(' ')),
    barcodes: barcodesOf(all),
    links: linksOf(all),
    spot: spot ? { latitude: spot.latitude, longitude: spot.longitude } : null,
    units: path?.split('/').filter((id) => id !== '') ?? [],
    day: dayNumber(dayOfEvent(time, openedAt)),
    looks: looks.filter((look) => /^[0-9a-f]{16}$/.test(look)),
  }
}

/** EAN-13, UPC-A (as EAN-13) and EAN-8 in a text, with dashes and spaces or without; the check digit must be right. */
export function barcodesOf(text: string): string[] {
  const found = (text.match(DIGITS) ?? []).flatMap((written) => {
    const digits = written.replace(/\D/g, '')
    if (digits.length === 13) return isEan(digits) ? [digits] : []
    if (digits.length === 12) return isEan(`0${digits}`) ? [`0${digits}`] : []
    return digits.length === 8 && isEan(digits) && !isDate(digits) ? [digits] : []
  })
  return [...new Set(found)]
}

const DIGITS = /(?<![\d.,/])\d(?:[ -]?\d){7,12}(?![\d/])/g

/** The last digit makes the sum, every second one from the right counted three times, a multiple of ten. */
function isEan(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) sum += Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 1 : 3)
  return sum % 10 === 0 && !/^0+$/.test(digits)
}

/** A date of manufacture is no barcode: 20112026, 20261120. */
function isDate(digits: string): boolean {
  const day = (year: string, month: string, date: string) => /^20[1-4]\d$/.test(year) && Number(month) <= 12 && Number(date) <= 31
  return day(digits.slice(4), digits.slice(2, 4), digits.slice(0, 2)) || day(digits.slice(0, 4), digits.slice(4, 6), digits.slice(6))
}

/** Words of what was told that name goods. What every report says (nhãn, tem, mờ, giá) names none. */
function productsOf(text: string): Map<string, number> {
  const products = new Map<string, number>()
  for (const token of foldTokens(text)) {
    if (token.length < 2 || PLAIN.has(token) || /^\d+$/.test(token) || products.size >= PRODUCTS_MOST) continue
    // What is no Vietnamese syllable is a brand, a code or a size.
    products.set(token, isSyllable(token) ? 1 : /\d/.test(token) ? 1.5 : 2)
  }
  return products
}

const PRODUCTS_MOST = 40

const PLAIN = new Set(
  foldTokens(
    'hàng giả nghi thật nhái kém chất lượng nguồn gốc xuất xứ hạn sử dụng hết ngày sản xuất nhãn nhãn mác tem mã vạch quét không ra có thấy bị chưa đã là và của cho với thì mà ' +
      'nhưng vì nên khi lúc ở tại trên dưới trong ngoài này kia đó ấy rất hơi quá lắm khác lạ mờ nhòe in chữ số màu sắc mùi vị hôi thơm nhạt đậm loại bao bì vỏ gói mở ra vào ' +
      'lên xuống mua bán giá rẻ đắt tiền đồng nghìn ngàn triệu người nhà mình tôi em anh chị cô chú bác bà ông con cháu bạn họ ai gì nào sao thế vậy như cũng vẫn đang sẽ phải được ' +
      'bằng từ đến theo về đi lại hay hoặc các những một hai ba bốn năm mấy nhiều ít mỗi cả hôm nay qua sáng chiều tối tuần tháng shop cửa hàng tiệm quán chợ siêu thị tạp hóa online ' +
      'mạng đặt giao shipper tem chống giả dán rách bóp méo móp hỏng cũ mới dùng xong ăn uống đau bụng dị ứng ngứa nói bảo hỏi trả hóa đơn chụp ảnh xem kiểm tra thử biết rõ ghi tên ' +
      'nơi công ty địa chỉ tiếng việt nước ngoài trung quốc nhập khẩu lậu sai lỗi chính tả kg gam gram ml lít hộp chai lon thùng túi cái chiếc đôi bộ lọ hũ tuýp viên vỉ bịch lốc sp sản phẩm',
  ),
)

/** "hôm qua", "20/11", "3 ngày trước", as it was told; the day of telling when that says no day. */
function dayOfEvent(time: string | undefined, openedAt: Date): string {
  const told = dayOf(openedAt)
  const said = fold(time ?? '')
  if (said === '') return told
  const date = /(?:^|\D)(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}))?(?!\d)/.exec(time ?? '')
  if (date) {
    const [, day = '', month = '', year] = date
    const within = (which: string) => `${which}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
    const own = within(year ?? told.slice(0, 4))
    const event = year === undefined && own > told ? within(String(Number(told.slice(0, 4)) - 1)) : own
    return isDay(event) && event <= told ? event : told
  }
  const ago = /(\d{1,2}) (ngay|hom|tuan|thang)( truoc| nay)?/.exec(said)
  if (ago) return addDays(told, -Number(ago[1]) * (ago[2] === 'tuan' ? 7 : ago[2] === 'thang' ? 30 : 1))
  if (/hom qua/.test(said)) return addDays(told, -1)
  if (/hom (kia|truoc)/.test(said)) return addDays(told, -2)
  if (/tuan (truoc|roi|qua)/.test(said)) return addDays(told, -7)
  return /thang (truoc|roi|qua)/.test(said) ? addDays(told, -30) : told
}

const isDay = (day: string): boolean => {
  const at = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === day
}
