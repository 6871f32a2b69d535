/**
 * What each platform says when it is asked whether all is well: nothing is changed there, nothing secret comes back, and
 * whatever goes wrong is a word, never an error.
 */
import { describe, expect, test } from 'vitest'
import { createTelegram } from '../src/channels/telegram/index.ts'
import { createZaloBot } from '../src/channels/zalo-bot/index.ts'
import type { ChannelCheck } from '../src/chat.ts'

const NOW = new Date('2026-11-23T02:00:00.000Z')
const HOOK = 'https://bot.example.vn/webhooks/telegram'
const TOKEN = '7000000001:AAF-fake_token_of_the_tests_0123456'

/** Every call gets this answer; the methods that were called are kept. */
function platform(status: number, answer: object | 'silent') {
  const methods: string[] = []
  const fetch = async (url: string) => {
    methods.push(url.split('/').at(-1) ?? '')
    if (answer === 'silent') throw new TypeError('fetch failed')
    return new Response(JSON.stringify(answer), { status, headers: { 'content-type': 'application/json' } })
  }
  return { methods, fetch }
}

type Case = [what: string, webhookUrl: string | null, status: number, answer: object | 'silent', check: ChannelCheck]

const ok = (result: object) => ({ ok: true, result })

describe('Telegram', () => {
  const cases: Case[] = [
    ['delivers to us', HOOK, 200, ok({ url: HOOK, pending_update_count: 3 }), { token: true, webhook: 'ok', waiting: 3, trouble: null }],
    ['is polled', null, 200, ok({ url: '', pending_update_count: 0 }), { token: true, webhook: 'polled', waiting: 0, trouble: null }],
    ['has no address', HOOK, 200, ok({ url: '', pending_update_count: 9 }), { token: true, webhook: 'missing', waiting: 9, trouble: null }],
    [
      'delivers elsewhere',
      HOOK,
      200,
      ok({ url: 'https://other.example/x', pending_update_count: 0 }),
      { token: true, webhook: 'elsewhere', waiting: 0, trouble: null },
    ],
    [
      'could not deliver lately',
      HOOK,
      200,
      ok({ url: HOOK, pending_update_count: 5, last_error_date: NOW.getTime() / 1000 - 60, last_error_message: 'Wrong response' }),
      { token: true, webhook: 'ok', waiting: 5, trouble: 'telegram_delivery' },
    ],
    [
      'could not deliver long ago',
      HOOK,
      200,
      ok({ url: HOOK, pending_update_count: 0, last_error_date: NOW.getTime() / 1000 - 7200 }),
      { token: true, webhook: 'ok', waiting: 0, trouble: null },
    ],
    [
      'refuses the key',
      HOOK,
      401,
      { ok: false, error_code: 401, description: 'Unauthorized' },
      { token: false, webhook: 'unknown', waiting: null, trouble: 'telegram_token' },
    ],
    ['is silent', HOOK, 0, 'silent', { token: true, webhook: 'unknown', waiting: null, trouble: 'telegram_silent' }],
  ]
  test.each(cases)('%s', async (_, webhookUrl, status, answer, expected) => {
    const { methods, fetch } = platform(status, answer)
    const options = { token: TOKEN, secret: 'secret-of-tests', apiRoot: 'https://telegram.example', commands: () => [], now: () => NOW }
    const check = await createTelegram({ ...options, fetch }).check?.(webhookUrl)
    expect(check).toEqual(expected)
    expect(methods).toEqual(['getWebhookInfo'])
    expect(JSON.stringify(check)).not.toContain('AAF')
  })
})

describe('the Zalo Bot Platform', () => {
  const cases: Case[] = [
    ['delivers to us', HOOK, 200, ok({ url: HOOK }), { token: true, webhook: 'ok', waiting: null, trouble: null }],
    ['is polled', null, 200, ok({}), { token: true, webhook: 'polled', waiting: null, trouble: null }],
    ['has no address', HOOK, 200, ok({ url: '' }), { token: true, webhook: 'missing', waiting: null, trouble: null }],
    [
      'delivers elsewhere',
      HOOK,
      200,
      ok({ url: 'https://other.example' }),
      { token: true, webhook: 'elsewhere', waiting: null, trouble: null },
    ],
  ]
  const asked = async (status: number, answer: object | 'silent', webhookUrl: string | null) => {
    const { methods, fetch } = platform(status, answer)
    const options = { token: '123:abc', secret: 'secret-of-tests', apiRoot: 'https://zalo.example', mediaHosts: [], now: () => NOW }
    const check = await createZaloBot({ ...options, fetch }).check?.(webhookUrl)
    expect(methods).toEqual(['getWebhookInfo'])
    return check
  }
  test.each(cases)('%s', async (_, webhookUrl, status, answer, expected) => {
    expect(await asked(status, answer, webhookUrl)).toEqual(expected)
  })
  test('refuses the key, or is silent', async () => {
    expect(await asked(401, { ok: false, error_code: 401, description: 'Unauthorized' }, HOOK)).toMatchObject({
      token: false,
      webhook: 'unknown',
    })
    expect(await asked(0, 'silent', HOOK)).toMatchObject({ token: true, webhook: 'unknown' })
  })
})
