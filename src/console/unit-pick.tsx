/**
 * Choosing units in a form without a script: those near by stand there to tick, any other is found by name with a second
 * button of the same form, and what was ticked before stays ticked.
 */
import { findTreeUnits, isOpen, listChildren, type TreeUnit } from '../../db/tree-units.ts'
import { listAncestors, listUnits } from '../../db/units.ts'
import { type Act, scopeOf } from '../rights.ts'
import { dayOf } from '../time.ts'
import { first } from './attempt.ts'
import { Field } from './kit/form.tsx'
import { Icon } from './kit/icon.tsx'
import type { Typed, Visit, Wrong } from './page.ts'

const FOUND = 15
const NEAR = 30

export type Candidate = { id: string; name: string; above: string | null }

/** Units to choose from: chosen ones first, then what the search finds, else the near ones. @param near their parent, or none */
export async function candidatesOf(
  { desk: { db, actor, now } }: Visit,
  {
    name,
    typed,
    near,
    except,
    act = 'unit.write',
  }: { name: string; typed: Typed | undefined; near: string | null; except: readonly string[]; act?: Act },
): Promise<Candidate[]> {
  const day = dayOf(now)
  const paths = scopeOf(actor, act)
  const inside = ({ path }: { path: string }) => paths.some((own) => path.startsWith(own))
  const chosen = [...(await findTreeUnits(db, [typed?.[name] ?? []].flat())).values()].filter(inside)
  const words = first(typed, 'find').trim()
  const found: Array<Pick<TreeUnit, 'id' | 'name' | 'path'>> =
    words !== ''
      ? (await listUnits(db, { paths, typed: words, day, after: '', limit: FOUND })).filter(({ closed }) => !closed)
      : near === null
        ? []
        : await listChildren(db, { parentId: near, day, closed: false, after: ['', ''], limit: NEAR })
  const all = new Map([...chosen.filter((one) => isOpen(one, day)), ...found.filter(inside)].map((one) => [one.id, one]))
  for (const id of except) all.delete(id)
  const parents = new Map(
    (await listAncestors(db, [...all.values()].map(({ path }) => path).join('/'), day)).map((one) => [one.id, one.name]),
  )
  return [...all.values()].map(({ id, name, path }) => ({ id, name, above: parents.get(path.split('/').at(-3) ?? '') ?? null }))
}

/** Was the second button pressed? Enter in another field presses it too: with no name to look for that is no search. */
export const asksToFind = (typed: Typed): boolean => typed.do === 'find' && first(typed, 'find').trim() !== ''

/** `several`: boxes to tick, posted as `name[]`; else one of them. The field of the search is `find`, its button says `do=find`. */
export function UnitPick({
  visit,
  name,
  label,
  hint,
  several,
  candidates,
  typed,
  wrong,
}: {
  visit: Visit
  name: string
  label: string
  hint: string
  several: boolean
  candidates: readonly Candidate[]
  typed: Typed | undefined
  wrong: Wrong | undefined
}) {
  const { t } = visit
  const chosen = [typed?.[name] ?? []].flat()
  const text = wrong?.[name]
  return (
    <>
      <fieldset class="mb-3">
        <legend class="form-label">{label}</legend>
        <p class="form-hint mb-2">
          {hint} {t('console_units.pick_hint')}
        </p>
        {candidates.map(({ id, name: unit, above }) => (
          <label class="form-check">
            <input
              class="form-check-input"
              type={several ? 'checkbox' : 'radio'}
              name={several ? `${name}[]` : name}
              value={id}
              checked={chosen.includes(id)}
            />
            <span class="form-check-label">{unit}</span>
            {above ? <span class="form-check-description">{above}</span> : null}
          </label>
        ))}
        {candidates.length === 0 ? <p class="text-secondary">{t('console_units.pick_none')}</p> : null}
        {text ? <p class="text-danger">{visit.say(text)}</p> : null}
      </fieldset>
      <div class="row g-2 align-items-end">
        <div class="col">
          <Field visit={visit} name="find" label={t('console_units.pick_find')} typed={typed} inputmode="search" />
        </div>
        <div class="col-auto mb-3">
          <button type="submit" class="btn" name="do" value="find" formnovalidate>
            <Icon name="search" />
            {t('console.search')}
          </button>
        </div>
      </div>
    </>
  )
}
