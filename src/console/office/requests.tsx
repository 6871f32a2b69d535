/**
 * *Yêu cầu về dữ liệu* (F7): open ones by the legal clock, overdue first; done ones; what the assistant fulfilled at once.
 * A code, a kind and days: who asked stands on paper.
 */
import * as z from 'zod'
import { addRequest, type DataRequest, listRequests, REQUEST_LISTS } from '../../../db/request-desk.ts'
import { isOver, REQUEST_KINDS, REQUEST_SOURCES, requestSchema } from '../../data-clock.ts'
import { AppError } from '../../errors.ts'
import { mayAtTop, scopeOf } from '../../rights.ts'
import { dateVi, dayOf } from '../../time.ts'
import { Badge, Card } from '../kit/card.tsx'
import { allRows, ExportLink, exportPages } from '../kit/export.tsx'
import { Button, Check, Field, Form, Select } from '../kit/form.tsx'
import { addressWith, Empty, Filters, Table } from '../kit/list.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'
import { chosenUnit, UnitFields, unitsFor } from './unit-choice.tsx'

const PAGE = 50

const querySchema = z.object({
  list: z.enum(REQUEST_LISTS).default('open'),
  kind: z.enum(REQUEST_KINDS).or(z.literal('')).default(''),
  after: z
    .string()
    .regex(/^[0-9TZ:.-]{20,30}~[A-Za-z0-9_-]{1,40}$/)
    .optional(),
})
const formSchema = requestSchema.extend({
  others: z.literal('on').optional().transform(Boolean),
  unit: z.string().max(40).optional(),
  unitName: z.string().max(200).optional(),
})

export const requestPages: readonly Page[] = [
  { method: 'get', path: '/data-requests', act: 'data.read', handle: show },
  ...exportPages({
    path: '/data-requests',
    act: 'data.read',
    recorded: 'data.export',
    title: 'console_office.requests',
    file: 'yeu-cau-du-lieu',
    gather,
  }),
  { method: 'get', path: '/data-requests/new', act: 'data.record', handle: (visit) => write(visit) },
  { method: 'post', path: '/data-requests/new', act: 'data.record', handle: add },
]

async function show(visit: Visit): Promise<Response> {
  const { t, desk, c } = visit
  const { list, kind, after } = visit.query(querySchema)
  const [at = '', id = ''] = after?.split('~') ?? []
  const found = await listRequests(desk.db, desk.actor, filterOf(visit), {
    after: after === undefined ? null : { at, id },
    limit: PAGE + 1,
  })
  const rows = found.slice(0, PAGE)
  const last = rows.at(-1)
  const records = scopeOf(desk.actor, 'data.record').length > 0
  const add = { href: '/console/data-requests/new', label: t('console_office.request_new') }
  const lists = REQUEST_LISTS.filter((one) => one !== 'chat' || mayAtTop(desk.actor, 'data.read'))
  return visit.show(
    {
      title: t('console_office.requests'),
      help: 'requests',
      actions: (
        <>
          {records ? (
            <a class="btn btn-primary" href={add.href}>
              {add.label}
            </a>
          ) : null}
          <ExportLink visit={visit} path="/data-requests" />
        </>
      ),
    },
    <Card plain>
      <Filters visit={visit} action="/data-requests">
        <div class="col-6 col-md-auto">
          <Select
            visit={visit}
            name="list"
            label={t('console_office.request_list')}
            value={list}
            choices={lists.map((value) => ({ value, label: t(`console_office.requests_${value}`) }))}
          />
        </div>
        <div class="col-6 col-md-auto">
          <Select
            visit={visit}
            name="kind"
            label={t('console_office.request_kind')}
            value={kind}
            none={t('console_office.all')}
            choices={REQUEST_KINDS.map((value) => ({ value, label: t(`console_office.request_${value}`) }))}
          />
        </div>
      </Filters>
      {list === 'chat' ? <p class="card-body mb-0 text-secondary">{t('console_office.requests_chat_what')}</p> : null}
      {rows.length === 0 ? (
        <Empty
          icon="shield-lock"
          title={t(`console_office.requests_none_${list}`)}
          text={t(kind === '' ? 'console_office.requests_none_text' : 'console_office.nothing_found')}
          action={records && list === 'open' ? add : undefined}
        />
      ) : (
        <Table
          visit={visit}
          caption={t('console_office.requests')}
          rows={rows}
          more={found.length > PAGE && last ? addressWith(c.req.url, { after: `${keyOf(last)}~${last.id}` }) : undefined}
          columns={[
            { label: t('console_office.request_code'), cell: ({ code }) => code ?? t('console_office.request_by_chat') },
            { label: t('console_office.request_kind'), cell: (row) => t(`console_office.request_${row.kind}`) },
            { label: t('console_office.request_unit'), cell: ({ unitName }) => unitName ?? '–' },
            { label: t('console_office.request_asked'), cell: ({ askedAt }) => dateVi(dayOf(askedAt)) },
            { label: t('console_office.request_clock'), cell: (row) => <Clock visit={visit} request={row} /> },
            {
              label: '',
              cell: ({ id: one, code }) =>
                code === null ? (
                  ''
                ) : (
                  <a class="btn btn-sm" href={`/console/data-requests/${one}`}>
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

/** Where it stands, and what the law wants next until when. */
export function Clock({ visit: { t, desk }, request: { state, clockAt, doneAt, outcome } }: { visit: Visit; request: DataRequest }) {
  if (clockAt === null)
    return (
      <>
        <Badge tone={outcome === 'refused' ? 'plain' : 'good'} label={t(`console_office.outcome_${outcome ?? 'done'}`)} />
        <div class="text-secondary">{doneAt ? dateVi(dayOf(doneAt)) : ''}</div>
      </>
    )
  const over = isOver(clockAt, desk.now)
  return (
    <>
      <Badge tone={over ? 'bad' : 'waiting'} label={t(over ? 'console_office.request_overdue' : `console_office.request_is_${state}`)} />
      <div class={over ? 'fw-bold' : 'text-secondary'}>
        {t(state === 'waiting' ? 'console_office.answer_by' : 'console_office.finish_by', { day: dateVi(dayOf(clockAt)) })}
      </div>
    </>
  )
}

async function write(visit: Visit, typed?: Typed, wrong?: Wrong): Promise<Response> {
  const { t, desk } = visit
  const common = { visit, typed, wrong }
  const units = await unitsFor(desk, 'data.record')
  return visit.show(
    {
      title: t('console_office.request_new'),
      help: 'requests',
      crumbs: [{ href: '/console/data-requests', label: t('console_office.requests') }],
    },
    <Card>
      <p>{t('console_office.request_new_what')}</p>
      <Form visit={visit} action="/data-requests/new">
        <Select
          {...common}
          name="kind"
          label={t('console_office.request_kind')}
          choices={REQUEST_KINDS.map((value) => ({ value, label: t(`console_office.request_${value}`) }))}
          needed
        />
        <Select
          {...common}
          name="source"
          label={t('console_office.request_source')}
          choices={REQUEST_SOURCES.map((value) => ({ value, label: t(`console_office.source_${value}`) }))}
          needed
        />
        <Field
          {...common}
          name="askedOn"
          type="date"
          label={t('console_office.request_asked')}
          hint={t('console_office.request_asked_hint')}
          value={dayOf(desk.now)}
          needed
        />
        <UnitFields {...common} units={units} value={desk.actor.unitId} />
        <Check name="others" label={t('console_office.request_others')} hint={t('console_office.request_others_hint')} typed={typed} />
        <Field {...common} name="ref" label={t('console_office.request_ref')} hint={t('console_office.request_ref_hint')} most={80} />
        <Button label={t('console_office.request_record')} />
      </Form>
    </Card>,
    wrong ? 400 : 200,
  )
}

async function add(visit: Visit): Promise<Response> {
  const { desk } = visit
  const posted = visit.read(formSchema)
  if (!posted.ok) return write(visit, posted.typed, posted.wrong)
  const { unit, unitName, ...draft } = posted.data
  const chosen = await chosenUnit(desk, 'data.record', { unit, unitName })
  if ('wrong' in chosen) return write(visit, posted.typed, chosen.wrong)
  if (chosen.unit === null) return write(visit, posted.typed, { unit: { key: 'console.field_needed' } })
  try {
    const { id, writes } = await addRequest(desk, draft, chosen.unit)
    await desk.db.write(writes)
    return visit.go(`/data-requests/${id}`, 'console_office.said_request')
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid') return write(visit, posted.typed, { askedOn: { key: error.message } })
    throw error
  }
}

const keyOf = ({ clockAt, doneAt, askedAt }: DataRequest): string => (clockAt ?? doneAt ?? askedAt).toISOString()

function filterOf(visit: Visit) {
  const { list, kind } = visit.query(querySchema)
  // What the assistant did at once is many: it is looked through by day alone.
  return { list, ...(kind === '' || list === 'chat' ? {} : { kind }) }
}

async function gather(visit: Visit) {
  const { t, desk } = visit
  const filter = filterOf(visit)
  const rows = await allRows<DataRequest, { at: string; id: string }>(visit, async (after, limit) => {
    const found = await listRequests(desk.db, desk.actor, filter, { after: after ?? null, limit })
    const last = found.at(-1)
    return { rows: found, next: found.length === limit && last ? { at: keyOf(last), id: last.id } : undefined }
  })
  const date = (at: Date | null) => (at ? dayOf(at) : '')
  return {
    detail: { list: filter.list },
    columns: [
      'request_code',
      'request_kind',
      'request_unit',
      'request_asked',
      'request_answer_by',
      'request_finish_by',
      'request_done',
      'request_outcome',
    ].map((key) => ({ title: t(`console_office.${key}`) })),
    rows: rows.map((row) => [
      ...[
        row.code ?? '',
        t(`console_office.request_${row.kind}`),
        row.unitName ?? '',
        date(row.askedAt),
        date(row.answerBy),
        date(row.finishBy),
      ],
      ...[date(row.doneAt), row.outcome ? t(`console_office.outcome_${row.outcome}`) : ''],
    ]),
  }
}
