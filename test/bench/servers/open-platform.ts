/**
 * Telegram without its rate limit: takes every message at once, so that a drain measures the sender and not the wait.
 * It counts what each chat got, which is how the bench knows that nobody was missed and nobody was told twice. Bodies
 * are searched for the chat and never parsed: the platform's cost has to stay small next to the senders'.
 *
 * `GET /counts` → `{taken, distinct, twice}` (`twice`: chats with more than one message) · `GET /next?chat=n` → `{at}`: waits
 * until that chat's next message was taken, and says when (ms) · `POST /reset`
 */
import { createServer, type ServerResponse } from 'node:http'

const JSON_TYPE = 'application/json'
const ME = '{"ok":true,"result":{"id":12345,"is_bot":true,"first_name":"bench","username":"bench_bot"}}'
const counts = new Map<string, number>()
const waiting = new Map<string, ServerResponse>()
let messageId = 0

const server = createServer((request, response) => {
  const path = request.url ?? ''
  const sends = path.includes('/send')
  // Latin-1 keeps every byte and costs nothing to decode; a chat id is digits.
  let body = ''
  request.on('data', (chunk: Buffer) => {
    if (sends) body += chunk.toString('latin1')
  })
  request.on('end', () => {
    if (path.startsWith('/next')) waiting.set(path.slice(path.indexOf('=') + 1), response)
    else answer(response, sends ? take(body) : other(path))
  })
})
server.keepAliveTimeout = 60_000
server.listen(Number(process.env.PORT), '127.0.0.1')

/** `{"chat_id":123,…` or `{"chat_id":"123",…`, wherever in the body it stands. */
function take(body: string): string {
  const [, chat = ''] = /"chat_id":"?(-?\d+)/.exec(body) ?? []
  counts.set(chat, (counts.get(chat) ?? 0) + 1)
  messageId++
  const waiter = waiting.get(chat)
  if (waiter) {
    waiting.delete(chat)
    answer(waiter, JSON.stringify({ at: performance.timeOrigin + performance.now() }))
  }
  return `{"ok":true,"result":{"message_id":${messageId},"date":1795000000,"chat":{"id":${chat || 0},"type":"private"}}}`
}

function other(path: string): string {
  if (path === '/counts') return JSON.stringify(counted())
  if (path === '/reset') counts.clear()
  return path.endsWith('/getMe') ? ME : '{"ok":true,"result":true}'
}

function counted(): { taken: number; distinct: number; twice: number } {
  let taken = 0
  let twice = 0
  for (const count of counts.values()) {
    taken += count
    if (count > 1) twice++
  }
  return { taken, distinct: counts.size, twice }
}

function answer(response: ServerResponse, text: string): void {
  response.sendDate = false
  response.writeHead(200, { 'content-type': JSON_TYPE, 'content-length': text.length })
  response.end(text)
}
