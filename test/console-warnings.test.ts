/**
 * Warnings in the console: from the form to two approvals, corrected, withdrawn, asked about, made into a message.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { flagWarning } from '../db/warnings.ts'
import { type ApiDesk, openApiDesk } from './api-desk.ts'
import { type Browser, signIn } from './console-desk.ts'
import { WARNING } from './console-notices.ts'

let desk: ApiDesk
let viet: Browser
let mot: Browser
let hai: Browser
beforeEach(async () => {
  desk = await openApiDesk()
  viet = await signIn(desk, await desk.officer('xa', ['editor'], 'viet'), true)
  mot = await signIn(desk, await desk.officer('tinh', ['approver'], 'mot'), true)
  hai = await signIn(desk, await desk.officer('xa', ['case'], 'hai'), true)
})
afterEach(() => desk.close())

const proves = (id: string) =>
  desk.db.write([{ sql: 'UPDATE sessions SET proven_at = ? WHERE officer_id = ?', args: [desk.clock.now().getTime(), id] }])
const form = { ...WARNING, unit: 'xa' }
const rows = () => desk.db.read('SELECT id, state, version FROM warnings ORDER BY changed_at')

/** Through the pages, as three officers do it. */
async function publishes(): Promise<string> {
  await viet.get('/console/warnings/new')
  const saved = await viet.post('/console/warnings/new', form)
  expect(saved.text).toContain('Đoàn viên chưa thấy cảnh báo này')
  const id = /\/console\/warnings\/([a-z0-9]+)/.exec(saved.path)?.[1] ?? ''
  const [row] = await desk.db.read('SELECT version FROM warnings WHERE id = ?', [id])
  await viet.post(`/console/warnings/${id}/submit`, { version: String(row?.version) })
  for (const [who, browser, said] of [
    ['mot', mot, 'Cần thêm một cán bộ khác'],
    ['hai', hai, 'Cảnh báo đã được đăng'],
  ] as const) {
    await proves(who)
    const page = await browser.get(`/console/warnings/${id}/approve`)
    for (const part of [WARNING.title, WARNING.body, WARNING.number, WARNING.link]) expect(page.text).toContain(part)
    const version = /name="version" value="(\d+)"/.exec(page.html)?.[1] ?? ''
    expect((await browser.post(`/console/warnings/${id}/approve`, { version })).text).toContain(said)
  }
  return id
}

describe('in the console', () => {
  test('a warning is written, sent, approved by two, and both saw the text they let out', async () => {
    const id = await publishes()
    expect(await rows()).toMatchObject([{ id, state: 'published' }])
    expect((await mot.get('/console/warnings')).text).toContain(WARNING.title)
    expect((await viet.get(`/console/warnings/${id}`)).text).toContain('Cán bộ hai, Cán bộ mot')
  })

  test('what is wrong is said at its field, with all that was typed still there', async () => {
    await viet.get('/console/warnings/new')
    for (const [change, field, said] of [
      [{ authority: '' }, 'authority', ''],
      [{ link: 'https://evil.example/12' }, 'link', 'các trang được phép'],
      [{ link: 'http://moit.gov.vn/12' }, 'link', ''],
      [{ day: '2026-11-24' }, 'day', 'tương lai'],
      [{ reviewBy: '2026-11-01' }, 'reviewBy', 'sau hôm nay'],
      [{ body: 'Theo PA-2611-7K3Q thì lô này có vấn đề.' }, 'body', 'số phản ánh'],
      [{ unit: 'xa-khac' }, 'unit', ''],
    ] as const) {
      const page = await viet.post('/console/warnings/new', { ...form, ...change })
      expect(page.status).toBe(400)
      expect(page.html).toContain(`id="f-${field}-wrong"`)
      expect(page.html).toContain('Thu hồi lô sữa bột Mẫu 01')
      expect(page.text).toContain(said)
    }
    expect(await rows()).toEqual([])
  })

  test('its author cannot approve it, nor one from another unit find it', async () => {
    const both = await signIn(desk, await desk.officer('xa', ['editor', 'approver', 'case'], 'ca'), true)
    await both.get('/console/warnings/new')
    await both.post('/console/warnings/new', form)
    const [row] = await rows()
    await both.post(`/console/warnings/${row?.id}/submit`, { version: '1' })
    expect((await both.get(`/console/warnings/${row?.id}`)).text).toContain('không duyệt được')
    const refused = await both.post(`/console/warnings/${row?.id}/approve`, { version: '2' })
    expect([refused.status, refused.text.includes('đã viết cảnh báo này')]).toEqual([403, true])
    const elsewhere = await signIn(desk, await desk.officer('xa-khac', ['approver'], 'khac'), true)
    expect((await elsewhere.get(`/console/warnings/${row?.id}`)).status).toBe(404)
    expect(await rows()).toMatchObject([{ state: 'waiting' }])
  })

  test('a takedown that is asked for stands on the day’s page until it is decided; taken down it says why', async () => {
    const id = await publishes()
    await viet.get(`/console/warnings/${id}`)
    const [asked] = await rows()
    expect((await viet.post(`/console/warnings/${id}/ask`, { version: String(asked?.version), why: 'x' })).status).toBe(400)
    await viet.post(`/console/warnings/${id}/ask`, { version: String(asked?.version), why: 'Cơ sở gửi công văn số 12.' })
    const today = await mot.get('/console')
    expect((await mot.get(`/console/warnings/${id}`)).text).toContain('Cán bộ hai, Cán bộ mot')
    expect(today.text).toMatch(/Có đề nghị gỡ: quyết định trước \d\d:\d\d thứ Ba, 24\/11\/2026/)
    await proves('mot')
    const page = await mot.get(`/console/warnings/${id}/withdraw`)
    const version = /name="version" value="(\d+)"/.exec(page.html)?.[1] ?? ''
    expect((await mot.post(`/console/warnings/${id}/withdraw`, { version, why: '' })).status).toBe(400)
    const done = await mot.post(`/console/warnings/${id}/withdraw`, { version, why: 'Quyết định đã bị hủy.' })
    expect(done.text).toContain('Đã rút cảnh báo.')
    expect((await mot.get('/console')).text).not.toContain('Có đề nghị gỡ')
    expect((await viet.get(`/console/warnings/${id}`)).text).toContain('Quyết định đã bị hủy.')
  })

  test('a correction takes it down and sends the right one, in one step', async () => {
    const id = await publishes()
    await proves('viet')
    const page = await viet.get(`/console/warnings/${id}/correct`)
    const version = /name="version" value="(\d+)"/.exec(page.html)?.[1] ?? ''
    const wrong = await viet.post(`/console/warnings/${id}/correct`, {
      ...WARNING,
      version,
      why: 'Nhầm lô.',
      link: 'https://evil.example/1',
    })
    expect([wrong.status, wrong.html.includes('id="f-link-wrong"')]).toEqual([400, true])
    expect(await rows()).toMatchObject([{ state: 'published' }])
    const done = await viet.post(`/console/warnings/${id}/correct`, { ...WARNING, title: 'Thu hồi lô sữa 02', version, why: 'Nhầm lô.' })
    expect(done.text).toContain('Bản sửa đang chờ hai cán bộ khác duyệt')
    expect(
      (await desk.db.read('SELECT state, corrects FROM warnings ORDER BY state')).map(({ state, corrects }) => [state, corrects]),
    ).toEqual([
      ['waiting', id],
      ['withdrawn', null],
    ])
  })

  test('a message made from it carries the text, the decision and the link, and needs two approvals', async () => {
    const id = await publishes()
    await viet.get(`/console/warnings/${id}`)
    expect((await viet.post(`/console/warnings/${id}/campaign`)).text).toContain('Đã tạo bản nháp của tin')
    const [row] = await desk.db.read('SELECT content, needs, state FROM campaigns')
    expect(row).toMatchObject({ needs: 2, state: 'draft' })
    const content = JSON.parse(String(row?.content))
    expect(content).toMatchObject({ business: true, decision: { number: WARNING.number, url: WARNING.link } })
    expect(content.vi).toContain(WARNING.body)
    expect((await viet.get(`/console/warnings/${id}`)).text).toContain('Tin đã soạn từ cảnh báo này')
  })

  test('what members say is wrong is read and settled on its page', async () => {
    const id = await publishes()
    await desk.db.write(await flagWarning(desk.keys, { id: 'f1', warningId: id, words: 'Số lô <b>sai</b> rồi.', now: desk.clock.now() }))
    expect((await viet.get('/console')).text).toContain('Đoàn viên báo sai')
    const page = await viet.get(`/console/warnings/${id}`)
    expect(page.html).toContain('Số lô &lt;b&gt;sai')
    expect((await viet.post(`/console/warnings/${id}/settle`, { flag: 'f1' })).text).toContain('đã kiểm tra')
    expect((await viet.get(`/console/warnings/${id}`)).text).not.toContain('Số lô')
  })

  test('an older form does not overwrite a newer text', async () => {
    await viet.get('/console/warnings/new')
    await viet.post('/console/warnings/new', form)
    const [row] = await rows()
    const path = `/console/warnings/${row?.id}/edit`
    await viet.post(path, { ...WARNING, title: 'Tên thứ nhất', version: '1' })
    const late = await viet.post(path, { ...WARNING, title: 'Tên thứ hai', version: '1' })
    expect(late.status).toBe(400)
    expect(late.html).toContain('Tên thứ hai')
    expect(await desk.db.read('SELECT title FROM warnings')).toEqual([{ title: 'Tên thứ nhất' }])
  })
})
