/**
 * Totals as Prometheus text. Labels are channel, outcome and a machine word for the reason; never a person.
 */

type Total = { day: string; channel: string; what: string; reason: string; n: number }

/** Counters of the current and the previous Vietnamese day; the day is a label, so that a reset at midnight is visible. */
export function metricsText(totals: Total[]): string {
  const lines = ['# HELP hang_viet_total What became of updates and messages, per Vietnamese day.', '# TYPE hang_viet_total counter']
  for (const { day, channel, what, reason, n } of totals) {
    lines.push(`hang_viet_total{day="${day}",channel="${quoted(channel)}",what="${quoted(what)}",reason="${quoted(reason)}"} ${n}`)
  }
  return `${lines.join('\n')}\n`
}

const quoted = (label: string) => label.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, ' ')
