/**
 * Which unit: one of those the officer may do this at. A hundred are offered; where there are more, a name can be typed.
 */
import type { Desk } from '../../../db/rights.ts'
import { findUnit, listUnits, searchUnits } from '../../../db/units.ts'
import type { Text } from '../../chat.ts'
import { type Act, scopeOf } from '../../rights.ts'
import { dayOf } from '../../time.ts'
import { fold } from '../../vietnamese/index.ts'
import { type Choice, Field, Select } from '../kit/form.tsx'
import type { Typed, Visit, Wrong } from '../page.ts'

const OFFERED = 100
const FOUND = 2

export type Units = { choices: Choice[]; more: boolean }

export async function unitsFor({ db, actor, now }: Desk, act: Act): Promise<Units> {
  const paths = scopeOf(actor, act)
  const found = await listUnits(db, { paths, day: dayOf(now), after: '', limit: OFFERED + 1 })
  const open = found.filter(({ closed }) => !closed)
  return { choices: open.slice(0, OFFERED).map(({ id, name }) => ({ value: id, label: name })), more: found.length > OFFERED }
}

/** @param none what choosing no unit is called, where that means something */
export function UnitFields({
  visit,
  units,
  typed,
  wrong,
  value,
  none,
}: {
  visit: Visit
  units: Units
  typed?: Typed | undefined
  wrong?: Wrong | undefined
  value?: string | undefined
  none?: string
}) {
  const { t } = visit
  return (
    <>
      <Select
        visit={visit}
        name="unit"
        label={t('console_office.unit')}
        choices={units.choices}
        typed={typed}
        wrong={wrong}
        value={value}
        {...(none === undefined ? {} : { none })}
      />
      {units.more ? (
        <Field
          visit={visit}
          name="unitName"
          label={t('console_office.unit_name')}
          hint={t('console_office.unit_name_hint')}
          typed={typed}
          wrong={wrong}
          most={200}
        />
      ) : null}
    </>
  )
}

/** The unit that was chosen or typed; null: none; or what is wrong. */
export async function chosenUnit(
  { db, actor, now }: Desk,
  act: Act,
  { unit, unitName }: { unit?: string | undefined; unitName?: string | undefined },
): Promise<{ unit: { id: string; path: string } | null } | { wrong: Wrong }> {
  const day = dayOf(now)
  const paths = scopeOf(actor, act)
  if (unitName?.trim()) {
    const pages = await Promise.all(paths.map((under) => searchUnits(db, unitName, { day, after: '', limit: FOUND, under })))
    const found = pages.flat().filter(({ closed }) => !closed)
    const whole = found.filter(({ name }) => fold(name) === fold(unitName))
    const [one, other] = whole.length > 0 ? whole : found
    if (one && !other) return { unit: one }
    const text: Text = { key: one ? 'console_office.unit_many' : 'console_office.unit_none' }
    return { wrong: { unitName: text } }
  }
  if (!unit) return { unit: null }
  const found = await findUnit(db, unit, day)
  if (!found || found.closed || !paths.some((path) => found.path.startsWith(path)))
    return { wrong: { unit: { key: 'console_office.unit_none' } } }
  return { unit: found }
}
