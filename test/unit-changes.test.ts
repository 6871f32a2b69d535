/**
 * The unit tree is changed on a day (F65, R22): what may be, by whom, what of it is found afterwards. On every kind of
 * database this machine has.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { conflictOf } from '../db/client.ts'
import type { Desk } from '../db/rights.ts'
import { findTreeUnits, listChildren } from '../db/tree-units.ts'
import { cancelChange, findChange, listChangesOf, planChange } from '../db/unit-changes.ts'
import { addUnit, editUnit, nameLevel, newCode, renewCode } from '../db/unit-desk.ts'
import { loadLevelNames } from '../db/unit-rows.ts'
import { findUnitByCode, listLevelNames, listSuccessors, searchUnits } from '../db/units.ts'
import type { Db } from '../src/chat.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { reorganise } from '../src/reorganise.ts'
import { dayOf } from '../src/time.ts'
import { changeSchema, newUnitSchema } from '../src/tree.ts'
import { databases, type TestDatabase } from './database.ts'
import { fakeClock } from './harness.ts'
import { addTestOfficer, deskAt, unitRows } from './people.ts'

const LEVELS = [{ kind: 'cong_doan', level: 'co_so', vi: 'Công đoàn cơ sở', en: 'Grassroots union' }]
const TODAY = '2026-11-23'

describe.each(databases)('units on %s', (_name, open) => {
  const clock = fakeClock()
  const keys = createNodeKeys(new Uint8Array(32).fill(3))
  let database: TestDatabase
  let db: Db
  let above: Desk
  let inside: Desk

  beforeEach(async () => {
    clock.set('2026-11-23T02:00:00.000Z')
    database = await open()
    db = database.db
    await db.write([...unitRows(), ...loadLevelNames(LEVELS)])
    await addTestOfficer(db, keys, 'tinh-ad', 'tinh', ['admin'])
    await addTestOfficer(db, keys, 'xa-ad', 'xa', ['admin'])
    await addTestOfficer(db, keys, 'xa-ed', 'xa', ['editor', 'approver', 'viewer', 'data', 'case', 'welfare'])
    above = await deskAt(db, keys, 'tinh-ad', clock.now())
    inside = await deskAt(db, keys, 'xa-ad', clock.now())
  })
  afterEach(() => database.close())

  const desk = (id: string) => deskAt(db, keys, id, clock.now())
  const unit = async (id: string) => {
    const found = (await findTreeUnits(db, [id])).get(id)
    if (!found) throw new Error(`no unit ${id}`)
    return found
  }
  const change = async (who: Desk, id: string, wish: Record<string, unknown>) => {
    const planned = await planChange(who, id, changeSchema.parse({ day: TODAY, ...wish }))
    await db.write(planned.writes)
    return planned.id
  }
  const found = async (words: string) =>
    (await searchUnits(db, words, { day: dayOf(clock.now()), after: '', limit: 9 })).map(({ id }) => id)
  const tick = () => reorganise({ db, keys, channels: [], now: clock.now, log: () => {} })

  test('an officer makes a unit below theirs, with a code that joins, found without accents', async () => {
    const { id, writes } = await addUnit(
      inside,
      newUnitSchema.parse({
        parentId: 'xa',
        kind: 'cong_doan',
        level: 'co_so',
        name: ' CĐCS  Trường Mầm non Mẫu ',
        aliases: ['Mầm non Hoa'],
      }),
    )
    await db.write(writes)
    const made = await unit(id)
    expect(made).toMatchObject({ name: 'CĐCS Trường Mầm non Mẫu', path: `/tinh/xa/${id}/`, parentId: 'xa' })
    expect(made.code).toMatch(/^[A-HJKMNP-Z2-9]{6}$/)
    expect((await findUnitByCode(db, made.code ?? '', TODAY))?.id).toBe(id)
    expect(await found('mam non hoa')).toEqual([id])
    expect(await found('truong mam non')).toEqual([id])
  })

  test.each([
    ['an editor', 'xa-ed', 'xa', 'desk.forbidden'],
    ['an administrator, beside their unit', 'xa-ad', 'xa-khac', 'desk.unit_gone'],
    ['an administrator, above their unit', 'xa-ad', 'tinh', 'desk.unit_gone'],
  ])('%s makes none', async (_who, officer, parentId, why) => {
    const wish = newUnitSchema.parse({ parentId, kind: 'cong_doan', level: 'co_so', name: 'CĐCS Mới' })
    await expect(addUnit(await desk(officer), wish)).rejects.toThrow(why)
  })

  test('a kind and level nobody named is refused', async () => {
    const wish = newUnitSchema.parse({ parentId: 'xa', kind: 'cong_doan', level: 'vu_tru', name: 'CĐCS Mới' })
    await expect(addUnit(inside, wish)).rejects.toThrow('tree.no_level')
  })

  test('two officers who give a new code at once: one is told that the other was faster', async () => {
    const one = await renewCode(inside, 'co-so')
    const other = await renewCode(above, 'co-so')
    await db.write(one.writes)
    const late = await db.write(other.writes).catch((error: unknown) => error)
    expect(conflictOf(late)).toBeDefined()
    expect((await unit('co-so')).code).toBe(one.code)
    clock.advance(1000)
    const next = await renewCode(await desk('xa-ad'), 'co-so')
    await db.write(next.writes)
    expect(await findUnitByCode(db, one.code, TODAY)).toBeUndefined()
  })

  test('a code has a letter and a digit', () => {
    let n = 0
    const random = () => [0, 0, 0, 0, 0, 0, 0.5][n++ % 7] ?? 0
    expect(newCode(random)).toMatch(/(?=.*[A-Z])(?=.*\d)/)
  })

  test('aliases are found at once, and those taken off are not', async () => {
    await db.write(await editUnit(inside, 'co-so', { aliases: ['Nhà máy Đỏ'] }))
    expect(await found('nha may do')).toEqual(['co-so'])
    await db.write(await editUnit(await desk('xa-ad'), 'co-so', { aliases: [] }))
    expect(await found('nha may do')).toEqual([])
    expect(await found('cong ty mau')).toEqual(['co-so'])
  })

  test('the name of a level is for all, so only those at a top change it, and a start does not undo it', async () => {
    const level = { kind: 'cong_doan', level: 'co_so', vi: 'CĐCS', en: 'Local union' }
    expect(() => nameLevel(inside, level)).toThrow('desk.forbidden')
    await db.write(nameLevel(above, level))
    await db.write(loadLevelNames(LEVELS))
    expect(await listLevelNames(db)).toEqual([level])
  })

  test('renamed today: the new name is shown, the old one is found for ever', async () => {
    const id = await change(inside, 'co-so', { kind: 'rename', name: 'CĐCS Tập đoàn Mẫu', shortName: 'Tập đoàn Mẫu' })
    expect(await unit('co-so')).toMatchObject({ name: 'CĐCS Tập đoàn Mẫu', aliases: ['CĐCS Công ty Mẫu'] })
    expect(await found('cong ty mau')).toEqual(['co-so'])
    expect(await found('tap doan mau')).toEqual(['co-so'])
    expect(await findChange(db, id)).toMatchObject({ state: 'done', plan: { before: 'CĐCS Công ty Mẫu' } })
  })

  test('renamed on a later day: nothing changes before, all of it on the day, once', async () => {
    await change(inside, 'co-so', { kind: 'rename', name: 'CĐCS Tập đoàn Mẫu', day: '2026-12-01' })
    clock.set('2026-11-30T16:59:00.000Z')
    await tick()
    expect((await unit('co-so')).name).toBe('CĐCS Công ty Mẫu')
    // Midnight in Vietnam.
    clock.set('2026-11-30T17:00:00.000Z')
    await Promise.all([tick(), tick()])
    expect((await unit('co-so')).name).toBe('CĐCS Tập đoàn Mẫu')
    await tick()
    expect(await db.read("SELECT count(*) AS n FROM audit WHERE act = 'unit.changed'")).toEqual([{ n: 1 }])
  })

  test('a planned change is taken back, a carried out one is not', async () => {
    const later = await change(inside, 'co-so', { kind: 'rename', name: 'CĐCS Khác', day: '2026-12-01' })
    await expect(change(await desk('xa-ad'), 'co-so', { kind: 'rename', name: 'CĐCS Nữa', day: '2026-12-02' })).rejects.toThrow()
    await db.write(await cancelChange(await desk('xa-ad'), later))
    clock.set('2026-12-02T02:00:00.000Z')
    await tick()
    expect((await unit('co-so')).name).toBe('CĐCS Công ty Mẫu')
    const done = await change(await desk('xa-ad'), 'co-so', { kind: 'rename', name: 'CĐCS Khác', day: '2026-12-02' })
    await expect(cancelChange(await desk('xa-ad'), done)).rejects.toThrow('tree.change_begun')
  })

  test('moved under another: all below goes along, and rights follow', async () => {
    const wish = changeSchema.parse({ kind: 'move', parentId: 'xa-khac', day: TODAY })
    await expect(planChange(inside, 'xa', wish)).rejects.toThrow('desk.forbidden')
    const before = await renewCode(await desk('xa-ad'), 'co-so')
    await change(above, 'xa', { kind: 'move', parentId: 'xa-khac' })
    expect((await unit('xa')).path).toBe('/tinh/xa-khac/xa/')
    expect((await unit('co-so')).path).toBe('/tinh/xa-khac/xa/co-so/')
    // What was decided with the old rights does not commit.
    expect(conflictOf(await db.write(before.writes).catch((error: unknown) => error))).toBe('check')
    await db.write((await renewCode(await desk('xa-ad'), 'co-so')).writes)
  })

  test.each([
    ['into itself', 'xa', { kind: 'move', parentId: 'xa' }, 'tree.parent_inside'],
    ['below itself', 'xa', { kind: 'move', parentId: 'co-so' }, 'tree.parent_inside'],
    ['to where it is', 'xa', { kind: 'move', parentId: 'tinh' }, 'tree.same_parent'],
    ['a unit into one inside it', 'co-so', { kind: 'merge', sources: ['xa'] }, 'tree.target_inside'],
    ['a unit into itself', 'xa', { kind: 'merge', sources: ['xa'] }, 'tree.target_inside'],
    ['a unit and one inside it', 'xa-khac', { kind: 'merge', sources: ['xa', 'co-so'] }, 'tree.sources_nested'],
    ['a unit with others below: closed', 'xa', { kind: 'close' }, 'tree.has_children'],
    ['a unit with others below: split', 'xa', { kind: 'split', heirs: [{ name: 'A' }, { name: 'B' }] }, 'tree.has_children'],
    ['into itself and another', 'co-so', { kind: 'split', heirs: [{ id: 'co-so' }, { name: 'B' }] }, 'tree.heir_itself'],
    ['to its own name', 'xa', { kind: 'rename', name: 'Công đoàn xã Mẫu' }, 'tree.same_name'],
    ['in two years', 'xa', { kind: 'rename', name: 'Khác', day: '2028-11-23' }, 'tree.day_far'],
  ])('%s is refused with a reason', async (_what, id, wish, why) => {
    await expect(change(above, id, wish)).rejects.toThrow(why)
  })

  test('merged: old names and old codes lead on, what was below goes along, history stays', async () => {
    await db.write((await renewCode(above, 'xa')).writes)
    const code = (await unit('xa')).code ?? ''
    const id = await change(await desk('tinh-ad'), 'xa-khac', { kind: 'merge', sources: ['xa'], note: 'Nghị quyết số 1' })
    expect(await unit('xa')).toMatchObject({
      validTo: '2026-11-22',
      parentId: 'xa-khac',
      path: '/tinh/xa-khac/xa/',
      note: 'Nghị quyết số 1',
    })
    expect((await unit('co-so')).path).toBe('/tinh/xa-khac/co-so/')
    expect((await unit('co-so')).parentId).toBe('xa-khac')
    expect(await findUnitByCode(db, code, TODAY)).toMatchObject({ id: 'xa', closed: true })
    expect((await listSuccessors(db, 'xa', TODAY)).map(({ id }) => id)).toEqual(['xa-khac'])
    expect(await found('cong doan xa mau')).toEqual(['xa'])
    expect((await listChangesOf(db, 'xa', { before: '', limit: 9 })).map(({ id }) => id)).toEqual([id])
    // A chain of mergers leads to its end.
    await addTestOfficer(db, keys, 'ad2', 'tinh', ['admin'])
    await db.write(
      (await addUnit(await desk('ad2'), newUnitSchema.parse({ parentId: 'tinh', kind: 'cong_doan', level: 'co_so', name: 'Mới' }))).writes,
    )
    const [fresh = ''] = await found('moi')
    await change(await desk('ad2'), fresh, { kind: 'merge', sources: ['xa-khac'] })
    expect((await listSuccessors(db, 'xa', TODAY)).map(({ id }) => id)).toEqual([fresh])
  })

  test('split on a later day into a new unit and one that is there', async () => {
    await change(above, 'co-so', { kind: 'split', heirs: [{ name: 'CĐCS Công ty Một' }, { id: 'xuong' }], day: '2026-12-01' })
    expect(await found('cong ty mot')).toEqual([])
    clock.set('2026-12-01T02:00:00.000Z')
    await tick()
    const [made = ''] = await found('cong ty mot')
    expect(await unit(made)).toMatchObject({ parentId: 'xa', path: `/tinh/xa/${made}/`, validFrom: '2026-12-01' })
    expect((await listSuccessors(db, 'co-so', '2026-12-01')).map(({ id }) => id).sort()).toEqual([made, 'xuong'].sort())
    expect((await listChangesOf(db, made, { before: '', limit: 9 })).map(({ kind }) => kind)).toEqual(['split'])
    const children = await listChildren(db, { parentId: 'xa', day: '2026-12-01', closed: false, after: ['', ''], limit: 9 })
    expect(children.map(({ id }) => id)).toEqual([made, 'xuong'])
  })

  test('what has become impossible by its day fails, and says why', async () => {
    const id = await change(above, 'xa', { kind: 'move', parentId: 'xa-khac', day: '2026-12-01' })
    await change(await desk('tinh-ad'), 'xa-khac', { kind: 'close' })
    clock.set('2026-12-01T02:00:00.000Z')
    await tick()
    expect(await findChange(db, id)).toMatchObject({ state: 'failed', problem: 'tree.parent_closed' })
    expect((await unit('xa')).path).toBe('/tinh/xa/')
  })

  test('children are listed by name, page by page, along the index', async () => {
    for (const name of ['CĐCS B', 'CĐCS A', 'CĐCS A']) {
      const wish = newUnitSchema.parse({ parentId: 'xuong', kind: 'cong_doan', level: 'co_so', name })
      await db.write((await addUnit(await desk('xa-ad'), wish)).writes)
    }
    const page = (after: [string, string]) => listChildren(db, { parentId: 'xuong', day: TODAY, closed: false, after, limit: 2 })
    const first = await page(['', ''])
    const last = first.at(-1)
    const second = await page([last?.name ?? '', last?.id ?? ''])
    expect([...first, ...second].map(({ name }) => name)).toEqual(['CĐCS A', 'CĐCS A', 'CĐCS B'])
    const plan = await db.read(
      "EXPLAIN QUERY PLAN SELECT u.id FROM units u WHERE u.parent_id = 'x' AND (u.name, u.id) > ('a', 'b') ORDER BY u.name, u.id LIMIT 2",
    )
    expect(String(plan[0]?.detail)).toContain('units_parent')
  })
})
