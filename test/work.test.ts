/**
 * What keeps software from filing thousands of reports through the page, and lets a whole factory behind one address
 * file at once: work that a browser does for each, spent once, tied to its visitor and to the hour.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { solve } from '../src/channels/web/page/solve.ts'
import { createWorks, LEAST_TRIES, type Work } from '../src/channels/web/work.ts'
import { secureRandom } from '../src/keys.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { createWebKeys } from '../src/keys-web.ts'
import { createBot, fakeChannel, textOf } from './harness.ts'
import { type Browser, createWebBot, type WebBot } from './web-harness.ts'

const RECEIPT = /PA-\d{4}-[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}/
const STORY = ['phản ánh', 'hàng nghi giả', 'tem mờ và in sai', 'chợ Mẫu', 'hôm nay', 'bỏ qua', 'chưa dùng', 'gửi']

describe('a report through the page', () => {
  let bot: WebBot
  beforeEach(async () => {
    bot = await createWebBot()
  })
  afterEach(() => bot.close())

  const heard = async (who: Browser) => (await who.history()).lines.map(({ text }) => text).join('\n---\n')
  const cases = async () => Number((await bot.db.read('SELECT count(*) AS n FROM cases'))[0]?.n)
  const tell = async (who: Browser) => {
    if (!who.cookie()) await who.open()
    for (const text of STORY) {
      expect((await who.posts({ text })).status).toBe(202)
      bot.clock.advance(4_000)
    }
  }

  test('without its work is told to wait and kept, and goes with the next press', async () => {
    const lan = bot.browser()
    await tell(lan)
    await lan.posts({ text: 'không nhắn lại' })
    expect(await heard(lan)).toContain('Bạn chờ vài giây rồi bấm lại nhé')
    expect(await cases()).toBe(0)
    await lan.posts({ text: 'không nhắn lại', work: await lan.works() })
    expect(await heard(lan)).toMatch(RECEIPT)
    expect(await cases()).toBe(1)
  })

  test('spends its work: the same does not pay for a second one', async () => {
    const lan = bot.browser()
    await tell(lan)
    const work = await lan.works()
    await lan.posts({ text: 'không nhắn lại', work })
    bot.clock.advance(60_000)
    await tell(lan)
    await lan.posts({ text: 'không nhắn lại', work })
    expect(await cases()).toBe(1)
    await lan.posts({ text: 'không nhắn lại', work: await lan.works() })
    expect(await cases()).toBe(2)
  })

  test('is not paid for by another visitor’s work, old work, work not done, or work made cheaper', async () => {
    const [lan, minh] = [bot.browser(), bot.browser()]
    await tell(lan)
    await minh.open()
    const { challenge, solution } = await lan.works()
    const cheap = { ...challenge, parameters: { ...challenge.parameters, cost: 1 } }
    const mine = { ...challenge.parameters.data, until: bot.clock.now().getTime() + 9e9 }
    const wrong: Work[] = [
      await minh.works(),
      { challenge, solution: { ...solution, derivedKey: 'ab'.repeat(32) } },
      { challenge: cheap, solution },
      { challenge: { ...challenge, parameters: { ...challenge.parameters, data: mine } }, solution },
    ]
    for (const work of wrong) {
      expect((await lan.posts({ text: 'không nhắn lại', work })).status).toBe(202)
      expect(await cases()).toBe(0)
    }
    bot.clock.advance(61 * 60_000)
    await lan.posts({ text: 'không nhắn lại', work: { challenge, solution } })
    expect(await cases()).toBe(0)
    await lan.posts({ text: 'không nhắn lại', work: await lan.works() })
    expect(await cases()).toBe(1)
  })

  test('two at once with one work are one report', async () => {
    const lan = bot.browser()
    await tell(lan)
    const work = await lan.works()
    await Promise.all([lan.posts({ text: 'không nhắn lại', work }), lan.posts({ text: 'không nhắn lại', work })])
    expect(await cases()).toBe(1)
  })

  test('of one visitor are five a day, work or not', async () => {
    const lan = bot.browser()
    for (let i = 0; i < 6; i++) {
      await tell(lan)
      await lan.posts({ text: 'không nhắn lại', work: await lan.works() })
    }
    expect(await cases()).toBe(5)
    expect(await heard(lan)).toContain('Hôm nay bạn đã gửi 5 phản ánh')
  })

  test('a work of something else than was asked is a bad message', async () => {
    const lan = bot.browser()
    await lan.open()
    const { challenge, solution } = await lan.works()
    for (const work of [
      'x',
      { challenge, solution, more: 1 },
      { challenge: { ...challenge, parameters: { ...challenge.parameters, algorithm: 'ARGON2ID' } }, solution },
      { challenge, solution: { ...solution, counter: -1 } },
    ])
      expect((await lan.posts({ text: 'không nhắn lại', work })).status).toBe(400)
    expect((await bot.browser().request('/chat/work')).status).toBe(401)
  })

  test('two hundred visitors behind one factory’s address file within a minute: all arrive, no receipt twice, and no address stays', async () => {
    const ADDRESS = '203.0.113.77'
    const AGENT = 'Mozilla/5.0 (Linux; Android 8.1; MauPhone 2018)'
    const from = { 'x-forwarded-for': ADDRESS, 'cf-connecting-ip': ADDRESS, 'x-real-ip': ADDRESS, 'user-agent': AGENT }
    const workers = Array.from({ length: 200 }, () => bot.browser())
    await Promise.all(workers.map((one) => one.request('/', { headers: from })))
    const all = async (step: (one: Browser, at: number) => Promise<Response>) => {
      const answers = await Promise.all(workers.map(step))
      expect(answers.filter(({ status }) => status !== 202)).toEqual([])
      bot.clock.advance(5_000)
    }
    for (const [at, text] of STORY.entries()) await all((one) => one.postJson('/chat/messages', { id: `s${at}`, text }, from))
    const works = await Promise.all(workers.map((one) => one.works()))
    await all((one, at) => one.postJson('/chat/messages', { id: 'last', text: 'không nhắn lại', work: works[at] }, from))
    await bot.dispatcher.drain()
    const receipts = await Promise.all(workers.map(async (one) => RECEIPT.exec(await heard(one))?.[0]))
    expect(new Set(receipts.filter((one) => one !== undefined)).size).toBe(200)
    expect(await cases()).toBe(200)
    const tables = await bot.db.read("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    for (const { name } of tables) {
      const rows = JSON.stringify(await bot.db.read(`SELECT * FROM "${String(name)}"`))
      for (const trace of [ADDRESS, 'MauPhone']) expect([name, rows.includes(trace)]).toEqual([name, false])
    }
    expect(bot.lines.filter((line) => line.includes(ADDRESS) || line.includes('MauPhone'))).toEqual([])
  })

  test('costs more the more the page sent this hour, and little again in the next', async () => {
    const lan = bot.browser()
    await tell(lan)
    const cost = async () => ((await (await lan.request('/chat/work')).json()) as Work['challenge']).parameters.cost
    const usual = await cost()
    await lan.posts({ text: 'không nhắn lại', work: await lan.works() })
    expect(await cost()).toBe(usual)
    await bot.db.write([{ sql: 'UPDATE tries SET count = ? WHERE count = 1', args: [3_000] }])
    expect(await cost()).toBe(usual * 8)
    bot.clock.advance(60 * 60_000)
    expect(await cost()).toBe(usual)
  })
})

test('a full work is solved by the page’s own script and taken by Workers’ keys, in less time than a person reads a question', async () => {
  const raw = new Uint8Array(32).fill(7)
  const now = () => new Date('2026-11-23T02:00:00.000Z')
  const ours = createWorks({ keys: createNodeKeys(raw), now, random: secureRandom })
  const theirs = createWorks({ keys: await createWebKeys(raw), now, random: secureRandom })
  const challenge = await ours.ask('v1', 0)
  const began = performance.now()
  const solution = await solve(challenge)
  const took = performance.now() - began
  expect(solution?.counter).toBeGreaterThanOrEqual(LEAST_TRIES)
  if (!solution) return
  const work = { challenge, solution: { counter: solution.counter, derivedKey: solution.derivedKey } }
  expect(await theirs.accept('v1', work)).toBe(await ours.accept('v1', work))
  expect(await theirs.accept('v1', work)).toMatch(/^[\w-]{32}$/)
  expect(await theirs.accept('v2', work)).toBeUndefined()
  expect(took).toBeLessThan(5_000)
})

test('through Telegram a report needs no work: an account stands behind it', async () => {
  const bot = await createBot({ channels: [fakeChannel('telegram')] })
  const lan = bot.person('100')
  for (const text of STORY) await lan.says(text)
  expect(textOf(await lan.says('không nhắn lại'))).toMatch(RECEIPT)
  await bot.close()
})

test('two hundred members of one process file at the same moment: no error, all receipts distinct', async () => {
  const telegram = fakeChannel('telegram')
  const bot = await createBot({ channels: [telegram] })
  const members = Array.from({ length: 200 }, (_, i) => `7100${1_000 + i}`)
  let updates = 0
  const all = (text: string) =>
    Promise.all(
      members.map((address) =>
        bot.receiver.receive([
          {
            ...{ kind: 'message' as const, channel: 'telegram', id: `all${++updates}`, address, at: bot.clock.now() },
            ...{ text, attachments: [], group: false },
          },
        ]),
      ),
    )
  for (const text of [...STORY, 'không nhắn lại']) await all(text)
  for (let i = 0; i < 40; i++) {
    await bot.dispatcher.drain()
    bot.clock.advance(10_000)
  }
  const receipts = members.map((address) =>
    telegram.sent.filter((one) => one.address === address).map(({ text }) => RECEIPT.exec(text)?.[0]),
  )
  expect(new Set(receipts.flat().filter((one) => one !== undefined)).size).toBe(200)
  expect(await bot.db.read('SELECT count(*) AS n FROM cases')).toEqual([{ n: 200 }])
  expect(await bot.db.read('SELECT count(DISTINCT receipt_tag) AS n FROM cases')).toEqual([{ n: 200 }])
  expect(bot.lines.filter((line) => line.includes('"error"'))).toEqual([])
  await bot.close()
})
