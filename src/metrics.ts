/**
 * Totals as Prometheus text. Labels are channel, outcome and a machine word for the reason; never a person.
 */

type Total = { day: string; channel: string; what: string; reason: string; n: number }

/**
 * What was sent or waits stands in whole tens: a page that anybody may ask each second would otherwise show one talk's rhythm, and a
 * report ends with three messages at once.
 */
const COARSE: Record<string, number> = { sent: 10, waited: 10 }

/** Counters of the current and the previous Vietnamese day; the day is a label, so that a reset at midnight is visible. */
export function metricsText(totals: Total[]): string {
  const lines = ['# HELP hang_viet_total What became of updates and messages, per Vietnamese day.', '# TYPE hang_viet_total counter']
  for (const { day, channel, what, reason, n } of totals) {
    lines.push(
      `hang_viet_total{day="${day}",channel="${quoted(channel)}",what="${quoted(what)}",reason="${quoted(reason)}"} ${coarse(what, n)}`,
    )
  }
  return `${lines.join('\n')}\n`
}

function coarse(what: string, n: number): number {
  const step = COARSE[what] ?? 1
  return Math.floor(n / step) * step
}

const quoted = (label: string) => label.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, ' ')
