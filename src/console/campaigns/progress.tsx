/**
 * How a run goes or went, as totals: nothing below ten people, cells below five as "dưới 5", apps and what waits to the
 * nearest ten, so that no hidden cell is what the others leave over (R2, R23). Never a name.
 */
import { aboutOf } from '../../../db/audience.ts'
import type { OwnedBroadcast } from '../../../db/broadcasts.ts'
import { countOf, type LedgerCount, totalOf } from '../../../db/ledger-counts.ts'
import { about } from '../../api/shapes.ts'
import { CELL_LEAST, RESULT_LEAST } from '../../campaign.ts'
import { channelIn, whyIn, whyName } from '../../campaign-words.ts'
import { Bar } from '../kit/card.tsx'
import type { Visit } from '../page.ts'
import { aboutIn } from './previews.tsx'
import { numberIn } from './words.ts'

export function Progress({ visit, run, counts }: { visit: Visit; run: OwnedBroadcast; counts: LedgerCount[] }) {
  const { t } = visit
  const people = totalOf(counts)
  if (people < RESULT_LEAST) return <p class="mb-0">{t(run.cursor === null ? 'campaign.result_few' : 'campaign.result_preparing')}</p>
  return (
    <>
      <p class="h3">{t('console_campaigns.reach', { n: aboutIn(visit, about(people)) })}</p>
      <ul class="list-unstyled">
        {[...new Set(counts.map(({ channel }) => channel))].sort().map((channel) => (
          <li class="mb-2">
            <Channel visit={visit} channel={channel} counts={counts.filter((count) => count.channel === channel)} />
          </li>
        ))}
      </ul>
      <Results visit={visit} run={run} counts={counts} />
    </>
  )
}

function Channel({ visit, channel, counts }: { visit: Visit; channel: string; counts: LedgerCount[] }) {
  const { t, say } = visit
  const people = totalOf(counts)
  const settled = people - waitingOf(counts)
  const name = say(channelIn(channel))
  return (
    <>
      <p class="mb-1">
        {t('console_campaigns.channel_done', { channel: name, n: aboutIn(visit, about(settled)), all: aboutIn(visit, about(people)) })}
      </p>
      {people < RESULT_LEAST ? null : <Bar label={name} value={aboutOf(settled) ?? 0} most={aboutOf(people) ?? 0} />}
    </>
  )
}

function Results({ visit, run, counts }: { visit: Visit; run: OwnedBroadcast; counts: LedgerCount[] }) {
  const { t, say, locale } = visit
  const cell = (n: number) => (n > 0 && n < CELL_LEAST ? t('campaign.cell', { least: CELL_LEAST }) : numberIn(n, locale))
  const some = (key: string, n: number): Array<[string, string]> => (n > 0 ? [[t(`console_campaigns.r_${key}`), cell(n)]] : [])
  const waiting = waitingOf(counts)
  const rows: Array<[string, string]> = [
    [t('console_campaigns.r_sent'), cell(countOf(counts, 'sent'))],
    // A run is done while lines of the web page wait to be seen.
    ...(waiting > 0
      ? [[t(`console_campaigns.r_${run.state === 'done' ? 'unseen' : 'waiting'}`), aboutIn(visit, about(waiting))] as [string, string]]
      : []),
    ...reasonsOf(counts, 'failed').map(([reason, n]): [string, string] => [
      t('console_campaigns.r_failed', { why: say(whyIn(reason)) }),
      cell(n),
    ]),
    ...some('unknown', countOf(counts, 'unknown')),
    ...reasonsOf(counts, 'skipped').map(([reason, n]): [string, string] => [
      t('console_campaigns.r_skipped', { why: say(whyIn(reason)) }),
      cell(n),
    ]),
    ...some('opted_out', run.optedOut),
    ...some('taps', run.taps),
  ]
  return (
    <table class="table table-sm mb-0">
      <caption class="visually-hidden">{t('console_campaigns.part_progress')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('console_campaigns.r_what')}</th>
          <th scope="col">{t('console_campaigns.r_number')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([what, n]) => (
          <tr>
            <th scope="row">{what}</th>
            <td>{n}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const waitingOf = (counts: LedgerCount[]): number => countOf(counts, 'queued') + countOf(counts, 'sending')

/** One reason for each wording, with its sum, most first. */
function reasonsOf(counts: LedgerCount[], state: 'failed' | 'skipped'): Array<[reason: string, n: number]> {
  const sums = new Map<string, { reason: string; n: number }>()
  for (const { reason, n, state: own } of counts) {
    if (own !== state) continue
    const known = sums.get(whyName(reason))
    sums.set(whyName(reason), { reason, n: (known?.n ?? 0) + n })
  }
  return [...sums.values()].sort((left, right) => right.n - left.n).map(({ reason, n }) => [reason, n])
}
