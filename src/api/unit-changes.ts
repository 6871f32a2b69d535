/**
 * Changes of the unit tree over REST (F65): plan one, see what is planned and what was, take one back whose day has not
 * come. How many members were told is rounded; who is never said.
 */
import * as z from 'zod'
import type { Desk } from '../../db/rights.ts'
import { requireTreeUnit } from '../../db/tree-units.ts'
import { cancelChange, findChange, listChanges, listChangesOf, planChange, type UnitChange } from '../../db/unit-changes.ts'
import { AppError } from '../errors.ts'
import { scopeOf } from '../rights.ts'
import { CHANGE_KINDS, CHANGE_STATES, changeSchema } from '../tree.ts'
import { type Route, route } from './route.ts'
import { about, aboutSchema, byId, idSchema, limitSchema, pageOf, pageSchema } from './shapes.ts'

const unitChangeSchema = z.object({
  id: z.string(),
  kind: z.enum(CHANGE_KINDS),
  unit: z.object({ id: z.string(), name: z.string() }),
  /** The first day on which it holds. */
  day: z.iso.date(),
  note: z.string(),
  /** `moving`: carried out, members are being told. */
  state: z.enum(CHANGE_STATES),
  /** New and former name of a renamed unit. */
  name: z.string().optional(),
  before: z.string().nullable().optional(),
  parentId: z.string().optional(),
  /** Units that go up in this one. */
  sources: z.array(z.string()).optional(),
  /** Units that take its place. */
  heirs: z.array(z.string()).optional(),
  told: aboutSchema,
})
const pageQuery = z.strictObject({ before: idSchema.optional(), limit: limitSchema })

export const unitChanges: Route[] = [
  route({
    method: 'get',
    path: '/unit-changes',
    name: 'change_list',
    act: 'unit.read',
    query: pageQuery,
    answer: pageSchema(unitChangeSchema, z.string()),
    async handle({ desk: { db, actor }, query: { before = '', limit } }) {
      const found = await listChanges(db, { paths: scopeOf(actor, 'unit.read'), before, limit: limit + 1 })
      const { rows, ...next } = pageOf(found, limit, ({ id }) => id)
      return { rows: rows.map(shownOf), ...next }
    },
  }),
  route({
    method: 'get',
    path: '/units/:id/changes',
    name: 'unit_changes',
    act: 'unit.read',
    params: byId,
    query: pageQuery,
    answer: pageSchema(unitChangeSchema, z.string()),
    async handle({ desk, params: { id }, query: { before = '', limit } }) {
      await requireTreeUnit(desk, id, 'unit.read')
      const found = await listChangesOf(desk.db, id, { before, limit: limit + 1 })
      const { rows, ...next } = pageOf(found, limit, ({ id }) => id)
      return { rows: rows.map(shownOf), ...next }
    },
  }),
  route({
    method: 'post',
    path: '/units/:id/changes',
    name: 'change_plan',
    act: 'unit.write',
    change: 'unit.change',
    about: 'unit',
    params: byId,
    body: changeSchema,
    status: 201,
    answer: unitChangeSchema,
    async handle({ desk, params, body }) {
      const { id, writes } = await planChange(desk, params.id, body)
      await desk.db.write(writes)
      return shownNow(desk, id)
    },
  }),
  route({
    method: 'post',
    path: '/unit-changes/:id/cancel',
    name: 'change_cancel',
    act: 'unit.write',
    change: 'unit.change_cancel',
    params: byId,
    answer: unitChangeSchema,
    async handle({ desk, params: { id } }) {
      await desk.db.write(await cancelChange(desk, id))
      return shownNow(desk, id)
    },
  }),
]

async function shownNow({ db }: Desk, id: string): Promise<z.input<typeof unitChangeSchema>> {
  const change = await findChange(db, id)
  if (!change) throw new AppError('not_found', 'tree.change_gone')
  return shownOf(change)
}

function shownOf({ id, kind, unitId, unitName, day, note, state, plan, told }: UnitChange): z.input<typeof unitChangeSchema> {
  return {
    ...{ id, kind, unit: { id: unitId, name: unitName }, day, note, state, told: about(told) },
    ...(plan.kind === 'rename' ? { name: plan.name, before: plan.before } : {}),
    ...(plan.kind === 'move' ? { parentId: plan.parentId, before: plan.before } : {}),
    ...(plan.kind === 'merge' ? { sources: plan.sources } : {}),
    ...(plan.kind === 'split' ? { heirs: plan.heirs.map(({ id }) => id) } : {}),
  }
}
