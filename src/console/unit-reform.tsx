/**
 * The five changes of the tree that take effect on a day (F65), each a form that says what it does to members before it
 * is done. Those that move rights or write to members ask for a proof first.
 */
import * as z from 'zod'
import { requireTreeUnit, type TreeUnit } from '../../db/tree-units.ts'
import { planChange } from '../../db/unit-changes.ts'
import { dayOf } from '../time.ts'
import { type ChangeKind, type ChangeWish, changeSchema, newUnitSchema } from '../tree.ts'
import { attempt, dayField, linesField, textOrNone, ticksField } from './attempt.ts'
import { Card } from './kit/card.tsx'
import { Area, Button, Field, Form } from './kit/form.tsx'
import type { Page, Typed, Visit, Wrong } from './page.ts'
import { candidatesOf, UnitPick } from './unit-pick.tsx'

const KINDS = ['rename', 'move', 'merge', 'split', 'close'] as const

export const unitReform: readonly Page[] = KINDS.flatMap((kind): Page[] => {
  const strong = kind === 'rename' ? {} : { strong: true as const }
  const path = `/units/:id/${kind}`
  return [
    { method: 'get', path, act: 'unit.write', ...strong, handle: (visit) => draw(visit, kind) },
    { method: 'post', path, act: 'unit.write', ...strong, handle: (visit) => plan(visit, kind) },
  ]
})

/** As the forms post it; what it means is checked by the schema that the API reads with. */
const common = { day: dayField, note: z.string().max(300).default('') }
const forms = {
  rename: z.object({ name: newUnitSchema.shape.name, shortName: textOrNone, ...common }),
  move: z.object({ parentId: z.string({ error: 'console_units.pick_one' }).min(1), ...common }),
  merge: z.object({ sources: ticksField, ...common }),
  split: z.object({ heirs: ticksField, names: linesField, ...common }),
  close: z.object(common),
}

function wishOf(kind: ChangeKind, posted: ReturnType<Visit['read']>): { wish: ChangeWish } | { wrong: Wrong } {
  if (!posted.ok) return { wrong: posted.wrong }
  const data = posted.data as Record<string, unknown> & { heirs?: string[]; names?: string[] }
  const { heirs, names, ...rest } = data
  const ones = kind === 'split' ? { heirs: [...(heirs ?? []).map((id) => ({ id })), ...(names ?? []).map((name) => ({ name }))] } : {}
  const parsed = changeSchema.safeParse({ kind, ...rest, ...ones })
  if (parsed.success) return { wish: parsed.data }
  const field = kind === 'split' ? 'names' : kind === 'merge' ? 'sources' : String(parsed.error.issues[0]?.path[0] ?? 'day')
  return { wrong: { [field]: { key: kind === 'split' ? 'console_units.split_two' : 'console_units.pick_one' } } }
}

async function plan(visit: Visit, kind: ChangeKind): Promise<Response> {
  const { desk } = visit
  const id = visit.param('id')
  const posted = visit.read(forms[kind])
  if (posted.typed.do === 'find') return draw(visit, kind, posted.typed)
  const asked = wishOf(kind, posted)
  if ('wrong' in asked) return draw(visit, kind, posted.typed, asked.wrong)
  const field = { rename: 'name', move: 'parentId', merge: 'sources', split: 'names', close: 'day' }[kind]
  const planned = await attempt(field, async () => desk.db.write((await planChange(desk, id, asked.wish)).writes))
  if ('wrong' in planned) {
    const far = planned.wrong[field] as { key?: string }
    return draw(visit, kind, posted.typed, far.key === 'tree.day_far' ? { day: { key: 'tree.day_far' } } : planned.wrong)
  }
  return visit.go(`/units/${id}`, asked.wish.day <= dayOf(desk.now) ? 'console_units.said_changed' : 'console_units.said_planned')
}

async function draw(visit: Visit, kind: ChangeKind, typed?: Typed, wrong?: Wrong): Promise<Response> {
  const { t, desk } = visit
  const unit = await requireTreeUnit(desk, visit.param('id'), 'unit.write')
  const fields = { visit, typed, wrong }
  return visit.show(
    { title: t(`console_units.do_${kind}`), help: 'units', crumbs: [{ href: `/console/units/${unit.id}`, label: unit.name }] },
    <Card title={unit.name}>
      <p>{t(`console_units.why_${kind}`)}</p>
      <Form visit={visit} action={`/units/${unit.id}/${kind}`}>
        {await Own({ visit, kind, unit, typed, wrong })}
        <Field
          {...fields}
          name="day"
          label={t('console_units.day')}
          hint={t('console_units.day_hint')}
          type="date"
          value={dayOf(desk.now)}
          needed
        />
        <Field {...fields} name="note" label={t('console_units.note')} hint={t('console_units.note_hint')} most={300} />
        <Button kind={kind === 'rename' || kind === 'move' ? 'primary' : 'danger'} label={t(`console_units.do_${kind}`)} />
      </Form>
    </Card>,
    wrong ? 400 : 200,
  )
}

/** What this kind of change asks besides the day. */
async function Own({
  visit,
  kind,
  unit,
  typed,
  wrong,
}: {
  visit: Visit
  kind: ChangeKind
  unit: TreeUnit
  typed: Typed | undefined
  wrong: Wrong | undefined
}) {
  const { t } = visit
  const fields = { visit, typed, wrong }
  const near = unit.parentId
  if (kind === 'rename')
    return (
      <>
        <Field {...fields} name="name" label={t('console_units.new_name')} value={unit.name} most={200} needed />
        <Field
          {...fields}
          name="shortName"
          label={t('console_units.short')}
          hint={t('console_units.short_hint')}
          value={unit.shortName ?? ''}
          most={200}
        />
      </>
    )
  if (kind === 'move') {
    const candidates = await candidatesOf(visit, { name: 'parentId', typed, near, except: [unit.id, ...(near ? [near] : [])] })
    return (
      <UnitPick
        {...fields}
        name="parentId"
        label={t('console_units.move_to')}
        hint={t('console_units.move_hint')}
        several={false}
        candidates={candidates}
      />
    )
  }
  if (kind === 'merge') {
    const candidates = await candidatesOf(visit, { name: 'sources', typed, near, except: [unit.id] })
    return (
      <UnitPick
        {...fields}
        name="sources"
        label={t('console_units.merge_from', { unit: unit.name })}
        hint={t('console_units.merge_hint')}
        several
        candidates={candidates}
      />
    )
  }
  if (kind !== 'split') return null
  const candidates = await candidatesOf(visit, { name: 'heirs', typed, near: null, except: [unit.id] })
  return (
    <>
      <Area {...fields} name="names" label={t('console_units.split_names')} hint={t('console_units.split_hint')} rows={5} />
      <UnitPick
        {...fields}
        name="heirs"
        label={t('console_units.split_there')}
        hint={t('console_units.split_there_hint')}
        several
        candidates={candidates}
      />
    </>
  )
}
