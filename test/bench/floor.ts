/**
 * The floor under a drain on this machine: the same messages with nothing but a mark before and after each (servers/mark-and-ack.ts).
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WARM_UP } from './broadcast.ts'
import type { Drain } from './ours.ts'
import { resetCounts } from './platform.ts'
import { freePort, startServer } from './server.ts'

const PROGRAM = new URL('servers/mark-and-ack.ts', import.meta.url).pathname

export async function runFloor({ people, platformRoot }: { people: number; platformRoot: string }): Promise<Drain> {
  const folder = await mkdtemp(join(tmpdir(), 'hang-viet-bench-'))
  const env = { BENCH_DB: join(folder, 'floor.db'), PLATFORM_ROOT: platformRoot }
  const server = await startServer(['--import', 'tsx', PROGRAM], env, await freePort())
  const ask = async (what: string) => {
    const response = await fetch(`${server.url}/${what}`, { method: 'POST', signal: AbortSignal.timeout(240_000) })
    if (!response.ok) throw new Error(`the floor could not ${what}`)
    return ((await response.json()) as { seconds?: number }).seconds ?? 0
  }
  try {
    await ask(`fill?people=${WARM_UP}`)
    await ask('drain')
    await ask(`fill?people=${people}`)
    await resetCounts(platformRoot)
    const before = server.processorSeconds()
    const seconds = await ask('drain')
    return {
      messagesPerSecond: people / seconds,
      processorMicroseconds: ((server.processorSeconds() - before) / people) * 1e6,
      rssMb: server.memoryMb(),
    }
  } finally {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
