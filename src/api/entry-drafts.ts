/**
 * Texts that are being written, over REST: new ones, changes of what is shown, and sheets of them. Each waits for a second
 * person, who works in the console.
 */
import * as z from 'zod'
import { findEntry } from '../../db/entries.ts'
import { addDraft, type Draft, dropDraft, editDraft, submitDraft } from '../../db/entry-acts.ts'
import { type Checked, checkImport, requireImport, takeImport } from '../../db/entry-imports.ts'
import { findVersion, listDrafts, OPEN_STATES, requireDraft, type Version } from '../../db/entry-versions.ts'
import type { Desk } from '../../db/rights.ts'
import type { Text } from '../chat.ts'
import { differencesOf } from '../difference.ts'
import { readFields, type Section } from '../entry.ts'
import { AppError } from '../errors.ts'
import { scopeOf } from '../rights.ts'
import { LIMITS, XLSX_TYPE } from '../sheet/index.ts'
import { dayOf } from '../time.ts'
import { differenceSchema, fieldsSchema, inSection, sectionSchema } from './entries.ts'
import { lookAtSheet } from './entry-sheets.ts'
import { Refusal } from './refusal.ts'
import { type Route, route } from './route.ts'
import { requireUnit } from './scope.ts'
import { byId, idSchema, limitSchema, pageOf, pageSchema } from './shapes.ts'

const editionSchema = z.int().min(1)

const draftSchema = z.object({
  id: z.string(),
  section: sectionSchema,
  /** The entry it is, or will be. */
  entry: z.string(),
  state: z.enum(OPEN_STATES),
  edition: editionSchema,
  unit: z.object({ id: z.string(), name: z.string() }),
  author: z.string().nullable(),
  /** Why it was sent back. */
  note: z.string().nullable(),
  fields: z.looseObject({}),
})

const importSchema = z.object({
  id: z.string(),
  section: sectionSchema,
  taken: z.boolean(),
  /** Lines that can be taken, and lines that say what is shown already. */
  good: z.int(),
  same: z.array(z.int()),
  bad: z.array(z.object({ line: z.int(), reasons: z.array(z.string()) })),
})

export const entryDrafts: Route[] = [
  route({
    method: 'get',
    path: '/entry-drafts',
    name: 'draft_list',
    act: 'content.read',
    query: z.strictObject({
      section: sectionSchema,
      state: z.enum(OPEN_STATES).default('draft'),
      after: idSchema.optional(),
      limit: limitSchema,
    }),
    answer: pageSchema(draftSchema, z.string()),
    async handle({ desk: { db, actor }, query: { section, state, after = '', limit } }) {
      const found = await listDrafts(db, { section, state, paths: scopeOf(actor, 'content.read'), after, limit: limit + 1 })
      const { rows, ...next } = pageOf(found, limit, ({ id }) => id)
      return { rows: rows.map(shownOf), ...next }
    },
  }),
  route({
    method: 'post',
    path: '/entry-drafts',
    name: 'draft_add',
    act: 'content.write',
    change: 'content.add',
    body: z.strictObject({ section: sectionSchema, unitId: idSchema, entry: idSchema.optional(), fields: fieldsSchema }),
    status: 201,
    answer: draftSchema,
    async handle({ desk, body: { section, unitId, entry, fields } }) {
      await requireUnit(desk, unitId, 'content.write')
      const read = fieldsOf(section, fields, desk.now)
      const { id, writes } = await addDraft(desk, { section, unitId, fields: read, ...(entry ? { entryId: entry } : {}) })
      await desk.db.write(writes)
      return shownNow(desk, id)
    },
  }),
  route({
    method: 'get',
    path: '/entry-drafts/:id',
    name: 'draft_find',
    act: 'content.read',
    params: byId,
    answer: draftSchema.extend({ differences: z.array(differenceSchema) }),
    async handle({ desk, params }) {
      const draft = await requireDraft(desk, params.id)
      const entry = await findEntry(desk.db, draft.section, draft.entryId, dayOf(desk.now))
      return { ...shownOf(draft), differences: differencesOf(entry?.fields ?? null, draft.fields) }
    },
  }),
  route({
    method: 'patch',
    path: '/entry-drafts/:id',
    name: 'draft_edit',
    act: 'content.write',
    change: 'content.edit',
    params: byId,
    body: z.strictObject({ edition: editionSchema, fields: fieldsSchema }),
    answer: draftSchema,
    async handle({ desk, params, body: { edition, fields } }) {
      const draft = await requireDraft(desk, params.id)
      await desk.db.write(await editDraft(desk, draft, edition, fieldsOf(draft.section, fields, desk.now)))
      return shownNow(desk, params.id)
    },
  }),
  route({
    method: 'post',
    path: '/entry-drafts/:id/submit',
    name: 'draft_submit',
    act: 'content.write',
    change: 'content.submit',
    params: byId,
    body: z.strictObject({ edition: editionSchema }),
    answer: draftSchema,
    async handle({ desk, params, body: { edition } }) {
      await desk.db.write(await submitDraft(desk, await requireDraft(desk, params.id), edition))
      return shownNow(desk, params.id)
    },
  }),
  route({
    method: 'post',
    path: '/entry-drafts/:id/drop',
    name: 'draft_drop',
    act: 'content.write',
    change: 'content.drop',
    params: byId,
    body: z.strictObject({}),
    answer: z.object({ dropped: z.literal(true) }),
    async handle({ desk, params }) {
      await desk.db.write(dropDraft(desk, await requireDraft(desk, params.id)))
      return { dropped: true as const }
    },
  }),
  route({
    method: 'post',
    path: '/entry-drafts/:id/approve',
    name: 'draft_approve',
    act: 'content.review',
    never: 'api.never_reviews',
    change: 'content.approve',
    params: byId,
    answer: draftSchema,
    handle: () => Promise.reject(new AppError('forbidden', 'api.never_reviews')),
  }),
  route({
    method: 'post',
    path: '/entry-imports/:section',
    name: 'import_look',
    act: 'content.write',
    change: 'content.look',
    cost: 10,
    params: inSection,
    query: z.strictObject({ unit: idSchema }),
    file: { types: ['text/csv', XLSX_TYPE], most: LIMITS.bytes, wrong: 'api.sheet_kind' },
    status: 201,
    answer: importSchema,
    async handle({ desk, params: { section }, query: { unit }, bytes, parts: { texts }, locale }) {
      await requireUnit(desk, unit, 'content.write')
      const { id, writes } = await lookAtSheet(desk, { section, unitId: unit, name: section, bytes }, texts)
      await desk.db.write(writes)
      return importShown(desk, id, (text) => texts.render(text, locale))
    },
  }),
  route({
    method: 'get',
    path: '/entry-imports/:id',
    name: 'import_find',
    act: 'content.write',
    params: byId,
    answer: importSchema,
    handle: ({ desk, params, parts: { texts }, locale }) => importShown(desk, params.id, (text) => texts.render(text, locale)),
  }),
  route({
    method: 'post',
    path: '/entry-imports/:id/take',
    name: 'import_take',
    act: 'content.write',
    change: 'content.import',
    params: byId,
    body: z.strictObject({}),
    answer: z.object({ taken: z.int() }),
    async handle({ desk, params }) {
      const { taken, writes } = await takeImport(desk, await requireImport(desk, params.id))
      await desk.db.write(writes)
      return { taken }
    },
  }),
]

/** Fields of a section, or every one that is wrong, each with its sentence. */
function fieldsOf(section: Section, raw: unknown, now: Date) {
  const read = readFields(section, raw, dayOf(now))
  if ('fields' in read) return read.fields
  throw new Refusal('invalid', 'api.invalid', { fields: read.troubles.map(({ field, text }) => ({ path: `fields.${field}`, text })) })
}

async function shownNow(desk: Desk, id: string): Promise<z.input<typeof draftSchema>> {
  const version = await findVersion(desk.db, id)
  if (!version) throw new AppError('not_found', 'desk.entry_gone')
  return shownOf(version)
}

function shownOf(version: Version | Draft): z.input<typeof draftSchema> {
  const { id, section, entryId, state, edition, unitId, unitName, authorName, note, fields } = version
  const unit = { id: unitId ?? '', name: unitName ?? '' }
  return {
    id,
    section,
    entry: entryId,
    state: state === 'submitted' ? 'submitted' : 'draft',
    edition,
    unit,
    author: authorName,
    note,
    fields,
  }
}

async function importShown(desk: Desk, id: string, say: (text: Text) => string): Promise<z.input<typeof importSchema>> {
  const one = await requireImport(desk, id)
  const { good, same, bad }: Checked = one.taken ? { good: [], same: [], bad: [] } : await checkImport(desk, one)
  const told = bad.map(({ line, reasons }) => ({ line, reasons: reasons.map(say) }))
  return { id, section: one.section, taken: one.taken, good: good.length, same, bad: told }
}
