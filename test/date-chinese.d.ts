/**
 * What the tests use of date-chinese, whose own declarations its package.json does not let be found.
 */
declare module 'date-chinese' {
  export class CalendarVietnamese {
    constructor(cycle?: number, year?: number, month?: number, leap?: boolean, day?: number)
    fromGregorian(year: number, month: number, day: number): this
    /** Cycle, year of the cycle, month, is it a leap month, day. */
    get(): [cycle: number, year: number, month: number, leap: boolean, day: number]
    toGregorian(year: number): { year: number; month: number; day: number }
  }
}
