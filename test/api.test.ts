import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { revokeToken } from '../db/api-tokens.ts'
import { guard } from '../db/client.ts'
import { dismissOfficer } from '../db/officers.ts'
import type { Db } from '../src/chat.ts'
import { type ApiDesk, draft, openApiDesk } from './api-desk.ts'
import { databases } from './database.ts'
import { addPeople } from './people.ts'

let desk: ApiDesk
beforeEach(async () => {
  desk = await openApiDesk()
})
afterEach(() => desk.close())

type Json = Record<string, never>
const json = async (answer: Response | Promise<Response>) => (await (await answer).json()) as Json
const errorOf = async (answer: Response | Promise<Response>) => {
  const got = await answer
  const { error } = (await got.json()) as { error: { code: string; message: string; fields?: Array<{ path: string; message: string }> } }
  return { status: got.status, ...error }
}

describe('who calls', () => {
  test('without a token, with a wrong one, an expired, a revoked, one of an officer who left: the same answer', async () => {
    const officer = await desk.officer('xa', ['editor'])
    const gone = await desk.officer('xa', ['editor'])
    const expired = await desk.token(officer, ['read'], { expiresDay: '2026-11-22' })
    const revoked = await desk.token(officer)
    const left = await desk.token(gone)
    await desk.db.write([revokeToken(revoked.id, desk.clock.now()), ...dismissOfficer(gone, desk.clock.now())])
    const answers = await Promise.all(
      [null, 'hv_nobody-has-this-one', 'hv_', 'x'.repeat(5_000), "hv_' OR 1=1 --", expired.token, revoked.token, left.token].map((text) =>
        desk.client(text).get('/me'),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401))
    expect(new Set(answers.map(({ headers }) => headers.get('www-authenticate')))).toEqual(new Set(['Bearer realm="hang-viet"']))
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1)
  })

  test('a token holds through its last day in Vietnam', async () => {
    const { token } = await desk.token(await desk.officer('xa', ['editor']), ['read'], { expiresDay: '2026-11-23' })
    desk.clock.set('2026-11-23T16:59:00Z')
    expect((await desk.client(token).get('/me')).status).toBe(200)
    desk.clock.set('2026-11-23T17:00:00Z')
    expect((await desk.client(token).get('/me')).status).toBe(401)
  })

  test('what is taken away is gone with the next call, and the use of a token is written once a day', async () => {
    const { id, token } = await desk.token(await desk.officer('xa', ['editor']))
    const client = desk.client(token)
    await client.get('/me')
    await client.get('/me')
    expect(await desk.db.read('SELECT used_day FROM api_tokens')).toEqual([{ used_day: '2026-11-23' }])
    await desk.db.write([revokeToken(id, desk.clock.now())])
    expect((await client.get('/me')).status).toBe(401)
  })

  test('/me says who, where, with which roles and scopes, until when', async () => {
    const officer = await desk.officer('xa', ['editor', 'viewer'])
    const { id, token } = await desk.token(officer, ['draft'], { unitId: 'co-so' })
    expect(await json(desk.client(token).get('/me'))).toEqual({
      officer: { id: officer, name: `Cán bộ ${officer}` },
      unit: { id: 'xa', name: 'Công đoàn xã Mẫu' },
      grants: [{ unitId: 'xa', path: '/tinh/xa/co-so/', roles: ['editor', 'viewer'], delegated: false }],
      roles: ['viewer', 'editor'],
      token: { id, name: 'Hệ thống thử', unitId: 'co-so' },
      scopes: ['draft'],
      expires: '2026-12-31',
    })
  })

  test('a token that calls too often waits, others do not', async () => {
    const one = await desk.clientOf('xa', ['viewer'])
    const other = await desk.clientOf('xa', ['viewer'])
    for (let i = 0; i < 300; i++) expect((await one.get('/me')).status).toBe(200)
    const answer = await one.get('/me')
    expect(answer.status).toBe(429)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await other.get('/me')).status).toBe(200)
    desk.clock.advance(1_000)
    expect((await one.get('/me')).status).toBe(200)
  })

  test('guessing ends in waiting, and a token that is known goes on', async () => {
    const known = await desk.clientOf('xa', ['viewer'])
    await known.get('/me')
    for (let i = 0; i < 599; i++) expect((await desk.client(`hv_guess-number-${i}`).get('/me')).status).toBe(401)
    const answer = await desk.client('hv_guess-again-and-again').get('/me')
    expect(answer.status).toBe(429)
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
    expect((await known.get('/me')).status).toBe(200)
  })

  test('no other site may read it, no cache keeps it, in both languages', async () => {
    const client = await desk.clientOf('xa', ['viewer'])
    const answer = await client.get('/units', { origin: 'https://evil.example' })
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect((await client.call('OPTIONS', '/units')).status).toBe(404)
    expect((await errorOf(client.get('/campaigns/none'))).message).toContain('Tin này không còn')
    expect((await errorOf(client.get('/campaigns/none', { 'accept-language': 'en-GB,en;q=0.9' }))).message).toContain(
      'This message is gone',
    )
    expect(await errorOf(client.get('/nothing'))).toEqual({ status: 404, code: 'not_found', message: 'Không có gì ở địa chỉ này.' })
  })
})

describe('units', () => {
  test('a page at a time by path, no further than the scope', async () => {
    const client = await desk.clientOf('tinh', ['viewer'])
    const ids: string[] = []
    for (let after = ''; ; ) {
      const page = (await json(client.get(`/units?limit=3&after=${encodeURIComponent(after)}`))) as unknown as {
        rows: Array<{ id: string }>
        next?: string
      }
      ids.push(...page.rows.map(({ id }) => id))
      if (page.next === undefined) break
      after = page.next
    }
    expect(ids).toEqual(['tinh', 'xa-khac', 'xa', 'co-so', 'xuong'])
    const below = (await json(desk.client((await desk.token(await desk.officer('xa', ['viewer']))).token).get('/units'))) as unknown as {
      rows: Array<{ id: string }>
    }
    expect(below.rows.map(({ id }) => id)).toEqual(['xa', 'co-so', 'xuong'])
  })

  test('a token narrowed to a unit sees that one, and one narrowed to a unit of others sees nothing', async () => {
    const officer = await desk.officer('xa', ['viewer'])
    const narrowed = desk.client((await desk.token(officer, ['read'], { unitId: 'co-so' })).token)
    const elsewhere = desk.client((await desk.token(officer, ['read'], { unitId: 'xa-khac' })).token)
    expect((await json(narrowed.get('/units'))).rows).toMatchObject([{ id: 'co-so' }])
    expect((await elsewhere.get('/units')).status).toBe(403)
  })

  test.each([
    ['xã khác', ['xa-khac']],
    ['CONG DOAN XA', ['xa-khac', 'xa']],
    ['công ty', ['co-so']],
    ['%', []],
    ['" OR 1=1 --', []],
    ["'; DROP TABLE units; --", []],
    ['🙂‍\u202e', []],
  ])('“%s” finds its units by name', async (typed, found) => {
    const client = await desk.clientOf('tinh', ['viewer'])
    const { rows } = (await json(client.get(`/units?q=${encodeURIComponent(typed)}`))) as unknown as { rows: Array<{ id: string }> }
    expect(rows.map(({ id }) => id)).toEqual(found)
  })

  test.each(['limit=0', 'limit=201', 'limit=x', 'limit=5&limit=6', 'secret=1', `q=${'x'.repeat(101)}`])(
    '“%s” is refused with the field',
    async (query) => {
      const client = await desk.clientOf('tinh', ['viewer'])
      const error = await errorOf(client.get(`/units?${query}`))
      expect(error).toMatchObject({ status: 400, code: 'invalid' })
      expect(error.fields).toHaveLength(1)
      expect(error.fields?.[0]?.path).toBe(query.split('=')[0])
    },
  )
})

describe('counting people', () => {
  test('is rounded, by channel, and says why the others are left out, as numbers', async () => {
    await desk.people('xa', 23)
    await desk.people('co-so', 4, { channel: 'zalo' })
    await desk.people('xa', 12, { age: 'unknown' })
    await desk.people('xa', 3, { push: 0 })
    await desk.people('xa-khac', 40)
    const client = await desk.clientOf('xa', ['viewer'])
    expect(await json(client.get('/contacts/count?unit=xa'))).toEqual({
      total: 30,
      channels: { telegram: { people: 20, outside: 0, billed: 0 }, zalo: { people: { under: 10 }, outside: 0, billed: 0 } },
      capped: 0,
      leftOut: { notAgreed: { under: 10 }, age: 10, topic: 0 },
    })
    expect((await json(client.get('/contacts/count?unit=xa&memberKinds=thanh_nien,hoi_vien'))).total).toBe(0)
    expect((await json(client.get('/contacts/count?unit=xa&channels=zalo'))).total).toEqual({ under: 10 })
    expect((await json(client.get('/contacts/count?unit=xa&joinedSince=2026-11-10'))).total).toBe(0)
    expect((await json(client.get('/contacts/count?unit=xa&purpose=deals'))).total).toBe(0)
  })

  test('says who is outside the window of Zalo, what is billed, and who had this week’s messages', async () => {
    const hours = (n: number) => desk.clock.now().getTime() - n * 60 * 60 * 1000
    // A third wrote today, a third five days ago, a third nine days ago.
    const people = [1, 120, 216].map((ago) => desk.people('xa', 10, { channel: 'zalo', seenAt: hours(ago) }))
    const ids = (await Promise.all(people)).flat()
    await desk.db.write(
      ids.slice(0, 20).map((id) => ({ sql: "INSERT INTO push_counts(contact_id, week, n) VALUES (?, '2026-11-23', 3)", args: [id] })),
    )
    expect(await json((await desk.clientOf('xa', ['viewer'])).get('/contacts/count?unit=xa'))).toMatchObject({
      total: 30,
      channels: { zalo: { people: 30, outside: 10, billed: 10 } },
      capped: 20,
    })
  })

  test('stays inside the scope, and people without a unit are counted at the top alone', async () => {
    await desk.people(null, 15)
    const below = await desk.clientOf('xa', ['viewer'])
    for (const unit of ['tinh', 'xa-khac', 'nowhere', "xa' OR '1'='1"]) {
      expect((await below.get(`/contacts/count?unit=${encodeURIComponent(unit)}`)).status).toBe(404)
    }
    expect((await errorOf(below.get('/contacts/count?unit=xa&withoutUnit=true'))).message).toContain('Chỉ đơn vị cao nhất')
    const top = await desk.clientOf('tinh', ['viewer'])
    expect((await json(top.get('/contacts/count?unit=tinh&withoutUnit=true'))).total).toBe(20)
    expect((await json(top.get('/contacts/count?unit=tinh'))).total).toBe(0)
    expect((await errorOf(top.get('/contacts/count?unit=tinh&topic=none'))).message).toContain('Không có chủ đề này')
  })
})

describe('campaigns', () => {
  test('are drafted, read, listed, changed, submitted and cancelled, each act with its audit row', async () => {
    const client = await desk.clientOf('xa', ['editor'])
    const made = await client.post('/campaigns', draft('xa', { audience: { unitId: 'co-so' }, theme: 'Tết' }))
    expect(made.status).toBe(201)
    const campaign = await json(made)
    expect(campaign).toMatchObject({ unit: { id: 'xa' }, state: 'draft', version: 1, needs: 1, approvals: 0, theme: 'Tết', topic: null })
    const { id } = campaign
    expect(await json(client.get(`/campaigns/${id}`))).toEqual(campaign)
    expect(await json(client.patch(`/campaigns/${id}`, { version: 1, title: 'Phiên chợ' }))).toMatchObject({
      title: 'Phiên chợ',
      version: 2,
      theme: 'Tết',
    })
    expect(await json(client.post(`/campaigns/${id}/submit`, { version: 2 }))).toMatchObject({ state: 'submitted', version: 2 })
    expect(await json(client.get('/campaigns?state=submitted,draft'))).toMatchObject({ rows: [{ id }] })
    expect(await json(client.get('/campaigns?state=approved'))).toEqual({ rows: [] })
    expect(await json(client.post(`/campaigns/${id}/cancel`))).toMatchObject({ state: 'cancelled' })
    const rows = await desk.audits()
    expect(rows.map(({ act, outcome, via, about_id }) => [act, outcome, via, about_id])).toEqual(
      ['campaign.add', 'campaign.edit', 'campaign.submit', 'campaign.cancel'].map((act) => [act, 'done', 'api', id]),
    )
    expect(JSON.parse(String(rows[0]?.detail))).toEqual({ token: expect.stringMatching(/^t\d+$/) })
  })

  test('submitted here, whoever may approve is told at their chat, as in chat', async () => {
    const [near, above] = [await desk.officer('xa', ['approver']), await desk.officer('tinh', ['approver'])]
    for (const [officerId, native] of [
      [near, '4401'],
      [above, '4402'],
    ] as const) {
      const [contactId = ''] = await addPeople(desk.db, [{ unit: 'xa', push: 0, native }])
      await desk.db.write([{ sql: 'UPDATE officers SET contact_id = ? WHERE id = ?', args: [contactId, officerId] }])
    }
    const client = await desk.clientOf('xa', ['editor', 'approver'])
    const { id } = await json(client.post('/campaigns', draft('xa')))
    expect((await client.post(`/campaigns/${id}/submit`, { version: 1 })).status).toBe(200)
    await desk.product.dispatcher.drain()
    expect(desk.sent).toEqual([expect.stringMatching(/^https:\/\/api\.telegram\.org\/bot.*\/sendMessage$/)])
    const said = JSON.parse(desk.bodies[0] ?? '') as { chat_id: string; text: string }
    expect(String(said.chat_id)).toBe('4401')
    expect(said.text).toMatch(/^Đồng chí Cán bộ o\d+ gửi duyệt một tin của Công đoàn xã Mẫu: “Tuần lễ hàng Việt”\./)
    expect(desk.bodies[0]).toContain(`campaign:open:${id}`)
    // What is refused tells nobody.
    expect((await client.post(`/campaigns/${id}/submit`, { version: 1 })).status).toBe(409)
    expect(await desk.db.read("SELECT count(*) AS n FROM outbox WHERE state = 'queued'")).toEqual([{ n: 1 }])
  })

  test('are listed newest first, a page at a time', async () => {
    const client = await desk.clientOf('xa', ['editor'])
    const ids: unknown[] = []
    for (let i = 0; i < 5; i++) {
      desk.clock.advance(1_000)
      ids.unshift((await json(client.post('/campaigns', draft('xa', { title: `Tin ${i}` })))).id)
    }
    const first = (await json(client.get('/campaigns?limit=2'))) as unknown as { rows: Array<{ id: string }>; next: string }
    const second = (await json(client.get(`/campaigns?limit=2&before=${first.next}`))) as unknown as typeof first
    const third = (await json(client.get(`/campaigns?limit=2&before=${second.next}`))) as unknown as typeof first
    expect([...first.rows, ...second.rows, ...third.rows].map(({ id }) => id)).toEqual(ids)
    expect(third.next).toBeUndefined()
  })

  test('of another unit are not there, of a unit below are; a viewer is refused, and all of it is recorded', async () => {
    const own = await desk.clientOf('xa', ['editor'])
    const { id } = await json(own.post('/campaigns', draft('xa')))
    const other = await desk.clientOf('xa-khac', ['editor'])
    const below = await desk.clientOf('co-so', ['editor'])
    const above = await desk.clientOf('tinh', ['editor'])
    const viewer = await desk.clientOf('xa', ['viewer'])
    for (const client of [other, below]) {
      expect((await client.get(`/campaigns/${id}`)).status).toBe(404)
      expect((await client.patch(`/campaigns/${id}`, { title: 'Của tôi' })).status).toBe(404)
      expect((await client.post(`/campaigns/${id}/submit`, { version: 1 })).status).toBe(404)
      expect((await client.post(`/campaigns/${id}/cancel`)).status).toBe(404)
      expect((await client.get(`/campaigns/${id}/preview`)).status).toBe(404)
      expect((await client.post('/campaigns', draft('xa'))).status).toBe(404)
      expect((await json(client.get('/campaigns'))).rows).toEqual([])
    }
    expect((await viewer.get(`/campaigns/${id}`)).status).toBe(200)
    expect((await viewer.patch(`/campaigns/${id}`, { title: 'Của tôi' })).status).toBe(403)
    expect((await above.patch(`/campaigns/${id}`, { title: 'Của tỉnh' })).status).toBe(200)
    const refused = (await desk.audits()).filter(({ outcome }) => outcome === 'refused')
    expect(refused.map(({ act, unit_id }) => `${act} ${unit_id}`).sort()).toEqual(
      [
        ...['xa-khac', 'co-so'].flatMap((unit) =>
          ['campaign.edit', 'campaign.submit', 'campaign.cancel', 'campaign.add'].map((act) => `${act} ${unit}`),
        ),
        'campaign.edit xa',
      ].sort(),
    )
  })

  test('an audience outside the campaign’s unit is refused when it is written', async () => {
    const client = await desk.clientOf('tinh', ['editor'])
    expect(await errorOf(client.post('/campaigns', draft('xa', { audience: { unitId: 'xa-khac' } })))).toMatchObject({
      status: 403,
      code: 'forbidden',
    })
    const { id } = await json(client.post('/campaigns', draft('xa')))
    expect((await client.patch(`/campaigns/${id}`, { audience: { unitId: 'tinh' } })).status).toBe(403)
    expect((await client.patch(`/campaigns/${id}`, { audience: { unitId: 'nowhere' } })).status).toBe(404)
  })

  test('a forged approval is refused, recorded, and nothing is sent; whatever it carries, whoever asks', async () => {
    const author = await desk.clientOf('xa', ['editor'])
    const { id } = await json(author.post('/campaigns', draft('xa', { plan: { kind: 'now' } })))
    await author.post(`/campaigns/${id}/submit`, { version: 1 })
    const approver = await desk.clientOf('tinh', ['approver', 'admin', 'editor'])
    for (const body of [undefined, { version: 1, digits: '123456' }, { state: 'approved' }, '{', 'x'.repeat(100_000)]) {
      expect(await errorOf(approver.post(`/campaigns/${id}/approve`, body))).toMatchObject({
        status: 403,
        message: expect.stringContaining('không bao giờ duyệt'),
      })
    }
    expect((await author.post(`/campaigns/${id}/approve`, { version: 1 })).status).toBe(403)
    expect((await (await desk.clientOf('xa-khac', ['approver'])).post(`/campaigns/${id}/approve`)).status).toBe(403)
    const rows = (await desk.audits()).filter(({ act }) => act === 'campaign.approve')
    expect(rows.map(({ outcome, about_id, unit_id }) => [outcome, about_id, unit_id])).toEqual([
      ...Array.from({ length: 6 }, () => ['refused', id, 'xa']),
      ['refused', id, 'xa-khac'],
    ])
    expect(JSON.parse(String(rows[0]?.detail))).toMatchObject({ why: 'api.never_approves', token: expect.any(String) })
    desk.clock.advance(60 * 60 * 1000)
    await desk.product.schedule.tick(desk.clock.now())
    await desk.product.dispatcher.drain()
    expect(await desk.db.read('SELECT count(*) AS n FROM broadcasts')).toEqual([{ n: 0 }])
    expect(await desk.db.read('SELECT state, approvals FROM campaigns')).toEqual([{ state: 'submitted', approvals: 0 }])
    // The minute's work asks how the channel is, and nothing more.
    expect(desk.sent.filter((url) => !url.endsWith('/getWebhookInfo'))).toEqual([])
  })

  test.each([
    [{ state: 'approved' }, 'state'],
    [{ approvals: 2 }, 'approvals'],
    [{ authorId: 'somebody' }, 'authorId'],
    [{ editors: [] }, 'editors'],
    [{ needs: 0 }, 'needs'],
    [{ id: 'mine' }, 'id'],
    [{ nextAt: 1 }, 'nextAt'],
    [{ content: { vi: 'Chào', approved: true } }, 'content.approved'],
    [{ audience: { unitId: 'xa', contactIds: ['c1'] } }, 'audience.contactIds'],
    [{ plan: { kind: 'now', hold: 0 } }, 'plan.hold'],
  ])('more than is asked for is refused, in a draft and in a change: %j', async (more, path) => {
    const client = await desk.clientOf('xa', ['editor'])
    expect(await errorOf(client.post('/campaigns', { ...draft('xa'), ...more }))).toMatchObject({
      status: 400,
      fields: [{ path, message: 'Không có mục này.' }],
    })
    const { id } = await json(client.post('/campaigns', draft('xa')))
    expect(await errorOf(client.patch(`/campaigns/${id}`, more))).toMatchObject({ status: 400, fields: [{ path }] })
    expect((await client.patch(`/campaigns/${id}`, { unitId: 'tinh' })).status).toBe(400)
    expect(await desk.db.read('SELECT state, version, unit_id FROM campaigns')).toEqual([{ state: 'draft', version: 1, unit_id: 'xa' }])
    expect((await desk.audits()).filter(({ outcome }) => outcome === 'refused')).toHaveLength(3)
  })

  test.each([
    ['title', { title: '' }, 'title', 'Phải từ 1 trở lên.'],
    ['a title of two lines', { title: 'a\nb' }, 'title', 'Sai mẫu.'],
    ['a long title', { title: 'x'.repeat(121) }, 'title', 'Không được quá 120.'],
    ['no plan', { plan: undefined }, 'plan', 'Còn thiếu mục này.'],
    ['an unknown plan', { plan: { kind: 'hourly' } }, 'plan.kind', 'Không nằm trong các giá trị được dùng.'],
    ['no date', { plan: { kind: 'once', at: 'tomorrow' } }, 'plan.at', 'Sai mẫu.'],
    ['a number', { title: 7 }, 'title', 'Sai kiểu dữ liệu.'],
    ['a long text', { content: { vi: 'x'.repeat(1_501) } }, 'content.vi', 'Không được quá 1500.'],
    ['an image elsewhere', { content: { vi: 'x', image: 'https://evil.example/a.jpg' } }, 'content.image', 'Sai mẫu.'],
    [
      'a link by javascript',
      { content: { vi: 'x', buttons: [{ vi: 'Bấm', to: { kind: 'link', url: 'javascript:alert(1)' } }] } },
      'content.buttons.0.to.url',
      'Sai mẫu.',
    ],
  ])('%s is said by its field, in our words', async (_, more, path, message) => {
    const client = await desk.clientOf('xa', ['editor'])
    expect(await errorOf(client.post('/campaigns', { ...draft('xa'), ...more }))).toMatchObject({
      status: 400,
      code: 'invalid',
      fields: [{ path, message }],
    })
  })

  test('what cannot go out cannot be submitted, and the preview says why before', async () => {
    const client = await desk.clientOf('xa', ['editor'])
    const { id } = await json(client.post('/campaigns', draft('xa', { content: { vi: 'Xem https://evil.example/x' } })))
    expect((await json(client.get(`/campaigns/${id}/preview`))).problem).toContain('trang chưa được phép')
    expect(await errorOf(client.post(`/campaigns/${id}/submit`, { version: 1 }))).toMatchObject({
      status: 400,
      message: expect.stringContaining('trang chưa được phép'),
    })
    await client.patch(`/campaigns/${id}`, { content: { vi: 'Xem https://congdoan.vn/x' } })
    expect((await errorOf(client.post(`/campaigns/${id}/submit`, { version: 1 }))).status).toBe(409)
    expect((await client.post(`/campaigns/${id}/submit`, { version: 2 })).status).toBe(200)
    expect((await client.post(`/campaigns/${id}/submit`, { version: 2 })).status).toBe(409)
  })

  test('an approved campaign is neither changed nor stopped by a token', async () => {
    const client = await desk.clientOf('xa', ['editor', 'approver'])
    const { id } = await json(client.post('/campaigns', draft('xa')))
    await desk.db.write([{ sql: "UPDATE campaigns SET state = 'approved'", args: [] }])
    expect((await client.patch(`/campaigns/${id}`, { title: 'Khác' })).status).toBe(409)
    expect((await client.post(`/campaigns/${id}/cancel`)).status).toBe(403)
    expect((await client.post(`/campaigns/${id}/submit`, { version: 1 })).status).toBe(409)
  })

  test('the preview shows the message on each channel, its length and whom it reaches', async () => {
    await desk.people('xa', 14)
    const client = await desk.clientOf('xa', ['editor'])
    const { id } = await json(
      client.post(
        '/campaigns',
        draft('xa', {
          content: {
            label: '[Ưu đãi]',
            vi: 'Phiên chợ hàng Việt.',
            en: 'A market of Vietnamese goods.',
            buttons: [
              { vi: 'Đố vui', to: { kind: 'quiz' } },
              { vi: 'Trang web', to: { kind: 'link', url: 'https://congdoan.vn/cho' } },
            ],
          },
        }),
      ),
    )
    const seen = (await json(client.get(`/campaigns/${id}/preview`))) as unknown as {
      problem: string | null
      messages: Array<{
        channel: string
        locale: string
        limit: number
        fits: boolean
        parts: Array<{ text: string; length: number; buttons: unknown[] }>
      }>
      people: { total: number }
    }
    expect(seen.problem).toBeNull()
    expect(seen.people.total).toBe(10)
    expect(seen.messages.map(({ channel, locale }) => `${channel} ${locale}`)).toEqual([
      'zalo vi',
      'zalo en',
      'telegram vi',
      'telegram en',
      'web vi',
      'web en',
    ])
    const telegram = seen.messages.find(({ channel, locale }) => channel === 'telegram' && locale === 'vi')
    expect(telegram).toMatchObject({ limit: 4096, fits: true })
    expect(telegram?.parts[0]?.text).toBe(
      '[Ưu đãi] Phiên chợ hàng Việt.\n\nCông đoàn xã Mẫu · mã tin XXXX-XXXX\nDừng nhận tin: gõ “ngừng nhận tin”.',
    )
    expect(telegram?.parts[0]?.length).toBe(telegram?.parts[0]?.text.length)
    expect(telegram?.parts[0]?.buttons).toEqual([
      { label: 'Đố vui', word: 'xem K7M' },
      { label: 'Trang web', url: 'https://congdoan.vn/cho' },
    ])
    expect(await desk.audits()).toHaveLength(1)
  })

  test('words of any kind are kept as data', async () => {
    const client = await desk.clientOf('xa', ['editor'])
    const vi = "Robert'); DROP TABLE campaigns; -- {{unit}} <b>ạ</b> 🙂 $1 ? \u0000"
    const { id } = await json(client.post('/campaigns', draft('xa', { title: "'; DELETE FROM audit --", content: { vi } })))
    const kept = (await json(client.get(`/campaigns/${id}`))) as unknown as { title: string; content: { vi: string } }
    expect(kept.title).toBe("'; DELETE FROM audit --")
    expect(kept.content.vi).toBe(vi.replace('\u0000', '').trim())
    const decomposed = await client.post('/campaigns', draft('xa', { title: 'Tuần lễ hàng Việt'.normalize('NFD') }))
    expect((await json(decomposed)).title).toBe('Tuần lễ hàng Việt'.normalize('NFC'))
    expect(
      (await client.post('/campaigns', `{"unitId":"xa","title":"\\ud800","content":{},"audience":{"unitId":"xa"},"plan":{"kind":"now"}}`))
        .status,
    ).toBe(400)
    const seen = await json(client.get(`/campaigns/${id}/preview`))
    expect(JSON.stringify(seen)).toContain('{{unit}}')
  })
})

describe('bodies', () => {
  test.each([
    ['{', 'application/json', 400],
    ['[]', 'application/json', 400],
    ['"x"', 'application/json', 400],
    ['', 'application/json', 400],
    ['{}', 'text/plain', 400],
    ['{}', 'application/x-www-form-urlencoded', 400],
    ['{"__proto__":{"state":"approved"}}', 'application/json', 400],
    ['['.repeat(30_000), 'application/json', 400],
    [JSON.stringify({ title: 'x'.repeat(70_000) }), 'application/json', 413],
  ])('%.20s as %s is refused', async (body, type, status) => {
    const client = await desk.clientOf('xa', ['editor'])
    const answer = await client.post('/campaigns', body, { 'content-type': type })
    expect(answer.status).toBe(status)
    expect(await answer.text()).not.toMatch(/\bat \w+ \(|node_modules|\.ts:|Zod|SQL/)
    expect(await desk.db.read('SELECT count(*) AS n FROM campaigns')).toEqual([{ n: 0 }])
  })

  test('a body of no announced length is given up as soon as it is too large', async () => {
    const { token } = await desk.token(await desk.officer('xa', ['editor']))
    let pulled = 0
    const body = new ReadableStream({
      pull(controller) {
        pulled++
        controller.enqueue(new TextEncoder().encode('x'.repeat(10_000)))
      },
    })
    const request = new Request('http://x/api/v1/campaigns', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
      duplex: 'half',
    } as RequestInit)
    expect((await desk.product.app.request(request)).status).toBe(413)
    expect(pulled).toBeLessThan(20)
  })

  test('ids that are none are not there, and nothing becomes an error of ours', async () => {
    const client = await desk.clientOf('tinh', ['approver', 'admin'])
    for (const id of ["' OR 1=1", '../x', '%00', 'x'.repeat(500), '🙂', '__proto__', '1e3']) {
      for (const path of ['/campaigns/:id', '/campaigns/:id/preview', '/broadcasts/:id', '/broadcasts/:id/events']) {
        expect((await client.get(path.replace(':id', encodeURIComponent(id)))).status).toBe(404)
      }
    }
    expect((await client.get('/broadcasts/999999999999999')).status).toBe(404)
    expect(desk.lines).toEqual([])
  })
})

describe('officers and audit', () => {
  test('officers of the scope by page, for admins and approvers', async () => {
    await desk.officer('co-so', ['viewer'], 'a1')
    await desk.officer('xa-khac', ['viewer'], 'a2')
    const officer = await desk.officer('xa', ['admin'], 'a3')
    const client = desk.client((await desk.token(officer)).token)
    expect(await json(client.get('/officers?limit=1'))).toEqual({
      rows: [
        {
          id: 'a1',
          name: 'Cán bộ a1',
          unit: { id: 'co-so', name: 'CĐCS Công ty Mẫu' },
          title: null,
          roles: ['viewer'],
          area: null,
          since: '2026-11-23',
          until: null,
          active: true,
          bound: false,
        },
      ],
      next: 'a1',
    })
    expect((await json(client.get('/officers?after=a1'))).rows).toMatchObject([{ id: 'a3' }])
    expect((await (await desk.clientOf('xa', ['viewer'])).get('/officers')).status).toBe(403)
  })

  test('the audit log of the scope by page, by officer and by thing', async () => {
    const editor = await desk.officer('xa', ['editor'])
    const client = desk.client((await desk.token(editor)).token)
    const { id } = await json(client.post('/campaigns', draft('xa')))
    await client.patch(`/campaigns/${id}`, { title: 'Hai' })
    await (await desk.clientOf('xa-khac', ['editor'])).post('/campaigns', draft('xa-khac'))
    const auditor = await desk.clientOf('xa', ['data'])
    const first = (await json(auditor.get('/audit?limit=1'))) as unknown as { rows: Array<{ id: number; act: string }>; next: number }
    expect(first.rows).toMatchObject([{ act: 'campaign.edit', officerId: editor, via: 'api', outcome: 'done', aboutId: id }])
    const second = (await json(auditor.get(`/audit?limit=1&before=${first.next}`))) as unknown as typeof first
    expect(second.rows).toMatchObject([{ act: 'campaign.add' }])
    expect(second.next).toBeUndefined()
    expect((await json(auditor.get(`/audit?about=campaign:${id}`))).rows).toHaveLength(2)
    expect((await json(auditor.get(`/audit?officer=${editor}`))).rows).toHaveLength(2)
    expect((await json(auditor.get('/audit?officer=nobody'))).rows).toEqual([])
    expect((await (await desk.clientOf('xa', ['data'], ['draft'])).get('/audit')).status).toBe(403)
  })
})

describe.each(databases)('two at once, on %s', (_, open) => {
  test('of two who change one version one is told so, and a right lost meanwhile rolls the change back', async () => {
    await desk.close()
    desk = await openApiDesk(open)
    const officer = await desk.officer('xa', ['editor'])
    const { id: tokenId, token } = await desk.token(officer)
    const client = desk.client(token)
    const { id } = await json(client.post('/campaigns', draft('xa')))
    const both = await Promise.all([client.patch(`/campaigns/${id}`, { title: 'Một' }), client.patch(`/campaigns/${id}`, { title: 'Hai' })])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
    const lost = both.find(({ status }) => status === 409) as Response
    expect(await errorOf(lost)).toMatchObject({ code: 'conflict', message: expect.stringContaining('Việc này vừa được người khác làm') })
    expect((await desk.audits()).map(({ outcome }) => outcome).sort()).toEqual(['done', 'done', 'refused'])
    // Revoked after the call was let in and before it commits.
    const write = desk.db.write
    const before = before_(desk.db, async () => {
      await write([revokeToken(tokenId, desk.clock.now())])
    })
    expect((await client.patch(`/campaigns/${id}`, { title: 'Ba' })).status).toBe(409)
    before.restore()
    expect((await desk.db.read('SELECT title FROM campaigns'))[0]?.title).not.toBe('Ba')
    expect((await client.get('/me')).status).toBe(401)
  })
})

/** Runs something once just before the next guarded batch commits. */
function before_(db: Db, work: () => Promise<void>) {
  const write = db.write
  db.write = async (statements) => {
    if (statements.some(({ sql }) => sql === guard().sql)) {
      db.write = write
      await work()
    }
    return write(statements)
  }
  return {
    restore: () => {
      db.write = write
    },
  }
}

test('no secret and no text stands in an answer of ours or in a log', async () => {
  const { token } = await desk.token(await desk.officer('xa', ['editor', 'admin', 'data', 'approver']))
  const client = desk.client(token)
  const tag = await desk.keys.tag('token', token)
  const said: string[] = []
  const { id } = await json(client.post('/campaigns', draft('xa')))
  for (const path of [
    '/me',
    '/units',
    '/officers',
    '/audit',
    '/campaigns',
    `/campaigns/${id}`,
    '/broadcasts',
    '/contacts/count?unit=xa',
    '/nothing',
  ]) {
    said.push(await (await client.get(path)).text())
  }
  const write = desk.db.write
  desk.db.write = () => Promise.reject(new Error(`SQLITE_IOERR: disk I/O error near "Mời đồng chí ghé phiên chợ" ${token}`))
  const failed = await client.post('/campaigns', draft('xa'))
  desk.db.write = write
  expect(failed.status).toBe(500)
  said.push(await failed.text())
  expect(desk.lines.join()).toContain('api.failed')
  expect(said.join()).not.toMatch(/SQLITE|totp|token_tag/)
  said.push(...desk.lines)
  for (const text of said) {
    expect(text).not.toContain(token)
    expect(text).not.toContain(tag)
  }
  expect(desk.lines.join()).not.toContain('phiên chợ')
})
