/**
 * Opinions and warnings with something on them: opinions of each subject, a warning in each state, one somebody wants taken
 * down, one that is due for another look, one that members say is wrong.
 */
import { addOpinion } from '../db/opinions.ts'
import type { Desk } from '../db/rights.ts'
import { addWarning, askTakedown } from '../db/warning-acts.ts'
import { requireWarning } from '../db/warning-desk.ts'
import { flagWarning } from '../db/warnings.ts'
import type { Db, Keys } from '../src/chat.ts'
import { OPINION_TOPICS } from '../src/opinion.ts'
import type { WarningDraft } from '../src/warning.ts'
import { deskAt } from './people.ts'

export const NOTICE_ADDRESSES: Record<string, string> = {
  '/opinions': '/console/opinions',
  '/opinions/export': '/console/opinions/export',
  '/opinions/:id': '/console/opinions/ykien0',
  '/cases/:id/filing-proof': '/console/cases/phananh4/filing-proof',
  '/warnings': '/console/warnings?list=asked',
  '/warnings/new': '/console/warnings/new',
  '/warnings/:id': '/console/warnings/cb-dang',
  '/warnings/:id/edit': '/console/warnings/cb-nhap/edit',
  '/warnings/:id/approve': '/console/warnings/cb-cho/approve',
  '/warnings/:id/renew': '/console/warnings/cb-cu/renew',
  '/warnings/:id/withdraw': '/console/warnings/cb-dang/withdraw',
  '/warnings/:id/correct': '/console/warnings/cb-dang/correct',
}

export const WARNING: WarningDraft = {
  title: 'Thu hồi lô sữa bột Mẫu 01',
  body: 'Lô 0126 của sữa bột Mẫu có chỉ tiêu đạm thấp hơn mức công bố. Không dùng lô này; trả lại nơi bán.',
  authority: 'Chi cục Quản lý thị trường tỉnh Mẫu',
  number: '12/QĐ-QLTT',
  day: '2026-11-20',
  link: 'https://moit.gov.vn/quyet-dinh-12',
  reviewBy: '2027-02-20',
}

/** For an officer of the unit `tinh` who may do all of it; the warnings are somebody else's, so that they can be approved. */
export async function furnishNotices({ db, keys, now }: { db: Db; keys: Keys; now: Date }, officerId: string): Promise<void> {
  const desk = await deskAt(db, keys, officerId, now)
  for (const [i, topic] of OPINION_TOPICS.entries()) {
    const said = { what: `Gạo ở chợ tăng giá lần ${i}.\nRau cũng đắt hơn.`, where: 'Chợ Mẫu, dãy hai' }
    await db.write(await addOpinion(keys, { ...said, id: `ykien${i}`, topic, unitId: i === 3 ? null : 'xa', contactId: `c${i}`, now }))
  }
  const named = (id: string): Desk => ({ ...desk, id: () => id })
  for (const [id, state] of [
    ['cb-nhap', 'draft'],
    ['cb-cho', 'waiting'],
    ['cb-dang', 'published'],
    ['cb-cu', 'published'],
    ['cb-rut', 'withdrawn'],
  ] as const) {
    await db.write((await addWarning(named(id), 'tinh', { ...WARNING, title: `${WARNING.title} (${id})` }, null, state)).writes)
  }
  await db.write([
    { sql: `UPDATE warnings SET editors = '["nguoi-khac"]'`, args: [] },
    { sql: "UPDATE warnings SET published_at = ? WHERE state IN ('published', 'withdrawn')", args: [now.toISOString()] },
    { sql: "UPDATE warnings SET withdrawn_at = ?, withdrawn_why = 'Quyết định đã bị hủy.' WHERE id = 'cb-rut'", args: [now.toISOString()] },
    { sql: "UPDATE warnings SET review_by = '2026-10-01' WHERE id = 'cb-cu'", args: [] },
    ...(await flagWarning(keys, { id: 'bao1', warningId: 'cb-dang', words: 'Số lô ghi nhầm thì phải.', now })),
  ])
  await db.write(await askTakedown(desk, await requireWarning(desk, 'cb-dang'), 'Cơ sở gửi công văn số 12, xin gỡ.'))
}
