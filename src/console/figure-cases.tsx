/**
 * Số liệu phản ánh (F39): what one unit received, handed over, had answered and closed, month by month, and the median
 * of days until then. No report, no shop and no words stand behind any cell; few are hidden.
 */
import { CASE_COUNTS, CASE_DAYS, CASE_MEASURES, type Measure, PARTS } from '../../db/figure-counts.ts'
import { seesAll } from '../../db/figure-pages.ts'
import { findUnitFigures, type UnitFigures } from '../../db/figure-view.ts'
import { monthOf } from '../time.ts'
import { FigureChart, FigureTable, monthVi, NoFigures } from './figure-cells.tsx'
import { unitQuery } from './figure-queries.ts'
import { Card } from './kit/card.tsx'
import { Icon } from './kit/icon.tsx'
import type { Page, Visit } from './page.ts'

export const figureCases: readonly Page[] = [{ method: 'get', path: '/figures/cases', act: 'figure.read', handle: show }]

/** Cuts of reports and opinions that have a page of their own. */
const CUTS = PARTS.filter((cut) => cut !== 'channel' && cut !== 'topic')

async function show(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const { unit: unitId, until = monthOf(desk.now) } = visit.query(unitQuery)
  const found = await findUnitFigures(desk, { unitId, until, measures: CASE_MEASURES })
  const { unit, above, months } = found
  const to = (id: string) => `/console/figures/cases?unit=${encodeURIComponent(id)}`
  return visit.show(
    {
      title: t('console_figures.cases_title', { unit: unit.name }),
      crumbs: [
        { href: `/console/figures?unit=${encodeURIComponent(unit.id)}`, label: t('console.nav_figures') },
        ...above.map(({ id, name }) => ({ href: to(id), label: name })),
      ],
      help: 'figures',
      actions: <Doors visit={visit} found={found} />,
    },
    months.length === 0 ? (
      <NoFigures visit={visit} of="cases" />
    ) : (
      <>
        <p class="text-secondary">{t('console_figures.cases_hidden_why')}</p>
        <Part visit={visit} found={found} name="counts" of={CASE_COUNTS} />
        <Part visit={visit} found={found} name="days" of={CASE_DAYS} />
      </>
    ),
  )
}

/** Months beside measures, and the line of the first one. */
function Part({ visit, found, name, of }: { visit: Visit; found: UnitFigures; name: 'counts' | 'days'; of: readonly Measure[] }) {
  const { t } = visit
  const measures = found.measures.filter(({ what }) => of.includes(what))
  const title = t(`console_figures.cases_${name}`)
  return (
    <Card plain title={title}>
      <div class="p-3">
        <p class="text-secondary mb-2">{t(`console_figures.cases_${name}_about`)}</p>
        <FigureChart
          table={`t-${name}`}
          kind="line"
          column={0}
          label={t('console_figures.chart', { what: t(`console_figures.m_${measures[0]?.what}`) })}
        />
      </div>
      <FigureTable
        visit={visit}
        name={`t-${name}`}
        caption={title}
        first={t('console_figures.month')}
        columns={measures.map(({ what }) => t(`console_figures.m_${what}`))}
        lines={found.months.map((month, at) => ({ label: monthVi(month), cells: measures.map(({ cells }) => cells[at] ?? null) }))}
      />
    </Card>
  )
}

function Doors({ visit, found: { unit, months } }: { visit: Visit; found: UnitFigures }) {
  const { t, desk } = visit
  const id = encodeURIComponent(unit.id)
  if (months.length === 0) return null
  return (
    <>
      {unit.hasBelow ? (
        <a class="btn" href={`/console/figures/map?unit=${id}`}>
          {t('console_figures.map')}
        </a>
      ) : null}
      {seesAll(desk)
        ? CUTS.map((cut) => (
            <a class="btn" href={`/console/figures/parts?cut=${cut}`}>
              {t(`console_figures.by_${cut}`)}
            </a>
          ))
        : null}
      <a class="btn" href={`/console/figures/export?set=cases&unit=${id}`}>
        <Icon name="download" />
        {t('console_figures.export')}
      </a>
    </>
  )
}
