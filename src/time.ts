/**
 * Times: UTC in the database, Asia/Ho_Chi_Minh (+07:00, no summer time) for every rule about days, and Vietnamese
 * forms for people (§4.5).
 */

const VIETNAM_MS = 7 * 60 * 60 * 1000
export const DAY_MS = 24 * 60 * 60 * 1000

/** The day in Vietnam, `2026-11-23`. */
export function dayOf(at: Date): string {
  const number = Math.floor((at.getTime() + VIETNAM_MS) / DAY_MS)
  // Asked several times a turn, and nearly always for the same day.
  if (number !== lastNumber) {
    lastNumber = number
    lastDay = new Date(number * DAY_MS).toISOString().slice(0, 10)
  }
  return lastDay
}

let lastNumber = Number.NaN
let lastDay = ''

/** The hour in UTC, `2026-11-23T08Z`: the only precision a case keeps outside its seal. */
export function hourOf(at: Date): string {
  return `${at.toISOString().slice(0, 13)}Z`
}

/** The month in Vietnam, `2026-11`. */
export function monthOf(at: Date): string {
  return dayOf(at).slice(0, 7)
}

/** Hour of the day in Vietnam, 0–23. */
export function vietnamHour(at: Date): number {
  return new Date(at.getTime() + VIETNAM_MS).getUTCHours()
}

/** Day of the week in Vietnam, 0 = Sunday. */
export function vietnamWeekday(at: Date): number {
  return new Date(at.getTime() + VIETNAM_MS).getUTCDay()
}

/** The instant of a local time on a Vietnamese day. */
export function vietnamInstant(day: string, hour: number, minute = 0): Date {
  return new Date(new Date(`${day}T00:00:00Z`).getTime() + (hour * 60 + minute) * 60_000 - VIETNAM_MS)
}

/** Days since 1970 of a day. */
export function dayNumber(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / DAY_MS
}

/** `days` after a day, as a day. */
export function addDays(day: string, days: number): string {
  return new Date(new Date(`${day}T00:00:00Z`).getTime() + days * DAY_MS).toISOString().slice(0, 10)
}

/** `05/01/2027` from `2027-01-05`. */
export function dateVi(day: string): string {
  const [year = '', month = '', date = ''] = day.slice(0, 10).split('-')
  return `${date}/${month}/${year}`
}

/** `16:30, 23/11/2026` in Vietnam. */
export function timeVi(at: Date): string {
  const local = new Date(at.getTime() + VIETNAM_MS).toISOString()
  return `${local.slice(11, 16)}, ${dateVi(local)}`
}

/** `09:00 thứ Ba, 15/12/2026` in Vietnam: what an officer checks a plan by. Its own reader is `whenOf`. */
export function whenVi(at: Date): string {
  const local = new Date(at.getTime() + VIETNAM_MS).toISOString()
  return `${local.slice(11, 16)} ${WEEKDAYS[vietnamWeekday(at)]}, ${dateVi(local)}`
}

const WEEKDAYS = ['Chủ nhật', 'thứ Hai', 'thứ Ba', 'thứ Tư', 'thứ Năm', 'thứ Sáu', 'thứ Bảy']

/** `ngày 05 tháng 6 năm 2027`, as papers write it: a nought before days under ten and before months one and two (§4.5). */
export function paperDateVi(day: string): string {
  const [year = '', month = '', date = ''] = day.slice(0, 10).split('-')
  return `ngày ${date} tháng ${Number(month) < 3 ? month : Number(month)} năm ${year}`
}
