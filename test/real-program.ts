/**
 * The program as it is deployed, bundled and started as a process of its own with a folder of its own, to be killed at any
 * moment and started again: what tests of kills have in common. Registers its hooks in the file that calls it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { freePort } from './database.ts'

export const FIRST_START = Date.parse('2026-11-23T02:00:00Z')
/** Later at each start, so that what a dead process had in hand is free. */
const APART_MS = 5 * 60_000
/** Milliseconds after which what never comes is a failure; long, for a busy machine. */
const PATIENCE = 90_000
/** The project's folder. */
export const root = fileURLToPath(new URL('../', import.meta.url))

export const pause = (milliseconds: number) => new Promise((resume) => setTimeout(resume, milliseconds))

/** Until it is acknowledged, as a platform or a page does. */
export async function insist(send: () => Promise<Response | undefined>, status: number): Promise<void> {
  for (let answer = await send(); answer?.status !== status; answer = await send()) await pause(15)
}

/** @param env what this program is given beside its address, folder, key and time */
export function realProgram({ name, key, env = () => ({}) }: { name: string; key: Uint8Array; env?: () => Record<string, string> }) {
  const bundle = join(root, 'dist', `${name}-${process.pid}`)
  let [folder, port, output, starts] = ['', 0, '', 0]
  let child: ChildProcess | undefined

  beforeAll(async () => {
    await build({
      ...{ absWorkingDir: root, entryPoints: ['src/node.ts'], outdir: bundle, bundle: true, platform: 'node', target: 'node20' },
      ...{ format: 'esm', packages: 'external', jsx: 'automatic', jsxImportSource: 'hono/jsx' },
    })
  })
  afterAll(() => rm(bundle, { recursive: true, force: true }))
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), `hang-viet-${name}-`))
    port = await freePort()
  })
  afterEach(async () => {
    child?.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  })

  /** undefined while nobody answers. */
  const call = (path: string, init: RequestInit = {}): Promise<Response | undefined> =>
    fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual', ...init }).then(
      async (response) => new Response([204, 303].includes(response.status) ? null : await response.arrayBuffer(), response),
      () => undefined,
    )

  async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    for (const from = Date.now(); !(await holds()); await pause(20))
      if (Date.now() - from > PATIENCE) throw new Error(`never ${what}:\n${output}`)
  }

  /** Returns when it serves. @param at its clock; later than at the start before, unless told */
  async function start(at = FIRST_START + APART_MS * starts++): Promise<void> {
    const began = spawn(process.execPath, [join(bundle, 'node.js')], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...{ PATH: process.env.PATH, HOST: '127.0.0.1', PORT: String(port), LIBSQL_URL: databaseUrl() },
        ...{ EVIDENCE_DIR: join(folder, 'evidence'), DATA_KEY: Buffer.from(key).toString('base64'), NOW: new Date(at).toISOString() },
        ...env(),
      },
    })
    child = began
    for (const stream of [began.stdout, began.stderr]) stream?.on('data', (data) => (output += data))
    await until('up', async () => {
      if (began.exitCode !== null) throw new Error(`stopped at once:\n${output}`)
      return (await call('/readyz'))?.status === 200
    })
  }

  /** Returns when it is gone. Throws when it had stopped by itself. */
  async function kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const dying = child
    if (!dying || dying.exitCode !== null) throw new Error(`the program stopped by itself:\n${output}`)
    const gone = once(dying, 'exit')
    dying.kill(signal)
    await gone
  }

  const databaseUrl = () => `file:${join(folder, 'data', 'bot.db')}`
  return {
    ...{ bundle, start, kill, call, until, databaseUrl },
    folder: () => folder,
    evidence: () => join(folder, 'evidence'),
    /** Everything it wrote, from all its lives. */
    output: () => output,
  }
}
