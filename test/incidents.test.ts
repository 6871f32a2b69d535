import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTexts } from '../content/index.ts'
import {
  addEntry,
  closeIncident,
  findIncident,
  type Incident,
  listEntries,
  listIncidents,
  markNotified,
  markPeopleTold,
  openIncident,
  reopenIncident,
} from '../db/incidents.ts'
import type { Db } from '../src/chat.ts'
import { type EntryDraft, entrySchema } from '../src/incident.ts'
import { authorityNotice, peopleNotice } from '../src/incident-notice.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { createRetention } from '../src/retention.ts'
import { openTestFile, type TestDatabase } from './database.ts'
import { addTestOfficer, deskAt, unitRows } from './people.ts'

const HOUR = 3_600_000
const XA = { id: 'xa', path: '/tinh/xa/' }
const DETECTED = new Date('2026-11-23T01:30:00Z')
const affected: EntryDraft = {
  kind: 'affected',
  text: 'Theo nhật ký máy chủ.',
  affected: { people: 1250, records: 3000, peopleKinds: ['members'], dataKinds: ['account', 'unit'] },
}

describe('the breach desk', () => {
  let database: TestDatabase
  let db: Db
  let now = new Date('2026-11-23T02:00:00Z')
  const keys = createNodeKeys(new Uint8Array(32).fill(3))
  const desk = (id = 'data') => deskAt(db, keys, id, now)
  const open = async (unit = XA, who = 'data') => {
    const { id, writes } = await openIncident(
      await desk(who),
      { title: 'Lộ tệp sao lưu', detectedAt: DETECTED, happened: 'Một tệp sao lưu nằm trên máy dùng chung.' },
      unit,
    )
    await db.write(writes)
    return id
  }
  const read = async (id: string) => (await findIncident(db, keys, id)) as Incident
  const entries = (id: string) => listEntries(db, keys, id)
  const say = async (id: string, draft: EntryDraft) => db.write(await addEntry(await desk(), await read(id), draft))
  const list = async (state: 'open' | 'notified' | 'closed', who = 'data') =>
    listIncidents(db, keys, (await desk(who)).actor, state, { after: null, limit: 50 })
  beforeEach(async () => {
    now = new Date('2026-11-23T02:00:00Z')
    database = await openTestFile()
    db = database.db
    await db.write(unitRows())
    await addTestOfficer(db, keys, 'data', 'tinh', ['data'])
    await addTestOfficer(db, keys, 'commune', 'xa', ['admin'])
    await addTestOfficer(db, keys, 'other', 'xa-khac', ['admin'])
    await addTestOfficer(db, keys, 'editor', 'tinh', ['editor'])
  })
  afterEach(() => database.close())

  test('the 72 hours run from detection, not from when it was written down', async () => {
    const incident = await read(await open())
    expect(incident.code).toMatch(/^SC-2611-[2-9A-Z]{4}$/)
    expect(incident.dueAt.getTime() - DETECTED.getTime()).toBe(72 * HOUR)
    expect(incident).toMatchObject({ state: 'open', title: 'Lộ tệp sao lưu', detectedAt: DETECTED, openedAt: now, entries: 2 })
    const opened = desk().then((one) =>
      openIncident(one, { title: 'Mai', detectedAt: new Date('2026-11-24'), happened: 'Chưa xảy ra.' }, XA),
    )
    await expect(opened).rejects.toThrow('office.detected_when')
  })

  test('open, notified, closed, reopened: each step once, in its order, with its entry and its row in the log', async () => {
    const id = await open()
    await expect(markNotified(await desk(), await read(id), await entries(id), '')).rejects.toThrow('office.incident_lacks')
    await say(id, affected)
    await say(id, { kind: 'measure', text: 'Đã xóa tệp và đổi khóa.' })
    await db.write(await markNotified(await desk(), await read(id), await entries(id), 'Công văn 12, qua văn thư.'))
    expect(await read(id)).toMatchObject({ state: 'notified', notifiedAt: now })
    await expect(markNotified(await desk(), await read(id), await entries(id), '')).rejects.toThrow('office.incident_moved')
    await db.write(await markPeopleTold(await desk(), await read(id), ''))
    await expect(closeIncident(await desk(), await read(id), 'Xong')).rejects.toThrow('office.why_closed')
    await db.write(await closeIncident(await desk(), await read(id), 'Không phát hiện truy cập trái phép.'))
    expect((await list('closed')).map((one) => one.id)).toEqual([id])
    await db.write(await reopenIncident(await desk(), await read(id), 'Có thêm một bản sao bị lộ.'))
    expect(await read(id)).toMatchObject({ state: 'notified', closedAt: null })
    expect((await entries(id)).map(({ kind }) => kind)).toEqual([
      ...['opened', 'happened', 'affected', 'measure', 'told_authority', 'told_people', 'closed', 'reopened'],
    ])
    expect((await db.read('SELECT act FROM audit ORDER BY id')).map(({ act }) => act)).toEqual([
      ...[
        'incident.open',
        'incident.entry',
        'incident.entry',
        'incident.notified',
        'incident.people_told',
        'incident.close',
        'incident.reopen',
      ],
    ])
  })

  test('one that need not be notified is closed with the reason why', async () => {
    const id = await open()
    await expect(closeIncident(await desk(), await read(id), '')).rejects.toThrow('office.why_not_notified')
    await db.write(await closeIncident(await desk(), await read(id), 'Tệp đã mã hóa, khóa không bị lộ.'))
    await db.write(await reopenIncident(await desk(), await read(id), 'Khóa cũng bị lộ.'))
    expect((await read(id)).state).toBe('open')
  })

  test('entries are only ever added: the database itself refuses a change, and two at once do not lose one', async () => {
    const id = await open()
    await expect(db.write([{ sql: "UPDATE incident_entries SET kind = 'note'", args: [] }])).rejects.toThrow()
    await expect(db.write([{ sql: 'DELETE FROM incident_entries', args: [] }])).rejects.toThrow()
    const seen = await read(id)
    await db.write(await addEntry(await desk(), seen, { kind: 'note', text: 'Người thứ nhất.' }))
    await expect(db.write(await addEntry(await desk('commune'), seen, { kind: 'note', text: 'Người thứ hai.' }))).rejects.toThrow()
    expect((await entries(id)).map(({ text }) => text)).toEqual(['', 'Một tệp sao lưu nằm trên máy dùng chung.', 'Người thứ nhất.'])
  })

  test('nothing of what is written lies in the database in clear', async () => {
    const id = await open()
    await say(id, affected)
    const rows = await Promise.all(['incidents', 'incident_entries', 'audit'].map((table) => db.read(`SELECT * FROM ${table}`)))
    const raw = rows
      .flat()
      .flatMap((row) => Object.values(row))
      .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value)))
      .join('\n')
    expect(raw).not.toMatch(/sao lưu|nhật ký máy chủ|1250/)
  })

  test('is seen and written at its unit and above, by those who keep data and administrators alone', async () => {
    const id = await open(XA, 'commune')
    expect((await list('open')).map((one) => one.id)).toEqual([id])
    expect(await list('open', 'other')).toEqual([])
    expect(await list('open', 'editor')).toEqual([])
    await expect(addEntry(await desk('other'), await read(id), { kind: 'note', text: 'Xin chào.' })).rejects.toThrow('desk.forbidden')
    await expect(open(XA, 'editor')).rejects.toThrow('desk.forbidden')
    await expect(closeIncident(await desk('other'), await read(id), 'Không phải việc của tôi.')).rejects.toThrow('desk.forbidden')
  })

  test('what is counted has kinds and numbers, never nothing at all', () => {
    const figures = { people: null, records: null, peopleKinds: ['members'], dataKinds: ['unit'] }
    const good = (one: object) => entrySchema.safeParse({ kind: 'affected', text: '', affected: { ...figures, ...one } }).success
    expect([good({}), good({ peopleKinds: [] }), good({ dataKinds: ['names'] }), good({ people: -1 })]).toEqual([true, false, false, false])
    expect(entrySchema.safeParse({ kind: 'opened', text: 'abc' }).success).toBe(false)
    expect(entrySchema.safeParse({ kind: 'happened', text: ' ' }).success).toBe(false)
  })

  test('the notices are written from the entries: newest figures, no internal note, lateness said plainly', async () => {
    const id = await open()
    await say(id, affected)
    await say(id, { ...affected, affected: { people: 40, records: null, peopleKinds: ['members', 'officers'], dataKinds: ['officer'] } })
    await say(id, { kind: 'measure', text: 'Đã đổi khóa.\nĐã thu hồi máy.' })
    await say(id, { kind: 'note', text: 'Nghi nhân viên cũ, chưa chắc.' })
    const { render } = createTexts()
    const notice = async (write: typeof authorityNotice, at: Date) =>
      write((text) => render(text, 'vi'), {
        ...(await read(id)),
        ...{ entries: await entries(id), unitName: 'LĐLĐ tỉnh Mẫu', dataOfficer: 'Bộ phận dữ liệu, 0299.111.222', now: at },
      })
    const authority = await notice(authorityNotice, now)
    expect(authority).toContain('Kính gửi: Cục An ninh mạng và phòng, chống tội phạm sử dụng công nghệ cao (A05), Bộ Công an')
    expect(authority).toContain('ngày 23 tháng 11 năm 2026')
    expect(authority).toContain('Phát hiện lúc 08:30, 23/11/2026. Hạn thông báo 72 giờ: 08:30, 26/11/2026.')
    expect(authority).toContain('- Một tệp sao lưu nằm trên máy dùng chung.')
    expect(authority).toContain('Số người: 40.')
    expect(authority).toContain('Số bản ghi dữ liệu: đang xác định.')
    expect(authority).toContain('- Đã đổi khóa.\n  Đã thu hồi máy.')
    expect(authority).toContain('Hậu quả, thiệt hại có thể xảy ra\nĐang xác định.')
    expect(authority).not.toMatch(/1\.250|nhân viên cũ|sau hạn 72 giờ|\{\{/)
    expect(await notice(authorityNotice, new Date('2026-11-26T01:30:01Z'))).toContain('sau hạn 72 giờ. Lý do chậm')
    const people = await notice(peopleNotice, now)
    expect(people).toContain('Dữ liệu có thể bị ảnh hưởng: dữ liệu của cán bộ.')
    expect(people).toContain('không bao giờ hỏi mã OTP')
    expect(people).not.toMatch(/nhân viên cũ|A05|\{\{/)
  })

  test('lists walk their own index', async () => {
    let seen: [string, Parameters<Db['read']>[1]] = ['', []]
    const watched: Db = {
      ...db,
      read(sql, args = []) {
        seen = [sql, args]
        return db.read(sql, args)
      },
    }
    await listIncidents(watched, keys, (await desk()).actor, 'open', { after: null, limit: 50 })
    const plan = JSON.stringify(await db.read(`EXPLAIN QUERY PLAN ${seen[0]}`, seen[1]))
    expect(plan).toContain('incidents_state')
    expect(plan).not.toContain('TEMP B-TREE')
  })

  test('a closed file stays as long as is set, then goes with its entries; an open one stays', async () => {
    const closed = await open()
    await db.write(await closeIncident(await desk(), await read(closed), 'Không thuộc trường hợp phải báo.'))
    const stays = await open()
    const run = (at: string) => createRetention({ db, keys, now: () => new Date(at), log: () => {} }).run()
    expect((await run('2031-11-23T01:00:00Z')).incidents).toBe(0)
    expect((await run('2031-11-23T03:00:00Z')).incidents).toBe(1)
    expect(await db.read('SELECT DISTINCT incident_id AS id FROM incident_entries')).toEqual([{ id: stays }])
  })
})
