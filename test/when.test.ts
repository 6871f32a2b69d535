import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dateVi, dayOf, vietnamWeekday, whenVi } from '../src/time.ts'
import { whenOf } from '../src/vietnamese/index.ts'

const vn = (local: string) => new Date(`${local.replace(' ', 'T')}:00+07:00`)
/** A Wednesday. */
const NOW = vn('2026-12-09 10:00')
/** `2026-12-15 09:00`, or the day alone, or nothing. */
function read(text: string, now = NOW): string | undefined {
  const when = whenOf(text, now)
  if (when === undefined || 'day' in when) return when?.day
  return `${dayOf(when.at)} ${whenVi(when.at).slice(0, 5)}`
}
const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/g, 'd').replace(/Đ/g, 'D')

/** Understood with and without accents. */
const MOMENTS: Array<[text: string, moment: string]> = [
  ['15/12 09:00', '2026-12-15 09:00'],
  ['9h30 ngày 15/12', '2026-12-15 09:30'],
  ['9 giờ sáng mai', '2026-12-10 09:00'],
  ['sáng mai 8h', '2026-12-10 08:00'],
  ['chiều nay 4 giờ', '2026-12-09 16:00'],
  ['4h chiều', '2026-12-09 16:00'],
  ['16:00', '2026-12-09 16:00'],
  ['thứ hai 8 giờ', '2026-12-14 08:00'],
  ['t2 8h', '2026-12-14 08:00'],
  ['chủ nhật 9h', '2026-12-13 09:00'],
  ['hôm nay 15:30', '2026-12-09 15:30'],
  ['ngày mai', '2026-12-10'],
  ['15/12/2026 lúc 9 giờ', '2026-12-15 09:00'],
  ['20g30', '2026-12-09 20:30'],
  ['8 giờ rưỡi', '2026-12-10 08:30'],
  ['9 giờ kém 15', '2026-12-10 08:45'],
  // how a day is written
  ['15/12', '2026-12-15'],
  ['5/1', '2027-01-05'],
  ['15-12 9h', '2026-12-15 09:00'],
  ['15.12.2026 9h', '2026-12-15 09:00'],
  ['15/12/26 9h', '2026-12-15 09:00'],
  ['15 / 12 / 2026', '2026-12-15'],
  ['2026-12-15 09:00', '2026-12-15 09:00'],
  ['2026/1/5', '2026-01-05'],
  ['15/12 - 9h', '2026-12-15 09:00'],
  ['15-12-16:00', '2026-12-15 16:00'],
  ['8h30-15/12', '2026-12-15 08:30'],
  ['8h00-15/12', '2026-12-15 08:00'],
  ['9h15/12', '2026-12-15 09:00'],
  ['9h 15 ngày 15/12', '2026-12-15 09:15'],
  ['8h15 10-12', '2026-12-10 08:15'],
  ['ngày 15 tháng 12 năm 2026 lúc 9 giờ', '2026-12-15 09:00'],
  ['9 giờ 15 tháng 12', '2026-12-15 09:00'],
  ['15 thg 12, 2026 9h', '2026-12-15 09:00'],
  ['15 tháng 12/2026', '2026-12-15'],
  ['15/12 năm 2027', '2027-12-15'],
  ['mười lăm tháng mười hai', '2026-12-15'],
  ['15 tháng tư năm giờ chiều', '2027-04-15 17:00'],
  ['ngày 15', '2026-12-15'],
  ['9h ngày 5', '2027-01-05 09:00'],
  ['ngày 9 lúc 14h', '2026-12-09 14:00'],
  ['ngày 15 chiều 4h', '2026-12-15 16:00'],
  ['thứ ba 15/12 9h', '2026-12-15 09:00'],
  ['09:00 thứ Ba, 15/12/2026', '2026-12-15 09:00'],
  ['9 giờ ngày kia', '2026-12-11 09:00'],
  ['bữa nay 3h chiều', '2026-12-09 15:00'],
  // weekdays
  ['thứ tư 9h', '2026-12-16 09:00'],
  ['thứ tư 11h', '2026-12-09 11:00'],
  ['thứ tư', '2026-12-09'],
  ['thứ tư tuần này 9h', '2026-12-09 09:00'],
  ['thứ hai tuần này', '2026-12-07'],
  ['thứ tư tuần sau', '2026-12-16'],
  ['tuần tới chủ nhật 9h', '2026-12-20 09:00'],
  ['chủ nhật tuần này', '2026-12-13'],
  ['sáng thứ 2 tuần sau lúc 8h', '2026-12-14 08:00'],
  ['thứ năm 8h', '2026-12-10 08:00'],
  ['thứ sáu', '2026-12-11'],
  ['thứ bảy', '2026-12-12'],
  ['thứ bẩy 9h', '2026-12-12 09:00'],
  ['T7 9H', '2026-12-12 09:00'],
  ['th3 9h', '2026-12-15 09:00'],
  ['9h30 t3', '2026-12-15 09:30'],
  ['cn 9h', '2026-12-13 09:00'],
  ['thứ hai mười giờ', '2026-12-14 10:00'],
  ['thứ hai hai mươi giờ', '2026-12-14 20:00'],
  // hours
  ['8h', '2026-12-10 08:00'],
  ['10:00', '2026-12-10 10:00'],
  ['0h', '2026-12-10 00:00'],
  ['23:59', '2026-12-09 23:59'],
  ['8 h 05', '2026-12-10 08:05'],
  ['9 giờ 5 phút', '2026-12-10 09:05'],
  ['9h30p', '2026-12-10 09:30'],
  ['16:00h', '2026-12-09 16:00'],
  ['8 rưỡi sáng mai', '2026-12-10 08:30'],
  ['9 giờ kém 10 phút tối nay', '2026-12-09 20:50'],
  ['1 giờ kém 15 trưa', '2026-12-09 12:45'],
  ['12h trưa mai', '2026-12-10 12:00'],
  ['1h trưa', '2026-12-09 13:00'],
  ['7 giờ tối', '2026-12-09 19:00'],
  ['19h tối mai', '2026-12-10 19:00'],
  ['10h đêm nay', '2026-12-09 22:00'],
  ['sáng nay 8h', '2026-12-09 08:00'],
  ['8 sáng mai', '2026-12-10 08:00'],
  ['9:30 am', '2026-12-10 09:30'],
  ['4 pm', '2026-12-09 16:00'],
  ['12:30 SA', '2026-12-10 00:30'],
  ['4:00 CH', '2026-12-09 16:00'],
  ['tám giờ rưỡi sáng mai', '2026-12-10 08:30'],
  ['mười giờ ba mươi lăm', '2026-12-09 10:35'],
  ['hai mươi giờ', '2026-12-09 20:00'],
  ['mười giờ năm mươi', '2026-12-09 10:50'],
  ['chiều mai', '2026-12-10'],
  // what stands around it
  ['gửi lúc 9h sáng mai nhé!', '2026-12-10 09:00'],
  ['vào khoảng 9 giờ ngày 15/12 ạ 😀', '2026-12-15 09:00'],
]

describe('a moment', () => {
  test.each(MOMENTS)('"%s" is %s', (text, moment) => {
    expect(read(text)).toBe(moment)
    expect(read(plain(text))).toBe(moment)
    expect(read(text.toUpperCase())).toBe(moment)
    expect(read(text.normalize('NFD'))).toBe(moment)
    expect(read(`  ${text.replaceAll(' ', '   ')} .`)).toBe(moment)
  })

  test.each([
    ['9h mốt', '2026-12-11 09:00'],
    ['ngày mốt', '2026-12-11'],
    ['thứ hai tới 8h', '2026-12-14 08:00'],
    ['thứ tư tới', '2026-12-16'],
    ['thứ sáu này 8h', '2026-12-11 08:00'],
    ['tối thứ hai 8h', '2026-12-14 20:00'],
    ['thứ hai tối 8h', '2026-12-14 20:00'],
    ['toi thu hai 8h', '2026-12-14 20:00'],
    ['ngày một', '2027-01-01'],
    ['9h một', '2026-12-10 09:01'],
    ['mot gio chieu', '2026-12-09 13:00'],
    ['bảy giờ tối', '2026-12-09 19:00'],
    ['15 tháng sáu', '2027-06-15'],
    ['sangs mai 8h', '2026-12-10 08:00'],
    ['4h chieeuf', '2026-12-09 16:00'],
    ['thuws hai 8h', '2026-12-14 08:00'],
    ['8 zờ sáng mai', '2026-12-10 08:00'],
    ['９：３０ 15／12', '2026-12-15 09:30'],
    ['15–12 9h', '2026-12-15 09:00'],
  ])('"%s" is %s where its letters decide', (text, moment) => {
    expect(read(text)).toBe(moment)
  })

  test.each(['', ' ', '?', '9', '15', '2026', '0912345678', 'xin chào', 'hủy', '9h30 hàng giả'])('"%s" names none', (text) => {
    expect(read(text)).toBeUndefined()
  })

  test.each([
    '31/2',
    '30/2 9h',
    '31/4/2027',
    '29/2/2027',
    '29/2',
    '32/1',
    '0/5',
    '15/13',
    '15/0',
    '15/12/1999',
    '15/12/126',
    '25:00',
    '24:00',
    '24h',
    '9:60',
    '9:5',
    '9h75',
    'thứ 8',
    'thứ 1 9h',
    't9',
    '16h sáng',
    '9h trưa',
    '8h30 15/12/16:00',
    '0 giờ kém 15',
    '9h 31/2',
  ])('"%s" is impossible', (text) => {
    expect(read(text)).toBeUndefined()
  })

  test.each([
    // two moments, or a stretch of time
    '8h 9h',
    '8h-10h',
    '8-10h',
    '8h hoặc 9h',
    '9h 12-13/12',
    '9h, 12-13',
    '15/12 16/12',
    'ngày 15-20',
    't2-t6',
    'sáng chiều 9h',
    'hôm nay mai 9h',
    // a weekday that is not that day's
    'thứ hai 15/12 9h',
    'mai thứ hai 9h',
    'thứ ba 15/12 tuần này',
    // before, after, not
    'sau 9h',
    'trước 9h',
    'đến 9h',
    'không phải 9h',
    'hôm qua 9h',
    'hôm kia',
    // midnight belongs to two days
    '12h đêm',
    '12h đêm mai',
    '12h tối',
    '12h sáng',
    '2h đêm',
    // a part of a day or a week
    'chiều',
    'sáng',
    'tuần sau',
    'tuần sau 9h',
    'cuối tuần',
    'tháng 12',
    'ngày',
    'giờ',
    'lúc',
    '9 giờ kém',
    // lunar
    'rằm tháng giêng',
    'mùng 5 tết',
    // bare words that are two: tối or tới, sau or sáu, bây giờ or bảy giờ, một or mốt
    'thu hai toi 8h',
    't2 toi 8h',
    '15 thang sau',
    'bay gio',
    'bây giờ',
    'ngay mot',
    '9h mot',
    'sang mot 9h',
    'từ giờ',
    'tu gio',
    'tu 9h',
    // accents that make it another word
    '8h tôi',
    '9h sang mái',
    'chiêu nay 4h',
    '9.30',
    '15.12',
    '9,30',
    'thứ hai hàng tuần 8h',
  ])('"%s" is not guessed', (text) => {
    expect(read(text)).toBeUndefined()
  })
})

describe('what comes again is the next one', () => {
  test('an hour that is over is tomorrow’s, over the year’s end too', () => {
    expect(read('9h', vn('2026-12-31 09:00'))).toBe('2027-01-01 09:00')
    expect(read('9h', vn('2026-12-31 08:59'))).toBe('2026-12-31 09:00')
    expect(read('mai', vn('2026-12-31 23:59'))).toBe('2027-01-01')
    expect(read('mai', vn('2027-01-01 00:01'))).toBe('2027-01-02')
  })

  test('a day that is over is next year’s, and 29 February the one of this or the next year', () => {
    expect(read('8/12')).toBe('2027-12-08')
    expect(read('9/12')).toBe('2026-12-09')
    expect(read('29/2', vn('2027-03-01 09:00'))).toBe('2028-02-29')
    expect(read('29/2', vn('2028-02-29 09:00'))).toBe('2028-02-29')
    expect(read('29/2', vn('2028-03-01 09:00'))).toBeUndefined()
  })

  test('a day of the month is this month’s or the next one’s', () => {
    expect(read('ngày 31', vn('2026-12-09 09:00'))).toBe('2026-12-31')
    expect(read('ngày 31', vn('2026-11-09 09:00'))).toBeUndefined()
    expect(read('ngày 30', vn('2027-01-31 09:00'))).toBeUndefined()
    expect(read('ngày 8', vn('2026-11-09 09:00'))).toBe('2026-12-08')
  })

  test('a day that was named outright is kept, so that the officer hears it is past', () => {
    expect(read('hôm nay 9h')).toBe('2026-12-09 09:00')
    expect(read('9/12 9h')).toBe('2026-12-09 09:00')
    expect(read('15/12/2025 9h')).toBe('2025-12-15 09:00')
  })
})

describe('whatever the moment', () => {
  const minute = fc
    .date({ min: new Date('2024-01-01T00:00:00Z'), max: new Date('2040-01-01T00:00:00Z'), noInvalidDate: true })
    .map((at) => new Date(Math.floor(at.getTime() / 60_000) * 60_000))

  test('it is read back from what people are shown, with and without accents', () => {
    fc.assert(
      fc.property(minute, minute, (at, now) => {
        expect(whenOf(whenVi(at), now)).toEqual({ at })
        expect(whenOf(plain(whenVi(at)).toLowerCase(), now)).toEqual({ at })
      }),
    )
  })

  test('an hour alone is within a day, a weekday within a week, a day and month within a year', () => {
    fc.assert(
      fc.property(minute, minute, (at, now) => {
        const [time, day] = [whenVi(at).slice(0, 5), dateVi(dayOf(at)).slice(0, 5)]
        const soon = whenOf(time.replace(':', 'h'), now)
        if (soon === undefined || !('at' in soon)) throw new Error(`${time} is a time`)
        expect(soon.at.getTime() - now.getTime()).toBeGreaterThan(0)
        expect(soon.at.getTime() - now.getTime()).toBeLessThanOrEqual(86_400_000)

        const weekday = ['cn', 't2', 't3', 't4', 't5', 't6', 't7'][vietnamWeekday(at)]
        const inWeek = whenOf(`${weekday} ${time}`, now)
        if (inWeek === undefined || !('at' in inWeek)) throw new Error(`${weekday} is a day`)
        expect(vietnamWeekday(inWeek.at)).toBe(vietnamWeekday(at))
        expect(inWeek.at.getTime() - now.getTime()).toBeGreaterThan(0)
        expect(inWeek.at.getTime() - now.getTime()).toBeLessThanOrEqual(7 * 86_400_000)

        fc.pre(day !== '29/02')
        const inYear = read(day, now) ?? ''
        expect(dateVi(inYear).slice(0, 5)).toBe(day)
        expect(inYear >= dayOf(now)).toBe(true)
        expect(inYear <= dayOf(new Date(now.getTime() + 366 * 86_400_000))).toBe(true)
      }),
    )
  })

  test('nothing that is typed makes it fail or gives a day that does not exist', () => {
    const words =
      'thứ hai ba t cn ngày tháng năm giờ h g : / - . rưỡi kém phút sáng chiều toi mai nay mốt tuần sau tới lúc 0 2 9 15 31 2026'.split(' ')
    const typed = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...words), { maxLength: 12 }).map((list) => list.join(' ')),
      fc.array(fc.constantFrom(...words), { maxLength: 12 }).map((list) => list.join('')),
    )
    fc.assert(
      fc.property(typed, minute, (text, now) => {
        const when = whenOf(text, now)
        if (when === undefined) return
        const day = 'day' in when ? when.day : dayOf(when.at)
        expect(new Date(`${day}T00:00:00Z`).toISOString().slice(0, 10)).toBe(day)
      }),
      { numRuns: 1000 },
    )
    expect(whenOf('9'.repeat(100_000), NOW)).toBeUndefined()
    expect(whenOf('thứ '.repeat(25), NOW)).toBeUndefined()
  })
})
