/**
 * Posters of a unit's join code (F3): one A4 sheet as PDF, a QR code as PNG. Node only: pdfkit draws it, with Be Vietnam
 * Pro inside the file, because the fonts every reader has cannot write Vietnamese. Both are loaded with the first poster.
 */
import { createRequire } from 'node:module'
import qrcode from 'qrcode'
import { qrGrid } from './qr.ts'
import type { Poster, PosterMaker } from './tree.ts'

const MARGIN = 48
const QR_SIDE = 136
const INK = '#14233b'
const SOFT = '#4a5a73'
const LINE = '#c9d2e0'

export const poster: PosterMaker = {
  pdf,
  png: (text) => qrcode.toBuffer(text, { type: 'png', width: 1024, margin: 4, errorCorrectionLevel: 'M' }),
}

async function pdf({ product, unit, invite, ways, codeLabel, code, notes }: Poster): Promise<Uint8Array> {
  const { default: PDFDocument } = await import('pdfkit')
  const sheet = new PDFDocument({ size: 'A4', margin: MARGIN, info: { Title: `${product} – ${unit}`, Author: unit }, lang: 'vi-VN' })
  const chunks: Uint8Array[] = []
  const done = new Promise<void>((resolve, reject) => {
    sheet.on('data', (chunk: Uint8Array) => chunks.push(chunk))
    sheet.on('end', resolve)
    sheet.on('error', reject)
  })
  const font = createRequire(import.meta.url)
  sheet.registerFont('text', font.resolve('@expo-google-fonts/be-vietnam-pro/400Regular/BeVietnamPro_400Regular.ttf'))
  sheet.registerFont('bold', font.resolve('@expo-google-fonts/be-vietnam-pro/700Bold/BeVietnamPro_700Bold.ttf'))
  const width = sheet.page.width - 2 * MARGIN
  const centred = { width, align: 'center' as const }
  sheet.font('text').fontSize(14).fillColor(SOFT).text(product, MARGIN, MARGIN, centred)
  sheet.moveDown(0.4)
  fitting(sheet, unit, 30, 3, width)
  sheet.font('bold').fillColor(INK).text(unit, centred)
  sheet.moveDown(0.6)
  sheet.font('text').fontSize(17).text(invite, centred)
  const top = sheet.y + 26
  const column = width / Math.max(ways.length, 1)
  let below = top
  for (const [i, { label, url, hint }] of ways.entries()) {
    const left = MARGIN + i * column
    const cell = { width: column - 12, align: 'center' as const }
    sheet
      .font('bold')
      .fontSize(17)
      .fillColor(INK)
      .text(label, left + 6, top, cell)
    drawQr(sheet, url, left + (column - QR_SIDE) / 2, sheet.y + 10)
    sheet
      .font('text')
      .fontSize(10)
      .fillColor(SOFT)
      .text(hint, left + 6, sheet.y + QR_SIDE + 22, cell)
    sheet.fontSize(8).text(url, left + 6, sheet.y + 4, cell)
    below = Math.max(below, sheet.y)
  }
  const box = below + 24
  sheet.roundedRect(MARGIN, box, width, 96, 10).lineWidth(1).strokeColor(LINE).stroke()
  sheet
    .font('text')
    .fontSize(13)
    .fillColor(SOFT)
    .text(codeLabel, MARGIN, box + 14, centred)
  sheet
    .font('bold')
    .fontSize(36)
    .fillColor(INK)
    .text(code, MARGIN, sheet.y, { ...centred, characterSpacing: 6 })
  sheet.font('text').fontSize(11).fillColor(SOFT)
  let at = box + 116
  for (const note of notes) {
    sheet.text(note, MARGIN, at, centred)
    at = sheet.y + 4
  }
  sheet.end()
  await done
  return new Uint8Array(Buffer.concat(chunks))
}

/** The largest size at which a text keeps to so many lines. */
function fitting(sheet: PDFKit.PDFDocument, text: string, largest: number, lines: number, width: number): void {
  sheet.font('bold').fontSize(largest)
  for (let size = largest; size > 12 && sheet.heightOfString(text, { width }) > lines * size * 1.35; size -= 2) sheet.fontSize(size - 2)
}

function drawQr(sheet: PDFKit.PDFDocument, text: string, left: number, top: number): void {
  const { size, dark } = qrGrid(text)
  const side = QR_SIDE / size
  for (const [x, y] of dark) sheet.rect(left + x * side, top + y * side, side + 0.05, side + 0.05)
  sheet.fillColor('#000000').fill()
}
