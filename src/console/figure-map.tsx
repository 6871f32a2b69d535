/**
 * The map of counts per unit (F39): a tile for each unit right below one, the darker the more reports, with the count in
 * words; a tile opens the units below it. Fed from published months alone, so hidden stays hidden. No place of a report
 * is ever shown.
 */
import { CASE_COUNTS } from '../../db/figure-counts.ts'
import { figuresOfUnit, UNITS_MOST } from '../../db/figure-pages.ts'
import { findShownUnit } from '../../db/figure-view.ts'
import { listMonths, MONTHS_MOST } from '../../db/figures.ts'
import { monthOf } from '../time.ts'
import { monthVi, NoFigures, numberVi } from './figure-cells.tsx'
import { mapQuery } from './figure-queries.ts'
import { Card } from './kit/card.tsx'
import { Select } from './kit/form.tsx'
import { addressWith, Filters } from './kit/list.tsx'
import type { Page, Visit } from './page.ts'

export const figureMap: readonly Page[] = [{ method: 'get', path: '/figures/map', act: 'figure.read', handle: show }]

/** Class names stand whole, for what is kept of the style. */
const SHADES = ['tile-shade-1', 'tile-shade-2', 'tile-shade-3', 'tile-shade-4'] as const

async function show(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const { unit: unitId, what, until, after } = visit.query(mapQuery)
  const unit = await findShownUnit(desk, unitId ?? desk.actor.unitId)
  const months = await listMonths(desk.db, monthOf(desk.now), MONTHS_MOST)
  const month = until !== undefined && months.includes(until) ? until : months[0]
  const page =
    month === undefined
      ? undefined
      : await figuresOfUnit(desk, { unitId: unit.id, what, until: month, months: 1, after, limit: UNITS_MOST })
  const [whole, ...below] = page?.rows ?? []
  const most = Math.max(0, ...below.map(({ cells }) => cells[0] ?? 0))
  const words = (n: number | null | undefined) =>
    n === null || n === undefined ? t('console_figures.tile_hidden') : t('console_figures.tile_count', { n: numberVi(n) })
  return visit.show(
    {
      title: t('console_figures.map_title', { unit: unit.name }),
      crumbs: [
        { href: '/console/figures', label: t('console.nav_figures') },
        { href: `/console/figures/cases?unit=${encodeURIComponent(unit.id)}`, label: unit.name },
      ],
      help: 'figures',
    },
    month === undefined ? (
      <NoFigures visit={visit} of="cases" />
    ) : (
      <Card plain title={`${t(`console_figures.m_${what}`)}, ${monthVi(month)}`}>
        <Filters visit={visit} action="/figures/map">
          <input type="hidden" name="unit" value={unit.id} />
          <div class="col-sm-6 col-lg-4">
            <Select
              visit={visit}
              name="what"
              label={t('console_figures.what')}
              value={what}
              choices={CASE_COUNTS.map((one) => ({ value: one, label: t(`console_figures.m_${one}`) }))}
            />
          </div>
          <div class="col-sm-6 col-lg-4">
            <Select
              visit={visit}
              name="until"
              label={t('console_figures.month')}
              value={month}
              choices={months.map((one) => ({ value: one, label: monthVi(one) }))}
            />
          </div>
        </Filters>
        <div class="card-body">
          <p>{t('console_figures.map_whole', { unit: unit.name, count: words(whole?.cells[0]) })}</p>
          <p class="text-secondary">{t('console_figures.map_how')}</p>
          {below.length === 0 ? (
            <p class="mb-0">{t('console_figures.nobody_below')}</p>
          ) : (
            <ul class="tiles">
              {below.map(({ key, name, cells: [n] }) => (
                <li>
                  <a
                    class={`tile ${shadeOf(n, most)}`}
                    href={`/console/figures/map?unit=${encodeURIComponent(key)}&what=${what}&until=${month}`}
                  >
                    <span class="tile-name">{name ?? ''}</span>
                    <span class="tile-count">{words(n)}</span>
                  </a>
                </li>
              ))}
            </ul>
          )}
        </div>
        {page?.next ? (
          <p class="card-footer mb-0">
            <a class="btn btn-outline-secondary" rel="next" href={addressWith(visit.c.req.url, { after: page.next })}>
              {t('console.next_page')}
            </a>
          </p>
        ) : null}
      </Card>
    ),
  )
}

/** By the share of the page's largest; a hidden one is striped. */
function shadeOf(n: number | null | undefined, most: number): string {
  if (n === null || n === undefined) return 'tile-hidden'
  return SHADES[Math.min(SHADES.length - 1, Math.floor((n / Math.max(most, 1)) * SHADES.length))] ?? SHADES[0]
}
