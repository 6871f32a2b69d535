/**
 * How an officer changes a case, whatever the change: decided on the version they saw, in one commit with its event and its
 * audit row. Both stand on the hour: an exact time beside a case could be laid beside a member's messages.
 */
import type { Statement, Value } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import type { Act, Actor } from '../src/rights.ts'
import { demand, demandAtTop } from '../src/rights.ts'
import { recordAct } from './audit.ts'
import { tellMerged } from './case-audience.ts'
import type { CaseRow } from './case-desk.ts'
import { addEvent, type NewEvent } from './case-events.ts'
import { guard } from './client.ts'
import { type Desk, stillActing } from './rights.ts'

/** What is changed: columns of `cases`, and what is written in the thread. */
export type Change = {
  /** `state = ?, due_day = ?`; none when only the thread grows. */
  set?: [sql: string, args: Value[]]
  event: Omit<NewEvent, 'id' | 'caseId' | 'officerId' | 'now'>
  /** Also counted by this name in the audit log: `case.<kind of event>` without it; null where another row of the commit says it. */
  act?: string | null
}

/**
 * The statements of a change. They fail as a conflict when the case moved on meanwhile. What is for the member goes to the
 * members of merged cases too. Throws AppError `forbidden`; `conflict` where a merged case itself would be changed.
 * @param right which act the officer needs for it
 */
export async function changeCase(
  desk: Desk,
  found: Pick<CaseRow, 'id' | 'unitId' | 'path' | 'version'> & Partial<Pick<CaseRow, 'mergedInto'>>,
  { set, event, act }: Change,
  right: Act = 'case.work',
): Promise<Statement[]> {
  const { keys, actor, now } = desk
  if (found.path === null) demandAtTop(actor, right)
  else demand(actor, right, found.path)
  if (set && found.mergedInto) throw new AppError('conflict', 'case.merged')
  const [sql, args] = set ?? ['', []]
  return [
    ...stillActing(actor),
    {
      sql: `UPDATE cases SET version = version + 1${sql === '' ? '' : `, ${sql}`} WHERE id = ? AND version = ?`,
      args: [...args, found.id, found.version],
    },
    guard(),
    await addEvent(keys, { ...event, id: desk.id(), caseId: found.id, officerId: actor.officerId, now }),
    // That a name was opened, or a photo removed, concerns the one who sent it.
    ...(event.relay && event.kind !== 'identity_granted' && event.kind !== 'photo_removed'
      ? await tellMerged(desk, found.id, { ...event, officerId: actor.officerId, now })
      : []),
    ...(act === null ? [] : [recordCaseAct(actor, found, act ?? `case.${event.kind}`, now, event.detail)]),
  ]
}

/** An audit row about a case, on the whole hour. */
export function recordCaseAct(
  actor: Actor,
  { id, unitId }: Pick<CaseRow, 'id' | 'unitId'>,
  act: string,
  now: Date,
  detail: NewEvent['detail'] = {},
): Statement {
  const hour = new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS)
  return recordAct(actor, { act, unitId, about: ['case', id], detail }, hour)
}

const HOUR_MS = 3_600_000
