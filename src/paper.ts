/**
 * "Phiếu chuyển phản ánh" (F33) as an officer fills it in and as a maker of files is given it. How it is laid out follows the
 * kind of organisation (§2.10). Of the member nothing stands in it: not who, not their receipt, not the spot they marked.
 */
import * as z from 'zod'
import type { Report } from './case.ts'
import { AppError } from './errors.ts'
import { sha256Hex } from './keys.ts'
import { cleanText } from './text.ts'
import { dateVi, paperDateVi } from './time.ts'
import { demandNoVerdict } from './verdict.ts'

/** `state`: Decree 30/2020, also for MTTQ and steering committees; `union`: QĐ 933/QĐ-TLĐ; `youth`: 29-HD/TWĐTN-VP. */
export type PaperStyle = 'state' | 'union' | 'youth'

export function styleOf(unitKind: string): PaperStyle {
  return unitKind === 'cong_doan' ? 'union' : unitKind === 'doan_tn' ? 'youth' : 'state'
}

const words = (least: number, most: number) =>
  z
    .string()
    .overwrite((value) => cleanText(value).replace(/\s+/g, ' '))
    .min(least)
    .max(most)
const lines = (least: number, most: number) => z.string().overwrite(cleanText).min(least).max(most)

/** What an officer may change in the paper; kept sealed. */
export const paperSchema = z.strictObject({
  /** The organisation above; empty where there is none. */
  superior: words(0, 160),
  issuer: words(2, 160),
  /** What follows the number, which the office writes in by hand: `PC-LĐLĐ`. */
  symbol: words(2, 40),
  /** Where it is signed. */
  town: words(2, 60),
  day: z.iso.date(),
  subject: words(3, 300),
  body: lines(20, 6_000),
  ask: lines(0, 2_000),
  /** Capacity of who signs, a line each; no name and no image of a signature. */
  signer: lines(2, 300),
  /** "Nơi nhận", a line each. */
  copies: lines(2, 600),
})
export type PaperFields = z.output<typeof paperSchema>

/**
 * Throws AppError `invalid` with a text key when a paper says what goods are (R5), or carries a receipt or a spot on the map:
 * both lead to the member.
 */
export function demandFit({ subject, body, ask }: Pick<PaperFields, 'subject' | 'body' | 'ask'>): void {
  demandNoVerdict(subject, body, ask)
  const text = [subject, body, ask].join('\n')
  if (RECEIPT.test(text)) throw new AppError('invalid', 'console_hand_overs.has_receipt')
  if (SPOT.test(text)) throw new AppError('invalid', 'console_hand_overs.has_spot')
}

const RECEIPT = /PA[-\s]?\d{4}[-\s]?[0-9A-Z]{4}[-\s]?[0-9A-Z]{4}[-\s]?[0-9A-Z]{4}/i
const SPOT = /\b\d{1,2}[.,]\d{2,}\s*[,;]\s*\d{2,3}[.,]\d{2,}/

/** A text of content/ in Vietnamese: papers are written in it whatever the officer reads. */
export type Say = (key: string, params?: Record<string, string | number>) => string

export type PaperUnit = { kind: string; level: string; name: string; above: string | null }

/** Endings of an office's symbol, by kind and level; others write theirs in. */
const SYMBOLS: Record<string, string | Record<string, string>> = {
  cong_doan: { trung_uong: 'TLĐ', tinh: 'LĐLĐ', xa: 'CĐ', co_so: 'CĐCS', to: 'CĐ' },
  doan_tn: 'ĐTN',
  mttq: 'MTTQ',
  bcd: 'BCĐ',
}
const SIGNERS = new Set(['cong_doan', 'doan_tn', 'mttq', 'bcd'])

/** A unit's name ends with the place it is of; where it does not, the officer writes the place. */
const TOWN = /(?:tỉnh|thành phố|xã|phường|đặc khu)\s+(.{2,60})$/iu

/** A paper to begin with: what was reported in the member's own words, save what they added of themselves (`note`). */
export function draftPaper(
  { report, number, danger }: { report: Report; number: string; danger: boolean },
  unit: PaperUnit,
  day: string,
  say: Say,
): PaperFields {
  const { kind, level, name, above } = unit
  const known = SYMBOLS[kind]
  const symbol = typeof known === 'string' ? known : (known?.[level] ?? 'VP')
  const what = say(`case.kind_${report.kind}`).toLocaleLowerCase('vi')
  const told = (key: string, text: string | undefined) => (text ? [say(`console_hand_overs.paper_${key}`, { text })] : [])
  return {
    superior: (above ?? '').toLocaleUpperCase('vi'),
    issuer: say(kind === 'doan_tn' ? 'console_hand_overs.paper_issuer_youth' : 'console_hand_overs.paper_issuer', {
      name: name.toLocaleUpperCase('vi'),
    }),
    symbol: styleOf(kind) === 'youth' ? `PC/${symbol}` : `PC-${symbol}`,
    town: TOWN.exec(name)?.[1] ?? '',
    day,
    subject: say('console_hand_overs.paper_subject', { what, number }),
    body: [
      say('console_hand_overs.paper_received', { name, number, what }),
      ...told('signs', report.signs),
      ...told('where', report.place),
      ...told('when', report.time),
      ...(danger ? [say('console_hand_overs.paper_danger')] : []),
    ].join('\n'),
    ask: say('console_hand_overs.paper_ask'),
    signer: say(`console_hand_overs.paper_signer_${SIGNERS.has(kind) ? kind : 'other'}`),
    copies: say('console_hand_overs.paper_copies'),
  }
}

/** One file of the packet that is a photo: its SHA-256, and the mark of the original it was made of. */
export type PaperPhoto = { name: string; sha256: string; originalMark: string }

/**
 * What leaves the house of an original: its SHA-256 hashed once more with the photo's own id. The plain one would tell a
 * superior who has somebody's photo that it was this one; the mark proves the same to whom the original and its id are given.
 */
export function originalMark(photoId: string, sha256: string): Promise<string> {
  return sha256Hex(encoder.encode(`${photoId}:${sha256}`))
}

const encoder = new TextEncoder()

/** As the maker of files is given it: every sentence is ready. */
export type Paper = {
  style: PaperStyle
  superior: string
  issuer: string
  /** The lines on the right: the State's two, or the Youth Union's one. */
  right: readonly [string] | readonly [string, string]
  number: string
  date: string
  title: string
  subject: string
  to: string
  body: readonly string[]
  signer: readonly string[]
  receivers: { label: string; lines: readonly string[] }
  /** Day of the paper: the only time its file knows. */
  day: string
}

export type PaperCase = { number: string; authorityName: string; dueDay: string; style: PaperStyle }

/** The paper itself. */
export function paperOf(fields: PaperFields, about: PaperCase, photos: readonly PaperPhoto[], say: Say): Paper {
  const text = (key: string, params?: Record<string, string | number>) => say(`console_hand_overs.paper_${key}`, params)
  return {
    ...headOf(fields, about, say),
    title: text('title'),
    subject: fields.subject,
    to: text('to', { name: about.authorityName }),
    body: [
      ...fields.body.split('\n'),
      ...(photos.length === 0 ? [text('no_photos')] : [text('photos'), ...photos.map((photo, i) => photoLine(photo, i, say))]),
      ...fields.ask.split('\n'),
      text('deadline', { date: paperDateVi(about.dueDay) }),
      text('kept'),
    ].filter((line) => line.trim() !== ''),
    signer: fields.signer.split('\n'),
    receivers: { label: text('receivers'), lines: fields.copies.split('\n') },
    day: fields.day,
  }
}

/** "Bìa hồ sơ": what lies in the packet. */
export function coverOf(fields: PaperFields, about: PaperCase, photos: readonly PaperPhoto[], say: Say): Paper {
  const text = (key: string, params?: Record<string, string | number>) => say(`console_hand_overs.cover_${key}`, params)
  return {
    ...headOf(fields, about, say),
    title: text('title'),
    subject: text('subject', { number: about.number }),
    to: say('console_hand_overs.paper_to', { name: about.authorityName }),
    body: [
      text('holds'),
      text('paper', { name: FILES.paper }),
      ...photos.map((photo, i) => photoLine(photo, i, say)),
      text('sums', { name: FILES.sums }),
      text('made', { day: dateVi(fields.day) }),
      text('covered'),
    ],
    signer: [],
    receivers: { label: '', lines: [] },
    day: fields.day,
  }
}

/** Names within the packet. */
export const FILES = { paper: 'phieu-chuyen.docx', cover: 'bia-ho-so.docx', sums: 'SHA256SUMS.txt' } as const
export const photoName = (place: number): string => `anh/anh-${String(place + 1).padStart(2, '0')}.jpg`

/** Of each file its sum, as `sha256sum -c` reads them; originals stay in the house and stand as remarks. */
export function sumsOf(files: ReadonlyArray<{ name: string; sha256: string }>, photos: readonly PaperPhoto[], say: Say): string {
  return [
    `# ${say('console_hand_overs.sums_how')}`,
    ...files.map(({ name, sha256 }) => `${sha256}  ${name}`),
    `# ${say('console_hand_overs.sums_originals')}`,
    ...photos.map((photo) => `# ${photo.originalMark}  ${photo.name}`),
    '',
  ].join('\n')
}

/** Makes the files; only where there is something that writes them (Node). */
export type Papers = {
  docx(paper: Paper): Promise<Uint8Array>
  /** Reads one file after another, as the receiver takes them; the same files make the same bytes. */
  zip(files: ReadonlyArray<{ name: string; read(): Promise<Uint8Array> }>): ReadableStream<Uint8Array>
}

const PREFIX = 16

function photoLine({ name, sha256, originalMark: mark }: PaperPhoto, place: number, say: Say): string {
  return say('console_hand_overs.paper_photo', {
    place: place + 1,
    name,
    sum: sha256.slice(0, PREFIX),
    original: mark.slice(0, PREFIX),
  })
}

function headOf(
  fields: PaperFields,
  { style }: PaperCase,
  say: Say,
): Pick<Paper, 'style' | 'superior' | 'issuer' | 'right' | 'number' | 'date'> {
  const text = (key: string, params?: Record<string, string>) => say(`console_hand_overs.paper_${key}`, params)
  return {
    style,
    superior: fields.superior,
    issuer: fields.issuer,
    right: style === 'youth' ? [text('youth')] : [text('nation'), text('motto')],
    // The Youth Union writes a dash after its number, others a stroke (§2.10).
    number: text('number', { symbol: `${style === 'youth' ? '-' : '/'}${fields.symbol}` }),
    date: text('date', { town: fields.town, date: paperDateVi(fields.day) }),
  }
}
