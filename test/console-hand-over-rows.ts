/**
 * Hand-overs and decisions for the console's pages: an office that can be chosen and those that wait, a paper as a draft, one
 * sent, one answered; a decision that waits and one that is out. All of the first case of console-cases.ts.
 */
import { createTexts } from '../content/index.ts'
import { addAuthority, listChoosable } from '../db/authorities.ts'
import { requireCase } from '../db/case-desk.ts'
import { fileDecision } from '../db/decisions.ts'
import { answerHandOver, listOutcomes, sendHandOver } from '../db/hand-over-acts.ts'
import { draftHandOver, findPaperUnit, requireHandOver } from '../db/hand-overs.ts'
import type { Desk } from '../db/rights.ts'
import type { Db, Keys } from '../src/chat.ts'
import { draftPaper, type Say, styleOf } from '../src/paper.ts'
import { addDays, dayOf } from '../src/time.ts'
import { reasonRows } from './hand-over-desk.ts'
import { addTestOfficer, deskAt } from './people.ts'

const CASE = '/console/cases/phananh1'

export const HAND_OVER_ADDRESSES: Record<string, string> = {
  '/authorities': '/console/authorities?q=chi+cuc',
  '/authorities/new': '/console/authorities/new',
  '/authorities/:id': '/console/authorities/coquan1',
  '/cases/:id/hand-over': `${CASE}/hand-over`,
  '/cases/:id/hand-over/:over': `${CASE}/hand-over/phieu2`,
  '/cases/:id/hand-over/:over/edit': `${CASE}/hand-over/phieu1/edit`,
  '/cases/:id/hand-over/:over/file': `${CASE}/hand-over/phieu1/file`,
  '/cases/:id/decision': `${CASE}/decision`,
  '/decisions': '/console/decisions',
  '/decisions/:id': '/console/decisions/quyetdinh1',
  '/decisions/:id/edit': '/console/decisions/quyetdinh2/edit',
  '/decisions/:id/approve': '/console/decisions/quyetdinh1/approve',
  '/decisions/:id/return': '/console/decisions/quyetdinh1/return',
  '/decisions/:id/correct': '/console/decisions/quyetdinh1/correct',
  '/decisions/:id/withdraw': '/console/decisions/quyetdinh1/withdraw',
}

const texts = createTexts()
const say: Say = (key, params) => texts.render(params ? { key, params } : { key }, 'vi')
const REPORT = { kind: 'fake', signs: 'Tem nhãn mờ, không có nhãn phụ tiếng Việt.', place: 'Sạp cuối chợ Mẫu, xã Mẫu' } as const

/** For an officer of the unit `tinh` who works on cases; console-cases.ts comes first. */
export async function furnishHandOvers({ db, keys, now }: { db: Db; keys: Keys; now: Date }, officerId: string): Promise<void> {
  const named = async (id: string, officer = officerId): Promise<Desk> => ({ ...(await deskAt(db, keys, officer, now)), id: namer(id) })
  await db.write(reasonRows())
  const draft = { name: 'Chi cục Quản lý thị trường tỉnh Mẫu', address: 'Số 1 đường Mẫu, phường Mẫu', phone: '', email: '' }
  await db.write(
    addAuthority(await named('coquan1'), { ...draft, kind: 'qltt', source: 'Cổng tỉnh Mẫu', place: 1 }, null, dayOf(now)).writes,
  )
  const row = () => named('x').then((desk) => requireCase(desk, 'phananh1', 'case.work'))
  const unit = await findPaperUnit(await named('x'))
  const paper = draftPaper({ report: REPORT, number: 'PA-2611-7K3Q', danger: false }, unit, dayOf(now), say)
  for (const id of ['phieu3', 'phieu2', 'phieu1']) {
    const made = { authorityId: 'coquan1', dueDay: addDays(dayOf(now), 28), paper, style: styleOf(unit.kind) }
    await db.write((await draftHandOver(await named(id), await row(), made)).writes)
  }
  for (const id of ['phieu3', 'phieu2']) {
    const desk = await named(`sent-${id}`)
    const sent = { day: dayOf(now), how: 'official', ref: '45/PC' } as const
    await db.write(await sendHandOver(desk, await row(), await requireHandOver(desk, { id: 'phananh1' }, id), sent))
  }
  const desk = await named('answered')
  const [outcome] = await listOutcomes(db)
  const answer = { day: dayOf(now), ref: '12/QLTT', text: 'Đã cử đội kiểm tra.', outcomeId: outcome?.id ?? '', wait: true }
  await db.write(await answerHandOver(desk, await row(), await requireHandOver(desk, { id: 'phananh1' }, 'phieu3'), answer))
  await decisions(db, keys, now, named)
  if ((await listChoosable(db, 'xa', '', 2)).length !== 1) throw new Error('nothing to choose')
}

/** One of another officer, which waits for this one; and one of their own. */
async function decisions(db: Db, keys: Keys, now: Date, named: (id: string, officer?: string) => Promise<Desk>): Promise<void> {
  await addTestOfficer(db, keys, 'vuviec', 'tinh', ['case'])
  const draft = {
    ...{ authorityName: 'Chi cục Quản lý thị trường tỉnh Mẫu', day: dayOf(now), link: 'https://qltt.mau.gov.vn/quyet-dinh' },
    says: 'Cơ sở bị xử phạt theo quyết định.',
  }
  for (const [id, officer, number] of [
    ['quyetdinh1', 'vuviec', '123/QĐ-QLTT'],
    ['quyetdinh2', undefined, '124/QĐ-QLTT'],
  ] as const) {
    const desk = await named(id, officer)
    const found = await requireCase(await named('x'), 'phananh1', 'decision.write')
    await db.write((await fileDecision(desk, found, { ...draft, number })).writes)
  }
}

/** The first id is this one; events of the same act get others. */
function namer(id: string): () => string {
  let n = 0
  return () => (n++ === 0 ? id : `${id}-${n}`)
}
