/**
 * "Tố cáo" inside a report (R30): a procedure of its own by the law, which the assistant explains, points to its address and
 * does not take. Many only mean a phản ánh by it, so what they wrote waits in the sealed draft until they say so.
 */
import type { Reply } from '../../src/chat.ts'
import { contains, listen, phrase } from '../../src/vietnamese/index.ts'
import type { Draft, StepName } from './draft.ts'

/** Steps whose words become part of the report. */
const TOLD: readonly StepName[] = ['kind', 'signs', 'place', 'time', 'photos', 'health']
const said = ['tố cáo', 'đơn tố cáo'].map(phrase)

/** Asked once a report. */
export function isFormal(step: StepName, { informal }: Draft, text: string): boolean {
  return text !== '' && !informal && TOLD.includes(step) && said.some((words) => contains(listen(text), words))
}

export const explained: Reply[] = [{ text: { key: 'denounce.difference' } }, { text: { key: 'denounce.where' } }]
