/**
 * GET /campaign-exports/…: the lists of campaigns and runs as a file. Reading that leaves an audit row.
 */
import * as z from 'zod'
import { recordAct } from '../../db/audit.ts'
import { CAMPAIGN_STATES } from '../../db/campaigns.ts'
import { stillActing } from '../../db/rights.ts'
import { scopeOf } from '../rights.ts'
import { CSV_TYPE, XLSX_TYPE } from '../sheet/index.ts'
import { campaignSheet, runSheet, sheetTaken } from './campaign-sheets.ts'
import { fileOf } from './entries.ts'
import { type Route, route } from './route.ts'
import { idSchema } from './shapes.ts'

const format = z.enum(['csv', 'xlsx']).default('xlsx')

export const campaignExports: Route[] = [
  route({
    method: 'get',
    path: '/campaign-exports/campaigns',
    name: 'campaign_export',
    act: 'campaign.read',
    query: z.strictObject({ format, state: z.enum(CAMPAIGN_STATES).optional(), q: z.string().max(100).optional() }),
    download: [CSV_TYPE, XLSX_TYPE],
    answer: z.string(),
    async handle({ desk, query, parts: { texts }, locale }) {
      const filter = { ...(query.state ? { states: [query.state] } : {}), ...(query.q === undefined ? {} : { typed: query.q }) }
      const paths = scopeOf(desk.actor, 'campaign.read')
      const { bytes, rows } = await campaignSheet(desk, { paths, ...filter }, query.format, (text) => texts.render(text, locale))
      await desk.db.write([...stillActing(desk.actor), recordAct(desk.actor, sheetTaken('campaigns', rows), desk.now)])
      return fileOf(bytes, 'campaigns', query.format)
    },
  }),
  route({
    method: 'get',
    path: '/campaign-exports/runs',
    name: 'broadcast_export',
    act: 'campaign.read',
    query: z.strictObject({ format, campaign: idSchema.optional() }),
    download: [CSV_TYPE, XLSX_TYPE],
    answer: z.string(),
    async handle({ desk, query, parts: { texts }, locale }) {
      const filter = { paths: scopeOf(desk.actor, 'campaign.read'), ...(query.campaign ? { campaignId: query.campaign } : {}) }
      const { bytes, rows } = await runSheet(desk, filter, query.format, (text) => texts.render(text, locale))
      await desk.db.write([...stillActing(desk.actor), recordAct(desk.actor, sheetTaken('runs', rows), desk.now)])
      return fileOf(bytes, 'runs', query.format)
    },
  }),
]
