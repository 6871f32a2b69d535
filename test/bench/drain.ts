/**
 * The drain: our engine against BullMQ on Redis, the same job per person to a platform that takes everything. They run
 * in turns in the same run; ours is compared with whichever of the two Redis variants is the faster. The floor runs along:
 * what the same messages cost with nothing but a mark before and after each.
 */
import { type Figure, figure, median } from './figures.ts'
import { runFloor } from './floor.ts'
import { type Drain, runOurs } from './ours.ts'
import { BEST, type PeerDrain, runPeer } from './peer.ts'
import { readCounts, startPlatform } from './platform.ts'
import { redisVersion } from './redis.ts'

const PEOPLE = 100_000
const ROUNDS = 3

export async function drainFigures(say: (line: string) => void): Promise<Figure[]> {
  const version = redisVersion()
  if (version === undefined) {
    say('drain_vs_bullmq is left out: there is no redis-server on PATH')
    return []
  }
  const platform = await startPlatform(1)
  const told = { people: PEOPLE, platformRoot: platform.url }
  try {
    const ours: Drain[] = []
    const memory: PeerDrain[] = []
    const everysec: PeerDrain[] = []
    const floor: Drain[] = []
    for (let round = 1; round <= ROUNDS; round++) {
      ours.push(await checked('ours', () => runOurs(told)))
      floor.push(await checked('floor', () => runFloor(told)))
      memory.push(await checked('bullmq', () => runPeer({ ...told, persistence: 'memory' })))
      everysec.push(await checked('bullmq, append-only file', () => runPeer({ ...told, persistence: 'everysec' })))
    }
    const mine = middle(ours)
    const peers = { memory: middle(memory), everysec: middle(everysec) }
    const fastest = Math.max(peers.memory.messagesPerSecond ?? 0, peers.everysec.messagesPerSecond ?? 0)
    const detail = {
      people: PEOPLE,
      ...BEST,
      redis: version,
      ours: mine,
      floor: middle(floor),
      bullmq: peers.memory,
      bullmqEverysec: peers.everysec,
    }
    return [figure('drain_vs_bullmq', (mine.messagesPerSecond ?? 0) / fastest, '>=2', detail)]
  } finally {
    await platform.stop()
  }

  /** Nobody may be missed and nobody told twice, or the turn measured something else. */
  async function checked<T extends Drain>(name: string, turn: () => Promise<T>): Promise<T> {
    const drain = await turn()
    const { taken, distinct, twice } = await readCounts(platform.url)
    if (taken !== PEOPLE || distinct !== PEOPLE || twice > 0) throw new Error(`${name}: ${taken} messages to ${distinct} people`)
    say(`${name}: ${Math.round(drain.messagesPerSecond)} messages/s, ${Math.round(drain.processorMicroseconds)} µs of processor each`)
    return drain
  }
}

/** The median of each member, rounded. */
export function middle(drains: Drain[]): Record<string, number> {
  const names = Object.keys(drains[0] ?? {})
  const of = (name: string) => drains.map((drain) => new Map(Object.entries(drain)).get(name) ?? 0)
  return Object.fromEntries(names.map((name) => [name, Math.round(median(of(name)))]))
}
