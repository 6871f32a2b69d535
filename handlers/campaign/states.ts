/**
 * Campaigns and runs in words, as the chat's lists and cards need them: the words stand in src/campaign-words.ts.
 */
import type { Campaign } from '../../db/campaigns.ts'
import { findHalt } from '../../db/halts.ts'
import { findUnit } from '../../db/units.ts'
import { whoIn } from '../../src/campaign-words.ts'
import type { Db, Text } from '../../src/chat.ts'
import { dayOf, timeVi } from '../../src/time.ts'
import type { Work } from './work.ts'

export {
  channelIn,
  listStateIn as listStateOf,
  planIn as planOf,
  runStateIn as runStateOf,
  stateIn as stateOf,
} from '../../src/campaign-words.ts'

/** "Đoàn viên công đoàn, thuộc … và các đơn vị bên dưới". */
export async function whoOf({ turn }: Work, { audience }: Campaign): Promise<Text> {
  const unit = await findUnit(turn.db, audience.unitId, dayOf(turn.now))
  return whoIn(audience, unit?.name ?? audience.unitId)
}

/** That all pushes are stopped, where they are: no run moves then (F68). */
export async function haltedText(db: Db): Promise<Text[]> {
  const halt = await findHalt(db)
  return halt ? [{ key: 'desk.halted', params: { officer: halt.officerName, at: timeVi(halt.at) } }] : []
}
