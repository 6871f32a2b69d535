/**
 * One letter too many, too few, wrong, or swapped with its neighbour. In Vietnamese one letter often makes another
 * word, so a slip counts only where the person did not type accents that say otherwise, and never where another first
 * letter makes another real syllable ("bảng giá" typed "bang gia" is not hàng giả).
 */
import { baseOf, isSyllable } from './letters.ts'
import type { Phrase } from './phrase.ts'

/** The key itself and all forms with one character left out: two texts one slip apart share one of them. */
export function shortened(key: string): Set<string> {
  const forms = new Set([key])
  for (let i = 0; i < key.length; i++) forms.add(key.slice(0, i) + key.slice(i + 1))
  return forms
}

/** `keys`: the message has Telex or VNI keys in it, so such a key is no slip. */
export function isOneTypo(words: string, folded: string, wanted: Phrase, keys: boolean): boolean {
  const target = wanted.words.join(' ')
  if (folded === wanted.key || words.length !== folded.length) return false
  let at = 0
  while (at < words.length && at < target.length && sameLetter(words.charAt(at), target.charAt(at))) at += 1
  const grown = words.length - target.length
  if (grown === 0 && swapped(words, target, at)) return true
  if (Math.abs(grown) > 1) return false
  if (!sameRest(words, grown >= 0 ? at + 1 : at, target, grown <= 0 ? at + 1 : at)) return false
  // a space forgotten or too many is no other word
  if (grown < 0) return target.charAt(at) === ' ' || !startsOtherWord(folded, at)
  const slip = words.charAt(at)
  if (slip !== folded.charAt(at) || slip === wanted.key.charAt(at) || (slip >= '0' && slip <= '9')) return false
  if (keys && 'sfrxjw'.includes(slip)) return false
  return slip === ' ' || !startsOtherWord(folded, at)
}

function swapped(words: string, target: string, at: number): boolean {
  return (
    sameLetter(words.charAt(at), target.charAt(at + 1)) &&
    sameLetter(words.charAt(at + 1), target.charAt(at)) &&
    sameRest(words, at + 2, target, at + 2)
  )
}

function sameRest(words: string, from: number, target: string, targetFrom: number): boolean {
  if (words.length - from !== target.length - targetFrom) return false
  for (let i = 0; from + i < words.length; i++) if (!sameLetter(words.charAt(from + i), target.charAt(targetFrom + i))) return false
  return true
}

function sameLetter(typed: string, wanted: string): boolean {
  if (typed === wanted) return true
  const code = typed.charCodeAt(0)
  return baseOf(code) === code && code === baseOf(wanted.charCodeAt(0))
}

function startsOtherWord(folded: string, at: number): boolean {
  if (at > 0 && folded.charAt(at - 1) !== ' ') return false
  return isSyllable(folded.slice(at).split(' ', 1)[0] ?? '')
}
