/**
 * *Nhật ký* (F62): what officers, their tokens, the operator and the assistant did or were refused, newest first, by
 * officer, act, unit, outcome and day. As a file it takes a proof, and the file itself stands in the log.
 */
import * as z from 'zod'
import { type AuditFilter, type AuditRow, listActs, listAudit } from '../../../db/audit-list.ts'
import { listOfficers } from '../../../db/officers.ts'
import { requireUnit } from '../../api/scope.ts'
import { scopeOf } from '../../rights.ts'
import { timeVi } from '../../time.ts'
import { Badge, Card } from '../kit/card.tsx'
import { allRows, ExportLink, exportPages } from '../kit/export.tsx'
import { type Choice, Field, Select } from '../kit/form.tsx'
import { addressWith, Empty, Filters, Table } from '../kit/list.tsx'
import type { Page, Visit } from '../page.ts'
import { actName, factsOf, thingOf } from './audit-words.ts'
import { unitsFor } from './unit-choice.tsx'

const PAGE = 50
/** Offered in the list of officers; the others are reached by their name in a row. */
const OFFICERS = 200

const id = z.string().regex(/^[A-Za-z0-9_-]{0,40}$/)
const day = z.iso.date().or(z.literal(''))
const querySchema = z.object({
  officer: id.default(''),
  act: z
    .string()
    .regex(/^[a-z_.]{0,60}$/)
    .default(''),
  unit: id.default(''),
  outcome: z.enum(['done', 'refused', '']).default(''),
  from: day.default(''),
  to: day.default(''),
  about: z
    .string()
    .regex(/^([a-z_]{1,20}:[A-Za-z0-9_-]{1,40})?$/)
    .default(''),
  before: z
    .string()
    .regex(/^[0-9]{1,15}$/)
    .transform(Number)
    .optional(),
})

export const auditPages: readonly Page[] = [
  { method: 'get', path: '/audit', act: 'audit.read', handle: show },
  ...exportPages({ path: '/audit', act: 'audit.export', recorded: 'audit.export', title: 'console_office.audit', file: 'nhat-ky', gather }),
]

async function show(visit: Visit): Promise<Response> {
  const { t, desk, c } = visit
  const query = visit.query(querySchema)
  const { officer, act, unit, outcome, from, to, about, before = 0 } = query
  const [{ rows, next }, acts, officers, units] = await Promise.all([
    listAudit(desk.db, await filterOf(visit), { before, limit: PAGE }),
    listActs(desk.db),
    listOfficers(desk.db, { after: '', limit: OFFICERS, paths: scopeOf(desk.actor, 'audit.read') }),
    unitsFor(desk, 'audit.read'),
  ])
  const more = next === undefined ? undefined : addressWith(c.req.url, { before: String(next) })
  const people = known(
    officers.map(({ id: value, name }) => ({ value, label: name })),
    officer,
    rows.find(({ officerId }) => officerId === officer)?.officerName,
  )
  const places = known(units.choices, unit, rows.find(({ unitId }) => unitId === unit)?.unitName)
  const select = (name: 'officer' | 'act' | 'unit' | 'outcome', choices: readonly Choice[]) => (
    <div class="col-6 col-md-3">
      <Select
        visit={visit}
        name={name}
        label={t(`console_office.audit_${name}`)}
        value={query[name]}
        none={t('console_office.all')}
        choices={choices}
      />
    </div>
  )
  return visit.show(
    {
      title: t('console_office.audit'),
      help: 'audit',
      ...(scopeOf(desk.actor, 'audit.export').length > 0 ? { actions: <ExportLink visit={visit} path="/audit" /> } : {}),
    },
    <Card plain>
      <Filters visit={visit} action="/audit">
        {select('officer', people)}
        {select(
          'act',
          acts.map((value) => ({ value, label: actName(visit, value) })),
        )}
        {select('unit', places)}
        {select('outcome', [
          { value: 'done', label: t('console_office.audit_done') },
          { value: 'refused', label: t('console_office.audit_refused') },
        ])}
        <div class="col-6 col-md-3">
          <Field visit={visit} name="from" type="date" label={t('console_office.audit_from')} value={from} />
        </div>
        <div class="col-6 col-md-3">
          <Field visit={visit} name="to" type="date" label={t('console_office.audit_to')} value={to} />
        </div>
        {about === '' ? null : <input type="hidden" name="about" value={about} />}
      </Filters>
      {rows.length === 0 ? (
        <Empty
          icon="journal-text"
          title={t('console_office.audit_none')}
          text={t(
            more
              ? 'console_office.audit_further'
              : filtered(officer, act, unit, outcome, from, to)
                ? 'console_office.nothing_found'
                : 'console_office.audit_none_text',
          )}
          action={more ? { href: more, label: t('console_office.audit_go_on') } : undefined}
        />
      ) : (
        <Table
          visit={visit}
          caption={t('console_office.audit')}
          rows={rows}
          more={more}
          columns={[
            { label: t('console_office.audit_at'), cell: ({ at }) => timeVi(new Date(at)) },
            { label: t('console_office.audit_officer'), cell: (row) => <Who visit={visit} row={row} /> },
            { label: t('console_office.audit_act'), cell: (row) => <What visit={visit} row={row} /> },
            {
              label: t('console_office.audit_unit'),
              cell: ({ unitId, unitName }) =>
                unitId ? <a href={addressWith(c.req.url, { unit: unitId, before: '' })}>{unitName ?? unitId}</a> : '–',
            },
            {
              label: t('console_office.audit_outcome'),
              cell: ({ outcome: one }) => (
                <Badge
                  tone={one === 'refused' ? 'bad' : 'good'}
                  label={t(one === 'refused' ? 'console_office.audit_refused' : 'console_office.audit_done')}
                />
              ),
            },
          ]}
        />
      )}
    </Card>,
  )
}

const filtered = (...values: string[]): boolean => values.some((value) => value !== '')

/** The choices, and the one that is chosen though it is not among them. */
function known(choices: readonly Choice[], chosen: string, label: string | null | undefined): readonly Choice[] {
  if (chosen === '' || choices.some(({ value }) => value === chosen)) return choices
  return [...choices, { value: chosen, label: label ?? chosen }]
}

/** The officer; of a row without one, by which road it came. */
function Who({ visit: { t, c }, row: { officerId, officerName, via } }: { visit: Visit; row: AuditRow }) {
  const road = t(`console_office.via_${via}`)
  if (officerId === null) return <>{road}</>
  return (
    <>
      <a href={addressWith(c.req.url, { officer: officerId, before: '' })}>{officerName ?? officerId}</a>
      <div class="text-secondary">{road}</div>
    </>
  )
}

function What({ visit, row }: { visit: Visit; row: AuditRow }) {
  const { about, aboutId } = row
  const facts = factsOf(visit, row)
  return (
    <>
      {actName(visit, row.act)}
      {about !== null && aboutId !== null && /^[A-Za-z0-9_-]{1,40}$/.test(aboutId) ? (
        <div>
          <a class="text-secondary" href={addressWith(visit.c.req.url, { about: `${about}:${aboutId}`, before: '' })}>
            {thingOf(visit, row)}
          </a>
        </div>
      ) : null}
      {facts === '' ? null : <div class="text-secondary text-break">{facts}</div>}
    </>
  )
}

/** Throws AppError `not_found` for a unit that is out of reach. */
async function filterOf(visit: Visit): Promise<AuditFilter> {
  const { desk } = visit
  const { officer, act, unit, outcome, from, to, about } = visit.query(querySchema)
  const [kind = '', thing = ''] = about.split(':')
  return {
    paths: unit === '' ? scopeOf(desk.actor, 'audit.read') : [await requireUnit(desk, unit, 'audit.read')],
    ...(officer === '' ? {} : { officerId: officer }),
    ...(act === '' ? {} : { act }),
    ...(outcome === '' ? {} : { outcome }),
    ...(from === '' ? {} : { from }),
    ...(to === '' ? {} : { to }),
    ...(about === '' ? {} : { about: [kind, thing] as [string, string] }),
  }
}

async function gather(visit: Visit) {
  const { t, desk } = visit
  const filter = await filterOf(visit)
  const rows = await allRows<AuditRow, number>(visit, (before = 0, limit) => listAudit(desk.db, filter, { before, limit }))
  const { officer, act, unit, outcome, from, to } = visit.query(querySchema)
  const detail = Object.fromEntries(Object.entries({ officer, act, unit, outcome, from, to }).filter(([, value]) => value !== ''))
  return {
    detail,
    columns: ['audit_at', 'audit_officer', 'audit_via', 'audit_act', 'audit_unit', 'audit_outcome', 'audit_about', 'audit_detail'].map(
      (key) => ({
        title: t(`console_office.${key}`),
      }),
    ),
    rows: rows.map((row) => [
      ...[timeVi(new Date(row.at)), row.officerName ?? '', t(`console_office.via_${row.via}`), actName(visit, row.act)],
      ...[row.unitName ?? '', t(row.outcome === 'refused' ? 'console_office.audit_refused' : 'console_office.audit_done')],
      ...[thingOf(visit, row), factsOf(visit, row)],
    ]),
  }
}
