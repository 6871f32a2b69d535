/**
 * A posted form with files, before the platform's own parser takes it apart: how many parts it has, and what was typed
 * before its files when those are too many, too large or broke off on the way.
 */

/** How far in the typed fields of a form may reach. */
export const HEAD_MOST = 256 * 1024

/**
 * A form of half a million parts would hold everybody up for a second while it is taken apart, so its parts are counted
 * first: Horspool's search, given up as too many when the bytes are made to slow it down.
 */
export function hasManyParts(bytes: Uint8Array, type: string, most: number): boolean {
  const mark = new TextEncoder().encode(`--${boundaryOf(type)}`)
  const last = mark.length - 1
  const skip = new Uint8Array(256).fill(mark.length)
  for (let i = 0; i < last; i++) skip[mark[i] ?? 0] = last - i
  let parts = 0
  let steps = 0
  for (let end = last; end < bytes.length && parts <= most; end += skip[bytes[end] ?? 0] ?? 1) {
    let same = 0
    while (same <= last && bytes[end - same] === mark[last - same]) same++
    if (same > last) parts++
    steps += same + 1
    if (steps > 2 * bytes.length + 1_000) return true
  }
  return parts > most
}

/**
 * The whole parts before the first file, closed as a form of their own; what comes after is left out. A browser sends the
 * fields of a form in the order they stand in it.
 */
export function beforeFiles(bytes: Uint8Array, type: string): Uint8Array<ArrayBuffer> {
  const mark = `--${boundaryOf(type)}`
  // Letter for byte, whatever they are
  const head = new TextDecoder('windows-1252').decode(bytes.subarray(0, HEAD_MOST))
  let at = head.startsWith(mark) ? 0 : -1
  while (at >= 0) {
    const next = head.indexOf(`\r\n${mark}`, at + mark.length)
    if (next < 0 || /filename/i.test(head.slice(at, head.indexOf('\r\n\r\n', at)))) break
    at = next + 2
  }
  const end = new TextEncoder().encode(`${mark}--\r\n`)
  const whole = new Uint8Array(Math.max(at, 0) + end.length)
  whole.set(bytes.subarray(0, Math.max(at, 0)))
  whole.set(end, Math.max(at, 0))
  return whole
}

/** '' where none is named. */
function boundaryOf(type: string): string {
  const [, quoted, plain = ''] = /boundary=(?:"([^"]{1,70})"|([^;\s"]{1,70}))/i.exec(type) ?? []
  return quoted ?? plain
}
