/**
 * Cases for the console's pages: one that is worked, a dangerous new one, a restricted one that nobody has, one typed in,
 * one closed, one of spam. Each page of a case is looked at with the first.
 */

import { takeCase } from '../db/case-assign.ts'
import { addReason } from '../db/case-reasons.ts'
import { type Opening, openCase } from '../db/cases.ts'
import type { Db, Keys } from '../src/chat.ts'
import { DAY_MS } from '../src/time.ts'
import { NO_HOLIDAYS } from '../src/working-days.ts'
import { deskAt } from './people.ts'

export const CASE_ADDRESSES: Record<string, string> = {
  '/cases': '/console/cases',
  '/cases/new': '/console/cases/new',
  '/cases/reasons': '/console/cases/reasons',
  '/cases/reasons/new': '/console/cases/reasons/new',
  '/cases/reasons/:id': '/console/cases/reasons/lydo1',
  '/cases/restricted': '/console/cases/restricted',
  '/cases/:id': '/console/cases/phananh1',
  '/cases/:id/move': '/console/cases/phananh1/move?to=closed',
  '/cases/:id/spam': '/console/cases/phananh1/spam',
  '/cases/:id/not-spam': '/console/cases/phananh6/not-spam',
  '/cases/:id/ask': '/console/cases/phananh1/ask?q=asked-place',
  '/cases/:id/tell': '/console/cases/phananh1/tell',
  '/cases/:id/note': '/console/cases/phananh1/note',
  '/cases/:id/assign': '/console/cases/phananh1/assign',
  '/cases/:id/transfer': '/console/cases/phananh1/transfer',
  '/cases/:id/conflict': '/console/cases/phananh1/conflict',
  '/cases/:id/due': '/console/cases/phananh1/due',
  '/cases/:id/priority': '/console/cases/phananh1/priority',
  '/cases/:id/restrict': '/console/cases/phananh1/restrict',
}

const REPORT = {
  kind: 'fake',
  signs: 'Tem nhãn mờ, không có nhãn phụ tiếng Việt.\nMùi khác lần trước.',
  place: 'Sạp cuối chợ Mẫu, xã Mẫu',
  time: 'Sáng Chủ nhật',
  health: 'unused',
} as const

/** A case of the unit `xa` unless told, without a photo and without a way back. */
export async function caseRows(keys: Keys, more: Partial<Opening> & Pick<Opening, 'id' | 'now'>) {
  const code = more.id
    .toUpperCase()
    .replace(/[^2-9A-Z]/g, 'X')
    .slice(-4)
    .padStart(4, 'X')
  const number = more.number ?? `PA-2611-${code}`
  return openCase(keys, {
    ...{ eventId: `e${more.id}`, number, receipt: `${number}-M4TD-9XWE`, report: REPORT, danger: false, unitId: 'xa', photos: [] },
    holidays: NO_HOLIDAYS,
    ...more,
  })
}

/** For an officer of the unit `tinh` who works on cases. */
export async function furnishCases({ db, keys, now }: { db: Db; keys: Keys; now: Date }, officerId: string): Promise<void> {
  const ago = (days: number) => new Date(now.getTime() - days * DAY_MS)
  await db.write(
    await caseRows(keys, {
      id: 'phananh1',
      number: 'PA-2611-7K3Q',
      now: ago(9),
      replyTo: { contactId: 'c1', addressId: 'a1', word: 'K7' },
    }),
  )
  await db.write(
    await caseRows(keys, {
      id: 'phananh2',
      number: 'PA-2611-8M4T',
      now,
      danger: true,
      report: { ...REPORT, kind: 'expired', health: 'ill' },
    }),
  )
  await db.write(await caseRows(keys, { id: 'phananh3', number: 'PA-2611-9W4E', now }))
  await db.write(
    await caseRows(keys, { id: 'phananh4', number: 'PA-2611-4D9X', now: ago(2), unitId: null, typed: { source: 'letter', officerId } }),
  )
  await db.write(await caseRows(keys, { id: 'phananh5', number: 'PA-2610-5B6C', now: ago(30) }))
  await db.write(await caseRows(keys, { id: 'phananh6', number: 'PA-2611-6F7G', now: ago(3) }))
  await db.write([
    { sql: 'UPDATE cases SET restricted = 1, rank = 0 WHERE id = ?', args: ['phananh3'] },
    { sql: "UPDATE cases SET state = 'closed', closed_hour = opened_hour WHERE id = ?", args: ['phananh5'] },
    { sql: "UPDATE cases SET spam = 1, state = 'closed', closed_hour = opened_hour WHERE id = ?", args: ['phananh6'] },
  ])
  await takeCase(await deskAt(db, keys, officerId, ago(8)), 'phananh1', 1)
  const desk = await deskAt(db, keys, officerId, now)
  await db.write(
    addReason(
      { ...desk, id: () => 'lydo1' },
      {
        ...{ state: 'closed', labelVi: 'Đã hòa giải', labelEn: 'Settled between them' },
        ...{ saysVi: 'Hai bên đã tự thỏa thuận, nên phản ánh được đóng lại.', saysEn: 'Both sides agreed, so the report is closed.' },
      },
    ).writes,
  )
}
