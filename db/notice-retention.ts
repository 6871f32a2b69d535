/**
 * How long opinions and warnings are kept (§5): what somebody said 24 months, like the body of a report; who counted for a
 * month until it is over; a withdrawn warning 24 months, because whoever kept its button shall read that it was withdrawn.
 */
import { dayOf, monthOf } from '../src/time.ts'
import type { Rule } from './retention.ts'

/** @param monthsBefore the same month, day or instant so many months earlier */
export function noticeRules(now: Date, monthsBefore: (date: string, months: number) => string): Rule[] {
  const day = monthsBefore(dayOf(now), 24)
  const instant = monthsBefore(now.toISOString(), 24)
  const old = "state = 'withdrawn' AND changed_at < ?"
  const rule = (table: string, key: string, where: string, arg: string): Rule => ({ name: table, table, key, where, args: [arg] })
  return [
    rule('opinions', 'id', 'day < ?', day),
    rule('opinion_people', 'tag', 'month < ?', monthOf(now)),
    rule('opinion_counts', 'month', 'month < ?', monthsBefore(monthOf(now), 60)),
    rule('warning_flags', 'id', 'day < ?', day),
    rule('warning_approvals', 'warning_id', `warning_id IN (SELECT id FROM warnings WHERE ${old})`, instant),
    rule('warning_campaigns', 'warning_id', `warning_id IN (SELECT id FROM warnings WHERE ${old})`, instant),
    rule('warnings', 'id', old, instant),
  ]
}
