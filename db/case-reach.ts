/**
 * How far something that was said to a case's member has come, as officers see it. Said to the members of merged cases too,
 * it is one state for all of them: that somebody was not reached, never who of them or how many. So nobody learns by
 * elimination whose channel is closed. That a member read it is not among it: whoever asks could watch who looks at their phone.
 */
import type { Db, Keys } from '../src/chat.ts'
import { hourOf } from '../src/time.ts'
import { audienceOf } from './case-audience.ts'
import { type CaseEvent, eventOf } from './case-events.ts'

/** `receipt`: nobody was reached, and the receipt shows it. `some`: the same of one or more of several. */
export type Reach = 'waiting' | 'sent' | 'receipt' | 'some'

/** By the place of each of these events of the case that is for a member. */
export async function findReach(db: Db, keys: Keys, caseId: string, events: readonly CaseEvent[]): Promise<Map<number, Reach>> {
  const told = events.filter(({ relay }) => relay !== null)
  const others = told.length === 0 ? [] : (await audienceOf(db, caseId)).filter((id) => id !== caseId)
  const copies = others.length === 0 ? [] : await listCopies(db, keys, others, told)
  return new Map(
    told.map((event) => {
      const same = copies.filter(({ kind, at }) => kind === event.kind && at.getTime() === event.at.getTime())
      return [event.place, same.length === 0 ? reachOf(event) : together([event, ...same].map(reachOf))] as const
    }),
  )
}

/** What was said to the others in the hours of these events: one commit writes all of them with the same instant in the seal. */
async function listCopies(db: Db, keys: Keys, caseIds: readonly string[], told: readonly CaseEvent[]): Promise<CaseEvent[]> {
  const kinds = [...new Set(told.map(({ kind }) => kind))]
  const hours = [...new Set(told.map(({ at }) => hourOf(at)))]
  const rows = await db.read(LIST_COPIES, [JSON.stringify(caseIds), JSON.stringify(hours), JSON.stringify(kinds)])
  return Promise.all(rows.map((row) => eventOf(keys, row)))
}

export const LIST_COPIES = `SELECT e.*, NULL AS officer_name FROM json_each(?) j CROSS JOIN case_events e ON e.case_id = j.value
  WHERE e.relay IS NOT NULL AND e.hour IN (SELECT value FROM json_each(?)) AND e.kind IN (SELECT value FROM json_each(?))`

const reachOf = ({ relay }: CaseEvent): Reach => relay ?? 'waiting'

function together(reaches: readonly Reach[]): Reach {
  if (reaches.includes('receipt')) return 'some'
  if (reaches.includes('waiting')) return 'waiting'
  return 'sent'
}
