/**
 * Nhập phản ánh: what reached an officer by phone, by letter or in person. The page says what such a case cannot do (nobody
 * follows it by receipt) and that a formal denunciation goes elsewhere (R30).
 */
import * as z from 'zod'
import { typeInCase } from '../../../db/case-intake.ts'
import { caseKinds } from '../../case.ts'
import { HEALTHS, intakeSchema, TYPED_SOURCES, wrongIn } from '../../case-intake.ts'
import { AppError } from '../../errors.ts'
import { Card } from '../kit/card.tsx'
import { Area, Button, Check, Field, Form, Select } from '../kit/form.tsx'
import { chosenUnit, UnitFields, unitsFor } from '../office/unit-choice.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'
import { type Held, heldPhotos, holdChosen, withinMost } from './held-photos.ts'
import { type Chosen, chosenPhotos, PHOTO_FORM, PhotoField } from './photo-fields.tsx'
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
  /** Of the page it was typed on: sent twice, it is one case. */
  form: z
    .string()
    .regex(/^[a-z0-9]{16}$/)
    .optional()
    .catch(undefined),
  /** Photos of an earlier try of it. */
  held: z.string().max(300).optional().catch(undefined),
  drop: z.literal('on').optional().catch(undefined),
})

/** Read also of a form in which something else is wrong. */
const photoFields = schema.pick({ form: true, held: true, drop: true })

export const typedIn: readonly Page[] = [
  { method: 'get', path: '/cases/new', act: 'case.work', handle: (visit) => show(visit) },
  { method: 'post', path: '/cases/new', act: 'case.work', ...PHOTO_FORM, handle: take },
]

async function take(visit: Visit): Promise<Response> {
  const posted = visit.read(schema)
  const { typed } = posted
  const own = photoFields.parse({ ...typed })
  const held = await heldPhotos(visit, own)
  const chosen = withinMost(await chosenPhotos(visit), held)
  const again = async (wrong: Wrong) => {
    const form = own.form ?? visit.desk.id()
    return show(visit, { typed, wrong, form, ...(await holdChosen(visit, form, chosen, held)) })
  }
  if (!posted.ok) return again(posted.wrong)
  const { unit, unitName, form, held: _, drop: __, ...intake } = posted.data
  const keys = Object.entries(wrongIn(intake)).map(([field, key]): [string, { key: string }] => [field, { key }])
  const place = await chosenUnit(visit.desk, 'case.work', { unit, unitName })
  const missing: Wrong = 'unit' in place && place.unit === null ? { unit: { key: 'console.field_needed' } } : {}
  const wrong: Wrong = { ...Object.fromEntries(keys), ...('wrong' in place ? place.wrong : missing) }
  if (Object.keys(wrong).length > 0 || chosen.wrong.length > 0 || !('unit' in place)) return again(wrong)
  try {
    const photos = { given: chosen.photos, held, evidence: visit.parts.evidence }
    const made = await typeInCase(visit.desk, intake, place.unit, { form, photos })
    return visit.go(`/cases/${made.id}`, made.again ? 'console_cases.said_typed_before' : 'console_cases.said_typed')
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'unavailable') throw error
    chosen.wrong.push({ key: error.message })
    chosen.photos = []
    return again({})
  }
}

type Shown = { typed?: Typed; wrong?: Wrong; chosen?: Chosen; held?: Held; form?: string }

async function show(visit: Visit, { typed, wrong, chosen, held, form }: Shown = {}): Promise<Response> {
  const { t, desk } = visit
  const units = await unitsFor(desk, 'case.work')
  const failed = (wrong && Object.keys(wrong).length > 0) || (chosen && chosen.wrong.length > 0)
  const own = units.choices.find(({ value }) => value === desk.actor.unitId)?.value
  return visit.show(
    {
      ...{ title: t('console_cases.new'), crumbs: crumbsOf(visit), help: 'case_typed' },
      ...(failed ? { notice: { kind: 'danger' as const, text: t('console_cases.new_wrong') } } : {}),
    },
    <>
      <Card title={t('console_cases.new_before')}>
        <p>{t('console_cases.new_receipt')}</p>
        <p class="mb-0">{t('console_cases.new_denounce')}</p>
      </Card>
      <Card>
        <Form visit={visit} action="/cases/new" files>
          <input type="hidden" name="form" value={form ?? desk.id()} />
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
          <PhotoField visit={visit} label={t('console_cases.new_photos')} chosen={chosen} held={held} />
          <Button label={t('console_cases.new_go')} />
        </Form>
      </Card>
    </>,
    failed ? 400 : 200,
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
