/**
 * Figures as a file: the same cells that the page shows, hidden ones empty.
 */
import * as z from 'zod'
import { CASE_MEASURES, CUTS, type Cut, MEASURES, type Measure, PEOPLE_MEASURES } from '../../db/figure-counts.ts'
import { type FigureTable, figuresOfParts, figuresOfUnit, UNITS_MOST } from '../../db/figure-pages.ts'
import { findShownUnit, findUnitFigures } from '../../db/figure-view.ts'
import { MONTHS_MOST } from '../../db/figures.ts'
import type { SheetCell } from '../sheet/index.ts'
import { monthOf } from '../time.ts'
import { monthVi, partNameOf } from './figure-cells.tsx'
import { exportPages } from './kit/export.tsx'
import type { Visit } from './page.ts'

const ALL = [...new Set(CUTS.flatMap((cut): readonly Measure[] => MEASURES[cut]))] as [Measure, ...Measure[]]
const exportQuery = z.object({
  cut: z.enum(CUTS).optional(),
  what: z.enum(ALL).optional(),
  /** Of one unit: people and messages, or reports. */
  set: z.enum(['people', 'cases']).default('people'),
  unit: z.string().max(40).optional(),
})
/** A line each; the first cell of a line is its name. */
type Sheet = { head: string[]; rows: SheetCell[][] }
/** Units below one in a file. */
const PAGES_MOST = 80

/** The page that asks which kind of file, and the file. */
export const figureExport = exportPages({
  path: '/figures',
  act: 'figure.export',
  recorded: 'figure.export',
  title: 'console.nav_figures',
  file: 'so-lieu',
  async gather(visit) {
    const { cut, what, set, unit } = visit.query(exportQuery)
    const { head, rows } = cut === undefined ? await ofUnit(visit, set, unit) : await ofCut(visit, cut, what, unit)
    const about: Record<string, string> =
      cut === undefined ? { cut: 'all', what: set === 'cases' ? set : 'all' } : { cut, what: what ?? MEASURES[cut][0] }
    return { columns: head.map((title) => ({ title })), rows, detail: { ...about, ...(unit === undefined ? {} : { unit }) } }
  },
})

/** All measures of one unit, a month a line. */
async function ofUnit({ desk, t }: Visit, set: 'people' | 'cases', unitId: string | undefined): Promise<Sheet> {
  const { unit, months, measures } = await findUnitFigures(desk, {
    unitId,
    until: monthOf(desk.now),
    measures: set === 'cases' ? CASE_MEASURES : PEOPLE_MEASURES,
  })
  const head = [t('console_figures.unit'), t('console_figures.month'), ...measures.map(({ what }) => t(`console_figures.m_${what}`))]
  return {
    head,
    rows: [...months.map((month, at) => [unit.name, monthVi(month), ...measures.map(({ cells }) => cells[at] ?? null)])],
  }
}

/** One measure, a unit, channel or topic a line. */
async function ofCut(visit: Visit, cut: Cut, wanted: Measure | undefined, unitId: string | undefined): Promise<Sheet> {
  const { desk, locale, t } = visit
  const known: readonly Measure[] = MEASURES[cut]
  const span = {
    what: wanted && known.includes(wanted) ? wanted : MEASURES[cut][0],
    until: monthOf(desk.now),
    months: MONTHS_MOST,
  } as const
  const linesOf = (table: FigureTable) =>
    table.rows.map(({ key, name, cells }): SheetCell[] => [cut === 'unit' ? name : partNameOf(visit, cut, key, name), ...cells])
  if (cut !== 'unit') {
    const table = await figuresOfParts(desk, { cut, ...span, locale })
    return { head: [t(`console_figures.${cut}`), ...table.months.map(monthVi)], rows: linesOf(table) }
  }
  const { id } = await findShownUnit(desk, unitId ?? desk.actor.unitId)
  const first = await figuresOfUnit(desk, { unitId: id, ...span, after: '', limit: UNITS_MOST })
  const rows = linesOf(first)
  let { next } = first
  for (let page = 1; next !== undefined && page < PAGES_MOST; page++) {
    const table: FigureTable = await figuresOfUnit(desk, { unitId: id, ...span, after: next, limit: UNITS_MOST })
    rows.push(...linesOf(table).slice(1))
    next = table.next
  }
  return { head: [t('console_figures.unit'), ...first.months.map(monthVi)], rows }
}
