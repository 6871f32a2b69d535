/**
 * How a case learns that a notice did not arrive: what each platform says when it refuses for good, what is tried again, who
 * was erased, who is one of several; and that nobody who copies the database before and after finds out whose case it was.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listEvents } from '../db/case-events.ts'
import { findReach, LIST_COPIES } from '../db/case-reach.ts'
import { LIST_QUEUED, LIST_UNREACHED, listOutcomes } from '../db/notice-outcomes.ts'
import { createZaloBot } from '../src/channels/zalo-bot/index.ts'
import type { Channel } from '../src/chat.ts'
import { SendError } from '../src/errors.ts'
import { telegramAt } from './fake-telegram/channel.ts'
import { type Fault, fakeTelegram } from './fake-telegram.ts'
import { startFakeZaloBot } from './fake-zalo-bot.ts'
import { type FakeChannel, seededRandom, textOf } from './harness.ts'
import { findStepJoins, takePicture } from './steps.ts'
import { type Member, MINUTE, NOTICE, openTalkDesk, type TalkDesk } from './talk-desk.ts'
import { zaloOnFake } from './zalo-kit.ts'

const HOUR = 3_600_000

let desk: TalkDesk
let lan: Member
const closing: Array<() => Promise<void>> = []
beforeEach(async () => {
  desk = await openTalkDesk()
  lan = desk.bot.person('7100200300')
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
  await desk.close()
})

/** What officers read beside each thing that was said in a case. */
const reachOf = async (id: string) => {
  const { db, keys } = desk.bot
  const events = await listEvents(db, keys, id, { limit: 50 })
  return [...(await findReach(db, keys, id, events)).values()]
}
const channelOf = (name: string) => desk.bot.channels.find((one) => one.name === name) as FakeChannel
const refuse = (name: string, error: SendError | undefined) => {
  channelOf(name).fault = error
    ? (message) => {
        if (NOTICE.test(message.text)) throw error
      }
    : undefined
}
const BLOCKED = new SendError('blocked', 'telegram_403')

/** The real channel in the place of the remembering one, on a double of its platform that refuses. */
async function refusing(name: string, make: () => Promise<{ channel: Pick<Channel, 'send'>; close(): Promise<void> }>) {
  const { channel, close } = await make()
  closing.push(close)
  channelOf(name).send = channel.send
}

describe('a notice that the platform refuses for good', () => {
  const telegram = (fault: Fault) => async () => {
    const fake = await fakeTelegram()
    fake.fail(fault)
    return { channel: telegramAt(fake), close: fake.close }
  }
  const zalo = (error: number, message: string) => async () => {
    const { fake, zalo } = await zaloOnFake()
    fake.script('/v3.0/oa/message/cs', { error, message })
    return { channel: zalo, close: fake.close }
  }
  const zaloBot = (code: number, description: string) => async () => {
    const fake = await startFakeZaloBot()
    fake.failNext('sendMessage', { status: 200, body: JSON.stringify({ ok: false, error_code: code, description }) })
    const options = { secret: 'webhook-secret-0123456789', mediaHosts: [], fetch, now: desk.bot.clock.now }
    return { channel: createZaloBot({ token: fake.token, apiRoot: fake.root, ...options }), close: fake.close }
  }

  test.each([
    ['telegram', 'they blocked the bot', telegram({ status: 403, description: 'Forbidden: bot was blocked by the user' })],
    ['telegram', 'their account is closed', telegram({ status: 403, description: 'Forbidden: user is deactivated' })],
    ['telegram', 'the chat is gone', telegram({ status: 400, description: 'Bad Request: chat not found' })],
    ['zalo', 'they left the account', zalo(-213, 'User has not followed OA')],
    ['zalo', 'their account is closed', zalo(-217, 'User is inactive or banned')],
    ['zalo', 'the window has shut meanwhile', zalo(-230, 'User has not interacted with the OA in the past 7 days')],
    ['zalo', '48 hours are over', zalo(-232, 'User has not interacted with the OA, or the interaction is over 48 hours')],
    ['zalo-bot', 'they left the bot', zaloBot(404, 'Not Found: chat not found')],
  ] as const)('on %s because %s: officers read that it did not arrive, and nothing of why', async (name, _why, make) => {
    const hoa = desk.bot.person('246845883529197922', name)
    const { id, receipt } = await desk.files(hoa)
    await refusing(name, make)
    await desk.asks(id, 'Bạn mua ở gian nào?')
    expect(await reachOf(id)).toEqual(['waiting'])
    await desk.pass(2)
    expect(await desk.bot.db.read('SELECT count(*) AS n FROM outbox')).toEqual([{ n: 0 }])
    // The last of the three hours.
    desk.chance = () => 0.999
    expect(await reachOf(id)).toEqual(['waiting'])
    await desk.hours(1)
    expect(await reachOf(id)).toEqual(['waiting'])
    await desk.hours(2)
    expect(await reachOf(id)).toEqual(['receipt'])
    // By receipt they read it from anywhere.
    expect(textOf(await desk.bot.person('somewhere-else', 'web').says(receipt))).toContain('gian nào')
    // Officers are not told: they could watch who looks at their phone.
    expect(await reachOf(id)).toEqual(['receipt'])
  })
})

test('a notice that arrives is said to have been sent, no sooner than an outcome of the other kind', async () => {
  const { id } = await desk.files(lan)
  await desk.tells(id, 'Đã nhận.')
  await desk.pass(2)
  expect(desk.noticesTo(lan)).toHaveLength(1)
  expect(await reachOf(id)).toEqual(['waiting'])
  await desk.hours(1)
  expect(await reachOf(id)).toEqual(['sent'])
})

test('either waits one to three whole hours, by chance', async () => {
  const waits = new Map<string, number>()
  desk.chance = seededRandom(5)
  const { id } = await desk.files(lan)
  for (let round = 0; round < 60; round++) {
    refuse('telegram', round % 2 === 0 ? BLOCKED : undefined)
    desk.bot.clock.set('2026-11-24T02:30:00.000Z')
    desk.bot.clock.advance(round * 24 * HOUR)
    await desk.tells(id, `Tin ${round}`)
    await desk.pass(7)
    let hours = 0
    for (; (await desk.events(id)).some(({ relay }) => relay === 'queued'); hours++) await desk.hours(1)
    const kind = round % 2 === 0 ? 'refused' : 'sent'
    waits.set(`${kind} ${hours}`, (waits.get(`${kind} ${hours}`) ?? 0) + 1)
    // Read, so that the next one stands alone.
    await desk.bot.db.write([{ sql: 'UPDATE case_events SET seen = 1', args: [] }])
  }
  expect([...waits.keys()].sort()).toEqual(['refused 1', 'refused 2', 'refused 3', 'sent 1', 'sent 2', 'sent 3'])
  for (const n of waits.values()) expect(n).toBeLessThan(20)
})

describe('that a member read what was said changes nothing that officers see', () => {
  test.each<[string, boolean, (read: () => Promise<unknown>) => Promise<unknown>]>([
    ['before its notice was made', true, (read) => read()],
    ['while its notice waited', true, readBetween],
    ['after its notice', true, (read) => desk.pass(8).then(read)],
    ['where nobody may be written to', false, (read) => read()],
    ['at night, told of in the morning', true, (read) => read()],
  ])('%s', async (when, link, how) => {
    const hoa = desk.bot.person('7100200301')
    const [read, left] = [await desk.files(lan, { link }), await desk.files(hoa, { link })]
    desk.chance = () => 0.5
    desk.bot.clock.set(when.startsWith('at night') ? '2026-11-23T16:30:05.000Z' : '2026-11-23T02:02:05.000Z')
    for (const { id } of [read, left]) await desk.tells(id, 'Đã chuyển.')
    await how(() => desk.bot.person('somewhere-else', 'web').says(read.receipt))
    const seen: Array<[string, string[], string[]]> = []
    for (let hour = 0; hour < 16; hour++) {
      await desk.pass(60)
      await desk.outcomes.run(new Date(hourStart()))
      seen.push([new Date(hourStart()).toISOString(), await reachOf(read.id), await reachOf(left.id)])
    }
    for (const [at, one, other] of seen) expect([at, one]).toEqual([at, other])
    expect(seen.at(-1)?.[1]).toEqual([link ? 'sent' : 'receipt'])
    expect(desk.noticesTo(hoa)).toHaveLength(link ? 1 : 0)
    expect(desk.noticesTo(lan)).toHaveLength(when === 'after its notice' ? 1 : 0)
  })

  test('nor does a later notice tell, by what it heals and what not', async () => {
    const hoa = desk.bot.person('7100200301')
    const [read, left] = [await desk.files(lan), await desk.files(hoa)]
    refuse('telegram', BLOCKED)
    for (const { id } of [read, left]) await desk.tells(id, 'Một')
    await desk.pass(8)
    await desk.hours(3)
    await desk.bot.person('somewhere-else', 'web').says(read.receipt)
    refuse('telegram', undefined)
    for (const { id } of [read, left]) await desk.tells(id, 'Hai')
    await desk.pass(8)
    await desk.hours(3)
    expect([await reachOf(read.id), await reachOf(left.id)]).toEqual([
      ['sent', 'sent'],
      ['sent', 'sent'],
    ])
  })
})

const hourStart = () => Math.floor(desk.bot.clock.now().getTime() / HOUR) * HOUR

/** Reads while the notice stands ready and has not left. */
async function readBetween(read: () => Promise<unknown>): Promise<void> {
  const real = desk.bot.dispatcher.drain
  desk.bot.dispatcher.drain = async () => 0
  await desk.pass(8)
  await desk.bot.db.write([{ sql: 'UPDATE outbox SET due_at = due_at + ?', args: [HOUR] }])
  desk.bot.dispatcher.drain = real
  await read()
  await desk.bot.db.write([{ sql: 'UPDATE outbox SET due_at = due_at - ?', args: [HOUR] }])
}

test('a case is told on a whole hour and at no other minute, and not in the hour in which its notice left', async () => {
  const { id } = await desk.files(lan)
  desk.bot.clock.set('2026-11-23T02:59:05.000Z')
  await desk.tells(id, 'Đã nhận.')
  await desk.pass(1)
  expect(desk.noticesTo(lan)).toHaveLength(1)
  for (const [at, reach] of [
    ['03:00:50', 'waiting'],
    ['04:01:00', 'waiting'],
    ['04:59:59', 'waiting'],
    ['05:00:30', 'sent'],
  ] as const) {
    desk.bot.clock.set(`2026-11-23T${at}.000Z`)
    await desk.outcomes.run(desk.bot.clock.now())
    expect([at, await reachOf(id)]).toEqual([at, [reach]])
  }
})

test('what fails for a while and is sent in the end was sent', async () => {
  const { id } = await desk.files(lan)
  refuse('telegram', new SendError('temporary', 'telegram_502'))
  await desk.tells(id, 'Đã nhận.')
  await desk.pass(2)
  await desk.hours(1)
  expect(await reachOf(id)).toEqual(['waiting'])
  expect(await desk.bot.db.read('SELECT count(*) AS n FROM notice_outcomes')).toEqual([{ n: 0 }])
  refuse('telegram', undefined)
  await desk.pass(6)
  expect(desk.noticesTo(lan)).toHaveLength(1)
  await desk.hours(1)
  expect(await reachOf(id)).toEqual(['sent'])
})

test('a later notice that arrives tells of what did not arrive before; an earlier one does not tell of what came later', async () => {
  const { id } = await desk.files(lan)
  refuse('telegram', BLOCKED)
  await desk.tells(id, 'Một')
  await desk.pass(2)
  await desk.hours(1)
  expect(await reachOf(id)).toEqual(['receipt'])
  refuse('telegram', undefined)
  await desk.tells(id, 'Hai')
  await desk.pass(2)
  await desk.hours(1)
  expect(await reachOf(id)).toEqual(['sent', 'sent'])
  // The outcomes of these are still there; the third waits on a channel that is down.
  refuse('telegram', new SendError('operator', 'telegram_401'))
  await desk.tells(id, 'Ba')
  await desk.pass(2)
  await desk.hours(1)
  expect(await reachOf(id)).toEqual(['sent', 'sent', 'waiting'])
})

test.each([
  ['was erased', ['xóa dữ liệu', 'có']],
  ['wants to hear no more', ['ngừng nhận tin', 'Đừng nhắn về phản ánh nữa']],
])('of a member who %s before their notice left, officers read in time that nobody was reached', async (_, words) => {
  const { id } = await desk.files(lan)
  await desk.tells(id, 'Đã nhận.')
  desk.bot.clock.advance(MINUTE)
  await desk.relay.run(desk.bot.clock.now())
  const before = await takePicture(desk.bot.db)
  const { drain } = desk.bot.dispatcher
  desk.bot.dispatcher.drain = async () => 0
  for (const said of words) await lan.says(said)
  desk.bot.dispatcher.drain = drain
  await desk.hours(1)
  expect(await reachOf(id)).toEqual(['waiting'])
  // Not in the hour in which somebody said so.
  const events = (await takePicture(desk.bot.db)).get('case_events')
  expect(events).toEqual(before.get('case_events'))
  await desk.hours(37)
  expect(await reachOf(id)).toEqual(['receipt'])
  expect(desk.noticesTo(lan)).toHaveLength(0)
})

test('of several members officers read that somebody was not reached: not who, and not how many', async () => {
  const people = ['telegram', 'zalo', 'zalo-bot', 'web'].map((channel) => desk.bot.person(`246845883529197${channel.length}`, channel))
  const filed: string[] = []
  for (const one of people) filed.push((await desk.files(one)).id)
  const [main = '', ...merged] = filed
  await desk.bot.db.write([
    { sql: 'UPDATE cases SET merged_into = ? WHERE id IN (SELECT value FROM json_each(?))', args: [main, JSON.stringify(merged)] },
  ])
  const read = async () => Promise.all(filed.map(reachOf))
  refuse('zalo', new SendError('unreachable', 'zalo_-213'))
  await desk.tells(main, 'Đã chuyển.')
  await desk.pass(2)
  expect(await read()).toEqual(filed.map(() => ['waiting']))
  await desk.hours(1)
  // The same beside each of them, whichever an officer opens.
  expect(await read()).toEqual(filed.map(() => ['some']))
  refuse('telegram', BLOCKED)
  refuse('zalo-bot', new SendError('unreachable', 'zalo_bot_404'))
  await desk.tells(main, 'Đã có kết quả.')
  await desk.pass(2)
  await desk.hours(1)
  expect(await read()).toEqual(filed.map(() => ['some', 'some']))
  for (const name of ['zalo', 'telegram', 'zalo-bot']) refuse(name, undefined)
  await desk.tells(main, 'Xong.')
  await desk.pass(2)
  await desk.hours(1)
  expect(await read()).toEqual(filed.map(() => ['sent', 'sent', 'sent']))
  expect(people.map((one) => desk.noticesTo(one).length)).toEqual([2, 1, 2, 3])
})

describe('whoever copies the database again and again without the key', () => {
  const step = async (work: () => Promise<unknown>) => {
    const before = await takePicture(desk.bot.db)
    await work()
    return findStepJoins(before, await takePicture(desk.bot.db))
  }
  const toOutbox = async () => {
    desk.bot.clock.advance(MINUTE)
    await desk.relay.run(desk.bot.clock.now())
  }

  test.each([
    ['arrives', undefined],
    ['is refused', BLOCKED],
  ])('sees nothing change on both sides at once when a notice %s', async (_, error) => {
    const { id } = await desk.files(lan)
    refuse('telegram', error)
    await desk.asks(id, 'Bạn mua ở gian nào?')
    await toOutbox()
    const totals = await desk.bot.db.read('SELECT * FROM tallies')
    expect(await step(() => desk.bot.dispatcher.drain())).toEqual([])
    // Nor do the totals of a channel say that one of its messages did not arrive.
    expect(await desk.bot.db.read('SELECT * FROM tallies')).toEqual(totals)
    expect(await step(() => desk.hours(1))).toEqual([])
    expect(desk.bot.clock.now().getTime() % HOUR).toBe(0)
    expect((await desk.events(id)).at(-1)?.relay).toBe(error ? 'receipt' : 'sent')
    // The outcome goes days later, with all others of its day.
    expect(await step(() => desk.hours(71))).toEqual([])
    expect(await desk.bot.db.read('SELECT count(*) AS n FROM notice_outcomes')).toEqual([{ n: 0 }])
  })

  test('cannot tell by its box whether a notice arrived, nor of which case it was', async () => {
    const filed = [await desk.files(lan), await desk.files(desk.bot.person('888'))]
    for (const { id } of filed) await desk.tells(id, 'Đã nhận.')
    await toOutbox()
    channelOf('telegram').fault = ({ address }) => {
      if (address === '888') throw BLOCKED
    }
    await desk.bot.dispatcher.drain()
    const rows = await desk.bot.db.read('SELECT * FROM notice_outcomes')
    expect(rows.map(({ box }) => (box as Uint8Array).byteLength)).toEqual([541, 541])
    const text = rows.map(({ id, day, box }) => `${id} ${day} ${Buffer.from(box as Uint8Array).toString('latin1')}`).join()
    for (const { id } of filed) expect(text).not.toContain(id)
    const { outcomes } = await listOutcomes(desk.bot.db, desk.bot.keys, '')
    expect(outcomes.map(({ caseId, reached }) => [caseId, reached]).sort()).toEqual(
      [
        [filed[0]?.id, true],
        [filed[1]?.id, false],
      ].sort(),
    )
  })

  test('would see it if the case were told as the notice ends, or if its outcome went as it is told', async () => {
    const { id } = await desk.files(lan)
    await desk.asks(id, 'Bạn mua ở gian nào?')
    await toOutbox()
    const naive = async () => {
      await desk.bot.dispatcher.drain()
      await desk.bot.db.write([{ sql: "UPDATE case_events SET relay = 'sent' WHERE relay = 'queued'", args: [] }])
    }
    expect((await step(naive)).join()).toMatch(/outbox.* and case_events change in one step/)
    const tidy = () =>
      desk.bot.db.write([
        { sql: "UPDATE case_events SET relay = 'receipt' WHERE relay = 'sent'", args: [] },
        { sql: 'DELETE FROM notice_outcomes', args: [] },
      ])
    expect(await step(tidy)).toEqual(['an outcome comes or goes with case_events'])
  })
})

test('a process that dies as a notice ends neither loses nor doubles its outcome', async () => {
  const { id } = await desk.files(lan)
  refuse('telegram', BLOCKED)
  await desk.tells(id, 'Đã nhận.')
  desk.bot.clock.advance(MINUTE)
  await desk.relay.run(desk.bot.clock.now())
  const { db } = desk.bot
  const write = db.write
  // The outcome and the row's end are one commit: without it the row is there again once its lease is over.
  db.write = async (statements) => {
    if (statements.some(({ sql }) => sql.includes('notice_outcomes'))) throw new Error('killed')
    return write(statements)
  }
  await desk.bot.dispatcher.drain()
  db.write = write
  expect(await db.read('SELECT state FROM outbox WHERE notice_tag IS NOT NULL')).toEqual([{ state: 'sending' }])
  await desk.pass(3)
  expect(await db.read('SELECT count(*) AS n FROM notice_outcomes')).toEqual([{ n: 1 }])
  await desk.hours(1)
  expect(await reachOf(id)).toEqual(['receipt'])
})

test('a box that does not open keeps no case waiting for ever', async () => {
  const { id } = await desk.files(lan)
  await desk.tells(id, 'Đã nhận.')
  await desk.pass(2)
  await desk.bot.db.write([{ sql: "UPDATE notice_outcomes SET box = x'01'", args: [] }])
  await desk.hours(3)
  expect(await reachOf(id)).toEqual(['waiting'])
  await desk.hours(35)
  expect(await reachOf(id)).toEqual(['receipt'])
})

test('log lines have counts alone, and every look has its index', async () => {
  const { id } = await desk.files(lan)
  await desk.tells(id, 'Đã nhận.')
  await desk.pass(2)
  await desk.hours(1)
  expect(desk.bot.lines.filter((line) => line.includes('notices'))).toEqual([
    JSON.stringify({ level: 'info', what: 'notices.settled', sent: 1, receipt: 0 }),
  ])
  const plans = await Promise.all(
    (
      [
        [LIST_QUEUED, ['', '']],
        [LIST_UNREACHED, ['[]']],
        [LIST_COPIES, ['[]', '[]', '[]']],
        ['DELETE FROM notice_outcomes WHERE day < ?', ['']],
      ] as const
    ).map(async ([sql, args]) => (await desk.bot.db.read(`EXPLAIN QUERY PLAN ${sql}`, [...args])).map(({ detail }) => detail).join('; ')),
  )
  for (const plan of plans) expect(plan).not.toMatch(/SCAN (e|case_events|notice_outcomes)\b|TEMP B-TREE/)
})
