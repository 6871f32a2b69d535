/**
 * One JSON line a happening, on standard output. Lines carry codes, counts and ids of rows; a line names a contact or
 * a case, never both, and never a name, number, address, coordinate or text of a person.
 */

export type Level = 'debug' | 'info' | 'warn' | 'error'
export type Fields = Record<string, string | number | boolean | null | undefined>
export type Log = (level: Level, what: string, fields?: Fields) => void

/** Characters of an error and of a message that are looked at. */
const SAID = 10_000
const RANK: Record<Level, number> = { debug: 0, info: 1, warn: 2, error: 3 }

/** @param write where a line goes; console.log unless told. */
export function createLog(least: Level, now: () => Date, write: (line: string) => void = console.log): Log {
  return (level, what, fields = {}) => {
    if (RANK[level] >= RANK[least]) write(JSON.stringify({ at: now().toISOString(), level, what, ...fields }))
  }
}

/**
 * What of an error may be logged: its kind and its message with anything that looks like a token or a long number cut
 * out, and every word a person said in it: libraries quote what they choke on.
 * @param said what the person wrote, when there is one
 */
export function causeOf(error: unknown, said = ''): string {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) }
  const words = new Set(
    said
      .slice(0, SAID)
      .split(/[^\p{L}\p{M}\p{N}]+/u)
      .filter((word) => word !== ''),
  )
  const unsaid =
    words.size === 0 ? message : message.slice(0, SAID).replace(/[\p{L}\p{M}\p{N}]+/gu, (word) => (words.has(word) ? '…' : word))
  return `${name}: ${unsaid}`
    .replace(/\d{6,}(:[A-Za-z0-9_-]+)?/g, '…')
    .replace(/[A-Za-z0-9_-]{30,}/g, '…')
    .slice(0, 300)
}
