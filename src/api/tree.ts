/**
 * The unit tree over REST: a unit with its code and links, what lies right below, making one, its other names, a new join
 * code, the names of levels. Needs a token of scope `units` to change anything.
 */
import * as z from 'zod'
import { listSettings } from '../../db/settings.ts'
import { isOpen, listChildren, requireTreeUnit, type TreeUnit } from '../../db/tree-units.ts'
import { addUnit, editUnit, nameLevel, renewCode } from '../../db/unit-desk.ts'
import { listLevelNames } from '../../db/units.ts'
import { dayOf } from '../time.ts'
import { editUnitSchema, joinLinks, levelNameSchema, newUnitSchema } from '../tree.ts'
import { type Route, route } from './route.ts'
import { byId, limitSchema, pageOf, pageSchema } from './shapes.ts'

const treeUnitSchema = z.object({
  id: z.string(),
  kind: z.string(),
  level: z.string(),
  levelName: z.object({ vi: z.string(), en: z.string() }).nullable(),
  name: z.string(),
  shortName: z.string().nullable(),
  parentId: z.string().nullable(),
  path: z.string(),
  /** Members join by it. */
  code: z.string().nullable(),
  validFrom: z.string().nullable(),
  /** The last day of a closed unit. */
  validTo: z.string().nullable(),
  closed: z.boolean(),
  aliases: z.array(z.string()),
  note: z.string().nullable(),
  hasChildren: z.boolean(),
})
const linkSchema = z.object({
  channel: z.enum(['telegram', 'web', 'zalo']),
  url: z.string(),
  /** The channel's links carry no code: members type it. */
  typed: z.boolean(),
})
const levelSchema = z.object({ kind: z.string(), level: z.string(), vi: z.string(), en: z.string() })
const afterSchema = z
  .string()
  .max(300)
  .regex(/^.*\|[A-Za-z0-9_-]*$/)
  .default('|')

export const tree: Route[] = [
  route({
    method: 'get',
    path: '/units/:id',
    name: 'unit_find',
    act: 'unit.read',
    params: byId,
    answer: treeUnitSchema.extend({ links: z.array(linkSchema) }),
    async handle({ desk, params: { id }, parts }) {
      const unit = await requireTreeUnit(desk, id, 'unit.read')
      const { telegram_name: telegramName = null } = await listSettings(desk.db)
      const links = unit.code === null ? [] : joinLinks(unit.code, { telegramName, publicUrl: parts.publicUrl, zaloOaId: null })
      return { ...shownOf(unit, dayOf(desk.now)), links }
    },
  }),
  route({
    method: 'get',
    path: '/units/:id/children',
    name: 'unit_children',
    act: 'unit.read',
    params: byId,
    query: z.strictObject({ after: afterSchema, limit: limitSchema, closed: z.stringbool().default(false) }),
    answer: pageSchema(treeUnitSchema, z.string()),
    async handle({ desk, params: { id }, query: { after, limit, closed } }) {
      const unit = await requireTreeUnit(desk, id, 'unit.read')
      const day = dayOf(desk.now)
      const cut = after.lastIndexOf('|')
      const key: [string, string] = [after.slice(0, cut), after.slice(cut + 1)]
      const found = await listChildren(desk.db, { parentId: unit.id, day, closed, after: key, limit: limit + 1 })
      const { rows, ...next } = pageOf(found, limit, ({ name, id }) => `${name}|${id}`)
      return { rows: rows.map((one) => shownOf(one, day)), ...next }
    },
  }),
  route({
    method: 'post',
    path: '/units',
    name: 'unit_add',
    act: 'unit.write',
    change: 'unit.add',
    body: newUnitSchema,
    status: 201,
    answer: treeUnitSchema,
    async handle({ desk, body }) {
      const { id, writes } = await addUnit(desk, body)
      await desk.db.write(writes)
      return shownOf(await requireTreeUnit(desk, id, 'unit.read'), dayOf(desk.now))
    },
  }),
  route({
    method: 'patch',
    path: '/units/:id',
    name: 'unit_edit',
    act: 'unit.write',
    change: 'unit.edit',
    about: 'unit',
    params: byId,
    body: editUnitSchema,
    answer: treeUnitSchema,
    async handle({ desk, params: { id }, body: { aliases, note } }) {
      const edit = { ...(aliases === undefined ? {} : { aliases }), ...(note === undefined ? {} : { note }) }
      await desk.db.write(await editUnit(desk, id, edit))
      return shownOf(await requireTreeUnit(desk, id, 'unit.read'), dayOf(desk.now))
    },
  }),
  route({
    method: 'post',
    path: '/units/:id/code',
    name: 'unit_code',
    act: 'unit.write',
    change: 'unit.code',
    about: 'unit',
    params: byId,
    answer: z.object({ code: z.string() }),
    async handle({ desk, params: { id } }) {
      const { code, writes } = await renewCode(desk, id)
      await desk.db.write(writes)
      return { code }
    },
  }),
  route({
    method: 'get',
    path: '/levels',
    name: 'level_list',
    act: 'unit.read',
    answer: z.object({ rows: z.array(levelSchema) }),
    handle: async ({ desk: { db } }) => ({ rows: await listLevelNames(db) }),
  }),
  route({
    method: 'post',
    path: '/levels',
    name: 'level_name',
    act: 'unit.write',
    change: 'unit.level',
    body: levelNameSchema,
    answer: levelSchema,
    async handle({ desk, body }) {
      await desk.db.write(nameLevel(desk, body))
      return body
    },
  }),
]

function shownOf(unit: TreeUnit, day: string): z.input<typeof treeUnitSchema> {
  return { ...unit, closed: !isOpen(unit, day) }
}
