/**
 * Số liệu: what is published of whole months (F59). One unit with its measures, the units below it side by side, and for
 * the highest unit channels, topics, kinds and the like. Whatever is small, or would tell of what is small, is hidden (R2, R23).
 */
import { MEASURES, type Measure, type Part } from '../../db/figure-counts.ts'
import { type FigureTable as Figures, figuresOfParts, figuresOfUnit, seesAll, UNITS_MOST } from '../../db/figure-pages.ts'
import { findShownUnit, findUnitFigures, type UnitFigures } from '../../db/figure-view.ts'
import { monthOf } from '../time.ts'
import { figureCases } from './figure-cases.tsx'
import { FigureChart, FigureTable, monthVi, NoFigures, partNameOf } from './figure-cells.tsx'
import { figureExport } from './figure-export.tsx'
import { figureMap } from './figure-map.tsx'
import { belowQuery, partsQuery, unitQuery } from './figure-queries.ts'
import { Card } from './kit/card.tsx'
import { Field, Select } from './kit/form.tsx'
import { Icon } from './kit/icon.tsx'
import { addressWith, Filters } from './kit/list.tsx'
import type { Page, Visit } from './page.ts'

/** What is shown of a cut when nothing is chosen. */
const FIRST: Partial<Record<Part, Measure>> = { channel: 'sent', topic: 'sent' }
/** Months side by side where every unit is a line. */
const BESIDE = 6

export const figures: readonly Page[] = [
  { method: 'get', path: '/figures', act: 'figure.read', handle: showUnit },
  { method: 'get', path: '/figures/units', act: 'figure.read', handle: showBelow },
  { method: 'get', path: '/figures/parts', act: 'figure.read', handle: showParts },
  ...figureCases,
  ...figureMap,
  ...figureExport,
]

async function showUnit(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const { unit: unitId, until = monthOf(desk.now) } = visit.query(unitQuery)
  const found = await findUnitFigures(desk, { unitId, until })
  const { unit, above, months } = found
  const crumbs = above.map(({ id, name }) => ({ href: `/console/figures?unit=${encodeURIComponent(id)}`, label: name }))
  return visit.show(
    { title: t('console_figures.title_of', { unit: unit.name }), crumbs, help: 'figures', actions: <Doors visit={visit} found={found} /> },
    <>
      <Starts visit={visit} found={found} />
      {months.length === 0 ? <NoFigures visit={visit} /> : <Measures visit={visit} found={found} />}
    </>,
  )
}

function Measures({ visit, found: { unit, months, measures } }: { visit: Visit; found: UnitFigures }) {
  const { t } = visit
  return (
    <>
      <p class="text-secondary">{t('console_figures.hidden_why')}</p>
      {measures.map(({ what, cells }) => (
        <Card
          plain
          title={t(`console_figures.m_${what}`)}
          actions={
            unit.hasBelow ? (
              <a class="btn" href={`/console/figures/units?unit=${encodeURIComponent(unit.id)}&what=${what}`}>
                {t('console_figures.by_unit')}
              </a>
            ) : undefined
          }
        >
          <div class="row g-0">
            <div class="col-lg-7 p-3">
              <p class="text-secondary mb-2">{t(`console_figures.about_${what}`)}</p>
              <FigureChart table={`t-${what}`} kind="line" column={0} label={chartLabel(visit, what)} />
            </div>
            <div class="col-lg-5">
              <FigureTable
                visit={visit}
                name={`t-${what}`}
                caption={t(`console_figures.m_${what}`)}
                first={t('console_figures.month')}
                columns={[t(`console_figures.unit_${what}`)]}
                lines={months.map((month, at) => ({ label: monthVi(month), cells: [cells[at] ?? null] }))}
              />
            </div>
          </div>
        </Card>
      ))}
    </>
  )
}

async function showBelow(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const { unit: unitId, what, until = monthOf(desk.now), after, q } = visit.query(belowQuery)
  const unit = await findShownUnit(desk, unitId ?? desk.actor.unitId)
  const page = await figuresOfUnit(desk, { unitId: unit.id, what, until, months: BESIDE, after, limit: UNITS_MOST, typed: q })
  const lines = page.rows.map(({ key, name, cells }, at) => ({
    label: at === 0 ? t('console_figures.whole', { unit: name ?? '' }) : (name ?? ''),
    href: at === 0 ? undefined : `/console/figures?unit=${encodeURIComponent(key)}`,
    cells,
  }))
  const measures = MEASURES.unit.map((one) => ({ value: one, label: t(`console_figures.m_${one}`) }))
  return visit.show(
    {
      title: t('console_figures.below_title'),
      crumbs: [
        { href: '/console/figures', label: t('console.nav_figures') },
        { href: `/console/figures?unit=${encodeURIComponent(unit.id)}`, label: unit.name },
      ],
      help: 'figures',
      actions: <Exports visit={visit} what={`cut=unit&what=${what}&unit=${encodeURIComponent(unit.id)}`} />,
    },
    <Card plain title={t(`console_figures.m_${what}`)}>
      <Filters visit={visit} action="/figures/units">
        <input type="hidden" name="unit" value={unit.id} />
        <div class="col-sm-6 col-lg-4">
          <Select visit={visit} name="what" label={t('console_figures.what')} value={what} choices={measures} />
        </div>
        <div class="col-sm-6 col-lg-4">
          <Field visit={visit} name="q" type="search" label={t('console_figures.find_unit')} value={q} most={100} inputmode="search" />
        </div>
      </Filters>
      <Beside visit={visit} page={page} what={what} first={t('console_figures.unit')} lines={lines} />
      {page.rows.length === 1 ? (
        <p class="card-body mb-0">{t(q === '' ? 'console_figures.nobody_below' : 'console_figures.nobody_found', { typed: q })}</p>
      ) : null}
      {page.next ? (
        <p class="card-footer mb-0">
          <a class="btn btn-outline-secondary" rel="next" href={addressWith(visit.c.req.url, { after: page.next })}>
            {t('console.next_page')}
          </a>
        </p>
      ) : null}
    </Card>,
  )
}

async function showParts(visit: Visit): Promise<Response> {
  const { t, desk, locale } = visit
  const { cut, what: wanted, until = monthOf(desk.now) } = visit.query(partsQuery)
  const known: readonly Measure[] = MEASURES[cut]
  const what = wanted && known.includes(wanted) ? wanted : (FIRST[cut] ?? MEASURES[cut][0])
  const page = await figuresOfParts(desk, { cut, what, until, months: BESIDE, locale })
  const lines = page.rows.map(({ key, name, cells }) => ({ label: partNameOf(visit, cut, key, name), cells }))
  const measures = known.map((one) => ({ value: one, label: t(`console_figures.m_${one}`) }))
  return visit.show(
    {
      title: t(`console_figures.by_${cut}`),
      crumbs: [{ href: '/console/figures', label: t('console.nav_figures') }],
      help: 'figures',
      actions: <Exports visit={visit} what={`cut=${cut}&what=${what}`} />,
    },
    <Card plain title={t(`console_figures.m_${what}`)}>
      <Filters visit={visit} action="/figures/parts">
        <input type="hidden" name="cut" value={cut} />
        <div class="col-sm-6 col-lg-4">
          <Select visit={visit} name="what" label={t('console_figures.what')} value={what} choices={measures} />
        </div>
      </Filters>
      <Beside visit={visit} page={page} what={what} first={t(`console_figures.${cut}`)} lines={lines} />
    </Card>,
  )
}

/** Months beside each other, and bars of the newest one. */
function Beside({
  visit,
  page: { months },
  what,
  first,
  lines,
}: {
  visit: Visit
  page: Figures
  what: Measure
  first: string
  lines: ReadonlyArray<{ label: string; href?: string | undefined; cells: ReadonlyArray<number | null> }>
}) {
  const { t } = visit
  const newest = months.at(-1)
  if (newest === undefined) return <NoFigures visit={visit} />
  return (
    <>
      <div class="card-body">
        <p class="text-secondary">
          {t(`console_figures.about_${what}`)} {t('console_figures.hidden_why')}
        </p>
        <FigureChart
          table="t-figures"
          kind="bar"
          column={months.length - 1}
          from={1}
          label={`${chartLabel(visit, what)} ${t('console_figures.chart_month', { month: monthVi(newest) })}`}
        />
      </div>
      <FigureTable
        visit={visit}
        name="t-figures"
        caption={t(`console_figures.m_${what}`)}
        first={first}
        columns={months.map(monthVi)}
        lines={lines}
      />
    </>
  )
}

/** Where an officer has more units than one, they choose. */
function Starts({ visit, found: { starts, unit } }: { visit: Visit; found: UnitFigures }) {
  if (starts.length < 2) return null
  return (
    <Card plain>
      <Filters visit={visit} action="/figures">
        <div class="col-sm-8 col-lg-4">
          <Select
            visit={visit}
            name="unit"
            label={visit.t('console_figures.unit')}
            value={unit.id}
            choices={starts.map(({ id, name }) => ({ value: id, label: name }))}
          />
        </div>
      </Filters>
    </Card>
  )
}

function Doors({ visit, found }: { visit: Visit; found: UnitFigures }) {
  const { t, desk } = visit
  return (
    <>
      <a class="btn" href={`/console/figures/cases?unit=${encodeURIComponent(found.unit.id)}`}>
        {t('console_figures.cases')}
      </a>
      {seesAll(desk) ? (
        <>
          <a class="btn" href="/console/figures/parts?cut=channel">
            {t('console_figures.by_channel')}
          </a>
          <a class="btn" href="/console/figures/parts?cut=topic">
            {t('console_figures.by_topic')}
          </a>
        </>
      ) : null}
      {found.months.length > 0 ? <Exports visit={visit} what={`unit=${encodeURIComponent(found.unit.id)}`} /> : null}
    </>
  )
}

function Exports({ visit, what }: { visit: Visit; what: string }) {
  return (
    <a class="btn" href={`/console/figures/export?${what}`}>
      <Icon name="download" />
      {visit.t('console_figures.export')}
    </a>
  )
}

const chartLabel = ({ t }: Visit, what: Measure): string => t('console_figures.chart', { what: t(`console_figures.m_${what}`) })
