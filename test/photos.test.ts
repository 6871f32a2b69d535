import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openDb } from '../db/open.ts'
import { attachPhotos, claimPhoto, dropDraftPhotos, failPhoto, hasDuePhoto, releasePhoto, storePhoto } from '../db/photos.ts'
import type { Db, Value } from '../src/chat.ts'
import { SendError } from '../src/errors.ts'
import { type EvidenceStore, viewName } from '../src/evidence.ts'
import { databases } from './database.ts'
import { type Desk, grain, HOUR_MS, jpeg, keys, openDesk, platform } from './photo-desk.ts'

let desk: Desk
beforeEach(async () => {
  desk = await openDesk()
})
afterEach(() => desk.close())

describe('several at work', () => {
  test.each(databases)('two processes on one database (%s) fetch each photo once', async (_, open) => {
    const shared = await open()
    try {
      const other = openDb({ url: shared.url })
      const photo = await jpeg()
      const from = platform('telegram', photo)
      const ids = Array.from({ length: 14 }, (_, i) => `photo${i}`)
      for (const id of ids) await desk.due(id, 'telegram', `ref-${id}`, shared.db)
      const tries = await Promise.all([
        desk.loop(from, { db: shared.db, holder: 'p1' }).drain(),
        desk.loop(from, { db: other, holder: 'p2' }).drain(),
      ])
      expect(tries[0] + tries[1]).toBe(14)
      expect([...from.asked].sort()).toEqual(ids.map((id) => `ref-${id}`).sort())
      for (const id of ids) expect(await desk.stateOf(id, shared.db)).toMatchObject({ state: 'stored' })
      other.close()
    } finally {
      await shared.close()
    }
  })

  test('a process fetches two at a time, never more', async () => {
    let open = 0
    let most = 0
    const photo = await jpeg()
    const from = platform('telegram', async () => {
      most = Math.max(most, ++open)
      // Until another one is open beside it, and a moment longer for a third.
      for (let i = 0; i < 500 && most < 2; i++) await new Promise((resume) => setTimeout(resume, 5))
      await new Promise((resume) => setTimeout(resume, 5))
      open--
      return new Response(photo)
    })
    for (let i = 0; i < 6; i++) await desk.due(`photo${i}`)
    await desk.loop(from).drain()
    expect(most).toBe(2)
    expect(from.asked).toHaveLength(6)
  })

  test('a process whose time ran out can say nothing more about the photo once another has it', async () => {
    await desk.due('photo1')
    const slow = await claimPhoto(desk.db, 'p1', desk.clock.now().getTime())
    if (!slow) throw new Error('nothing claimed')
    desk.clock.advance(91_000)
    // The same process may be the one that claims it again: the holder's name alone proves nothing
    for (const holder of ['p2', 'p1']) {
      const taken = await claimPhoto(desk.db, holder, desk.clock.now().getTime())
      const before = await desk.rowOf('photo1')
      await desk.db.write([storePhoto(slow, new Uint8Array([1]), null), failPhoto(slow, 'gone'), releasePhoto(slow, 0, 'timeout')])
      expect(await desk.rowOf('photo1')).toEqual(before)
      expect(before).toMatchObject({ state: 'fetching', lease_by: holder, attempts: taken?.attempts })
      desk.clock.advance(91_000)
    }
  })

  test('a process whose time ran out while it waited does not put its bytes over those of the one that took over', async () => {
    const [late, kept] = [await jpeg(), await grain()]
    await desk.due('photo1')
    const slow = platform('telegram', async () => {
      desk.clock.advance(91_000)
      await desk.loop(platform('telegram', kept), { holder: 'p2' }).drain()
      return new Response(new Uint8Array(late))
    })
    await desk.loop(slow).drain()
    expect(await desk.opened('photo1')).toEqual(kept)
    expect(await desk.factsOf('photo1')).toMatchObject({ bytes: kept.length, width: 300 })
  })

  test('a claim and the look before it go through indexes, however many photos are kept', async () => {
    const asked: Array<{ sql: string; args?: Value[] }> = []
    const db: Db = {
      ...desk.db,
      async read(sql, args = []) {
        asked.push({ sql, args })
        return desk.db.read(sql, args)
      },
      async write(statements) {
        asked.push(...statements)
        return desk.db.write(statements)
      },
    }
    await hasDuePhoto(db, 5)
    await claimPhoto(db, 'p1', 5)
    expect(asked).toHaveLength(2)
    for (const { sql, args } of asked) {
      const plan = (await desk.db.read(`EXPLAIN QUERY PLAN ${sql}`, args)).map(({ detail }) => detail).join('\n')
      expect(plan).toContain('photos_leased')
      expect(plan).toContain('photos_due')
      expect(plan).not.toMatch(/SCAN photos|TEMP B-TREE/)
    }
  })
})

describe('a process that dies', () => {
  const STEPS = ['claim', 'original', 'copy', 'row', 'incoming', 'nothing'] as const
  type Step = (typeof STEPS)[number]

  /** Dies just before this step, which never happens, nor does anything after it. */
  function mortal(last: Step) {
    let dead = false
    const step = (name: Step) => {
      if (name === last) dead = true
      if (dead) throw new Error('killed')
    }
    const store: EvidenceStore = {
      ...desk.evidence,
      async put(name, bytes) {
        step(name === 'photo1' ? 'original' : 'copy')
        await desk.evidence.put(name, bytes)
      },
      async delete(name) {
        step('incoming')
        await desk.evidence.delete(name)
      },
    }
    const db: Db = {
      ...desk.db,
      async write(statements) {
        step(statements.some(({ sql }) => sql.includes("'stored'")) ? 'row' : 'claim')
        return desk.db.write(statements)
      },
    }
    return { store, db, died: () => dead }
  }

  test.each(STEPS)('before the step "%s" leaves a photo that is tried again or complete, and never an orphan', async (last) => {
    const photo = await jpeg()
    await desk.evidence.put('incoming1', await keys.seal('evidence', photo, 'incoming1'))
    const from = platform('web', async () => {
      const box = await desk.evidence.get('incoming1')
      if (!box) throw new SendError('refused', 'gone')
      return new Response((await keys.open('evidence', box, 'incoming1')) as Uint8Array<ArrayBuffer>)
    })
    await desk.due('photo1', 'web', 'incoming1')
    const { store, db, died } = mortal(last)
    await desk
      .loop(from, { evidence: store, db })
      .drain()
      .catch(() => {})
    expect(died()).toBe(last !== 'nothing')
    const state = { claim: 'due', original: 'fetching', copy: 'fetching', row: 'fetching', incoming: 'stored', nothing: 'stored' }[last]
    expect(await desk.stateOf('photo1')).toMatchObject({ state })
    if (state === 'stored') expect(await desk.opened('photo1')).toEqual(photo)

    desk.clock.advance(91_000)
    await desk.loop(from, { holder: 'p2' }).drain()
    expect(await desk.stateOf('photo1')).toEqual({ id: 'photo1', state: 'stored', reason: null })
    expect(await desk.opened('photo1')).toEqual(photo)
    expect((await sharp(await desk.opened(viewName('photo1'))).metadata()).format).toBe('jpeg')
    desk.clock.advance(26 * HOUR_MS)
    await desk.loop(from).sweep(desk.clock.now())
    expect(await desk.namesOf()).toEqual(['photo1', 'photo1-view'])
  })

  test.each(['copy', 'row'] as const)('before the step "%s": the photo is complete even when its source has gone since', async (last) => {
    const photo = await jpeg()
    const from = platform('telegram', photo, new SendError('refused', 'photo_404'))
    await desk.due('photo1')
    const { store, db } = mortal(last)
    await expect(desk.loop(from, { evidence: store, db }).drain()).rejects.toThrow('killed')
    desk.clock.advance(91_000)
    await desk.loop(from, { holder: 'p2' }).drain()
    expect(from.asked).toHaveLength(1)
    expect(await desk.stateOf('photo1')).toEqual({ id: 'photo1', state: 'stored', reason: null })
    expect(await desk.opened('photo1')).toEqual(photo)
  })

  test('twice over one photo: its pixels are left alone the third time, the original is kept', async () => {
    await desk.due('photo1')
    for (let i = 0; i < 2; i++) {
      await claimPhoto(desk.db, 'p1', desk.clock.now().getTime())
      desk.clock.advance(91_000)
    }
    await desk.loop(platform('telegram', await jpeg())).drain()
    expect(await desk.stateOf('photo1')).toEqual({ id: 'photo1', state: 'stored', reason: 'no_copy' })
  })

  test('in good order gives back what it has in hand, and the next one fetches it at once', async () => {
    const from = platform('telegram', () => new Promise<Response>(() => {}), await jpeg())
    await desk.due('photo1')
    const loop = desk.loop(from, { limits: { stopMs: 10 } })
    loop.start()
    while (from.asked.length === 0) await new Promise((resume) => setImmediate(resume))
    await loop.stop()
    expect(await desk.stateOf('photo1')).toEqual({ id: 'photo1', state: 'due', reason: 'stopping' })
    await desk.loop(from, { holder: 'p2' }).drain()
    expect(await desk.stateOf('photo1')).toMatchObject({ state: 'stored' })
  })

  test('idle, stops at once', async () => {
    const loop = desk.loop(platform('telegram', await jpeg()))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      loop.start()
      await expect.poll(() => vi.getTimerCount()).toBeGreaterThan(0)
      await loop.stop()
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('the nightly sweep', () => {
  test('takes what no photo speaks for, a day later; the photos of a case and the young ones stay', async () => {
    const loop = desk.loop(platform('telegram', await jpeg()))
    for (const id of ['kept', 'dropped']) await desk.due(id)
    await loop.drain()
    await desk.db.write([attachPhotos('case1', ['kept']), dropDraftPhotos(['dropped'])])
    await desk.evidence.put('incoming-old', new Uint8Array([1]))
    desk.clock.advance(20 * HOUR_MS)
    await desk.evidence.put('incoming-young', new Uint8Array([1]))
    expect(await loop.sweep(desk.clock.now())).toBe(0)
    desk.clock.advance(6 * HOUR_MS)
    expect(await loop.sweep(desk.clock.now())).toBe(3)
    expect(await desk.namesOf()).toEqual(['incoming-young', 'kept', 'kept-view'])
  })
})
