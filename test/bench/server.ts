/**
 * Starts a server of the bench as a process of its own, pinned to a core where the machine can do that, and waits for
 * its first answer. Processor time and memory are read from /proc.
 */
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'

export type Server = {
  url: string
  /** From process start to the first answer. */
  startedInMs: number
  memoryMb(): number
  /** Processor time of all its threads so far, in seconds. */
  processorSeconds(): number
  stop(): Promise<void>
}

const TICKS_PER_SECOND = 100
const pinned = spawnSync('taskset', ['-c', '0', 'true']).status === 0

export async function startServer(program: string[], env: Record<string, string>, port: number, core = 0): Promise<Server> {
  const startedAt = performance.now()
  const [command, args] = onCore(core, process.execPath, program)
  const child = spawn(command, args, { env: { ...process.env, ...env, PORT: String(port) }, stdio: ['ignore', 'ignore', 'inherit'] })
  const url = `http://127.0.0.1:${port}`
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ${program.join(' ')} stopped with ${child.exitCode}`)
    if (await fetch(`${url}/healthz`).catch(() => undefined)) break
    await new Promise((resume) => setTimeout(resume, 2))
  }
  const startedInMs = performance.now() - startedAt
  return {
    url,
    startedInMs,
    memoryMb: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024,
    processorSeconds() {
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
    },
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve()
        child.once('exit', () => resolve())
        child.kill('SIGKILL')
      }),
  }
}

/** The command pinned to `core`, or as it is where the machine cannot pin. */
export function onCore(core: number, command: string, args: string[]): [string, string[]] {
  return pinned ? ['taskset', ['-c', String(core), command, ...args]] : [command, args]
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
