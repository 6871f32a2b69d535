/**
 * Warnings at the desk (R5): nothing without a published decision, nothing by fewer than two others, down in one step.
 */

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { holidays } from '../content/data/holidays.ts'
import { addCampaign, findCampaign } from '../db/campaigns.ts'
import { loadHolidays } from '../db/holidays.ts'
import { lendRoles } from '../db/officers.ts'
import { listRules } from '../db/retention.ts'
import type { Desk } from '../db/rights.ts'
import {
  addWarning,
  approveWarning,
  askTakedown,
  beginFrom,
  correctWarning,
  dropWarning,
  editWarning,
  keepWarning,
  renewWarning,
  returnWarning,
  settleFlag,
  submitWarning,
  withdrawWarning,
} from '../db/warning-acts.ts'
import { findWarningDay, listAgreed, listFlags, listWarnings, markOf, requireWarning } from '../db/warning-desk.ts'
import { findCorrection, findShown, flagWarning, LIST_PUBLISHED, listPublished } from '../db/warnings.ts'
import { audienceSchema, contentSchema } from '../src/campaign.ts'
import type { Statement } from '../src/chat.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { totpDigits } from '../src/totp.ts'
import { type WarningDraft, warningSchema } from '../src/warning.ts'
import { WARNING } from './console-notices.ts'
import { openTestFile, type TestDatabase } from './database.ts'
import { type Clock, fakeClock } from './harness.ts'
import { addTestOfficer, deskAt, type TestOfficer, unitRows } from './people.ts'

let database: TestDatabase
let clock: Clock
const keys = createNodeKeys(new Uint8Array(32).fill(5))
const officers = new Map<string, TestOfficer>()

beforeEach(async () => {
  database = await openTestFile()
  clock = fakeClock()
  await database.db.write(unitRows())
  for (const [id, unit, roles] of [
    ['viet', 'xa', ['editor']],
    ['viet2', 'xa', ['case']],
    ['mot', 'tinh', ['approver']],
    ['hai', 'xa', ['case']],
    ['ba', 'tinh', ['approver']],
    ['khac', 'xa-khac', ['case', 'approver', 'editor']],
    ['xem', 'xa', ['viewer']],
  ] as const)
    officers.set(id, await addTestOfficer(database.db, keys, id, unit, [...roles]))
})
afterEach(() => database.close())

const at = (id: string): Promise<Desk> => deskAt(database.db, keys, id, clock.now())
const hand = (id: string) => totpDigits(officers.get(id)?.secret ?? '', clock.now())
const write = async (statements: Statement[]) => void (await database.db.write(statements))
const seen = async (who: string, id: string) => requireWarning(await at(who), id)

async function adds(who = 'viet', draft: Partial<WarningDraft> = {}): Promise<string> {
  const { id, writes } = await addWarning(await at(who), 'xa', { ...WARNING, ...draft })
  await write(writes)
  return id
}
async function submits(id: string, who = 'viet') {
  await write(await submitWarning(await at(who), await seen(who, id)))
}
async function agrees(who: string, id: string) {
  const warning = await seen(who, id)
  const { writes, published } = await approveWarning(await at(who), warning, warning.version, hand(who))
  await write(writes)
  clock.advance(31_000)
  return published
}
async function publishes(draft: Partial<WarningDraft> = {}): Promise<string> {
  const id = await adds('viet', draft)
  await submits(id)
  expect(await agrees('mot', id)).toBe(false)
  expect(await agrees('hai', id)).toBe(true)
  return id
}

describe('what a warning must say', () => {
  test.each([
    ['no authority', { authority: '' }],
    ['no number', { number: ' ' }],
    ['no day', { day: '' }],
    ['no link', { link: '' }],
    ['a link that is no https', { link: 'http://moit.gov.vn/x' }],
    ['a link that is script', { link: 'javascript:alert(1)' }],
    ['no text', { body: '' }],
    ['a text too long', { body: 'x'.repeat(1_001) }],
  ])('%s is no warning', (_, change) => {
    expect(warningSchema.safeParse({ ...WARNING, ...change }).success).toBe(false)
  })

  test.each([
    ['a link outside the allowed hosts', { link: 'https://gov.vn.evil.example/12' }, 'warning.e_link'],
    ['a link with a name in it', { link: 'https://moit.gov.vn@evil.example/' }, 'warning.e_link'],
    ['a link of our own instead of the authority’s', { link: 'https://bot.example.vn/12' }, 'warning.e_link'],
    ['a link in the text', { body: 'Xem thêm tại muahang-re.shop/giam-gia nhé bạn.' }, 'warning.e_link_inside'],
    ['a case number', { body: 'Theo phản ánh PA-2611-7K3Q của đoàn viên.' }, 'warning.e_case'],
    ['a call to boycott', { body: 'Mọi người hãy tẩy chay hãng sữa này nhé.' }, 'warning.e_boycott'],
    ['a decision of tomorrow', { day: '2026-11-24' }, 'warning.e_day'],
    ['a review day that is past', { reviewBy: '2026-11-23' }, 'warning.e_review'],
  ])('%s is refused', async (_, change, key) => {
    await expect(adds('viet', change)).rejects.toMatchObject({ code: 'invalid', message: key })
  })

  test('the table itself refuses a row without its decision', async () => {
    for (const column of ['authority_name', 'number', 'day', 'link']) {
      const id = await adds()
      await expect(write([{ sql: `UPDATE warnings SET ${column} = '' WHERE id = ?`, args: [id] }])).rejects.toThrow(/CHECK/)
    }
  })

  test('who may not write does not, and another unit’s officer does not even find it', async () => {
    await expect(adds('xem')).rejects.toMatchObject({ code: 'forbidden' })
    await expect(adds('khac')).rejects.toMatchObject({ code: 'forbidden' })
    const id = await adds()
    await expect(seen('khac', id)).rejects.toMatchObject({ code: 'not_found' })
    expect((await seen('xem', id)).title).toBe(WARNING.title)
    await expect(requireWarning(await at('xem'), id, 'warning.write')).rejects.toMatchObject({ code: 'forbidden' })
  })
})

describe('two others let it out', () => {
  test('members see it after the second, not after the first', async () => {
    const id = await adds()
    expect(await findShown(database.db, id, clock.now())).toBeUndefined()
    await submits(id)
    expect(await findShown(database.db, id, clock.now())).toBeUndefined()
    expect(await agrees('mot', id)).toBe(false)
    expect(await findShown(database.db, id, clock.now())).toBeUndefined()
    expect(await agrees('hai', id)).toBe(true)
    expect((await findShown(database.db, id, clock.now()))?.state).toBe('published')
    expect((await listAgreed(await at('mot'), await seen('mot', id))).map(({ officerId }) => officerId)).toEqual(['mot', 'hai'])
  })

  test('its author, an editor of it, the same officer twice, and who has no right do not count', async () => {
    const id = await adds('viet2')
    await write(await editWarning(await at('viet'), await seen('viet', id), { ...WARNING, title: 'Thu hồi lô sữa khác' }))
    await submits(id)
    await expect(agrees('viet2', id)).rejects.toMatchObject({ message: 'warning.own' })
    await expect(agrees('viet', id)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(agrees('xem', id)).rejects.toMatchObject({ code: 'forbidden' })
    await agrees('mot', id)
    await expect(agrees('mot', id)).rejects.toMatchObject({ message: 'warning.agreed_already' })
    expect((await seen('mot', id)).state).toBe('waiting')
  })

  test('wrong digits, digits used before, and somebody else’s do nothing', async () => {
    const id = await adds()
    await submits(id)
    const warning = await seen('mot', id)
    const desk = await at('mot')
    await expect(approveWarning(desk, warning, warning.version, '000000')).rejects.toMatchObject({ code: 'forbidden' })
    await expect(approveWarning(desk, warning, warning.version, hand('ba'))).rejects.toMatchObject({ code: 'forbidden' })
    const digits = hand('mot')
    await write((await approveWarning(desk, warning, warning.version, digits)).writes)
    const other = await adds()
    await submits(other)
    const second = await seen('mot', other)
    await expect(approveWarning(await at('mot'), second, second.version, digits)).rejects.toMatchObject({ code: 'forbidden' })
  })

  test('a role that one of its authors lends lets nothing out', async () => {
    const id = await adds('viet2')
    await submits(id, 'viet2')
    const days = { fromDay: '2026-11-20', untilDay: '2026-12-31', now: clock.now() }
    await write(lendRoles({ id: 'l1', lenderId: 'viet2', officerId: 'xem', roles: ['case'], ...days }))
    await expect(agrees('xem', id)).rejects.toMatchObject({ code: 'forbidden' })
    await write(lendRoles({ id: 'l2', lenderId: 'hai', officerId: 'xem', roles: ['case'], ...days }))
    await agrees('xem', id)
  })

  test('another text needs both anew, and a text nobody saw is not approved', async () => {
    const id = await adds()
    await submits(id)
    const old = await seen('hai', id)
    await agrees('mot', id)
    await write(await editWarning(await at('viet'), await seen('viet', id), { ...WARNING, body: 'Nội dung khác hẳn trước đó.' }))
    // What the page holds is looked at by its version; what was read before the edit fails as it is committed.
    const now = await seen('hai', id)
    await expect(approveWarning(await at('hai'), now, old.version, hand('hai'))).rejects.toMatchObject({ code: 'conflict' })
    const late = await approveWarning(await at('hai'), old, old.version, hand('hai'))
    await expect(write(late.writes)).rejects.toThrow()
    clock.advance(31_000)
    await submits(id)
    expect(await agrees('hai', id)).toBe(false)
    expect(await agrees('mot', id)).toBe(true)
  })

  test('two at the same moment are two: one of them is told to look again', async () => {
    const id = await adds()
    await submits(id)
    const warning = await seen('mot', id)
    const one = await approveWarning(await at('mot'), warning, warning.version, hand('mot'))
    const two = await approveWarning(await at('hai'), warning, warning.version, hand('hai'))
    expect([one.published, two.published]).toEqual([false, false])
    await write(one.writes)
    await expect(write(two.writes)).rejects.toThrow()
    expect((await seen('mot', id)).state).toBe('waiting')
    expect(await agrees('hai', id)).toBe(true)
  })

  test('an approval that is committed after an edit or after the officer left fails whole', async () => {
    const id = await adds()
    await submits(id)
    const warning = await seen('mot', id)
    const late = await approveWarning(await at('mot'), warning, warning.version, hand('mot'))
    await write([{ sql: 'UPDATE officers SET active = 0, edition = edition + 1 WHERE id = ?', args: ['mot'] }])
    await expect(write(late.writes)).rejects.toThrow()
    const other = await approveWarning(await at('ba'), warning, warning.version, hand('ba'))
    await write(await editWarning(await at('viet'), await seen('viet', id), { ...WARNING, title: 'Tiêu đề đã khác' }))
    await expect(write(other.writes)).rejects.toThrow()
    expect(await database.db.read('SELECT count(*) AS n FROM warning_approvals')).toEqual([{ n: 0 }])
  })

  test('sent back it is a draft; dropped it is gone; published it is neither edited nor dropped', async () => {
    const id = await adds()
    await submits(id)
    await write(returnWarning(await at('mot'), await seen('mot', id)))
    expect((await seen('viet', id)).state).toBe('draft')
    await write(dropWarning(await at('viet'), await seen('viet', id)))
    await expect(seen('viet', id)).rejects.toMatchObject({ code: 'not_found' })
    const out = await publishes()
    await expect(editWarning(await at('viet'), await seen('viet', out), WARNING)).rejects.toMatchObject({ message: 'warning.fixed' })
    const published = await seen('viet', out)
    const desk = await at('viet')
    expect(() => dropWarning(desk, published)).toThrow('warning.fixed')
    await expect(submitWarning(await at('viet'), await seen('viet', out))).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('corrected, taken down, looked at again', () => {
  test('one officer takes it down at once, with the reason, by their own hand', async () => {
    const id = await publishes()
    const warning = await seen('mot', id)
    await expect(withdrawWarning(await at('mot'), warning, 'Quyết định đã bị hủy.', '000000')).rejects.toMatchObject({ code: 'forbidden' })
    await expect(withdrawWarning(await at('mot'), warning, 'Chủ sạp bán hàng giả đã kiện.', hand('mot'))).rejects.toMatchObject({
      message: 'case.verdict',
    })
    clock.advance(31_000)
    await write(await withdrawWarning(await at('mot'), warning, 'Quyết định đã bị hủy.', hand('mot')))
    const shown = await findShown(database.db, id, clock.now())
    expect([shown?.state, shown?.withdrawnWhy]).toEqual(['withdrawn', 'Quyết định đã bị hủy.'])
    expect((await listPublished(database.db, clock.now(), '')).rows).toEqual([])
    await expect(withdrawWarning(await at('hai'), await seen('hai', id), 'lần nữa', hand('hai'))).rejects.toMatchObject({
      code: 'conflict',
    })
  })

  test('a correction takes the wrong one down and brings the right one to two others, in one step', async () => {
    const id = await publishes()
    const draft = { ...WARNING, body: 'Lô 0127, không phải lô 0126, có chỉ tiêu đạm thấp.' }
    const { id: right, writes } = await correctWarning(
      await at('viet2'),
      await seen('viet2', id),
      { draft, why: 'Ghi nhầm số lô.' },
      hand('viet2'),
    )
    await write(writes)
    expect((await findShown(database.db, id, clock.now()))?.state).toBe('withdrawn')
    expect(await findCorrection(database.db, id, clock.now())).toBeUndefined()
    expect(await seen('mot', right)).toMatchObject({ state: 'waiting', corrects: id })
    clock.advance(31_000)
    await agrees('mot', right)
    await expect(agrees('viet2', right)).rejects.toMatchObject({ message: 'warning.own' })
    await agrees('hai', right)
    expect((await findCorrection(database.db, id, clock.now()))?.id).toBe(right)
  })

  test('a correction that may not go out leaves the old one as it is', async () => {
    const id = await publishes()
    const draft = { ...WARNING, link: 'https://evil.example/' }
    await expect(
      correctWarning(await at('viet2'), await seen('viet2', id), { draft, why: 'Ghi nhầm.' }, hand('viet2')),
    ).rejects.toMatchObject({ message: 'warning.e_link' })
    expect((await seen('viet', id)).state).toBe('published')
  })

  test('a takedown asked for on the eve of Tết is due after it', async () => {
    await database.db.write(loadHolidays(holidays))
    clock.set('2027-02-03T03:00:00.000Z')
    const id = await publishes()
    await write(await askTakedown(await at('viet'), await seen('viet', id), 'Cơ sở gửi công văn số 12.'))
    expect((await seen('viet', id)).asked?.due.toISOString().slice(0, 10)).toBe('2027-02-11')
  })

  test('a takedown that was asked for stands on the day’s page, due within a working day, until it is decided', async () => {
    clock.set('2026-11-27T03:00:00.000Z')
    const id = await publishes()
    await write(await askTakedown(await at('viet'), await seen('viet', id), 'Cơ sở gửi công văn số 12.'))
    const { asked } = await findWarningDay(await at('mot'), 5)
    // Friday noon in Vietnam: Monday noon.
    expect(asked.map((one) => [one.id, one.asked?.due.toISOString().slice(0, 10)])).toEqual([[id, '2026-11-30']])
    await expect(askTakedown({} as Desk, asked[0] as never, 'lần nữa')).rejects.toThrow('warning.asked_already')
    expect((await findWarningDay(await at('khac'), 5)).asked).toEqual([])
    await write(keepWarning(await at('mot'), await seen('mot', id)))
    expect((await findWarningDay(await at('mot'), 5)).asked).toEqual([])
    await write(await askTakedown(await at('viet'), await seen('viet', id), 'Cơ sở gửi công văn số 13.'))
    await write(await withdrawWarning(await at('mot'), await seen('mot', id), 'Cơ quan đã rút quyết định.', hand('mot')))
    expect((await findWarningDay(await at('mot'), 5)).asked).toEqual([])
  })

  test('past its review day members do not see it, and officers find it in a list of its own until one has looked', async () => {
    const id = await publishes({ reviewBy: '2026-12-01' })
    clock.set('2026-12-01T10:00:00.000Z')
    expect(await findShown(database.db, id, clock.now())).toBeDefined()
    clock.set('2026-12-01T17:00:01.000Z')
    expect(await findShown(database.db, id, clock.now())).toBeUndefined()
    expect((await listPublished(database.db, clock.now(), '')).rows).toEqual([])
    expect((await listWarnings(await at('hai'), 'stale', { limit: 5 })).map((one) => one.id)).toEqual([id])
    expect((await findWarningDay(await at('hai'), 5)).stale.map((one) => one.id)).toEqual([id])
    await expect(renewWarning(await at('hai'), await seen('hai', id), '2026-12-02', hand('hai'))).rejects.toMatchObject({
      message: 'warning.e_review',
    })
    await write(await renewWarning(await at('hai'), await seen('hai', id), '2027-03-01', hand('hai')))
    expect(await findShown(database.db, id, clock.now())).toBeDefined()
  })

  test('what a member says is wrong is sealed, told on the day’s page, settled once', async () => {
    const id = await publishes()
    await write(await flagWarning(keys, { id: 'f1', warningId: id, words: 'Số lô sai rồi.', now: clock.now() }))
    expect((await findWarningDay(await at('viet'), 5)).flagged.map((one) => one.id)).toEqual([id])
    expect(await listFlags(await at('viet'), id)).toEqual([{ id: 'f1', day: '2026-11-23', words: 'Số lô sai rồi.' }])
    await write(settleFlag(await at('viet'), await seen('viet', id), 'f1'))
    expect((await findWarningDay(await at('viet'), 5)).flagged).toEqual([])
    await expect(write(settleFlag(await at('viet'), await seen('viet', id), 'f1'))).rejects.toThrow()
  })

  test('unsent messages begun from it end with it, and none is begun from one that is down', async () => {
    const id = await publishes()
    const editor = await at('viet')
    const begin = async () => {
      const { id: campaign, writes } = await addCampaign(editor, {
        ...{ unitId: 'xa', title: 'Cảnh báo', content: contentSchema.parse({ vi: 'Thu hồi lô sữa.' }) },
        ...{ audience: audienceSchema.parse({ unitId: 'xa' }), plan: { kind: 'now' as const }, topic: null, theme: null },
      })
      return { campaign, writes: [...writes, ...beginFrom(await seen('viet', id), campaign)] }
    }
    const first = await begin()
    await write(first.writes)
    const late = await begin()
    await write(await withdrawWarning(await at('mot'), await seen('mot', id), 'Quyết định đã bị hủy.', hand('mot')))
    expect((await findCampaign(database.db, first.campaign))?.state).toBe('cancelled')
    await expect(write(late.writes)).rejects.toThrow()
  })
})

test('lists go by keys, newest first, each once', async () => {
  const ids: string[] = []
  for (let i = 0; i < 7; i++) {
    ids.unshift(await adds('viet', { title: `Cảnh báo số ${i}` }))
    clock.advance(1_000)
  }
  await write([{ sql: "UPDATE warnings SET state = 'published', published_at = changed_at", args: [] }])
  const officer: string[] = []
  for (let after: { at: string; id: string } | undefined, page = 0; page < 5; page++) {
    const rows = await listWarnings(await at('viet'), 'published', { after, limit: 3 })
    officer.push(...rows.map(({ id }) => id))
    const last = rows.at(-1)
    if (rows.length < 3 || !last) break
    after = markOf('published', last)
  }
  expect(officer).toEqual(ids)
  const member: string[] = []
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: Awaited<ReturnType<typeof listPublished>> = await listPublished(database.db, clock.now(), after, 3)
    member.push(...page.rows.map(({ id }) => id))
    after = page.next
  }
  expect(member).toEqual(ids)
  const plan = await database.db.read(`EXPLAIN QUERY PLAN ${LIST_PUBLISHED}`, ['2026-11-23', '', '~', 5])
  expect(plan.map(({ detail }) => String(detail)).join()).toMatch(/^SEARCH w USING INDEX warnings_published(?!.*TEMP B-TREE)/)
})

test('every act stands in the log, and a withdrawn one goes after 24 months with all that hangs on it', async () => {
  const id = await publishes()
  await write(await withdrawWarning(await at('mot'), await seen('mot', id), 'Quyết định đã bị hủy.', hand('mot')))
  const acts = await database.db.read("SELECT act, officer_id FROM audit WHERE about = 'warning' ORDER BY id")
  expect(acts.map(({ act, officer_id }) => `${officer_id} ${act}`)).toEqual([
    'viet warning.add',
    'viet warning.submit',
    'mot warning.approve',
    'hai warning.approve',
    'mot warning.withdraw',
  ])
  const due = async (iso: string) => {
    const rules = listRules(new Date(iso), {}).filter(({ table }) => table.startsWith('warning'))
    const counts = await Promise.all(
      rules.map(async ({ table, where, args }) => [
        table,
        (await database.db.read(`SELECT count(*) AS n FROM ${table} WHERE ${where}`, args))[0]?.n,
      ]),
    )
    return Object.fromEntries(counts)
  }
  expect(await due('2028-11-22T03:00:00Z')).toMatchObject({ warnings: 0, warning_approvals: 0 })
  expect(await due('2028-11-24T03:00:00Z')).toMatchObject({ warnings: 1, warning_approvals: 2 })
})
