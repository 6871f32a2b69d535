/**
 * Who hears of an emergency stop and of its end (F68), wherever the act came from: the other officers who may start again.
 * A system that stands still, or runs again, concerns them all.
 */
import type { Button, Reply } from '../src/chat.ts'
import { ACTS } from '../src/rights.ts'
import { payloadOf } from '../src/text.ts'
import { timeVi } from '../src/time.ts'
import type { Told } from './campaign-notices.ts'
import { findHalt } from './halts.ts'
import { listReachableOfficers, tellOfficers } from './officer-notices.ts'
import type { Desk } from './rights.ts'

/** Officers who are told, or asked to agree. */
const TOLD_MOST = 20

export function tellHalted(desk: Desk): Promise<Told> {
  const { actor, now } = desk
  return tell(desk, { text: { key: 'halt.tell_halted', params: { officer: actor.name, at: timeVi(now) } }, buttons: [AGREE] })
}

/** @param restarted by the second officer; else the first has asked for a second */
export async function tellRestart(desk: Desk, restarted: boolean): Promise<Told> {
  const { db, actor, now } = desk
  if (restarted) return tell(desk, { text: { key: 'halt.tell_restarted', params: { at: timeVi(now) } } })
  const at = timeVi((await findHalt(db))?.at ?? now)
  return tell(desk, { text: { key: 'halt.tell_second', params: { officer: actor.name, at } }, buttons: [AGREE] })
}

async function tell({ db, keys, actor, now }: Desk, notice: Reply): Promise<Told> {
  const others = await listReachableOfficers(db, { roles: ACTS['pushes.restart'], except: actor.officerId, limit: TOLD_MOST })
  const { writes } = await tellOfficers(db, keys, others, notice, now)
  return { writes, told: others.length }
}

/** Sent unasked, where a digit would belong to something else: it has a word. */
const AGREE: Button = { label: { key: 'halt.b_restart' }, payload: payloadOf('halt', 'restart'), word: 'cho gửi tin trở lại' }
