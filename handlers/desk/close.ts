/**
 * Closing without an answer: asked once, and the member is told, so that nobody waits for a word that does not come.
 */
import { closeInquiry, requireInquiry } from '../../db/inquiry-desk.ts'
import type { Desk } from '../../db/rights.ts'
import type { Decision } from '../../src/chat.ts'
import { button, QUEUE } from './steps.ts'

export async function askClose(desk: Desk, id: string): Promise<Decision> {
  await requireInquiry(desk, id, 'inquiry.answer')
  return {
    replies: [{ text: { key: 'desk.ask_close' }, buttons: [button('b_yes', 'shut', id), button('b_no', 'show', id)] }],
    next: { step: 'close', data: { id } },
  }
}

export async function close(desk: Desk, id: string): Promise<Decision> {
  const inquiry = await requireInquiry(desk, id, 'inquiry.answer')
  return { replies: [{ text: { key: 'desk.closed' }, buttons: [QUEUE] }], writes: await closeInquiry(desk, inquiry) }
}
