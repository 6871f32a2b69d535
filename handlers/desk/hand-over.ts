/**
 * Handing over: to the unit above, or to one below that has an officer. Ids of units are too long for a button beside the
 * inquiry's, so the step remembers which units were offered and the button says which of them.
 */
import { findHandOvers, handOver, requireInquiry } from '../../db/inquiry-desk.ts'
import type { Desk } from '../../db/rights.ts'
import type { Button, Decision, Step } from '../../src/chat.ts'
import { payloadOf } from '../../src/text.ts'
import { timeVi } from '../../src/time.ts'
import { backTo, dataOf, QUEUE } from './steps.ts'

/** Units below on one page: with the one above, "Xem thêm" and the way back as many as Zalo has buttons. */
const PAGE = 2

/** @param page "more": the units after those offered before */
export async function choosePlace(desk: Desk, id: string, step: Step | undefined, page: string): Promise<Decision> {
  const inquiry = await requireInquiry(desk, id, 'inquiry.answer')
  const before = dataOf(step)
  const after = page === 'more' && step?.step === 'hand' && before.id === id ? before.after : ''
  const { above, below } = await findHandOvers(desk, inquiry, { after, limit: PAGE + 1 })
  const shown = below.slice(0, PAGE)
  const places = [...(above && after === '' ? [above] : []), ...shown]
  if (places.length === 0) return { replies: [{ text: { key: 'desk.hand_nowhere' }, buttons: [backTo(id), QUEUE] }] }
  const buttons = places.map(
    ({ id: place, name }, at): Button => ({
      label: { key: place === above?.id ? 'desk.b_above' : 'desk.b_below', params: { unit: name } },
      payload: payloadOf('desk', 'to', id, String(at)),
    }),
  )
  const more = below.length > PAGE ? [{ label: { key: 'common.b_more' }, payload: payloadOf('desk', 'hand', id, 'more') }] : []
  return {
    replies: [{ text: { key: 'desk.ask_hand' }, buttons: [...buttons, ...more, backTo(id)] }],
    next: { step: 'hand', data: { id, places: places.map((place) => place.id), after: shown.at(-1)?.path ?? '' } },
  }
}

export async function handTo(desk: Desk, id: string, step: Step | undefined, choice: string): Promise<Decision> {
  const offered = dataOf(step)
  const unitId = step?.step === 'hand' && offered.id === id && /^\d$/.test(choice) ? offered.places[Number(choice)] : undefined
  if (unitId === undefined) return choosePlace(desk, id, undefined, '')
  const inquiry = await requireInquiry(desk, id, 'inquiry.answer')
  const { writes, place, dueAt } = await handOver(desk, inquiry, unitId)
  return { replies: [{ text: { key: 'desk.handed', params: { unit: place.name, due: timeVi(dueAt) } }, buttons: [QUEUE] }], writes }
}
