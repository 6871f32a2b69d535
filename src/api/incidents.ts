/**
 * The breach desk over REST (F64): a system that notices something opens an incident at once and adds what it knows, so
 * that the 72 hours run from there. That the authority was told, and that it is over, only an officer says.
 */
import * as z from 'zod'
import { addEntry, type Incident, listEntries, listIncidents, openIncident, requireIncident } from '../../db/incidents.ts'
import { listSettings } from '../../db/settings.ts'
import { noteSchema } from '../data-clock.ts'
import { AppError } from '../errors.ts'
import { affectedSchema, entrySchema, INCIDENT_STATES, type IncidentEntry, incidentTitleSchema } from '../incident.ts'
import { authorityNotice, peopleNotice } from '../incident-notice.ts'
import { type Route, route } from './route.ts'
import { requireUnit } from './scope.ts'
import { byId, idSchema, instantSchema, limitSchema, pageOf, pageSchema } from './shapes.ts'

export const incidentSchema = z.object({
  id: z.string(),
  code: z.string(),
  unit: z.object({ id: z.string(), name: z.string() }),
  title: z.string(),
  state: z.enum(INCIDENT_STATES),
  detectedAt: instantSchema,
  /** 72 hours after detection. */
  dueAt: instantSchema,
  notifiedAt: instantSchema.nullable(),
  peopleToldAt: instantSchema.nullable(),
  closedAt: instantSchema.nullable(),
  /** The authority was not told and the 72 hours are over. */
  overdue: z.boolean(),
  entries: z.int(),
})

const entryShownSchema = z.object({
  place: z.int(),
  at: instantSchema,
  officer: z.object({ id: z.string(), name: z.string() }),
  kind: z.string(),
  text: z.string(),
  affected: affectedSchema.nullable(),
})

const NEVER: Array<[step: string, name: string, recorded: string]> = [
  ['notified', 'incident_notified', 'incident.notified'],
  ['people-told', 'incident_people_told', 'incident.people_told'],
  ['close', 'incident_close', 'incident.close'],
  ['reopen', 'incident_reopen', 'incident.reopen'],
]

export const incidents: Route[] = [
  route({
    method: 'get',
    path: '/incidents',
    name: 'incident_list',
    act: 'incident.read',
    query: z.strictObject({
      after: z
        .string()
        .regex(/^[0-9TZ:.-]{20,30}~[A-Za-z0-9_-]{1,40}$/)
        .optional(),
      limit: limitSchema,
      state: z.enum(INCIDENT_STATES).default('open'),
    }),
    answer: pageSchema(incidentSchema, z.string()),
    async handle({ desk: { db, keys, actor, now }, query: { after, limit, state } }) {
      const [due = '', id = ''] = after?.split('~') ?? []
      const found = await listIncidents(db, keys, actor, state, { after: after === undefined ? null : { due, id }, limit: limit + 1 })
      const { rows, ...next } = pageOf(found, limit, (one) => `${one.dueAt.toISOString()}~${one.id}`)
      return { rows: rows.map((one) => shownOf(one, now)), ...next }
    },
  }),
  route({
    method: 'post',
    path: '/incidents',
    name: 'incident_open',
    act: 'incident.write',
    change: 'incident.open',
    body: z.strictObject({
      unitId: idSchema,
      title: incidentTitleSchema,
      detectedAt: z.iso.datetime({ offset: true }),
      happened: noteSchema(3, 2000),
    }),
    status: 201,
    answer: incidentSchema,
    async handle({ desk, body: { unitId, detectedAt, ...said } }) {
      const unit = { id: unitId, path: await requireUnit(desk, unitId, 'incident.write') }
      const { id, writes } = await openIncident(desk, { ...said, detectedAt: new Date(detectedAt) }, unit)
      await desk.db.write(writes)
      return shownOf(await requireIncident(desk, id), desk.now)
    },
  }),
  route({
    method: 'get',
    path: '/incidents/:id',
    name: 'incident_find',
    act: 'incident.read',
    params: byId,
    answer: incidentSchema.extend({ timeline: z.array(entryShownSchema) }),
    async handle({ desk, params: { id } }) {
      const incident = await requireIncident(desk, id)
      return { ...shownOf(incident, desk.now), timeline: (await listEntries(desk.db, desk.keys, id)).map(entryOf) }
    },
  }),
  route({
    method: 'post',
    path: '/incidents/:id/entries',
    name: 'incident_entry',
    act: 'incident.write',
    change: 'incident.entry',
    about: 'incident',
    params: byId,
    body: entrySchema,
    status: 201,
    answer: incidentSchema,
    async handle({ desk, params: { id }, body }) {
      await desk.db.write(await addEntry(desk, await requireIncident(desk, id), body))
      return shownOf(await requireIncident(desk, id), desk.now)
    },
  }),
  route({
    method: 'get',
    path: '/incidents/:id/notices',
    name: 'incident_notices',
    act: 'incident.read',
    params: byId,
    /** Drafts in the language that is asked for; the authority reads Vietnamese. */
    answer: z.object({ authority: z.string(), people: z.string() }),
    async handle({ desk, params: { id }, parts: { texts }, locale }) {
      const incident = await requireIncident(desk, id)
      const { unit_name = incident.unitName, data_officer = unit_name } = await listSettings(desk.db)
      const entries = await listEntries(desk.db, desk.keys, id)
      const facts = { ...incident, entries, unitName: unit_name, dataOfficer: data_officer, now: desk.now }
      const render = (text: Parameters<typeof texts.render>[0]) => texts.render(text, locale)
      return { authority: authorityNotice(render, facts), people: peopleNotice(render, facts) }
    },
  }),
  ...NEVER.map(([step, name, recorded]) =>
    route({
      method: 'post',
      path: `/incidents/:id/${step}`,
      name,
      act: 'incident.settle',
      never: 'api.never_settles',
      change: recorded,
      about: 'incident',
      params: byId,
      answer: incidentSchema,
      handle: () => Promise.reject(new AppError('forbidden', 'api.never_settles')),
    }),
  ),
]

function shownOf(incident: Incident, now: Date): z.input<typeof incidentSchema> {
  const { id, code, unitId, unitName, title, state, detectedAt, dueAt, notifiedAt, peopleToldAt, closedAt, entries } = incident
  const at = (date: Date | null) => date?.toISOString() ?? null
  return {
    ...{ id, code, title, state, entries },
    unit: { id: unitId, name: unitName },
    detectedAt: detectedAt.toISOString(),
    dueAt: dueAt.toISOString(),
    notifiedAt: at(notifiedAt),
    peopleToldAt: at(peopleToldAt),
    closedAt: at(closedAt),
    overdue: state === 'open' && now > dueAt,
  }
}

function entryOf({ place, at, officerId, officerName, kind, text, affected }: IncidentEntry): z.input<typeof entryShownSchema> {
  return { place, at: at.toISOString(), officer: { id: officerId, name: officerName }, kind, text, affected }
}
