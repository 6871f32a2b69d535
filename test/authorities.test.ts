/**
 * The directory of offices (F33): what comes with the program cannot be chosen; what an officer has typed and checked can, by the
 * units it is for; another address has to be checked anew.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { authorities as builtIn } from '../content/data/authorities.ts'
import {
  type Authority,
  addAuthority,
  checkAuthority,
  editAuthority,
  isReady,
  listAuthorities,
  listChoosable,
  loadAuthorities,
  mayChangeAuthority,
  requireAuthority,
  requireChoosable,
  switchAuthority,
} from '../db/authorities.ts'
import type { Desk } from '../db/rights.ts'
import { AUTHORITY_KINDS, type AuthorityDraft, authoritySchema } from '../src/authority.ts'
import type { Db } from '../src/chat.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { openTestFile, type TestDatabase } from './database.ts'
import { addTestOfficer, deskAt, unitRows } from './people.ts'

const draft: AuthorityDraft = {
  ...{ kind: 'qltt', name: 'Chi cục Quản lý thị trường tỉnh Mẫu', address: 'Số 1 đường Mẫu, phường Mẫu', phone: '0299.123.456' },
  ...{ email: 'chicuc@mau.gov.vn', source: 'Cổng thông tin tỉnh Mẫu', place: 5 },
}
const XA = { id: 'xa', path: '/tinh/xa/' }

describe('the directory of authorities', () => {
  let database: TestDatabase
  let db: Db
  let at = new Date('2026-11-23T02:00:00Z')
  const keys = createNodeKeys(new Uint8Array(32).fill(3))
  const deskOf = (id: string): Promise<Desk> => {
    at = new Date(at.getTime() + 1000)
    return deskAt(db, keys, id, at)
  }
  const choices = async (unitId: string | null, typed = '') => (await listChoosable(db, unitId, typed, 50)).map(({ name }) => name)
  const one = async (id: string): Promise<Authority> => requireAuthority(await deskOf('top'), id)
  const add = async (officer: string, more: Partial<AuthorityDraft> = {}, unit: typeof XA | null = null, day: string | null = null) => {
    const { id, writes } = addAuthority(await deskOf(officer), { ...draft, ...more }, unit, day)
    await db.write(writes)
    return id
  }
  beforeEach(async () => {
    database = await openTestFile()
    db = database.db
    await db.write([...unitRows(), loadAuthorities(builtIn)])
    await addTestOfficer(db, keys, 'top', 'tinh', ['admin'])
    await addTestOfficer(db, keys, 'commune', 'xa', ['case'])
    await addTestOfficer(db, keys, 'other', 'xa-khac', ['case'])
    await addTestOfficer(db, keys, 'viewer', 'tinh', ['viewer'])
  })
  afterEach(() => database.close())

  test('comes with the eight kinds of offices, without an address or a number, and none can be chosen', async () => {
    expect(new Set(builtIn.map(({ kind }) => kind))).toEqual(new Set(AUTHORITY_KINDS.filter((kind) => kind !== 'khac')))
    for (const row of builtIn) expect(Object.keys(row).sort()).toEqual(['id', 'kind', 'name', 'order', 'source_label'])
    for (const row of builtIn) expect(row.name).not.toMatch(/\d{4}/)
    expect(await choices('xa')).toEqual([])
    const all = await listAuthorities(await deskOf('top'), {}, { after: null, limit: 100 })
    expect(all.map(({ id }) => id)).toEqual(builtIn.map(({ id }) => id))
    expect(all.filter(isReady)).toEqual([])
    await expect(requireChoosable(db, 'qltt', 'xa')).rejects.toThrow('console_hand_overs.authority_unready')
  })

  test('a start brings in what is new and leaves alone what an officer edited', async () => {
    await db.write(editAuthority(await deskOf('top'), await one('qltt'), draft))
    await db.write([loadAuthorities(builtIn.map((row) => ({ ...row, name: `${row.name} (mới)` })))])
    expect((await one('qltt')).name).toBe(draft.name)
    expect((await one('so-y-te')).name).toBe('Sở Y tế (mới)')
  })

  test('is choosable once an address is typed and checked on a day that has come', async () => {
    const id = await add('top')
    expect(await choices('xa')).toEqual([])
    const found = await one(id)
    expect(() => checkAuthority({ actor: { officerId: 'x' }, now: at } as Desk, { ...found, address: '' }, '2026-11-23')).toThrow(
      'console_hand_overs.authority_no_address',
    )
    expect(() => checkAuthority({ actor: { officerId: 'x' }, now: at } as Desk, found, '2026-11-24')).toThrow(
      'console_hand_overs.authority_future',
    )
    await db.write(checkAuthority(await deskOf('top'), found, '2026-11-23'))
    expect(await choices('xa')).toEqual([draft.name])
    expect(await choices(null)).toEqual([draft.name])
    expect((await requireChoosable(db, id, 'co-so')).address).toBe(draft.address)
    expect((await db.read('SELECT act, about, about_id FROM audit ORDER BY id')).map(({ act }) => act)).toEqual([
      'authority.add',
      'authority.check',
    ])
  })

  test('another name, address, number or mail has to be checked anew; another place or source does not', async () => {
    const id = await add('top', {}, null, '2026-11-20')
    await db.write(editAuthority(await deskOf('top'), await one(id), { ...draft, place: 9, source: 'Gọi hỏi' }))
    expect((await one(id)).checkedOn).toBe('2026-11-20')
    for (const other of [{ name: 'Chi cục khác' }, { address: 'Số 2' }, { phone: '0299.000.000' }, { email: 'khac@mau.gov.vn' }]) {
      await db.write(editAuthority(await deskOf('top'), await one(id), { ...draft, ...other }))
      expect((await one(id)).checkedOn).toBeNull()
      expect(await choices('xa')).toEqual([])
      await db.write(editAuthority(await deskOf('top'), await one(id), draft, '2026-11-21'))
      expect(await choices('xa')).toEqual([draft.name])
    }
  })

  test('switched off it is not offered, and on again it is', async () => {
    const id = await add('top', {}, null, '2026-11-20')
    await db.write(switchAuthority(await deskOf('top'), await one(id), false))
    expect(await choices('xa')).toEqual([])
    expect(await listAuthorities(await deskOf('top'), { state: 'off' }, { after: null, limit: 9 })).toHaveLength(1)
    await db.write(switchAuthority(await deskOf('top'), await one(id), true))
    expect(await choices('xa')).toEqual([draft.name])
  })

  test('one of a unit is for that unit and those below it, and shown to no other', async () => {
    const id = await add('commune', {}, XA, '2026-11-20')
    expect([await choices('co-so'), await choices('xa'), await choices('tinh'), await choices('xa-khac'), await choices(null)]).toEqual([
      [draft.name],
      [draft.name],
      [],
      [],
      [],
    ])
    await expect(requireAuthority(await deskOf('other'), id)).rejects.toThrow('console_hand_overs.authority_gone')
    await expect(requireChoosable(db, id, 'xa-khac')).rejects.toThrow('console_hand_overs.authority_unready')
    const names = async (officer: string) =>
      (await listAuthorities(await deskOf(officer), { state: 'ready' }, { after: null, limit: 9 })).map(({ name }) => name)
    expect([await names('commune'), await names('other'), await names('top'), await names('viewer')]).toEqual([
      [draft.name],
      [],
      [draft.name],
      [],
    ])
  })

  test('one for everyone is changed from the top alone', async () => {
    const desk = await deskOf('commune')
    expect(mayChangeAuthority(desk.actor, await one('qltt'))).toBe(false)
    expect(() => addAuthority(desk, draft, null)).toThrow('desk.only_top')
    expect(() => addAuthority(desk, draft, { id: 'tinh', path: '/tinh/' })).toThrow('desk.forbidden')
    expect(() => switchAuthority(desk, { ...({ path: null } as Authority), edition: '' }, false)).toThrow('desk.only_top')
  })

  test('an older form does not overwrite a newer one', async () => {
    const id = await add('top')
    const old = await one(id)
    await db.write(editAuthority(await deskOf('top'), old, { ...draft, name: 'Tên mới' }))
    await expect(db.write(editAuthority(await deskOf('top'), old, draft))).rejects.toThrow()
    expect((await one(id)).name).toBe('Tên mới')
  })

  test('is found without accents, page by page', async () => {
    await add('top', { name: 'Công an phường Đồng Tâm', kind: 'cong_an', place: 3 }, null, '2026-11-20')
    const found = (filter: Parameters<typeof listAuthorities>[1]) =>
      listAuthorities({ db, actor: actor.actor, now: at }, filter, { after: null, limit: 50 })
    const actor = await deskOf('top')
    expect((await found({ typed: 'dong tam' })).map(({ name }) => name)).toEqual(['Công an phường Đồng Tâm'])
    expect(await choices('xa', 'phuong dong')).toEqual(['Công an phường Đồng Tâm'])
    expect((await found({ kind: 'y_te' })).map(({ id }) => id)).toEqual(['so-y-te', 'attp'])
    expect((await found({ state: 'old' })).length).toBe(0)
    const [first] = await listAuthorities(actor, {}, { after: null, limit: 1 })
    const rest = await listAuthorities(actor, {}, { after: first ?? null, limit: 50 })
    expect(rest).toHaveLength(builtIn.length)
    expect(rest.map(({ id }) => id)).not.toContain(first?.id)
  })

  test('a draft is one line of each thing, with a name and a source', () => {
    expect(authoritySchema.safeParse(draft).success).toBe(true)
    for (const wrong of [
      { name: ' ' },
      { source: '' },
      { email: 'không phải thư' },
      { kind: 'toa_an' },
      { place: -1 },
      { address: 'x'.repeat(241) },
    ])
      expect(authoritySchema.safeParse({ ...draft, ...wrong }).success, JSON.stringify(wrong)).toBe(false)
  })
})
