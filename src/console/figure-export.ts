/**
 * Figures as a file: the same cells that the page shows, hidden ones empty. Taking them out is an act: it asks for a proof
 * and stands in the audit log.
 */
import * as z from 'zod'
import { recordAct } from '../../db/audit.ts'
import { CUTS, MEASURES, type Measure } from '../../db/figure-counts.ts'
import { type FigureTable, figuresOfParts, figuresOfUnit, UNITS_MOST } from '../../db/figure-pages.ts'
import { findShownUnit, findUnitFigures } from '../../db/figure-view.ts'
import { MONTHS_MOST } from '../../db/figures.ts'
import { dayOf, monthOf } from '../time.ts'
import { monthVi } from './figure-cells.tsx'
import type { Visit } from './page.ts'

const exportQuery = z.object({
  cut: z.enum(CUTS).optional(),
  what: z.enum([...MEASURES.channel, 'taps', 'opted_out']).default('reach'),
  unit: z.string().max(40).optional(),
})
type Cells = Array<string | number | null>
/** Units below one in a file. */
const PAGES_MOST = 80

export async function exportFigures(visit: Visit): Promise<Response> {
  const { desk } = visit
  const { cut, what, unit: unitId } = visit.query(exportQuery)
  const { rows, unit } = cut === undefined ? await ofUnit(visit, unitId) : await ofCut(visit, cut, what, unitId)
  const detail = { cut: cut ?? 'all', what: cut === undefined ? 'all' : what, rows: rows.length - 1 }
  await desk.db.write([recordAct(desk.actor, { act: 'figure.export', unitId: unit, detail }, desk.now)])
  const name = `so-lieu-${dayOf(desk.now)}.csv`
  return new Response(csvOf(rows), {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
    },
  })
}

/** All measures of one unit, a month a line. */
async function ofUnit({ desk, t }: Visit, unitId: string | undefined): Promise<{ rows: Cells[]; unit: string }> {
  const { unit, months, measures } = await findUnitFigures(desk, { unitId, until: monthOf(desk.now) })
  const head = [t('console_figures.unit'), t('console_figures.month'), ...measures.map(({ what }) => t(`console_figures.m_${what}`))]
  return {
    rows: [head, ...months.map((month, at) => [unit.name, monthVi(month), ...measures.map(({ cells }) => cells[at] ?? null)])],
    unit: unit.id,
  }
}

/** One measure, a unit, channel or topic a line. */
async function ofCut(
  visit: Visit,
  cut: 'unit' | 'channel' | 'topic',
  wanted: Measure,
  unitId: string | undefined,
): Promise<{ rows: Cells[]; unit: string | null }> {
  const { desk, locale, t } = visit
  const known: readonly Measure[] = MEASURES[cut]
  const span = { what: known.includes(wanted) ? wanted : 'sent', until: monthOf(desk.now), months: MONTHS_MOST } as const
  const linesOf = (table: FigureTable) =>
    table.rows.map(({ key, name, cells }): Cells => [cut === 'unit' ? name : partNameOf(visit, cut, key, name), ...cells])
  if (cut !== 'unit') {
    const table = await figuresOfParts(desk, { cut, ...span, locale })
    return { rows: [[t(`console_figures.${cut}`), ...table.months.map(monthVi)], ...linesOf(table)], unit: null }
  }
  const { id } = await findShownUnit(desk, unitId ?? desk.actor.unitId)
  const first = await figuresOfUnit(desk, { unitId: id, ...span, after: '', limit: UNITS_MOST })
  const rows: Cells[] = [[t('console_figures.unit'), ...first.months.map(monthVi)], ...linesOf(first)]
  let { next } = first
  for (let page = 1; next !== undefined && page < PAGES_MOST; page++) {
    const table: FigureTable = await figuresOfUnit(desk, { unitId: id, ...span, after: next, limit: UNITS_MOST })
    rows.push(...linesOf(table).slice(1))
    next = table.next
  }
  return { rows, unit: id }
}

/** What a line is called that has no name of its own. */
export function partNameOf({ t }: Pick<Visit, 't'>, cut: 'channel' | 'topic', key: string, name: string | null): string {
  if (key === '') return t('console_figures.all')
  if (name !== null) return name
  if (cut === 'channel' && CHANNELS.includes(key)) return t(`console_figures.channel_${key.replace('-', '_')}`)
  return key === 'none' ? t(`console_figures.none_${cut}`) : key
}

const CHANNELS = ['telegram', 'zalo', 'zalo-bot', 'web']

/** Opens in a spreadsheet with its accents, and nothing in it is taken for a formula. */
function csvOf(rows: readonly Cells[]): string {
  const cell = (value: string | number | null) => {
    const text = value === null ? '' : String(value)
    const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  return `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}
