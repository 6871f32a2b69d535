/**
 * Who watches a run. Once a second one look at the database serves all watchers of this process; each stream gets an
 * event at once and whenever what it shows has changed, and ends with the run, its token, or the process.
 */

export type Watcher = {
  id: number
  token: string
  /** Does the token still hold? Asked at each heartbeat. */
  still(): Promise<boolean>
}

/** What a run shows now, and whether nothing will change any more. */
export type Sight = { id: number; data: string; over: boolean }

export type Watch = {
  /** The event stream, or undefined when too many are open. */
  open(watcher: Watcher): Response | undefined
  close(): void
}

export type WatchOptions = {
  look(ids: number[]): Promise<Sight[]>
  pollMs?: number
  heartbeatMs?: number
  most?: number
  perToken?: number
  maxStreamMs?: number | undefined
}

type Stream = Watcher & { last: string | undefined; write(text: string): void; end(): void }

const POLL_MS = 1_000
const HEARTBEAT_MS = 15_000
const MOST = 100
const PER_TOKEN = 20
/** Events a watcher may lag behind before it is let go. */
const LAG = 100

export function createWatch(options: WatchOptions): Watch {
  const { look, pollMs = POLL_MS, heartbeatMs = HEARTBEAT_MS, most = MOST, perToken = PER_TOKEN, maxStreamMs } = options
  const streams = new Set<Stream>()
  let poll: ReturnType<typeof setTimeout> | undefined
  let heartbeat: ReturnType<typeof setInterval> | undefined
  let looking = false
  let again = false

  const showAll = async () => {
    const watched = [...streams]
    const sights = new Map((await look([...new Set(watched.map(({ id }) => id))])).map((sight) => [sight.id, sight]))
    for (const stream of watched) {
      const sight = sights.get(stream.id)
      if (sight && sight.data !== stream.last) stream.write(`event: counts\ndata: ${sight.data}\n\n`)
      stream.last = sight?.data
      if (!sight || sight.over) stream.end()
    }
  }

  /** One look at a time; who opens during one is seen by the next, which then follows at once. */
  const tick = async () => {
    if (looking) {
      again = true
      return
    }
    looking = true
    if (poll) clearTimeout(poll)
    // A database that is away is asked again a second later; the watchers keep waiting.
    await showAll().catch(() => {})
    looking = false
    if (streams.size === 0) return
    if (again) {
      again = false
      void tick()
    } else poll = setTimeout(tick, pollMs)
  }

  const beat = async () => {
    for (const stream of [...streams]) {
      stream.write(':\n\n')
      if (!(await stream.still().catch(() => true))) stream.end()
    }
  }

  const remove = (stream: Stream) => {
    streams.delete(stream)
    if (streams.size > 0) return
    if (poll) clearTimeout(poll)
    if (heartbeat) clearInterval(heartbeat)
    heartbeat = undefined
  }

  return {
    open(watcher) {
      const own = [...streams].filter(({ token }) => token === watcher.token).length
      if (streams.size >= most || own >= perToken) return undefined
      const encoder = new TextEncoder()
      let stream: Stream | undefined
      const body = new ReadableStream<Uint8Array>(
        {
          start(controller) {
            const timer = maxStreamMs === undefined ? undefined : setTimeout(() => stream?.end(), maxStreamMs)
            const mine: Stream = {
              ...watcher,
              last: undefined,
              write(text) {
                if (!streams.has(mine)) return
                if ((controller.desiredSize ?? 0) < -LAG) mine.end()
                else controller.enqueue(encoder.encode(text))
              },
              end() {
                if (!streams.has(mine)) return
                if (timer) clearTimeout(timer)
                remove(mine)
                controller.close()
              },
            }
            stream = mine
            streams.add(mine)
            heartbeat ??= setInterval(beat, heartbeatMs)
            mine.write('retry: 2000\n\n')
            void tick()
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
    close() {
      for (const stream of [...streams]) stream.end()
    },
  }
}
