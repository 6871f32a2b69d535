/**
 * The office's pages with something on them: a number of each kind, requests by letter (one overdue), an incident with a
 * file, acts in the log.
 */
import { addHotline } from '../db/hotline-desk.ts'
import { addEntry, closeIncident, findIncident, openIncident } from '../db/incidents.ts'
import { addRequest, answerRequest, findRequest } from '../db/request-desk.ts'
import type { Desk } from '../db/rights.ts'
import { setSetting } from '../db/setting-acts.ts'
import type { Db, Keys } from '../src/chat.ts'
import type { EntryDraft } from '../src/incident.ts'
import { DAY_MS, dayOf } from '../src/time.ts'
import { deskAt } from './people.ts'

export const OFFICE_ADDRESSES: Record<string, string> = {
  '/hotlines': '/console/hotlines',
  '/hotlines/export': '/console/hotlines/export?shown=shown',
  '/hotlines/new': '/console/hotlines/new',
  '/hotlines/:id': '/console/hotlines/soxa',
  '/settings': '/console/settings',
  '/settings/:name': '/console/settings/quiet_from',
  '/audit': '/console/audit?unit=tinh',
  '/audit/export': '/console/audit/export?outcome=done',
  '/data-requests': '/console/data-requests',
  '/data-requests/export': '/console/data-requests/export?list=done',
  '/data-requests/new': '/console/data-requests/new',
  '/data-requests/:id': '/console/data-requests/yeucau1',
  '/incidents': '/console/incidents',
  '/incidents/export': '/console/incidents/export',
  '/incidents/new': '/console/incidents/new',
  '/incidents/:id': '/console/incidents/suco1',
  '/incidents/:id/notices': '/console/incidents/suco1/notices',
  // A file, which no page shows: its text is the page's above.
  '/incidents/:id/notices/:name': '/console/incidents/suco1/notices',
}

const TINH = { id: 'tinh', path: '/tinh/' }

/** For an officer of the unit `tinh` who may do all of it. */
export async function furnishOffice({ db, keys, now }: { db: Db; keys: Keys; now: Date }, officerId: string): Promise<void> {
  const desk = await deskAt(db, keys, officerId, now)
  const named = (id: string): Desk => ({ ...desk, id: () => id })
  const line = { kind: 'thi_truong', tel: '0299123456', free: false, place: 60 } as const
  const words = {
    office: 'Chi cục Quản lý thị trường tỉnh Mẫu',
    whatFor: 'Báo hàng nghi giả bán trong tỉnh.',
    source: 'Cổng thông tin tỉnh Mẫu',
  }
  await db.write(addHotline(named('soxa'), { ...line, ...words, number: '0299.123.456' }, TINH, dayOf(now)).writes)
  await db.write(
    addHotline(named('socu'), { ...line, ...words, number: '0299.654.321' }, TINH, dayOf(new Date(now.getTime() - 300 * DAY_MS))).writes,
  )
  await db.write(setSetting(desk, 'weekly_cap', '2', null))
  await requests(desk, named)
  await incidents(desk, named)
}

async function requests({ db, now }: Desk, named: (id: string) => Desk): Promise<void> {
  const day = (ago: number) => dayOf(new Date(now.getTime() - ago * DAY_MS))
  const draft = { source: 'letter', others: false, ref: 'Công văn đến số 12' } as const
  for (const [id, kind, ago] of [
    ['yeucau1', 'withdraw', 1],
    ['yeucau2', 'erase', 12],
    ['yeucau3', 'view', 0],
  ] as const)
    await db.write((await addRequest(named(id), { ...draft, kind, askedOn: day(ago) }, TINH)).writes)
  const seen = await findRequest(db, 'yeucau1')
  if (seen) await db.write(await answerRequest(named('yeucau1'), seen, 'Đã báo người gửi là đang dừng gửi tin.'))
}

async function incidents({ db, keys, now }: Desk, named: (id: string) => Desk): Promise<void> {
  const happened = 'Một tệp sao lưu nằm trên máy dùng chung của văn phòng.\nTệp có khóa, khóa để ở máy khác.'
  for (const [id, hours] of [
    ['suco1', 20],
    ['suco2', 80],
    ['suco3', 200],
  ] as const) {
    const detectedAt = new Date(now.getTime() - hours * 3_600_000)
    await db.write((await openIncident(named(id), { title: 'Tệp sao lưu để nhầm chỗ', detectedAt, happened }, TINH)).writes)
  }
  const read = async (id: string) => {
    const incident = await findIncident(db, keys, id)
    if (!incident) throw new Error(`no incident ${id}`)
    return incident
  }
  const entries: EntryDraft[] = [
    {
      kind: 'affected',
      text: 'Đếm trong tệp.',
      affected: { people: 1250, records: 3000, peopleKinds: ['members'], dataKinds: ['account', 'unit'] },
    },
    { kind: 'measure', text: 'Đã xóa tệp khỏi máy dùng chung.\nĐã đổi khóa.' },
    { kind: 'note', text: 'Chờ kết quả kiểm tra nhật ký máy.' },
  ]
  for (const draft of entries) await db.write(await addEntry(named('suco1'), await read('suco1'), draft))
  await db.write(await closeIncident(named('suco3'), await read('suco3'), 'Khóa không bị lộ, không thuộc trường hợp phải báo.'))
}
