/**
 * "Xóa hẳn": asked by one officer of the case, let through by a second one by role and hand; what goes, what stays, what the
 * member hears; and that neither tables, files nor a backup hold a byte of it any more, even with the key.
 */
import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { caseReasons } from '../content/data/case-reasons.ts'
import { createTexts } from '../content/index.ts'
import { listQueue, listShelf, readCase, requireCase } from '../db/case-desk.ts'
import { listEvents } from '../db/case-events.ts'
import { mergeCases } from '../db/case-merge.ts'
import { moveCase } from '../db/case-moves.ts'
import { listReasons, loadReasons } from '../db/case-reasons.ts'
import { addSeat, giveBindCode, lendSeat } from '../db/officer-desk.ts'
import { listRemovalRequests, listRemovalsOf } from '../db/removal-list.ts'
import { askRemoval, decideRemoval } from '../db/removals.ts'
import { documentOf } from '../src/api/openapi.ts'
import { REMOVAL_KINDS, type RemovalKind } from '../src/removal.ts'
import type { Role } from '../src/rights.ts'
import { type ApiDesk, openApiDesk } from './api-desk.ts'
import { caseRows } from './console-cases.ts'
import { type Browser, signIn } from './console-desk.ts'
import { textOf } from './harness.ts'
import { addTestOfficer, deskAt } from './people.ts'
import { watchQueries } from './plans.ts'
import { openTalkDesk } from './talk-desk.ts'

const REASON = 'Ảnh chụp rõ mặt một cháu nhỏ, che lại cũng không hết.'
const SIGNS = 'Tem nhãn mờ, mực lem khi chạm tay vào'
const HOUR_MS = 3_600_000

let desk: ApiDesk
beforeEach(async () => {
  desk = await openApiDesk()
  const { db, keys, clock, officer } = desk
  const now = clock.now()
  await db.write([loadReasons(caseReasons)])
  await officer('xa', ['case'], 'an')
  await officer('xa', ['data'], 'chi')
  await officer('tinh', ['approver', 'case'], 'dung')
  for (const [id, number] of [
    ['viec1', 'PA-2611-7K3Q'],
    ['viec2', 'PA-2611-8M4T'],
  ] as const) {
    const photos = [`${id}a`, `${id}b`]
    await db.write(
      photos.map((photo) => ({
        sql: "INSERT INTO photos(id, channel, state, due_at, give_up_at, day) VALUES (?, '', 'stored', 0, 0, '2026-11-23')",
        args: [photo],
      })),
    )
    await db.write(
      await caseRows(keys, {
        ...{ id, number, now, photos, report: { kind: 'fake', signs: SIGNS } },
        identity: { told: { name: 'Trần Thị Kín Đáo' }, contactId: 'c9' },
        replyTo: { contactId: 'c9', addressId: 'a9', word: 'K7' },
      }),
    )
  }
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
const asks = async (officer: string, photoId: string | null = null, kind: RemovalKind = 'child', id = 'viec1') =>
  desk.db.write(await askRemoval(await at(officer), id, { photoId, kind, reason: REASON }, await hand(officer)))
const request = async (id = 'viec1') => (await listRemovalsOf(await at('an'), id, 9))[0]?.id ?? ''
const decides = async (officer: string, granted = true, id = 'viec1') =>
  desk.db.write(await decideRemoval(await at(officer), await request(id), granted, await hand(officer)))
const row = async (id = 'viec1') => (await desk.db.read('SELECT * FROM cases WHERE id = ?', [id]))[0] ?? {}
const photosOf = async (id = 'viec1') =>
  (await desk.db.read('SELECT id FROM photos WHERE case_id = ? ORDER BY id', [id])).map((one) => one.id)
const audits = async () =>
  (await desk.audits())
    .filter(({ about, act }) => about === 'case' && act !== 'case.read')
    .map(({ officer_id, act, detail }) => ({ officer_id, act, detail }))

describe('a report removed for good', () => {
  test.each(REMOVAL_KINDS)('for %s: number, unit, month and outcome are left, and both officers in the log', async (kind) => {
    await asks('an', null, kind)
    await decides('chi')
    expect(await row()).toMatchObject({
      ...{ number: 'PA-2611-7K3Q', unit_id: 'xa', state: 'closed', gone: 'removed', kind: 'unsure', opened_hour: '2026-10-31T17Z' },
      ...{ reason_id: `removed-${kind}`, outcome_id: 'removed' },
    })
    expect((await readCase(await at('an'), 'viec1')).report.signs).toBe('')
    expect(await photosOf()).toEqual([])
    expect((await desk.db.read('SELECT name FROM gone_objects')).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['viec1a', 'viec1a-view', 'viec1b', 'viec1b-view']),
    )
    const thread = await listEvents(desk.db, desk.keys, 'viec1', { limit: 10 })
    expect(thread).toMatchObject([{ kind: 'removed', officerId: 'chi', relay: 'waiting', detail: { why: kind, askedBy: 'an' } }])
    expect(await desk.db.read('SELECT 1 FROM removals')).toEqual([])
    expect(await desk.db.read('SELECT count(*) AS n FROM case_identities')).toEqual([{ n: 1 }])
    const log = await audits()
    expect(log.map(({ officer_id, act }) => `${officer_id} ${act}`)).toEqual(['an case.removal_asked', 'chi case.removed'])
    expect(JSON.parse(String(log[1]?.detail))).toMatchObject({ why: kind, askedBy: 'an', what: 'case' })
    // Nothing can be done with it any more, and the other case has lost nothing.
    await expect(requireCase(await at('an'), 'viec1', 'case.work')).rejects.toThrow('case.is_removed')
    await expect(askRemoval(await at('an'), 'viec1', { photoId: null, kind, reason: REASON }, await hand('an'))).rejects.toThrow(
      'case.is_removed',
    )
    expect(await photosOf('viec2')).toEqual(['viec2a', 'viec2b'])
    expect((await readCase(await at('an'), 'viec2')).report.signs).toBe(SIGNS)
  })

  test('one photo alone: original, viewer’s copy, covered copies and what it looked like go; the thread says who and why', async () => {
    await desk.db.write([
      {
        sql: "INSERT INTO photo_copies(id, photo_id, place, hour, officer_id, cleared, facts) VALUES ('k1', 'viec1a', 1, '2026-11-23T02Z', 'an', 1, x'00')",
        args: [],
      },
      { sql: "INSERT INTO case_marks(mark, case_id) VALUES ('looks', 'viec1')", args: [] },
      { sql: "UPDATE cases SET marked = 1 WHERE id = 'viec1'", args: [] },
    ])
    await asks('an', 'viec1a')
    await decides('dung')
    expect(await photosOf()).toEqual(['viec1b'])
    expect((await desk.db.read('SELECT name FROM gone_objects')).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['viec1a', 'viec1a-view', 'viec1a-rk1']),
    )
    expect(await desk.db.read('SELECT * FROM photo_copies')).toEqual([])
    expect(await desk.db.read('SELECT * FROM case_marks')).toEqual([])
    expect(await row()).toMatchObject({ gone: null, state: 'new', marked: -1 })
    const last = (await listEvents(desk.db, desk.keys, 'viec1', { limit: 10 })).at(-1)
    expect(last).toMatchObject({ kind: 'photo_removed', officerId: 'dung', relay: 'waiting', detail: { why: 'child', askedBy: 'an' } })
    expect((await audits()).map(({ officer_id, act }) => `${officer_id} ${act}`)).toEqual([
      'an case.removal_asked',
      'dung case.photo_removed',
    ])
  })

  test('not while an authority’s answer is waited for, though a photo of it may be; not while it is merged', async () => {
    await desk.db.write([
      {
        sql: "INSERT INTO hand_overs(id, case_id, authority_id, state, hour, due_day, officer_id, box) VALUES ('h1', 'viec1', 'q', 'sent', '2026-11-23T02Z', '2026-12-21', 'an', x'00')",
        args: [],
      },
    ])
    await expect(asks('an')).rejects.toThrow('console_removals.handed_over')
    await asks('an', 'viec1a')
    await decides('chi')
    expect(await photosOf()).toEqual(['viec1b'])
    await desk.db.write([{ sql: "UPDATE hand_overs SET state = 'answered'", args: [] }])
    await asks('an')
    // Sent once more between the asking and the second officer's word.
    await desk.db.write([{ sql: "UPDATE hand_overs SET state = 'sent'", args: [] }])
    await expect(decides('chi')).rejects.toThrow('console_removals.handed_over')
    expect((await row()).gone).toBeNull()

    await mergeCases(await at('dung'), { id: 'viec2', version: 1 }, { id: 'viec1', version: Number((await row()).version) })
    await expect(asks('an', null, 'child', 'viec2')).rejects.toThrow('console_removals.merged')
    await desk.db.write([{ sql: "UPDATE hand_overs SET state = 'answered'", args: [] }])
    await expect(decides('chi')).rejects.toThrow('console_removals.merged')
    await asks('an', 'viec2a', 'papers', 'viec2')
    await decides('chi', true, 'viec2')
    // Its other member, whose photo it was not, hears nothing of it.
    expect((await listEvents(desk.db, desk.keys, 'viec1', { limit: 30, kinds: ['photo_removed'] })).length).toBe(1)
    expect((await listEvents(desk.db, desk.keys, 'viec2', { limit: 30, kinds: ['photo_removed'] })).length).toBe(1)
  })
})

describe('the second officer', () => {
  test('is another one with the right, without a conflict, of no unit the member kept it from, by their own hand, in time', async () => {
    await desk.officer('xa', ['approver'], 'em')
    await desk.officer('xa-khac', ['data', 'approver'], 'gia')
    await asks('dung')
    await expect(decides('dung')).rejects.toThrow('console_identity.own')
    for (const roles of [['case'], ['admin'], ['editor'], ['welfare'], ['viewer']] as Role[][]) {
      await desk.officer('xa', roles, `khong-${roles[0]}`)
      await expect(decides(`khong-${roles[0]}`), String(roles[0])).rejects.toThrow('console_identity.request_gone')
    }
    await expect(decides('gia')).rejects.toThrow('console_identity.request_gone')
    await desk.db.write([
      { sql: "INSERT INTO case_conflicts(case_id, officer_id, hour) VALUES ('viec1', 'chi', '2026-11-23T02Z')", args: [] },
    ])
    await expect(decides('chi')).rejects.toThrow('case.conflicted')
    expect(await listRemovalRequests(await at('chi'), { limit: 5 })).toEqual([])
    expect(await listRemovalRequests(await at('dung'), { limit: 5 })).toEqual([])
    expect(await listRemovalRequests(await at('em'), { limit: 5 })).toHaveLength(1)
    // A hand that was used up.
    const proof = await hand('em')
    await desk.db.write([{ sql: 'UPDATE sessions SET proven_at = NULL WHERE id = ?', args: [proof.session] }])
    const unproven = decideRemoval(await at('em'), await request(), true, proof).then((writes) => desk.db.write(writes))
    await expect(unproven).rejects.toThrow()
    expect((await row()).gone).toBeNull()
    await decides('em', false)
    await expect(decides('em')).rejects.toThrow('console_identity.decided')
    expect((await listEvents(desk.db, desk.keys, 'viec1', { limit: 10 })).at(-1)).toMatchObject({ kind: 'removal_refused', relay: null })
    expect((await row()).gone).toBeNull()
    // Monday; the third working day after it is Thursday.
    desk.clock.advance(60_000)
    await asks('an')
    desk.clock.set('2026-11-26T17:00:00.000Z')
    await expect(decides('em')).rejects.toThrow('console_identity.expired')
  })

  test('and the first must not belong to the unit its member did not want to see it, nor act on a restricted one', async () => {
    const { db, keys, clock } = desk
    await db.write(await caseRows(keys, { id: 'viec3', number: 'PA-2611-9N5U', now: clock.now(), keptFrom: 'xa', unitId: 'tinh' }))
    await desk.officer('tinh', ['case'], 'hoa')
    await db.write([{ sql: "UPDATE officers SET unit_id = 'tinh' WHERE id = 'hoa'", args: [] }])
    await asks('hoa', null, 'mistake', 'viec3')
    await db.write([{ sql: "UPDATE cases SET unit_id = 'xa' WHERE id = 'viec3'", args: [] }])
    await expect(decides('chi', true, 'viec3')).rejects.toThrow('console_identity.request_gone')
    await expect(asks('an', null, 'mistake', 'viec3')).rejects.toThrow('case.gone')
    await db.write([{ sql: "UPDATE cases SET restricted = 1, assignee_id = 'dung' WHERE id = 'viec1'", args: [] }])
    await expect(asks('an')).rejects.toThrow('case.gone')
    await asks('dung')
    await decides('chi')
    expect((await row()).gone).toBe('removed')
  })

  test('and is nobody’s hand: no role lent by who asks, no account made by them', async () => {
    await desk.db.write([{ sql: 'UPDATE officers SET roles = \'["case","approver","admin"]\' WHERE id = \'an\'', args: [] }])
    await desk.officer('xa', ['case'], 'binh')
    await asks('an')
    const { writes } = await lendSeat(await at('an'), {
      ...{ lenderId: 'an', officerId: 'binh', roles: ['approver'], fromDay: '2026-11-23', untilDay: '2026-12-01' },
    })
    await desk.db.write(writes)
    await expect(decides('binh')).rejects.toThrow('console_identity.not_independent')
    const made = await addSeat(await at('an'), {
      unitId: 'xa',
      name: 'Cán bộ mới',
      title: null,
      roles: ['data'],
      area: null,
      untilDay: null,
    })
    await desk.db.write(made.writes)
    await expect(decides(made.id)).rejects.toThrow('console_identity.not_independent')
    // Made in the same instant as the word is given.
    const late = await decideRemoval(await at('chi'), await request(), true, await hand('chi'))
    await desk.db.write((await giveBindCode(await at('an'), 'chi')).writes)
    await expect(desk.db.write(late)).rejects.toThrow()
    expect((await row()).gone).toBeNull()
  })

  test('of two who decide at once one is heard; an act on the case in between makes them look again', async () => {
    await desk.officer('xa', ['data'], 'em')
    await asks('an')
    const id = await request()
    const both = await Promise.all(
      (['chi', 'em'] as const).map(async (officer) => decideRemoval(await at(officer), id, officer === 'chi', await hand(officer))),
    )
    const ends = await Promise.allSettled(both.map((writes) => desk.db.write(writes)))
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    await asks('an', null, 'child', 'viec2')
    const late = await decideRemoval(await at('chi'), await request('viec2'), true, await hand('chi'))
    await desk.db.write([{ sql: "UPDATE cases SET version = version + 1 WHERE id = 'viec2'", args: [] }])
    await expect(desk.db.write(late)).rejects.toThrow()
    expect((await row('viec2')).gone).toBeNull()
    // A paper that left the house in the same instant, however it came about.
    const last = await decideRemoval(await at('chi'), await request('viec2'), true, await hand('chi'))
    await desk.db.write([
      {
        sql: "INSERT INTO hand_overs(id, case_id, authority_id, state, hour, due_day, officer_id, box) VALUES ('h2', 'viec2', 'q', 'sent', '2026-11-23T02Z', '2026-12-21', 'an', x'00')",
        args: [],
      },
    ])
    await expect(desk.db.write(last)).rejects.toThrow()
    expect((await row('viec2')).gone).toBeNull()
  })
})

describe('in the console', () => {
  let browsers: Map<string, Browser>
  beforeEach(() => {
    browsers = new Map()
  })
  const prove = async (officer: string) =>
    desk.db.write([{ sql: 'UPDATE sessions SET proven_at = ? WHERE officer_id = ?', args: [desk.clock.now().getTime(), officer] }])
  const sit = async (officer: string): Promise<Browser> => {
    const known = browsers.get(officer)
    if (known) return known
    const browser = await signIn(desk, officer)
    browsers.set(officer, browser)
    await prove(officer)
    return browser
  }

  test('one asks from the photo, the other decides without seeing it, and the pages say what is left', async () => {
    const [an, chi] = [await sit('an'), await sit('chi')]
    expect((await an.get('/console/cases/viec1')).html).toContain('/console/cases/viec1/remove?photo=viec1a')
    const form = await an.get('/console/cases/viec1/remove?photo=viec1a')
    expect(form.html).toMatch(/<option value="viec1a" selected/)
    const short = await an.post('/console/cases/viec1/remove', { what: 'case', kind: 'child', reason: 'Có trẻ em' })
    expect([short.status, short.text.includes('Giải thích cần ít nhất một câu'), short.text.includes('Có trẻ em')]).toEqual([
      400,
      true,
      true,
    ])
    const asked = await an.post('/console/cases/viec1/remove', { what: 'case', kind: 'child', reason: REASON, declared: 'on' })
    expect(asked.text).toContain('Cán bộ thứ hai có 3 ngày làm việc')
    expect((await chi.get('/console')).text).toContain('Yêu cầu xóa chờ đồng chí quyết: 1')
    const shown = await chi.get(`/console/removal-requests/${await request()}`)
    for (const text of [REASON, 'Cán bộ an', 'Ảnh trẻ em', 'Cả phản ánh']) expect(shown.text).toContain(text)
    expect(shown.html).not.toContain(SIGNS)
    const done = await chi.post(`/console/removal-requests/${await request()}`, { decision: 'grant', declared: 'on' })
    expect(done.text).toContain('Đã xóa hẳn.')
    await prove('an')
    const page = await an.get('/console/cases/viec1')
    for (const text of ['Phản ánh không còn nội dung', 'PA-2611-7K3Q', '11/2026', 'Xóa vì có ảnh trẻ em', 'người xin: Cán bộ an'])
      expect(page.text).toContain(text)
    for (const path of ['move', 'note', 'tell', 'ask', 'identity', 'remove', 'hand-over'])
      expect([path, (await an.get(`/console/cases/viec1/${path}`)).text.includes('đã được xóa hẳn')]).toEqual([path, true])
    expect((await an.get('/console/cases?shelf=closed')).text).toContain('PA-2611-7K3Q')
    expect((await an.get('/console/cases?shelf=closed')).text).toContain('11/2026')
    expect((await an.get('/console/cases')).text).not.toContain('PA-2611-7K3Q')
  })
})

test('in lists and over REST it is a closed row without a report, and no token removes anything', async () => {
  await asks('an')
  await decides('chi')
  expect((await listQueue(await at('an'), {}, { limit: 9 })).map(({ id }) => id)).toEqual(['viec2'])
  expect((await listShelf(await at('an'), 'closed', { limit: 9 })).map(({ id, gone }) => [id, gone])).toEqual([['viec1', 'removed']])
  await desk.officer('tinh', ['case', 'admin', 'data', 'approver'], 'moi')
  const { token } = await desk.token('moi', ['read', 'draft', 'desk', 'units', 'cases'])
  const answer = await desk.client(token).post('/cases/viec1/read', {})
  expect(await answer.json()).toMatchObject({
    gone: 'removed',
    state: 'closed',
    report: { signs: '', kind: 'unsure' },
    member: { identity: false },
  })
  const moved = await desk.client(token).post('/cases/viec1/move', { version: 99, to: 'reviewing', reasonId: 'reviewing-reopened' })
  expect(moved.status).toBe(409)
  const document = JSON.parse(documentOf(createTexts(), 'vi')) as { paths: Record<string, unknown> }
  expect(Object.keys(document.paths).filter((path) => /^\/api\/v1\/cases.*(remov|withdraw)|removal/.test(path))).toEqual([])
})

test('reasons of the program alone are not offered and not taken from a hand', async () => {
  const offered = (await listReasons(desk.db, 'closed')).map(({ id }) => id)
  expect(offered).toContain('closed-withdrawn')
  expect(offered.filter((id) => id === 'withdrawn' || id.startsWith('removed'))).toEqual([])
  for (const reasonId of ['withdrawn', 'removed', 'removed-child'])
    await expect(moveCase(await at('an'), 'viec2', { version: 1, to: 'closed', reasonId })).rejects.toThrow('case.reason_gone')
})

test('lists of requests go by an index', async () => {
  const watched = watchQueries(desk.db)
  const reader = { ...(await at('chi')), db: watched.db }
  await listRemovalRequests(reader, { after: { askedHour: '2026-11-23T02Z', id: 'a' }, limit: 5 })
  await listRemovalsOf(reader, 'viec1', 5)
  expect(await watched.scans()).toEqual([])
  const plans = await Promise.all(watched.queries.map(({ sql, args }) => desk.db.read(`EXPLAIN QUERY PLAN ${sql}`, args)))
  expect(JSON.stringify(plans)).toMatch(/removals_waiting.*removals_case/)
})

test('a request holds neither a minute nor a word in the clear, and none of it stays in the file once it is done', async () => {
  desk.clock.set('2026-11-23T02:17:43.000Z')
  const [{ box } = { box: new Uint8Array() }] = await desk.db.read("SELECT box FROM cases WHERE id = 'viec1'")
  await asks('an')
  const [asked = {}] = await desk.db.read('SELECT * FROM removals')
  for (const cell of Object.values(asked)) {
    const text = cell instanceof Uint8Array ? Buffer.from(cell).toString('utf8') : String(cell)
    expect(text).not.toMatch(/T02:17|cháu nhỏ/)
  }
  await decides('chi')
  await desk.db.emptyLog?.()
  const path = String((await desk.db.read('PRAGMA database_list'))[0]?.file)
  for (const sealed of [box, asked.box] as Uint8Array[]) {
    expect(sealed.byteLength).toBeGreaterThan(40)
    for (const file of [path, `${path}-wal`]) {
      const bytes = await readFile(file).catch(() => Buffer.alloc(0))
      // A piece of the middle: no header that other boxes share.
      expect(bytes.includes(Buffer.from(sealed.slice(14, 46))), file).toBe(false)
    }
  }
})

test('the member gets a neutral notice, reads why in neutral words, and then no way leads back to them', async () => {
  const talk = await openTalkDesk(() => 0.5)
  try {
    const { bot, files, pass, noticesTo, wordOf } = talk
    const { db, keys, clock } = bot
    await db.write([loadReasons(caseReasons)])
    await addTestOfficer(db, keys, 'chi', 'tinh', ['data'])
    const lan = bot.person('7100200300')
    const removes = async (id: string, photoId: string | null) => {
      for (const officer of ['an', 'chi'])
        await db.write([
          {
            sql: "INSERT INTO sessions(id, session_tag, officer_id, device, created_at, expires_at, proven_at) VALUES (?1, ?1, ?1, 'desktop', 1, 1, ?2) ON CONFLICT(id) DO UPDATE SET proven_at = excluded.proven_at",
            args: [officer, clock.now().getTime()],
          },
        ])
      await db.write(
        await askRemoval(await deskAt(db, keys, 'an', clock.now()), id, { photoId, kind: 'child', reason: REASON }, { session: 'an' }),
      )
      const [asked] = await listRemovalRequests(await deskAt(db, keys, 'chi', clock.now()), { limit: 1 })
      await db.write(await decideRemoval(await deskAt(db, keys, 'chi', clock.now()), asked?.id ?? '', true, { session: 'chi' }))
      await pass(8)
    }
    const links = async () => Number((await db.read('SELECT count(*) AS n FROM reply_links'))[0]?.n)
    const { id, receipt } = await files(lan)
    await db.write([
      {
        sql: "INSERT INTO photos(id, case_id, channel, state, due_at, give_up_at, day) VALUES ('anh1', ?, '', 'stored', 0, 0, '2026-11-23')",
        args: [id],
      },
    ])
    await removes(id, 'anh1')
    expect(textOf(await lan.says(`xem ${wordOf(lan)}`))).toContain('Một ảnh trong phản ánh của bạn đã được xóa vì có trẻ em')
    await removes(id, null)
    expect(noticesTo(lan)).toHaveLength(2)
    // The notice has gone; the way stays until it was read.
    expect(await links()).toBe(1)
    const said = textOf(await lan.says(`xem ${wordOf(lan)}`))
    expect(said).toContain('Phản ánh đã được xóa vì có ảnh trẻ em')
    for (const secret of [REASON, 'Cán bộ', 'chi']) expect(said).not.toContain(secret)
    expect(await links()).toBe(0)
    expect(textOf(await lan.says(receipt))).toMatch(/Tình trạng: Đã xóa\.\nPhản ánh đã được xóa vì có ảnh trẻ em/)

    // Who never looks: a week, then the night's job cuts it.
    const other = await files(lan)
    await removes(other.id, null)
    const { createRetention } = await import('../src/retention.ts')
    const night = () => createRetention({ db, keys, now: clock.now, log: () => {} })
    clock.advance(6 * 86_400_000)
    await night().run()
    expect(await links()).toBe(1)
    clock.advance(2 * 86_400_000)
    expect(await night().plan()).toMatchObject({ tipsters: 1 })
    await night().run()
    expect(await links()).toBe(0)
    expect(textOf(await lan.says(other.receipt))).toContain('Tình trạng: Đã xóa')
  } finally {
    await talk.close()
  }
})
