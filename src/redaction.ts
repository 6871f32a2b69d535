/**
 * Black boxes on a picture (R7), as an officer drew or typed them: percent of its width and height, so that they fit every
 * size of it. Pure; the pixels are src/pictures.ts.
 */

/** Percent from the left and the top, percent wide and high; one decimal. */
export type Box = { left: number; top: number; width: number; height: number }

export const BOXES_MOST = 20
/** Percent. A smaller one is a slip of the finger. */
export const SIDE_LEAST = 0.5

/** What is done with the pixels of a viewer's copy, where there is an image library (Node). */
export type Pictures = {
  /** At most 320 pixels a side. */
  small(copy: Uint8Array): Promise<Uint8Array>
  /** The same picture, black in these boxes: a new JPEG with nothing else in it. */
  cover(copy: Uint8Array, boxes: readonly Box[]): Promise<Uint8Array>
}

/** What is wrong with a line, counted from 1. */
export type BoxesWrong = { wrong: 'line'; line: number } | { wrong: 'many' }

/**
 * A line for each box: `left top width height`, in percent with a point or a comma. Empty lines are nothing. What
 * reaches over the edge ends there.
 */
export function boxesOf(text: string): { boxes: Box[] } | BoxesWrong {
  const boxes: Box[] = []
  for (const [at, written] of text.split(/\r?\n/).entries()) {
    const line = written.trim()
    if (line === '') continue
    const numbers = line.split(/[\s;]+/).map((word) => (NUMBER.test(word) ? Number(word.replace(',', '.')) : Number.NaN))
    const [left = Number.NaN, top = Number.NaN, width = Number.NaN, height = Number.NaN] = numbers
    const inside = left >= 0 && left < 100 && top >= 0 && top < 100 && width >= SIDE_LEAST && height >= SIDE_LEAST
    if (numbers.length !== 4 || !inside) return { wrong: 'line', line: at + 1 }
    boxes.push({
      left: tenth(left),
      top: tenth(top),
      width: tenth(Math.min(width, 100 - left)),
      height: tenth(Math.min(height, 100 - top)),
    })
  }
  return boxes.length > BOXES_MOST ? { wrong: 'many' } : { boxes }
}

/** The same lines again. */
export function linesOf(boxes: readonly Box[]): string {
  return boxes.map(({ left, top, width, height }) => [left, top, width, height].join(' ')).join('\n')
}

const NUMBER = /^\d{1,3}(?:[.,]\d{1,4})?$/
const tenth = (number: number): number => Math.round(number * 10) / 10
