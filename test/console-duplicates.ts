/**
 * Cases that may be one, for the console's pages: two that look alike, one that was merged into the first.
 */
import { mergeCases } from '../db/case-merge.ts'
import { markCases } from '../src/case-marks.ts'
import type { Db, Keys } from '../src/chat.ts'
import { DAY_MS } from '../src/time.ts'
import { caseRows } from './console-cases.ts'
import { deskAt } from './people.ts'

export const DUPLICATE_ADDRESSES: Record<string, string> = {
  '/cases/duplicates': '/console/cases/duplicates',
  '/cases/:id/compare': '/console/cases/trung1/compare',
  '/cases/:id/compare/:other': '/console/cases/trung1/compare/trung2',
}

const place = 'Cửa hàng Bà Mẫu, 12 Trần Phú, phường Mẫu'
const REPORT = {
  kind: 'fake',
  signs: 'Sữa bột Mẫu Kids hộp thiếc, tem mờ, chữ in nhòe.',
  place,
  time: 'hôm qua',
  health: 'unused',
} as const

export async function furnishDuplicates({ db, keys, now }: { db: Db; keys: Keys; now: Date }, officerId: string): Promise<void> {
  const yesterday = new Date(now.getTime() - DAY_MS)
  const rows = [
    { id: 'trung1', number: 'PA-2611-2A3B', report: REPORT, now: yesterday },
    { id: 'trung2', number: 'PA-2611-3B4C', report: { ...REPORT, signs: 'sua mau kids gia, hop thiec', place: 'ch ba mau' }, now },
    { id: 'trung3', number: 'PA-2611-4C5D', report: { ...REPORT, place: 'tạp hóa Bà Mẫu' }, now: yesterday },
  ]
  for (const row of rows) await db.write(await caseRows(keys, row))
  await markCases({ db, keys, now: () => now, log: () => {} })
  await mergeCases(await deskAt(db, keys, officerId, now), { id: 'trung1', version: 1 }, { id: 'trung3', version: 1 })
}
