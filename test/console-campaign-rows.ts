/**
 * Campaigns and runs in every state that pages have something to say about, and the addresses that show them.
 */
import { holidays } from '../content/data/holidays.ts'
import { loadHolidays } from '../db/holidays.ts'
import type { Statement } from '../src/chat.ts'
import { broadcastRow, pushRow } from './broadcast-rows.ts'

/** Path of a page as its row writes it → an address with what `campaignRows` made. */
export const CAMPAIGN_ADDRESSES: Record<string, string> = {
  '/campaigns': '/console/campaigns',
  '/campaigns/runs': '/console/campaigns/runs',
  '/campaigns/runs/:id': '/console/campaigns/runs/901',
  '/campaigns/runs/:id/pause': '/console/campaigns/runs/901/pause',
  '/campaigns/runs/:id/resume': '/console/campaigns/runs/902/resume',
  '/campaigns/runs/:id/cancel': '/console/campaigns/runs/902/cancel',
  '/campaigns/runs/:id/failed': '/console/campaigns/runs/903/failed',
  '/campaigns/runs/:id/unknown': '/console/campaigns/runs/903/unknown',
  '/campaigns/new': '/console/campaigns/new',
  '/campaigns/:id/edit': '/console/campaigns/kwaits/edit',
  '/campaigns/:id': '/console/campaigns/kwaits',
  '/campaigns/:id/drop': '/console/campaigns/kwaits/drop',
  '/campaigns/:id/approve': '/console/campaigns/kwaits/approve',
  '/campaigns/:id/return': '/console/campaigns/kwaits/return',
  '/campaigns/:id/end': '/console/campaigns/krule/end',
  '/calendar/holidays': '/console/calendar/holidays?year=2027',
  '/calendar/holidays/:day': '/console/calendar/holidays/2028-01-25',
  '/calendar/themes': '/console/calendar/themes',
  '/calendar': '/console/calendar?month=2026-11',
  '/calendar/:day': '/console/calendar/2026-11-28',
  '/halt': '/console/halt',
  '/halt/restart': '/console/halt/restart',
}

const CONTENT = {
  vi: 'Mời bạn ghé phiên chợ hàng Việt sáng thứ Bảy tại nhà văn hóa xã.\n\nCó 40 gian hàng của các cơ sở trong tỉnh.',
  en: 'Come to the fair of Vietnamese goods on Saturday morning.',
  buttons: [{ to: { kind: 'quiz' } }, { vi: 'Xem', to: { kind: 'link', url: 'https://congdoan.vn/hang-viet' } }],
}
const MESSAGE = JSON.stringify({
  ...{ label: null, body: { vi: { literal: CONTENT.vi }, en: null }, image: null, buttons: [], topic: null, purpose: 'push' },
  ...{ unitName: 'Công đoàn xã Mẫu', title: 'Tuần lễ hàng Việt', zaloTemplate: false, taken: null },
})

/** Monday 23 November 2026 is today. */
export function campaignRows(): Statement[] {
  const outcomes = (run: number, n: number, state: string, channel: string, reason: string | null = null) =>
    Array.from({ length: n }, (_, i) => pushRow(run, { contact_id: `r${run}${state}${channel}${reason}${i}`, state, channel, reason }))
  return [
    campaign('kwaits', 'Phiên chợ hàng Việt cuối tuần ở nhà văn hóa xã, có xe đưa đón đoàn viên', 'submitted', {
      kind: 'once',
      at: '2026-11-28T02:00:00.000Z',
    }),
    campaign('kdraft', 'Ngày Phòng, chống hàng giả', 'draft', { kind: 'once', at: '2026-11-29T02:00:00.000Z' }),
    campaign('krule', 'Mỗi sáng thứ Sáu', 'approved', { kind: 'weekly', weekday: 5, time: '08:00' }, Date.parse('2026-11-27T01:00:00Z')),
    campaign('ksent', 'Tuần lễ hàng Việt', 'approved', { kind: 'now' }),
    run(901, { state: 'sending', opted_out: 3, taps: 22 }),
    run(902, { state: 'paused', reason: 'officer' }),
    run(903, { state: 'done', ended_at: Date.parse('2026-11-20T03:00:00Z'), starts_at: Date.parse('2026-11-20T02:00:00Z') }),
    ...outcomes(901, 40, 'sent', 'telegram'),
    ...outcomes(901, 20, 'queued', 'telegram'),
    ...outcomes(901, 6, 'failed', 'telegram', 'telegram_403'),
    ...outcomes(901, 12, 'sent', 'web'),
    ...outcomes(902, 15, 'queued', 'telegram'),
    ...outcomes(903, 20, 'sent', 'telegram'),
    ...outcomes(903, 6, 'failed', 'telegram', 'timeout'),
    ...outcomes(903, 5, 'unknown', 'telegram', 'interrupted'),
    {
      sql: "INSERT INTO themes(id, unit_id, year, name, created_at) VALUES ('theme1', 'tinh', 2026, 'Hàng Việt chinh phục người Việt', '')",
      args: [],
    },
    { sql: "INSERT INTO observances(id, unit_id, day, vi) VALUES ('day1', 'tinh', '2026-11-28', 'Hội chợ của tỉnh')", args: [] },
    ...loadHolidays(holidays),
  ]
}

const run = (id: number, columns: Record<string, string | number | null>) =>
  broadcastRow(id, {
    ...{ campaign_id: 'ksent', unit_id: 'xa', cursor: null, starts_at: Date.parse('2026-11-23T02:00:00Z'), message: MESSAGE },
    ...{ audience: '{"unitId":"xa"}', ...columns },
  })

function campaign(id: string, title: string, state: string, plan: object, nextAt: number | null = null): Statement {
  return {
    sql: `INSERT INTO campaigns(id, unit_id, author_id, editors, title, content, audience, plan, state, next_at, created_at, changed_at)
          VALUES (?, 'xa', 'writer', '["writer"]', ?, ?, '{"unitId":"xa"}', ?, ?, ?, '2026-11-20T02:00:00.000Z', '2026-11-20T02:00:00.000Z')`,
    args: [id, title, JSON.stringify(CONTENT), JSON.stringify(plan), state, nextAt],
  }
}
