/** Content over REST: what another system may write, what it is told when it is wrong, and how far its token reaches. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadContent } from '../src/load-content.ts'
import { type ApiDesk, type Client, openApiDesk } from './api-desk.ts'

const FACT = {
  ...{ topic: 'cuoc_van_dong', kind: 'fact', title: 'Chiếc nón quai thao', body: 'Nón làm từ lá gồi.', sourceLabel: 'Báo Mẫu' },
  ...{ checkedOn: '2026-11-20', reviewBy: '2027-11-20' },
}
type Draft = { id: string; entry: string; state: string; edition: number; fields: Record<string, unknown> }

let desk: ApiDesk
let editor: Client
beforeAll(async () => {
  desk = await openApiDesk()
  await loadContent(desk.db, () => {})
  editor = await desk.clientOf('xa', ['editor'])
})
afterAll(() => desk.close())

const json = async <T>(answer: Promise<Response>): Promise<{ status: number; body: T }> => {
  const one = await answer
  return { status: one.status, body: (await one.json()) as T }
}

test('a text is written, changed by its edition, submitted and thrown away; it never becomes public by a token', async () => {
  const { status, body: draft } = await json<Draft>(editor.post('/entry-drafts', { section: 'library', unitId: 'xa', fields: FACT }))
  expect([status, draft.state, draft.edition]).toEqual([201, 'draft', 1])
  const changed = await json<Draft>(editor.patch(`/entry-drafts/${draft.id}`, { edition: 1, fields: { ...FACT, title: 'Tên khác' } }))
  expect([changed.status, changed.body.edition, changed.body.fields.title]).toEqual([200, 2, 'Tên khác'])
  expect((await editor.patch(`/entry-drafts/${draft.id}`, { edition: 1, fields: FACT })).status).toBe(409)
  expect((await editor.post(`/entry-drafts/${draft.id}/submit`, { edition: 1 })).status).toBe(409)
  expect((await json<Draft>(editor.post(`/entry-drafts/${draft.id}/submit`, { edition: 2 }))).body.state).toBe('submitted')
  const approver = await desk.clientOf('tinh', ['approver'])
  expect((await approver.post(`/entry-drafts/${draft.id}/approve`, {})).status).toBe(403)
  expect((await approver.post('/entries/library/cvd-01/retire', {})).status).toBe(403)
  expect((await editor.get(`/entries/library/${draft.entry}`)).status).toBe(404)
  expect((await editor.post(`/entry-drafts/${draft.id}/drop`, {})).status).toBe(200)
  expect((await editor.get(`/entry-drafts/${draft.id}`)).status).toBe(404)
})

test('every wrong field is named with its own sentence', async () => {
  const wrong = { ...FACT, sourceLabel: '', title: 'x'.repeat(61), reviewBy: '2026-11-01', state: 'published' }
  type Error = { error: { fields: Array<{ path: string; message: string }> } }
  const { status, body } = await json<Error>(editor.post('/entry-drafts', { section: 'library', unitId: 'xa', fields: wrong }))
  expect(status).toBe(400)
  expect(body.error.fields).toEqual([
    { path: 'fields.title', message: 'Dài quá: có 61 ký tự, nhiều nhất 60.' },
    { path: 'fields.sourceLabel', message: 'Cần điền mục này.' },
    { path: 'fields.state', message: 'Không có mục này.' },
  ])
  const late = await json<Error>(
    editor.post('/entry-drafts', { section: 'library', unitId: 'xa', fields: { ...FACT, reviewBy: '2026-11-01' } }),
  )
  expect(late.body.error.fields).toEqual([{ path: 'fields.reviewBy', message: 'Hạn xem lại phải sau hôm nay.' }])
})

test('a change of an entry tells what differs; texts of other units are not there', async () => {
  const found = await json<{ fields: Record<string, unknown>; open: unknown }>(editor.get('/entries/library/cvd-05'))
  expect(found.body.open).toBeNull()
  const fields = { ...found.body.fields, title: 'Một tên khác' }
  const { body: draft } = await json<Draft>(editor.post('/entry-drafts', { section: 'library', unitId: 'xa', entry: 'cvd-05', fields }))
  const shown = await json<{ differences: Array<{ field: string }> }>(editor.get(`/entry-drafts/${draft.id}`))
  expect(shown.body.differences.map(({ field }) => field)).toEqual(['title'])
  expect((await json<{ open: unknown }>(editor.get('/entries/library/cvd-05'))).body.open).toEqual({ id: draft.id, state: 'draft' })
  const other = await desk.clientOf('xa-khac', ['editor'])
  expect((await other.get(`/entry-drafts/${draft.id}`)).status).toBe(404)
  expect((await other.patch(`/entry-drafts/${draft.id}`, { edition: 1, fields })).status).toBe(404)
  expect((await json<{ rows: unknown[] }>(other.get('/entry-drafts?section=library'))).body.rows).toEqual([])
  expect((await other.post('/entry-drafts', { section: 'library', unitId: 'xa', fields: FACT })).status).toBe(404)
  expect((await json<Draft>(other.post('/entry-drafts', { section: 'library', unitId: 'xa-khac', entry: 'cvd-05', fields }))).status).toBe(
    409,
  )
})

describe('lists', () => {
  test('go page by page by key, each entry once', async () => {
    const seen: string[] = []
    for (let after = ''; ; ) {
      const { body } = await json<{ rows: Array<{ id: string }>; next?: string }>(
        editor.get(`/entries/questions?limit=20${after ? `&after=${after}` : ''}`),
      )
      seen.push(...body.rows.map(({ id }) => id))
      if (!body.next) break
      after = body.next
    }
    expect(seen).toHaveLength(105)
    expect(new Set(seen).size).toBe(105)
  })

  test('find without accents, by document number too', async () => {
    const found = await json<{ rows: Array<{ fields: { document: { number: string } } }> }>(editor.get('/entries/documents?q=264-tb'))
    expect(found.body.rows.map(({ fields }) => fields.document.number)).toContain('264-TB/TW')
    expect((await json<{ rows: unknown[] }>(editor.get('/entries/questions?q=%22%29%20OR%20x'))).status).toBe(200)
  })

  test('of what waits walk by their keys as well', async () => {
    const first = await json<{ rows: Array<{ id: string }>; next?: string }>(editor.get('/entry-queues/library/waiting?limit=5'))
    const second = await json<{ rows: Array<{ id: string }> }>(
      editor.get(`/entry-queues/library/waiting?limit=50&after=${first.body.next}`),
    )
    expect(first.body.rows.length + second.body.rows.length).toBe(17)
  })
})
