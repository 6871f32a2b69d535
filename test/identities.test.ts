import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { holidays } from '../content/data/holidays.ts'
import { createTexts } from '../content/index.ts'
import { addIdentity, forgetTipster } from '../db/case-links.ts'
import { loadHolidays } from '../db/holidays.ts'
import { askIdentity, decideIdentity, seeIdentity } from '../db/identities.ts'
import { listOpeningRequests, listOpeningsOf } from '../db/identity-list.ts'
import { addSeat, giveBindCode, lendSeat } from '../db/officer-desk.ts'
import { documentOf } from '../src/api/openapi.ts'
import { toldOfOpening } from '../src/identity.ts'
import type { Role } from '../src/rights.ts'
import { type ApiDesk, openApiDesk } from './api-desk.ts'
import { caseRows } from './console-cases.ts'
import { type Browser, signIn } from './console-desk.ts'
import { textOf } from './harness.ts'
import { addTestOfficer, deskAt } from './people.ts'
import { watchQueries } from './plans.ts'
import { openTalkDesk } from './talk-desk.ts'

const NAME = 'Trần Thị Kín Đáo'
const PHONE = '0912345678'
const REASON = 'Người phản ánh không trả lời tin nhắn, cần gọi để hỏi ngày mua hàng.'
const WHY = { purpose: 'ask', reason: REASON } as const
const ASK = { ...WHY, declared: 'on' }
const HOUR_MS = 3_600_000

let desk: ApiDesk
beforeEach(async () => {
  desk = await openApiDesk()
  const { db, keys, clock, officer } = desk
  const now = clock.now()
  await officer('xa', ['case'], 'an')
  await officer('xa', ['case'], 'binh')
  await officer('xa', ['data'], 'chi')
  await officer('tinh', ['approver', 'case'], 'dung')
  const told = { name: NAME, phone: PHONE }
  await db.write(
    await caseRows(keys, {
      id: 'viec1',
      number: 'PA-2611-7K3Q',
      now,
      identity: { told, contactId: 'c9' },
      replyTo: { contactId: 'c9', addressId: 'a9', word: 'K7' },
    }),
  )
  await db.write(await caseRows(keys, { id: 'viec2', number: 'PA-2611-8M4T', now }))
})
afterEach(() => desk.close())

const at = (officer: string) => deskAt(desk.db, desk.keys, officer, desk.clock.now())
/** A session with a proof of just now. */
const hand = async (officer: string) => {
  const now = desk.clock.now().getTime()
  const session = `s-${officer}-${now}`
  await desk.db.write([
    {
      sql: "INSERT INTO sessions(id, session_tag, officer_id, device, created_at, expires_at, proven_at) VALUES (?1, ?1, ?2, 'desktop', ?3, ?4, ?3) ON CONFLICT(id) DO UPDATE SET proven_at = excluded.proven_at",
      args: [session, officer, now, now + 12 * HOUR_MS],
    },
  ])
  return { session }
}
const asks = async (officer: string, id = 'viec1') => desk.db.write(await askIdentity(await at(officer), id, WHY, await hand(officer)))
const request = async () => (await listOpeningsOf(await at('an'), 'viec1', 1))[0]?.id ?? ''
const decides = async (officer: string, granted = true) =>
  desk.db.write(await decideIdentity(await at(officer), await request(), granted, await hand(officer)))
const audits = async () =>
  (await desk.audits()).filter(({ about }) => about === 'case').map(({ officer_id, act }) => `${officer_id} ${act}`)
const events = async () => desk.db.read("SELECT kind, relay FROM case_events WHERE case_id = 'viec1' ORDER BY place")

describe('opening a name', () => {
  test('one officer asks, a second grants, and the first alone looks, for an hour', async () => {
    await asks('an')
    await decides('chi')
    expect((await seeIdentity(await at('an'), 'viec1')).identity).toEqual({ name: NAME, phone: PHONE })
    for (const other of ['binh', 'dung']) await expect(seeIdentity(await at(other), 'viec1')).rejects.toThrow('console_identity.not_open')
    await expect(seeIdentity(await at('chi'), 'viec1')).rejects.toThrow('case.gone')
    desk.clock.advance(HOUR_MS)
    expect((await seeIdentity(await at('an'), 'viec1')).identity.name).toBe(NAME)
    desk.clock.advance(1_000)
    await expect(seeIdentity(await at('an'), 'viec1')).rejects.toThrow('console_identity.not_open')
  })

  test('asking, granting and each look stand in the log and in the thread; the member is told of the grant', async () => {
    await asks('an')
    await decides('chi')
    await seeIdentity(await at('an'), 'viec1')
    await seeIdentity(await at('an'), 'viec1')
    expect(await audits()).toEqual([
      'an case.identity_asked',
      'chi case.identity_granted',
      'an case.identity_seen',
      'an case.identity_seen',
    ])
    expect(await events()).toEqual([
      { kind: 'opened', relay: null },
      { kind: 'identity_asked', relay: null },
      { kind: 'identity_granted', relay: 'waiting' },
      { kind: 'identity_seen', relay: null },
      { kind: 'identity_seen', relay: null },
    ])
    const texts = createTexts()
    for (const purpose of ['ask', 'protect', 'authority', 'compensate', 'later']) {
      const said = texts.render(toldOfOpening({ purpose }), 'vi')
      expect(said).toContain('Hai cán bộ đã cùng đồng ý mở tên, số điện thoại bạn để lại')
      expect(said).not.toMatch(/hàng giả/)
    }
  })

  test('a request of the eve of Tết may be decided until three working days after it', async () => {
    await desk.db.write(loadHolidays(holidays))
    desk.clock.set('2027-02-03T02:00:00Z')
    await asks('an')
    desk.clock.set('2027-02-15T02:00:00Z')
    await decides('chi')
    expect(await desk.db.read('SELECT state, until_day FROM identity_openings')).toEqual([{ state: 'granted', until_day: '2027-02-15' }])
  })

  test('nobody decides their own request, nor one of a case they have to do with, nor twice, nor after three working days', async () => {
    await asks('dung')
    await expect(decides('dung')).rejects.toThrow('console_identity.own')
    await desk.db.write([
      { sql: "INSERT INTO case_conflicts(case_id, officer_id, hour) VALUES ('viec1', 'chi', '2026-11-23T02Z')", args: [] },
    ])
    await expect(decides('chi')).rejects.toThrow('case.conflicted')
    expect(await listOpeningRequests(await at('chi'), { limit: 5 })).toEqual([])
    await desk.db.write([{ sql: 'DELETE FROM case_conflicts', args: [] }])
    expect(await listOpeningRequests(await at('chi'), { limit: 5 })).toHaveLength(1)
    expect(await listOpeningRequests(await at('dung'), { limit: 5 })).toEqual([])
    // Monday nine o'clock; the third working day after it is Thursday.
    desk.clock.set('2026-11-26T16:59:59.000Z')
    expect(await listOpeningRequests(await at('chi'), { limit: 5 })).toHaveLength(1)
    desk.clock.set('2026-11-26T17:00:00.000Z')
    expect(await listOpeningRequests(await at('chi'), { limit: 5 })).toEqual([])
    await expect(decides('chi')).rejects.toThrow('console_identity.expired')
    await asks('dung')
    await decides('chi', false)
    await expect(decides('chi')).rejects.toThrow('console_identity.decided')
    await expect(seeIdentity(await at('dung'), 'viec1')).rejects.toThrow('console_identity.not_open')
    expect((await events()).at(-1)).toEqual({ kind: 'identity_refused', relay: null })
  })

  test('one of two officers who decide at the same moment is heard', async () => {
    await desk.officer('tinh', ['data'], 'em')
    await asks('an')
    const id = await request()
    const both = await Promise.all(
      (['chi', 'em'] as const).map(async (officer) => decideIdentity(await at(officer), id, officer === 'chi', await hand(officer))),
    )
    const ends = await Promise.allSettled(both.map((writes) => desk.db.write(writes)))
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect((await listOpeningsOf(await at('an'), 'viec1', 5)).map(({ state }) => state)).toEqual(['granted'])
  })

  test('each step uses up a proof of the officer’s own hand', async () => {
    const proof = await hand('an')
    await desk.db.write(await askIdentity(await at('an'), 'viec1', WHY, proof))
    const again = decideIdentity(await at('dung'), await request(), true, proof).then((writes) => desk.db.write(writes))
    await expect(again).rejects.toThrow()
    const [{ proven_at } = { proven_at: 1 }] = await desk.db.read('SELECT proven_at FROM sessions WHERE id = ?', [proof.session])
    expect(proven_at).toBeNull()
  })

  test('where nothing was left, was erased, or the case is closed, nothing is asked for', async () => {
    await expect(asks('an', 'viec2')).rejects.toThrow('console_identity.none_left')
    await asks('an')
    await decides('chi')
    await desk.db.write(await forgetTipster(desk.keys, 'c9'))
    await expect(seeIdentity(await at('an'), 'viec1')).rejects.toThrow('console_identity.none_left')
    await expect(asks('binh')).rejects.toThrow('console_identity.none_left')
    await desk.db.write([{ sql: "UPDATE cases SET state = 'closed' WHERE id = 'viec1'", args: [] }])
    await expect(asks('binh')).rejects.toThrow('console_identity.closed')
  })

  test('whoever belongs to the unit the member did not want to see it neither asks nor decides', async () => {
    const report = { kind: 'fake', signs: 'Nhãn mờ' } as const
    const told = { name: NAME }
    await desk.db.write(
      await caseRows(desk.keys, {
        id: 'viec3',
        number: 'PA-2611-9W4E',
        now: desk.clock.now(),
        unitId: 'tinh',
        keptFrom: 'xa',
        report,
        identity: { told, contactId: null },
      }),
    )
    // Lent to an officer of that very unit: the role holds there, the person still comes from it.
    for (const [officer, roles] of [
      ['an', '["case"]'],
      ['chi', '["approver"]'],
    ] as const) {
      await desk.db.write([
        {
          sql: "INSERT INTO delegations(id, officer_id, lender_id, roles, from_day, until_day, created_at) VALUES (?1, ?1, 'dung', ?2, '2026-11-01', '2026-12-01', '2026-11-01')",
          args: [officer, roles],
        },
      ])
    }
    await expect(asks('an', 'viec3')).rejects.toThrow('case.gone')
    await desk.officer('tinh', ['case'], 'giang')
    await asks('giang', 'viec3')
    const id = (await listOpeningsOf(await at('giang'), 'viec3', 1))[0]?.id ?? ''
    await expect(decideIdentity(await at('chi'), id, true, await hand('chi'))).rejects.toThrow('console_identity.request_gone')
    await desk.db.write(await decideIdentity(await at('dung'), id, true, await hand('dung')))
    expect((await seeIdentity(await at('giang'), 'viec3')).identity.name).toBe(NAME)
  })

  test('the second officer is nobody’s hand: no role lent by who asks, no account made, changed or bound by them', async () => {
    const refused = 'console_identity.not_independent'
    await desk.db.write([{ sql: 'UPDATE officers SET roles = \'["case","approver","admin"]\' WHERE id = \'an\'', args: [] }])
    await asks('an')
    // Lent by who asks.
    const days = { fromDay: '2026-11-23', untilDay: '2026-12-01' }
    const { writes } = await lendSeat(await at('an'), { lenderId: 'an', officerId: 'binh', roles: ['approver'], ...days })
    await desk.db.write(writes)
    await expect(decides('binh')).rejects.toThrow(refused)
    // Registered by who asks, of a role that is somebody else's.
    await desk.db.write([{ sql: 'DELETE FROM delegations', args: [] }])
    const other = await lendSeat(await at('an'), { lenderId: 'chi', officerId: 'binh', roles: ['data'], ...days })
    await desk.db.write(other.writes)
    await expect(decides('binh')).rejects.toThrow(refused)
    // A second account of their own, and a code for somebody's.
    const seat = { unitId: 'xa', name: 'Cán bộ mới', title: null, roles: ['data' as const], area: null, untilDay: null }
    const made = await addSeat(await at('an'), seat)
    await desk.db.write(made.writes)
    await expect(decides(made.id)).rejects.toThrow(refused)
    await desk.officer('xa', ['data'], 'hoa')
    await desk.db.write((await giveBindCode(await at('an'), 'hoa')).writes)
    await expect(decides('hoa')).rejects.toThrow(refused)
    // Who owes them nothing.
    await decides('chi')
    expect((await seeIdentity(await at('an'), 'viec1')).identity.name).toBe(NAME)
  })

  test('those nearest who may decide hear of it at their chats, without a number or a word of it', async () => {
    const [contact] = await desk.people('xa', 1)
    await desk.db.write([{ sql: "UPDATE officers SET contact_id = ? WHERE id = 'chi'", args: [contact ?? null] }])
    await asks('an')
    const rows = await desk.db.read('SELECT body FROM outbox')
    expect(rows).toHaveLength(1)
    const body = new TextDecoder().decode(await desk.keys.open('reply', rows[0]?.body as Uint8Array))
    expect(body).toContain('console_identity.tell')
    for (const secret of [NAME, 'viec1', 'PA-2611', REASON, 'an']) expect(body.includes(`"${secret}"`)).toBe(false)
  })
})

describe('the pages', () => {
  const sit = async (officer: string): Promise<Browser> => signIn(desk, officer, true)
  const prove = (officer: string) =>
    desk.db.write([{ sql: 'UPDATE sessions SET proven_at = ? WHERE officer_id = ?', args: [desk.clock.now().getTime(), officer] }])

  test('asked, granted and looked at in the console; nothing is kept by a browser', async () => {
    const an = await sit('an')
    const chi = await sit('chi')
    expect((await an.get('/console/cases/viec1')).text).toContain('Xin xem tên, số điện thoại')
    expect((await an.get('/console/cases/viec2')).text).toContain('không có tên hay số điện thoại nào')
    await an.get('/console/cases/viec1/identity')
    const asked = await an.post('/console/cases/viec1/identity', ASK)
    expect(asked.text).toContain('Cán bộ thứ hai có 3 ngày làm việc')
    expect(asked.text).toContain(REASON)
    expect((await chi.get('/console')).text).toContain('Yêu cầu chờ đồng chí quyết: 1')
    expect((await chi.get('/console/identity-requests')).text).toContain('PA-2611-7K3Q')
    const shown = await chi.get(`/console/identity-requests/${await request()}`)
    expect(shown.text).toContain(REASON)
    expect(shown.text).toContain('Cán bộ an')
    // Neither what was reported nor who told.
    for (const secret of [NAME, PHONE, 'Tem nhãn mờ', 'Sạp cuối chợ']) expect(shown.html).not.toContain(secret)
    const granted = await chi.post(`/console/identity-requests/${await request()}`, { decision: 'grant', declared: 'on' })
    expect(granted.text).toContain('Đã đồng ý')
    // The asking used the proof up.
    expect((await an.get('/console/cases/viec1/identity/open')).path).toContain('/console/enrol')
    await prove('an')
    const open = await an.get('/console/cases/viec1/identity/open')
    expect(open.text).toContain(NAME)
    expect(open.text).toContain(PHONE)
    expect(open.headers.get('cache-control')).toBe('no-store')
    // Left open, it goes by itself when the hour is over.
    expect(open.headers.get('refresh')).toBe('3601; url=/console/cases/viec1')
    for (const path of ['/console/cases/viec1', '/console/cases', '/console']) expect((await an.get(path)).html, path).not.toContain(NAME)
  })

  test('no page and no route shows it without the second officer', async () => {
    await asks('an')
    const id = await request()
    const paths = [
      '/cases/viec1',
      '/cases/viec1/identity',
      '/cases/viec1/identity/open',
      '/cases',
      `/identity-requests/${id}`,
      '/identity-requests',
      '',
      '/audit',
    ]
    for (const [officer, roles] of [
      ['an', []],
      ['moi', ['case', 'admin', 'data', 'approver', 'editor', 'welfare', 'viewer']],
    ] as Array<[string, Role[]]>) {
      if (roles.length > 0) await desk.officer('tinh', roles, officer)
      const browser = await sit(officer)
      for (const path of paths) {
        await prove(officer)
        const page = await browser.get(`/console${path}`)
        expect(page.html.includes(NAME) || page.html.includes(PHONE), `${officer} ${path}`).toBe(false)
      }
    }
    const { token } = await desk.token('moi', ['read', 'draft', 'desk', 'units', 'cases'])
    const document = JSON.parse(documentOf(createTexts(), 'vi')) as {
      paths: Record<string, Record<string, unknown>>
      info: { description: string }
    }
    expect(document.info.description).toContain('không bao giờ có ở đây')
    expect(Object.keys(document.paths).filter((path) => path.includes('identit'))).toEqual([])
    for (const [path, methods] of Object.entries(document.paths)) {
      if (!('get' in methods)) continue
      const answer = await desk.client(token).get(path.replace('/api/v1', '').replace(/\{\w+\}/g, 'viec1'))
      const said = await answer.text()
      expect(said.includes(NAME) || said.includes(PHONE), path).toBe(false)
      desk.clock.advance(2_000)
    }
  })

  test('what is missing is said where it belongs, and nothing typed is lost', async () => {
    const an = await sit('an')
    await an.get('/console/cases/viec1/identity')
    const short = await an.post('/console/cases/viec1/identity', { purpose: 'ask', reason: 'Cần gọi' })
    expect(short.status).toBe(400)
    for (const text of ['Lý do cần ít nhất một câu', 'Đồng chí cần xác nhận điều này', 'Cần gọi']) expect(short.text).toContain(text)
    expect(await listOpeningsOf(await at('an'), 'viec1', 1)).toEqual([])
    await asks('an')
    const chi = await sit('chi')
    await chi.get(`/console/identity-requests/${await request()}`)
    const unticked = await chi.post(`/console/identity-requests/${await request()}`, { decision: 'grant' })
    expect([unticked.status, unticked.text.includes('Đồng chí cần xác nhận điều này')]).toEqual([400, true])
    expect((await listOpeningsOf(await at('an'), 'viec1', 1)).map(({ state }) => state)).toEqual(['asked'])
  })
})

test('lists of openings go by an index', async () => {
  const watched = watchQueries(desk.db)
  const reader = { ...(await at('chi')), db: watched.db }
  await listOpeningRequests(reader, { after: { askedHour: '2026-11-23T02Z', id: 'a' }, limit: 5 })
  await listOpeningsOf(reader, 'viec1', 5)
  expect(watched.queries).toHaveLength(2)
  expect(await watched.scans()).toEqual([])
  const plans = await Promise.all(watched.queries.map(({ sql, args }) => desk.db.read(`EXPLAIN QUERY PLAN ${sql}`, args)))
  expect(JSON.stringify(plans)).toMatch(/identity_openings_waiting.*identity_openings_case/)
})

test('an opening holds neither a minute nor a word in the clear', async () => {
  desk.clock.set('2026-11-23T02:17:43.000Z')
  await asks('an')
  await decides('chi')
  await seeIdentity(await at('an'), 'viec1')
  const rows = await desk.db.read('SELECT * FROM identity_openings')
  const audited = await desk.db.read("SELECT * FROM audit WHERE about = 'case'")
  for (const cell of [...rows, ...audited].flatMap((row) => Object.values(row))) {
    const text = cell instanceof Uint8Array ? Buffer.from(cell).toString('utf8') : String(cell)
    expect(text).not.toMatch(/T02:17|Trần Thị|trả lời tin nhắn/)
  }
})

test('the member gets a neutral notice and reads that it was opened, and what for; of a refusal they hear nothing', async () => {
  const { bot, files, pass, noticesTo, wordOf } = await openTalkDesk(() => 0.5)
  try {
    const { db, keys, clock } = bot
    await addTestOfficer(db, keys, 'chi', 'tinh', ['data'])
    const lan = bot.person('7100200300')
    const { id } = await files(lan)
    await db.write([await addIdentity(keys, id, { name: NAME }, null)])
    const decide = async (granted: boolean) => {
      for (const officer of ['an', 'chi'])
        await db.write([
          {
            sql: "INSERT INTO sessions(id, session_tag, officer_id, device, created_at, expires_at, proven_at) VALUES (?1, ?1, ?1, 'desktop', 1, 1, ?2) ON CONFLICT(id) DO UPDATE SET proven_at = excluded.proven_at",
            args: [officer, clock.now().getTime()],
          },
        ])
      await db.write(
        await askIdentity(await deskAt(db, keys, 'an', clock.now()), id, { purpose: 'protect', reason: REASON }, { session: 'an' }),
      )
      const [asked] = await listOpeningRequests(await deskAt(db, keys, 'chi', clock.now()), { limit: 1 })
      await db.write(await decideIdentity(await deskAt(db, keys, 'chi', clock.now()), asked?.id ?? '', granted, { session: 'chi' }))
      await pass(40)
    }
    await decide(false)
    expect(noticesTo(lan)).toEqual([])
    await decide(true)
    expect(noticesTo(lan)).toHaveLength(1)
    const said = textOf(await lan.says(`xem ${wordOf(lan)}`))
    expect(said).toContain('Hai cán bộ đã cùng đồng ý mở tên, số điện thoại bạn để lại, để bảo vệ bạn.')
    for (const secret of [NAME, REASON, 'Cán bộ']) expect(said).not.toContain(secret)
  } finally {
    await bot.close()
  }
})
