/**
 * What the console and the API do with a member's inquiry, each act in one go: read, answer, hand over, close. `seen` is
 * how many of its messages the officer had before their eyes: who has written more meanwhile is read first.
 */
import { AppError } from '../src/errors.ts'
import { demand } from '../src/rights.ts'
import { answerInquiry, closeInquiry, handOver, type OpenInquiry, type Place, recordReading, requireInquiry } from './inquiry-desk.ts'
import type { Desk } from './rights.ts'

/** Opens it; that an officer did is recorded. Throws AppError `not_found`, `conflict`. */
export async function readInquiry(desk: Desk, id: string): Promise<OpenInquiry> {
  const inquiry = await requireInquiry(desk, id, 'inquiry.read')
  await desk.db.write([recordReading(desk, inquiry)])
  return inquiry
}

/** Throws AppError `invalid` (text, link), `not_found`, `conflict`. */
export async function answerSeen(desk: Desk, id: string, { seen, text }: { seen: number; text: string }): Promise<void> {
  const inquiry = await requireSeen(desk, id, seen)
  await desk.db.write(await answerInquiry(desk, inquiry, text))
}

/** Throws AppError `not_found`, `conflict`. */
export async function closeSeen(desk: Desk, id: string, seen: number): Promise<void> {
  await desk.db.write(await closeInquiry(desk, await requireSeen(desk, id, seen)))
}

/** Throws AppError `not_found`, `conflict`. */
export async function handOverSeen(
  desk: Desk,
  id: string,
  { seen, unitId }: { seen: number; unitId: string },
): Promise<{ place: Place; dueAt: Date }> {
  const { writes, place, dueAt } = await handOver(desk, await requireSeen(desk, id, seen), unitId)
  await desk.db.write(writes)
  return { place, dueAt }
}

async function requireSeen(desk: Desk, id: string, seen: number): Promise<OpenInquiry> {
  const inquiry = await requireInquiry(desk, id, 'inquiry.answer')
  if (inquiry.path !== null) demand(desk.actor, 'inquiry.answer', inquiry.path)
  if (inquiry.messages.length > seen) throw new AppError('conflict', 'desk.inquiry_grew')
  return inquiry
}
