/**
 * Case numbers and receipts as people copy them from paper: without dashes, in lower case, with letters that look
 * alike mixed up. `PA-2611-7K3Q` is the number (year, month, four letters), `PA-2611-7K3Q-M4TD-9XWE` the receipt.
 */

/** Letters and digits of codes: none that is read as another (no 0, 1, I, L, O, U). */
export const CODE_ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ'

export type CaseCode = {
  /** `PA-2611-7K3Q` */
  number: string
  /** `PA-2611-7K3Q-M4TD-9XWE`, when all of it was typed. */
  receipt?: string
}

/** `PA`, four digits, four letters, and for a receipt twice four more; any dash, dot or space between, or none. */
const CODE =
  /(?<![\p{L}\p{N}])pa[\s._\p{Pd}]*([0-9oil]{4})[\s._\p{Pd}]*([0-9a-z]{4})(?:[\s._\p{Pd}]*([0-9a-z]{4})[\s._\p{Pd}]*([0-9a-z]{4}))?(?![\p{L}\p{N}])/iu
/** What a person saw when they typed a letter that codes do not have. */
const LOOKALIKE: Record<string, string> = { '0': 'Q', O: 'Q', '1': '7', L: '7', I: 'J', U: 'V' }

/** The case code in a text, in its proper spelling. */
export function caseCode(text: string): CaseCode | undefined {
  const match = CODE.exec(text.slice(0, 1000).normalize('NFKC'))
  if (match === null) return undefined
  const date = (match[1] ?? '').toUpperCase().replace(/O/g, '0').replace(/[IL]/g, '1')
  const month = Number(date.slice(2))
  if (month < 1 || month > 12) return undefined
  const number = `PA-${date}-${codeLetters(match[2])}`
  if (match[3] === undefined) return { number }
  return { number, receipt: `${number}-${codeLetters(match[3])}-${codeLetters(match[4])}` }
}

/** As it was printed: letters that codes do not have are read as the ones they look like. */
export function codeLetters(typed = ''): string {
  return typed.toUpperCase().replace(/[01OILU]/g, (char) => LOOKALIKE[char] ?? char)
}
