/**
 * The moment an officer means by "9h30 ngày 15/12", "sang mai 8h" or "thứ hai tuần sau lúc 9 giờ kém 15". Strict where
 * a guess could send a campaign on the wrong day: what is said twice must agree, what is impossible or could be two
 * moments is not understood, and the caller shows the moment it was (`whenVi`) before anything is kept.
 */
import { addDays, dayNumber, dayOf, vietnamInstant } from '../time.ts'
import { type Part, type Token, tokensOf } from './when-tokens.ts'

export type When = { at: Date } | { day: string }

type Clock = { hour: number; minute: number; end: number }
type Calendar = { day: number; month: number; year?: number; end: number }
type Said = { clock?: Clock; part?: Part; day?: string; weekday?: number; week?: 'this' | 'next' | 'coming' }

/** Nobody needs more to name a moment. */
const LONGEST = 100
/** "ngay mot" and "9h mot" are the first, or một phút, or mốt. */
const BARE_ONE = 'mot'
const HOURS: Record<Part, readonly [from: number, to: number]> = {
  morning: [0, 11],
  noon: [10, 14],
  afternoon: [12, 19],
  evening: [17, 23],
  night: [21, 23],
  am: [0, 11],
  pm: [12, 23],
}

/**
 * Reads a moment relative to `now`, in Vietnamese local time; `{ day }` when no hour was said. What comes again is the
 * next one: an hour that is over is tomorrow's, a day and month that are over are next year's, "ngày 15" is this or
 * next month's, a weekday may be today. A day that was named outright is kept even where its hour is over.
 */
export function whenOf(text: string, now: Date): When | undefined {
  const tokens = text.length > LONGEST ? undefined : tokensOf(text)
  const said = tokens === undefined ? undefined : saidBy(tokens, dayOf(now))
  if (said === undefined) return undefined
  const { clock } = said
  const hour = clock === undefined ? undefined : hourOf(clock.hour, said.part)
  if (clock !== undefined && hour === undefined) return undefined
  // "1 giờ kém 15" belongs to the hour before.
  const minutes = hour === undefined || clock === undefined ? undefined : hour * 60 + clock.minute
  if (minutes !== undefined && minutes < 0) return undefined
  const day = dayMeant(said, minutes, now)
  if (day === undefined) return undefined
  return minutes === undefined ? { day } : { at: vietnamInstant(day, 0, minutes) }
}

/** Everything the tokens say; undefined when one of them is left over or speaks against another. */
function saidBy(tokens: Token[], today: string): Said | undefined {
  const said: Said = {}
  let afterWeekday = false
  for (let at = 0; at < tokens.length; ) {
    const token = tokens[at]
    const weekdayBefore = afterWeekday
    afterWeekday = false
    const date = calendarAt(tokens, at)
    const clock = date === undefined ? clockAt(tokens, at) : undefined
    if (date !== undefined) {
      if (!agree(said, 'day', yearOf(date, today))) return undefined
      at = date.end
    } else if (clock !== undefined) {
      if (said.clock !== undefined) return undefined
      said.clock = clock
      at = clock.end
    } else {
      const next = tokens[at + 1]
      let taken = 1
      switch (token?.kind) {
        case 'offset':
          if (!agree(said, 'day', addDays(today, token.days))) return undefined
          break
        case 'date':
          if (next?.kind !== 'number' || calendarAt(tokens, at + 1) !== undefined || isHourMark(tokens[at + 2])) break
          if (next.typed === BARE_ONE || !agree(said, 'day', dayOfMonth(next.value, today))) return undefined
          taken = 2
          break
        case 'weekday':
          if (!agree(said, 'weekday', token.weekday)) return undefined
          afterWeekday = true
          break
        case 'weekdays':
          // "thứ 2" to "thứ 7", "t2"
          if (next?.kind !== 'number' || next.digits !== 1 || next.value < 2 || next.value > 7) return undefined
          if (!agree(said, 'weekday', next.value - 1)) return undefined
          afterWeekday = true
          taken = 2
          break
        case 'week':
          if (!agree(said, 'week', token.week)) return undefined
          break
        case 'coming':
          if (!weekdayBefore || !agree(said, 'week', 'coming')) return undefined
          break
        case 'part':
          // "thu hai toi" is Monday evening or the coming Monday.
          if ((weekdayBefore && token.typed === 'toi') || !agree(said, 'part', token.part)) return undefined
          break
        case 'mark':
          if (token.mark !== '-' && token.mark !== '.') return undefined
          break
        case 'filler':
          break
        default:
          return undefined
      }
      at += taken
    }
  }
  return said
}

/** Notes one more thing said; false when it is none or not what was said before. */
function agree<K extends 'day' | 'weekday' | 'week' | 'part'>(said: Said, key: K, value: Said[K]): boolean {
  if (value === undefined || (said[key] !== undefined && said[key] !== value)) return false
  said[key] = value
  return true
}

/** 16:00 · 9h · 9h30 · 9 giờ 30 phút · 8 giờ rưỡi · 9 giờ kém 15 · 8 rưỡi · 9 sáng */
function clockAt(tokens: Token[], at: number): Clock | undefined {
  const hour = numberAt(tokens, at, 23)
  const sign = tokens[at + 1]
  if (hour === undefined || sign === undefined) return undefined
  if (sign.kind === 'part') return { hour, minute: 0, end: at + 1 }
  if (sign.kind === 'mark') {
    const minute = numberAt(tokens, at + 2, 59)
    if (sign.mark !== ':' || minute === undefined || tokens[at + 2]?.typed.length !== 2) return undefined
    return { hour, minute, end: at + (tokens[at + 3]?.kind === 'hour' ? 4 : 3) }
  }
  if (!isHourMark(sign)) return undefined
  const from = sign.kind === 'hour' ? at + 2 : at + 1
  if (tokens[from]?.kind === 'half') return { hour, minute: 30, end: from + 1 }
  const less = tokens[from]?.kind === 'less'
  const first = less ? from + 1 : from
  const minute = calendarAt(tokens, first) === undefined ? numberAt(tokens, first, 59) : undefined
  if (minute === undefined || isHourMark(tokens[first + 1])) return less ? undefined : { hour, minute: 0, end: from }
  const spoken = tokens[first + 1]?.kind === 'minute'
  if (tokens[first]?.typed === BARE_ONE && !spoken) return undefined
  // "9h 12-13/12" may be two days; "8h30-15/12" is not.
  const later = tokens[first + 1]?.typed === '-' ? numberAt(tokens, first + 2, 31) : undefined
  if (minute > 0 && later !== undefined && later > minute) return undefined
  return { hour, minute: less ? -minute : minute, end: first + (spoken ? 2 : 1) }
}

/** 15/12 · 15-12 · 15/12/2026 · 15.12.26 · 2026-12-15 · 15 tháng 12 năm 2026. Undefined for days no year has. */
function calendarAt(tokens: Token[], at: number): Calendar | undefined {
  const first = tokens[at]
  const sign = tokens[at + 1]
  const second = numberAt(tokens, at + 2, 31)
  if (first?.kind !== 'number') return undefined
  if (sign?.kind === 'april') return withYear(first, 4, tokens, at + 2)
  if (second === undefined) return undefined
  if (sign?.kind === 'month') {
    // "thang sau" is June or next month.
    return tokens[at + 2]?.typed === 'sau' ? undefined : withYear(first, second, tokens, at + 3)
  }
  if (sign?.kind !== 'mark' || sign.mark === ':' || first.digits === 0) return undefined
  const third = sameMark(tokens[at + 3], sign) ? tokens[at + 4] : undefined
  if (third?.kind === 'number' && !isHourMark(tokens[at + 5])) {
    if (first.digits === 4 && third.digits <= 2) return calendar(third.value, second, first.value, at + 5)
    if (third.digits === 4 || third.digits === 2) return calendar(first.value, second, third.value, at + 5)
  }
  // A dot alone is also how some write 9.30.
  if (sign.mark === '.' || isHourMark(tokens[at + 3]) || (tokens[at + 3]?.kind === 'mark' && tokens[at + 3]?.typed === '/'))
    return undefined
  return withYear(first, second, tokens, at + 3)
}

/** A year may follow as "năm 2026", as "/2026" after "tháng 12", or bare as phones write it ("15 thg 12, 2026"). */
function withYear(day: Token, month: number, tokens: Token[], at: number): Calendar | undefined {
  if (day.kind !== 'number' || day.digits > 2) return undefined
  const sign = tokens[at]
  const from =
    (sign?.kind === 'number' && sign.value === 5 && sign.digits === 0) || sign?.typed === '/' || sign?.typed === '-' ? at + 1 : at
  const year = tokens[from]
  if (year?.kind === 'number' && year.digits === 4) return calendar(day.value, month, year.value, from + 1)
  return calendar(day.value, month, undefined, at)
}

function calendar(day: number, month: number, year: number | undefined, end: number): Calendar | undefined {
  const full = year !== undefined && year < 100 ? 2000 + year : year
  if (full !== undefined && (full < 2000 || full > 2099)) return undefined
  if (dayIn(full ?? 2000, month, day) === undefined) return undefined
  return { day, month, end, ...(full === undefined ? {} : { year: full }) }
}

/** `YYYY-MM-DD` where the calendar has it. */
function dayIn(year: number, month: number, day: number): string | undefined {
  const date = new Date(Date.UTC(year, month - 1, day))
  return month >= 1 && month <= 12 && day >= 1 && date.getUTCDate() === day ? date.toISOString().slice(0, 10) : undefined
}

function yearOf({ day, month, year }: Calendar, today: string): string | undefined {
  if (year !== undefined) return dayIn(year, month, day)
  const thisYear = Number(today.slice(0, 4))
  return [thisYear, thisYear + 1].map((one) => dayIn(one, month, day)).find((one) => one !== undefined && one >= today)
}

/** "ngày 31" in November is not guessed to be December's. */
function dayOfMonth(day: number, today: string): string | undefined {
  const year = Number(today.slice(0, 4))
  const month = Number(today.slice(5, 7))
  const here = dayIn(year, month, day)
  if (here === undefined || here >= today) return here
  return month === 12 ? dayIn(year + 1, 1, day) : dayIn(year, month + 1, day)
}

/** The hour of the day; "4 giờ chiều" is 16. Midnight's "12 giờ đêm" belongs to two days and is none. */
function hourOf(hour: number, part: Part | undefined): number | undefined {
  if (part === undefined) return hour
  if (part === 'am' && hour === 12) return 0
  const [from, to] = HOURS[part]
  return [hour, ...(hour >= 1 && hour <= 11 ? [hour + 12] : [])].find((one) => one >= from && one <= to)
}

function dayMeant({ day, weekday, week }: Said, minutes: number | undefined, now: Date): string | undefined {
  const today = dayOf(now)
  const isOver = minutes !== undefined && vietnamInstant(today, 0, minutes) <= now
  if (weekday === undefined) {
    if (week !== undefined) return undefined
    return day ?? (minutes === undefined ? undefined : isOver ? addDays(today, 1) : today)
  }
  if (day !== undefined && week === undefined) return weekdayOf(day) === weekday ? day : undefined
  const meant = weekdayMeant(weekday, week, today, isOver)
  return day === undefined || day === meant ? meant : undefined
}

function weekdayMeant(weekday: number, week: Said['week'], today: string, isOver: boolean): string {
  // Weeks begin on Monday.
  const inWeek = ((weekday + 6) % 7) - ((weekdayOf(today) + 6) % 7)
  if (week === 'this') return addDays(today, inWeek)
  if (week === 'next') return addDays(today, inWeek + 7)
  const ahead = (inWeek + 7) % 7
  return addDays(today, ahead === 0 && (isOver || week === 'coming') ? 7 : ahead)
}

function weekdayOf(day: string): number {
  // 1 January 1970 was a Thursday.
  return (dayNumber(day) + 4) % 7
}

function numberAt(tokens: Token[], at: number, most: number): number | undefined {
  const token = tokens[at]
  return token?.kind === 'number' && token.digits <= 2 && token.value <= most ? token.value : undefined
}

/** What makes the number before it an hour. */
function isHourMark(token: Token | undefined): boolean {
  return token?.kind === 'hour' || token?.kind === 'half' || token?.kind === 'less' || (token?.kind === 'mark' && token.mark === ':')
}

function sameMark(token: Token | undefined, mark: Token): boolean {
  return token?.kind === 'mark' && token.typed === mark.typed
}
