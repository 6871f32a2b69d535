import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { revokeToken } from '../db/api-tokens.ts'
import { createWatch, type Sight } from '../src/api/watch.ts'
import { type ApiDesk, openApiDesk } from './api-desk.ts'
import { broadcastRow, pushRow } from './broadcast-rows.ts'

let desk: ApiDesk
beforeEach(async () => {
  desk = await openApiDesk()
  await desk.db.write([
    {
      sql: `INSERT INTO campaigns(id, unit_id, author_id, editors, title, content, audience, plan, created_at, changed_at)
            VALUES ('k', 'xa', 'o', '[]', 'Phiên chợ', '{}', '{"unitId":"xa"}', '{"kind":"now"}', '', '')`,
      args: [],
    },
  ])
})
afterEach(() => desk.close())

/** A run with so many people in each state. */
async function run(
  id: number,
  people: Array<[n: number, state: string, reason?: string]>,
  columns: Record<string, string | number | null> = {},
) {
  let serial = 0
  await desk.db.write([
    broadcastRow(id, { campaign_id: 'k', unit_id: 'xa', ...columns }),
    ...people.flatMap(([n, state, reason = null]) =>
      Array.from({ length: n }, () => pushRow(id, { contact_id: `c${++serial}`, state, reason })),
    ),
  ])
}

type Result = {
  state: string
  result: null | { people: number; states: Record<string, number>; reasons: unknown[]; optedOut: unknown; taps: unknown }
}

describe('runs', () => {
  test('are listed newest first, of the scope, of one campaign', async () => {
    await run(1, [])
    await run(2, [])
    await run(3, [], { campaign_id: 'other' })
    const client = await desk.clientOf('tinh', ['viewer'])
    const first = (await (await client.get('/broadcasts?limit=1')).json()) as { rows: Array<Record<string, unknown>>; next: number }
    expect(first).toMatchObject({ rows: [{ id: 2, campaignId: 'k', title: 'Phiên chợ', unit: { id: 'xa' }, state: 'scheduled' }], next: 2 })
    expect(await (await client.get('/broadcasts?before=2')).json()).toMatchObject({ rows: [{ id: 1 }] })
    expect(await (await client.get('/broadcasts?campaign=other')).json()).toEqual({ rows: [] })
    expect(await (await (await desk.clientOf('xa-khac', ['viewer'])).get('/broadcasts')).json()).toEqual({ rows: [] })
    expect((await (await desk.clientOf('co-so', ['viewer'])).get('/broadcasts/1')).status).toBe(404)
  })

  test('show totals that add up, and reasons of few people as few', async () => {
    await run(
      1,
      [
        [20, 'sent'],
        [7, 'failed', 'telegram_403'],
        [2, 'failed', 'timeout'],
        [1, 'unknown', 'interrupted'],
        [5, 'skipped', 'weekly_cap'],
      ],
      { opted_out: 3, taps: 9 },
    )
    const client = await desk.clientOf('xa', ['viewer'])
    const { result } = (await (await client.get('/broadcasts/1')).json()) as Result
    expect(result).toEqual({
      people: 35,
      states: { queued: 0, sending: 0, sent: 20, failed: 9, unknown: 1, skipped: 5 },
      channels: [{ channel: 'telegram', people: 40, sent: 20, settled: 40 }],
      reasons: [
        { state: 'failed', reason: 'telegram_403', people: 7 },
        { state: 'failed', reason: 'timeout', people: { under: 5 } },
        { state: 'skipped', reason: 'weekly_cap', people: 5 },
        { state: 'unknown', reason: 'interrupted', people: { under: 5 } },
      ],
      optedOut: { under: 5 },
      taps: 9,
    })
  })

  test('of nine people show only how far they are', async () => {
    await run(
      1,
      [
        [8, 'sent'],
        [1, 'failed', 'telegram_403'],
      ],
      { opted_out: 1, taps: 9, state: 'done' },
    )
    const answer = await (await desk.clientOf('xa', ['viewer'])).get('/broadcasts/1')
    const seen = (await answer.json()) as Result
    expect(seen).toMatchObject({ state: 'done', result: null })
    expect(JSON.stringify(seen)).not.toMatch(/403|taps|optedOut/)
  })
})

/** The events of a stream, one after the other. */
function eventsOf(answer: Response) {
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
  let rest = ''
  return {
    /** The next event's data; undefined at the end. */
    async next(): Promise<Result | undefined> {
      for (;;) {
        const end = rest.indexOf('\n\n')
        if (end >= 0) {
          const block = rest.slice(0, end)
          rest = rest.slice(end + 2)
          const data = /^event: counts\ndata: (.*)$/.exec(block)?.[1]
          if (data !== undefined) return JSON.parse(data) as Result
          continue
        }
        const { done, value } = await reader.read()
        if (done) return undefined
        rest += new TextDecoder().decode(value)
      }
    },
    cancel: () => reader.cancel(),
  }
}

describe('watching a run', () => {
  test('shows it at once, then each change, and ends with it', async () => {
    await run(1, [[12, 'queued']])
    const client = await desk.clientOf('xa', ['viewer'])
    const answer = await client.get('/broadcasts/1/events')
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const events = eventsOf(answer)
    expect((await events.next())?.result?.states).toMatchObject({ queued: 12, sent: 0 })
    await desk.db.write([{ sql: "UPDATE outbox SET state = 'sent' WHERE contact_id IN ('c1', 'c2')", args: [] }])
    expect((await events.next())?.result?.states).toMatchObject({ queued: 10, sent: 2 })
    await desk.db.write([
      { sql: "UPDATE outbox SET state = 'sent'", args: [] },
      { sql: "UPDATE broadcasts SET state = 'done', ended_at = 1", args: [] },
    ])
    expect(await events.next()).toMatchObject({ state: 'done', result: { states: { queued: 0, sent: 12 } } })
    expect(await events.next()).toBeUndefined()
  })

  test('of a run that is over shows it once and ends; closing the product ends the others', async () => {
    await run(1, [[12, 'sent']], { state: 'cancelled' })
    await run(2, [[12, 'queued']])
    const client = await desk.clientOf('xa', ['viewer'])
    const over = eventsOf(await client.get('/broadcasts/1/events'))
    expect(await over.next()).toMatchObject({ state: 'cancelled' })
    expect(await over.next()).toBeUndefined()
    const open = eventsOf(await client.get('/broadcasts/2/events'))
    await open.next()
    desk.product.close()
    expect(await open.next()).toBeUndefined()
  })

  test('is for whoever may read it, and for a hundred at most', async () => {
    await run(1, [[12, 'queued']])
    expect((await (await desk.clientOf('xa-khac', ['viewer'])).get('/broadcasts/1/events')).status).toBe(404)
    const answers: Response[] = []
    for (let i = 0; i < 5; i++) {
      const client = await desk.clientOf('xa', ['viewer'])
      for (let k = 0; k < 20; k++) answers.push(await client.get('/broadcasts/1/events'))
    }
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    const full = await (await desk.clientOf('xa', ['viewer'])).get('/broadcasts/1/events')
    expect(full.status).toBe(429)
    expect(full.headers.get('retry-after')).toBe('10')
    await answers[0]?.body?.cancel()
    expect((await (await desk.clientOf('xa', ['viewer'])).get('/broadcasts/1/events')).status).toBe(200)
  })
})

describe('one look for all', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] }))
  afterEach(() => void vi.useRealTimers())

  const watcher = (id: number, still = async () => true) => ({ id, token: `t${id}`, still })

  test('a second, however many watch; none when nobody does', async () => {
    const looks: number[][] = []
    const look = async (ids: number[]): Promise<Sight[]> => {
      looks.push(ids)
      return ids.map((id) => ({ id, data: '{}', over: false }))
    }
    const watch = createWatch({ look })
    const streams = [1, 1, 2].map((id) => watch.open(watcher(id)) as Response)
    await vi.advanceTimersByTimeAsync(0)
    looks.length = 0
    await vi.advanceTimersByTimeAsync(3_000)
    expect(looks).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ])
    await Promise.all(streams.map((stream) => stream.body?.cancel()))
    looks.length = 0
    await vi.advanceTimersByTimeAsync(60_000)
    expect(looks).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a database that is away is asked again; a heartbeat every 15 seconds asks whether the token still holds', async () => {
    let away = true
    let holds = true
    const watch = createWatch({
      look: async (ids) => {
        if (away) throw new Error('away')
        return ids.map((id) => ({ id, data: '{"state":"sending"}', over: false }))
      },
    })
    const stream = watch.open(watcher(1, async () => holds)) as Response
    const text = stream.text()
    await vi.advanceTimersByTimeAsync(1_500)
    away = false
    await vi.advanceTimersByTimeAsync(14_000)
    holds = false
    await vi.advanceTimersByTimeAsync(15_000)
    expect(await text).toBe('retry: 2000\n\nevent: counts\ndata: {"state":"sending"}\n\n:\n\n:\n\n')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('on Workers a stream ends by itself', async () => {
    const watch = createWatch({ look: async (ids) => ids.map((id) => ({ id, data: '{}', over: false })), maxStreamMs: 25_000 })
    const text = (watch.open(watcher(1)) as Response).text()
    await vi.advanceTimersByTimeAsync(25_000)
    expect(await text).toContain('event: counts')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a revoked token stops seeing the run', async () => {
    await run(1, [[12, 'queued']])
    const { id, token } = await desk.token(await desk.officer('xa', ['viewer']))
    const text = (await desk.client(token).get('/broadcasts/1/events')).text()
    await desk.db.write([revokeToken(id, desk.clock.now())])
    await vi.advanceTimersByTimeAsync(15_000)
    expect(await text).toContain('event: counts')
  })
})
