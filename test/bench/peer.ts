/**
 * One turn of the peer: a fresh Redis and a fresh BullMQ process, warmed up, then a drain of people enqueued beforehand.
 */
import { WARM_UP } from './broadcast.ts'
import type { Drain } from './ours.ts'
import { resetCounts } from './platform.ts'
import { type Persistence, startRedis } from './redis.ts'
import { freePort, startServer } from './server.ts'

export type PeerDrain = Drain & { enqueuedPerSecond: number; redisMicroseconds: number; redisMb: number }

/** `concurrency`: sends under way in the worker; `connections`: to the platform. */
export type PeerSettings = { concurrency: number; connections: number }

/** The fastest turns `tune-peer.ts` saw; between 64 and 500 the difference is smaller than the machine's noise. */
export const BEST: PeerSettings = { concurrency: 256, connections: 64 }

/** A drain that takes longer than this hangs. */
const LONGEST_MS = 240_000
const PROGRAM = new URL('servers/bullmq.ts', import.meta.url).pathname

export async function runPeer(options: {
  people: number
  platformRoot: string
  persistence: Persistence
  settings?: PeerSettings
}): Promise<PeerDrain> {
  const { people, platformRoot, persistence, settings = BEST } = options
  const redis = await startRedis(persistence, 1)
  const env = {
    REDIS_PORT: String(redis.port),
    PLATFORM_ROOT: platformRoot,
    CONCURRENCY: String(settings.concurrency),
    CONNECTIONS: String(settings.connections),
  }
  const servers: { stop(): Promise<void> }[] = [redis]
  try {
    const server = await startServer(['--import', 'tsx', PROGRAM], env, await freePort())
    servers.unshift(server)
    const ask = async (what: string, broadcast: string, amount: number) => {
      const query = `broadcast=${broadcast}&people=${amount}`
      const response = await fetch(`${server.url}/${what}?${query}`, { method: 'POST', signal: AbortSignal.timeout(LONGEST_MS) })
      if (!response.ok) throw new Error(`the peer could not ${what}`)
      return ((await response.json()) as { seconds: number }).seconds
    }
    await ask('enqueue', 'warm', WARM_UP)
    await ask('drain', 'warm', WARM_UP)
    const enqueued = await ask('enqueue', 'measured', people)
    await resetCounts(platformRoot)
    const before = { worker: server.processorSeconds(), redis: await redis.processorSeconds() }
    const seconds = await ask('drain', 'measured', people)
    const worker = server.processorSeconds() - before.worker
    const store = (await redis.processorSeconds()) - before.redis
    const { sent, failed } = (await (await fetch(`${server.url}/counters`)).json()) as { sent: number; failed: number }
    if (sent !== WARM_UP + people || failed > 0) throw new Error(`the peer counted ${sent} sent and ${failed} failed`)
    return {
      messagesPerSecond: people / seconds,
      processorMicroseconds: (worker / people) * 1e6,
      rssMb: server.memoryMb(),
      enqueuedPerSecond: people / enqueued,
      redisMicroseconds: (store / people) * 1e6,
      redisMb: await redis.peakMb(),
    }
  } finally {
    for (const one of servers) await one.stop()
  }
}
