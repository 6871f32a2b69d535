/**
 * The server's way out on a real socket: what an answer is, when a call ends without one, and above all whether
 * anything had been written by then, since that decides if a message may be sent again.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import type { ApiRequest } from '../src/api-fetch.ts'
import { openFetches } from '../src/node-fetch.ts'

type Serve = (request: IncomingMessage, response: ServerResponse, body: string) => void

let serve: Serve
let root: string
let asked: { method: string | undefined; url: string | undefined; body: string; socket: Socket; port: number | undefined }[]
let server: ReturnType<typeof createServer>
let out: ReturnType<typeof openFetches>

beforeEach(async () => {
  serve = (_request, response) => response.end('{}')
  asked = []
  out = openFetches()
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    asked.push({ method: request.method, url: request.url, body, socket: request.socket, port: request.socket.remotePort })
    serve(request, response, body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const post = (change: Partial<ApiRequest> = {}, path = '/bot1:secret/sendMessage') =>
  out.apiFetch(`${root}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"text":"Chào"}',
    timeoutMs: 2000,
    ...change,
  })
const errorOf = (work: Promise<unknown>): Promise<Error & { code?: unknown }> =>
  work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error) => error,
  )
const neverWritten = { code: 'ERR_NEVER_WRITTEN' }
/** Until `count` calls have reached the server. */
const reached = async (count: number) => {
  while (asked.length < count) await new Promise(setImmediate)
}

describe('an answer', () => {
  it('has its status, its headers in any case, and its text', async () => {
    serve = (_request, response) => response.writeHead(429, { 'Retry-After': '7', 'X-Two': ['a', 'b'] }).end('{"ok":false}')
    const answer = await post()
    expect([
      answer.status,
      answer.ok,
      answer.headers.get('retry-AFTER'),
      answer.headers.get('x-two'),
      answer.headers.get('x-none'),
    ]).toEqual([429, false, '7', 'a, b', null])
    expect(await answer.text()).toBe('{"ok":false}')
    expect(asked[0]).toMatchObject({ method: 'POST', url: '/bot1:secret/sendMessage', body: '{"text":"Chào"}' })
  })

  it('may come in pieces that cut a letter in two', async () => {
    const bytes = Buffer.from('Mời anh chị')
    serve = (_request, response) => {
      response.write(bytes.subarray(0, 2))
      setImmediate(() => response.end(bytes.subarray(2)))
    }
    expect(await (await post()).text()).toBe('Mời anh chị')
  })

  it('may follow a word in between, and may be empty', async () => {
    serve = (_request, response) => {
      response.writeProcessing()
      response.writeHead(204).end()
    }
    const answer = await post()
    expect([answer.status, answer.ok, await answer.text()]).toEqual([204, true, ''])
  })

  it('that points elsewhere is not followed', async () => {
    serve = (_request, response) => response.writeHead(307, { location: '/elsewhere' }).end()
    expect((await post()).status).toBe(307)
    expect(asked).toHaveLength(1)
  })

  it('is asked for on a socket that is kept', async () => {
    for (let at = 0; at < 10; at++) {
      await post()
      await new Promise(setImmediate)
    }
    expect(new Set(asked.map(({ port }) => port)).size).toBe(1)
  })

  it('is got without a body, and bytes are sent as they are', async () => {
    await out.apiFetch(`${root}/get`, { method: 'GET', timeoutMs: 2000 })
    await post({ body: new Uint8Array([104, 105]) })
    expect(asked.map(({ method, body }) => [method, body])).toEqual([
      ['GET', ''],
      ['POST', 'hi'],
    ])
  })
})

describe('nothing had left', () => {
  it('when nobody listens, however many ask', async () => {
    await new Promise((resolve) => server.close(resolve))
    const errors = await Promise.all(Array.from({ length: 200 }, () => errorOf(post())))
    for (const error of errors) expect(error).toMatchObject({ ...neverWritten, cause: { code: 'ECONNREFUSED' } })
  })

  it.each(['no address', 'ftp://127.0.0.1/x', 'http://', 'http://127.0.0.1:1', 'http://a b/x', 'http://127.0.0.1:99999/x'])(
    'when %s is no address',
    async (url) => {
      const error = await errorOf(out.apiFetch(url, { method: 'GET', timeoutMs: 100 }))
      expect(error).toMatchObject(neverWritten)
    },
  )

  it('when the path is none, and the error does not tell it', async () => {
    const error = await errorOf(post({}, '/bot1:secret/a b'))
    expect(error).toMatchObject(neverWritten)
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('secret')
  })

  it('when the caller had stopped before', async () => {
    expect(await errorOf(post({ signal: AbortSignal.abort() }))).toMatchObject({ ...neverWritten, cause: { name: 'AbortError' } })
    expect(asked).toEqual([])
  })

  it('when the time ran out while all sockets were busy, nor does it leave later', async () => {
    const held: ServerResponse[] = []
    serve = (_request, response) => void held.push(response)
    const busy = Array.from({ length: 64 }, () => post())
    await reached(64)
    expect(await errorOf(post({ timeoutMs: 60 }, '/late'))).toMatchObject({ ...neverWritten, cause: { name: 'TimeoutError' } })
    const controller = new AbortController()
    const stopped = errorOf(post({ signal: controller.signal }, '/stopped'))
    controller.abort()
    expect(await stopped).toMatchObject(neverWritten)
    serve = (_request, response) => response.end()
    for (const response of held) response.end()
    await Promise.all(busy)
    await Promise.all(Array.from({ length: 64 }, () => post()))
    expect(asked.map(({ url }) => url)).not.toContain('/late')
    expect(asked.map(({ url }) => url)).not.toContain('/stopped')
    // The given up ones did not cost a socket either.
    expect(new Set(asked.map(({ port }) => port)).size).toBe(64)
  })
})

test('an answer finds a socket while those of a broadcast all wait', async () => {
  serve = (request, response) => {
    if (request.url === '/answer') response.end('{}')
  }
  const busy = Array.from({ length: 100 }, () => errorOf(post({ bulk: true })))
  await reached(64)
  expect((await post({}, '/answer')).status).toBe(200)
  server.closeAllConnections()
  await Promise.all(busy)
})

describe('nobody knows whether it arrived', () => {
  it('when no answer came in time, and the socket is not used again', async () => {
    serve = () => undefined
    const error = await errorOf(post({ timeoutMs: 500 }))
    expect([error.name, error.code === neverWritten.code]).toEqual(['TimeoutError', false])
    serve = (_request, response) => response.end()
    await post()
    expect(new Set(asked.map(({ port }) => port)).size).toBe(2)
  })

  it('when half an answer came in time', async () => {
    serve = (_request, response) => void response.writeHead(200, { 'content-length': 10 }).write('{')
    expect((await errorOf(post({ timeoutMs: 500 }))).name).toBe('TimeoutError')
  })

  it('when the caller stopped waiting', async () => {
    serve = () => undefined
    const controller = new AbortController()
    const work = errorOf(post({ signal: controller.signal }))
    await reached(1)
    controller.abort()
    expect((await work).name).toBe('AbortError')
  })

  it.each([
    ['before the answer', (response: ServerResponse) => response.destroy()],
    [
      'in the middle of it',
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-length': 10 }).write('{', () => response.destroy())
      },
    ],
  ])('when the socket died %s, be it a kept one', async (_says, die) => {
    await post()
    await new Promise(setImmediate)
    serve = (_request, response) => die(response)
    const error = await errorOf(post())
    expect(error.code).toBe('ERR_NO_ANSWER')
    // Written once, and not again by itself.
    expect(asked).toHaveLength(2)
    expect(asked[0]?.port).toBe(asked[1]?.port)
  })
})

it('a route that breaks under a call in hand has no code of a connection never made', async () => {
  serve = () => undefined
  const work = errorOf(post())
  await reached(1)
  const lost = Object.assign(new Error('read EHOSTUNREACH'), { code: 'EHOSTUNREACH', syscall: 'read' })
  clientSocketOf(asked[0]?.port).destroy(lost)
  const error = await work
  expect([error.code, error.message, error.cause]).toEqual(['ERR_NO_ANSWER', 'EHOSTUNREACH: read EHOSTUNREACH', undefined])
})

/** Our own end of a connection, found among all that this process holds open. */
function clientSocketOf(port: number | undefined): Socket {
  const handles = (process as unknown as { _getActiveHandles(): Socket[] })._getActiveHandles()
  const found = handles.find((handle) => handle.localPort === port && handle.remotePort === Number(new URL(root).port))
  if (found === undefined) throw new Error('no such socket')
  return found
}

it('a kept socket that the other side closed is replaced', async () => {
  await post()
  const closed = new Promise((resolve) => asked[0]?.socket.once('close', resolve))
  asked[0]?.socket.destroy()
  await closed
  expect((await post()).status).toBe(200)
  expect(asked).toHaveLength(2)
})

describe('a stream', () => {
  it('is a Response of the runtime’s own, without its address', async () => {
    serve = (_request, response) => response.writeHead(200, { 'content-type': 'image/jpeg' }).end('jpeg')
    const response = await out.fetch(`${root}/bot1:secret/file`)
    expect(response).toBeInstanceOf(Response)
    expect([response.status, response.headers.get('content-type'), response.url, await response.text()]).toEqual([
      200,
      'image/jpeg',
      '',
      'jpeg',
    ])
  })

  it('can be refused at a redirect, and ends when the caller stops', async () => {
    serve = (_request, response) => response.writeHead(302, { location: '/elsewhere' }).end()
    const moved = await out.fetch(root, { redirect: 'manual' })
    expect([moved.status, moved.headers.get('location')]).toEqual([302, '/elsewhere'])
    serve = (_request, response) => void response.writeHead(200).write('half')
    const controller = new AbortController()
    const { body } = await out.fetch(root, { signal: controller.signal })
    const reader = body?.getReader()
    await reader?.read()
    controller.abort()
    expect((await errorOf(reader?.read() ?? Promise.resolve())).name).toBe('AbortError')
  })
})
