/**
 * `npx tsx test/bench/tune-peer.ts [rounds] [concurrency/connections/persistence …]`: the peer alone, in turns, to find the
 * settings it is fastest with. Not part of `npm run bench`.
 */
import { spawnSync } from 'node:child_process'
import { middle } from './drain.ts'
import { type PeerDrain, runPeer } from './peer.ts'
import { readCounts, startPlatform } from './platform.ts'

const PEOPLE = 100_000
const ALL = ['64/64/memory', '128/64/memory', '256/64/memory', '500/64/memory', '128/64/everysec']
const [rounds = '3', ...given] = process.argv.slice(2)

spawnSync('taskset', ['-acp', '1', String(process.pid)])
const platform = await startPlatform(1)
const results = new Map<string, PeerDrain[]>((given.length > 0 ? given : ALL).map((name) => [name, []]))
try {
  for (let round = 1; round <= Number(rounds); round++) {
    for (const [name, drains] of results) {
      const [concurrency, connections, persistence] = name.split('/')
      const drain = await runPeer({
        people: PEOPLE,
        platformRoot: platform.url,
        persistence: persistence === 'everysec' ? 'everysec' : 'memory',
        settings: { concurrency: Number(concurrency), connections: Number(connections) },
      })
      drains.push(drain)
      console.error(name, JSON.stringify(middle([drain])), JSON.stringify(await readCounts(platform.url)))
    }
  }
  for (const [name, drains] of results) console.log(name, JSON.stringify(middle(drains)))
} finally {
  await platform.stop()
}
