import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EvidenceStore } from '../src/evidence.ts'
import { createFileEvidence } from '../src/evidence-files.ts'
import { createR2Evidence, type EvidenceBucket } from '../src/evidence-r2.ts'

let folder: string
const clock = () => new Date('2026-11-23T02:34:56.789Z')
const bytes = (...list: number[]) => new Uint8Array(list)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hang-viet-evidence-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A bucket as R2 answers: at most 1,000 keys a page, in order. */
function fakeBucket(): EvidenceBucket & { objects: Map<string, Uint8Array> } {
  const objects = new Map<string, Uint8Array>()
  return {
    objects,
    put: async (key, value) => void objects.set(key, value.slice()),
    async get(key) {
      const value = objects.get(key)
      return value ? { arrayBuffer: async () => value.slice().buffer as ArrayBuffer } : null
    },
    delete: async (key) => void objects.delete(key),
    async list({ limit, startAfter = '' }) {
      const keys = [...objects.keys()].sort().filter((key) => key > startAfter)
      return { objects: keys.slice(0, limit).map((key) => ({ key, uploaded: clock() })), truncated: keys.length > limit }
    },
  }
}

const stores: Array<[string, () => EvidenceStore]> = [
  ['files', () => createFileEvidence(folder, clock)],
  ['a bucket', () => createR2Evidence(fakeBucket())],
]

describe.each(stores)('evidence in %s', (_, open) => {
  test('what is put is got back byte for byte, replaced by a later put, and gone once deleted', async () => {
    const store = open()
    expect(await store.get('abc123')).toBeUndefined()
    await store.put('abc123', bytes(1, 2, 3))
    await store.put('abc123', bytes(0, 255))
    expect(new Uint8Array((await store.get('abc123')) ?? [])).toEqual(bytes(0, 255))
    await store.delete('abc123')
    await store.delete('abc123')
    expect(await store.get('abc123')).toBeUndefined()
    expect(await store.list()).toEqual({ names: [] })
  })

  test('names are listed in order, page by page, each once', async () => {
    const store = open()
    const names = ['a', 'a-', 'a0', 'a-view', '0z', 'zz-view', 'zz', ...Array.from({ length: 1100 }, (_, i) => `q${i.toString(36)}`)]
    await Promise.all(names.map((name) => store.put(name, bytes(1))))
    const first = await store.list()
    expect(first.names).toHaveLength(1000)
    const second = await store.list(first.next)
    expect(second.next).toBeUndefined()
    expect([...first.names, ...second.names]).toEqual(names.sort())
  })

  test('only what is older is listed when asked so', async () => {
    const store = open()
    await store.put('abc', bytes(1))
    expect((await store.list(undefined, new Date('2026-11-23T02:00:00Z'))).names).toEqual([])
    expect((await store.list(undefined, new Date('2026-11-23T03:00:00Z'))).names).toEqual(['abc'])
  })

  test('a name that could lead elsewhere is refused', async () => {
    const store = open()
    for (const name of ['', '..', '../x', 'a/b', 'A', 'a.b', 'ă', 'a'.repeat(41), '.parts', 'a\0']) {
      await expect(store.put(name, bytes(1)), name).rejects.toThrow('evidence name')
      await expect(store.get(name), name).rejects.toThrow('evidence name')
      await expect(store.delete(name), name).rejects.toThrow('evidence name')
    }
  })
})

describe('evidence in files', () => {
  test('only the owner may read a file, and its time tells the hour alone', async () => {
    await createFileEvidence(folder, clock).put('abc123', bytes(1))
    const found = await stat(join(folder, 'a', 'b', 'abc123'))
    expect(found.mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, 'a'))).mode & 0o777).toBe(0o700)
    expect(found.mtime.toISOString()).toBe('2026-11-23T02:00:00.000Z')
  })

  test('a write that fails or is cut off leaves the earlier object whole and nothing half-written in sight', async () => {
    const store = createFileEvidence(folder, clock)
    await store.put('abc', bytes(1, 2, 3))
    await expect(store.put('abc', null as never)).rejects.toThrow()
    expect(await readdir(join(folder, '.parts'))).toEqual([])
    // What a killed process leaves: a part without its name
    await writeFile(join(folder, '.parts', 'abc.0011'), bytes(1))
    expect((await store.list()).names).toEqual(['abc'])
    expect(new Uint8Array(await readFile(join(folder, 'a', 'b', 'abc')))).toEqual(bytes(1, 2, 3))
  })

  test('parts of a killed process are removed at the next start and by the night’s sweep, those of a running one are not', async () => {
    const store = createFileEvidence(folder, clock)
    await store.put('abc', bytes(1))
    const hour = Math.floor(clock().getTime() / 3_600_000)
    // The machine's own time says nothing: a part is as old as the hour in its name.
    const [old, young] = [`${hour - 3}-old.00`, `${hour - 1}-young.00`]
    for (const name of [old, young, 'of-another-version.00']) await writeFile(join(folder, '.parts', name), bytes(1))
    await createFileEvidence(folder, clock).put('abd', bytes(1))
    expect(await readdir(join(folder, '.parts'))).toEqual([young])
    expect(await store.tidy?.(new Date(clock().getTime() - 2 * 3_600_000))).toBe(0)
    expect(await store.tidy?.(clock())).toBe(1)
    expect(await readdir(join(folder, '.parts'))).toEqual([])
    expect((await store.list()).names).toEqual(['abc', 'abd'])
    expect(await createFileEvidence(join(folder, 'none'), clock).tidy?.(clock())).toBe(0)
  })

  test('many writers of one name leave one whole object', async () => {
    const writers = Array.from({ length: 20 }, (_, i) => createFileEvidence(folder, clock).put('same', new Uint8Array(50_000).fill(i)))
    await Promise.all(writers)
    const found = await createFileEvidence(folder).get('same')
    expect(found).toHaveLength(50_000)
    expect(new Set(found).size).toBe(1)
  })
})

describe('evidence in a bucket', () => {
  test("an operator's own object in the bucket is not shown, and pages go on past it", async () => {
    const bucket = fakeBucket()
    await bucket.put('Backup 2026.tar', bytes(1))
    const store = createR2Evidence(bucket)
    await store.put('abc', bytes(1))
    expect((await store.list()).names).toEqual(['abc'])
  })
})
