/**
 * The real program, killed while an office's registry drafts, sends and answers hand-overs over REST (F33). At each kill what
 * stands in the tables fits together; in the end every case has been through each step exactly once, and nothing that was
 * acknowledged is lost.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { addToken } from '../db/api-tokens.ts'
import { addOfficer } from '../db/officers.ts'
import { openDb } from '../db/open.ts'
import type { Db } from '../src/chat.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { addAuthorityRow } from './api-hand-over-lines.ts'
import { caseRows } from './console-cases.ts'
import { freePort } from './database.ts'
import { unitRows } from './people.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const program = join(root, 'dist', `hand-over-kill-${process.pid}`)
const KEY = Buffer.alloc(32, 4)
const KILLS = 5
const CASES = 12
const FIRST_START = Date.parse('2026-11-23T02:00:00Z')
const TOKEN = 'hv_ThisIsATokenOfTheKillTestsAlone1'
const pause = (milliseconds: number) => new Promise((resume) => setTimeout(resume, milliseconds))

let folder: string
let port: number
let child: ChildProcess | undefined
let output = ''
let starts = 0

beforeAll(async () => {
  await build({
    ...{ absWorkingDir: root, entryPoints: ['src/node.ts'], outdir: program, bundle: true, platform: 'node', target: 'node20' },
    ...{ format: 'esm', packages: 'external', jsx: 'automatic', jsxImportSource: 'hono/jsx' },
  })
})
afterAll(() => rm(program, { recursive: true, force: true }))
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hang-viet-hand-over-kill-'))
  port = await freePort()
})
afterEach(async () => {
  child?.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

const url = () => `file:${join(folder, 'data', 'bot.db')}`

async function start(): Promise<void> {
  const began = spawn(process.execPath, [join(program, 'node.js')], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      PORT: String(port),
      LIBSQL_URL: url(),
      EVIDENCE_DIR: join(folder, 'evidence'),
      DATA_KEY: KEY.toString('base64'),
      NOW: new Date(FIRST_START + 5 * 60_000 * starts++).toISOString(),
    },
  })
  child = began
  for (const stream of [began.stdout, began.stderr]) stream?.on('data', (data) => (output += data))
  for (const from = Date.now(); (await call('GET', '/readyz'))?.status !== 200; await pause(20))
    if (Date.now() - from > 60_000 || began.exitCode !== null) throw new Error(`never up:\n${output}`)
}

async function kill(): Promise<void> {
  const dying = child
  if (!dying || dying.exitCode !== null) throw new Error(`the program stopped by itself:\n${output}`)
  const gone = once(dying, 'exit')
  dying.kill('SIGKILL')
  await gone
}

/** undefined while nobody answers. */
const call = (method: string, path: string, body?: object): Promise<{ status: number; text: string } | undefined> =>
  fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  }).then(
    async (response) => ({ status: response.status, text: await response.text() }),
    () => undefined,
  )

type Listed = { id: string; state: string }

/** The hand-overs of a case, asked for until somebody answers. */
async function list(id: string): Promise<Listed[]> {
  for (;;) {
    const answer = await call('GET', `/api/v1/cases/${id}/hand-overs`)
    if (answer?.status === 200) return (JSON.parse(answer.text) as { rows: Listed[] }).rows
    await pause(60)
  }
}

/** One case from its draft to its answer, as a registry does it: after a call that died it looks before it calls again. */
async function carry(id: string, acknowledged: Map<string, string>): Promise<void> {
  const paths: Record<string, [string, object]> = {
    draft: ['send', { day: '2026-11-23', how: 'post' }],
    sent: ['answer', { day: '2026-11-23', text: 'Đã kiểm tra.', outcome: 'resolved-handled' }],
  }
  for (;;) {
    const [found] = await list(id)
    if (found?.state === 'answered') return
    const [step, body] = paths[found?.state ?? ''] ?? ['', { authorityId: 'co-quan', paper: { town: 'Mẫu' } }]
    const answer = await call('POST', `/api/v1/cases/${id}/hand-overs${found ? `/${found.id}/${step}` : ''}`, body)
    if (answer?.status === 200 || answer?.status === 201) acknowledged.set(id, (JSON.parse(answer.text) as Listed).state)
    else if (answer && ![409, 429, 503].includes(answer.status)) throw new Error(`${answer.status}: ${answer.text}`)
    await pause(10 + Math.random() * 20)
  }
}

const RANK = ['draft', 'sent', 'answered']

/** What must fit at every moment: each step with its event and its audit row, and the case where its events led. */
async function check(db: Db, acknowledged: ReadonlyMap<string, string>): Promise<void> {
  const papers = await db.read('SELECT case_id, state FROM hand_overs')
  const n = async (sql: string) => Number((await db.read(sql))[0]?.n)
  const at = (state: string) => papers.filter((paper) => RANK.indexOf(String(paper.state)) >= RANK.indexOf(state)).length
  const events = (kind: string) => n(`SELECT count(*) AS n FROM case_events WHERE kind = '${kind}'`)
  const audited = (act: string) => n(`SELECT count(*) AS n FROM audit WHERE outcome = 'done' AND act = '${act}'`)
  const cases = (states: string) => n(`SELECT count(*) AS n FROM cases WHERE state IN (${states})`)
  expect([await audited('hand_over.draft'), new Set(papers.map(({ case_id }) => case_id)).size]).toEqual([at('draft'), at('draft')])
  expect([await events('referred'), await audited('case.referred'), await cases("'referred', 'resolved'")]).toEqual([
    at('sent'),
    at('sent'),
    at('sent'),
  ])
  expect([await events('authority_answered'), await events('moved'), await audited('case.moved'), await cases("'resolved'")]).toEqual([
    ...[at('answered'), at('answered'), at('answered'), at('answered')],
  ])
  expect(await n('SELECT count(*) AS n FROM cases c WHERE version <> (SELECT count(*) FROM case_events e WHERE e.case_id = c.id)')).toBe(0)
  for (const [id, state] of acknowledged) {
    const paper = papers.find(({ case_id }) => case_id === id)
    expect(RANK.indexOf(String(paper?.state)), `${id} was told that it is ${state}`).toBeGreaterThanOrEqual(RANK.indexOf(state))
  }
}

test('killed five times amid hand-overs: every step whole or not at all, each exactly once in the end', async () => {
  await start()
  const keys = createNodeKeys(KEY)
  const now = new Date(FIRST_START)
  const db = openDb({ url: url() })
  await db.write([...unitRows(), addOfficer({ id: 'an', name: 'Nguyễn Thị An', unitId: 'xa', roles: ['case'], now })])
  const tag = await keys.tag('token', TOKEN)
  const token = { id: 't1', officerId: 'an', unitId: null, name: 'Văn thư', scopes: ['cases' as const], expiresDay: '2026-12-31', tag, now }
  await db.write([addToken(token)])
  await addAuthorityRow({ db })
  const ids = Array.from({ length: CASES }, (_, n) => `vuviec${n}`)
  for (const [n, id] of ids.entries()) await db.write(await caseRows(keys, { id, number: `PA-2611-${'ABCDEFGHJKMN'[n]}222`, now }))
  db.close()

  const acknowledged = new Map<string, string>()
  let over = false
  const work = Promise.all(ids.map((id) => carry(id, acknowledged))).finally(() => {
    over = true
  })
  work.catch(() => {})
  let killed = 0
  for (; killed < KILLS && !over; killed++) {
    await pause(60 + Math.random() * 250)
    await kill()
    const looking = openDb({ url: url() })
    await check(looking, acknowledged)
    looking.close()
    await start()
  }
  await work
  const last = openDb({ url: url() })
  await check(last, acknowledged)
  expect(await last.read('SELECT state, count(*) AS n FROM hand_overs GROUP BY state')).toEqual([{ state: 'answered', n: CASES }])
  last.close()
  expect(killed).toBeGreaterThan(1)
}, 600_000)
