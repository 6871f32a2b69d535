/**
 * How long opinions and warnings are kept (§5): what somebody said 24 months, like the body of a report; who counted for a
 * month until it is over; a withdrawn warning 24 months, because whoever kept its button shall read that it was withdrawn.
 */
import type { Rule } from './retention.ts'

/** @param month the one that runs. @param day 24 months ago, as a day; `instant`: as an instant. @param counts the oldest month that is counted */
export function noticeRules({ month, day, instant, counts }: { month: string; day: string; instant: string; counts: string }): Rule[] {
  const old = "state = 'withdrawn' AND changed_at < ?"
  const rule = (table: string, key: string, where: string, arg: string): Rule => ({ name: table, table, key, where, args: [arg] })
  return [
    rule('opinions', 'id', 'day < ?', day),
    rule('opinion_people', 'tag', 'month < ?', month),
    rule('opinion_counts', 'month', 'month < ?', counts),
    rule('warning_flags', 'id', 'day < ?', day),
    rule('warning_approvals', 'warning_id', `warning_id IN (SELECT id FROM warnings WHERE ${old})`, instant),
    rule('warning_campaigns', 'warning_id', `warning_id IN (SELECT id FROM warnings WHERE ${old})`, instant),
    rule('warnings', 'id', old, instant),
  ]
}
