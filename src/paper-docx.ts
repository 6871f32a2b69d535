/**
 * Papers as .docx (F33), laid out as §2.10 says: A4, margins 20/30/20/20 mm, Times New Roman 13 and 14, page numbers on top
 * from page 2. Node only: the docx library is large and loaded with the first paper. Who wrote the file and when it was
 * made are taken out of it: an exact time could be laid beside a member's message.
 */
import { strToU8, unzipSync, type Zippable, zipSync } from 'fflate'
import type { Paper } from './paper.ts'

const FONT = 'Times New Roman'
/** Half-points. */
const SIZE = { nation: 24, head: 26, text: 28, small: 22, receivers: 24 }
/** The first day a zip can name; the same in every zone. */
const NO_TIME = new Date(1980, 0, 1)
const HALF_LINE = 6
/** What XML cannot hold; a text of before this was taken out of what comes in. */
const NO_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

export async function docx(paper: Paper): Promise<Uint8Array> {
  const lib = await import('docx')
  const { AlignmentType, BorderStyle, Document, Header, LineRuleType, Packer, PageNumber, Paragraph, Table, TableCell } = lib
  const { TableRow, TextRun, VerticalAlignTable, WidthType, convertMillimetersToTwip: mm } = lib

  type Look = { bold?: boolean; italics?: boolean; size?: number }
  const run = (text: string, look: Look = {}) => new TextRun({ text: text.replace(NO_XML, ''), size: SIZE.text, ...look })
  const centred = (text: string, look: Look = {}) => new Paragraph({ alignment: AlignmentType.CENTER, children: [run(text, look)] })
  /** A line as long as what is left between the indents. */
  const rule = (indent: number) =>
    new Paragraph({
      indent: { left: mm(indent), right: mm(indent) },
      spacing: { before: 60, line: 40, lineRule: LineRuleType.EXACT },
      border: { top: { style: BorderStyle.SINGLE, size: HALF_LINE, space: 1, color: '000000' } },
      children: [],
    })
  const none = { style: BorderStyle.NONE, size: 0, color: 'auto' }
  const open = { top: none, bottom: none, left: none, right: none, insideHorizontal: none, insideVertical: none }
  type Blocks = ConstructorParameters<typeof TableCell>[0]['children']
  /** Two columns without lines. */
  const beside = (left: Blocks, right: Blocks, widths: [number, number]) =>
    new Table({
      width: { size: mm(widths[0] + widths[1]), type: WidthType.DXA },
      columnWidths: widths.map((width) => mm(width)),
      borders: open,
      rows: [
        new TableRow({
          cantSplit: true,
          children: [left, right].map(
            (children, i) =>
              new TableCell({
                children,
                borders: open,
                verticalAlign: VerticalAlignTable.TOP,
                margins: { left: 0, right: 0 },
                width: { size: mm(widths[i] ?? 0), type: WidthType.DXA },
              }),
          ),
        }),
      ],
    })

  const { style, right, receivers } = paper
  const top = beside(
    [
      ...(paper.superior === '' ? [] : [centred(paper.superior, { size: SIZE.nation })]),
      centred(paper.issuer, { bold: true, size: SIZE.nation }),
      ...(style === 'youth' ? [centred('***', { size: SIZE.head })] : [rule(22)]),
      centred(paper.number, { size: SIZE.head }),
    ],
    [
      centred(right[0], { bold: true, size: right.length === 1 ? SIZE.head : SIZE.nation }),
      ...(right[1] === undefined ? [rule(16)] : [centred(right[1], { bold: true, size: SIZE.text }), rule(16)]),
      centred(paper.date, { italics: true, size: SIZE.text }),
    ],
    [64, 96],
  )
  const body = paper.body.map(
    (text) =>
      new Paragraph({
        // A sum is one long word: justified, the words beside it would be torn apart.
        alignment: text.includes('SHA-256: ') ? AlignmentType.LEFT : AlignmentType.JUSTIFIED,
        indent: { firstLine: mm(12.7) },
        spacing: { before: 120, line: 276, lineRule: LineRuleType.AUTO },
        children: [run(text)],
      }),
  )
  const foot = beside(
    receivers.lines.length === 0
      ? [new Paragraph({ children: [] })]
      : [
          new Paragraph({ children: [run(receivers.label, { bold: true, italics: true, size: SIZE.receivers })] }),
          ...receivers.lines.map((text) => new Paragraph({ children: [run(text, { size: SIZE.small })] })),
        ],
    [
      ...paper.signer.map((text) => centred(text, { bold: true })),
      // Room for a hand and a stamp.
      ...Array.from({ length: 5 }, () => new Paragraph({ children: [] })),
    ],
    [80, 80],
  )
  const number = new Paragraph({
    alignment: AlignmentType.CENTER,
    children: [new TextRun({ children: [PageNumber.CURRENT], size: SIZE.head })],
  })
  const document = new Document({
    styles: { default: { document: { run: { font: FONT, size: SIZE.text, color: '000000', language: { value: 'vi-VN' } } } } },
    sections: [
      {
        properties: {
          titlePage: true,
          page: {
            size: { width: mm(210), height: mm(297) },
            margin: { top: mm(20), bottom: mm(20), left: mm(30), right: mm(20), header: mm(10), footer: mm(10) },
          },
        },
        headers: { first: new Header({ children: [new Paragraph({ children: [] })] }), default: new Header({ children: [number] }) },
        children: [
          top,
          new Paragraph({ children: [] }),
          centred(paper.title, { bold: true }),
          centred(paper.subject, { bold: true }),
          rule(60),
          new Paragraph({
            alignment: AlignmentType.CENTER,
            spacing: { before: 200, after: 80 },
            children: [run(paper.to)],
          }),
          ...body,
          ...(paper.signer.length === 0 && receivers.lines.length === 0 ? [] : [new Paragraph({ children: [] }), foot]),
        ],
      },
    ],
  })
  return neutral(new Uint8Array(await Packer.toArrayBuffer(document)), paper.day)
}

/** The same parts in one order, with nobody's name and no time but the paper's own day. */
function neutral(bytes: Uint8Array, day: string): Uint8Array {
  const parts: Zippable = {}
  for (const [name, content] of Object.entries(unzipSync(bytes)).sort(([one], [other]) => (one < other ? -1 : 1)))
    parts[name] = [name === 'docProps/core.xml' ? coreOf(day) : content, { mtime: NO_TIME, level: 6 }]
  return zipSync(parts)
}

function coreOf(day: string): Uint8Array {
  const at = `${day}T00:00:00Z`
  return strToU8(
    `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:creator></dc:creator><cp:lastModifiedBy></cp:lastModifiedBy><cp:revision>1</cp:revision><dcterms:created xsi:type="dcterms:W3CDTF">${at}</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">${at}</dcterms:modified></cp:coreProperties>`,
  )
}
