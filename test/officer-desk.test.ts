/**
 * Seats, terms, loans and codes (F55, F61): who may change whose rights, that a leaver loses theirs at once, and that who
 * held which seat when stays written. On every kind of database this machine has.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addToken } from '../db/api-tokens.ts'
import { conflictOf } from '../db/client.ts'
import { addSeat, changeSeat, dismissSeat, endLoan, giveBindCode, lendSeat, unbindSeat } from '../db/officer-desk.ts'
import { findSeat, listLoansOf, listSeats } from '../db/officer-list.ts'
import { listTerms } from '../db/officer-terms.ts'
import { changeRoles, findBindCode } from '../db/officers.ts'
import { findActor, findTokenActor } from '../db/rights.ts'
import { renewCode } from '../db/unit-desk.ts'
import type { Db, Statement } from '../src/chat.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { reorganise } from '../src/reorganise.ts'
import { ROLES, scopeOf } from '../src/rights.ts'
import { editSeatSchema, loanSchema, newSeatSchema } from '../src/seats.ts'
import { totpDigits, totpStep } from '../src/totp.ts'
import { databases, type TestDatabase } from './database.ts'
import { fakeClock } from './harness.ts'
import { addPeople, addTestOfficer, deskAt, unitRows } from './people.ts'

describe.each(databases)('officers on %s', (_name, open) => {
  const clock = fakeClock()
  const keys = createNodeKeys(new Uint8Array(32).fill(3))
  let database: TestDatabase
  let db: Db

  beforeEach(async () => {
    clock.set('2026-11-23T02:00:00.000Z')
    database = await open()
    db = database.db
    await db.write(unitRows())
    await addTestOfficer(db, keys, 'tinh-ad', 'tinh', ['admin'])
    await addTestOfficer(db, keys, 'xa-ad', 'xa', ['admin'])
    await addTestOfficer(db, keys, 'xa-ed', 'xa', ['editor', 'approver', 'viewer'])
    await addTestOfficer(db, keys, 'co-ed', 'co-so', ['editor'])
  })
  afterEach(() => database.close())

  const desk = (id: string) => deskAt(db, keys, id, clock.now())
  const does = async (id: string, act: (who: Awaited<ReturnType<typeof desk>>) => Promise<Statement[] | { writes: Statement[] }>) => {
    const done = await act(await desk(id))
    await db.write(Array.isArray(done) ? done : done.writes)
  }
  const seatOf = (wish: Record<string, unknown>) =>
    newSeatSchema.parse({ unitId: 'co-so', name: 'Đỗ Thị Ánh Tuyết', roles: ['viewer'], ...wish })
  const named = async (typed: string, who = 'tinh-ad') =>
    (await listSeats(db, { paths: scopeOf((await desk(who)).actor, 'officer.read'), typed }, { after: '', limit: 9 })).map(
      ({ name }) => name,
    )

  test('an officer is added within reach and found without accents', async () => {
    await does('xa-ad', (who) => addSeat(who, seatOf({ title: 'thanh_vien', area: 'Phụ trách bán hàng lưu động', untilDay: '2028-12-31' })))
    expect(await named('do thi anh')).toEqual(['Đỗ Thị Ánh Tuyết'])
    expect(await named('tuyet do')).toEqual(['Đỗ Thị Ánh Tuyết'])
    expect(await named('ưở')).toEqual([])
    const [seat] = await listSeats(db, { paths: ['/tinh/xa/'], typed: 'tuyet' }, { after: '', limit: 9 })
    expect(seat).toMatchObject({ sinceDay: '2026-11-23', untilDay: '2028-12-31', area: 'Phụ trách bán hàng lưu động', bound: false })
  })

  test.each([
    ['an approver', 'xa-ed', 'co-so', 'desk.forbidden'],
    ['an administrator, above', 'xa-ad', 'tinh', 'desk.unit_gone'],
    ['an administrator, beside', 'xa-ad', 'xa-khac', 'desk.unit_gone'],
  ])('%s adds none', async (_who, id, unitId, why) => {
    await expect(addSeat(await desk(id), seatOf({ unitId }))).rejects.toThrow(why)
  })

  test('nobody changes or ends their own rights, or those of who is above', async () => {
    const all = editSeatSchema.parse({ roles: [...ROLES] })
    await expect(changeSeat(await desk('xa-ad'), 'xa-ad', all)).rejects.toThrow('tree.own_rights')
    await expect(dismissSeat(await desk('xa-ad'), 'xa-ad')).rejects.toThrow('tree.own_rights')
    await expect(changeSeat(await desk('xa-ad'), 'tinh-ad', all)).rejects.toThrow('tree.officer_gone')
  })

  test('a change of seat keeps who held what when', async () => {
    await does('xa-ad', (who) => changeSeat(who, 'co-ed', editSeatSchema.parse({ title: 'tuyen_giao', area: 'Xã Mẫu' })))
    clock.set('2027-05-01T02:00:00.000Z')
    await does('xa-ad', (who) => changeSeat(who, 'co-ed', editSeatSchema.parse({ unitId: 'xuong', roles: ['case', 'viewer'] })))
    // Putting the end off is no new period, nor is a name put right.
    await does('xa-ad', (who) => changeSeat(who, 'co-ed', editSeatSchema.parse({ untilDay: '2028-01-01', name: 'Đinh Văn Ổn' })))
    expect(await named('dinh van on')).toEqual(['Đinh Văn Ổn'])
    clock.set('2027-06-01T02:00:00.000Z')
    await db.write(changeRoles('co-ed', ['viewer'], clock.now()))
    await does('xa-ad', (who) => dismissSeat(who, 'co-ed'))
    const terms = await listTerms(db, { officerId: 'co-ed', before: 0, limit: 9 })
    expect(terms.map(({ unitId, title, roles, fromDay, toDay, why }) => [unitId, title, roles.join(), fromDay, toDay, why])).toEqual([
      ['xuong', 'tuyen_giao', 'viewer', '2027-06-01', '2027-06-01', 'left'],
      ['xuong', 'tuyen_giao', 'viewer,case', '2027-05-01', '2027-06-01', 'roles'],
      ['co-so', 'tuyen_giao', 'editor', '2026-11-23', '2027-05-01', 'seat'],
      ['co-so', null, 'editor', '2026-01-01', '2026-11-23', 'seat'],
    ])
    expect((await listTerms(db, { unitId: 'co-so', before: 0, limit: 9 })).map(({ toDay }) => toDay)).toEqual(['2027-05-01', '2026-11-23'])
  })

  test('a leaver loses rights, tokens, loans, code and chat at once', async () => {
    const [contact = ''] = await addPeople(db, [{ native: '100' }])
    await db.write([{ sql: "UPDATE officers SET contact_id = ? WHERE id = 'xa-ed'", args: [contact] }])
    const tag = await keys.tag('token', 'hv_x')
    const token = {
      id: 't1',
      officerId: 'xa-ed',
      unitId: null,
      name: 'Cổng',
      scopes: ['read' as const],
      expiresDay: '2027-01-01',
      tag,
      now: clock.now(),
    }
    await db.write([addToken(token)])
    const loan = loanSchema.parse({
      lenderId: 'xa-ed',
      officerId: 'co-ed',
      roles: ['approver'],
      fromDay: '2026-11-23',
      untilDay: '2026-12-31',
    })
    await does('xa-ed', (who) => lendSeat(who, loan))
    const { code, writes } = await giveBindCode(await desk('xa-ad'), 'xa-ed')
    await db.write(writes)
    expect(scopeOf((await desk('co-ed')).actor, 'campaign.approve')).toEqual(['/tinh/xa/'])
    await does('xa-ad', (who) => dismissSeat(who, 'xa-ed'))
    expect(await findActor(db, 'xa-ed', clock.now(), 'console')).toBeUndefined()
    expect(await findTokenActor(db, tag, clock.now())).toBeUndefined()
    expect(scopeOf((await desk('co-ed')).actor, 'campaign.approve')).toEqual([])
    expect(await findBindCode(db, keys, await keys.tag('officer-code', code), clock.now())).toBeUndefined()
    expect(await findSeat(db, 'xa-ed')).toMatchObject({ active: false, bound: false, digits: false })
  })

  test('what a leaver had begun does not commit', async () => {
    const begun = await renewCode(await desk('xa-ad'), 'xa')
    await does('tinh-ad', (who) => dismissSeat(who, 'xa-ad'))
    expect(conflictOf(await db.write(begun.writes).catch((error: unknown) => error))).toBe('check')
  })

  test('rights end with the last day of the term, by themselves', async () => {
    await does('xa-ad', (who) => changeSeat(who, 'co-ed', editSeatSchema.parse({ untilDay: '2026-12-31' })))
    const tick = () => reorganise({ db, keys, channels: [], now: clock.now, log: () => {} })
    clock.set('2026-12-31T16:59:00.000Z')
    await tick()
    expect((await findSeat(db, 'co-ed'))?.active).toBe(true)
    clock.set('2026-12-31T17:00:00.000Z')
    await Promise.all([tick(), tick()])
    expect((await findSeat(db, 'co-ed'))?.active).toBe(false)
    expect(await db.read("SELECT count(*) AS n FROM audit WHERE act = 'officer.term_ended'")).toEqual([{ n: 1 }])
    const plan = await db.read(
      "EXPLAIN QUERY PLAN SELECT id FROM officers WHERE active = 1 AND until_day IS NOT NULL AND until_day < 'x' LIMIT 50",
    )
    expect(String(plan[0]?.detail)).toContain('officers_until')
  })

  test.each([
    ['what the lender does not have', { roles: ['admin'] }, 'tree.lend_not_had'],
    ['to the lender', { officerId: 'xa-ed' }, 'tree.lend_self'],
    ['into the past', { untilDay: '2026-11-22' }, 'tree.lend_days'],
    ['from yesterday', { fromDay: '2026-11-22' }, 'tree.lend_days'],
    ['for ever', { untilDay: '2030-01-01' }, 'tree.lend_days'],
    ['to who is out of reach', { officerId: 'tinh-ad' }, 'tree.officer_gone'],
  ])('roles are not lent: %s', async (_what, wish, why) => {
    const loan = { lenderId: 'xa-ed', officerId: 'co-ed', roles: ['approver'], fromDay: '2026-11-23', untilDay: '2026-12-31', ...wish }
    await expect(lendSeat(await desk('xa-ed'), loanSchema.parse(loan))).rejects.toThrow(why)
  })

  test('an administrator lends for another, never to themselves, and a loan ends by hand', async () => {
    const loan = { lenderId: 'xa-ed', officerId: 'co-ed', roles: ['approver'], fromDay: '2026-11-23', untilDay: '2026-12-31' }
    await does('xa-ad', (who) => lendSeat(who, loanSchema.parse(loan)))
    await expect(lendSeat(await desk('xa-ad'), loanSchema.parse({ ...loan, officerId: 'xa-ad' }))).rejects.toThrow('tree.own_rights')
    await expect(lendSeat(await desk('tinh-ad'), loanSchema.parse({ ...loan, officerId: 'tinh-ad' }))).rejects.toThrow('tree.own_rights')
    const [lent] = await listLoansOf(db, 'co-ed', '2026-11-23')
    expect(lent).toMatchObject({ lenderName: 'Cán bộ xa-ed', roles: ['approver'], untilDay: '2026-12-31' })
    await expect(endLoan(await desk('co-ed'), lent?.id ?? '')).rejects.toThrow()
    await does('xa-ed', (who) => endLoan(who, lent?.id ?? ''))
    expect(await listLoansOf(db, 'co-ed', '2026-11-23')).toEqual([])
  })

  test('the bind code and the secret belong together; a newer one ends the older', async () => {
    const one = await giveBindCode(await desk('xa-ad'), 'co-ed')
    await db.write(one.writes)
    const found = await findBindCode(db, keys, await keys.tag('officer-code', one.code), clock.now())
    expect(totpStep(found?.secret ?? '', totpDigits(one.secret, clock.now()), clock.now())).toBeDefined()
    await does('xa-ad', (who) => giveBindCode(who, 'co-ed'))
    expect(await findBindCode(db, keys, await keys.tag('officer-code', one.code), clock.now())).toBeUndefined()
    const rows = JSON.stringify(await db.read('SELECT detail, about_id FROM audit'))
    expect(rows).not.toContain(one.code)
    expect(rows).not.toContain(one.secret)
  })

  test('a lost phone: chat and digits are of no use from now on', async () => {
    const [contact = ''] = await addPeople(db, [{ native: '100' }])
    await db.write([{ sql: "UPDATE officers SET contact_id = ? WHERE id = 'co-ed'", args: [contact] }])
    await does('xa-ad', (who) => unbindSeat(who, 'co-ed'))
    expect(await findSeat(db, 'co-ed')).toMatchObject({ active: true, bound: false, digits: false })
  })

  test('lists stay inside what the asking officer reaches', async () => {
    const seen = async (who: string) =>
      (await listSeats(db, { paths: scopeOf((await desk(who)).actor, 'officer.read') }, { after: '', limit: 9 })).map(({ id }) => id)
    expect(await seen('xa-ad')).toEqual(['co-ed', 'xa-ad', 'xa-ed'])
    expect(await seen('co-ed')).toEqual([])
  })
})
