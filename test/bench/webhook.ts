/**
 * The webhook's figures: the whole road (verify, dedupe, session, handler, outbox, durable commit) against two peers, in
 * turns in the same run; its tail, its memory, its growth with the number of contacts, its start.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '../../db/migrate.ts'
import { openDb } from '../../db/open.ts'
import { readMigrations } from '../database.ts'
import { type Figure, figure, median } from './figures.ts'
import { type Load, load, updateOf } from './load.ts'
import { type Server, startServer } from './server.ts'

const ROUNDS = 5
const SECONDS = 3
/** Telegram delivers over at most 100 connections (max_connections). */
const CONNECTIONS = 100
const PEOPLE = 1_000
const root = (path: string) => new URL(`../../${path}`, import.meta.url).pathname
const TSX = ['--import', 'tsx']

export async function webhookFigures(say: (line: string) => void): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'hang-viet-bench-'))
  const platform = await startServer([...TSX, root('test/bench/servers/platform.ts')], {}, 4290, 1)
  const servers: Server[] = [platform]
  const start = async (program: string[], env: Record<string, string>, port: number) => {
    const server = await startServer(program, env, port)
    servers.push(server)
    return server
  }
  try {
    const bare = await start([...TSX, root('test/bench/servers/bare.ts')], {}, 4201)
    const session = await start([...TSX, root('test/bench/servers/session.ts')], { BENCH_DB: join(folder, 'session.db') }, 4202)
    const ours = await start(...product(join(folder, 'ours.db'), 4203))
    const random = () => 1 + Math.floor(Math.random() * PEOPLE)
    const next = () => updateOf(random(), TEXTS[Math.floor(Math.random() * TEXTS.length)] ?? '')
    const hit = (server: Server, connections = CONNECTIONS, amount?: number) =>
      load({ url: `${server.url}/webhooks/telegram`, connections, next, ...(amount ? { amount } : { seconds: SECONDS }) })

    const rates = { bare: [] as number[], session: [] as number[], ours: [] as number[] }
    for (let round = 0; round <= ROUNDS; round++) {
      const results = { bare: await hit(bare), session: await hit(session), ours: await hit(ours) }
      failOnErrors(results)
      say(`round ${round}: bare ${rate(results.bare)}, session ${rate(results.session)}, ours ${rate(results.ours)} updates/s`)
      // The first round warms up.
      if (round > 0) for (const name of ['bare', 'session', 'ours'] as const) rates[name].push(results[name].perSecond)
    }
    const medians = { bare: median(rates.bare), session: median(rates.session), ours: median(rates.ours) }

    const tail = []
    for (let i = 0; i < 3; i++) tail.push((await hit(ours, 50)).p99)
    const fresh = await start(...product(join(folder, 'memory.db'), 4204))
    const memory = []
    for (let i = 0; i < 4; i++) {
      await hit(fresh, 50, 25_000)
      memory.push(Math.round(fresh.memoryMb()))
      say(`memory after ${(i + 1) * 25_000} updates: ${memory.at(-1)} MB`)
    }
    await fresh.stop()
    const growth = await growthFigure(folder, start, say)
    const starts = []
    for (let i = 0; i < 5; i++) {
      const server = await start(...product(join(folder, 'ours.db.start'), 4205))
      starts.push(server.startedInMs)
      await server.stop()
    }
    const rounded = Object.fromEntries(Object.entries(medians).map(([name, value]) => [name, Math.round(value)]))
    return [
      figure('webhook_vs_bare', medians.ours / medians.bare, '>=0.6', { ...rounded, connections: CONNECTIONS }),
      figure('webhook_vs_session', medians.ours / medians.session, '>=2', { ...rounded, connections: CONNECTIONS }),
      figure('webhook_p99_ms', median(tail), '<50', { connections: 50 }),
      figure('memory_100k_updates_mb', memory.at(-1) ?? 0, '<200', { every25k: memory }),
      growth,
      figure('start_ms', median(starts), '<2000', { runs: starts.map(Math.round) }),
    ]
  } finally {
    await Promise.all(servers.map((server) => server.stop().catch(() => undefined)))
    await rm(folder, { recursive: true, force: true })
  }
}

/** What members type most: handlers that only decide. Those that read pay for their own query on top. */
const TEXTS = ['menu', 'trợ giúp', 'xin chào', 'hủy']

function product(file: string, port: number): [string[], Record<string, string>, number] {
  const env = {
    LIBSQL_URL: `file:${file}`,
    EVIDENCE_DIR: `${file}.evidence`,
    DATA_KEY: Buffer.alloc(32, 7).toString('base64'),
    TELEGRAM_BOT_TOKEN: '12345:abcdefghijklmnopqrstuvwxyz',
    TELEGRAM_WEBHOOK_SECRET: 'bench-secret',
    TELEGRAM_API_ROOT: 'http://127.0.0.1:4290',
    PUBLIC_URL: 'https://bench.example.vn',
    LOG_LEVEL: 'error',
  }
  return [['--max-semi-space-size=8', root('dist/node.js')], env, port]
}

/** Processor time per update with a million contacts ÷ with a thousand; people are drawn from all of them. */
async function growthFigure(
  folder: string,
  start: (program: string[], env: Record<string, string>, port: number) => Promise<Server>,
  say: (line: string) => void,
): Promise<Figure> {
  const sizes = [1_000, 1_000_000]
  const servers = []
  for (const [i, size] of sizes.entries()) {
    const file = join(folder, `growth-${size}.db`)
    await fill(file, size)
    servers.push({ size, costs: [] as number[], server: await start(...product(file, 4210 + i)) })
  }
  for (let round = 0; round < 8; round++) {
    for (const { size, costs, server } of servers) {
      const next = () => updateOf(1 + Math.floor(Math.random() * size), 'menu')
      const before = server.processorSeconds()
      const result = await load({ url: `${server.url}/webhooks/telegram`, connections: 50, next, amount: 12_000 })
      failOnErrors({ ours: result })
      const cost = ((server.processorSeconds() - before) / result.total) * 1e6
      say(`growth: ${size} contacts, ${cost.toFixed(1)} µs of processor an update`)
      if (round > 1) costs.push(cost)
    }
  }
  const [small = 0, large = 0] = servers.map(({ costs }) => median(costs))
  await Promise.all(servers.map(({ server }) => server.stop()))
  return figure('webhook_growth_1m', large / small, '<=1.2', { microsecondsAt1k: Math.round(small), microsecondsAt1m: Math.round(large) })
}

async function fill(file: string, people: number): Promise<void> {
  const db = openDb({ url: `file:${file}` })
  await migrate(db, await readMigrations())
  for (let from = 1; from <= people; from += 50_000) {
    const to = Math.min(people, from + 49_999)
    const range = 'WITH RECURSIVE n(i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n WHERE i < ?)'
    await db.write([
      {
        sql: `${range} INSERT INTO contacts(id, joined_day, seen_day) SELECT printf('c%015d', (i * 7919) % 1000003), date('now'), date('now', '+7 hours') FROM n`,
        args: [from, to],
      },
      {
        sql: `${range} INSERT INTO addresses(id, contact_id, channel, native, turn, in_at)
              SELECT printf('a%015d', (i * 7919) % 1000003), printf('c%015d', (i * 7919) % 1000003), 'telegram', CAST(i AS TEXT), 1, 0 FROM n`,
        args: [from, to],
      },
    ])
  }
  db.close()
}

function failOnErrors(results: Record<string, Load>): void {
  for (const [name, { errors, total }] of Object.entries(results)) {
    if (errors > 0 || total === 0) throw new Error(`${name}: ${errors} errors in ${total} updates`)
  }
}

const rate = ({ perSecond }: Load) => Math.round(perSecond)
