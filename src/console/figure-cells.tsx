/**
 * A table of figures and the chart that is drawn from it: a script reads the numbers out of the table's own cells, so
 * that both always say the same, and without a script the table says all.
 */
import type { Part } from '../../db/figure-counts.ts'
import { caseKinds } from '../case.ts'
import { assets } from './assets.ts'
import { Empty } from './kit/list.tsx'
import type { Visit } from './page.ts'

export type FigureLine = { label: string; href?: string | undefined; cells: ReadonlyArray<number | null> }

/** @param name of the table, unique on its page. @param columns the months, or the measures */
export function FigureTable({
  visit,
  name,
  caption,
  first,
  columns,
  lines,
}: {
  visit: Pick<Visit, 't'>
  name: string
  caption: string
  /** What the lines are. */
  first: string
  columns: readonly string[]
  lines: readonly FigureLine[]
}) {
  return (
    // Wider than a phone: a keyboard scrolls it once it can be reached.
    <section class="table-responsive" tabindex={0} aria-label={caption}>
      <table class="table table-sm table-vcenter card-table" id={name}>
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{first}</th>
            {columns.map((column) => (
              <th scope="col" class="text-end">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map(({ label, href, cells }) => (
            <tr>
              <th scope="row">{href ? <a href={href}>{label}</a> : label}</th>
              {cells.map((n) => (
                <td class="text-end" data-n={n === null ? '' : String(n)}>
                  {n === null ? <span class="text-secondary">{visit.t('console_figures.hidden')}</span> : numberVi(n)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** @param column which of the table's columns is drawn, from 0; a line for months, bars for units. */
export function FigureChart({
  table,
  label,
  kind,
  column,
  from = 0,
}: {
  table: string
  label: string
  kind: 'line' | 'bar'
  column: number
  /** Lines before it are not drawn: a sum dwarfs its parts. */
  from?: number
}) {
  return (
    <div
      class="figure-chart"
      hidden
      data-chart={kind}
      data-table={table}
      data-column={String(column)}
      data-from={String(from)}
      data-src={`/console/assets/${assets.chart.name}`}
    >
      <canvas role="img" aria-label={label} />
    </div>
  )
}

/** 1.234 */
export const numberVi = (n: number): string => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, '.')

/** `11/2026` from `2026-11`. */
export const monthVi = (month: string): string => `${month.slice(5, 7)}/${month.slice(0, 4)}`

/** What a line is called that has no name of its own. */
export function partNameOf({ t }: Pick<Visit, 't'>, cut: Part, key: string, name: string | null): string {
  if (key === '') return t('console_figures.all')
  if (name !== null) return name
  if (cut === 'channel' && CHANNELS.includes(key)) return t(`console_figures.channel_${key.replace('-', '_')}`)
  if (cut === 'kind' && (caseKinds as readonly string[]).includes(key)) return t(`case.kind_${key}`)
  if (cut === 'source' && (key === 'assistant' || key === 'typed')) return t(`console_figures.source_${key}`)
  if (cut === 'opinion' && OPINIONS.includes(key)) return t(`console_figures.opinion_${key}`)
  return key === 'none' ? t(`console_figures.none_${cut}`) : key
}

const OPINIONS = ['price', 'supply', 'quality', 'other']
const CHANNELS = ['telegram', 'zalo', 'zalo-bot', 'web']

export const NoFigures = ({ visit: { t }, of }: { visit: Pick<Visit, 't'>; of?: 'cases' }) => (
  <Empty
    title={t('console_figures.none')}
    text={t(of ? 'console_figures.none_text_cases' : 'console_figures.none_text')}
    icon="bar-chart"
  />
)
