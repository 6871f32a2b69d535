/**
 * Nhập phản ánh: what reached an officer by phone, by letter or in person. The page says what such a case cannot do (nobody
 * follows it by receipt, photos come later) and that a formal denunciation goes elsewhere (R30).
 */
import * as z from 'zod'
import { typeInCase } from '../../../db/case-intake.ts'
import { caseKinds } from '../../case.ts'
import { HEALTHS, intakeSchema, TYPED_SOURCES, wrongIn } from '../../case-intake.ts'
import { Card } from '../kit/card.tsx'
import { Area, Button, Check, Field, Form, Select } from '../kit/form.tsx'
import { chosenUnit, UnitFields, unitsFor } from '../office/unit-choice.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'
import { crumbsOf } from './words.tsx'

const tick = z
  .string()
  .optional()
  .transform((value) => value !== undefined)
const schema = intakeSchema.extend({
  agreed: tick,
  report: tick,
  unit: z.string().max(40).optional(),
  unitName: z.string().max(200).optional(),
})

export const typedIn: readonly Page[] = [
  { method: 'get', path: '/cases/new', act: 'case.work', handle: (visit) => show(visit) },
  { method: 'post', path: '/cases/new', act: 'case.work', handle: take },
]

async function take(visit: Visit): Promise<Response> {
  const posted = visit.read(schema)
  if (!posted.ok) return show(visit, posted)
  const { unit, unitName, ...intake } = posted.data
  const keys = Object.entries(wrongIn(intake)).map(([field, key]): [string, { key: string }] => [field, { key }])
  const chosen = await chosenUnit(visit.desk, 'case.work', { unit, unitName })
  const missing: Wrong = 'unit' in chosen && chosen.unit === null ? { unit: { key: 'console.field_needed' } } : {}
  const wrong: Wrong = { ...Object.fromEntries(keys), ...('wrong' in chosen ? chosen.wrong : missing) }
  if (Object.keys(wrong).length > 0 || !('unit' in chosen)) return show(visit, { typed: posted.typed, wrong })
  const { id } = await typeInCase(visit.desk, intake, chosen.unit)
  return visit.go(`/cases/${id}`, 'console_cases.said_typed')
}

async function show(visit: Visit, { typed, wrong }: { typed?: Typed; wrong?: Wrong } = {}): Promise<Response> {
  const { t, desk } = visit
  const units = await unitsFor(desk, 'case.work')
  const own = units.choices.find(({ value }) => value === desk.actor.unitId)?.value
  return visit.show(
    { title: t('console_cases.new'), crumbs: crumbsOf(visit), help: 'case_typed' },
    <>
      <Card title={t('console_cases.new_before')}>
        <p>{t('console_cases.new_receipt')}</p>
        <p>{t('console_cases.new_photos')}</p>
        <p class="mb-0">{t('console_cases.new_denounce')}</p>
      </Card>
      <Card>
        <Form visit={visit} action="/cases/new">
          {wrong?.report ? <Denounced visit={visit} wrong={wrong} /> : null}
          <Select
            visit={visit}
            name="source"
            label={t('console_cases.new_source')}
            choices={TYPED_SOURCES.map((value) => ({ value, label: t(`case.source_${value}`) }))}
            typed={typed}
            wrong={wrong}
          />
          <UnitFields visit={visit} units={units} typed={typed} wrong={wrong} value={own} />
          <Select
            visit={visit}
            name="kind"
            label={t('console_cases.kind')}
            choices={caseKinds.map((value) => ({ value, label: t(`case.kind_${value}`) }))}
            typed={typed}
            wrong={wrong}
            value="unsure"
          />
          <Area
            visit={visit}
            name="signs"
            label={t('console_cases.signs')}
            hint={t('console_cases.new_signs_hint')}
            typed={typed}
            wrong={wrong}
            most={2_000}
            needed
          />
          <Field visit={visit} name="place" label={t('console_cases.place')} typed={typed} wrong={wrong} most={500} />
          <Field visit={visit} name="time" label={t('console_cases.time')} typed={typed} wrong={wrong} most={200} />
          <Select
            visit={visit}
            name="health"
            label={t('console_cases.health')}
            hint={t('console_cases.new_health_hint')}
            choices={HEALTHS.map((value) => ({ value, label: t(`console_cases.health_${value}`) }))}
            typed={typed}
            wrong={wrong}
            value="unknown"
          />
          <Area visit={visit} name="note" rows={3} label={t('console_cases.note')} typed={typed} wrong={wrong} most={2_000} />
          <fieldset>
            <legend class="form-label">{t('console_cases.new_who')}</legend>
            <p class="form-hint mb-2">{t('console_cases.new_who_hint')}</p>
            <Field visit={visit} name="name" label={t('console_cases.new_name')} typed={typed} wrong={wrong} most={80} />
            <Field
              visit={visit}
              name="phone"
              label={t('console_cases.new_phone')}
              typed={typed}
              wrong={wrong}
              most={20}
              inputmode="numeric"
            />
            <Check name="agreed" label={t('console_cases.new_agreed')} typed={typed} />
            {wrong?.agreed ? <p class="text-danger">{visit.say(wrong.agreed)}</p> : null}
          </fieldset>
          {wrong?.report || typed?.report !== undefined ? <Check name="report" label={t('console_cases.new_still')} typed={typed} /> : null}
          <Button label={t('console_cases.new_go')} />
        </Form>
      </Card>
    </>,
    wrong && Object.keys(wrong).length > 0 ? 400 : 200,
  )
}

/** The difference, and where it goes. */
function Denounced({ visit, wrong }: { visit: Visit; wrong: Wrong }) {
  return (
    <div class="alert alert-warning" role="alert">
      <div>
        {wrong.report ? <p>{visit.say(wrong.report)}</p> : null}
        {visit
          .t('console_cases.denounce_where')
          .split('\n\n')
          .map((line) => (
            <p class="mb-1">{line}</p>
          ))}
      </div>
    </div>
  )
}
