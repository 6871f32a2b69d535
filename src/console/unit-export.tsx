/**
 * The lists of units and officers as a file, with the filters of the page they are taken from: who works where, until
 * when, never a member. Taking one out is an act: it asks for a proof and stands in the audit log.
 */
import * as z from 'zod'
import { recordAct } from '../../db/audit.ts'
import { useHand } from '../../db/hand.ts'
import { listSeats } from '../../db/officer-list.ts'
import { stillActing } from '../../db/rights.ts'
import { findTreeUnits } from '../../db/tree-units.ts'
import { listUnits } from '../../db/units.ts'
import { scopeOf } from '../rights.ts'
import { CSV_TYPE, LIMITS, type SheetCell, writeCsv, writeXlsx, XLSX_TYPE } from '../sheet/index.ts'
import { dateVi, dayOf } from '../time.ts'
import { Card } from './kit/card.tsx'
import { Button, Form } from './kit/form.tsx'
import { filterOf, officerQuery, rolesText } from './officers.tsx'
import type { Page, Visit } from './page.ts'

const PAGE = 500
const unitQuery = z.object({ q: z.string().trim().max(60).optional() })
const formatSchema = z.object({ format: z.enum(['csv', 'xlsx']) })

type List = 'units' | 'officers'
type Sheet = { head: string[]; rows: SheetCell[][] }

export const unitExport: readonly Page[] = (['units', 'officers'] as const).flatMap((list): Page[] => {
  const act = list === 'units' ? 'unit.read' : 'officer.read'
  const path = `/${list}/export`
  return [
    { method: 'get', path, act, strong: true, handle: async (visit) => ask(visit, list) },
    { method: 'post', path, act, strong: true, handle: (visit) => give(visit, list) },
  ]
})

/** The button that leads there, with what the list is filtered by. */
export function ExportLink({ visit, list }: { visit: Visit; list: List }) {
  return (
    <a class="btn" href={`/console/${list}/export${filtersOf(visit)}`}>
      {visit.t('console_units.export')}
    </a>
  )
}

function ask(visit: Visit, list: List, wrong?: string): Response {
  const { t } = visit
  const title = t(`console_${list}.title`)
  return visit.show(
    {
      title: t('console_units.export_title', { list: title }),
      crumbs: [{ href: `/console/${list}${filtersOf(visit)}`, label: title }],
      help: list,
      ...(wrong ? { notice: { kind: 'danger' as const, text: t(wrong) } } : {}),
    },
    <Card>
      <p>{t('console_units.export_what')}</p>
      <Form visit={visit} action={`/${list}/export${filtersOf(visit)}`} class="btn-list">
        <Button label={t('console_units.export_xlsx')} name="format" value="xlsx" />
        <Button kind="outline" label={t('console_units.export_csv')} name="format" value="csv" />
      </Form>
    </Card>,
    wrong ? 400 : 200,
  )
}

async function give(visit: Visit, list: List): Promise<Response> {
  const { db, keys, actor, now } = visit.desk
  const posted = visit.read(formatSchema)
  if (!posted.ok) return ask(visit, list, 'console.field_wrong')
  const { format } = posted.data
  const sheet = list === 'units' ? await ofUnits(visit) : await ofOfficers(visit)
  if (!sheet) return ask(visit, list, 'console_units.export_many')
  const columns = sheet.head.map((title) => ({ title }))
  const bytes = format === 'csv' ? writeCsv(columns, sheet.rows) : await writeXlsx(columns, sheet.rows, visit.t(`console_${list}.title`))
  const hand = await useHand(db, keys, actor.officerId, visit.hand, now)
  const act = { act: list === 'units' ? 'unit.export' : 'officer.export', detail: { format, rows: sheet.rows.length } }
  await db.write([...stillActing(actor), ...hand, recordAct(actor, act, now)])
  const name = `${list === 'units' ? 'don-vi' : 'can-bo'}-${dayOf(now)}.${format}`
  return new Response(new Uint8Array(bytes), {
    headers: { 'content-type': format === 'csv' ? CSV_TYPE : XLSX_TYPE, 'content-disposition': `attachment; filename="${name}"` },
  })
}

async function ofUnits(visit: Visit): Promise<Sheet | undefined> {
  const { t, desk, locale } = visit
  const { db, actor, now } = desk
  const { q } = visit.query(unitQuery)
  const filter = { paths: scopeOf(actor, 'unit.read'), ...(q ? { typed: q } : {}), day: dayOf(now) }
  const head = ['name', 'short', 'above', 'level', 'code', 'aliases', 'from', 'last_day', 'note'].map((name) => t(`console_units.${name}`))
  const rows = await gather(visit, async (after) => {
    const found = await listUnits(db, { ...filter, after, limit: PAGE })
    const known = await findTreeUnits(
      db,
      found.map(({ id }) => id),
    )
    const cells = found.map(({ id, name, shortName, parentName, level, note }): SheetCell[] => {
      const { code = null, aliases = [], validFrom = null, validTo = null } = known.get(id) ?? {}
      return [name, shortName, parentName, level?.[locale] ?? null, code, aliases.join('; '), dayCell(validFrom), dayCell(validTo), note]
    })
    return { cells, next: found.length === PAGE ? found.at(-1)?.path : undefined }
  })
  return rows && { head, rows }
}

async function ofOfficers(visit: Visit): Promise<Sheet | undefined> {
  const { t, desk } = visit
  const filter = filterOf(visit, visit.query(officerQuery))
  const head = ['name', 'unit', 'seat', 'area', 'roles', 'from_day', 'until_day', 'state'].map((name) => t(`console_officers.${name}`))
  const rows = await gather(visit, async (after) => {
    const found = await listSeats(desk.db, filter, { after, limit: PAGE })
    const cells = found.map(({ name, unitName, title, area, roles, sinceDay, untilDay, active }): SheetCell[] => [
      ...[name, unitName, title && t(`console_officers.title_${title}`), area, rolesText(visit, roles)],
      ...[dayCell(sinceDay), dayCell(untilDay), t(active ? 'console_officers.which_here' : 'console_officers.which_left')],
    ])
    return { cells, next: found.length === PAGE ? found.at(-1)?.id : undefined }
  })
  return rows && { head, rows }
}

/** Page by page; undefined when there is more than a file takes. */
async function gather(
  { parts: { later } }: Visit,
  page: (after: string) => Promise<{ cells: SheetCell[][]; next: string | undefined }>,
): Promise<SheetCell[][] | undefined> {
  const all: SheetCell[][] = []
  for (let after: string | undefined = ''; after !== undefined; ) {
    const { cells, next }: { cells: SheetCell[][]; next: string | undefined } = await page(after)
    all.push(...cells)
    if (all.length > LIMITS.written) return undefined
    after = next
    if (later) await new Promise<void>((resume) => later(resume))
  }
  return all
}

const dayCell = (day: string | null) => (day === null ? null : dateVi(day))

/** What stands in the address, without its page. */
function filtersOf({ c }: Visit): string {
  const { searchParams } = new URL(c.req.url)
  for (const name of ['after', 'before', 'said']) searchParams.delete(name)
  const query = searchParams.toString()
  return query === '' ? '' : `?${query}`
}
