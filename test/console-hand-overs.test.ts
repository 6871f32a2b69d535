/**
 * Hand-overs and decisions by hand, at the console: a paper from the report to the answer, the files of the packet as they are
 * downloaded, a decision from its author to the member's thread. Nothing of the member leaves the house in any file.
 */
import { createHash } from 'node:crypto'
import { strFromU8, unzipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { takeCase } from '../db/case-assign.ts'
import { addCopy } from '../db/photo-copies.ts'
import { factsBinding } from '../db/photos.ts'
import { coveredName, type EvidenceStore } from '../src/evidence.ts'
import { loadContent } from '../src/load-content.ts'
import { papers } from '../src/packet.ts'
import { type ApiDesk, openApiDesk } from './api-desk.ts'
import { caseRows } from './console-cases.ts'
import { type Browser, signIn } from './console-desk.ts'
import { addMerged, REPORT, SECRETS } from './hand-over-desk.ts'
import { deskAt } from './people.ts'

let desk: ApiDesk
let an: Browser
const objects = new Map<string, Uint8Array>()
const evidence: EvidenceStore = {
  put: async (name, bytes) => void objects.set(name, bytes),
  get: async (name) => objects.get(name),
  delete: async (name) => void objects.delete(name),
  list: async () => ({ names: [...objects.keys()] }),
}
const sha = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
const CASE = '/console/cases/vuviec1'

beforeEach(() => open({ papers }))
afterEach(async () => {
  await desk.close()
  objects.clear()
  expect(desk.lines.filter((line) => line.includes('"error"'))).toEqual([])
})

async function open(parts: { papers?: typeof papers }): Promise<void> {
  desk = await openApiDesk(undefined, { ...parts, evidence })
  const { db, keys, clock } = desk
  await loadContent(db, () => {})
  await desk.officer('xa', ['case'], 'an')
  await desk.officer('xa', ['approver'], 'binh')
  await desk.officer('xa', ['approver'], 'chi')
  await desk.officer('tinh', ['admin'], 'top')
  const [contactId = ''] = await desk.people('xa', 1, { native: 'nativeofthemember' })
  const [address] = await db.read('SELECT id FROM addresses WHERE contact_id = ?', [contactId])
  await db.write(
    await caseRows(keys, {
      ...{ id: 'vuviec1', number: 'PA-2611-7K3Q', now: clock.now(), report: REPORT },
      identity: { told: { name: 'Nguyễn Thị Mẫu Mực', phone: '0912345678' }, contactId },
      replyTo: { contactId, addressId: String(address?.id), word: 'K7' },
    }),
  )
  await takeCase(await deskAt(db, keys, 'an', clock.now()), 'vuviec1', 1)
  an = await signIn(desk, 'an', true)
}

/** A photo of the case, its copy covered; `cleared`: it may leave the house. */
async function photo(id: string, cleared: boolean, caseId = 'vuviec1'): Promise<string> {
  const { db, keys, clock } = desk
  const copy = new TextEncoder().encode(`covered ${sha(id)}`)
  const facts = { type: 'jpeg', width: 1, height: 1, sha256: sha(`original ${id}`), bytes: 9, receivedAt: '2026-11-23T01:23:45.678Z' }
  await db.write([
    {
      sql: `INSERT INTO photos(id, channel, due_at, give_up_at, day, case_id, state, facts) VALUES (?, '', 0, 0, '2026-11-23', ?, 'stored', ?)`,
      args: [id, caseId, await keys.seal('evidence', JSON.stringify(facts), factsBinding(id))],
    },
  ])
  const made = { sha256: sha(copy), bytes: copy.byteLength, boxes: [] }
  await db.write([await addCopy(keys, { id: `k${id}`, photoId: id, officerId: 'an', cleared, facts: made, now: clock.now() })])
  const name = coveredName(id, `k${id}`)
  objects.set(name, await keys.seal('evidence', copy, name))
  return sha(copy)
}

async function checkedOffice(): Promise<string> {
  const top = await signIn(desk, 'top', true)
  await top.get('/console/authorities/qltt')
  const edition = ''
  const page = await top.post('/console/authorities/qltt', {
    ...{ name: 'Chi cục Quản lý thị trường tỉnh Mẫu', kind: 'qltt', address: 'Số 1 đường Mẫu', phone: '', email: '', source: 'Cổng tỉnh' },
    ...{ place: '1', checkedOn: '2026-11-20', edition },
  })
  expect(page.text).toContain('Từ bây giờ chọn được cơ quan này')
  return 'qltt'
}

/** What the form of the page holds, as a browser would post it. */
function fieldsOf(html: string): Record<string, string> {
  const form = /<form method="post" action="[^"]*hand-over[^"]*"[\s\S]*?<\/form>/.exec(html)?.[0] ?? ''
  const plain = (text: string) =>
    text
      .replace(/&quot;/g, '"')
      .replace(/&#39;/g, "'")
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&amp;/g, '&')
  const fields: Record<string, string> = {}
  for (const [, attributes = ''] of form.matchAll(/<input([^>]*)\/?>/g)) {
    const [, name = ''] = /name="([^"]+)"/.exec(attributes) ?? []
    if (!/type="checkbox"/.test(attributes)) fields[name] = plain(/value="([^"]*)"/.exec(attributes)?.[1] ?? '')
  }
  for (const [, name = '', text = ''] of form.matchAll(/<textarea[^>]*name="([^"]+)"[^>]*>([\s\S]*?)<\/textarea>/g))
    fields[name] = plain(text)
  return fields
}

const drafted = async (more: Record<string, string> = {}): Promise<string> => {
  const form = await an.get(`${CASE}/hand-over`)
  const page = await an.post(`${CASE}/hand-over`, { ...fieldsOf(form.html), authority: 'qltt', 'clean[]': 'yes', ...more })
  expect(page.text).toContain('Đã lưu bản nháp')
  return page.path.split('?')[0] ?? ''
}
const proves = (id = 'an') =>
  desk.db.write([{ sql: 'UPDATE sessions SET proven_at = ? WHERE officer_id = ?', args: [desk.clock.now().getTime(), id] }])
const download = async (path: string, file: string) => {
  await proves()
  await an.get(`${path}/file`)
  const body = new URLSearchParams({ _csrf: an.csrf(), file })
  const answer = await an.request(`${path}/file`, { method: 'POST', body })
  return { answer, bytes: new Uint8Array(await answer.arrayBuffer()) }
}
const acts = async () =>
  (await desk.db.read("SELECT act, detail FROM audit WHERE outcome = 'done' ORDER BY id")).map(({ act }) => String(act))

describe('a hand-over', () => {
  test('without a checked office says what to do; with one it goes from the report to the answer', async () => {
    expect((await an.get(`${CASE}/hand-over`)).text).toContain('Chưa có cơ quan nào chọn được')
    await checkedOffice()
    const form = await an.get(`${CASE}/hand-over`)
    expect(form.text).toContain('Chi cục Quản lý thị trường tỉnh Mẫu – Số 1 đường Mẫu')
    const fields = fieldsOf(form.html)
    expect(fields.body).toContain('Dấu hiệu: Tem nhãn mờ')
    // The member's own addition stands beside the form, never in it.
    expect(Object.values(fields).join()).not.toContain('làm ở xưởng may')
    expect(form.text).toContain('Tôi làm ở xưởng may gần đó')
    const path = await drafted()
    expect((await an.get(CASE)).text).toContain('Bản nháp')
    const sent = await an.post(`${path}/send`, { day: '23/11/2026', how: 'post', ref: 'Bưu gửi 1' })
    expect(sent.text).toContain('Phản ánh ở “Đã chuyển” và người phản ánh được báo')
    const answered = await an.post(`${path}/answer`, {
      ...{ day: '2026-11-23', ref: '45/QLTT', text: 'Đã kiểm tra cửa hàng.', outcome: 'resolved-handled' },
    })
    expect(answered.text).toContain('Đã ghi trả lời của cơ quan')
    expect((await an.get(CASE)).text).toContain('Có kết quả')
    expect(await desk.db.read("SELECT state, outcome_id FROM cases WHERE id = 'vuviec1'")).toEqual([
      { state: 'resolved', outcome_id: 'resolved-handled' },
    ])
  })

  test('comes back with a sentence at the field and all that was typed', async () => {
    await checkedOffice()
    const fields = { ...fieldsOf((await an.get(`${CASE}/hand-over`)).html), authority: 'qltt', 'clean[]': 'yes' }
    const wrong = async (more: Record<string, string>) => an.post(`${CASE}/hand-over`, { ...fields, ask: 'Câu đã gõ', ...more })
    const verdict = await wrong({ body: 'Cửa hàng này bán hàng giả cho công nhân.' })
    expect([verdict.status, verdict.text.includes('Câu này nói chắc hàng là giả hay thật')]).toEqual([400, true])
    expect(verdict.html).toContain('Câu đã gõ')
    expect((await wrong({ body: 'Mã nhận: PA-2611-7K3Q-M4TD-9XWE đó.' })).text).toContain('mã nhận đầy đủ')
    expect((await wrong({ dueDay: '2026-11-23' })).text).toContain('Hạn trả lời phải sau hôm nay')
    expect((await wrong({ authority: 'so-y-te' })).text).toContain('Cơ quan này chưa chọn được')
    expect((await wrong({ 'clean[]': '' })).text).toContain('Đồng chí đọc lại phiếu rồi đánh dấu mục này')
    expect(await desk.db.read('SELECT count(*) AS n FROM hand_overs')).toEqual([{ n: 0 }])
  })

  test('given back it is looked at again; a draft is changed, and dropped', async () => {
    await checkedOffice()
    const path = await drafted()
    const edit = await an.get(`${path}/edit`)
    await an.post(`${path}/edit`, { ...fieldsOf(edit.html), authority: 'qltt', 'clean[]': 'yes', town: 'Xã Mẫu' })
    expect((await an.get(path)).text).toContain('Xã Mẫu, ngày 23 tháng 11 năm 2026')
    await an.post(`${path}/send`, { day: '2026-11-23', how: 'in_person' })
    expect((await an.get(`${path}/edit`)).status).toBe(409)
    await an.post(`${path}/return`, { day: '2026-11-23', text: 'Không thuộc thẩm quyền.' })
    expect(await desk.db.read("SELECT state FROM cases WHERE id = 'vuviec1'")).toEqual([{ state: 'reviewing' }])
    const other = await drafted()
    expect((await an.post(`${other}/drop`)).text).toContain('Đã bỏ bản nháp')
    expect((await an.get(other)).status).toBe(404)
  })

  test('is nothing for an officer of another unit, or one who declared a conflict', async () => {
    await checkedOffice()
    const path = await drafted()
    await desk.officer('xa-khac', ['case'], 'dung')
    const dung = await signIn(desk, 'dung', true)
    for (const address of [path, `${path}/edit`, `${path}/file`, `${CASE}/hand-over`, `${CASE}/decision`])
      expect((await dung.get(address)).status, address).toBe(404)
    await desk.db.write([
      { sql: "INSERT INTO case_conflicts(case_id, officer_id, hour) VALUES ('vuviec1', 'an', '2026-11-23T02Z')", args: [] },
    ])
    expect((await an.get(path)).status).toBe(403)
  })
})

describe('the files', () => {
  test('hold the paper, the cover, cleared photos alone and sums that fit; nothing of the member', async () => {
    await checkedOffice()
    const first = await photo('phota', true)
    await photo('photb', false)
    await addMerged(desk, 'vuviec2', 'PA-2611-8M4T')
    const third = await photo('photc', true, 'vuviec2')
    const path = await drafted()
    const { answer, bytes } = await download(path, 'packet')
    expect(answer.headers.get('content-type')).toBe('application/zip')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="PA-2611-7K3Q-ho-so.zip"')
    const files = unzipSync(bytes)
    expect(Object.keys(files)).toEqual(['phieu-chuyen.docx', 'bia-ho-so.docx', 'anh/anh-01.jpg', 'anh/anh-02.jpg', 'SHA256SUMS.txt'])
    const sums = strFromU8(files['SHA256SUMS.txt'] ?? new Uint8Array())
    for (const [name, file] of Object.entries(files)) if (!name.endsWith('.txt')) expect(sums, name).toContain(`${sha(file)}  ${name}`)
    const original = sha('original phota')
    expect([sums.includes(first), sums.includes(third), sums.includes(sha(`phota:${original}`))]).toEqual([true, true, true])
    expect(sums).not.toContain(sha(`covered ${sha('photb')}`))
    const whole = [strFromU8(bytes, true), sums]
    for (const name of ['phieu-chuyen.docx', 'bia-ho-so.docx'])
      for (const part of Object.values(unzipSync(files[name] ?? new Uint8Array()))) whole.push(strFromU8(part))
    // Whoever has the photo itself does not find it by its sum.
    for (const secret of [...SECRETS, original.slice(0, 16), 'phota', 'photc', 'vuviec1', 'PA-2611-8M4T', '01:23:45', 'Cán bộ an'])
      expect(
        whole.some((text) => text.includes(secret)),
        secret,
      ).toBe(false)
    const row = (await desk.db.read("SELECT detail, at FROM audit WHERE act = 'hand_over.download'"))[0]
    expect(JSON.parse(String(row?.detail))).toMatchObject({
      list: 'packet',
      photos: 2,
      sum: sha(files['phieu-chuyen.docx'] ?? '').slice(0, 16),
    })
    expect(String(row?.at)).toBe('2026-11-23T02:00:00.000Z')
  })

  test('are the same bytes each time; each download takes a proof and stands in the log', async () => {
    await checkedOffice()
    await photo('phota', true)
    const path = await drafted()
    const one = await download(path, 'packet')
    desk.clock.advance(3_600_000)
    const other = await download(path, 'packet')
    expect(sha(other.bytes)).toBe(sha(one.bytes))
    const paper = await download(path, 'paper')
    expect(sha(paper.bytes)).toBe(sha(unzipSync(one.bytes)['phieu-chuyen.docx'] ?? ''))
    expect((await acts()).filter((act) => act === 'hand_over.download')).toHaveLength(3)
    // The proof was used up by the download.
    const again = await an.request(`${path}/file`, { method: 'POST', body: new URLSearchParams({ _csrf: an.csrf(), file: 'paper' }) })
    expect(again.headers.get('location')).toContain('/console/proof?')
    expect((await acts()).filter((act) => act === 'hand_over.download')).toHaveLength(3)
  })

  test('are not made where there is nothing that writes them, and the page says so', async () => {
    await desk.close()
    await open({})
    await checkedOffice()
    const path = await drafted()
    expect((await an.get(path)).text).toContain('chỉ làm được trên máy chủ Node')
    const { answer, bytes } = await download(path, 'packet')
    expect([answer.headers.get('content-type')?.split(';')[0], new TextDecoder().decode(bytes).includes('chỉ làm được')]).toEqual([
      'text/html',
      true,
    ])
    expect(await acts()).not.toContain('hand_over.download')
  })
})

describe('a decision', () => {
  const decision = {
    ...{ authorityName: 'Chi cục Quản lý thị trường tỉnh Mẫu', number: '123/QĐ-QLTT', day: '20/11/2026' },
    ...{ link: 'https://qltt.mau.gov.vn/123', says: 'Cơ sở bị phạt vì bán hàng giả nhãn hiệu.' },
  }

  test('waits in “Hôm nay” of those who may approve, and with the second hand reaches its member', async () => {
    await an.get(`${CASE}/decision`)
    const filed = await an.post(`${CASE}/decision`, decision)
    expect(filed.text).toContain('Quyết định chờ hai cán bộ khác duyệt')
    const path = filed.path.split('?')[0] ?? ''
    for (const [id, said] of [
      ['binh', 'Cần thêm một cán bộ nữa'],
      ['chi', 'Đã đủ hai người duyệt'],
    ] as const) {
      const officer = await signIn(desk, id, true)
      expect((await officer.get('/console')).text).toContain('Quyết định chờ đồng chí duyệt')
      const page = await officer.get(`${path}/approve`)
      expect(page.text).toContain('Cơ sở bị phạt vì bán hàng giả nhãn hiệu. Xem tại: https://qltt.mau.gov.vn/123')
      expect(page.text).not.toContain('Tem nhãn mờ')
      const version = /name="version" value="(\d+)"/.exec(page.html)?.[1] ?? ''
      expect((await officer.post(`${path}/approve`, { version })).text).toContain(said)
    }
    expect(await desk.db.read("SELECT kind, relay FROM case_events WHERE kind = 'decided'")).toHaveLength(1)
    expect((await an.get(CASE)).text).toContain('Chi cục Quản lý thị trường tỉnh Mẫu đã có quyết định số 123/QĐ-QLTT ngày 20/11/2026.')
  })

  test('with a link that is no office’s comes back; its author does not approve it; a stale page approves nothing', async () => {
    await an.get(`${CASE}/decision`)
    const wrong = await an.post(`${CASE}/decision`, { ...decision, link: 'https://tinnhanh.example.com/1' })
    expect([wrong.status, wrong.text.includes('Đường dẫn phải là trang https của cơ quan nhà nước')]).toEqual([400, true])
    expect(wrong.html).toContain('bán hàng giả nhãn hiệu')
    const path = (await an.post(`${CASE}/decision`, decision)).path.split('?')[0] ?? ''
    await proves()
    await an.get(`${path}/approve`)
    expect((await an.post(`${path}/approve`, { version: '1' })).text).toContain('không tự duyệt')
    const binh = await signIn(desk, 'binh', true)
    await binh.get(`${path}/approve`)
    await an.get(`${path}/edit`)
    await an.post(`${path}/edit`, { ...decision, number: '124/QĐ-QLTT' })
    await binh.post(`${path}/approve`, { version: '1' })
    expect(await desk.db.read('SELECT count(*) AS n FROM decision_approvals')).toEqual([{ n: 0 }])
  })

  test('is sent back with why; one that is out is marked for correction and taken back, and the member is told', async () => {
    await an.get(`${CASE}/decision`)
    const path = (await an.post(`${CASE}/decision`, decision)).path.split('?')[0] ?? ''
    const binh = await signIn(desk, 'binh', true)
    await binh.get(`${path}/return`)
    expect((await binh.post(`${path}/return`, { why: '' })).status).toBe(400)
    await binh.post(`${path}/return`, { why: 'Chưa mở được đường dẫn.' })
    expect((await an.get(path)).text).toContain('Chưa mở được đường dẫn.')
    await desk.db.write([{ sql: "UPDATE decisions SET state = 'approved'", args: [] }])
    await binh.get(`${path}/correct`)
    expect((await binh.post(`${path}/correct`, { why: 'Cơ quan đã đính chính.' })).text).toContain('Rút lại chậm nhất 25/11/2026')
    expect((await binh.get('/console')).text).toContain('Kết quả cần rút lại')
    await proves('binh')
    const form = await binh.get(`${path}/withdraw`)
    expect(form.text).toContain('Kết quả đã báo trước đây theo quyết định số 123/QĐ-QLTT không còn đúng')
    await proves('binh')
    expect((await binh.post(`${path}/withdraw`, { why: 'Cơ quan đã đính chính.', text: 'Hóa ra là hàng thật đó bạn.' })).status).toBe(400)
    await proves('binh')
    const done = await binh.post(`${path}/withdraw`, { why: 'Cơ quan đã đính chính.', text: 'Kết quả trước không còn đúng.' })
    expect(done.text).toContain('Đã rút lại và báo người phản ánh')
    expect(await desk.db.read("SELECT relay FROM case_events WHERE kind = 'decided'")).toEqual([{ relay: 'waiting' }])
  })
})
