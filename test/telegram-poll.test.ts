/**
 * Telegram without a public address (polling), registration at start, the operator's webhook commands, the fake itself.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type TelegramOptions, telegramWebhook } from '../src/channels/telegram/index.ts'
import type { Inbound } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { COMMANDS, failureOf, outbound, PERSON, payload, SECRET, telegramAt, webhook } from './fake-telegram/channel.ts'
import { FAKE_TOKEN, type FakeTelegram, fakeTelegram } from './fake-telegram.ts'

let fake: FakeTelegram
beforeEach(async () => {
  fake = await fakeTelegram()
})
afterEach(() => fake.close())

const telegram = (change: Partial<TelegramOptions> = {}) => telegramAt(fake, change)

describe('polling', () => {
  /** Polls until `batches` were taken, or the poll ends by itself. */
  async function polled(batches: number, change: Partial<TelegramOptions> = {}, take: (batch: Inbound[]) => void = () => undefined) {
    const controller = new AbortController()
    const taken: Inbound[][] = []
    const pauses: number[] = []
    const warnings: string[] = []
    const channel = telegram({
      ...change,
      pause: async (milliseconds) => {
        pauses.push(milliseconds)
        if (pauses.length >= 12) controller.abort()
      },
      warn: (sentence) => warnings.push(sentence),
    })
    await channel.poll?.(async (inbound) => {
      take(inbound)
      taken.push(inbound)
      if (taken.length >= batches) controller.abort()
    }, controller.signal)
    return { taken, pauses, warnings }
  }

  it('takes what waits, and confirms it only after it is stored', async () => {
    fake.push(payload('text'))
    fake.push(payload('blocked'))
    let tries = 0
    const { taken, pauses, warnings } = await polled(1, {}, () => {
      expect(fake.unconfirmed()).toBe(2)
      tries += 1
      if (tries === 1) throw new AppError('conflict', 'the database is busy')
    })
    expect(taken[0]?.map((said) => said.kind)).toEqual(['message', 'event'])
    expect(fake.callsOf('getUpdates').map((params) => params.offset)).toEqual([0, 0])
    expect(pauses).toEqual([1000])
    expect(warnings).toHaveLength(1)
  })

  it('asks on after the last one, for our three kinds, holding the line 30 seconds', async () => {
    fake.push({ ...payload('text'), update_id: 10 })
    const { taken } = await polled(2, {}, (batch) => {
      if (batch[0]?.id === '10') fake.push({ ...payload('text'), update_id: 11 })
    })
    expect(taken.flat().map((said) => said.id)).toEqual(['10', '11'])
    const asked = { timeout: 30, allowed_updates: ['message', 'callback_query', 'my_chat_member'] }
    expect(fake.callsOf('getUpdates')).toEqual([
      { ...asked, offset: 0 },
      { ...asked, offset: 11 },
    ])
  })

  it('a message that comes while the line is held is taken at once', async () => {
    const work = polled(1)
    await expect.poll(() => fake.callsOf('getUpdates').length).toBe(1)
    fake.push(payload('text'))
    expect((await work).taken[0]?.[0]).toMatchObject({ address: PERSON })
  })

  it('a tapped button is acknowledged by a call', async () => {
    fake.push(payload('callback'))
    await polled(1)
    await expect.poll(() => fake.callsOf('answerCallbackQuery')).toEqual([{ callback_query_id: '21527845559876543210' }])
  })

  it('an update that cannot be read does not hold up those behind it', async () => {
    fake.push({ update_id: 5, message: { chat: 'gì đây' } })
    fake.push({ ...payload('text'), update_id: 6 })
    expect((await polled(1)).taken.flat().map((said) => said.id)).toEqual(['6'])
  })

  it('refuses while a webhook of another host is set, and leaves it alone', async () => {
    fake.webhook({ url: 'https://may-khac.example.vn/webhooks/telegram' })
    const refusal = polled(1)
    await expect(refusal).rejects.toMatchObject({ name: 'AppError', code: 'conflict' })
    await expect(refusal).rejects.toThrow('npm run admin -- webhook delete')
    expect(fake.webhook().url).toBe('https://may-khac.example.vn/webhooks/telegram')
    expect(fake.calls.map((call) => call.method)).toEqual(['getWebhookInfo'])
  })

  it('refuses too when the webhook is set while it polls', async () => {
    fake.push(payload('text'))
    const work = polled(2, {}, () => fake.webhook({ url: 'https://may-khac.example.vn/' }))
    await expect(work).rejects.toMatchObject({ code: 'conflict' })
  })

  it('another process with the same token: it waits and tries again', async () => {
    fake.push(payload('text'))
    fake.fail({ status: 409, description: 'Conflict: terminated by other getUpdates request' }, { method: 'getUpdates', times: 2 })
    const { taken, pauses, warnings } = await polled(1)
    expect(taken).toHaveLength(1)
    expect(pauses).toEqual([1000, 2000])
    expect(warnings).toEqual(['Another process asks Telegram for this bot’s messages; waiting for it to stop.'])
  })

  it('a dead network is tried ever more rarely, up to once a minute', async () => {
    fake.fail({ drop: true }, { times: 99 })
    const { taken, pauses, warnings } = await polled(1)
    expect(taken).toEqual([])
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60].map((seconds) => seconds * 1000))
    expect(warnings).toHaveLength(1)
  })

  it('waits as long as Telegram asks it to', async () => {
    fake.push(payload('text'))
    fake.fail({ status: 429, retryAfter: 35 }, { method: 'getUpdates' })
    expect((await polled(1)).pauses).toEqual([35_000])
  })

  it('ends when the token is not accepted, and when it is told to', async () => {
    await expect(polled(1, { token: FAKE_TOKEN.replace('AAF', 'BBB') })).rejects.toMatchObject({ code: 'unauthorized' })
    const controller = new AbortController()
    const work = telegram().poll?.(async () => undefined, controller.signal)
    await expect.poll(() => fake.callsOf('getUpdates').length).toBe(1)
    controller.abort()
    await work
  })
})

describe('registration at start', () => {
  const url = 'https://bot.example.vn/webhooks/telegram'
  const set = { url, secret_token: SECRET, allowed_updates: ['message', 'callback_query', 'my_chat_member'], max_connections: 40 }

  it('learns its name, sets the menu and the webhook', async () => {
    const state = await telegram().setUp?.(url)
    expect(state).toEqual({
      ok: true,
      name: 'HangVietThuBot',
      link: 'https://t.me/HangVietThuBot',
      detail: '@HangVietThuBot is connected by webhook.',
    })
    expect(fake.commands()).toEqual(COMMANDS)
    expect(fake.callsOf('setWebhook')).toEqual([set])
  })

  it('knows its name in groups from then on', async () => {
    const channel = telegram()
    await channel.setUp?.(null)
    expect(await channel.receive(webhook(JSON.stringify(payload('group-mention'))))).toHaveLength(1)
    expect(fake.callsOf('getMe')).toHaveLength(1)
  })

  it('sets the webhook again only when it differs, or Telegram is being turned away', async () => {
    await telegram().setUp?.(url)
    await telegram().setUp?.(url)
    expect(fake.callsOf('setWebhook')).toHaveLength(1)
    const changes = [
      { last_error_date: 1, last_error_message: 'Wrong response from the webhook: 401 Unauthorized' },
      { allowed_updates: ['message'], last_error_message: undefined },
      { max_connections: 10 },
      { url: 'https://may-khac.example.vn/' },
    ]
    for (const change of changes) {
      const before = fake.callsOf('setWebhook').length
      fake.webhook(change)
      await telegram().setUp?.(url)
      expect(fake.callsOf('setWebhook')).toHaveLength(before + 1)
    }
  })

  it('without a public address no webhook is touched', async () => {
    expect(await telegram().setUp?.(null)).toMatchObject({ ok: true, detail: '@HangVietThuBot is connected by polling.' })
    expect(fake.calls.map((call) => call.method)).toEqual(['getMe', 'setMyCommands'])
  })

  it.each<[string, Partial<TelegramOptions>, string, RegExp]>([
    ['a wrong token', { token: FAKE_TOKEN.replace('AAF', 'BBB') }, url, /TELEGRAM_BOT_TOKEN/],
    ['no network', { apiRoot: 'http://127.0.0.1:1' }, url, /could not be reached/],
    ['an address without https', {}, 'http://bot.example.vn/', /refused setWebhook: Bad Request: bad webhook/],
  ])('says what is wrong in one sentence: %s', async (_says, change, address, detail) => {
    const state = await telegram(change).setUp?.(address)
    expect(state).toMatchObject({ ok: false })
    expect(state?.detail).toMatch(detail)
  })

  it('the operator can set, see and delete the webhook', async () => {
    const admin = telegramWebhook({ token: fake.token, apiRoot: `${fake.root}/` })
    await admin.set(url, SECRET)
    expect(fake.callsOf('setWebhook')).toEqual([set])
    expect(await admin.info()).toMatchObject({ url, pending_update_count: 0 })
    await admin.remove()
    expect(await admin.info()).toMatchObject({ url: '' })
    expect(fake.callsOf('deleteWebhook')).toEqual([{}])
    await expect(admin.set('http://bot.example.vn/', SECRET)).rejects.toMatchObject({ name: 'AppError', code: 'unavailable' })
  })
})

describe('the fake Bot API itself', () => {
  it('counts messages to one chat as Telegram does', async () => {
    let now = 0
    const strict = await fakeTelegram({ limits: { perChat: 1, burst: 3 }, now: () => now })
    const channel = telegram({ apiRoot: strict.root })
    for (let at = 0; at < 3; at++) await channel.send(outbound())
    expect(await failureOf(channel.send(outbound()))).toMatchObject({ failure: 'rate_limited', retryAfter: 1 })
    await channel.send(outbound({ address: '5012345602' }))
    now = 1000
    await channel.send(outbound())
    expect(strict.taken).toHaveLength(5)
    await strict.close()
  })

  it('remembers a message it took and never answered', async () => {
    fake.fail({ drop: true, taken: true }, { chat: PERSON })
    fake.block('5012345602')
    const channel = telegram()
    expect((await failureOf(channel.send(outbound({ address: '5012345602' })))).failure).toBe('blocked')
    await failureOf(channel.send(outbound()))
    fake.fail({ drop: true }, { method: 'sendMessage' })
    await failureOf(channel.send(outbound({ text: 'chưa tới' })))
    expect(fake.taken.map((message) => message.text)).toEqual(['Chào bạn'])
  })
})
