/**
 * Telegram as the bench needs it: takes messages at Telegram's bulk rate (30 a second) and answers 429 with retry_after
 * above it, so that the dispatcher runs as it does in real life while webhooks are measured.
 */
import { createServer } from 'node:http'

const RATE = 30
let second = 0
let taken = 0
let messageId = 1

createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    response.setHeader('content-type', 'application/json')
    const path = request.url ?? ''
    if (path.endsWith('/getMe')) return response.end(ok({ id: 12345, is_bot: true, first_name: 'bench', username: 'bench_bot' }))
    if (!path.includes('/send')) return response.end(ok(true))
    const now = Math.floor(Date.now() / 1000)
    if (now !== second) {
      second = now
      taken = 0
    }
    if (taken++ < RATE) return response.end(ok({ message_id: messageId++, date: now, chat: { id: 1, type: 'private' } }))
    response.statusCode = 429
    response.end(
      JSON.stringify({ ok: false, error_code: 429, description: 'Too Many Requests: retry after 1', parameters: { retry_after: 1 } }),
    )
  })
}).listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'))

const ok = (result: unknown) => JSON.stringify({ ok: true, result })
