/**
 * What members read and play, over REST: listed, searched, looked at with its history, its queue of what must be checked
 * again, exported as a sheet. A token never lets anything through and takes nothing down.
 */
import * as z from 'zod'
import { recordAct } from '../../db/audit.ts'
import { ENTRY_STATES, type Entry, listEntries } from '../../db/entries.ts'
import { listQueue, QUEUES, queueKey } from '../../db/entry-queue.ts'
import { recheckEntry, requireEntry } from '../../db/entry-reviews.ts'
import { findOffered, findOpenVersion, findVersionBefore, listHistory, type Version } from '../../db/entry-versions.ts'
import { stillActing } from '../../db/rights.ts'
import { differencesOf } from '../difference.ts'
import { fieldsSchemas, SECTIONS, type Section } from '../entry.ts'
import { AppError } from '../errors.ts'
import { CSV_TYPE, XLSX_TYPE } from '../sheet/index.ts'
import { dayOf } from '../time.ts'
import { sheetOf } from './entry-sheets.ts'
import { type Route, route } from './route.ts'
import { idSchema, limitSchema, numberSchema, pageOf, pageSchema } from './shapes.ts'

export const sectionSchema = z.enum(SECTIONS)
const fieldsForms = z.union([fieldsSchemas.library, fieldsSchemas.documents, fieldsSchemas.questions])
/** Read by the section's own schema (`readFields`), so that every wrong field is named; the document shows all three forms. */
export const fieldsSchema = z.looseObject({}).meta({ override: z.toJSONSchema(fieldsForms, { io: 'input' }) as Record<string, unknown> })
export const inSection = z.object({ section: sectionSchema })
const oneOf = z.object({ section: sectionSchema, id: idSchema })
const afterSchema = z.string().max(60).default('')

export const entrySchema = z.object({
  section: sectionSchema,
  id: z.string(),
  state: z.enum(ENTRY_STATES),
  /** Past its review day: members do not see it. */
  stale: z.boolean(),
  /** Members who said it is wrong, not settled yet. */
  flags: z.int(),
  /** As the program brought it; the program's next version may change it. */
  builtIn: z.boolean(),
  /** As they stand, also where they would not pass today. */
  fields: z.looseObject({}),
})

export const differenceSchema = z.object({
  field: z.string(),
  pieces: z.array(z.object({ text: z.string(), kind: z.enum(['same', 'added', 'removed']) })),
})

const historySchema = z.object({
  number: z.int(),
  state: z.enum(['published', 'retired']),
  author: z.string().nullable(),
  reviewer: z.string().nullable(),
  note: z.string().nullable(),
  at: z.string(),
  differences: z.array(differenceSchema),
})

export const entries: Route[] = [
  route({
    method: 'get',
    path: '/entries/:section',
    name: 'entry_list',
    act: 'content.read',
    params: inSection,
    query: z.strictObject({
      state: z.enum(ENTRY_STATES).default('published'),
      topic: z.string().max(40).optional(),
      q: z.string().max(100).optional(),
      after: idSchema.optional(),
      limit: limitSchema,
    }),
    answer: pageSchema(entrySchema, z.string()),
    async handle({ desk: { db, now }, params: { section }, query: { state, topic, q, after = '', limit } }) {
      const filter = { section, state, ...(topic ? { topic } : {}), ...(q ? { typed: q } : {}) }
      const found = await listEntries(db, { ...filter, day: dayOf(now), after, limit: limit + 1 })
      const { rows, ...next } = pageOf(found, limit, ({ id }) => id)
      return { rows: rows.map(shownOf), ...next }
    },
  }),
  route({
    method: 'get',
    path: '/entries/:section/:id',
    name: 'entry_find',
    act: 'content.read',
    params: oneOf,
    answer: entrySchema.extend({
      /** The text of it that is being written. */
      open: z.object({ id: z.string(), state: z.string() }).nullable(),
      /** What a newer program brings, where an officer had changed the entry. */
      offered: z.looseObject({}).nullable(),
    }),
    async handle({ desk, params: { section, id } }) {
      const [entry, open, offered] = await Promise.all([
        requireEntry(desk, section, id),
        findOpenVersion(desk.db, section, id),
        findOffered(desk.db, section, id),
      ])
      return { ...shownOf(entry), open: open ? { id: open.id, state: open.state } : null, offered: offered?.fields ?? null }
    },
  }),
  route({
    method: 'get',
    path: '/entries/:section/:id/history',
    name: 'entry_history',
    act: 'content.read',
    params: oneOf,
    query: z.strictObject({ before: numberSchema.optional(), limit: limitSchema }),
    answer: pageSchema(historySchema, z.number()),
    async handle({ desk: { db }, params: { section, id }, query: { before = 0, limit } }) {
      const found = await listHistory(db, { section, entryId: id, before, limit: limit + 1 })
      const { rows, ...next } = pageOf(found, limit, ({ number }) => number ?? 0)
      const earlier = await Promise.all(rows.map((version) => findVersionBefore(db, version)))
      return { rows: rows.map((version, at) => historyOf(version, earlier[at])), ...next }
    },
  }),
  route({
    method: 'get',
    path: '/entry-queues/:section/:queue',
    name: 'entry_queue',
    act: 'content.read',
    params: z.object({ section: sectionSchema, queue: z.enum(QUEUES) }),
    query: z.strictObject({ after: afterSchema, limit: limitSchema }),
    answer: pageSchema(entrySchema, z.string()),
    async handle({ desk: { db, now }, params: { section, queue }, query: { after, limit } }) {
      const found = await listQueue(db, { section, queue, day: dayOf(now), after, limit: limit + 1 })
      const { rows, ...next } = pageOf(found, limit, (entry) => queueKey(queue, entry))
      return { rows: rows.map(shownOf), ...next }
    },
  }),
  route({
    method: 'post',
    path: '/entries/:section/:id/recheck',
    name: 'entry_recheck',
    act: 'content.write',
    change: 'content.recheck',
    params: oneOf,
    body: z.strictObject({ reviewBy: z.iso.date().optional() }),
    status: 201,
    answer: z.object({ draft: z.string() }),
    async handle({ desk, params: { section, id }, body: { reviewBy } }) {
      const { id: draft, writes } = await recheckEntry(desk, await requireEntry(desk, section, id), reviewBy)
      await desk.db.write(writes)
      return { draft }
    },
  }),
  route({
    method: 'post',
    path: '/entries/:section/:id/retire',
    name: 'entry_retire',
    act: 'content.review',
    never: 'api.never_reviews',
    change: 'content.retire',
    params: oneOf,
    answer: entrySchema,
    handle: () => Promise.reject(new AppError('forbidden', 'api.never_reviews')),
  }),
  route({
    method: 'get',
    path: '/entry-exports/:section',
    name: 'entry_export',
    act: 'content.read',
    params: inSection,
    query: z.strictObject({ format: z.enum(['csv', 'xlsx']).default('xlsx'), state: z.enum(ENTRY_STATES).default('published') }),
    download: [CSV_TYPE, XLSX_TYPE],
    answer: z.string(),
    async handle({ desk, params: { section }, query: { format, state }, parts: { texts }, locale }) {
      const { bytes, rows } = await sheetOf(desk, { section, state, format }, (text) => texts.render(text, locale))
      await desk.db.write([...stillActing(desk.actor), recordAct(desk.actor, exported(section, rows), desk.now)])
      return fileOf(bytes, section, format)
    },
  }),
]

/** The audit entry of an export. */
export const exported = (section: Section, rows: number) => ({
  act: 'content.export',
  about: ['section', section] as [string, string],
  detail: { rows },
})

/** A sheet as a file that a browser saves. */
export function fileOf(bytes: Uint8Array<ArrayBuffer>, name: string, format: 'csv' | 'xlsx'): Response {
  return new Response(bytes, {
    headers: {
      'content-type': format === 'csv' ? CSV_TYPE : XLSX_TYPE,
      'content-disposition': `attachment; filename="${name}.${format}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
}

function shownOf({ section, id, state, stale, flags, builtIn, fields }: Entry): z.input<typeof entrySchema> {
  return { section, id, state, stale, flags, builtIn, fields }
}

function historyOf(version: Version, before: Version | undefined): z.input<typeof historySchema> {
  const { number, state, authorName, reviewerName, note, changedAt, fields } = version
  return {
    number: number ?? 0,
    state: state === 'retired' ? 'retired' : 'published',
    author: authorName,
    reviewer: reviewerName,
    note,
    at: changedAt,
    differences: state === 'retired' ? [] : differencesOf(before?.fields ?? null, fields),
  }
}
