/**
 * The paper and the packet of a hand-over (F33), opened as files: laid out by the kind of organisation (§2.10), the same bytes
 * each time, nothing in them of who told, who typed or when.
 */
import { createHash } from 'node:crypto'
import { strFromU8, unzipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { papers } from '../src/packet.ts'
import {
  coverOf,
  draftPaper,
  FILES,
  type PaperFields,
  type PaperPhoto,
  type PaperUnit,
  paperOf,
  photoName,
  styleOf,
  sumsOf,
} from '../src/paper.ts'
import { REPORT, SECRETS, say } from './hand-over-desk.ts'

const UNITS: Record<string, PaperUnit> = {
  cong_doan: { kind: 'cong_doan', level: 'tinh', name: 'Liên đoàn Lao động tỉnh Mẫu', above: 'Tổng Liên đoàn Lao động Việt Nam' },
  doan_tn: { kind: 'doan_tn', level: 'xa', name: 'Đoàn xã Mẫu', above: 'Tỉnh đoàn Mẫu' },
  mttq: { kind: 'mttq', level: 'xa', name: 'Ủy ban MTTQ Việt Nam xã Mẫu', above: 'Ủy ban MTTQ Việt Nam tỉnh Mẫu' },
  bcd: { kind: 'bcd', level: 'tinh', name: 'Ban Chỉ đạo Cuộc vận động tỉnh Mẫu', above: null },
  truong: { kind: 'truong', level: 'co_so', name: 'Trường Trung học Mẫu', above: 'Sở Giáo dục và Đào tạo' },
}
const sha = (text: string | Uint8Array) => createHash('sha256').update(text).digest('hex')
const photos: PaperPhoto[] = [0, 1].map((place) => ({
  name: photoName(place),
  sha256: sha(`copy${place}`),
  originalMark: sha(`original${place}`),
}))
const aboutOf = ({ kind }: PaperUnit) => ({
  ...{ number: 'PA-2611-7K3Q', authorityName: 'Chi cục Quản lý thị trường tỉnh Mẫu', dueDay: '2027-01-05', style: styleOf(kind) },
})
const fieldsOf = (unit: PaperUnit, day = '2026-06-05'): PaperFields =>
  draftPaper({ report: REPORT, number: 'PA-2611-7K3Q', danger: true }, unit, day, say)
const open = async (unit: PaperUnit, fields = fieldsOf(unit)) => {
  const bytes = await papers.docx(paperOf(fields, aboutOf(unit), photos, say))
  const parts = Object.fromEntries(Object.entries(unzipSync(bytes)).map(([name, part]) => [name, strFromU8(part)]))
  return { bytes, parts, text: textOf(parts['word/document.xml'] ?? ''), xml: parts['word/document.xml'] ?? '' }
}
/** Each paragraph on a line. */
const textOf = (xml: string) =>
  xml
    .replace(/<\/w:p>/g, '\n')
    .replace(/<[^>]+>/g, '')
    .replace(/&amp;/g, '&')
const mm = (of: number) => Math.round((of * 1440) / 25.4)

describe.each(Object.entries(UNITS))('the paper of %s', (kind, unit) => {
  test('is an A4 sheet with the margins, the letters and the page numbers of §2.10', async () => {
    const { xml, parts } = await open(unit)
    const [, width, height] = /<w:pgSz w:w="(\d+)" w:h="(\d+)"/.exec(xml) ?? []
    expect([Number(width), Number(height)].map((twips, i) => Math.abs(twips - mm([210, 297][i] ?? 0)) <= 2)).toEqual([true, true])
    const margin = (side: string) => (Number(new RegExp(`<w:pgMar[^>]*w:${side}="(\\d+)"`).exec(xml)?.[1]) * 25.4) / 1440
    for (const side of ['top', 'bottom']) expect(margin(side), side).toBeGreaterThanOrEqual(19.9)
    for (const side of ['top', 'bottom']) expect(margin(side), side).toBeLessThanOrEqual(25.1)
    expect([margin('left') >= 29.9, margin('left') <= 35.1, margin('right') >= 14.9, margin('right') <= 20.1]).toEqual([
      true,
      true,
      true,
      true,
    ])
    expect(parts['word/styles.xml']).toContain('w:ascii="Times New Roman"')
    expect(parts['word/styles.xml']).toContain('vi-VN')
    const sizes = [...xml.matchAll(/<w:sz w:val="(\d+)"/g)].map(([, size]) => Number(size) / 2)
    expect(sizes.filter((size) => size < 11 || size > 14)).toEqual([])
    // Numbers in the middle of the top margin, from page 2.
    expect(xml).toContain('<w:titlePg/>')
    const headers = Object.entries(parts).filter(([name]) => /^word\/header\d\.xml$/.test(name))
    expect(headers.map(([, part]) => part.includes('PAGE')).sort()).toEqual([false, true])
    expect(headers.find(([, part]) => part.includes('PAGE'))?.[1]).toContain('<w:jc w:val="center"/>')
    expect(parts['word/footer1.xml']).toBeUndefined()
  })

  test('has the head of its kind, room for the number, the place and the day as papers write it', async () => {
    const { text } = await open(unit)
    const youth = kind === 'doan_tn'
    expect(text.includes('CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM')).toBe(!youth)
    expect(text.includes('Độc lập - Tự do - Hạnh phúc')).toBe(!youth)
    expect(text.includes('ĐOÀN TNCS HỒ CHÍ MINH')).toBe(youth)
    expect(text.includes('***')).toBe(youth)
    expect(text).toMatch(youth ? /Số: {2,}-PC\/ĐTN/ : /Số: {2,}\/PC-/)
    expect(text).toContain(unit.name.toLocaleUpperCase('vi'))
    if (unit.above) expect(text).toContain(unit.above.toLocaleUpperCase('vi'))
    expect(text).toContain('ngày 05 tháng 6 năm 2026')
    expect(text).toContain('chậm nhất là ngày 05 tháng 01 năm 2027')
    expect(text).toContain('PHIẾU CHUYỂN')
    expect(text).toContain('Phản ánh về hàng nghi giả, số PA-2611-7K3Q')
    expect(text).toContain('Kính gửi: Chi cục Quản lý thị trường tỉnh Mẫu')
    expect(text).toContain('Nơi nhận:')
    expect(text).toContain('- Lưu: VT.')
  })

  test('says what was reported, lists the evidence by the beginning of its sums, and nobody signs it by a picture', async () => {
    const { text, parts } = await open(unit)
    expect(text).toContain('Dấu hiệu: Tem nhãn mờ, không có nhãn phụ tiếng Việt.')
    expect(text).toContain('Nơi thấy: Sạp cuối chợ Mẫu, xã Mẫu')
    for (const { name, sha256, originalMark } of photos) {
      expect(text).toContain(`${name} – SHA-256: ${sha256.slice(0, 16)}… (mã đối chiếu bản gốc: ${originalMark.slice(0, 16)}…)`)
      expect(text).not.toContain(sha256)
    }
    expect(Object.keys(parts).filter((name) => name.startsWith('word/media'))).toEqual([])
  })

  test('holds nothing of the member, and no name or time of who made the file', async () => {
    const { parts } = await open(unit)
    for (const [name, part] of Object.entries(parts)) for (const secret of SECRETS) expect(part, name).not.toContain(secret)
    const core = parts['docProps/core.xml'] ?? ''
    expect(core).toContain('<dc:creator></dc:creator><cp:lastModifiedBy></cp:lastModifiedBy>')
    expect([...core.matchAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g)].map(([at]) => at)).toEqual(['2026-06-05T00:00:00Z', '2026-06-05T00:00:00Z'])
    for (const [name, part] of Object.entries(parts)) expect(part, name).not.toMatch(/Un-named|w:author|w:date=/)
  })

  test('is the same bytes each time it is made', async () => {
    const [one, other] = [await open(unit), await open(unit)]
    expect(sha(one.bytes)).toBe(sha(other.bytes))
    expect(sha((await open(unit, { ...fieldsOf(unit), town: 'Nơi khác' })).bytes)).not.toBe(sha(one.bytes))
  })
})

test('what officers typed stays text: no mark-up of theirs becomes the file’s', async () => {
  const unit = UNITS.mttq as PaperUnit
  const { xml, text } = await open(unit, { ...fieldsOf(unit), body: 'Một câu có <w:p> & "dấu" \u2028 và ]]> trong đó.\n\nDòng hai.' })
  expect(
    text
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&quot;/g, '"'),
  ).toContain('Một câu có <w:p> & "dấu"')
  expect(xml).toContain('&lt;w:p')
  expect(text).toContain('Dòng hai.')
})

test('a report with what XML cannot hold still makes a paper that opens', async () => {
  const unit = Object.values(UNITS)[0] as PaperUnit
  const fields = { ...fieldsOf(unit), body: 'Tem mờ \ufffe\uffff\ud800\u0001 và nhòe', signer: 'TM. BAN\ufffe' }
  const { parts, text } = await open(unit, fields)
  expect(text).toContain('Tem mờ  và nhòe')
  for (const [name, part] of Object.entries(parts)) expect(/[\u0000-\u0008\ufffd-\uffff]/.test(part), name).toBe(false)
})

describe('the packet', () => {
  const files = [
    { name: FILES.paper, read: async () => new TextEncoder().encode('phieu') },
    ...photos.map(({ name }, place) => ({ name, read: async () => new TextEncoder().encode(`copy${place}`) })),
  ]
  const bytesOf = async (stream: ReadableStream<Uint8Array>) => new Uint8Array(await new Response(stream).arrayBuffer())

  test('holds the files in their order, the same bytes each time, and no time', async () => {
    const one = await bytesOf(papers.zip(files))
    expect(sha(await bytesOf(papers.zip(files)))).toBe(sha(one))
    const found = unzipSync(one)
    expect(Object.keys(found)).toEqual([FILES.paper, 'anh/anh-01.jpg', 'anh/anh-02.jpg'])
    expect(strFromU8(found['anh/anh-02.jpg'] ?? new Uint8Array())).toBe('copy1')
    // Date and time of the first entry: 1 January 1980, midnight.
    expect([...one.slice(10, 14)]).toEqual([0, 0, 0x21, 0])
  })

  test('reads a photo only when its turn has come, and not at all once nobody listens', async () => {
    const read: number[] = []
    const many = Array.from({ length: 10 }, (_, i) => ({
      name: photoName(i),
      read: async () => {
        read.push(i)
        return new Uint8Array(3_000_000)
      },
    }))
    const reader = papers.zip(many).getReader()
    await reader.read()
    expect(read.length).toBeLessThanOrEqual(2)
    await reader.cancel()
    await new Promise((resume) => setImmediate(resume))
    expect(read.length).toBeLessThanOrEqual(2)
  })

  test('breaks off when a photo cannot be read, rather than going out without it', async () => {
    const broken = [...files, { name: photoName(2), read: () => Promise.reject(new Error('gone')) }]
    await expect(bytesOf(papers.zip(broken))).rejects.toThrow('gone')
  })

  test('is checked by its own list of sums; originals stand there as remarks', () => {
    const sums = sumsOf([{ name: FILES.paper, sha256: sha('phieu') }, ...photos], photos, say)
    const lines = sums.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    expect(lines).toEqual([`${sha('phieu')}  ${FILES.paper}`, ...photos.map(({ name, sha256 }) => `${sha256}  ${name}`)])
    for (const { originalMark } of photos) expect(sums).toContain(`# ${originalMark}  anh/`)
  })

  test('has a cover sheet that says what lies in it', async () => {
    const unit = UNITS.cong_doan as PaperUnit
    const bytes = await papers.docx(coverOf(fieldsOf(unit), aboutOf(unit), photos, say))
    const text = textOf(strFromU8(unzipSync(bytes)['word/document.xml'] ?? new Uint8Array()))
    for (const part of ['BÌA HỒ SƠ', 'PA-2611-7K3Q', FILES.paper, FILES.sums, 'anh/anh-02.jpg']) expect(text).toContain(part)
    for (const secret of SECRETS) expect(text).not.toContain(secret)
  })
})
