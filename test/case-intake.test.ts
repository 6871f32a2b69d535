/**
 * A report that came by phone, letter or visit, typed in: kept apart as such, with a number nobody can follow by receipt, a
 * name only where the person agreed, and never a formal denunciation unnoticed (R30).
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readCase } from '../db/case-desk.ts'
import { typeInCase } from '../db/case-intake.ts'
import { findWays, forgetTipster, openIdentity } from '../db/case-links.ts'
import { findCaseByReceipt } from '../db/cases.ts'
import { type Intake, intakeSchema, wrongIn } from '../src/case-intake.ts'
import { CODE_ALPHABET } from '../src/vietnamese/index.ts'
import { type CaseStage, openCaseStage } from './case-stage.ts'

let stage: CaseStage
beforeEach(async () => {
  stage = await openCaseStage()
})
afterEach(() => stage.close())

const XA = { id: 'xa', path: '/tinh/xa/' }
const intake = (more: Record<string, unknown> = {}): Intake =>
  intakeSchema.parse({ source: 'phone', kind: 'fake', signs: 'Tem nhãn mờ, mùi lạ.', place: 'Chợ Mẫu', health: 'fine', ...more })

test('it is a case like any other, with where it came from and who typed it', async () => {
  const an = await stage.desk('an')
  const { id, number } = await typeInCase(an, intake({ source: 'letter' }), XA)
  expect(number).toMatch(/^PA-2611-/)
  expect(await stage.row(id)).toMatchObject({ source: 'letter', state: 'new', unit_id: 'xa', assignee_id: null, due_day: '2026-11-24' })
  expect(await stage.events(id)).toMatchObject([{ kind: 'opened', officerId: 'an' }])
  expect(await stage.audits()).toMatchObject([{ act: 'case.typed_in', about_id: id, at: '2026-11-23T02:00:00.000Z' }])
  expect((await readCase(an, id)).report).toMatchObject({ signs: 'Tem nhãn mờ, mùi lạ.', place: 'Chợ Mẫu', health: 'fine' })
  expect(await findWays(stage.db, stage.keys, id)).toEqual({ link: false, identity: false })
})

test('its receipt is drawn and told to nobody', async () => {
  const drawn: number[] = []
  const an = await stage.desk('an')
  const random = () => {
    drawn.push(0.5)
    return 0.5
  }
  const { number } = await typeInCase({ ...an, random }, intake(), XA)
  const letter = CODE_ALPHABET[Math.floor(0.5 * CODE_ALPHABET.length)] ?? ''
  // Who knows the chance knows the receipt; no row, page or answer does.
  expect(await findCaseByReceipt(stage.db, stage.keys, `${number}-${letter.repeat(4)}-${letter.repeat(4)}`)).toMatchObject({ state: 'new' })
  expect(drawn).toHaveLength(12)
  const rows = await stage.db.read('SELECT * FROM cases')
  expect(JSON.stringify(rows)).not.toContain(`${letter.repeat(4)}-${letter.repeat(4)}`)
})

test('a number that is taken is drawn again', async () => {
  const an = await stage.desk('an')
  const chances = [...Array(12).fill(0), ...Array(4).fill(0), ...Array(8).fill(0.3), ...Array(12).fill(0.7)] as number[]
  const random = () => chances.shift() ?? 0.9
  const [first, second] = [await typeInCase({ ...an, random }, intake(), XA), await typeInCase({ ...an, random }, intake(), XA)]
  expect(first.number).not.toBe(second.number)
  expect(await stage.db.read('SELECT count(*) AS n FROM cases')).toEqual([{ n: 2 }])
})

test.each([
  [{ health: 'ill' }, 1],
  [{ signs: 'Ăn xong bị ngộ độc.' }, 1],
  [{ note: 'Con tôi khó thở.' }, 1],
  [{}, 2],
])('what tells of danger is urgent: %o', async (more, rank) => {
  const { id } = await typeInCase(await stage.desk('an'), intake(more), XA)
  expect(await stage.row(id)).toMatchObject({ rank })
})

test('a name is kept sealed, only where the person agreed, and belongs to no contact', async () => {
  const an = await stage.desk('an')
  const named = { name: 'Trần Thị Mẫu', phone: '0912345678' }
  expect(wrongIn(intake(named))).toEqual({ agreed: 'case.agreed_needed' })
  await expect(typeInCase(an, intake(named), XA)).rejects.toMatchObject({ code: 'invalid', message: 'case.agreed_needed' })
  expect(wrongIn(intake({ phone: '12', agreed: true }))).toEqual({ name: 'case.name_wrong', phone: 'case.phone_wrong' })
  const { id } = await typeInCase(an, intake({ ...named, agreed: true }), XA)
  expect(await openIdentity(stage.db, stage.keys, id)).toEqual({ name: 'Trần Thị Mẫu', phone: '0912 345 678' })
  expect(await stage.db.read('SELECT contact_tag FROM case_identities')).toEqual([{ contact_tag: null }])
  // Erasing somebody who shares nothing with it leaves it alone.
  await stage.db.write(await forgetTipster(stage.keys, 'anybody'))
  expect(await findWays(stage.db, stage.keys, id)).toMatchObject({ identity: true })
  for (const table of ['cases', 'case_events', 'case_identities', 'audit'])
    expect(JSON.stringify(await stage.db.read(`SELECT * FROM ${table}`))).not.toMatch(/Mẫu|0912/)
})

test.each([{ signs: 'Tôi tố cáo chủ cửa hàng.' }, { note: 'Đây là đơn tố cáo.' }, { signs: 'toi muon to cao cua hang nay' }])(
  'tố cáo is explained before it is kept: %o',
  async (more) => {
    const an = await stage.desk('an')
    expect(wrongIn(intake(more))).toEqual({ report: 'case.denounced' })
    await expect(typeInCase(an, intake(more), XA)).rejects.toMatchObject({ message: 'case.denounced' })
    expect(await stage.db.read('SELECT count(*) AS n FROM cases')).toEqual([{ n: 0 }])
    await typeInCase(an, intake({ ...more, report: true }), XA)
    expect(await stage.db.read('SELECT count(*) AS n FROM cases')).toEqual([{ n: 1 }])
  },
)

test('an officer types in for their units alone, and for no unit only at the top', async () => {
  const [an, cuc] = [await stage.desk('an'), await stage.desk('cuc')]
  await expect(typeInCase(an, intake(), { id: 'xa-khac', path: '/tinh/xa-khac/' })).rejects.toMatchObject({ code: 'forbidden' })
  await expect(typeInCase(an, intake(), null)).rejects.toMatchObject({ code: 'forbidden' })
  const { id } = await typeInCase(cuc, intake(), null)
  expect(await stage.row(id)).toMatchObject({ unit_id: null })
})
