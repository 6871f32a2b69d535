/**
 * An operator at a fresh machine, for tests: a folder of its own, an environment, and commands that run as functions
 * (`run`) or as real processes (`spawn`), each with what it said.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { runAdmin } from '../src/admin/program.ts'

type Said = { code: number; out: string; err: string }
export type Operator = Awaited<ReturnType<typeof createOperator>>

export const TEST_KEY = Buffer.alloc(32, 7).toString('base64')

export async function createOperator(more: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'hang-viet-admin-'))
  const env: Record<string, string> = {
    LIBSQL_URL: `file:${join(folder, 'data', 'hang-viet.db')}`,
    EVIDENCE_DIR: join(folder, 'data', 'evidence'),
    DATA_KEY: TEST_KEY,
    LOG_LEVEL: 'error',
    NOW: '2026-11-23T02:00:00.000Z',
    ...more,
  }
  return {
    folder,
    env,
    url: env.LIBSQL_URL ?? '',
    evidenceDir: env.EVIDENCE_DIR ?? '',
    path: (name: string) => join(folder, name),
    async run(...args: string[]): Promise<Said> {
      const out: string[] = []
      const err: string[] = []
      const code = await runAdmin(args, { env, say: (line) => void out.push(line), note: (line) => void err.push(line) })
      return { code, out: out.join('\n'), err: err.join('\n') }
    },
    /** As `npm run admin` runs it, once `bundleAdmin` has. */
    spawn: (...args: string[]): Promise<Said> => outcomeOf(spawn(process.execPath, [BUNDLE, ...args], { env })),
    /** The same, to be ended by the test. */
    launch: (...args: string[]): ChildProcess => spawn(process.execPath, [BUNDLE, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] }),
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

// Below the project, so that it finds its packages and migrations as dist/admin.js does.
const BUNDLE = new URL(`../dist/admin-test-${process.pid}.mjs`, import.meta.url).pathname

export async function bundleAdmin(): Promise<() => Promise<void>> {
  const entry = new URL('../src/admin.ts', import.meta.url).pathname
  await build({
    entryPoints: [entry],
    outfile: BUNDLE,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  })
  return () => rm(BUNDLE, { force: true })
}

function outcomeOf(child: ChildProcess): Promise<Said> {
  let out = ''
  let err = ''
  child.stdout?.on('data', (chunk) => {
    out += chunk
  })
  child.stderr?.on('data', (chunk) => {
    err += chunk
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? -1, out, err }))
  })
}
