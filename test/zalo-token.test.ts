import { afterEach, describe, expect, test } from 'vitest'
import type { TokenPair } from '../src/channels/zalo/index.ts'
import { SendError } from '../src/errors.ts'
import { freshPair, keys, outbound, START, zaloOnFake } from './zalo-kit.ts'

const OAUTH = '/v4/oa/access_token'
const MESSAGE = '/v3.0/oa/message/cs'
const HOUR = 3600_000
const seed = { accessToken: keys.accessToken, refreshToken: keys.refreshToken }

let close: (() => Promise<void>) | undefined
afterEach(() => close?.())

async function onFake(...options: Parameters<typeof zaloOnFake>) {
  const bench = await zaloOnFake(...options)
  close = bench.fake.close
  const tend = (channel = bench.zalo) => channel.tend(new Date(bench.clock.now))
  const stored = () => bench.store.row?.pair as TokenPair
  return { ...bench, tend, stored }
}

const outcome = (attempt: Promise<unknown>) =>
  attempt.then(
    (value) => value,
    (error: unknown) => (error instanceof SendError ? `${error.failure} ${error.reason}` : Promise.reject(error)),
  )

describe('ahead of time', () => {
  test('the pair is renewed at four fifths of its life and not before', async () => {
    const { fake, clock, tend, stored } = await onFake()
    clock.now = START + 19 * HOUR - 1
    await tend()
    expect(fake.to(OAUTH)).toEqual([])
    clock.now += 1
    await tend()
    await tend()
    expect(fake.to(OAUTH)).toHaveLength(1)
    expect(stored()).toEqual({
      accessToken: 'access-1',
      refreshToken: 'refresh-1',
      accessExpiresAt: clock.now + 25 * HOUR,
      rotatedAt: clock.now,
      previous: { accessToken: 'access-0', refreshToken: 'refresh-0', rotatedAt: START - HOUR },
      seeds: [],
    })
  })

  test('the question is asked as Zalo wants it, secrets out of the address', async () => {
    const { fake, clock, tend } = await onFake()
    clock.now += 20 * HOUR
    await tend()
    const [call] = fake.to(OAUTH)
    expect(call).toMatchObject({ method: 'POST', query: '', headers: { secret_key: keys.appSecret } })
    expect(Object.fromEntries(new URLSearchParams(call?.body))).toEqual({
      refresh_token: 'refresh-0',
      app_id: keys.appId,
      grant_type: 'refresh_token',
    })
  })

  test.each([
    ['90000', 25],
    [90000, 25],
    ['bald', 1],
  ])('a life of %o counts as %i hours', async (expiresIn, hours) => {
    const { fake, clock, tend, stored } = await onFake()
    fake.behaviour.expiresIn = expiresIn
    clock.now += 20 * HOUR
    await tend()
    expect(stored().accessExpiresAt).toBe(clock.now + hours * HOUR)
  })

  test('an idle OA keeps its grant for months', async () => {
    const { fake, clock, tend, zalo } = await onFake()
    for (let day = 0; day < 120; day++) {
      clock.now += 24 * HOUR
      await tend()
    }
    expect(fake.grant.rotations).toBe(120)
    expect(await zalo.send(outbound())).toBe('message-1')
  })
})

describe('a token that Zalo refuses', () => {
  test.each([-216, -220])('with %i is renewed once and the message sent once more', async (error) => {
    const { fake, zalo } = await onFake()
    fake.script(MESSAGE, { error })
    expect(await zalo.send(outbound())).toBe('message-1')
    expect(fake.to(MESSAGE).map((call) => call.headers.access_token)).toEqual(['access-0', 'access-1'])
  })

  test('again after the renewal needs a person, and nothing loops', async () => {
    const { fake, zalo } = await onFake()
    fake.script(MESSAGE, { error: -216 }, { error: -216 }, { error: -216 })
    expect(await outcome(zalo.send(outbound()))).toBe('operator zalo_-216')
    expect(await outcome(zalo.send(outbound()))).toBe('operator zalo_fresh_token_refused')
    expect([fake.to(OAUTH).length, fake.to(MESSAGE).length]).toEqual([1, 3])
  })

  test('because another process was faster is read anew from the store', async () => {
    let meanwhile: (() => Promise<void>) | undefined
    const { fake, zalo, clock, another, tend } = await onFake({
      fetch: async (url, init) => {
        const renewing = meanwhile
        meanwhile = undefined
        // this process already holds the old token in its hand when the other one renews
        if (url.endsWith(MESSAGE)) await renewing?.()
        return fetch(url, init)
      },
    })
    clock.now += 20 * HOUR
    meanwhile = () => tend(another({ fetch }))
    expect(await zalo.send(outbound())).toBe('message-1')
    expect(fake.to(MESSAGE).map((call) => call.headers.access_token)).toEqual(['access-0', 'access-1'])
    expect(fake.to(OAUTH)).toHaveLength(1)
  })

  test('that ran out while nobody tended it is renewed before it is used', async () => {
    const { fake, zalo, clock } = await onFake()
    clock.now += 30 * HOUR
    await zalo.send(outbound())
    expect(fake.calls.map((call) => call.path)).toEqual([OAUTH, MESSAGE])
    expect(fake.to(MESSAGE)[0]?.headers.access_token).toBe('access-1')
  })
})

describe('two processes', () => {
  test('renew once, whoever comes first', async () => {
    const { fake, clock, tend, another, zalo, alarms } = await onFake()
    const others = [another(), another(), another()]
    clock.now += 20 * HOUR
    await Promise.all([zalo, ...others].map((channel) => tend(channel)))
    expect(fake.to(OAUTH)).toHaveLength(1)
    for (const channel of [zalo, ...others]) expect(await channel.send(outbound())).toMatch(/^message-/)
    expect(alarms).toEqual([])
  })

  test('with a token that ran out wait for the one that asks, and lose no message', async () => {
    const { fake, clock, another, zalo } = await onFake()
    clock.now += 30 * HOUR
    const outcomes = await Promise.all([zalo, another(), another()].map((channel) => outcome(channel.send(outbound()))))
    expect(outcomes.filter((one) => one === 'message-1')).toHaveLength(1)
    expect(outcomes.filter((one) => one === 'rate_limited zalo_token_refreshing')).toHaveLength(2)
    expect(fake.to(OAUTH)).toHaveLength(1)
    expect(await another().send(outbound())).toBe('message-2')
  })

  test('take over a claim whose owner died, after a minute', async () => {
    const { fake, clock, tend, zalo } = await onFake({ pair: freshPair({ accessExpiresAt: START, claimedUntil: START + 60_000 }) })
    expect(await outcome(zalo.send(outbound()))).toBe('rate_limited zalo_token_refreshing')
    await tend()
    expect(fake.to(OAUTH)).toEqual([])
    clock.now += 60_000
    expect(await zalo.send(outbound())).toBe('message-1')
  })
})

describe('the new pair', () => {
  test('is stored before anybody uses it', async () => {
    const order: string[] = []
    const bench = await onFake({
      fetch: (url, init) => {
        order.push(new URL(url).pathname)
        return fetch(url, init)
      },
    })
    const write = bench.store.write
    bench.store.write = async (pair, version) => {
      order.push(`stored ${pair.accessToken}${pair.claimedUntil === undefined ? '' : ' claimed'}`)
      return write(pair, version)
    }
    bench.clock.now += 30 * HOUR
    await bench.zalo.send(outbound())
    expect(order).toEqual(['stored access-0 claimed', OAUTH, 'stored access-1', MESSAGE])
  })

  test('that cannot be stored is not used, is kept, and stored as soon as the database is back', async () => {
    const bench = await onFake()
    const { zalo, fake, clock, store, alarms, tend, stored } = bench
    fake.script(MESSAGE, { error: -216 })
    const write = store.write
    store.write = async (pair, version) => {
      if (pair.accessToken === 'access-1') throw new Error('the database is away')
      return write(pair, version)
    }
    expect(await outcome(zalo.send(outbound()))).toBe('temporary zalo_token_unsaved')
    expect(fake.to(MESSAGE)).toHaveLength(1)
    await tend()
    expect(alarms).toHaveLength(1)
    store.write = write
    clock.now += 60_000
    await tend()
    expect(stored()).toMatchObject({ accessToken: 'access-1', refreshToken: 'refresh-1' })
    expect(await zalo.send(outbound())).toBe('message-1')
    expect(fake.to(OAUTH)).toHaveLength(1)
  })

  test('a database that is away costs a try, not the message', async () => {
    const { zalo, store, fake } = await onFake()
    store.broken = true
    expect(await outcome(zalo.send(outbound()))).toBe('temporary zalo_token_store')
    expect(fake.calls).toEqual([])
  })
})

describe('a lost grant', () => {
  test('raises one alarm an hour, without a token in it, and shows in the state', async () => {
    const { fake, clock, tend, alarms, zalo } = await onFake()
    fake.grant.refreshToken = 'taken-by-somebody-else'
    clock.now += 20 * HOUR
    for (let minute = 0; minute < 119; minute++) {
      await tend()
      clock.now += 60_000
    }
    expect(alarms).toEqual([
      { message: expect.any(String), fields: { reason: 'zalo_oauth_-14014', name: 'Invalid refresh token' } },
      { message: expect.any(String), fields: { reason: 'zalo_oauth_-14014', name: 'Invalid refresh token' } },
    ])
    expect(JSON.stringify(alarms)).not.toMatch(/access-|refresh-|secret/)
    expect(fake.to(OAUTH)).toHaveLength(2)
    // the old access token still works for its last hours
    expect(await zalo.send(outbound())).toBe('message-1')
    expect(await zalo.setUp('https://bot.example.vn/webhooks/zalo')).toMatchObject({
      ok: false,
      detail: expect.stringContaining('ZALO_REFRESH_TOKEN'),
    })
    clock.now += 10 * HOUR
    expect(await outcome(zalo.send(outbound()))).toBe('operator zalo_oauth_-14014')
    expect(await zalo.setUp(null)).toMatchObject({ ok: false, detail: expect.stringContaining('ZALO_REFRESH_TOKEN') })
  })

  test('is not what a broken line is: that is tried again the next minute', async () => {
    const { fake, clock, tend, alarms, stored, zalo } = await onFake()
    clock.now += 20 * HOUR
    fake.script(OAUTH, { status: 502, body: '<html>' }, 'drop')
    await tend()
    clock.now += 60_000
    await tend()
    expect(alarms.map((alarm) => alarm.fields.reason)).toEqual(['zalo_oauth_http_502'])
    expect((await zalo.setUp('https://bot.example.vn/webhooks/zalo')).ok).toBe(true)
    clock.now += 60_000
    await tend()
    expect(stored()).toMatchObject({ accessToken: 'access-1' })
    expect(stored()).not.toHaveProperty('failure')
  })

  test('ends when an operator sets a new pair in the environment', async () => {
    const { fake, clock, tend, zalo, another } = await onFake({ pair: null, seed })
    await tend()
    fake.grant.refreshToken = 'granted-anew'
    clock.now += 30 * HOUR
    expect(await outcome(zalo.send(outbound()))).toBe('operator zalo_oauth_-14014')
    const redeployed = another({ seed: { accessToken: 'pasted', refreshToken: 'granted-anew' } })
    expect(await redeployed.send(outbound())).toBe('message-1')
    // and the process that still has the old environment does not bring the dead pair back
    expect(await zalo.send(outbound())).toBe('message-2')
    expect(await redeployed.send(outbound())).toBe('message-3')
  })
})

describe('the pair of the environment', () => {
  test('fills an empty store, serves at once and is renewed at the first minute', async () => {
    const { fake, zalo, tend, stored } = await onFake({ pair: null, seed })
    await zalo.send(outbound())
    expect(fake.to(MESSAGE)[0]?.headers.access_token).toBe('access-0')
    expect(stored()).toMatchObject({ ...seed, rotatedAt: null })
    await tend()
    expect(stored()).toMatchObject({ accessToken: 'access-1', previous: seed })
  })

  test('does not overwrite the pair that grew from it, also after many renewals', async () => {
    const { clock, tend, another, stored } = await onFake({ pair: null, seed })
    for (let day = 0; day < 40; day++) {
      await tend()
      clock.now += 24 * HOUR
    }
    const before = stored()
    expect(await another().send(outbound())).toMatch(/^message-/)
    expect(stored()).toEqual(before)
    expect(JSON.stringify(stored().seeds)).not.toContain(keys.refreshToken)
  })

  test('taken up by several processes at once is one pair', async () => {
    const { store, zalo, another } = await onFake({ pair: null, seed })
    await Promise.all([zalo, another(), another()].map((channel) => channel.send(outbound())))
    expect(store.writes).toHaveLength(1)
  })

  test('missing, with an empty store, is said in words', async () => {
    const { zalo, tend, fake } = await onFake({ pair: null })
    await tend()
    expect(await outcome(zalo.send(outbound()))).toBe('operator zalo_no_token')
    expect(await zalo.setUp(null)).toMatchObject({ ok: false, detail: expect.stringContaining('ZALO_ACCESS_TOKEN') })
    expect(fake.calls).toEqual([])
  })
})
