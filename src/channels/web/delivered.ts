/**
 * A broadcast's message counts as sent once a page was given its line. Such lines are noted at the delivery and settled
 * together afterwards, never in its way: what cannot be written is tried again with the next delivery, and a line whose
 * note was lost with its process still carries its push when it is fetched again.
 */
import type { Later } from '../../gather.ts'
import { causeOf, type Log } from '../../log.ts'
import type { StoredLine, TranscriptStore } from './transcript.ts'

/** Takes what a page was given. Returns at once. */
export type Delivered = (lines: StoredLine[]) => void

/** @param keep holds the process until the work is done, where it would end with the answer (Workers) */
export function createDelivered(parts: {
  store: Pick<TranscriptStore, 'settleSeen'>
  now(): Date
  log: Log
  later?: Later | undefined
  keep?: ((work: Promise<void>) => void) | undefined
}): Delivered {
  const { store, now, log, later, keep } = parts
  const noted = new Set<number>()
  let settling = false

  const settle = async (): Promise<void> => {
    while (noted.size > 0) {
      const seqs = [...noted]
      try {
        await store.settleSeen(seqs, now())
      } catch (error) {
        log('error', 'web.unsettled', { lines: seqs.length, cause: causeOf(error) })
        break
      }
      for (const seq of seqs) noted.delete(seq)
    }
    settling = false
  }

  return (lines) => {
    for (const { seq, unseen } of lines) if (unseen) noted.add(seq)
    if (noted.size === 0 || settling) return
    settling = true
    const work = later ? new Promise<void>((done) => later(() => void settle().then(done))) : settle()
    keep?.(work)
  }
}
