/**
 * The lists as files, after a proof: a spreadsheet leaves the house. Links to them, with the filters of the page they stand on.
 */
import * as z from 'zod'
import { recordAct } from '../../../db/audit.ts'
import { stillActing } from '../../../db/rights.ts'
import { campaignSheet, runSheet, sheetTaken } from '../../api/campaign-sheets.ts'
import { fileOf } from '../../api/entries.ts'
import { scopeOf } from '../../rights.ts'
import { Icon } from '../kit/icon.tsx'
import { addressWith } from '../kit/list.tsx'
import type { Page, Visit } from '../page.ts'
import { filterOf, querySchema } from './filter.ts'

const formatSchema = z.object({ format: z.enum(['csv', 'xlsx']).default('xlsx') })

export const exports: readonly Page[] = [
  { method: 'get', path: '/campaigns/export', act: 'campaign.read', strong: true, handle: campaigns },
  { method: 'get', path: '/campaigns/runs/export', act: 'campaign.read', strong: true, handle: runs },
]

async function campaigns(visit: Visit): Promise<Response> {
  const { desk, say } = visit
  const { format } = visit.query(formatSchema)
  const { bytes, rows } = await campaignSheet(desk, await filterOf(visit, visit.query(querySchema)), format, say)
  await desk.db.write([...stillActing(desk.actor), recordAct(desk.actor, sheetTaken('campaigns', rows), desk.now)])
  return fileOf(bytes, 'campaigns', format)
}

async function runs(visit: Visit): Promise<Response> {
  const { desk, say } = visit
  const { format, campaign } = visit.query(
    formatSchema.extend({
      campaign: z
        .string()
        .regex(/^[A-Za-z0-9_-]{1,40}$/)
        .optional(),
    }),
  )
  const filter = { paths: scopeOf(desk.actor, 'campaign.read'), ...(campaign ? { campaignId: campaign } : {}) }
  const { bytes, rows } = await runSheet(desk, filter, format, say)
  await desk.db.write([...stillActing(desk.actor), recordAct(desk.actor, sheetTaken('runs', rows), desk.now)])
  return fileOf(bytes, 'runs', format)
}

/** @param path of the export, below /console */
export function ExportLinks({ visit, path }: { visit: Visit; path: string }) {
  const here = addressWith(visit.c.req.url, { before: '' })
  const query = new URL(here, 'http://console').searchParams
  return (
    <div class="card-footer btn-list">
      {(['xlsx', 'csv'] as const).map((format) => {
        query.set('format', format)
        return (
          <a class="btn" href={`/console${path}?${query}`}>
            <Icon name="download" />
            {visit.t(`console_campaigns.export_${format}`)}
          </a>
        )
      })}
    </div>
  )
}
