/**
 * Our own broadcast engine as the bench drives it: a fresh process of its own, pinned to core 0 as the peer's is, with a
 * database file that is synced at every commit.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WARM_UP } from './broadcast.ts'
import { resetCounts } from './platform.ts'
import { freePort, type Server, startServer } from './server.ts'

/** Processor time is the sending process's, per message. */
export type Drain = { messagesPerSecond: number; processorMicroseconds: number; rssMb: number }

export type Ours = {
  server: Server
  fill(people: number): Promise<void>
  /** A run to everybody, until its last row is made. */
  freeze(): Promise<{ seconds: number; blockedMs: number }>
  /** That run, until its last outcome is recorded. */
  drain(): Promise<{ seconds: number; sent: number }>
  stop(): Promise<void>
}

const PROGRAM = new URL('servers/ours.ts', import.meta.url).pathname
/** As `npm start` runs it. */
const FLAGS = ['--max-semi-space-size=8', '--import', 'tsx']
/** A step that takes longer than this hangs. */
const LONGEST_MS = 290_000

/** @param rate messages a second of the channel, four fifths of them a broadcast's; no limit without it */
export async function startOurs(platformRoot: string, rate?: number): Promise<Ours> {
  const folder = await mkdtemp(join(tmpdir(), 'hang-viet-bench-'))
  const env = { BENCH_DB: join(folder, 'ours.db'), PLATFORM_ROOT: platformRoot, ...(rate ? { RATE: String(rate) } : {}) }
  const server = await startServer([...FLAGS, PROGRAM], env, await freePort())
  const ask = async <T>(what: string): Promise<T> => {
    const response = await fetch(`${server.url}/${what}`, { method: 'POST', signal: AbortSignal.timeout(LONGEST_MS) })
    if (!response.ok) throw new Error(`ours could not ${what}`)
    return (await response.json()) as T
  }
  return {
    server,
    fill: (people) => ask(`fill?people=${people}`),
    freeze: () => ask('freeze'),
    drain: () => ask('drain'),
    async stop() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A drain of this many people, warmed up by one of fewer. */
export async function runOurs({ people, platformRoot }: { people: number; platformRoot: string }): Promise<Drain> {
  const ours = await startOurs(platformRoot)
  try {
    await ours.fill(WARM_UP)
    await ours.freeze()
    await ours.drain()
    await ours.fill(people - WARM_UP)
    await ours.freeze()
    await resetCounts(platformRoot)
    return await measured(ours, people)
  } finally {
    await ours.stop()
  }
}

/** The drain of a frozen run, with what it cost. */
export async function measured({ server, drain }: Ours, people: number): Promise<Drain> {
  const before = server.processorSeconds()
  const { seconds, sent } = await drain()
  if (sent !== people) throw new Error(`ours: ${sent} of ${people} sent`)
  return {
    messagesPerSecond: people / seconds,
    processorMicroseconds: ((server.processorSeconds() - before) / people) * 1e6,
    rssMb: server.memoryMb(),
  }
}
