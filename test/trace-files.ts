/**
 * What leaves the house as a file, opened as far as it opens: a workbook and a paper are archives, and an archive may hold
 * more of them. Each part is searched in its own bytes.
 */
import { unzipSync } from 'fflate'
import type { Secrets } from './traces.ts'

/**
 * `sum`: a list or a count, in which nothing of any report may stand. `case`: what is handed on of one: what was reported,
 * never who, from where exactly, by which channel, or under which receipt. `desk`: the same as its officers read it, with
 * the spot that its member chose to send. `sealed`: a box, in which nothing at all can be read.
 */
export type Paper = { name: string; bytes: Uint8Array; of: 'sum' | 'case' | 'desk' | 'sealed' }

const DEPTH = 5

export function inPapers(papers: readonly Paper[], secrets: Secrets, members: readonly string[]): string[] {
  return papers.flatMap((paper) => {
    const told = paper.of === 'case' || paper.of === 'desk' ? [] : secrets.words
    const spots = paper.of === 'desk' ? [] : [...(secrets.spots ?? []), ...(secrets.sums ?? [])]
    const sought = [...new Set([...told, ...spots, ...(secrets.who ?? []), ...secrets.natives, ...members])]
    return partsOf(paper.name, paper.bytes).flatMap(({ name, bytes }) => [
      ...sought.filter((word) => holds(bytes, word)).map((word) => `${name} holds “${word}”`),
      ...secrets.bytes.filter((part) => bytes.includes(Buffer.from(part))).map(() => `${name} holds a photo as it was taken`),
      ...(paper.of === 'sealed' && opens(bytes) ? [`${name} opens without a key`] : []),
    ])
  })
}

/** As bytes, and as XML or JSON write them. */
function holds(bytes: Buffer, word: string): boolean {
  return [word, escaped(word), JSON.stringify(word).slice(1, -1)].some((one) => bytes.includes(one))
}

const escaped = (word: string): string => word.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')

/** The file and, where it is an archive, all that is in it. */
function partsOf(name: string, given: Uint8Array, depth = 0): Array<{ name: string; bytes: Buffer }> {
  const bytes = Buffer.from(given)
  const own = { name, bytes }
  if (!isZip(bytes) || depth === DEPTH) return [own]
  // The names of the parts stand in the archive's own bytes, the parts may be packed.
  return [own, ...Object.entries(unzipSync(bytes)).flatMap(([part, inner]) => partsOf(`${name}/${part}`, inner, depth + 1))]
}

const isZip = (bytes: Buffer): boolean => bytes.subarray(0, 4).equals(Buffer.from('PK\u0003\u0004'))

/** A database, an archive or a picture says what it is in its first bytes; sealed bytes say that they are sealed. */
function opens(bytes: Buffer): boolean {
  const head = bytes.subarray(0, 512).toString('latin1')
  return isZip(bytes) || /^SQLite format 3|^\u001f\u008b|^\u00ff\u00d8|^\u0089PNG|ustar/.test(head)
}
