/**
 * *Sự cố* (F64): the breach desk's list by its 72-hour clock, and the form that opens an incident.
 */
import * as z from 'zod'
import { type Incident, listIncidents, openIncident } from '../../../db/incidents.ts'
import { noteSchema } from '../../data-clock.ts'
import { AppError } from '../../errors.ts'
import { INCIDENT_STATES, incidentTitleSchema } from '../../incident.ts'
import { dayOf, timeVi, vietnamHour, vietnamInstant } from '../../time.ts'
import { Badge, Card } from '../kit/card.tsx'
import { allRows, ExportLink, exportPages } from '../kit/export.tsx'
import { Area, Button, Field, Form, Select } from '../kit/form.tsx'
import { addressWith, Empty, Filters, Table } from '../kit/list.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'
import { chosenUnit, UnitFields, unitsFor } from './unit-choice.tsx'

const PAGE = 50
const HOUR_MS = 3_600_000

const querySchema = z.object({
  state: z.enum(INCIDENT_STATES).default('open'),
  after: z
    .string()
    .regex(/^[0-9TZ:.-]{20,30}~[A-Za-z0-9_-]{1,40}$/)
    .optional(),
})
const formSchema = z.strictObject({
  title: incidentTitleSchema,
  day: z.iso.date(),
  time: z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/),
  happened: noteSchema(3, 2000),
  unit: z.string().max(40).optional(),
  unitName: z.string().max(200).optional(),
})

export const incidentPages: readonly Page[] = [
  { method: 'get', path: '/incidents', act: 'incident.read', handle: show },
  ...exportPages({
    path: '/incidents',
    act: 'incident.read',
    recorded: 'incident.export',
    title: 'console_office.incidents',
    file: 'su-co',
    gather,
  }),
  { method: 'get', path: '/incidents/new', act: 'incident.write', handle: (visit) => write(visit) },
  { method: 'post', path: '/incidents/new', act: 'incident.write', handle: open },
]

async function show(visit: Visit): Promise<Response> {
  const { t, desk, c } = visit
  const { state, after } = visit.query(querySchema)
  const [due = '', id = ''] = after?.split('~') ?? []
  const page = { after: after === undefined ? null : { due, id }, limit: PAGE + 1 }
  const found = await listIncidents(desk.db, desk.keys, desk.actor, state, page)
  const rows = found.slice(0, PAGE)
  const last = rows.at(-1)
  const add = { href: '/console/incidents/new', label: t('console_office.incident_new') }
  return visit.show(
    {
      title: t('console_office.incidents'),
      help: 'incidents',
      actions: (
        <>
          <a class="btn btn-primary" href={add.href}>
            {add.label}
          </a>
          <ExportLink visit={visit} path="/incidents" />
        </>
      ),
    },
    <Card plain>
      <Filters visit={visit} action="/incidents">
        <div class="col-12 col-md-auto">
          <Select
            visit={visit}
            name="state"
            label={t('console_office.incident_state')}
            value={state}
            choices={INCIDENT_STATES.map((value) => ({ value, label: t(`incident.state_${value}`) }))}
          />
        </div>
      </Filters>
      {rows.length === 0 ? (
        <Empty
          icon="shield-exclamation"
          title={t(`console_office.incidents_none_${state}`)}
          text={t('console_office.incidents_none_text')}
          action={state === 'open' ? add : undefined}
        />
      ) : (
        <Table
          visit={visit}
          caption={t('console_office.incidents')}
          rows={rows}
          more={found.length > PAGE && last ? addressWith(c.req.url, { after: `${last.dueAt.toISOString()}~${last.id}` }) : undefined}
          columns={[
            { label: t('console_office.incident_code'), cell: ({ code }) => code },
            { label: t('console_office.incident_title'), cell: ({ title }) => <span class="text-break">{title}</span> },
            { label: t('console_office.unit'), cell: ({ unitName }) => unitName },
            { label: t('console_office.incident_detected'), cell: ({ detectedAt }) => timeVi(detectedAt) },
            { label: t('console_office.incident_clock'), cell: (one) => <IncidentClock visit={visit} incident={one} /> },
            {
              label: '',
              cell: ({ id: one, code }) => (
                <a class="btn btn-sm" href={`/console/incidents/${one}`}>
                  {t('console_office.open_view')}
                  <span class="visually-hidden"> {code}</span>
                </a>
              ),
            },
          ]}
        />
      )}
    </Card>,
  )
}

/** How much of the 72 hours is left, or by how much they are over; of one that was notified, whether in time. */
export function IncidentClock({ visit: { t, desk }, incident }: { visit: Visit; incident: Incident }) {
  const { state, dueAt, notifiedAt } = incident
  if (notifiedAt !== null) {
    const late = notifiedAt > dueAt
    return (
      <>
        <Badge tone={late ? 'bad' : 'good'} label={t(late ? 'console_office.told_late' : 'console_office.told_in_time')} />
        <div class="text-secondary">{timeVi(notifiedAt)}</div>
      </>
    )
  }
  if (state === 'closed') return <Badge label={t('console_office.not_told')} />
  const left = dueAt.getTime() - desk.now.getTime()
  const hours = Math.floor(Math.abs(left) / HOUR_MS)
  return (
    <>
      <Badge
        tone={left < 0 ? 'bad' : 'waiting'}
        label={left < 0 ? t('console_office.hours_over', { hours }) : t('console_office.hours_left', { hours })}
      />
      <div class={left < 0 ? 'fw-bold' : 'text-secondary'}>{t('console_office.tell_by', { at: timeVi(dueAt) })}</div>
    </>
  )
}

async function write(visit: Visit, typed?: Typed, wrong?: Wrong): Promise<Response> {
  const { t, desk } = visit
  const common = { visit, typed, wrong }
  const units = await unitsFor(desk, 'incident.write')
  const minute = String(desk.now.getUTCMinutes()).padStart(2, '0')
  return visit.show(
    {
      title: t('console_office.incident_new'),
      help: 'incidents',
      crumbs: [{ href: '/console/incidents', label: t('console_office.incidents') }],
    },
    <Card>
      <p>{t('console_office.incident_new_what')}</p>
      <Form visit={visit} action="/incidents/new">
        <Field
          {...common}
          name="title"
          label={t('console_office.incident_title')}
          hint={t('console_office.incident_title_hint')}
          most={120}
          needed
        />
        <Field {...common} name="day" type="date" label={t('console_office.incident_day')} value={dayOf(desk.now)} needed />
        <Field
          {...common}
          name="time"
          type="time"
          label={t('console_office.incident_time')}
          hint={t('console_office.incident_time_hint')}
          value={`${String(vietnamHour(desk.now)).padStart(2, '0')}:${minute}`}
          needed
        />
        <UnitFields {...common} units={units} value={desk.actor.unitId} />
        <Area
          {...common}
          name="happened"
          label={t('incident.kind_happened')}
          hint={t('console_office.no_names')}
          rows={5}
          most={2000}
          needed
        />
        <Button label={t('console_office.incident_open')} />
      </Form>
    </Card>,
    wrong ? 400 : 200,
  )
}

async function open(visit: Visit): Promise<Response> {
  const { desk } = visit
  const posted = visit.read(formSchema)
  if (!posted.ok) return write(visit, posted.typed, posted.wrong)
  const { unit, unitName, day, time, title, happened } = posted.data
  const chosen = await chosenUnit(desk, 'incident.write', { unit, unitName })
  if ('wrong' in chosen) return write(visit, posted.typed, chosen.wrong)
  if (chosen.unit === null) return write(visit, posted.typed, { unit: { key: 'console.field_needed' } })
  const detectedAt = vietnamInstant(day, Number(time.slice(0, 2)), Number(time.slice(3)))
  try {
    const { id, writes } = await openIncident(desk, { title, happened, detectedAt }, chosen.unit)
    await desk.db.write(writes)
    return visit.go(`/incidents/${id}`, 'console_office.said_incident')
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid') return write(visit, posted.typed, { day: { key: error.message } })
    throw error
  }
}

async function gather(visit: Visit) {
  const { t, desk } = visit
  const { state } = visit.query(querySchema)
  const rows = await allRows<Incident, { due: string; id: string }>(visit, async (after, limit) => {
    const found = await listIncidents(desk.db, desk.keys, desk.actor, state, { after: after ?? null, limit })
    const last = found.at(-1)
    return { rows: found, next: found.length === limit && last ? { due: last.dueAt.toISOString(), id: last.id } : undefined }
  })
  const at = (date: Date | null) => (date ? timeVi(date) : '')
  return {
    detail: { state },
    columns: [
      'incident_code',
      'incident_title',
      'unit',
      'incident_state',
      'incident_detected',
      'incident_due',
      'incident_told',
      'incident_closed',
    ].map((key) => ({
      title: t(`console_office.${key}`),
    })),
    rows: rows.map((one) => [
      ...[one.code, one.title, one.unitName, t(`incident.state_${one.state}`), at(one.detectedAt), at(one.dueAt)],
      ...[at(one.notifiedAt), at(one.closedAt)],
    ]),
  }
}
