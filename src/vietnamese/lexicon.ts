/**
 * A table of keywords: the whole message by one look-up, then a typo of one letter, then keywords inside a longer
 * message as suggestions. Two different values whose keywords look alike without accents are told apart by accents
 * only: the bare form finds neither.
 */
import type { Heard, Reading } from './listen.ts'
import { matchesAt, type Phrase, phrase, spansOf } from './phrase.ts'
import { isOneTypo, shortened } from './typo.ts'

export type Lexicon<T> = {
  /** The value whose keyword is the whole message. */
  find(heard: Heard): T | undefined
  /** The one value whose keyword of at least 6 letters is one letter away. Ask `find` first; not for what acts at once. */
  nearest(heard: Heard): T | undefined
  /** Values of keywords of at least 2 syllables inside the message, longest first; a keyword inside a longer one found there is left out. */
  within(heard: Heard): T[]
}

export type Entry<T> = { phrase: Phrase; value: T }
export type Spot<T> = { at: number; entry: Entry<T> }

const MIN_TYPO_LETTERS = 6

export function createLexicon<T>(list: readonly { words: string; value: T }[]): Lexicon<T> {
  const entries = list.map(({ words, value }) => ({ phrase: phrase(words), value })).filter((entry) => entry.phrase.key !== '')
  const exact = new Map<string, Entry<T>[]>()
  const typos = new Map<string, Entry<T>[]>()
  for (const entry of entries) {
    push(exact, entry.phrase.key, entry)
    if (entry.phrase.key.replaceAll(' ', '').length < MIN_TYPO_LETTERS) continue
    for (const key of shortened(entry.phrase.key)) push(typos, key, entry)
  }
  const longest = Math.max(0, ...entries.map((entry) => entry.phrase.words.length))
  const longestKey = Math.max(0, ...entries.map((entry) => entry.phrase.key.length))
  const spotter = createSpotter(entries.filter((entry) => entry.phrase.words.length > 1))

  return {
    find(heard) {
      for (const reading of heard.readings) {
        const whole = exact.get(reading.key)
        const found = whole === undefined ? [] : matching(whole, reading, 0)
        if (found.length > 0) return onlyOf(found)
        for (const { from, to } of spansOf(reading, longest)) {
          const bucket = exact.get(reading.folded.slice(from, to).join(' '))
          const inside = bucket === undefined ? [] : matching(bucket, reading, from)
          if (inside.length > 0) return onlyOf(inside)
        }
      }
      return undefined
    },

    nearest(heard) {
      for (const [index, reading] of heard.readings.entries()) {
        const spans = spansOf(reading, longest + 1)
        for (const span of new Set([spans[0], spans.at(-1)])) {
          if (span === undefined) continue
          const folded = reading.folded.slice(span.from, span.to).join(' ')
          if (folded.length > longestKey + 1) continue
          const words = reading.words.slice(span.from, span.to).join(' ')
          const near = new Set<T>()
          for (const key of shortened(folded)) {
            for (const entry of typos.get(key) ?? []) {
              if (isOneTypo(words, folded, entry.phrase, index === 0 && heard.decoded)) near.add(entry.value)
            }
          }
          if (near.size > 0) return near.size === 1 ? [...near][0] : undefined
        }
      }
      return undefined
    },

    within(heard) {
      const spots = heard.readings.flatMap((reading) => withoutCovered(spotter(reading)))
      spots.sort(
        (a, b) => b.entry.phrase.words.length - a.entry.phrase.words.length || b.entry.phrase.key.length - a.entry.phrase.key.length,
      )
      return [...new Set(spots.map((spot) => spot.entry.value))]
    },
  }
}

/** Finds every place where one of the phrases stands; one look-up per syllable of the message. */
export function createSpotter<T>(entries: Entry<T>[]): (reading: Reading) => Spot<T>[] {
  const byFirst = new Map<string, Entry<T>[]>()
  for (const entry of entries) push(byFirst, entry.phrase.folded[0] ?? '', entry)
  return (reading) => {
    const spots: Spot<T>[] = []
    for (let at = 0; at < reading.folded.length; at++) {
      const bucket = byFirst.get(reading.folded[at] ?? '')
      if (bucket === undefined) continue
      for (const entry of bucket) if (matchesAt(reading, at, entry.phrase)) spots.push({ at, entry })
    }
    return spots
  }
}

function matching<T>(bucket: Entry<T>[], reading: Reading, from: number): Entry<T>[] {
  const found = bucket.filter((entry) => matchesAt(reading, from, entry.phrase))
  if (found.length < 2 || found[0] === undefined) return found
  // accents that decide win over the tolerance of hỏi and ngã
  const words = reading.words.slice(from, from + found[0].phrase.words.length).join(' ')
  const same = found.filter((entry) => entry.phrase.words.join(' ') === words)
  return same.length > 0 && words !== found[0].phrase.key ? same : found
}

function onlyOf<T>(found: Entry<T>[]): T | undefined {
  const value = found[0]?.value
  return found.every((entry) => entry.value === value) ? value : undefined
}

function withoutCovered<T>(spots: Spot<T>[]): Spot<T>[] {
  const end = (spot: Spot<T>) => spot.at + spot.entry.phrase.words.length
  return spots.filter(
    (spot) =>
      !spots.some(
        (other) => other.at <= spot.at && end(other) >= end(spot) && other.entry.phrase.words.length > spot.entry.phrase.words.length,
      ),
  )
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
