/**
 * Gathers the single calls of one tick of the event loop into one call for all: what makes a thousand people at once
 * cost one read and one commit. Without `later` (Workers: nothing crosses requests) each call runs alone.
 */

export type Later = (work: () => void) => void

/** @param run gets the items of one tick in order and returns one result for each, or throws for all. */
export function gather<I, O>(run: (items: I[]) => Promise<O[]>, later: Later | undefined, most = 500): (item: I) => Promise<O> {
  type Waiting = { item: I; resolve: (result: O) => void; reject: (error: unknown) => void }
  let waiting: Waiting[] = []
  const flush = async (batch: Waiting[]) => {
    try {
      const results = await run(batch.map(({ item }) => item))
      for (const [i, { resolve }] of batch.entries()) resolve(results[i] as O)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
  return (item) =>
    new Promise((resolve, reject) => {
      if (!later) {
        void flush([{ item, resolve, reject }])
        return
      }
      waiting.push({ item, resolve, reject })
      if (waiting.length === 1) {
        later(() => {
          const all = waiting
          waiting = []
          for (let i = 0; i < all.length; i += most) void flush(all.slice(i, i + most))
        })
      }
    })
}

/** Runs the works of one lane one after another, lanes beside each other. */
export function lanes(): <T>(lane: string, work: () => Promise<T>) => Promise<T> {
  const tails = new Map<string, Promise<unknown>>()
  return (lane, work) => {
    const before = tails.get(lane)
    const run = before ? before.then(work, work) : work()
    tails.set(lane, run)
    const done = () => {
      if (tails.get(lane) === run) tails.delete(lane)
    }
    run.then(done, done)
    return run
  }
}
