/** The thread in which a proof of work is computed, so that typing stays smooth. One challenge, one answer. */
import type { Challenge } from 'altcha-lib'
import { solve } from './solve.ts'

self.onmessage = async ({ data }: MessageEvent<Challenge>) => {
  const solution = await solve(data)
  // Of a thread there is one listener, and no origin to name.
  ;(self.postMessage as (message: unknown) => void)(solution)
}
