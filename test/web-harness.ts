/**
 * The web chat as the product runs it: the real routes over the real engine, database and dispatcher; a browser here is
 * a cookie and the requests a page would make.
 */
import type { Challenge } from 'altcha-lib'
import { Hono } from 'hono'
import { createTexts } from '../content/index.ts'
import { transcriptStore } from '../db/transcript.ts'
import { countFilings } from '../db/work.ts'
import { handlers as allHandlers, privately } from '../handlers/index.ts'
import { createWeb, type Line, type WebOptions } from '../src/channels/web/index.ts'
import { solve } from '../src/channels/web/page/solve.ts'
import type { Work } from '../src/channels/web/work.ts'
import type { About, Handler, Inbound } from '../src/chat.ts'
import { createDispatcher } from '../src/dispatch.ts'
import type { EvidenceStore } from '../src/evidence.ts'
import { secureRandom } from '../src/keys.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { createReceiver } from '../src/receive.ts'
import { createRouter } from '../src/router.ts'
import { openTestFile, type TestDatabase } from './database.ts'
import { fakeClock } from './harness.ts'

const ORIGIN = 'http://chat.example.vn'

function memoryEvidence(): EvidenceStore & { files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>()
  return {
    files,
    put: async (name, bytes) => void files.set(name, bytes),
    get: async (name) => files.get(name),
    delete: async (name) => void files.delete(name),
    list: async () => ({ names: [...files.keys()].sort() }),
  }
}

export type WebBotOptions = {
  database?: TestDatabase
  handlers?: readonly Handler[]
  about?: Partial<About>
  web?: Partial<WebOptions>
  clock?: ReturnType<typeof fakeClock>
  /** Stands before the engine: what the routes hand over. */
  take?: (inbound: Inbound[], engine: (inbound: Inbound[]) => Promise<void>) => Promise<void>
}

export type WebBot = Awaited<ReturnType<typeof createWebBot>>

export async function createWebBot(options: WebBotOptions = {}) {
  const database = options.database ?? (await openTestFile())
  const { db } = database
  const keys = createNodeKeys(new Uint8Array(32).fill(7))
  const clock = options.clock ?? fakeClock()
  const texts = createTexts()
  const evidence = memoryEvidence()
  const handlers = options.handlers ?? allHandlers
  const about: About = {
    unitName: 'LĐLĐ tỉnh Mẫu',
    dataOfficer: 'Văn phòng LĐLĐ tỉnh Mẫu',
    publicUrl: null,
    telegramName: null,
    zaloOaId: null,
    hosting: 'vietnam',
    ...options.about,
  }
  const lines: string[] = []
  const web = createWeb({
    keys,
    store: transcriptStore(db),
    evidence,
    texts: texts.render,
    about: () => about,
    now: clock.now,
    random: secureRandom,
    log: (level, what, fields = {}) => void lines.push(JSON.stringify({ level, what, ...fields })),
    later: setImmediate,
    countFilings: () => countFilings(db, keys, clock.now()),
    leastTries: 5,
    ...options.web,
  })
  const log = () => {}
  const dispatcher = createDispatcher({
    db,
    keys,
    channels: [web],
    render: texts.render,
    publicUrl: about.publicUrl,
    now: clock.now,
    holder: 'test',
    log,
  })
  const receiver = createReceiver({
    db,
    keys,
    route: createRouter(handlers, privately),
    offerPush: () => ({ replies: [] }),
    greet: () => [],
    handlers,
    labelOf: (contact) => (label) => texts.render(label, contact.locale),
    about: () => about,
    now: clock.now,
    random: secureRandom,
    log,
    wake: (channel) => dispatcher.wake(channel),
    transcripts: new Set(['web']),
    later: setImmediate,
  })
  const taken: Inbound[] = []
  const engine = async (inbound: Inbound[]) => {
    taken.push(...inbound)
    await receiver.receive(inbound)
  }
  const app = new Hono()
  app.route('/', web.routes(options.take ? (inbound) => options.take?.(inbound, engine) ?? Promise.resolve() : engine))

  return {
    database,
    db,
    keys,
    clock,
    evidence,
    web,
    app,
    dispatcher,
    taken,
    lines,
    texts,
    browser: (cookie?: string) => openBrowser(app, dispatcher.drain, cookie),
    async close() {
      web.close()
      if (!options.database) await database.close()
    },
  }
}

export type Browser = ReturnType<typeof openBrowser>

function openBrowser(app: Hono, drain: () => Promise<unknown>, first?: string) {
  let cookie = first
  let messages = 0
  const request = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers)
    if (cookie) headers.set('cookie', cookie)
    if (init.method === 'POST' && !headers.has('sec-fetch-site')) headers.set('sec-fetch-site', 'same-origin')
    const response = await app.request(`${ORIGIN}${path}`, { ...init, headers })
    const given = response.headers.get('set-cookie')
    if (given) cookie = given.split(';')[0]
    return response
  }
  const postJson = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    request(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } })
  return {
    request,
    postJson,
    cookie: () => cookie,
    setCookie(next: string | undefined) {
      cookie = next
    },
    open: () => request('/'),
    /** What a page computes for a report: a solved challenge. */
    async works(): Promise<Work> {
      const challenge = (await (await request('/chat/work')).json()) as Challenge
      const solution = await solve(challenge)
      if (!solution) throw new Error('not solved')
      return { challenge, solution: { counter: solution.counter, derivedKey: solution.derivedKey } }
    },
    /** Posts one message and lets it be answered. */
    async posts(part: object): Promise<Response> {
      const response = await postJson('/chat/messages', { id: `m${++messages}`, ...part })
      await drain()
      return response
    },
    async sends(photos: Array<[string, Uint8Array<ArrayBuffer>]>, text = '', id = `m${++messages}`): Promise<Response> {
      const form = new FormData()
      form.set('id', id)
      form.set('text', text)
      for (const [name, bytes] of photos) form.append('photo', new File([bytes], name))
      const response = await request('/chat/messages', { method: 'POST', body: form })
      await drain()
      return response
    },
    async history(query = ''): Promise<{ lines: Line[]; more: boolean }> {
      return (await request(`/chat/messages${query}`)).json() as Promise<{ lines: Line[]; more: boolean }>
    },
    /** The event stream; read line by line until it ends or is left. */
    async listens(query = '', headers: Record<string, string> = {}) {
      const response = await request(`/chat/events${query}`, { headers })
      return { response, ...reader(response) }
    },
  }
}

function reader(response: Response) {
  const stream = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let buffer = ''
  const raw: string[] = []
  /** The next block of the stream, or undefined at its end. */
  const block = async (): Promise<string | undefined> => {
    while (stream && !buffer.includes('\n\n')) {
      const { done, value } = await stream.read()
      if (done) return undefined
      buffer += value
    }
    const end = buffer.indexOf('\n\n')
    const one = buffer.slice(0, end)
    buffer = buffer.slice(end + 2)
    raw.push(one)
    return one
  }
  return {
    raw,
    block,
    /** The next line of the talk. */
    async next(): Promise<Line | undefined> {
      for (let one = await block(); one !== undefined; one = await block()) {
        const data = /^data: (.*)$/m.exec(one)?.[1]
        if (data) return JSON.parse(data)
      }
      return undefined
    },
    leave: async () => stream?.cancel(),
  }
}
