/**
 * What the files of the desk share: what its steps remember, and the buttons they all show.
 */
import type { Waiting } from '../../db/inquiry-desk.ts'
import type { Button, Step, Text } from '../../src/chat.ts'
import { payloadOf } from '../../src/text.ts'
import { timeVi } from '../../src/time.ts'

/** `seen`: how many messages the officer has read. `places`: units offered, in the order of their buttons. */
export type StepData = { id: string; seen: number; text: string; places: string[]; after: string }

/** The data of a step, whatever a person or an older version left there. */
export function dataOf(step: Step | undefined): StepData {
  const { id, seen, text, places, after } = (step?.data ?? {}) as Partial<Record<keyof StepData, unknown>>
  return {
    id: typeof id === 'string' ? id : '',
    seen: typeof seen === 'number' ? seen : 0,
    text: typeof text === 'string' ? text : '',
    places: Array.isArray(places) ? places.filter((one) => typeof one === 'string') : [],
    after: typeof after === 'string' ? after : '',
  }
}

/** "Quay lại tin": from any question about an inquiry to the inquiry itself. */
export const backTo = (id: string): Button => button('b_back', 'show', id)

export function button(label: string, action: string, id: string, step = ''): Button {
  return { label: { key: `desk.${label}` }, payload: payloadOf('desk', action, id, step) }
}

/** "một đoàn viên của …": all that is ever said of who asked. */
export function memberOf({ unitName }: Waiting): Text {
  return unitName === null ? { key: 'desk.member' } : { key: 'desk.member_of', params: { unit: unitName } }
}

export function dueOf({ dueAt }: Waiting, now: Date): Text {
  return { key: dueAt < now ? 'desk.due_late' : 'desk.due', params: { due: timeVi(dueAt) } }
}

export const QUEUE: Button = button('b_queue', 'list', '')
/** What is reported has a queue of its own. */
export const CASES: Button = { label: { key: 'case.b_wait' }, payload: payloadOf('case', 'list') }
export const MENU: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') }
