/**
 * A name and a phone as people type them: what a member leaves of themselves, or an officer types in for who called (F31).
 */

/** Letters of any script, at least two; no digits, at most 80 characters. */
export function nameOf(text: string): string | undefined {
  const name = text.replace(/\s+/g, ' ').trim()
  return /^[\p{L}\p{M}][\p{L}\p{M} .'’-]{1,79}$/u.test(name) ? name : undefined
}

/** `0912 345 678` or a landline of 11 digits (§4.5), also as typed with +84. */
export function phoneOf(text: string): string | undefined {
  const digits = text.replace(/[\s.()-]/g, '').replace(/^(\+84|84(?=\d{9,10}$))/, '0')
  if (/^0[35789]\d{8}$/.test(digits)) return `${digits.slice(0, 4)} ${digits.slice(4, 7)} ${digits.slice(7)}`
  return /^02\d{9}$/.test(digits) ? digits : undefined
}
