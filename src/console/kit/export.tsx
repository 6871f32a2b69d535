/**
 * A list as a file: the page that asks which kind, and the form that gives it. What leaves the console as a file takes a
 * proof each time and stands in the audit log with how many rows it had; the filters of the list go along in the address.
 */
import * as z from 'zod'
import { recordAct } from '../../../db/audit.ts'
import { useHand } from '../../../db/hand.ts'
import { stillActing } from '../../../db/rights.ts'
import { AppError } from '../../errors.ts'
import type { Act } from '../../rights.ts'
import { CSV_TYPE, LIMITS, type SheetCell, type SheetColumn, writeCsv, writeXlsx, XLSX_TYPE } from '../../sheet/index.ts'
import { dayOf } from '../../time.ts'
import type { Page, Visit } from '../page.ts'
import { Card } from './card.tsx'
import { Button, Form } from './form.tsx'

/** Rows at most, as many as an XLSX takes. */
export const EXPORT_MOST = LIMITS.written

export type Exported = {
  columns: readonly SheetColumn[]
  rows: SheetCell[][]
  /** What the audit row says besides how many: filters, nothing personal. */
  detail?: Record<string, string>
}

export type ExportOf = {
  /** Of the list, below /console; the export is the page `<path>/export`. */
  path: string
  act: Act
  /** Name of the act in the audit log. */
  recorded: string
  /** Text key of the list's title. */
  title: string
  /** Begins the file's name. */
  file: string
  gather(visit: Visit): Promise<Exported>
}

const formSchema = z.strictObject({ format: z.enum(['csv', 'xlsx']) })

export function exportPages(list: ExportOf): Page[] {
  const path = `${list.path}/export`
  return [
    { method: 'get', path, act: list.act, strong: true, handle: async (visit) => ask(visit, list) },
    { method: 'post', path, act: list.act, strong: true, handle: (visit) => give(visit, list) },
  ]
}

/** The button that leads there, with the list's filters. */
export function ExportLink({ visit, path }: { visit: Visit; path: string }) {
  return (
    <a class="btn btn-outline-secondary" href={`/console${path}/export${filtersOf(visit)}`}>
      {visit.t('console_office.export')}
    </a>
  )
}

function ask(visit: Visit, { path, title }: ExportOf, wrong?: string): Response {
  const { t } = visit
  return visit.show(
    {
      title: t('console_office.export_title', { list: t(title) }),
      crumbs: [{ href: `/console${path}${filtersOf(visit)}`, label: t(title) }],
      ...(wrong ? { notice: { kind: 'danger' as const, text: t(wrong) } } : {}),
    },
    <Card>
      <p>{t('console_office.export_what')}</p>
      <Form visit={visit} action={`${path}/export${filtersOf(visit)}`} class="btn-list">
        <Button label={t('console_office.export_xlsx')} name="format" value="xlsx" />
        <Button kind="outline" label={t('console_office.export_csv')} name="format" value="csv" />
      </Form>
    </Card>,
    wrong ? 400 : 200,
  )
}

async function give(visit: Visit, list: ExportOf): Promise<Response> {
  const { db, keys, actor, now } = visit.desk
  const posted = visit.read(formSchema)
  if (!posted.ok) return ask(visit, list)
  const { format } = posted.data
  try {
    const { columns, rows, detail } = await list.gather(visit)
    const bytes = format === 'csv' ? writeCsv(columns, rows) : await writeXlsx(columns, rows, visit.t(list.title))
    const hand = await useHand(db, keys, actor.officerId, visit.hand, now)
    const act = { act: list.recorded, detail: { ...detail, format, rows: rows.length } }
    await db.write([...stillActing(actor), ...hand, recordAct(actor, act, now)])
    return new Response(new Uint8Array(bytes), {
      headers: {
        'content-type': format === 'csv' ? CSV_TYPE : XLSX_TYPE,
        'content-disposition': `attachment; filename="${list.file}-${dayOf(now)}.${format}"`,
      },
    })
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid') return ask(visit, list, error.message)
    throw error
  }
}

/** All rows of a list that comes page by page. Throws AppError `invalid` when there are more than a file takes. */
export async function allRows<R, K>(
  { parts: { later } }: Visit,
  page: (after: K | undefined, limit: number) => Promise<{ rows: R[]; next?: K | undefined }>,
): Promise<R[]> {
  const all: R[] = []
  for (let after: K | undefined, first = true; first || after !== undefined; first = false) {
    const { rows, next }: { rows: R[]; next?: K | undefined } = await page(after, 1000)
    all.push(...rows)
    if (all.length > EXPORT_MOST) throw new AppError('invalid', 'console_office.export_many')
    after = next
    if (later) await new Promise<void>((resume) => later(resume))
  }
  return all
}

/** The list's filters as they stand in the address, without its page. */
function filtersOf({ c }: Visit): string {
  const { searchParams } = new URL(c.req.url)
  for (const name of ['after', 'before', 'said']) searchParams.delete(name)
  const query = searchParams.toString()
  return query === '' ? '' : `?${query}`
}
