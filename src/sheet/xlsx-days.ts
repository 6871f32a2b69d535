/**
 * Days in an XLSX are numbers that a format shows as days: which formats those are, and what day a number is.
 */
import { LIMITS, refused } from './limits.ts'
import { parseXml } from './xml.ts'

/** ECMA-376 part 1, 18.8.30: the built-in formats that show a day or a time. */
const BUILT_IN = (id: number) => (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58)
const DAY_MS = 86_400_000
// The last number that is a day: 31/12/9999.
const LAST = 2_958_465

/** Numbers of the cell styles whose format shows a day. */
export async function readDayStyles(part: Uint8Array | undefined): Promise<Set<number>> {
  const styles = new Set<number>()
  if (!part) return styles
  const formats = new Map<number, boolean>()
  let inCells = false
  let style = 0
  await parseXml(part, {
    open(name, attributes) {
      const id = Number(attributes.get('numFmtId') ?? 0)
      if (name === 'numFmt') formats.set(id, showsDay(attributes.get('formatCode') ?? ''))
      if (name === 'cellXfs') inCells = true
      if (name !== 'xf' || !inCells) return
      if (formats.get(id) ?? BUILT_IN(id)) styles.add(style)
      style += 1
      if (style > LIMITS.rows * LIMITS.columns) throw refused('too_big_inside')
    },
    close(name) {
      if (name === 'cellXfs') inCells = false
    },
  })
  return styles
}

/** As a person would type it: `2026-11-25`, with `T14:05` where there is a time; `12.5`. */
export function textOfNumber(text: string, day: boolean, from1904: boolean): string {
  const number = Number(text)
  if (!Number.isFinite(number)) return text.trim().slice(0, LIMITS.cell)
  if (!day || number < 0 || number > LAST) return String(number)
  // Excel's first two months count a 29/2/1900 that never was; nobody means those days.
  const epoch = from1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30)
  const instant = new Date(epoch + Math.round(number * DAY_MS)).toISOString()
  return Number.isInteger(number) ? instant.slice(0, 10) : instant.slice(0, 16)
}

/** A format shows a day when it has d, m or y outside quotes, brackets and escapes. */
function showsDay(code: string): boolean {
  return /[dmy]/i.test(code.replace(/"[^"]*"|\[[^\]]*\]|\\.|_./g, '').replace(/general/gi, ''))
}
