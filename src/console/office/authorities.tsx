/**
 * *Cơ quan nhận* (F33): offices that take cases, those that can be chosen and those that wait for an address and a check, found
 * without accents and filtered.
 */
import * as z from 'zod'
import { AUTHORITY_STATES, type Authority, isReady, listAuthorities, mayChangeAuthority, oldDay } from '../../../db/authorities.ts'
import { AUTHORITY_KINDS } from '../../authority.ts'
import { scopeOf } from '../../rights.ts'
import { dateVi } from '../../time.ts'
import { Badge, Card } from '../kit/card.tsx'
import { Field, Select } from '../kit/form.tsx'
import { addressWith, Empty, Filters, Table } from '../kit/list.tsx'
import type { Page, Visit } from '../page.ts'

const PAGE = 50

const querySchema = z.object({
  q: z.string().max(100).default(''),
  kind: z.enum(AUTHORITY_KINDS).or(z.literal('')).default(''),
  state: z.enum(AUTHORITY_STATES).or(z.literal('')).default(''),
  after: z
    .string()
    .regex(/^\d{1,4}\.[A-Za-z0-9_-]{1,40}$/)
    .optional(),
})

export const authorityPages: readonly Page[] = [{ method: 'get', path: '/authorities', act: 'authority.read', handle: show }]

async function show(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const { q, kind, state, after } = visit.query(querySchema)
  const [place = '', id = ''] = after?.split('.') ?? []
  const found = await listAuthorities(
    desk,
    { typed: q, kind: kind || undefined, state: state || undefined },
    { after: after === undefined ? null : { place: Number(place), id }, limit: PAGE + 1 },
  )
  const rows = found.slice(0, PAGE)
  const last = rows.at(-1)
  const writes = scopeOf(desk.actor, 'authority.write').length > 0
  const add = { href: '/console/authorities/new', label: t('console_hand_overs.authority_new') }
  const searched = q !== '' || kind !== '' || state !== ''
  return visit.show(
    {
      title: t('console_hand_overs.authorities'),
      help: 'hand_overs',
      actions: writes ? (
        <a class="btn btn-primary" href={add.href}>
          {add.label}
        </a>
      ) : null,
    },
    <Card plain>
      <Filters visit={visit} action="/authorities">
        <div class="col-12 col-md">
          <Field visit={visit} name="q" label={t('console_hand_overs.authority_q')} type="search" value={q} most={100} />
        </div>
        <div class="col-6 col-md-auto">
          <Select
            visit={visit}
            name="kind"
            label={t('console_hand_overs.authority_kind')}
            value={kind}
            none={t('console_office.all')}
            choices={AUTHORITY_KINDS.map((value) => ({ value, label: t(`console_hand_overs.kind_${value}`) }))}
          />
        </div>
        <div class="col-6 col-md-auto">
          <Select
            visit={visit}
            name="state"
            label={t('console_hand_overs.authority_state')}
            value={state}
            none={t('console_office.all')}
            choices={AUTHORITY_STATES.map((value) => ({ value, label: t(`console_hand_overs.authority_is_${value}`) }))}
          />
        </div>
      </Filters>
      {rows.length === 0 ? (
        <Empty
          icon="building"
          title={t('console_hand_overs.authorities_none')}
          text={t(searched ? 'console_office.nothing_found' : 'console_hand_overs.authorities_none_text')}
          action={writes ? add : undefined}
        />
      ) : (
        <Table
          visit={visit}
          caption={t('console_hand_overs.authorities')}
          rows={rows}
          more={found.length > PAGE && last ? addressWith(visit.c.req.url, { after: `${last.place}.${last.id}` }) : undefined}
          columns={[
            { label: t('console_hand_overs.authority_name'), cell: (one) => <Named one={one} /> },
            { label: t('console_hand_overs.authority_kind'), cell: (one) => t(`console_hand_overs.kind_${one.kind}`) },
            { label: t('console_hand_overs.authority_for'), cell: ({ unitName }) => unitName ?? t('console_hand_overs.every_unit') },
            { label: t('console_hand_overs.authority_state'), cell: (one) => <Ready visit={visit} one={one} /> },
            {
              label: '',
              cell: (one) => (
                <a class="btn btn-sm" href={`/console/authorities/${one.id}`}>
                  {t(mayChangeAuthority(desk.actor, one) ? 'console_office.open_edit' : 'console_office.open_view')}
                  <span class="visually-hidden"> {one.name}</span>
                </a>
              ),
            },
          ]}
        />
      )}
    </Card>,
  )
}

function Named({ one: { name, address, phone } }: { one: Authority }) {
  return (
    <>
      <strong>{name}</strong>
      {address === '' ? null : <div class="text-secondary">{address}</div>}
      {phone === '' ? null : <div class="text-secondary">{phone}</div>}
    </>
  )
}

/** Can a case go there, and since which day is its address known to be right? */
export function Ready({ visit: { t, desk }, one }: { visit: Visit; one: Authority }) {
  const { active, checkedOn } = one
  if (!active) return <Badge label={t('console_hand_overs.authority_is_off')} />
  if (checkedOn === null || !isReady(one)) return <Badge tone="waiting" label={t('console_hand_overs.authority_is_unchecked')} />
  const old = checkedOn < oldDay(desk.now)
  return (
    <>
      <Badge tone={old ? 'bad' : 'good'} label={t(old ? 'console_hand_overs.authority_is_old' : 'console_hand_overs.authority_is_ready')} />
      <div class="text-secondary">{t('console_hand_overs.authority_checked_on', { day: dateVi(checkedOn) })}</div>
    </>
  )
}
