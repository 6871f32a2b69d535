/**
 * *Danh bạ "Gọi ai?"* (F36): the lines members see and those that wait for a check, found and filtered, as a file too.
 */
import * as z from 'zod'
import { type DeskHotline, type HotlineFilter, listDeskHotlines, mayChange } from '../../../db/hotline-desk.ts'
import { CHECK_DAYS, HOTLINE_KINDS } from '../../hotline.ts'
import { scopeOf } from '../../rights.ts'
import { addDays, dateVi, dayOf } from '../../time.ts'
import { Badge, Card } from '../kit/card.tsx'
import { allRows, ExportLink, exportPages } from '../kit/export.tsx'
import { Field, Select } from '../kit/form.tsx'
import { addressWith, Empty, Filters, Table } from '../kit/list.tsx'
import type { Page, Visit } from '../page.ts'

const PAGE = 50
const SHOWN = ['shown', 'hidden', 'old'] as const

const querySchema = z.object({
  q: z.string().max(100).default(''),
  kind: z.enum(HOTLINE_KINDS).or(z.literal('')).default(''),
  shown: z.enum(SHOWN).or(z.literal('')).default(''),
  after: z
    .string()
    .regex(/^\d{1,4}\.[A-Za-z0-9_-]{1,40}$/)
    .optional(),
})

export const hotlinePages: readonly Page[] = [
  { method: 'get', path: '/hotlines', act: 'hotline.read', handle: show },
  ...exportPages({
    path: '/hotlines',
    act: 'hotline.read',
    recorded: 'hotline.export',
    title: 'console_office.hotlines',
    file: 'danh-ba',
    gather,
  }),
]

async function show(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const { q, kind, shown, after } = visit.query(querySchema)
  const [place = '', id = ''] = after?.split('.') ?? []
  const found = await listDeskHotlines(desk.db, desk.actor, filterOf(visit), {
    after: after === undefined ? null : { place: Number(place), id },
    limit: PAGE + 1,
  })
  const rows = found.slice(0, PAGE)
  const last = rows.at(-1)
  const writes = scopeOf(desk.actor, 'hotline.write').length > 0
  const add = { href: '/console/hotlines/new', label: t('console_office.hotline_new') }
  const searched = q !== '' || kind !== '' || shown !== ''
  return visit.show(
    {
      title: t('console_office.hotlines'),
      help: 'hotlines',
      actions: (
        <>
          {writes ? (
            <a class="btn btn-primary" href={add.href}>
              {add.label}
            </a>
          ) : null}
          <ExportLink visit={visit} path="/hotlines" />
        </>
      ),
    },
    <Card plain>
      <Filters visit={visit} action="/hotlines">
        <div class="col-12 col-md">
          <Field visit={visit} name="q" label={t('console_office.hotline_q')} type="search" value={q} most={100} />
        </div>
        <div class="col-6 col-md-auto">
          <Select
            visit={visit}
            name="kind"
            label={t('console_office.hotline_kind')}
            value={kind}
            none={t('console_office.all')}
            choices={HOTLINE_KINDS.map((value) => ({ value, label: t(`console_office.kind_${value}`) }))}
          />
        </div>
        <div class="col-6 col-md-auto">
          <Select
            visit={visit}
            name="shown"
            label={t('console_office.hotline_state')}
            value={shown}
            none={t('console_office.all')}
            choices={SHOWN.map((value) => ({ value, label: t(`console_office.hotline_is_${value}`) }))}
          />
        </div>
      </Filters>
      {rows.length === 0 ? (
        <Empty
          icon="telephone"
          title={t('console_office.hotlines_none')}
          text={t(searched ? 'console_office.nothing_found' : 'console_office.hotlines_none_text')}
          action={writes ? add : undefined}
        />
      ) : (
        <Table
          visit={visit}
          caption={t('console_office.hotlines')}
          rows={rows}
          more={found.length > PAGE && last ? addressWith(visit.c.req.url, { after: `${last.place}.${last.id}` }) : undefined}
          columns={[
            { label: t('console_office.hotline_number'), cell: ({ number }) => <strong>{number}</strong> },
            { label: t('console_office.hotline_office'), cell: ({ office, whatFor }) => <Office office={office} whatFor={whatFor} /> },
            { label: t('console_office.hotline_for'), cell: ({ unitName }) => unitName ?? t('console_office.everyone') },
            { label: t('console_office.hotline_state'), cell: (line) => <Checked visit={visit} line={line} /> },
            { label: t('console_office.hotline_source'), cell: ({ source }) => source },
            {
              label: '',
              cell: (line) => (
                <a class="btn btn-sm" href={`/console/hotlines/${line.id}`}>
                  {t(mayChange(desk.actor, line) ? 'console_office.open_edit' : 'console_office.open_view')}
                  <span class="visually-hidden"> {line.number}</span>
                </a>
              ),
            },
          ]}
        />
      )}
    </Card>,
  )
}

function Office({ office, whatFor }: Pick<DeskHotline, 'office' | 'whatFor'>) {
  return (
    <>
      {office}
      <div class="text-secondary">{whatFor}</div>
    </>
  )
}

/** Does a member see it, and since which day is it known to be right? */
export function Checked({ visit: { t, desk }, line: { checkedOn } }: { visit: Visit; line: DeskHotline }) {
  if (checkedOn === null) return <Badge tone="waiting" label={t('console_office.hotline_is_hidden')} />
  const old = checkedOn < oldDay(desk.now)
  return (
    <>
      <Badge tone={old ? 'bad' : 'good'} label={t(old ? 'console_office.hotline_is_old' : 'console_office.hotline_is_shown')} />
      <div class="text-secondary">{t('console_office.checked_on', { day: dateVi(checkedOn) })}</div>
    </>
  )
}

const oldDay = (now: Date) => addDays(dayOf(now), -CHECK_DAYS)

function filterOf(visit: Visit): HotlineFilter {
  const { q, kind, shown } = visit.query(querySchema)
  return {
    ...(q === '' ? {} : { typed: q }),
    ...(kind === '' ? {} : { kind }),
    ...(shown === '' ? {} : { shown: shown === 'old' ? { checkedBefore: oldDay(visit.desk.now) } : shown }),
  }
}

async function gather(visit: Visit) {
  const { t, desk } = visit
  const rows = await allRows<DeskHotline, { place: number; id: string }>(visit, async (after, limit) => {
    const found = await listDeskHotlines(desk.db, desk.actor, filterOf(visit), { after: after ?? null, limit })
    return { rows: found, next: found.length === limit ? found.at(-1) : undefined }
  })
  return {
    columns: [
      ...['hotline_number', 'hotline_tel', 'hotline_office', 'hotline_what', 'hotline_kind', 'hotline_for'],
      ...['hotline_checked', 'hotline_source'],
    ].map((key) => ({ title: t(`console_office.${key}`) })),
    rows: rows.map((line) => [
      ...[line.number, line.tel, line.office, line.whatFor, t(`console_office.kind_${line.kind}`)],
      ...[line.unitName ?? t('console_office.everyone'), line.checkedOn ?? '', line.source],
    ]),
  }
}
