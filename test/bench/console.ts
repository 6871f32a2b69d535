/**
 * The officers' console over a large deployment: 1,000,000 contacts in 2,000 units, 10,000,000 rows of ledger,
 * 100,000 reports. Every page
 * of the real program, in turns, against the page that asks the database for nothing but the session.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '../../db/migrate.ts'
import { addOfficer } from '../../db/officers.ts'
import { openDb } from '../../db/open.ts'
import { openSession } from '../../db/sessions.ts'
import { createProduct } from '../../src/app.ts'
import type { Db, Keys } from '../../src/chat.ts'
import { parseConfig } from '../../src/config.ts'
import { createFileEvidence } from '../../src/evidence-files.ts'
import { createNodeKeys } from '../../src/keys-node.ts'
import { loadContent } from '../../src/load-content.ts'
import { looksOf, pictures } from '../../src/pictures.ts'
import { ROLES } from '../../src/rights.ts'
import { viewerCopy } from '../../src/viewer-copy.ts'
import { ADDRESS_OF, furnish } from '../console-addresses.ts'
import type { Stage } from '../console-stage.ts'
import { readMigrations } from '../database.ts'
import { fakeClock } from '../harness.ts'
import { unitRows } from '../people.ts'
import { type Figure, figure, median } from './figures.ts'
import { addRun, fillPeople } from './people.ts'
import { freePort, startServer } from './server.ts'

const PEOPLE = 1_000_000
const UNITS = 2_000
const CASES = 100_000
const RUNS = 10
const ROUNDS = 9
/** Asks for its session, and nothing else. */
const PLAIN = '/console/help'
const PROGRAM = new URL('../../dist/node.js', import.meta.url).pathname

export async function consoleFigures(say: (line: string) => void): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'hang-viet-bench-'))
  const url = `file:${join(folder, 'ours.db')}`
  const clock = fakeClock()
  const keys = createNodeKeys(new Uint8Array(32).fill(7))
  const db = openDb({ url })
  const addresses = Object.values(ADDRESS_OF)
  try {
    await furnished(folder, db, keys, clock)
    await fill(db, clock.now(), say)
    await fillCases(db)
    const server = await startServer(['--max-semi-space-size=8', PROGRAM], envOf(url, folder, clock.now()), await freePort())
    try {
      const took = new Map<string, number[]>([PLAIN, ...addresses].map((address) => [address, []]))
      for (let round = 0; round <= ROUNDS; round++) {
        // Each round in a session of its own: one may ask for so many pages in a minute.
        const cookie = await session(db, keys, clock.now(), round)
        for (const [address, times] of took) {
          const ms = await time(`${server.url}${address}`, cookie)
          if (round > 0) times.push(ms)
        }
      }
      const plain = median(took.get(PLAIN) ?? [])
      const pages = [...took].map(([address, times]) => ({ address, ms: median(times) })).sort((one, other) => other.ms - one.ms)
      const slowest = pages[0] ?? { address: '', ms: 0 }
      for (const { address, ms } of pages.slice(0, 8)) say(`${ms.toFixed(1)} ms ${address}`)
      const detail = {
        slowest: slowest.address,
        plainMs: round1(plain),
        pages: Object.fromEntries(pages.map(({ address, ms }) => [address, round1(ms)])),
      }
      return [figure('console_page_ms', slowest.ms, '<300', detail), figure('console_page_vs_plain', slowest.ms / plain, '<100')]
    } finally {
      await server.stop()
    }
  } finally {
    db.close()
    await rm(folder, { recursive: true, force: true })
  }
}

const round1 = (value: number) => Math.round(value * 10) / 10

async function furnished(folder: string, db: Db, keys: Keys, clock: { now(): Date; advance(ms: number): void }): Promise<void> {
  await migrate(db, await readMigrations())
  await loadContent(db, () => {})
  await db.write(unitRows())
  await db.write([addOfficer({ id: 'an', name: 'Nguyễn Thị An', unitId: 'tinh', roles: ROLES, now: clock.now() })])
  // Photos are brought home by the product itself, to where the program looks for them.
  const evidence = createFileEvidence(join(folder, 'evidence'), clock.now)
  const parts = { config: parseConfig({}), db, keys, evidence, viewerCopy, pictures, looksOf, now: clock.now, holder: 'bench' }
  const product = await createProduct({ ...parts, fetch: (address, init) => fetch(address, init), log: () => {} })
  await furnish({ db, keys, clock, evidence, product, origin: '', complaints: [], errors: [] } as unknown as Stage, 'an')
  product.close()
}

/** Reports of a few years, half of them open, spread over the units; nobody opens their boxes here. */
async function fillCases(db: Db): Promise<void> {
  await db.write([
    {
      sql: `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${CASES}),
              u AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS many FROM units)
            INSERT INTO cases(id, number, receipt_tag, state, kind, rank, unit_id, due_day, box, opened_hour, closed_hour, marked)
            SELECT 'case' || i, 'PA-2601-' || i, 'tag' || i, iif(i % 2, 'reviewing', 'closed'), 'fake', 1 + (i % 3 > 0), u.id,
              iif(i % 2, '2026-12-' || printf('%02d', 1 + i % 28), ''), x'00',
              '2026-' || printf('%02d', 1 + i % 11) || '-' || printf('%02d', 1 + i % 28) || 'T08Z', iif(i % 2, NULL, '2026-11-20T08Z'), 1
            FROM n JOIN u ON u.place = n.i % u.many`,
      args: [],
    },
  ])
}

/** People, and the ledger of ten runs that are over: rows as they stand afterwards. */
async function fill(db: Db, now: Date, say: (line: string) => void): Promise<void> {
  const startedAt = performance.now()
  await fillPeople(db, PEOPLE, 0, UNITS)
  await db.write([
    { sql: "UPDATE units SET path = '/tinh' || path, parent_id = coalesce(parent_id, 'tinh') WHERE path LIKE '/u/%'", args: [] },
  ])
  for (let run = 1; run <= RUNS; run++) {
    await addRun(db, now, now)
    const [row] = await db.read('SELECT max(id) AS id FROM broadcasts')
    const id = Number(row?.id)
    await db.write([
      {
        sql: `INSERT INTO outbox(priority, channel, address_id, contact_id, broadcast_id, state, due_at, settled_at, created_at)
              SELECT 1, last_channel, last_address, id, ?, 'sent', 0, 0, 0 FROM contacts WHERE last_channel IS NOT NULL ORDER BY id`,
        args: [String(id)],
      },
      {
        sql: "UPDATE broadcasts SET state = 'done', cursor = NULL, started_at = ?, ended_at = ? WHERE id = ?",
        args: [now.getTime(), now.getTime(), id],
      },
    ])
  }
  const [rows] = await db.read('SELECT max(id) AS n FROM outbox')
  say(`${PEOPLE} contacts, ${UNITS} units, ${Number(rows?.n)} rows of ledger in ${Math.round((performance.now() - startedAt) / 1000)} s`)
}

/** A session that has just given a proof, as its cookie. */
async function session(db: Db, keys: Keys, now: Date, round: number): Promise<string> {
  const secret = String(round).padStart(32, '2')
  const tag = await keys.tag('officer-session', secret)
  await db.write(openSession({ id: `bench${round}`, tag, officerId: 'an', device: 'bench', now, proven: true }))
  return `hv_officer=${secret}.${await keys.tag('csrf', `cookie:${secret}`)}`
}

/** From the request to the last byte. A run that the program itself has ended meanwhile is refused with a page of its own (409). */
async function time(url: string, cookie: string): Promise<number> {
  const startedAt = performance.now()
  const answer = await fetch(url, { headers: { cookie } })
  await answer.text()
  if (![200, 409].includes(answer.status) || answer.url.includes('/sign-in')) throw new Error(`${url} answered ${answer.status}`)
  return performance.now() - startedAt
}

const envOf = (url: string, folder: string, now: Date): Record<string, string> => ({
  LIBSQL_URL: url,
  EVIDENCE_DIR: join(folder, 'evidence'),
  DATA_KEY: Buffer.alloc(32, 7).toString('base64'),
  LOG_LEVEL: 'error',
  NOW: now.toISOString(),
})
