/**
 * Campaigns and runs as spreadsheets: what the lists show, with the same filters. Totals of people stand on each run's own
 * page, where few are hidden. What the API and the console share.
 */
import { listBroadcasts } from '../../db/broadcasts.ts'
import { type CampaignFilter, listCampaigns } from '../../db/campaigns.ts'
import type { Desk } from '../../db/rights.ts'
import { listTopics } from '../../db/topics.ts'
import { codeWritten } from '../campaign.ts'
import { planIn, runStateIn, stateIn } from '../campaign-words.ts'
import type { Text } from '../chat.ts'
import { type SheetCell, type SheetColumn, writeCsv, writeXlsx } from '../sheet/index.ts'
import { dateVi, dayOf, timeVi } from '../time.ts'

/** The newest so many; older ones by a narrower filter. */
export const SHEET_MOST = 5_000
const STEP = 200

export type SheetFormat = 'csv' | 'xlsx'
type Sheet = { bytes: Uint8Array<ArrayBuffer>; rows: number }
type Say = (text: Text) => string

export async function campaignSheet({ db }: Pick<Desk, 'db'>, filter: CampaignFilter, format: SheetFormat, say: Say): Promise<Sheet> {
  const topics = new Map((await listTopics(db)).map(({ id, vi }) => [id, vi]))
  const rows: SheetCell[][] = []
  for (let before = ''; rows.length < SHEET_MOST; ) {
    const page = await listCampaigns(db, { ...filter, before, limit: STEP })
    for (const one of page) {
      const { id, title, unitName, authorName, plan, topic, theme, createdAt } = one
      rows.push([
        id,
        title,
        say(stateIn(one)),
        say(planIn(plan)),
        unitName,
        authorName,
        topics.get(topic ?? '') ?? '',
        theme,
        dateVi(dayOf(createdAt)),
      ])
    }
    if (page.length < STEP) break
    before = page.at(-1)?.id ?? ''
  }
  const names = ['sheet_id', 'title', 'state', 'when', 'unit', 'author', 'topic', 'theme', 'sheet_written']
  return sheetOf(names, rows, format, say, 'list_title')
}

export async function runSheet(
  { db }: Pick<Desk, 'db'>,
  filter: { paths: string[]; campaignId?: string },
  format: SheetFormat,
  say: Say,
): Promise<Sheet> {
  const rows: SheetCell[][] = []
  for (let before = 0; rows.length < SHEET_MOST; ) {
    const page = await listBroadcasts(db, { ...filter, before, limit: STEP })
    for (const run of page) {
      rows.push([
        run.id,
        run.title,
        say(runStateIn(run)),
        run.unitName,
        codeWritten(run.code),
        timeVi(run.startsAt),
        run.endedAt ? timeVi(run.endedAt) : '',
      ])
    }
    if (page.length < STEP) break
    before = page.at(-1)?.id ?? 0
  }
  return sheetOf(['sheet_id', 'title', 'state', 'unit', 'code', 'starts', 'ended'], rows, format, say, 'runs_title')
}

async function sheetOf(names: string[], rows: SheetCell[][], format: SheetFormat, say: Say, tab: string): Promise<Sheet> {
  const columns: SheetColumn[] = names.map((name) => ({
    title: say({ key: `console_campaigns.${name}` }),
    width: name === 'title' ? 50 : 22,
  }))
  const bytes = format === 'csv' ? writeCsv(columns, rows) : await writeXlsx(columns, rows, say({ key: `console_campaigns.${tab}` }))
  return { bytes: new Uint8Array(bytes), rows: rows.length }
}

/** The audit entry of an export. */
export const sheetTaken = (what: 'campaigns' | 'runs', rows: number) => ({
  act: 'campaign.export',
  about: ['list', what] as [string, string],
  detail: { rows },
})
