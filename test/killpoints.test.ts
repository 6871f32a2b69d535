/**
 * A broadcast killed at every step boundary: before and after each write to the database and each send, at approval,
 * freezing, claiming, sending, recording, cancelling, resending, halting, finishing. Whatever the moment, another process
 * finishes the work: nobody gets it twice, everybody is sent to or listed, and no more is unknown than was in hand.
 */
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { approveCampaign, submitCampaign } from '../db/approvals.ts'
import { cancelBroadcast, resendBroadcast } from '../db/broadcast-acts.ts'
import { findBroadcast, type OwnedBroadcast } from '../db/broadcasts.ts'
import { type Campaign, findCampaign } from '../db/campaigns.ts'
import { findHalt, haltPushes, restartPushes } from '../db/halts.ts'
import { PUSH_LEASE_MS } from '../db/ledger.ts'
import { openDb } from '../db/open.ts'
import type { Db, Keys, Limits, OutboundMessage, Statement } from '../src/chat.ts'
import { SendError } from '../src/errors.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { totpDigits } from '../src/totp.ts'
import { openTestFile } from './database.ts'
import { type Clock, type FakeChannel, fakeChannel, fakeClock } from './harness.ts'
import { runKilled } from './kill-run.ts'
import { countUnknown, expectTrueBooks, listInHand, type PlatformRecord } from './ledger.ts'
import { addPeople, addTestOfficer, deskAt, draftOf, runOf, type TestOfficer, unitRows } from './people.ts'
import { type Cut, cutAt, type Process, settle, startProcess } from './processes.ts'

const PEOPLE = 40
const MINUTE = 60_000
/** Three claims for forty people. */
const LIMITS: Partial<Limits> = { perSecond: 80 }
const OVER = new Set(['done', 'cancelled'])

type World = {
  db: Db
  keys: Keys
  clock: Clock
  channel: FakeChannel
  officers: Record<'editor' | 'approver' | 'second' | 'told', TestOfficer>
}
/** What the process that is cut does, over its own way to the database; and what is done again when the cut met it before. */
type Scene = {
  limits?: Partial<Limits>
  seed(world: World): Promise<void>
  /** An officer's act in the process that is cut. */
  act?(world: World): Promise<void>
  /** The act meets sends in flight. */
  amid?: true
  /** The act once more, where the cut left it undone. Told whether it was done. */
  actAgain?(world: World): Promise<void>
  fault?(message: OutboundMessage, tries: number): void
  /** Between the cut and the process that takes over. */
  afterCut?(world: World, heir: Process): Promise<void>
  expected(world: World, states: Record<string, number>): Promise<void>
  /** Unknown by what the platform said, besides the cut. */
  unknownSaid?: number
  parts?: number
  /** At least so many boundaries, or the scene is not what it says. */
  least: number
}

const keys = createNodeKeys(new Uint8Array(32).fill(7))
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hang-viet-kill-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const desk = ({ db, clock }: World, officer: TestOfficer) => deskAt(db, keys, officer.id, clock.now())
const act = async ({ db }: World, writes: Promise<Statement[]>) => db.write(await writes)
/** Digits are used once: the clock goes on to the next ones. */
const digits = ({ clock }: World, officer: TestOfficer) => {
  clock.advance(30_000)
  return totpDigits(officer.secret, clock.now())
}
const numberOf = async ({ db }: World, sql: string) => Number(Object.values((await db.read(sql))[0] ?? {})[0] ?? 0)
const found = async ({ db }: World, id = 1): Promise<OwnedBroadcast> => {
  const run = await findBroadcast(db, id)
  if (!run) throw new Error(`no run ${id}`)
  return run
}
const soleCampaign = async ({ db }: World): Promise<Campaign> => {
  const [row] = await db.read('SELECT id FROM campaigns')
  const campaign = await findCampaign(db, String(row?.id))
  if (!campaign) throw new Error('no campaign')
  return campaign
}
const members = (world: World, n = PEOPLE) =>
  addPeople(
    world.db,
    Array.from({ length: n }, () => ({})),
  )
const runNow = async (world: World, draft: Parameters<typeof runOf>[1] = {}) => runOf(await desk(world, world.officers.editor), draft)
/** A run of which about `n` people were sent to, by a process that ended well. */
const runPartly = async (world: World) => {
  await members(world)
  await runNow(world)
  const first = startProcess({ ...world, channels: [world.channel], holder: 'before' })
  await first.broadcasts.tick()
  await first.broadcasts.tick()
  await first.dispatcher.drain()
  world.clock.advance(1_000)
}
const actsOf = (world: World, act: string) => numberOf(world, `SELECT count(*) FROM audit WHERE act = '${act}'`)
/** The end of a run is known to everybody once: its campaign, the audit, its officers. */
const expectEnd = async (world: World, state: 'done' | 'cancelled', times = 1, told = times) => {
  expect((await found(world)).state).toBe(state)
  expect((await soleCampaign(world)).state).toBe(state)
  expect(await actsOf(world, `broadcast.${state}`)).toBe(times)
  // A reply in flight at the cut is said again: what counts is that there was one.
  expect(new Set(world.channel.sent.flatMap(({ address, id }) => (address === '42' ? [id] : []))).size).toBe(told)
}

const scenes: Record<string, Scene> = {
  'from the first row to the last person, with every kind of answer': {
    // Two stretches of two thousand are looked at, in which forty people are.
    async seed(world) {
      await addPeople(
        world.db,
        Array.from({ length: 4_100 }, (_, i) => (i % 100 === 0 && i < PEOPLE * 100 ? {} : { age: 'under16' })),
        100_000,
      )
      await runNow(world)
    },
    fault({ address }, tries) {
      const who = (Number(address) - 100_000) / 100
      if (who % 10 === 1) throw new SendError('blocked', 'telegram_403')
      if (who % 10 === 2 && tries === 1) throw new SendError('rate_limited', 'telegram_429', 1)
      if (who % 10 === 3 && tries === 1) throw new SendError('temporary', 'telegram_502')
      if (who % 20 === 4 && tries === 1) throw new SendError('unknown', 'telegram_no_answer')
    },
    unknownSaid: 2,
    async expected(world, states) {
      expect((states['failed telegram_403'] ?? 0) + (states['unknown interrupted'] ?? 0)).toBeGreaterThanOrEqual(4)
      expect(Number(states.sent)).toBeGreaterThanOrEqual(PEOPLE - 6 - Number(states['unknown interrupted'] ?? 0))
      await expectEnd(world, 'done')
    },
    least: 60,
  },
  'messages of two parts, the second put off': {
    limits: { text: 120 },
    async seed(world) {
      await members(world, 6)
      await runNow(world, { content: { vi: 'Mời đoàn viên xem hàng Việt cuối tuần này ở nhà văn hóa. '.repeat(3) } })
    },
    fault({ id }, tries) {
      if (id.endsWith('.1') && tries === 1) throw new SendError('rate_limited', 'telegram_429', 1)
    },
    parts: 2,
    expected: (world) => expectEnd(world, 'done'),
    least: 30,
  },
  approval: {
    async seed(world) {
      await members(world, 3)
      const id = await draftOf(await desk(world, world.officers.editor))
      const draft = await findCampaign(world.db, id)
      if (draft) await act(world, writesOf(submitCampaign(await desk(world, world.officers.editor), draft)))
    },
    async act(world) {
      const { approver } = world.officers
      const code = digits(world, approver)
      await act(world, writesOf(approveCampaign(await desk(world, approver), await soleCampaign(world), 1, code)))
      world.clock.advance(5 * MINUTE)
    },
    async actAgain(world) {
      if ((await soleCampaign(world)).state === 'submitted') await scenes.approval?.act?.(world)
      else world.clock.advance(5 * MINUTE)
    },
    async expected(world) {
      expect(await numberOf(world, 'SELECT count(*) FROM broadcasts')).toBe(1)
      expect(await actsOf(world, 'campaign.approve')).toBe(1)
      // Of the approval and of the end.
      await expectEnd(world, 'done', 1, 2)
    },
    least: 12,
  },
  'a cancel amid the run': {
    seed: runPartly,
    amid: true,
    async act(world) {
      const { approver } = world.officers
      const code = digits(world, approver)
      await act(world, cancelBroadcast(await desk(world, approver), await found(world), code))
    },
    async actAgain(world) {
      if (['sending', 'paused'].includes((await found(world)).state)) await scenes['a cancel amid the run']?.act?.(world)
    },
    async expected(world, states) {
      const { sent = 0, 'skipped cancelled': skipped = 0, 'unknown interrupted': unknown = 0 } = states
      expect([sent + skipped + unknown, skipped >= PEOPLE - 32]).toEqual([PEOPLE, true])
      await expectEnd(world, 'cancelled')
    },
    least: 10,
  },
  'a resend to those it failed for': {
    async seed(world) {
      await runPartly(world)
      world.channel.fault = ({ address, bulk }) => {
        if (bulk && Number(address) % 3 === 0) throw new SendError('refused', 'telegram_400')
      }
      const first = startProcess({ ...world, channels: [world.channel], holder: 'before2' })
      for (let i = 0; i < 6; i++) {
        await settle(first)
        world.clock.advance(1_000)
      }
      world.channel.fault = undefined
      expect(await numberOf(world, "SELECT count(*) FROM outbox WHERE state = 'failed'")).toBeGreaterThan(0)
    },
    async act(world) {
      const { approver } = world.officers
      const code = digits(world, approver)
      await act(world, resendBroadcast(await desk(world, approver), await found(world), 'failed', code))
    },
    async actAgain(world) {
      if ((await actsOf(world, 'broadcast.resend_failed')) === 0) await scenes['a resend to those it failed for']?.act?.(world)
    },
    async expected(world, states) {
      expect(Number(states.sent) + Number(states['unknown interrupted'] ?? 0)).toBe(PEOPLE)
      await expectEnd(world, 'done', 2)
    },
    least: 15,
  },
  'an emergency stop amid the run': {
    seed: runPartly,
    amid: true,
    async act(world) {
      const { second } = world.officers
      const code = digits(world, second)
      await act(world, haltPushes(await desk(world, second), code))
    },
    async actAgain(world) {
      if (!(await findHalt(world.db))) await scenes['an emergency stop amid the run']?.act?.(world)
    },
    async afterCut(world, heir) {
      const { second, approver } = world.officers
      const before = world.channel.sent.length
      for (let i = 0; i < 3; i++) {
        await settle(heir)
        world.clock.advance(1_000)
      }
      expect(world.channel.sent.length, 'nothing leaves while it holds').toBe(before)
      for (const officer of [second, approver]) {
        const code = digits(world, officer)
        await world.db.write((await restartPushes(await desk(world, officer), code)).writes)
      }
    },
    async expected(world) {
      await expectEnd(world, 'done')
    },
    least: 4,
  },
  'a rule that comes due': {
    async seed(world) {
      await members(world, 3)
      const id = await draftOf(await desk(world, world.officers.editor), { plan: { kind: 'daily', time: '09:05' } })
      await world.db.write([
        {
          sql: "UPDATE campaigns SET state = 'approved', next_at = ? WHERE id = ?",
          args: [Date.parse('2026-11-23T02:05:00Z'), id],
        },
      ])
      world.clock.set('2026-11-23T02:05:00Z')
    },
    async expected(world) {
      expect(await numberOf(world, 'SELECT count(*) FROM broadcasts')).toBe(1)
      expect(await actsOf(world, 'rule.run')).toBe(1)
      const rule = await soleCampaign(world)
      expect([rule.state, rule.nextAt?.toISOString()]).toEqual(['approved', '2026-11-24T02:05:00.000Z'])
      expect((await found(world)).state).toBe('done')
    },
    least: 12,
  },
}

describe.each(Object.entries(scenes))('%s', (name, scene) => {
  test('cut at each boundary in turn, then finished by another process', async () => {
    const template = join(folder, `${name.replace(/\W+/g, '-')}.db`)
    const seeded = await seed(scene, template)
    let [cuts, unknownMost] = [0, 0]
    for (let k = 1; ; k++) {
      const file = `${template}-${k}`
      await copyFile(template, file)
      const db = openDb({ url: `file:${file}` })
      // Not the power is cut here, only the process: the disk need not be waited for.
      await db.read('PRAGMA synchronous = OFF')
      const world: World = { ...seeded, db, clock: fakeClock(seeded.at), channel: channelOf(scene, k) }
      world.channel.sent.push(...seeded.sent)
      const cut = cutAt(k)
      await cut.until(live(scene, world, cut))
      const where = `cut ${k}: ${cut.at()}`
      const inHand = await listInHand(db)
      if (cut.at() === undefined) expect(inHand).toEqual([])
      world.clock.advance(PUSH_LEASE_MS + 1_000)
      await scene.actAgain?.(world)
      const heir = startProcess({ ...world, channels: [world.channel], holder: 'heir' })
      await scene.afterCut?.(world, heir)
      await finish(world, heir)
      try {
        const record = recordOf(world.channel)
        const audience = await numberOf(
          world,
          'SELECT count(*) FROM contacts WHERE push_offered IS NOT NULL AND id IN (SELECT contact_id FROM outbox)',
        )
        const books = await expectTrueBooks(db, 1, record, audience, scene.parts)
        const unknown = Object.entries(books.states).reduce((sum, [state, n]) => sum + (state.startsWith('unknown') ? n : 0), 0)
        expect(unknown).toBeLessThanOrEqual(inHand.length + (scene.unknownSaid ?? 0))
        expect(books.states['unknown interrupted'] ?? 0).toBe(await countUnknown(db, inHand))
        unknownMost = Math.max(unknownMost, books.states['unknown interrupted'] ?? 0)
        await scene.expected(world, books.states)
      } catch (error) {
        throw new Error(`${where}: ${(error as Error).message}`, { cause: error })
      } finally {
        db.close()
        for (const suffix of ['', '-wal', '-shm']) await rm(file + suffix, { force: true })
      }
      if (cut.at() === undefined) break
      cuts++
    }
    console.log(`${name}: cut at ${cuts} boundaries, ${unknownMost} people unknown at most`)
    expect(cuts).toBeGreaterThanOrEqual(scene.least)
  })
})

describe('the program', () => {
  const root = fileURLToPath(new URL('../', import.meta.url))
  const program = join(root, 'dist', `killed-${process.pid}`)
  afterAll(() => rm(program, { recursive: true, force: true }))

  test('killed five times at random moments while it sends to 2,000 people', async () => {
    await build({
      absWorkingDir: root,
      entryPoints: ['src/node.ts'],
      outdir: program,
      ...{
        bundle: true,
        platform: 'node',
        target: 'node20',
        format: 'esm',
        packages: 'external',
        jsx: 'automatic',
        jsxImportSource: 'hono/jsx',
      },
    })
    const { books, reached, kills, output } = await runKilled({ kills: 5, people: 2_000, program: join(program, 'node.js') })
    console.log(
      `in hand at each kill, of them unknown: ${kills.map(({ inHand, unknown }) => `${inHand}/${unknown}`).join(' ')}; ${JSON.stringify(books.states)}`,
    )
    expect(books).toMatchObject({ audience: 2_000, doubles: [], missing: [], unlisted: [], wrongSums: [], wrongWeeks: [] })
    const unknown = kills.reduce((sum, one) => sum + one.unknown, 0)
    expect(books.states).toEqual({ sent: 2_000 - unknown, ...(unknown > 0 ? { 'unknown interrupted': unknown } : {}) })
    expect(reached).toBeGreaterThanOrEqual(2_000 - unknown)
    expect(Math.max(...kills.map((one) => one.unknown))).toBeLessThanOrEqual(256)
    expect(output).not.toContain('"level":"error"')
  }, 240_000)
})

/** The life of the process that is cut: an officer's act, then the run to its end. */
async function live(scene: Scene, world: World, cut: Cut): Promise<void> {
  const mine = { ...world, db: cut.db(world.db) }
  const process = startProcess({ ...mine, channels: [cut.channel(world.channel)], holder: 'mine' })
  const before = world.channel.sent.length
  const sending = scene.amid ? process.dispatcher.drain() : undefined
  for (let i = 0; sending && i < 200 && world.channel.sent.length === before; i++) await new Promise((go) => setImmediate(go))
  await scene.act?.(mine)
  await sending
  for (let round = 0; round < 6; round++) {
    await settle(process)
    if (cut.at() === undefined) world.clock.advance(1_000)
  }
}

async function finish(world: World, heir: Process): Promise<void> {
  for (let round = 0; round < 60; round++) {
    await settle(heir)
    const runs = await world.db.read('SELECT state FROM broadcasts')
    if (runs.length > 0 && runs.every(({ state }) => OVER.has(String(state)))) return settle(heir)
    world.clock.advance(2_000)
  }
}

async function seed(scene: Scene, file: string) {
  const database = await openTestFile()
  const world: World = {
    ...{ db: database.db, keys, clock: fakeClock(), channel: channelOf({}, 0) },
    officers: { editor: NOBODY, approver: NOBODY, second: NOBODY, told: NOBODY },
  }
  await world.db.write(unitRows())
  const [chat] = await addPeople(world.db, [{ push: 0, native: '42' }])
  world.officers = {
    editor: await addTestOfficer(world.db, keys, 'soan', 'tinh', ['editor'], chat ?? null),
    approver: await addTestOfficer(world.db, keys, 'duyet', 'tinh', ['approver']),
    second: await addTestOfficer(world.db, keys, 'duyet2', 'tinh', ['approver', 'admin']),
    told: NOBODY,
  }
  await scene.seed(world)
  await world.db.read(`VACUUM INTO '${file}'`)
  await database.close()
  return { officers: world.officers, keys, at: world.clock.now().toISOString(), sent: world.channel.sent }
}

const NOBODY: TestOfficer = { id: '', name: '', secret: '' }

const writesOf = async (done: Promise<{ writes: Statement[] }>): Promise<Statement[]> => (await done).writes

/** A channel whose sends take a few turns of the event loop, others with each cut. */
function channelOf({ fault, limits }: Pick<Scene, 'fault' | 'limits'>, k: number): FakeChannel {
  const channel = fakeChannel('telegram', { ...LIMITS, ...limits })
  const tries = new Map<string, number>()
  const { send } = channel
  return Object.assign(channel, {
    async send(message: OutboundMessage) {
      const n = (tries.get(message.id) ?? 0) + 1
      tries.set(message.id, n)
      for (let hops = (Number(message.address) * 31 + k * 17) % 4; hops > 0; hops--) await new Promise((go) => setImmediate(go))
      if (message.bulk) fault?.(message, n)
      return send(message)
    },
  })
}

const recordOf = ({ sent }: FakeChannel): PlatformRecord => {
  const record: PlatformRecord = new Map()
  for (const { address, id, bulk } of sent) if (bulk) record.set(address, [...(record.get(address) ?? []), id])
  return record
}
