/**
 * Starts a server of the bench as a process of its own, pinned to a core where the machine can do that, and waits for
 * its first line.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'

export type Server = { url: string; startedInMs: number; memoryMb(): number; stop(): Promise<void> }

const pinned = spawnSync('taskset', ['-c', '0', 'true']).status === 0

/** @param ready tells from a line of output that the server serves. */
export async function startServer(
  program: string[],
  env: Record<string, string>,
  port: number,
  ready: (line: string) => boolean,
): Promise<Server> {
  const startedAt = performance.now()
  const command = pinned ? ['taskset', '-c', '0', process.execPath, ...program] : [process.execPath, ...program]
  const child = spawn(command[0] ?? process.execPath, command.slice(1), {
    env: { ...process.env, ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await firstLine(child, ready)
  const url = `http://127.0.0.1:${port}`
  for (;;) {
    const answer = await fetch(`${url}/healthz`).catch(() => undefined)
    if (answer) break
    await new Promise((resume) => setTimeout(resume, 2))
  }
  return {
    url,
    startedInMs: performance.now() - startedAt,
    memoryMb: () =>
      Number(
        spawnSync('ps', ['-o', 'rss=', '-p', String(child.pid)])
          .stdout.toString()
          .trim(),
      ) / 1024,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve())
        child.kill('SIGKILL')
      }),
  }
}

function firstLine(child: ChildProcess, ready: (line: string) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server stopped with ${code}`)))
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.toString().split('\n').some(ready)) resolve()
    })
  })
}
