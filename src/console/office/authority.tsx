/**
 * One office that takes cases: written, changed, checked, switched off. A day in "checked on" lets officers choose it; another
 * name or address without one waits.
 */
import * as z from 'zod'
import {
  type Authority,
  addAuthority,
  checkAuthority,
  editAuthority,
  mayChangeAuthority,
  requireAuthority,
  switchAuthority,
} from '../../../db/authorities.ts'
import { conflictOf } from '../../../db/client.ts'
import { AUTHORITY_KINDS, authoritySchema } from '../../authority.ts'
import { mayAtTop } from '../../rights.ts'
import { dateVi, dayOf } from '../../time.ts'
import { attempt, dayOrNone } from '../attempt.ts'
import { Card, Pairs } from '../kit/card.tsx'
import { Button, Field, Form, Select } from '../kit/form.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'
import { Ready } from './authorities.tsx'
import { chosenUnit, UnitFields, type Units, unitsFor } from './unit-choice.tsx'

const formSchema = authoritySchema.extend({
  place: z
    .string()
    .regex(/^\d{1,4}$/)
    .transform(Number),
  checkedOn: dayOrNone,
  /** What the form was filled in over. */
  edition: z.string().max(40).default(''),
  unit: z.string().max(40).optional(),
  unitName: z.string().max(200).optional(),
})
const checkSchema = z.strictObject({ checkedOn: z.iso.date() })
const switchSchema = z.strictObject({ active: z.enum(['yes', 'no']) })

export const authorityFormPages: readonly Page[] = [
  { method: 'get', path: '/authorities/new', act: 'authority.write', handle: (visit) => write(visit) },
  { method: 'post', path: '/authorities/new', act: 'authority.write', handle: add },
  {
    method: 'get',
    path: '/authorities/:id',
    act: 'authority.read',
    handle: async (visit) => show(visit, await requireAuthority(visit.desk, visit.param('id'))),
  },
  { method: 'post', path: '/authorities/:id', act: 'authority.write', handle: edit },
  { method: 'post', path: '/authorities/:id/check', act: 'authority.write', handle: check },
  { method: 'post', path: '/authorities/:id/switch', act: 'authority.write', handle: turn },
]

async function write(visit: Visit, typed?: Typed, wrong?: Wrong): Promise<Response> {
  const { t, desk } = visit
  const units = await unitsFor(desk, 'authority.write')
  return visit.show(
    { title: t('console_hand_overs.authority_new'), help: 'hand_overs', crumbs: crumbsOf(visit) },
    <Card>
      <Form visit={visit} action="/authorities/new">
        <Fields visit={visit} typed={typed} wrong={wrong} units={units} />
        <Button label={t('console_office.save')} />
      </Form>
    </Card>,
    wrong ? 400 : 200,
  )
}

async function add(visit: Visit): Promise<Response> {
  const { desk } = visit
  const posted = visit.read(formSchema)
  if (!posted.ok) return write(visit, posted.typed, posted.wrong)
  const { unit, unitName, checkedOn, edition: _edition, ...draft } = posted.data
  const chosen = await chosenUnit(desk, 'authority.write', { unit, unitName })
  if ('wrong' in chosen) return write(visit, posted.typed, chosen.wrong)
  if (chosen.unit === null && !mayAtTop(desk.actor, 'authority.write'))
    return write(visit, posted.typed, { unit: { key: 'console.field_needed' } })
  const done = await attempt('checkedOn', async () => {
    const { id, writes } = addAuthority(desk, draft, chosen.unit, checkedOn)
    await desk.db.write(writes)
    return id
  })
  if ('wrong' in done) return write(visit, posted.typed, done.wrong)
  return visit.go(`/authorities/${done.done}`, checkedOn ? 'console_hand_overs.said_ready' : 'console_hand_overs.said_waits')
}

function show(visit: Visit, one: Authority, typed?: Typed, wrong?: Wrong, moved = false): Response {
  const { t, desk } = visit
  const mine = mayChangeAuthority(desk.actor, one)
  return visit.show(
    {
      title: one.name,
      help: 'hand_overs',
      crumbs: crumbsOf(visit),
      ...(moved ? { notice: { kind: 'warning' as const, text: t('console_hand_overs.authority_moved') } } : {}),
    },
    <>
      <Card title={t('console_hand_overs.authority_state')}>
        <Pairs
          pairs={[
            [t('console_hand_overs.authority_state'), <Ready visit={visit} one={one} />],
            [t('console_hand_overs.authority_kind'), t(`console_hand_overs.kind_${one.kind}`)],
            [t('console_hand_overs.authority_for'), one.unitName ?? t('console_hand_overs.every_unit')],
            [t('console_hand_overs.authority_address'), one.address || t('console_hand_overs.authority_no_address_yet')],
            [t('console_hand_overs.authority_source'), one.source],
          ]}
        />
        {mine ? <Acts visit={visit} one={one} /> : <p class="mt-3 mb-0 text-secondary">{t('console_hand_overs.authority_not_mine')}</p>}
      </Card>
      {mine ? (
        <Card title={t('console_office.edit')}>
          <Form visit={visit} action={`/authorities/${one.id}`}>
            <input type="hidden" name="edition" value={one.edition} />
            <Fields visit={visit} one={one} typed={typed} wrong={wrong} />
            <Button label={t('console_office.save')} />
          </Form>
        </Card>
      ) : null}
    </>,
    moved ? 409 : wrong ? 400 : 200,
  )
}

function Acts({ visit, one }: { visit: Visit; one: Authority }) {
  const { t, desk } = visit
  const today = dayOf(desk.now)
  return (
    <div class="btn-list mt-3">
      {one.active && one.address !== '' ? (
        <Form visit={visit} action={`/authorities/${one.id}/check`}>
          <input type="hidden" name="checkedOn" value={today} />
          <Button label={t('console_hand_overs.authority_check', { day: dateVi(today) })} />
        </Form>
      ) : null}
      <Form visit={visit} action={`/authorities/${one.id}/switch`}>
        <Button
          kind="outline"
          name="active"
          value={one.active ? 'no' : 'yes'}
          label={t(one.active ? 'console_hand_overs.authority_off' : 'console_hand_overs.authority_on')}
        />
      </Form>
    </div>
  )
}

async function edit(visit: Visit): Promise<Response> {
  const { desk } = visit
  const one = await requireAuthority(desk, visit.param('id'))
  const posted = visit.read(formSchema)
  if (!posted.ok) return show(visit, one, posted.typed, posted.wrong)
  const { unit: _unit, unitName: _unitName, checkedOn, edition, ...draft } = posted.data
  // An older form does not overwrite what somebody has saved since: it is shown again, over the new row.
  const done = await attempt('checkedOn', async () => {
    try {
      await desk.db.write(editAuthority(desk, { ...one, edition }, draft, checkedOn))
      return true
    } catch (error) {
      if (conflictOf(error)) return false
      throw error
    }
  })
  if ('wrong' in done) return show(visit, one, posted.typed, done.wrong)
  if (!done.done) return show(visit, one, { ...posted.typed, edition: one.edition }, {}, true)
  const now = await requireAuthority(desk, one.id)
  const said = now.checkedOn === null ? 'waits' : one.checkedOn === null ? 'ready' : 'saved'
  return visit.go(`/authorities/${one.id}`, `console_hand_overs.said_${said}`)
}

async function check(visit: Visit): Promise<Response> {
  const one = await requireAuthority(visit.desk, visit.param('id'))
  const posted = visit.read(checkSchema)
  if (!posted.ok) return show(visit, one, posted.typed, posted.wrong)
  const { checkedOn } = posted.data
  const done = await attempt('checkedOn', () => visit.desk.db.write(checkAuthority(visit.desk, one, checkedOn)))
  if ('wrong' in done) return show(visit, one, posted.typed, done.wrong)
  return visit.go(`/authorities/${one.id}`, 'console_hand_overs.said_ready')
}

async function turn(visit: Visit): Promise<Response> {
  const one = await requireAuthority(visit.desk, visit.param('id'))
  const posted = visit.read(switchSchema)
  const on = posted.ok && posted.data.active === 'yes'
  await visit.desk.db.write(switchAuthority(visit.desk, one, on))
  return visit.go(`/authorities/${one.id}`, on ? 'console_hand_overs.said_on' : 'console_hand_overs.said_off')
}

function Fields(props: { visit: Visit; one?: Authority; typed?: Typed | undefined; wrong?: Wrong | undefined; units?: Units }) {
  const { visit, one, typed, wrong, units } = props
  const { t, desk } = visit
  const common = { visit, typed, wrong }
  const text = (key: string) => t(`console_hand_overs.authority_${key}`)
  const top = mayAtTop(desk.actor, 'authority.write')
  return (
    <>
      <Field {...common} name="name" label={text('name')} hint={text('name_hint')} value={one?.name} most={160} needed />
      <Select
        {...common}
        name="kind"
        label={text('kind')}
        value={one?.kind ?? 'khac'}
        choices={AUTHORITY_KINDS.map((value) => ({ value, label: t(`console_hand_overs.kind_${value}`) }))}
        needed
      />
      <Field {...common} name="address" label={text('address')} hint={text('address_hint')} value={one?.address} most={240} />
      <Field {...common} name="phone" label={text('phone')} value={one?.phone} most={40} />
      <Field {...common} name="email" label={text('email')} type="email" value={one?.email} most={120} />
      {units ? (
        <UnitFields
          {...common}
          units={units}
          {...(top ? { none: t('console_hand_overs.every_unit') } : {})}
          value={top ? '' : desk.actor.unitId}
        />
      ) : null}
      <Field {...common} name="source" label={text('source')} hint={text('source_hint')} value={one?.source} most={200} needed />
      <Field {...common} name="checkedOn" type="date" label={text('checked')} hint={text('checked_hint')} value="" />
      <Field
        {...common}
        name="place"
        label={text('place')}
        hint={text('place_hint')}
        value={String(one?.place ?? 100)}
        inputmode="numeric"
        most={4}
        needed
      />
    </>
  )
}

const crumbsOf = ({ t }: Visit) => [{ href: '/console/authorities', label: t('console_hand_overs.authorities') }]
