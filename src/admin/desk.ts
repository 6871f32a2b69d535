/**
 * What every operator command is given: the environment, where its lines go, the opened product. Results go to
 * standard output, progress and log lines to standard error, so that a result can be piped.
 */
import { type Ground, openGround } from '../node-ground.ts'

export type Desk = {
  env: NodeJS.ProcessEnv
  /** A line of the result. */
  say(line: string): void
  /** Progress, warnings, log lines. */
  note(line: string): void
}

/** Migrates and opens the product's database, works, closes it. */
export async function onGround<T>(desk: Desk, work: (ground: Ground) => Promise<T>): Promise<T> {
  const ground = await openGround(desk.env, desk.note, true)
  try {
    return await work(ground)
  } finally {
    ground.db.close()
  }
}

/** Runs long work that Ctrl-C ends tidily: the signal aborts, the work cleans up after itself. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stopping = new AbortController()
  const stop = () => stopping.abort(new Error('interrupted'))
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  try {
    return await work(stopping.signal)
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
}
