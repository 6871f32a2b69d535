/**
 * The open pages. Once a second (or at a hint) one query looks for new lines of all of them; each stream first catches
 * up from where its page stopped, holds what comes meanwhile, and drops what it already wrote: nothing lost or doubled.
 */
import type { Keys } from '../../chat.ts'
import type { Delivered } from './delivered.ts'
import type { Line } from './line.ts'
import { goodbyeOwner, openLine, ownersOf, type StoredLine, type TranscriptStore } from './transcript.ts'

const POLL_MS = 1_000
const HEARTBEAT_MS = 20_000
const PAGE = 200
/** Pieces a page may lag behind before it is let go; it reconnects and catches up. */
const LAG = 1_000
const MOST_STREAMS = 20_000

export type Streams = {
  /** The answer to GET /chat/events, or undefined when this visitor (or everybody together) has too many open. */
  open(visitor: string, after: number): Promise<Response | undefined>
  /** A hint that something new stands in the transcript. */
  wake(): void
  close(): void
}

/** A line, and the row it was read from. */
type Found = { line: Line; row: StoredLine }

type Stream = {
  visitor: string
  goodbye: string
  /** The last seq written. */
  sent: number
  /** Lines that came while it catches up; undefined once it has. */
  held: Found[] | undefined
  timer: ReturnType<typeof setTimeout> | undefined
  /** False when the page is gone. */
  write(text: string): boolean
  end(): void
}

export type StreamsOptions = {
  keys: Keys
  store: TranscriptStore
  /** Told which rows went to a page. */
  delivered: Delivered
  perVisitor?: number
  /** Ends each stream after so long; the page comes back with its last seq. */
  maxStreamMs?: number | undefined
}

export function createStreams({ keys, store, delivered, perVisitor = 5, maxStreamMs }: StreamsOptions): Streams {
  const open = new Map<string, Set<Stream>>()
  let count = 0
  let seen = 0
  let poll: ReturnType<typeof setTimeout> | undefined
  let heartbeat: ReturnType<typeof setInterval> | undefined
  let looking: Promise<void> | undefined
  let again = false
  let started: Promise<void> | undefined
  let generation = 0

  const look = async () => {
    const newest = await store.newestSeq()
    while (seen < newest && count > 0) {
      const all = [...open.values()].flatMap((streams) => [...streams].slice(0, 1))
      const watched = { visitors: all.map(({ visitor }) => visitor), goodbyes: all.map(({ goodbye }) => goodbye) }
      const byGoodbye = new Map(all.map(({ goodbye, visitor }) => [goodbye, visitor]))
      const rows = await store.listNew(watched, seen, newest, PAGE)
      const given: StoredLine[] = []
      for (const row of rows) {
        const line = await openLine(keys, row)
        const visitor = row.visitor ?? byGoodbye.get(row.owner)
        if (!line || visitor === undefined) continue
        for (const stream of open.get(visitor) ?? []) if (give(stream, { line, row })) given.push(row)
      }
      delivered(given)
      seen = rows.length === PAGE ? (rows.at(-1)?.seq ?? newest) : newest
    }
  }

  /** One look at a time; a hint during a look makes one more. */
  const tick = () => {
    if (looking) {
      again = true
      return
    }
    if (poll) clearTimeout(poll)
    // A database that is away is asked again with the next tick; the pages keep waiting.
    looking = look()
      .catch(() => {})
      .then(() => {
        looking = undefined
        if (count === 0) return
        if (!again) {
          poll = setTimeout(tick, POLL_MS)
          return
        }
        again = false
        tick()
      })
  }

  const begin = async () => {
    const mine = ++generation
    const newest = await store.newestSeq()
    if (mine !== generation) return
    seen = newest
    heartbeat = setInterval(() => {
      for (const streams of open.values()) for (const stream of streams) stream.write(':\n\n')
    }, HEARTBEAT_MS)
    poll = setTimeout(tick, POLL_MS)
  }

  const rest = () => {
    if (poll) clearTimeout(poll)
    if (heartbeat) clearInterval(heartbeat)
    started = undefined
    generation++
  }

  const remove = (stream: Stream) => {
    const own = open.get(stream.visitor)
    if (!own?.delete(stream)) return
    if (stream.timer) clearTimeout(stream.timer)
    if (own.size === 0) open.delete(stream.visitor)
    count--
    if (count === 0) rest()
  }

  const catchUp = async (stream: Stream) => {
    started ??= begin()
    await started
    const owners = await ownersOf(keys, store, stream.visitor)
    for (;;) {
      const rows = await store.listAfter(owners, stream.sent, PAGE)
      const given: StoredLine[] = []
      for (const row of rows) {
        const line = await openLine(keys, row)
        if (line && writeLine(stream, line)) given.push(row)
        stream.sent = row.seq
      }
      delivered(given)
      if (rows.length < PAGE) break
    }
    const held = stream.held ?? []
    stream.held = undefined
    delivered(held.filter((found) => give(stream, found)).map(({ row }) => row))
  }

  return {
    async open(visitor, after) {
      const goodbye = await goodbyeOwner(keys, visitor)
      const own = open.get(visitor) ?? new Set()
      if (own.size >= perVisitor || count >= MOST_STREAMS) return undefined
      let stream: Stream | undefined
      const body = new ReadableStream<Uint8Array>(
        {
          start(controller) {
            const encoder = new TextEncoder()
            const end = () => {
              if (!stream || !open.get(visitor)?.has(stream)) return
              remove(stream)
              controller.close()
            }
            const write = (text: string) => {
              if (!stream || !open.get(visitor)?.has(stream)) return false
              if ((controller.desiredSize ?? 0) < -LAG) {
                end()
                return false
              }
              controller.enqueue(encoder.encode(text))
              return true
            }
            const timer = maxStreamMs === undefined ? undefined : setTimeout(end, maxStreamMs)
            stream = { visitor, goodbye, sent: after, held: [], timer, write, end }
            open.set(visitor, own.add(stream))
            count++
            write('retry: 2000\n\n')
            catchUp(stream).catch(end)
          },
          cancel() {
            if (stream) remove(stream)
          },
        },
        new CountQueuingStrategy({ highWaterMark: 16 }),
      )
      return new Response(body, {
        headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
      })
    },
    wake() {
      if (count > 0 && started) tick()
    },
    close() {
      for (const streams of [...open.values()]) for (const stream of [...streams]) stream.end()
      rest()
    },
  }
}

/** True when it went out; a line that is held goes out later. */
function give(stream: Stream, found: Found): boolean {
  const { line } = found
  if (stream.held) stream.held.push(found)
  if (stream.held || line.seq <= stream.sent) return false
  stream.sent = line.seq
  return writeLine(stream, line)
}

function writeLine(stream: Stream, line: Line): boolean {
  return stream.write(`id: ${line.seq}\ndata: ${JSON.stringify(line)}\n\n`)
}
