/**
 * Making a unit below another, and putting right what people call it: at once, no day to wait for (F3, F65).
 */
import * as z from 'zod'
import { requireTreeUnit, type TreeUnit } from '../../db/tree-units.ts'
import { addUnit, editUnit } from '../../db/unit-desk.ts'
import { listLevelNames } from '../../db/units.ts'
import { aliasesSchema, editUnitSchema, newUnitSchema } from '../tree.ts'
import { attempt, linesField, textOrNone } from './attempt.ts'
import { Card } from './kit/card.tsx'
import { Area, Button, Field, Form, Select } from './kit/form.tsx'
import type { Page, Typed, Visit, Wrong } from './page.ts'

const newSchema = z.object({
  name: newUnitSchema.shape.name,
  shortName: textOrNone.pipe(newUnitSchema.shape.shortName.unwrap()),
  sort: z.string().regex(/^\w+\/\w+$/),
  aliases: linesField.pipe(aliasesSchema),
})
const editSchema = z.object({
  aliases: linesField.pipe(aliasesSchema),
  note: editUnitSchema.shape.note,
})

export const unitForms: readonly Page[] = [
  { method: 'get', path: '/units/:id/new', act: 'unit.write', handle: async (visit) => drawNew(visit) },
  { method: 'post', path: '/units/:id/new', act: 'unit.write', handle: make },
  { method: 'get', path: '/units/:id/edit', act: 'unit.write', handle: async (visit) => drawEdit(visit) },
  { method: 'post', path: '/units/:id/edit', act: 'unit.write', handle: edit },
]

async function drawNew(visit: Visit, typed?: Typed, wrong?: Wrong): Promise<Response> {
  const { t, locale, desk } = visit
  const parent = await requireTreeUnit(desk, visit.param('id'), 'unit.write')
  const levels = await listLevelNames(desk.db)
  const fields = { visit, typed, wrong }
  return visit.show(
    { title: t('console_units.new'), help: 'units', crumbs: crumbs(parent) },
    <Card>
      <p>{t('console_units.new_below', { unit: parent.name })}</p>
      <Form visit={visit} action={`/units/${parent.id}/new`}>
        <Field {...fields} name="name" label={t('console_units.name')} hint={t('console_units.name_hint')} most={200} needed />
        <Field {...fields} name="shortName" label={t('console_units.short')} hint={t('console_units.short_hint')} most={200} />
        <Select
          {...fields}
          name="sort"
          label={t('console_units.sort')}
          hint={t('console_units.sort_hint')}
          value={`${parent.kind}/${parent.level}`}
          choices={levels.map((one) => ({ value: `${one.kind}/${one.level}`, label: one[locale] }))}
          needed
        />
        <Area {...fields} name="aliases" label={t('console_units.aliases')} hint={t('console_units.aliases_hint')} rows={3} />
        <Button label={t('console_units.new')} />
      </Form>
    </Card>,
    wrong ? 400 : 200,
  )
}

async function make(visit: Visit): Promise<Response> {
  const { desk } = visit
  const posted = visit.read(newSchema)
  if (!posted.ok) return drawNew(visit, posted.typed, posted.wrong)
  const { sort, ...rest } = posted.data
  const [kind = '', level = ''] = sort.split('/')
  const made = await attempt('name', async () => {
    const { id, writes } = await addUnit(desk, { ...rest, kind, level, parentId: visit.param('id') })
    await desk.db.write(writes)
    return id
  })
  if ('wrong' in made) return drawNew(visit, posted.typed, made.wrong)
  return visit.go(`/units/${made.done}`, 'console_units.said_made')
}

async function drawEdit(visit: Visit, typed?: Typed, wrong?: Wrong): Promise<Response> {
  const { t } = visit
  const unit = await requireTreeUnit(visit.desk, visit.param('id'), 'unit.write')
  const fields = { visit, typed, wrong }
  return visit.show(
    { title: t('console_units.edit'), help: 'units', crumbs: crumbs(unit) },
    <Card>
      <p>{t('console_units.edit_how')}</p>
      <Form visit={visit} action={`/units/${unit.id}/edit`}>
        <Area
          {...fields}
          name="aliases"
          label={t('console_units.aliases')}
          hint={t('console_units.aliases_hint')}
          value={unit.aliases.join('\n')}
          rows={6}
        />
        <Field
          {...fields}
          name="note"
          label={t('console_units.note')}
          hint={t('console_units.note_hint')}
          value={unit.note ?? ''}
          most={300}
        />
        <Button label={t('console_units.save')} />
      </Form>
    </Card>,
    wrong ? 400 : 200,
  )
}

async function edit(visit: Visit): Promise<Response> {
  const { desk } = visit
  const id = visit.param('id')
  const posted = visit.read(editSchema)
  if (!posted.ok) return drawEdit(visit, posted.typed, posted.wrong)
  const { aliases, note = '' } = posted.data
  const saved = await attempt('aliases', async () => desk.db.write(await editUnit(desk, id, { aliases, note })))
  if ('wrong' in saved) return drawEdit(visit, posted.typed, saved.wrong)
  return visit.go(`/units/${id}`, 'console_units.said_saved')
}

const crumbs = ({ id, name }: TreeUnit) => [{ href: `/console/units/${id}`, label: name }]
