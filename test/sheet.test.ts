import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { namespaces } from '../content/index.ts'
import { LIMITS, readSheet, type SheetCell, writeCsv, writeXlsx } from '../src/sheet/index.ts'

const csv = (text: string) => readSheet(strToU8(text), 'sheet.csv')
const cellsOf = async (text: string) => (await csv(text)).map(({ cells }) => cells)

describe('a CSV', () => {
  test.each([
    ['commas', 'Câu hỏi,Đáp án\r\n"Một, hai",B\r\n'],
    ['semicolons', 'Câu hỏi;Đáp án\nMột, hai;B\n'],
    ['a byte order mark', '\uFEFFCâu hỏi,Đáp án\n"Một, hai",B'],
    ['tabs', 'Câu hỏi\tĐáp án\nMột, hai\tB'],
    ['accents apart from their letters', 'Câu hỏi,Đáp án\n"Một, hai",B'.normalize('NFD')],
  ])('with %s is read', async (_, text) => {
    expect(await csv(text)).toEqual([
      { line: 1, cells: ['Câu hỏi', 'Đáp án'] },
      { line: 2, cells: ['Một, hai', 'B'] },
    ])
  })

  test('names rows as a spreadsheet program numbers them, past empty ones and cells with lines of their own', async () => {
    const rows = await csv('a,b\n\n"một\nhai",x\n,,\nba,y')
    expect(rows.map(({ line, cells }) => [line, cells[0]])).toEqual([
      [1, 'a'],
      [3, 'một\nhai'],
      [5, 'ba'],
    ])
  })

  test('forgets empty columns at the end and signs nobody sees', async () => {
    expect(await cellsOf('a,b,,,\n\u202Ex\u0007,y,,,\n')).toEqual([
      ['a', 'b'],
      ['x', 'y'],
    ])
  })

  test('reads quotes inside a cell as they stand', async () => {
    expect(await cellsOf('a,b\nnói "Hàng Việt" nhé,y')).toEqual([
      ['a', 'b'],
      ['nói "Hàng Việt" nhé', 'y'],
    ])
  })
})

const DANGEROUS = ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '  =1', '＝1+1', '- gạch đầu dòng', "'nháy", '_x0041_']

describe('what is written', () => {
  const columns = [{ title: 'Chữ', width: 40 }, { title: '=Số' }]

  test('as CSV runs nothing, and reads back as it was', async () => {
    const bytes = writeCsv(
      columns,
      DANGEROUS.map((text, n): SheetCell[] => [text, n - 5]),
    )
    const text = strFromU8(bytes)
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
    for (const cell of text.match(/"(?:[^"]|"")*"/g) ?? []) expect(cell).not.toMatch(/^"[\t\r\n]|^"\s*[=+\-@＝＋－＠]/)
    expect(text).toContain(`"'=1+1",-5\r\n`)
    expect(await readSheet(bytes, 'x.csv')).toEqual([
      { line: 1, cells: ['Chữ', '=Số'] },
      ...DANGEROUS.map((one, n) => ({ line: n + 2, cells: [one.trim(), String(n - 5)] })),
    ])
  })

  test('as XLSX holds texts as texts, and reads back as it was', async () => {
    const bytes = await writeXlsx(
      columns,
      DANGEROUS.map((text, n): SheetCell[] => [text, n - 5]),
      'Câu hỏi: [1/2]',
    )
    const parts = unzipSync(bytes)
    const sheet = strFromU8(parts['xl/worksheets/sheet1.xml'] ?? new Uint8Array())
    expect(sheet).not.toMatch(/<f>|t="str"/)
    expect(sheet.match(/t="s"/g)?.length).toBe(DANGEROUS.length + 2)
    expect(strFromU8(parts['xl/workbook.xml'] ?? new Uint8Array())).toContain('name="Câu hỏi   1 2"')
    expect(await readSheet(bytes, 'x.xlsx')).toEqual([
      { line: 1, cells: ['Chữ', '=Số'] },
      ...DANGEROUS.map((one, n) => ({ line: n + 2, cells: [one.trim(), String(n - 5)] })),
    ])
  })

  test('as XLSX is refused past the rows it can hold', async () => {
    const rows = (function* () {
      for (;;) yield [1]
    })()
    await expect(writeXlsx(columns, rows, 'x')).rejects.toMatchObject({ code: 'invalid', message: 'sheet.too_many_written' })
  })
})

const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
const HEAD = '<?xml version="1.0" encoding="UTF-8"?>'

type Parts = { sheet?: string; rows?: string; strings?: string; styles?: string; workbook?: string; relations?: string }

/** A workbook as Excel writes it, with the rows given. */
function workbook({ rows = '', ...parts }: Parts, more: Record<string, Uint8Array> = {}): Uint8Array {
  const sheet = parts.sheet ?? `${HEAD}<worksheet ${MAIN}><sheetData>${rows}</sheetData></worksheet>`
  const first = '<sheet name="A" sheetId="7" r:id="rId1"/>'
  return zipSync({
    'xl/workbook.xml': strToU8(parts.workbook ?? `${HEAD}<workbook ${MAIN} xmlns:r="r"><sheets>${first}</sheets></workbook>`),
    'xl/_rels/workbook.xml.rels': strToU8(
      parts.relations ?? `${HEAD}<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>`,
    ),
    ...(parts.strings ? { 'xl/sharedStrings.xml': strToU8(parts.strings) } : {}),
    ...(parts.styles ? { 'xl/styles.xml': strToU8(parts.styles) } : {}),
    'xl/worksheets/sheet1.xml': strToU8(sheet),
    ...more,
  })
}

const xlsx = (parts: Parts, more?: Record<string, Uint8Array>) => readSheet(workbook(parts, more), 'sheet.xlsx')

describe('an XLSX', () => {
  test('is read with shared, rich, inline and computed texts, numbers, days and truths', async () => {
    const rows = await xlsx({
      strings: `${HEAD}<sst><si><t>Tiêu đề</t></si><si><r><t>giàu </t></r><r><t>chữ</t></r><rPh sb="0" eb="1"><t>x</t></rPh></si></sst>`,
      styles: `${HEAD}<styleSheet><numFmts><numFmt numFmtId="170" formatCode="dd/mm/yyyy"/><numFmt numFmtId="171" formatCode="0.0 &quot;ngày&quot;"/></numFmts>
        <cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs></styleSheet>`,
      rows: `<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>
        <row r="4"><c r="A4" t="inlineStr"><is><t>trong ô</t></is></c><c r="B4" t="str"><f>A1&amp;"x"</f><v>tính ra</v></c><c r="C4" t="b"><v>1</v></c></row>
        <row r="5"><c r="A5" s="1"><v>46351</v></c><c r="B5" s="2"><v>46351.5</v></c><c r="C5" s="3"><v>12.5</v></c><c r="D5"><v>1E3</v></c></row>`,
    })
    expect(rows).toEqual([
      { line: 1, cells: ['Tiêu đề', '', 'giàu chữ'] },
      { line: 4, cells: ['trong ô', 'tính ra', 'TRUE'] },
      { line: 5, cells: ['2026-11-25', '2026-11-25T12:00', '12.5', '1000'] },
    ])
  })

  test('gives the first sheet that is shown', async () => {
    const sheets = '<sheet name="B" sheetId="1" state="veryHidden" r:id="rId2"/><sheet name="A" sheetId="2" r:id="rId1"/>'
    const rows = await xlsx(
      {
        workbook: `${HEAD}<workbook ${MAIN} xmlns:r="r"><sheets>${sheets}</sheets></workbook>`,
        relations: `${HEAD}<Relationships><Relationship Id="rId2" Target="worksheets/sheet2.xml"/><Relationship Id="rId1" Target="/xl/worksheets/sheet1.xml"/></Relationships>`,
        rows: '<row><c t="inlineStr"><is><t>thấy</t></is></c></row>',
      },
      { 'xl/worksheets/sheet2.xml': strToU8('<worksheet/>') },
    )
    expect(rows).toEqual([{ line: 1, cells: ['thấy'] }])
  })
})

describe('a file that is none', () => {
  test.each([
    ['nothing', new Uint8Array(), 'a.csv', 'empty'],
    ['only empty rows', strToU8('\n,,\n \n'), 'a.csv', 'empty'],
    ['an old Excel file', new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, 1, 2]), 'a.xls', 'old_format'],
    ['letters of an old code page', new Uint8Array([0x43, 0xe2, 0x75, 0x2c, 0x41]), 'a.csv', 'not_utf8'],
    ['an open quote', strToU8('a,b\n"x,y\nz'), 'a.csv', 'quotes'],
    ['a picture', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 1]), 'a.csv', 'unreadable'],
    ['a text called xlsx', strToU8('a,b'), 'a.xlsx', 'unreadable'],
    ['half an archive', workbook({ rows: '<row><c><v>1</v></c></row>' }).slice(0, 300), 'a.xlsx', 'unreadable'],
    ['another archive', zipSync({ 'hello.txt': strToU8('x') }), 'a.xlsx', 'unreadable'],
    ['a broken sheet', workbook({ sheet: `${HEAD}<worksheet><sheetData><row>` }), 'a.xlsx', 'unreadable'],
  ])('is refused in plain words: %s', async (_, bytes, name, why) => {
    await expect(readSheet(bytes, name)).rejects.toMatchObject({ code: 'invalid', message: `sheet.${why}` })
  })
})

describe('a hostile file', () => {
  const refusal = (bytes: Uint8Array, name = 'a.xlsx') =>
    readSheet(bytes, name).then(
      () => 'read',
      (error: Error) => error.message,
    )

  test('of too many bytes is not looked at', async () => {
    expect(await refusal(new Uint8Array(LIMITS.bytes + 1))).toBe('sheet.too_big')
  })

  test('that grows when unpacked is given up at the ceiling, whatever sizes it declares', async () => {
    const bomb = workbook({ sheet: `${HEAD}<worksheet>${' '.repeat(100_000_000)}</worksheet>` })
    expect(bomb.byteLength).toBeLessThan(200_000)
    expect(await refusal(bomb)).toBe('sheet.too_big_inside')
    const lying = bomb.slice()
    const view = new DataView(lying.buffer)
    for (let at = 0; at < lying.byteLength - 46; at++) {
      if (view.getUint32(at, true) === 0x04034b50) view.setUint32(at + 22, 10, true)
      if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 10, true)
    }
    expect(await refusal(lying)).toBe('sheet.too_big_inside')
    // Were it unpacked to its end, the broken end would be what is complained of.
    const broken = bomb.slice()
    broken.fill(0xff, 80_000, broken.byteLength - 1000)
    expect(await refusal(broken)).toBe('sheet.too_big_inside')
  })

  test('that hides its weight in parts nobody reads costs nothing', async () => {
    const more = { 'xl/media/image1.png': new Uint8Array(60_000_000) }
    expect(await refusal(workbook({ rows: '<row><c><v>1</v></c></row>' }, more))).toBe('read')
  })

  test('of very many parts, or with one part twice, is refused', async () => {
    const many = Object.fromEntries(Array.from({ length: LIMITS.parts }, (_, n) => [`x/${n}`, new Uint8Array()]))
    expect(await refusal(workbook({}, many))).toBe('sheet.too_big_inside')
    const twice = workbook({ rows: '<row><c><v>1</v></c></row>' }, { 'xl/worksheets/sheet2.xml': strToU8('<worksheet/>') })
    const text = Array.from(twice, (byte) => String.fromCharCode(byte))
      .join('')
      .replaceAll('sheet2.xml', 'sheet1.xml')
    expect(await refusal(Uint8Array.from(text, (letter) => letter.charCodeAt(0)))).toBe('sheet.unreadable')
  })

  test('with a document type is refused: no entity grows, no file or address is fetched', async () => {
    const laughs = `<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><worksheet><sheetData><row><c t="str"><v>&b;</v></c></row></sheetData></worksheet>`
    const outside = `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet><sheetData><row><c t="str"><v>&a;</v></c></row></sheetData></worksheet>`
    const unknown = `<worksheet><sheetData><row><c t="str"><v>&a;</v></c></row></sheetData></worksheet>`
    for (const sheet of [laughs, outside, unknown]) expect(await refusal(workbook({ sheet }))).toBe('sheet.unreadable')
    expect(await refusal(workbook({ rows: '<row><c><v>1</v></c></row>', strings: `<!DOCTYPE sst><sst/>` }))).toBe('sheet.unreadable')
  })

  test('with tags without end or attributes without number is refused', async () => {
    expect(await refusal(workbook({ sheet: '<a>'.repeat(1_000_000) }))).toBe('sheet.unreadable')
    const attributes = Array.from({ length: 5000 }, (_, n) => `a${n}=""`).join(' ')
    expect(await refusal(workbook({ sheet: `<worksheet ${attributes}/>` }))).toBe('sheet.unreadable')
  })

  test('with one cell at the far end makes no empty rows or columns', async () => {
    expect(await refusal(workbook({ rows: '<row r="1048576"><c r="A1048576"><v>1</v></c></row>' }))).toBe('sheet.too_many_rows')
    expect(await refusal(workbook({ rows: '<row r="1"><c r="XFD1"><v>1</v></c></row>' }))).toBe('sheet.too_many_columns')
    expect(await refusal(workbook({ rows: '<row r="3"><c><v>1</v></c></row><row r="2"><c><v>1</v></c></row>' }))).toBe('sheet.unreadable')
    const formatted = workbook({ rows: '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="2"/></row>' })
    expect(await readSheet(formatted, 'a.xlsx')).toEqual([{ line: 1, cells: ['1'] }])
  })

  test('of long cells, or of one long string shared by all cells, is refused', async () => {
    const long = 'x'.repeat(LIMITS.cell)
    expect(await refusal(workbook({ rows: `<row><c t="str"><v>${long}x</v></c></row>` }))).toBe('sheet.cell_too_long')
    expect(await refusal(workbook({ rows: `<row><c t="str"><v>${long.repeat(100)}</v></c></row>` }))).toBe('sheet.cell_too_long')
    const rows = `<row>${'<c t="s"><v>0</v></c>'.repeat(50)}</row>`.repeat(100)
    expect(await refusal(workbook({ strings: `<sst><si><t>${long}</t></si></sst>`, rows }))).toBe('sheet.too_big_inside')
    expect(await refusal(strToU8(`a,b\n${long}x,y`), 'a.csv')).toBe('sheet.cell_too_long')
  })

  test('of too many rows or columns as CSV is refused', async () => {
    expect(await refusal(strToU8('a\n'.repeat(LIMITS.rows + 1)), 'a.csv')).toBe('sheet.too_many_rows')
    expect(await refusal(strToU8(`${'a,'.repeat(LIMITS.columns)}a\n`), 'a.csv')).toBe('sheet.too_many_columns')
  })
})

test('the sentences name the limits that hold', () => {
  const { vi, en } = namespaces.sheet
  const dots = (n: number) => n.toLocaleString('vi-VN')
  const commas = (n: number) => n.toLocaleString('en')
  for (const [key, n] of [
    ['too_big', LIMITS.bytes / 1e6],
    ['too_big_inside', LIMITS.unpacked / 1e6],
    ['too_many_rows', LIMITS.rows],
    ['too_many_columns', LIMITS.columns],
    ['cell_too_long', LIMITS.cell],
    ['too_many_written', LIMITS.written],
  ] as const) {
    expect(vi[key]).toContain(dots(n))
    expect(en[key]).toContain(commas(n))
  }
})
