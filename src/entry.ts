/**
 * What officers write for members to read and play: an item of the library, a document, a question, each with its source
 * and its two days (F10, F11, F22, F67). Parsed at every edge (page, API, spreadsheet) by the schemas here; what is wrong
 * is said field by field.
 */
import * as z from 'zod'
import type { Text } from './chat.ts'
import { cleanText } from './text.ts'
import { addDays } from './time.ts'

export const SECTIONS = ['library', 'documents', 'questions'] as const
export type Section = (typeof SECTIONS)[number]

export const DOCUMENT_STATUSES = ['con_hieu_luc', 'het_hieu_luc', 'het_giai_doan', 'tham_khao'] as const
export const DIFFICULTIES = ['de', 'trung_binh', 'kho'] as const
export const AUDIENCES = ['doan_vien', 'can_bo'] as const
/** What questions are about. Readers never see it. */
export const QUESTION_TOPICS = [
  'van_ban',
  'y_nghia',
  'nhan_biet',
  'hang_gia',
  'phan_anh',
  'quyen_ntd',
  'ocop',
  'thuong_hieu',
  'diem_ban',
  'su_kien',
  'so_huu_tri_tue',
  'giam_sat',
  'phuc_loi',
  'to_chuc',
  'tuyen_truyen',
  'truong_hoc',
  'doanh_nghiep',
  'mua_sam_cong',
  'bao_cao',
  'du_lieu',
] as const
/** The topic under which readers find documents. */
export const DOCUMENTS_TOPIC = 'van_ban'
export const OPTIONS = 4

/** Characters of each field, for the schemas and the pages' counters. */
export const MOST = {
  title: 60,
  body: 400,
  source: 300,
  url: 500,
  number: 60,
  name: 300,
  question: 300,
  option: 120,
  explanation: 400,
} as const
/** Days between a check and the next at most. */
const REVIEW_DAYS = 731

/** One line, nothing invisible in it. */
const line = (most: number) =>
  z
    .string()
    .overwrite(cleanText)
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}]*$/u)
const paragraphs = z
  .string()
  .overwrite((text) =>
    cleanText(text)
      .replace(/[ \t]+\n/g, '\n')
      .replace(/\n{3,}/g, '\n\n'),
  )
  .min(1)
  .max(MOST.body)
const day = z.iso.date()

const documentSchema = z.strictObject({
  number: line(MOST.number),
  issuedOn: day,
  issuer: line(MOST.name),
  title: line(MOST.name),
  status: z.enum(DOCUMENT_STATUSES),
})

const sourced = {
  sourceLabel: line(MOST.source),
  checkedOn: day,
  reviewBy: day,
}

const itemBase = {
  title: line(MOST.title),
  body: paragraphs,
  ...sourced,
  sourceUrl: z
    .url({ protocol: /^https$/ })
    .max(MOST.url)
    .nullable()
    .default(null),
  /** Fit for "Mỗi ngày một điều". */
  daily: z.boolean().default(false),
}

const librarySchema = z.strictObject({
  topic: z.string().regex(/^[a-z0-9_-]{1,36}$/),
  kind: z.enum(['fact', 'law']),
  ...itemBase,
  document: z.null().default(null),
})

const documentsSchema = z.strictObject({
  topic: z.literal(DOCUMENTS_TOPIC).default(DOCUMENTS_TOPIC),
  kind: z.literal('document').default('document'),
  ...itemBase,
  document: documentSchema,
})

const questionSchema = z.strictObject({
  topic: z.enum(QUESTION_TOPICS),
  difficulty: z.enum(DIFFICULTIES),
  audience: z.enum(AUDIENCES),
  text: line(MOST.question),
  options: z.array(line(MOST.option)).length(OPTIONS),
  /** 0-based place of the right one. */
  correct: z
    .int()
    .min(0)
    .max(OPTIONS - 1),
  explanation: line(MOST.explanation),
  ...sourced,
  /** Speaks of law: its answer is marked as reference only (R17). */
  law: z.boolean().default(false),
})

export const fieldsSchemas = { library: librarySchema, documents: documentsSchema, questions: questionSchema }

export type ItemFields = z.infer<typeof librarySchema> | z.infer<typeof documentsSchema>
export type QuestionFields = z.infer<typeof questionSchema>
export type Fields = ItemFields | QuestionFields

/** What is wrong with one field, as a sentence that stands beside it. `field`: a path such as `document.number`. */
export type Trouble = { field: string; text: Text }

export function isQuestion(fields: Fields): fields is QuestionFields {
  return 'options' in fields
}

/** What an entry is called in lists. */
export function titleOf(fields: Fields): string {
  return isQuestion(fields) ? fields.text : fields.title
}

/**
 * Fields from whatever was typed or sent, or everything that is wrong with them.
 * @param day today in Vietnam: nothing was checked tomorrow, and nothing may be stale when it is written
 */
export function readFields(section: Section, raw: unknown, day: string): { fields: Fields } | { troubles: Trouble[] } {
  const parsed = fieldsSchemas[section].safeParse(raw)
  if (!parsed.success) return { troubles: parsed.error.issues.map((issue) => troubleOf(issue, raw)) }
  const troubles = [...daysTroubles(parsed.data, day), ...(isQuestion(parsed.data) ? optionTroubles(parsed.data) : [])]
  return troubles.length > 0 ? { troubles } : { fields: parsed.data }
}

/** What speaks against these days today: asked again when somebody lets the text through. */
export function daysTroubles({ checkedOn, reviewBy }: Pick<Fields, 'checkedOn' | 'reviewBy'>, day: string): Trouble[] {
  if (checkedOn > day) return [{ field: 'checkedOn', text: { key: 'entry.t_checked_later' } }]
  if (reviewBy <= day) return [{ field: 'reviewBy', text: { key: 'entry.t_review_past' } }]
  return reviewBy > addDays(checkedOn, REVIEW_DAYS) ? [{ field: 'reviewBy', text: { key: 'entry.t_review_far' } }] : []
}

function optionTroubles({ options }: QuestionFields): Trouble[] {
  const plain = options.map((option) => option.toLowerCase().replace(/[.\s]+$/, ''))
  const twice = plain.findIndex((option, place) => plain.indexOf(option) !== place)
  return twice < 0 ? [] : [{ field: `options.${twice}`, text: { key: 'entry.t_option_twice' } }]
}

function troubleOf(issue: z.core.$ZodIssue, raw: unknown): Trouble {
  const field = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys')
    return { field: [field, issue.keys[0]].filter(Boolean).join('.'), text: { key: 'api.field_unknown' } }
  return { field, text: textOf(issue, valueAt(raw, issue.path), field) }
}

function textOf(issue: z.core.$ZodIssue, value: unknown, field: string): Text {
  if (value === undefined || value === '' || (typeof value === 'string' && cleanText(value) === '')) return { key: 'entry.t_missing' }
  if (field === 'correct') return { key: 'entry.t_correct' }
  if (issue.code === 'invalid_type' && issue.expected === 'boolean') return { key: 'entry.t_yes_no' }
  if (issue.code === 'too_big' && typeof value === 'string')
    return { key: 'entry.t_long', params: { most: Number(issue.maximum), has: value.length } }
  if (issue.code === 'invalid_format') return { key: FORMATS[issue.format] ?? 'entry.t_form' }
  return { key: issue.code === 'invalid_value' ? 'entry.t_choice' : 'entry.t_form' }
}

const FORMATS: Record<string, string> = { date: 'entry.t_day', url: 'entry.t_url', regex: 'entry.t_line' }

function valueAt(raw: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[step] : undefined),
    raw,
  )
}
