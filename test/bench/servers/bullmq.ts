/**
 * The peer of a drain: BullMQ on Redis doing our job per person. A job holds person, chat and broadcast; BullMQ marks
 * it active before the send and completed or failed after it, and its metrics count both in Redis, within the script
 * that ends a job (cheaper than a counter of one's own). The job id is the person within the broadcast: whoever waits,
 * is being sent to, or is among the last `KEPT` completed cannot be enqueued twice, and memory stays flat.
 *
 * `POST /enqueue?broadcast=b1&people=100000` · `POST /drain?people=100000` → `{seconds}`; `GET /counters` → `{sent, failed}`
 */
import { createServer } from 'node:http'
import { type Job, Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { Pool } from 'undici'
import { chatOf, sendMessageBody } from '../broadcast.ts'

type Send = { person: string; chat: string; broadcast: string }

const CHUNK = 1_000
const PATH = '/bot12345:abcdefghijklmnopqrstuvwxyz/sendMessage'
const KEPT = 1_000
const NAME = 'broadcast'
const redis = () =>
  new Redis({ host: '127.0.0.1', port: Number(process.env.REDIS_PORT), maxRetriesPerRequest: null, enableAutoPipelining: true })
const pool = new Pool(process.env.PLATFORM_ROOT ?? '', { connections: Number(process.env.CONNECTIONS) })
const queue = new Queue<Send>(NAME, { connection: redis() })

createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://bench')
  const broadcast = searchParams.get('broadcast') ?? ''
  const people = Number(searchParams.get('people'))
  request.resume()
  work(pathname, broadcast, people)
    .then((result) => response.end(JSON.stringify(result)))
    .catch((error) => {
      console.error(error)
      response.writeHead(500).end()
    })
}).listen(Number(process.env.PORT), '127.0.0.1')

async function work(path: string, broadcast: string, people: number): Promise<unknown> {
  if (path === '/enqueue') return { seconds: await enqueue(broadcast, people) }
  if (path === '/drain') return { seconds: await drain(people) }
  if (path !== '/counters') return {}
  const [completed, failed] = await Promise.all([queue.getMetrics('completed'), queue.getMetrics('failed')])
  return { sent: completed.meta.count, failed: failed.meta.count }
}

async function enqueue(broadcast: string, people: number): Promise<number> {
  const startedAt = performance.now()
  for (let from = 1; from <= people; from += CHUNK) {
    const amount = Math.min(CHUNK, people - from + 1)
    await queue.addBulk(
      Array.from({ length: amount }, (_, i) => ({
        name: 'send',
        data: { person: `c${from + i}`, chat: chatOf(from + i), broadcast },
        opts: { jobId: `${broadcast}-c${from + i}` },
      })),
    )
  }
  return (performance.now() - startedAt) / 1000
}

/** From the first job taken to the last one recorded; throws what the worker reports rather than wait for ever. */
async function drain(people: number): Promise<number> {
  const connection = redis()
  const worker = new Worker<Send>(NAME, send, {
    connection,
    concurrency: Number(process.env.CONCURRENCY),
    autorun: false,
    removeOnComplete: { count: KEPT },
    metrics: { maxDataPoints: 60 },
  })
  await worker.waitUntilReady()
  const startedAt = performance.now()
  await new Promise<void>((resolve, reject) => {
    let settled = 0
    const settle = () => {
      settled++
      if (settled === people) resolve()
    }
    worker.once('error', reject)
    worker.on('completed', settle)
    worker.on('failed', settle)
    worker.run().catch(reject)
  })
  const seconds = (performance.now() - startedAt) / 1000
  await worker.close()
  connection.disconnect()
  return seconds
}

async function send({ data }: Job<Send>): Promise<number> {
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: PATH,
    headers: { 'content-type': 'application/json' },
    body: sendMessageBody(data.chat),
  })
  const answer = (await body.json()) as { ok: boolean; result?: { message_id: number } }
  if (statusCode !== 200 || !answer.ok) throw new Error(`status ${statusCode}`)
  return answer.result?.message_id ?? 0
}
