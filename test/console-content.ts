/**
 * What the pages of content need to have something to show: texts of another officer that wait and that came back, an
 * entry with a history, flags and an offer, a sheet with good and bad rows.
 */
import { addDraft, submitDraft } from '../db/entry-acts.ts'
import { keepImport } from '../db/entry-imports.ts'
import { approveDraft, requireEntry, returnDraft } from '../db/entry-reviews.ts'
import { offerRow } from '../db/entry-rows.ts'
import { requireDraft } from '../db/entry-versions.ts'
import { flagItem } from '../db/items.ts'
import type { Db, Keys } from '../src/chat.ts'
import type { Fields, Section } from '../src/entry.ts'
import { dayOf } from '../src/time.ts'
import { addTestOfficer, deskAt } from './people.ts'

export const CONTENT_ADDRESSES: Record<string, string> = {
  '/content/:section': '/console/content/library',
  '/content/:section/new': '/console/content/documents/new',
  '/content/:section/review': '/console/content/questions/review',
  '/content/:section/import': '/console/content/questions/import',
  '/content/:section/export': '/console/content/questions/export',
  '/content/:section/entry/:id': '/console/content/library/entry/cvd-01',
  '/content/:section/entry/:id/edit': '/console/content/questions/entry/QF001/edit',
  '/content/:section/entry/:id/retire': '/console/content/library/entry/cvd-01/retire',
  '/content/:section/draft/:id': '/console/content/library/draft/back1',
  '/content/:section/draft/:id/edit': '/console/content/library/draft/back1/edit',
  '/content/:section/draft/:id/review': '/console/content/library/draft/wait1/review',
  '/content/:section/import/:id': '/console/content/questions/import/sheet1',
}

/** @param officerId who looks at the pages: an approver of the unit `tinh` */
export async function furnishContent({ db, keys, now }: { db: Db; keys: Keys; now: Date }, officerId: string): Promise<void> {
  await addTestOfficer(db, keys, 'writer', 'tinh', ['editor'])
  await addTestOfficer(db, keys, 'second', 'tinh', ['approver'])
  const [desk, second, looker] = await Promise.all(['writer', 'second', officerId].map((id) => deskAt(db, keys, id, now)))
  if (!desk || !second || !looker) throw new Error('no officers')
  const day = dayOf(now)

  const submitted = async (section: Section, fields: Fields, name: string, entryId?: string) => {
    const { id, writes } = await addDraft(desk, { section, unitId: 'tinh', fields, ...(entryId ? { entryId } : {}) })
    await db.write(writes)
    await db.write(await submitDraft(desk, await requireDraft(desk, id), 1))
    await db.write([{ sql: 'UPDATE entry_versions SET id = ? WHERE id = ?', args: [name, id] }])
    return requireDraft(second, name)
  }
  const item = await requireEntry(desk, 'library', 'cvd-01')
  const changed = {
    ...item.fields,
    body: 'Cuộc vận động được tổ chức theo Thông báo Kết luận số 264-TB/TW của Bộ Chính trị, ngày 31/07/2009.',
  } as Fields
  await db.write(await approveDraft(second, await submitted('library', changed, 'past1', 'cvd-01'), 1))
  await db.write(
    offerRow('library', { id: 'cvd-01', hash: 'x', fields: { ...item.fields, title: 'Cuộc vận động bắt đầu khi nào?' } as Fields }),
  )
  for (const [id, words] of [
    ['flag1', 'Thông báo này có văn bản mới hơn rồi.'],
    ['flag2', ''],
  ] as const) {
    const box = await keys.seal('flag', JSON.stringify({ reason: 'replaced', words }), id)
    await db.write([flagItem({ id, itemId: 'cvd-01', box, day })])
  }
  const other = await requireEntry(desk, 'library', 'cvd-02')
  await submitted('library', { ...other.fields, title: 'Cuộc vận động nhằm điều gì?' } as Fields, 'wait1', 'cvd-02')
  const third = await requireEntry(desk, 'library', 'cvd-03')
  const back = await submitted('library', { ...third.fields, title: 'Một tên khác' } as Fields, 'back1', 'cvd-03')
  await db.write(returnDraft(second, back, 'Nguồn chưa ghi ngày ban hành.'))
  for (const id of ['QF003', 'QF004']) {
    const { fields } = await requireEntry(desk, 'questions', id)
    await submitted(
      'questions',
      { ...fields, explanation: `${'explanation' in fields ? fields.explanation : ''} Xem thêm ở nguồn.` } as Fields,
      `ask${id.toLowerCase()}`,
      id,
    )
  }
  const { fields } = await requireEntry(desk, 'questions', 'QF005')
  const kept = await keepImport(looker, {
    ...{ section: 'questions', unitId: 'tinh', name: 'cau-hoi-thang-11.xlsx', bad: [] },
    rows: [
      { line: 2, code: null, raw: { ...fields, text: 'Mã vạch 893 nói lên điều gì?' } },
      { line: 3, code: null, raw: { ...fields, text: 'Câu thiếu nguồn?', sourceLabel: '', correct: 'E' } },
      { line: 4, code: 'QF999', raw: { ...fields } },
    ],
  })
  await db.write(kept.writes)
  await db.write([{ sql: "UPDATE entry_imports SET id = 'sheet1' WHERE id = ?", args: [kept.id] }])
}
