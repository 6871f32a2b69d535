/**
 * One line of the directory: written, changed, checked, hidden, removed. A day in "called on" shows it to members; without
 * one a new or changed number waits, hidden.
 */
import * as z from 'zod'
import { conflictOf } from '../../../db/client.ts'
import {
  addHotline,
  type DeskHotline,
  editHotline,
  findDeskHotline,
  hideHotline,
  mayChange,
  removeHotline,
  requireHotline,
  showHotline,
} from '../../../db/hotline-desk.ts'
import { AppError } from '../../errors.ts'
import { HOTLINE_KINDS, hotlineSchema } from '../../hotline.ts'
import { mayAtTop } from '../../rights.ts'
import { dateVi, dayOf } from '../../time.ts'
import { Card, Pairs } from '../kit/card.tsx'
import { Area, Button, Check, Field, Form, Select } from '../kit/form.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'
import { Checked } from './hotlines.tsx'
import { chosenUnit, UnitFields, type Units, unitsFor } from './unit-choice.tsx'

const dayField = z.iso.date().or(z.literal('')).default('')
const formSchema = hotlineSchema.extend({
  free: z.literal('on').optional().transform(Boolean),
  place: z
    .string()
    .regex(/^\d{1,4}$/)
    .transform(Number),
  checkedOn: dayField,
  /** What the form was filled in over. */
  edition: z.string().max(40).default(''),
  unit: z.string().max(40).optional(),
  unitName: z.string().max(200).optional(),
})
const checkSchema = z.strictObject({ checkedOn: z.iso.date() })

export const hotlineFormPages: readonly Page[] = [
  { method: 'get', path: '/hotlines/new', act: 'hotline.write', handle: (visit) => write(visit) },
  { method: 'post', path: '/hotlines/new', act: 'hotline.write', handle: add },
  {
    method: 'get',
    path: '/hotlines/:id',
    act: 'hotline.read',
    handle: async (visit) => show(visit, await requireHotline(visit.desk, visit.param('id'))),
  },
  { method: 'post', path: '/hotlines/:id', act: 'hotline.write', handle: edit },
  { method: 'post', path: '/hotlines/:id/check', act: 'hotline.check', handle: check },
  { method: 'post', path: '/hotlines/:id/hide', act: 'hotline.write', handle: hide },
  { method: 'post', path: '/hotlines/:id/remove', act: 'hotline.write', handle: remove },
]

async function write(visit: Visit, typed?: Typed, wrong?: Wrong): Promise<Response> {
  const { t, desk } = visit
  const units = await unitsFor(desk, 'hotline.write')
  return visit.show(
    { title: t('console_office.hotline_new'), help: 'hotlines', crumbs: crumbsOf(visit) },
    <Card>
      <Form visit={visit} action="/hotlines/new">
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
  const chosen = await chosenUnit(desk, 'hotline.write', { unit, unitName })
  if ('wrong' in chosen) return write(visit, posted.typed, chosen.wrong)
  if (chosen.unit === null && !mayAtTop(desk.actor, 'hotline.write'))
    return write(visit, posted.typed, { unit: { key: 'console.field_needed' } })
  if (checkedOn > dayOf(desk.now)) return write(visit, posted.typed, { checkedOn: { key: 'office.checked_future' } })
  const { id, writes } = addHotline(desk, draft, chosen.unit, checkedOn || null)
  await desk.db.write(writes)
  return visit.go(`/hotlines/${id}`, checkedOn ? 'console_office.said_hotline_shown' : 'console_office.said_hotline_waits')
}

function show(visit: Visit, line: DeskHotline, typed?: Typed, wrong?: Wrong, moved = false): Response {
  const { t, desk } = visit
  const mine = mayChange(desk.actor, line)
  return visit.show(
    {
      title: `${line.number} – ${line.office}`,
      help: 'hotlines',
      crumbs: crumbsOf(visit),
      ...(moved ? { notice: { kind: 'warning' as const, text: t('console_office.hotline_moved') } } : {}),
    },
    <>
      <Card title={t('console_office.hotline_state')}>
        <Pairs
          pairs={[
            [t('console_office.hotline_state'), <Checked visit={visit} line={line} />],
            [t('console_office.hotline_for'), line.unitName ?? t('console_office.everyone')],
            [t('console_office.hotline_source'), line.source],
            ...(mine ? [] : [[t('console_office.hotline_what'), line.whatFor] as const]),
          ]}
        />
        {mine ? <Acts visit={visit} line={line} /> : <p class="mt-3 mb-0 text-secondary">{t('console_office.hotline_not_mine')}</p>}
      </Card>
      {mine ? (
        <Card title={t('console_office.edit')}>
          <Form visit={visit} action={`/hotlines/${line.id}`}>
            <input type="hidden" name="edition" value={line.edition} />
            <Fields visit={visit} line={line} typed={typed} wrong={wrong} />
            <Button label={t('console_office.save')} />
          </Form>
        </Card>
      ) : null}
    </>,
    moved ? 409 : wrong ? 400 : 200,
  )
}

function Acts({ visit, line }: { visit: Visit; line: DeskHotline }) {
  const { t, desk } = visit
  const today = dayOf(desk.now)
  return (
    <div class="btn-list mt-3">
      <Form visit={visit} action={`/hotlines/${line.id}/check`}>
        <input type="hidden" name="checkedOn" value={today} />
        <Button label={t('console_office.hotline_check', { day: dateVi(today) })} />
      </Form>
      {line.checkedOn === null ? null : (
        <Form visit={visit} action={`/hotlines/${line.id}/hide`}>
          <Button kind="outline" label={t('console_office.hotline_hide')} />
        </Form>
      )}
      {line.builtIn ? null : (
        <details>
          <summary class="btn btn-ghost-secondary">{t('console_office.hotline_remove')}</summary>
          <Form visit={visit} action={`/hotlines/${line.id}/remove`} class="mt-2">
            <p>{t('console_office.hotline_remove_sure')}</p>
            <Button kind="danger" label={t('console_office.hotline_remove')} />
          </Form>
        </details>
      )}
    </div>
  )
}

async function edit(visit: Visit): Promise<Response> {
  const { desk } = visit
  const line = await requireHotline(visit.desk, visit.param('id'))
  const posted = visit.read(formSchema)
  if (!posted.ok) return show(visit, line, posted.typed, posted.wrong)
  const { unit: _unit, unitName: _name, edition, checkedOn, ...draft } = posted.data
  if (checkedOn > dayOf(desk.now)) return show(visit, line, posted.typed, { checkedOn: { key: 'office.checked_future' } })
  try {
    // An older form does not overwrite what somebody has saved since: it is shown again, over the new line.
    await desk.db.write(editHotline(desk, { ...line, edition }, draft, checkedOn || null))
  } catch (error) {
    if (!conflictOf(error)) throw error
    const typed = { ...posted.typed, edition: line.edition }
    return show(visit, line, typed, {}, true)
  }
  const now = await findDeskHotline(desk.db, line.id)
  return visit.go(`/hotlines/${line.id}`, now?.checkedOn ? 'console_office.said_saved' : 'console_office.said_hotline_waits')
}

async function check(visit: Visit): Promise<Response> {
  const line = await requireHotline(visit.desk, visit.param('id'))
  const posted = visit.read(checkSchema)
  if (!posted.ok) throw new AppError('invalid', 'office.checked_future')
  await visit.desk.db.write(showHotline(visit.desk, line, posted.data.checkedOn))
  return visit.go(`/hotlines/${line.id}`, 'console_office.said_hotline_shown')
}

async function hide(visit: Visit): Promise<Response> {
  const line = await requireHotline(visit.desk, visit.param('id'))
  await visit.desk.db.write(hideHotline(visit.desk, line))
  return visit.go(`/hotlines/${line.id}`, 'console_office.said_hotline_hidden')
}

async function remove(visit: Visit): Promise<Response> {
  await visit.desk.db.write(removeHotline(visit.desk, await requireHotline(visit.desk, visit.param('id'))))
  return visit.go('/hotlines', 'console_office.said_hotline_removed')
}

function Fields({
  visit,
  line,
  typed,
  wrong,
  units,
}: {
  visit: Visit
  line?: DeskHotline
  typed?: Typed | undefined
  wrong?: Wrong | undefined
  units?: Units
}) {
  const { t, desk } = visit
  const common = { visit, typed, wrong }
  const text = (key: string) => t(`console_office.${key}`)
  return (
    <>
      <Field
        {...common}
        name="number"
        label={text('hotline_number')}
        hint={text('hotline_number_hint')}
        value={line?.number}
        most={40}
        needed
      />
      <Field {...common} name="tel" label={text('hotline_tel')} hint={text('hotline_tel_hint')} value={line?.tel} most={30} />
      <Field {...common} name="office" label={text('hotline_office')} value={line?.office} most={120} needed />
      <Area
        {...common}
        name="whatFor"
        label={text('hotline_what')}
        hint={text('hotline_what_hint')}
        value={line?.whatFor}
        rows={2}
        most={300}
        needed
      />
      <Select
        {...common}
        name="kind"
        label={text('hotline_kind')}
        value={line?.kind ?? 'khac'}
        choices={HOTLINE_KINDS.map((value) => ({ value, label: text(`kind_${value}`) }))}
        needed
      />
      <Check name="free" label={text('hotline_free')} typed={typed} checked={line?.free ?? false} />
      {units ? (
        <UnitFields
          {...common}
          units={units}
          {...(mayAtTop(desk.actor, 'hotline.write') ? { none: text('everyone') } : {})}
          value={mayAtTop(desk.actor, 'hotline.write') ? '' : desk.actor.unitId}
        />
      ) : null}
      <Field
        {...common}
        name="source"
        label={text('hotline_source')}
        hint={text('hotline_source_hint')}
        value={line?.source}
        most={200}
        needed
      />
      <Field {...common} name="checkedOn" type="date" label={text('hotline_checked')} hint={text('hotline_checked_hint')} value="" />
      <Field
        {...common}
        name="place"
        label={text('hotline_place')}
        hint={text('hotline_place_hint')}
        value={String(line?.place ?? 100)}
        inputmode="numeric"
        most={4}
        needed
      />
    </>
  )
}

const crumbsOf = ({ t }: Visit) => [{ href: '/console/hotlines', label: t('console_office.hotlines') }]
