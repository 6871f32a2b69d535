/**
 * A redis-server of the bench's own: on a free port, in a folder that goes with it, pinned to a core like the others.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort, onCore } from './server.ts'

export type RedisServer = { port: number; processorSeconds(): Promise<number>; peakMb(): Promise<number>; stop(): Promise<void> }

/** `memory`: nothing is written to disk. `everysec`: the append-only file, flushed once a second. */
export type Persistence = 'memory' | 'everysec'

/** The version's line, or undefined where there is no redis-server on PATH. */
export function redisVersion(): string | undefined {
  const { status, stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' })
  return status === 0 ? /v=([\d.]+)/.exec(stdout)?.[1] : undefined
}

export async function startRedis(persistence: Persistence, core: number): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'hang-viet-bench-redis-'))
  const port = await freePort()
  const aof = persistence === 'everysec' ? ['--appendonly', 'yes', '--appendfsync', 'everysec'] : ['--appendonly', 'no']
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...aof]
  const [command, args] = onCore(core, 'redis-server', options)
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const client = new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: null, retryStrategy: () => 20 })
  // Refused until the server listens.
  client.on('error', () => undefined)
  await client.ping()
  const read = async (section: string, names: string[]) => {
    const info = await client.info(section)
    return names.reduce((sum, name) => sum + Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1] ?? 0), 0)
  }
  return {
    port,
    processorSeconds: () => read('cpu', ['used_cpu_user', 'used_cpu_sys', 'used_cpu_user_children', 'used_cpu_sys_children']),
    peakMb: async () => (await read('memory', ['used_memory_peak'])) / 2 ** 20,
    async stop() {
      client.disconnect()
      await ended(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}
