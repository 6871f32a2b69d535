/**
 * The queue itself: a page of what waits, due first on top, each as one button. No text of a member stands here, so that
 * a phone lying on a table shows none.
 */
import { listWaiting, type Waiting } from '../../db/inquiry-desk.ts'
import type { Desk } from '../../db/rights.ts'
import type { Button, Decision } from '../../src/chat.ts'
import { AppError } from '../../src/errors.ts'
import { scopeOf } from '../../src/rights.ts'
import { type Payload, payloadOf } from '../../src/text.ts'
import { CASES, dueOf, MENU, memberOf } from './steps.ts'

/** With "Xem thêm" as many as the tightest channel has buttons (Zalo: 5). */
const PAGE = 4

/** @param tapped "Xem thêm": the last inquiry seen and when it is due, untrusted */
export async function showQueue(desk: Desk, tapped?: Payload): Promise<Decision> {
  const { actor, now } = desk
  if (scopeOf(actor, 'inquiry.read').length === 0) throw new AppError('forbidden', 'desk.forbidden')
  const page = await listWaiting(desk, { after: cursorOf(tapped), limit: PAGE + 1 })
  const shown = page.slice(0, PAGE)
  const last = shown.at(-1)
  if (!last) {
    const cases = scopeOf(actor, 'case.read').length > 0 ? [CASES] : []
    return { replies: [{ text: { key: tapped ? 'desk.queue_end' : 'desk.queue_empty' }, buttons: [...cases, MENU] }] }
  }
  const rows = shown.map(
    (one): Button => ({
      label: { key: 'desk.b_inquiry', params: { who: memberOf(one), due: dueOf(one, now) } },
      payload: payloadOf('desk', 'show', one.id),
    }),
  )
  const more = page.length > PAGE ? [{ label: { key: 'common.b_more' }, payload: moreAfter(last) }] : []
  return { replies: [{ text: { key: 'desk.queue' }, buttons: [...rows, ...more] }] }
}

function moreAfter({ id, dueAt }: Waiting): string {
  return payloadOf('desk', 'more', id, dueAt.getTime().toString(36))
}

function cursorOf(tapped: Payload | undefined): Pick<Waiting, 'id' | 'dueAt'> | undefined {
  if (!tapped || !/^[0-9a-z]{1,9}$/.test(tapped.step)) return undefined
  const dueAt = new Date(Number.parseInt(tapped.step, 36))
  return Number.isNaN(dueAt.getTime()) ? undefined : { id: tapped.id, dueAt }
}
