/**
 * Which unit a list means by "parent" or "successor": its id, else its code, else its exact name; the list's own rows
 * before those that are there.
 */
import type { KnownUnit } from '../../db/unit-import.ts'
import type { UnitRow } from '../../db/unit-rows.ts'

/** Ids a text may mean: none, one, or several of one name. */
export type Resolve = (text: string) => string[]

export function createResolver(listed: readonly UnitRow[], known: readonly KnownUnit[]): Resolve {
  const ours = indexOf(listed)
  const theirs = indexOf(known)
  return (text) => {
    const code = text.toUpperCase()
    const key = [ours.ids.get(text), theirs.ids.get(text), ours.codes.get(code), theirs.codes.get(code)].find((id) => id !== undefined)
    if (key !== undefined) return [key]
    // A listed row may rename the unit that is there under the same id: the list's word counts.
    const elsewhere = (theirs.names.get(text) ?? []).filter((id) => !ours.ids.has(id))
    return [...(ours.names.get(text) ?? []), ...elsewhere]
  }
}

function indexOf(units: ReadonlyArray<{ id: string; code: string | null; name: string }>) {
  const ids = new Map<string, string>()
  const codes = new Map<string, string>()
  const names = new Map<string, string[]>()
  for (const { id, code, name } of units) {
    ids.set(id, id)
    if (code !== null) codes.set(code, id)
    names.set(name, [...(names.get(name) ?? []), id])
  }
  return { ids, codes, names }
}
