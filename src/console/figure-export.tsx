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
import { useHand } from '../../db/hand.ts'
import { stillActing } from '../../db/rights.ts'
import { CSV_TYPE, type SheetCell, writeCsv, writeXlsx, XLSX_TYPE } from '../sheet/index.ts'
import { dayOf, monthOf } from '../time.ts'
import { monthVi, partNameOf } from './figure-cells.tsx'
import { Card } from './kit/card.tsx'
import { Button, Form } from './kit/form.tsx'
import type { Visit } from './page.ts'

const exportQuery = z.object({
  cut: z.enum(CUTS).optional(),
  what: z.enum([...MEASURES.channel, 'taps', 'opted_out']).default('reach'),
  unit: z.string().max(40).optional(),
})
const formatSchema = z.object({ format: z.enum(['csv', 'xlsx']) })
/** A line each; the first cell of a line is its name. */
type Sheet = { head: string[]; rows: SheetCell[][]; unit: string | null }
/** Units below one in a file. */
const PAGES_MOST = 80

export function askFormat(visit: Visit, status: 200 | 400 = 200): Response {
  const { t } = visit
  return visit.show(
    { title: t('console_figures.export_title'), crumbs: [{ href: '/console/figures', label: t('console.nav_figures') }], help: 'figures' },
    <Card>
      <p>{t('console_figures.export_what')}</p>
      <Form visit={visit} action={`/figures/export${new URL(visit.c.req.url).search}`} class="btn-list">
        <Button label={t('console_figures.export_xlsx')} name="format" value="xlsx" />
        <Button kind="outline" label={t('console_figures.export_csv')} name="format" value="csv" />
      </Form>
    </Card>,
    status,
  )
}

export async function giveFile(visit: Visit): Promise<Response> {
  const { db, keys, actor, now } = visit.desk
  const posted = visit.read(formatSchema)
  if (!posted.ok) return askFormat(visit, 400)
  const { format } = posted.data
  const { cut, what, unit: unitId } = visit.query(exportQuery)
  const { head, rows, unit } = cut === undefined ? await ofUnit(visit, unitId) : await ofCut(visit, cut, what, unitId)
  const columns = head.map((title) => ({ title }))
  const bytes = format === 'csv' ? writeCsv(columns, rows) : await writeXlsx(columns, rows, visit.t('console.nav_figures'))
  const detail = { format, cut: cut ?? 'all', what: cut === undefined ? 'all' : what, rows: rows.length }
  const hand = await useHand(db, keys, actor.officerId, visit.hand, now)
  await db.write([...stillActing(actor), ...hand, recordAct(actor, { act: 'figure.export', unitId: unit, detail }, now)])
  return new Response(new Uint8Array(bytes), {
    headers: {
      'content-type': format === 'csv' ? CSV_TYPE : XLSX_TYPE,
      'content-disposition': `attachment; filename="so-lieu-${dayOf(now)}.${format}"`,
    },
  })
}

/** All measures of one unit, a month a line. */
async function ofUnit({ desk, t }: Visit, unitId: string | undefined): Promise<Sheet> {
  const { unit, months, measures } = await findUnitFigures(desk, { unitId, until: monthOf(desk.now) })
  const head = [t('console_figures.unit'), t('console_figures.month'), ...measures.map(({ what }) => t(`console_figures.m_${what}`))]
  return {
    head,
    rows: [...months.map((month, at) => [unit.name, monthVi(month), ...measures.map(({ cells }) => cells[at] ?? null)])],
    unit: unit.id,
  }
}

/** One measure, a unit, channel or topic a line. */
async function ofCut(visit: Visit, cut: 'unit' | 'channel' | 'topic', wanted: Measure, unitId: string | undefined): Promise<Sheet> {
  const { desk, locale, t } = visit
  const known: readonly Measure[] = MEASURES[cut]
  const span = { what: known.includes(wanted) ? wanted : 'sent', until: monthOf(desk.now), months: MONTHS_MOST } as const
  const linesOf = (table: FigureTable) =>
    table.rows.map(({ key, name, cells }): SheetCell[] => [cut === 'unit' ? name : partNameOf(visit, cut, key, name), ...cells])
  if (cut !== 'unit') {
    const table = await figuresOfParts(desk, { cut, ...span, locale })
    return { head: [t(`console_figures.${cut}`), ...table.months.map(monthVi)], rows: linesOf(table), unit: null }
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
  return { head: [t('console_figures.unit'), ...first.months.map(monthVi)], rows, unit: id }
}
