/**
 * A report that goes for good, whoever wants it so: its member (withdrawals.ts) or two officers (removals.ts). What was told,
 * asked, answered and photographed goes in one commit; number, unit, month, road and what became of it stay, so that its
 * receipt still says the truth and figures go on counting it. Objects of photos follow within a minute (gone-objects.ts).
 */
import type { Keys, Statement } from '../src/chat.ts'
import { evenJson } from '../src/keys.ts'
import type { Gone } from '../src/removal.ts'
import { hourOf, monthOf, vietnamInstant } from '../src/time.ts'
import { dropWay } from './case-links.ts'
import type { CaseBox } from './cases.ts'
import { guard } from './client.ts'
import { dropWithObjects } from './gone-objects.ts'
import { dropNotices } from './relays.ts'
import { dropHanging } from './retention-cases.ts'

/** As it stood when this was decided: what moved on since fails the commit. */
export type Going = { id: string; version: number; openedHour: string }

/** All of a case but its bare row, which stands by itself from then on, closed. `way`: the way back to its member stays for now. */
export async function emptyCase(
  { keys, now }: { keys: Keys; now: Date },
  going: Going,
  as: { gone: Exclude<Gone, 'partly'>; reasonId: string; outcomeId: string; way: boolean },
): Promise<Statement[]> {
  const hour = hourOf(now)
  const month = monthHour(going.openedHour)
  return [
    {
      sql: `UPDATE cases SET version = version + 1, gone = ?, gone_hour = ?, state = 'closed', kind = 'unsure', danger = 0, rank = 2,
              told_rank = 2, restricted = 0, due_day = '', reason_id = ?, outcome_id = ?, merged_into = NULL, marked = 1, box = ?,
              opened_hour = ?, closed_hour = coalesce(closed_hour, ?)
            WHERE id = ? AND version = ?`,
      args: [...[as.gone, hour, as.reasonId, as.outcomeId], await emptyBox(keys, going), ...[month, hour, going.id, going.version]],
    },
    guard(),
    ...dropHanging([going.id]),
    ...dropWithObjects(['p.case_id = ?', [going.id]]),
    ...(await dropMember(keys, going.id, as.way)),
  ]
}

/** A box in which nothing stands any more. @param keptFrom who still must not see what others told there (R8) */
export async function emptyBox(keys: Keys, { id, openedHour }: Pick<Going, 'id' | 'openedHour'>, keptFrom?: string): Promise<Uint8Array> {
  const kept = keptFrom === undefined ? {} : { keptFrom }
  const box: CaseBox = { ...kept, kind: 'unsure', signs: '', openedAt: `${monthHour(openedHour).slice(0, 13)}:00:00.000Z` }
  return keys.seal('case', evenJson(box), id)
}

/** What a member left of themselves, and what waits to be told to them. @param way the way back to them stays */
export async function dropMember(keys: Keys, caseId: string, way: boolean): Promise<Statement[]> {
  return [
    { sql: 'DELETE FROM case_identities WHERE case_tag = ?', args: [await keys.tag('case', caseId)] },
    ...(way ? [] : [await dropWay(keys, caseId)]),
    await dropNotices(keys, [caseId]),
  ]
}

/** The first hour of its month in Vietnam: all that is left of when it came. */
function monthHour(openedHour: string): string {
  return hourOf(vietnamInstant(`${monthOf(new Date(`${openedHour.slice(0, 13)}:00:00Z`))}-01`, 0))
}
