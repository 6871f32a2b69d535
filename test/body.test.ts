import { describe, expect, test } from 'vitest'
import { parseObject, readBytes, readText } from '../src/body.ts'

const MAX = 100_000

/** A sender that never ends and announces nothing; counts what was taken from it. */
function endless() {
  const taken = { bytes: 0, cancelled: false }
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      taken.bytes += 10_000
      if (taken.bytes > 50 * MAX) controller.close()
      else controller.enqueue(new Uint8Array(10_000).fill(0x61))
    },
    cancel() {
      taken.cancelled = true
    },
  })
  return { taken, request: new Request('http://x/', { method: 'POST', body, duplex: 'half' } as RequestInit) }
}

describe('the body of a request', () => {
  test.each([
    ['as text', readText],
    ['as bytes', readBytes],
  ])('that never ends and announces nothing is given up at the limit, read %s', async (_, read) => {
    const { taken, request } = endless()
    await expect(read(request, MAX)).rejects.toMatchObject({ code: 'too_large' })
    expect(taken.bytes).toBeLessThan(2 * MAX)
    expect(taken.cancelled).toBe(true)
  })

  test('announced as too large, or with no number at all, is not read', async () => {
    for (const length of [String(MAX + 1), 'abc', '1e99']) {
      const request = new Request('http://x/', { method: 'POST', body: 'a', headers: { 'content-length': length } })
      await expect(readText(request, MAX)).rejects.toMatchObject({ code: 'too_large' })
      expect(request.bodyUsed).toBe(false)
    }
  })

  test('within the limit comes whole, in pieces or at once', async () => {
    const text = 'Phản ánh hàng giả'
    const pieces = () =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          for (const byte of new TextEncoder().encode(text)) controller.enqueue(new Uint8Array([byte]))
          controller.close()
        },
      })
    const post = () => new Request('http://x/', { method: 'POST', body: pieces(), duplex: 'half' } as RequestInit)
    expect(await readText(post(), MAX)).toBe(text)
    expect(new TextDecoder().decode(await readBytes(post(), MAX))).toBe(text)
    expect(await readText(new Request('http://x/', { method: 'POST', body: text }), MAX)).toBe(text)
    expect(await readText(new Request('http://x/', { method: 'POST' }), MAX)).toBe('')
  })

  test('with a poisoned name changes no other object', () => {
    const parsed = parseObject('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}')
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect(Object.hasOwn(parsed, '__proto__')).toBe(true)
  })
})
