/**
 * How far a new deployment has come: what the checklist of the first day shows. Each is one row looked for, never a count.
 */
import type { Db } from '../src/chat.ts'

export type FirstDay = { units: boolean; officers: boolean; receiver: boolean; authority: boolean; bound: boolean; tested: boolean }

/** Own units, a second officer, one who receives reports, an authority they can go to, an approver's chat account, a message tried out. */
export async function findFirstDay(db: Db): Promise<FirstDay> {
  const [row] = await db.read(
    `SELECT EXISTS (SELECT 1 FROM units WHERE sample = 0) AS units,
       (SELECT count(*) FROM (SELECT 1 FROM officers WHERE active = 1 LIMIT 2)) > 1 AS officers,
       EXISTS (SELECT 1 FROM officers, json_each(roles) WHERE active = 1 AND value = 'case') AS receiver,
       EXISTS (SELECT 1 FROM authorities WHERE active = 1 AND checked_on IS NOT NULL AND address <> '') AS authority,
       EXISTS (SELECT 1 FROM officers WHERE active = 1 AND contact_id IS NOT NULL) AS bound,
       EXISTS (SELECT 1 FROM audit WHERE act = 'campaign.test' AND outcome = 'done') AS tested`,
  )
  const is = (name: keyof FirstDay): boolean => row?.[name] === 1
  return {
    ...{ units: is('units'), officers: is('officers'), receiver: is('receiver') },
    ...{ authority: is('authority'), bound: is('bound'), tested: is('tested') },
  }
}
