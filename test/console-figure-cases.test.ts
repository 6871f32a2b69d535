/**
 * Figures of reports as officers see them: months in tables, a map of units in tiles, files and the API; what is hidden is
 * in none of them, and nothing but numbers is in any.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readSheet } from '../src/sheet/index.ts'
import { type ApiDesk, openApiDesk } from './api-desk.ts'
import { signIn } from './console-desk.ts'
import { monthRows } from './console-figures.ts'

let desk: ApiDesk
beforeEach(async () => {
  desk = await openApiDesk()
  for (const [i, month] of ['2026-09', '2026-10'].entries())
    await desk.db.write(
      monthRows(month, {
        ...{
          'unit case_received ': 60 + i,
          'unit case_received tinh': 60 + i,
          'unit case_received xa': 44,
          'unit case_received xa-khac': 16,
        },
        ...{
          'unit case_received co-so': 29,
          'unit case_referred tinh': 12,
          'unit case_look_days tinh': 1,
          'unit case_refer_days tinh': 6,
          'unit case_result_days tinh': 15,
        },
        ...{ 'kind case_received ': 60 + i, 'kind case_received fake': 33, 'outcome case_closed ': 9, 'outcome case_closed lydo1': 9 },
        ...{ 'opinion opinions ': 25, 'opinion opinions price': 14 },
      }),
    )
  await desk.db.write([
    {
      sql: "INSERT INTO case_reasons(id, state, label_vi, label_en, says_vi, says_en, place) VALUES ('lydo1', 'resolved', 'Đã hòa giải', 'Settled', 's', 's', 1)",
      args: [],
    },
  ])
})
afterEach(() => desk.close())

const visit = async (unitId = 'tinh', proven = false) => signIn(desk, await desk.officer(unitId, ['viewer']), proven)
const tilesOf = (html: string) =>
  [
    ...html.matchAll(
      /<a class="tile ([a-z0-9-]+)" href="([^"]*)"><span class="tile-name">([^<]*)<\/span><span class="tile-count">([^<]*)</g,
    ),
  ].map(([, shade, href, name, count]) => ({ shade, href, name, count }))

describe('the map of counts per unit', () => {
  test('is a tile for each unit below, the darker the more, the count in words, and each opens its own', async () => {
    const page = await (await visit()).get('/console/figures/map?unit=tinh')
    expect(page.status).toBe(200)
    expect(page.text).toContain('Phản ánh đã nhận, 10/2026')
    expect(page.text).toContain('LĐLĐ tỉnh Mẫu (tất cả): 61 phản ánh.')
    expect(tilesOf(page.html)).toEqual([
      { shade: 'tile-shade-2', href: expect.stringContaining('unit=xa-khac'), name: 'Công đoàn xã Khác', count: '16 phản ánh' },
      { shade: 'tile-shade-4', href: expect.stringContaining('unit=xa&amp;'), name: 'Công đoàn xã Mẫu', count: '44 phản ánh' },
    ])
  })

  test('says hidden where few reported and where nobody did, and no number of it stands in the page', async () => {
    const page = await (await visit('xa')).get('/console/figures/map?until=2026-09')
    expect(tilesOf(page.html).map(({ shade, name, count }) => [shade, name, count])).toEqual([
      ['tile-shade-4', 'CĐCS Công ty Mẫu', '29 phản ánh'],
      ['tile-hidden', 'CĐCS Xưởng may Mẫu', 'ẩn'],
    ])
    expect(page.html).not.toMatch(/style="/)
  })

  test('of another unit or another measure is asked for by address; a month that is not published is the newest', async () => {
    const browser = await visit('xa')
    expect((await browser.get('/console/figures/map?unit=tinh')).status).toBe(404)
    const page = await browser.get('/console/figures/map?what=case_closed&until=2026-11')
    expect(page.text).toContain('Đã đóng, 10/2026')
    expect(tilesOf(page.html).every(({ shade }) => shade === 'tile-hidden')).toBe(true)
    expect((await browser.get('/console/figures/map?unit=co-so')).text).toContain('chưa có đơn vị trực thuộc')
  })
})

describe('reports by month', () => {
  test('stand side by side with the days they took', async () => {
    const page = await (await visit()).get('/console/figures/cases')
    expect(page.text).toContain('Số liệu phản ánh: LĐLĐ tỉnh Mẫu')
    const cells = [...page.html.matchAll(/<tr><th scope="row">([^<]+)<\/th>((?:<td[^>]*>.*?<\/td>)*)/g)].map(([, name, tds = '']) => [
      name,
      ...[...tds.matchAll(/data-n="([^"]*)"/g)].map(([, n]) => n),
    ])
    expect(cells).toEqual([
      ['09/2026', '60', '12', '', ''],
      ['10/2026', '61', '12', '', ''],
      ['09/2026', '1', '6', '15'],
      ['10/2026', '1', '6', '15'],
    ])
    expect(page.text).toContain('Bản đồ theo đơn vị')
    expect(page.text).toContain('Theo loại hàng')
  })

  test('by kind, outcome and topic of an opinion have names, and are the highest unit’s alone', async () => {
    const top = await visit()
    expect((await top.get('/console/figures/parts?cut=kind')).text).toContain('Hàng nghi giả 33 33')
    expect((await top.get('/console/figures/parts?cut=outcome')).text).toContain('Đã hòa giải 9 9')
    expect((await top.get('/console/figures/parts?cut=opinion')).text).toContain('Giá cả 14 14')
    const below = await visit('xa')
    expect((await below.get('/console/figures/parts?cut=kind')).status).toBe(403)
    expect((await below.get('/console/figures/cases')).text).not.toContain('Theo loại hàng')
  })

  test('leave as a file with the same cells, hidden ones empty, and that stands in the log', async () => {
    for (const format of ['csv', 'xlsx']) {
      const browser = await visit('tinh', true)
      await browser.get('/console/figures/export?set=cases&unit=tinh')
      const file = await browser.request('/console/figures/export?set=cases&unit=tinh', {
        method: 'POST',
        body: new URLSearchParams({ _csrf: browser.csrf(), format }),
      })
      const rows = await readSheet(new Uint8Array(await file.arrayBuffer()), `a.${format}`)
      expect(rows.map(({ cells }) => cells.slice(0, 9))).toEqual([
        expect.arrayContaining(['Đơn vị', 'Tháng', 'Phản ánh đã nhận', 'Ngày đến khi có kết quả']),
        ['LĐLĐ tỉnh Mẫu', '09/2026', '60', '12', '', '', '1', '6', '15'],
        ['LĐLĐ tỉnh Mẫu', '10/2026', '61', '12', '', '', '1', '6', '15'],
      ])
    }
    const rows = (await desk.audits()).filter(({ act }) => act === 'figure.export')
    expect(rows.map(({ detail }) => JSON.parse(String(detail)))).toMatchObject([
      { what: 'cases', unit: 'tinh', rows: 2 },
      { what: 'cases' },
    ])
  })

  test('over the API by unit, kind and outcome; a measure that is not of the cut is refused', async () => {
    const client = await desk.clientOf('tinh', ['viewer'], ['read'])
    const answer = async (path: string) => (await client.get(path)).json()
    expect(await answer('/figures?cut=kind&what=case_received')).toMatchObject({
      rows: [
        { key: '', cells: [60, 61] },
        { key: 'fake', cells: [33, 33] },
      ],
    })
    expect(await answer('/figures?cut=outcome&what=case_closed')).toMatchObject({
      rows: [{ key: '' }, { key: 'lydo1', name: 'Đã hòa giải' }],
    })
    expect(await answer('/figures?what=case_look_days')).toMatchObject({ rows: [{ key: 'tinh', cells: [1, 1] }, {}, {}] })
    expect((await client.get('/figures?cut=kind&what=case_closed')).status).toBe(400)
  })
})
