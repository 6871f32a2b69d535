/**
 * Starts the Worker as Cloudflare would run it: wrangler bundles src/worker.ts by wrangler.toml and runs it in workerd,
 * offline, with the values a test gives. Everything it starts ends with it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from './database.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const wrangler = join(root, 'node_modules', 'wrangler', 'bin', 'wrangler.js')
const environment = { ...process.env, CI: 'true', WRANGLER_SEND_METRICS: 'false', NO_COLOR: '1' }

export type RunningWorker = {
  url: string
  /** What the Worker and wrangler printed. */
  output(): string
  /** Fires the cron trigger; resolves to the status of the run. */
  tick(): Promise<number>
  close(): Promise<void>
}

export async function startWorker(values: Record<string, string>): Promise<RunningWorker> {
  const folder = await mkdtemp(join(tmpdir(), 'hang-viet-worker-'))
  // A developer's own .dev.vars is left out: with this file wrangler reads no other.
  const envFile = join(folder, 'values.env')
  await writeFile(
    envFile,
    Object.entries(values)
      .map(([name, value]) => `${name}="${value}"\n`)
      .join(''),
  )
  const port = await freePort()
  const child = spawn(
    process.execPath,
    [
      ...[wrangler, 'dev', '--local', '--test-scheduled', '--show-interactive-dev-session=false'],
      ...['--ip', '127.0.0.1', '--port', String(port), '--inspector-port', String(await freePort())],
      ...['--persist-to', join(folder, 'state'), '--env-file', envFile],
    ],
    { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')))
  const url = `http://127.0.0.1:${port}`
  const close = async () => {
    await endGroup(child)
    await rm(folder, { recursive: true, force: true })
  }
  const ready = await untilReady(() => /Ready on http/.test(output), child)
  if (!ready) {
    await close()
    throw new Error(`The Worker did not start:\n${output}`)
  }
  return {
    url,
    output: () => output,
    tick: async () => (await fetch(`${url}/__scheduled?cron=${encodeURIComponent('* * * * *')}`)).status,
    close,
  }
}

/** The bundle `wrangler deploy` would upload. */
export async function bundleWorker(folder: string): Promise<string> {
  const child = spawn(process.execPath, [wrangler, 'deploy', '--dry-run', '--outdir', folder], {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')))
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new Error(`wrangler could not bundle:\n${errors}`)
  return join(folder, 'worker.js')
}

async function untilReady(ready: () => boolean, child: ChildProcess): Promise<boolean> {
  for (let i = 0; i < 600; i++) {
    if (ready()) return true
    if (child.exitCode !== null) return false
    await new Promise((resume) => setTimeout(resume, 100))
  }
  return false
}

/** wrangler, esbuild and workerd are one process group of ours. */
async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return
  const ended = child.exitCode === null ? new Promise((resolve) => child.once('exit', resolve)) : Promise.resolve()
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
  await ended
}
