/**
 * Photos that have to go: with their case at once, with a kill in between at night; and the objects that nobody's row
 * speaks for, originals, viewer's copies, covered ones and what waited, without touching what somebody's does.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FIND_LOOK } from '../db/evidence-desk.ts'
import { CLEARED_COPIES, LIST_COPIES, listClearedCopies } from '../db/photo-copies.ts'
import { LIST_PHOTOS } from '../db/photo-facts.ts'
import type { Db } from '../src/chat.ts'
import { coveredName, type EvidenceStore, ownerOf, viewName } from '../src/evidence.ts'
import { createRetention } from '../src/retention.ts'
import { DAY_MS } from '../src/time.ts'
import { openRoad, type Road, scene } from './photo-road.ts'

let road: Road
beforeEach(async () => {
  road = await openRoad()
})
afterEach(() => road.close())

/** A closed case with two photos, one of them covered twice; all names of it. */
async function closedCase(chat: string): Promise<{ caseId: string; names: string[] }> {
  const lan = road.onTelegram(chat)
  const photo = await scene()
  const caseId = await road.reports(lan, async () => {
    await lan.sendsPhoto(photo)
    await lan.sendsPhoto(photo)
  })
  const ids = (await road.photosOf(caseId)).map(({ id }) => id)
  const hoa = await road.signsIn()
  for (const boxes of ['1 1 9 9', '2 2 9 9']) {
    await hoa.get(`/console/cases/${caseId}/photos/${ids[0]}/redact`)
    await hoa.post(`/console/cases/${caseId}/photos/${ids[0]}/redact`, { boxes, cleared: 'on' })
  }
  const copies = await road.db.read('SELECT id, photo_id FROM photo_copies WHERE photo_id = ?', [ids[0] ?? ''])
  const names = [...ids, ...ids.map(viewName), ...copies.map(({ id, photo_id }) => coveredName(String(photo_id), String(id)))].sort()
  await road.db.write([{ sql: "UPDATE cases SET state = 'closed', closed_hour = '2020-01-01T00Z' WHERE id = ?", args: [caseId] }])
  return { caseId, names }
}

const namesOf = async () => (await road.evidence.list()).names
const retention = (evidence?: Pick<EvidenceStore, 'delete'>, db: Db = road.db) =>
  createRetention({
    db,
    keys: road.keys,
    evidence,
    now: road.clock.now,
    log: (level, what, fields = {}) => void road.lines.push(JSON.stringify({ level, what, ...fields })),
  })

describe('a case that is deleted', () => {
  test('takes its photos, their copies and every object along at once; another’s stay', async () => {
    const gone = await closedCase('5012345621')
    const lan = road.onTelegram('5012345622')
    const kept = await road.reports(lan, async () => lan.sendsPhoto(await scene(2)))
    const [stays] = await road.photosOf(kept)
    expect(gone.names).toHaveLength(6)
    expect(await namesOf()).toEqual([...gone.names, stays?.id, viewName(stays?.id ?? '')].sort())
    await retention(road.evidence).run()
    expect(await namesOf()).toEqual([stays?.id, viewName(stays?.id ?? '')])
    expect(await road.count('photo_copies')).toBe(0)
    expect((await road.photosOf(kept)).map(({ state }) => state)).toEqual(['stored'])
    // Nothing tells which photos there were.
    for (const name of gone.names) expect(road.lines.join('\n')).not.toContain(name)
  })

  test('by the nightly job of the product itself as well', async () => {
    const { names } = await closedCase('5012345623')
    expect(await namesOf()).toEqual(names)
    road.clock.advance(Date.parse('2026-11-23T20:15:00Z') - road.clock.now().getTime())
    await road.product.schedule.tick(road.clock.now())
    expect(await road.count('cases')).toBe(0)
    expect(await namesOf()).toEqual([])
  })

  test.each([
    ['after the commit, before the first object', 0],
    ['amid the objects', 3],
  ])('killed %s: the night’s sweep takes what is left', async (_, survives) => {
    const { names } = await closedCase('5012345624')
    let deleted = 0
    const dying = { delete: async (name: string) => (deleted++ < survives ? road.evidence.delete(name) : new Promise<void>(() => {})) }
    // Whoever is dead answers nothing more: the job never comes back.
    await Promise.race([retention(dying).run(), new Promise((resume) => setTimeout(resume, 300))])
    expect(await road.count('photos')).toBe(0)
    expect(await namesOf()).toHaveLength(names.length - survives)
    expect(await road.product.photos.sweep(new Date(road.clock.now().getTime() + 2 * DAY_MS))).toBe(names.length - survives)
    expect(await namesOf()).toEqual([])
  })

  test('while the store is away goes all the same, and the sweep mends it', async () => {
    const { names } = await closedCase('5012345625')
    const counts = await retention({ delete: () => Promise.reject(new Error('no bucket')) }).run()
    expect(counts.cases).toBe(1)
    expect(road.lines.some((line) => line.includes('retention.objects_left') && line.includes(`"objects":${names.length}`))).toBe(true)
    await road.product.photos.sweep(new Date(road.clock.now().getTime() + 2 * DAY_MS))
    expect(await namesOf()).toEqual([])
  })
})

describe('a covered copy that is made', () => {
  test('and killed before its row is nobody’s: never listed, never packed, swept at night; its photo stays whole', async () => {
    const { caseId, names } = await closedCase('5012345626')
    const [photo = ''] = names
    const orphan = coveredName(photo, 'z'.repeat(16))
    await road.evidence.put(orphan, await road.keys.seal('evidence', await scene(3), orphan))
    expect(await namesOf()).toContain(orphan)
    expect((await listClearedCopies(road.db, road.keys, caseId)).map(({ id }) => id)).not.toContain('z'.repeat(16))
    expect(await road.product.photos.sweep(road.clock.now())).toBe(0)
    expect(await road.product.photos.sweep(new Date(road.clock.now().getTime() + 2 * DAY_MS))).toBe(1)
    expect(await namesOf()).toEqual(names)
  })

  test('under the name of another photo is nobody’s either', async () => {
    const { names } = await closedCase('5012345627')
    const [copy] = await road.db.read('SELECT id, photo_id FROM photo_copies')
    const other = names.map((name) => ownerOf(name).photoId).find((id) => id !== copy?.photo_id) ?? ''
    const moved = coveredName(other, String(copy?.id))
    await road.evidence.put(moved, new Uint8Array([1]))
    expect(await road.product.photos.sweep(new Date(road.clock.now().getTime() + 2 * DAY_MS))).toBe(1)
    expect(await namesOf()).toEqual(names)
  })
})

test('whatever an object is called, its owner is read from its name', () => {
  expect(ownerOf('0123456789abcdef')).toEqual({ photoId: '0123456789abcdef' })
  expect(ownerOf('0123456789abcdef-view')).toEqual({ photoId: '0123456789abcdef' })
  expect(ownerOf(coveredName('0123456789abcdef', 'fedcba9876543210'))).toEqual({ photoId: '0123456789abcdef', copyId: 'fedcba9876543210' })
  expect(ownerOf('in-abc')).toEqual({ photoId: 'in-abc' })
})

test('every question about photos goes through an index', async () => {
  for (const [sql, args] of [
    [LIST_PHOTOS, ['k', '', 13]],
    [LIST_COPIES, ['["a","b"]', 40]],
    [CLEARED_COPIES, ['k', 100]],
    [FIND_LOOK, ['k', '2026', 'o', '{}']],
  ] as const) {
    const plan = (await road.db.read(`EXPLAIN QUERY PLAN ${sql}`, [...args])).map(({ detail }) => String(detail))
    expect(
      plan.filter((line) => line.startsWith('SCAN') && !/^SCAN (j|json_each) /.test(line)),
      sql,
    ).toEqual([])
  }
})
