/**
 * Forms that change an officer's rights (F55, F61, R15): add, another seat, end. Each asks for a proof of one's own hand
 * first, says what it does, and takes effect at once.
 */
import * as z from 'zod'
import { addSeat, changeSeat, dismissSeat, requireSeat } from '../../db/officer-desk.ts'
import { requireTreeUnit } from '../../db/tree-units.ts'
import { ROLES, type Role, TITLES, type Title } from '../rights.ts'
import { newSeatSchema } from '../seats.ts'
import { attempt, dayOrNone, first, textOrNone } from './attempt.ts'
import { Card } from './kit/card.tsx'
import { Button, Checks, Field, Form, Select } from './kit/form.tsx'
import type { Page, Typed, Visit, Wrong } from './page.ts'
import { asksToFind, candidatesOf, UnitPick } from './unit-pick.tsx'

const unitQuery = z.object({ unit: z.string().max(40).default('') })
const rolesField = z.array(z.enum(ROLES), { error: 'console_officers.role_needed' }).min(1, { error: 'console_officers.role_needed' })
const titleField = z
  .string()
  .default('')
  .transform((title) => (title === '' ? null : title))
  .pipe(newSeatSchema.shape.title.unwrap())
const seatForm = z.object({
  name: newSeatSchema.shape.name,
  unitId: z.string({ error: 'console_units.pick_one' }).min(1),
  title: titleField,
  roles: rolesField,
  area: textOrNone.pipe(newSeatSchema.shape.area.unwrap()),
  untilDay: dayOrNone,
})

export const officerForms: readonly Page[] = [
  { method: 'get', path: '/officers/new', act: 'officer.write', strong: true, handle: async (visit) => drawNew(visit) },
  { method: 'post', path: '/officers/new', act: 'officer.write', strong: true, handle: add },
  { method: 'get', path: '/officers/:id/edit', act: 'officer.write', strong: true, handle: async (visit) => drawEdit(visit) },
  { method: 'post', path: '/officers/:id/edit', act: 'officer.write', strong: true, handle: edit },
  { method: 'get', path: '/officers/:id/dismiss', act: 'officer.write', strong: true, handle: askDismiss },
  { method: 'post', path: '/officers/:id/dismiss', act: 'officer.write', strong: true, handle: dismiss },
]

async function drawNew(visit: Visit, typed?: Typed, wrong?: Wrong): Promise<Response> {
  const { t } = visit
  const given = typed ?? { unitId: visit.query(unitQuery).unit || visit.desk.actor.unitId }
  return visit.show(
    { title: t('console_officers.new'), help: 'officers', crumbs: [{ href: '/console/officers', label: t('console_officers.title') }] },
    <Card>
      <Form visit={visit} action="/officers/new">
        <Field
          visit={visit}
          typed={typed}
          wrong={wrong}
          name="name"
          label={t('console_officers.name')}
          hint={t('console_officers.name_hint')}
          most={100}
          needed
        />
        {await SeatFields({ visit, typed, given, wrong, values: { title: null, roles: ['viewer'], area: null, untilDay: null } })}
        <Button label={t('console_officers.new')} />
      </Form>
    </Card>,
    wrong ? 400 : 200,
  )
}

async function add(visit: Visit): Promise<Response> {
  const { desk } = visit
  const posted = visit.read(seatForm)
  if (asksToFind(posted.typed)) return drawNew(visit, posted.typed)
  if (!posted.ok) return drawNew(visit, posted.typed, posted.wrong)
  const added = await attempt('unitId', async () => {
    const { id, writes } = await addSeat(desk, posted.data)
    await desk.db.write(writes)
    return id
  })
  if ('wrong' in added) return drawNew(visit, posted.typed, rightField(added.wrong))
  return visit.go(`/officers/${added.done}`, 'console_officers.said_added')
}

async function drawEdit(visit: Visit, typed?: Typed, wrong?: Wrong): Promise<Response> {
  const { t } = visit
  const seat = await requireSeat(visit.desk, visit.param('id'), 'officer.write')
  return visit.show(
    { title: t('console_officers.do_edit'), help: 'officers', crumbs: [{ href: `/console/officers/${seat.id}`, label: seat.name }] },
    <Card title={seat.name}>
      <p>{t('console_officers.edit_why')}</p>
      <Form visit={visit} action={`/officers/${seat.id}/edit`}>
        <Field
          visit={visit}
          typed={typed}
          wrong={wrong}
          name="name"
          label={t('console_officers.name')}
          value={seat.name}
          most={100}
          needed
        />
        {await SeatFields({ visit, typed, given: typed ?? { unitId: seat.unitId }, wrong, values: seat })}
        <Button label={t('console_units.save')} />
      </Form>
    </Card>,
    wrong ? 400 : 200,
  )
}

async function edit(visit: Visit): Promise<Response> {
  const { desk } = visit
  const id = visit.param('id')
  const posted = visit.read(seatForm)
  if (asksToFind(posted.typed)) return drawEdit(visit, posted.typed)
  if (!posted.ok) return drawEdit(visit, posted.typed, posted.wrong)
  const saved = await attempt('unitId', async () => desk.db.write(await changeSeat(desk, id, posted.data)))
  if ('wrong' in saved) return drawEdit(visit, posted.typed, rightField(saved.wrong))
  return visit.go(`/officers/${id}`, 'console_officers.said_changed')
}

async function askDismiss(visit: Visit): Promise<Response> {
  const { t } = visit
  const seat = await requireSeat(visit.desk, visit.param('id'), 'officer.write')
  return visit.show(
    { title: t('console_officers.do_dismiss'), help: 'officers', crumbs: [{ href: `/console/officers/${seat.id}`, label: seat.name }] },
    <Card title={seat.name}>
      <p>{t('console_officers.dismiss_why')}</p>
      <Form visit={visit} action={`/officers/${seat.id}/dismiss`}>
        <Button kind="danger" label={t('console_officers.do_dismiss')} />
      </Form>
    </Card>,
  )
}

async function dismiss(visit: Visit): Promise<Response> {
  const { desk } = visit
  const id = visit.param('id')
  await desk.db.write(await dismissSeat(desk, id))
  return visit.go(`/officers/${id}`, 'console_officers.said_dismissed')
}

type Values = { title: Title | null; roles: readonly Role[]; area: string | null; untilDay: string | null }

async function SeatFields({
  visit,
  typed,
  given,
  wrong,
  values,
}: {
  visit: Visit
  typed: Typed | undefined
  given: Typed
  wrong: Wrong | undefined
  values: Values
}) {
  const { t, desk } = visit
  const fields = { visit, typed, wrong }
  const chosen = first(given, 'unitId')
  const near = chosen === '' ? desk.actor.unitId : (await requireTreeUnit(desk, chosen, 'officer.write')).id
  const candidates = await candidatesOf(visit, { name: 'unitId', typed: given, near, except: [], act: 'officer.write' })
  return (
    <>
      <Select
        {...fields}
        name="title"
        label={t('console_officers.seat')}
        hint={t('console_officers.seat_hint')}
        value={values.title ?? ''}
        none={t('console_officers.no_title')}
        choices={Object.keys(TITLES).map((value) => ({ value, label: t(`console_officers.title_${value}`) }))}
      />
      <Checks
        {...fields}
        name="roles"
        label={t('console_officers.roles')}
        hint={t('console_officers.roles_hint')}
        values={values.roles}
        choices={ROLES.map((value) => ({ value, label: t(`console_officers.role_${value}`) }))}
      />
      <Field
        {...fields}
        name="area"
        label={t('console_officers.area')}
        hint={t('console_officers.area_hint')}
        value={values.area ?? ''}
        most={200}
      />
      <Field
        {...fields}
        name="untilDay"
        type="date"
        label={t('console_officers.until_day')}
        hint={t('console_officers.until_hint')}
        value={values.untilDay ?? ''}
      />
      <UnitPick
        visit={visit}
        wrong={wrong}
        typed={given}
        name="unitId"
        label={t('console_officers.unit')}
        hint={t('console_officers.unit_hint')}
        several={false}
        candidates={candidates}
      />
    </>
  )
}

/** A last day that is past belongs to its own field. */
function rightField(wrong: Wrong): Wrong {
  const [text] = Object.values(wrong)
  return text && 'key' in text && text.key === 'tree.until_past' ? { untilDay: text } : wrong
}
