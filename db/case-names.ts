/**
 * What the ids in a case's thread are called: reasons, officers, units. Events keep ids alone, so that a name that changes
 * changes everywhere.
 */
import type { Db, Locale } from '../src/chat.ts'
import type { CaseEvent } from './case-events.ts'

export type CaseNames = { reasons: Map<string, Record<Locale, string>>; officers: Map<string, string>; units: Map<string, string> }

/** Of these events, by id. */
export async function findCaseNames(db: Db, events: readonly CaseEvent[]): Promise<CaseNames> {
  const idsIn = (...names: string[]) =>
    JSON.stringify([...new Set(events.flatMap(({ detail }) => names.map((name) => detail[name]).filter((id) => typeof id === 'string')))])
  const [reasons, officers, units] = await Promise.all([
    db.read('SELECT id, label_vi, label_en FROM case_reasons WHERE id IN (SELECT value FROM json_each(?))', [idsIn('reason')]),
    db.read('SELECT id, name FROM officers WHERE id IN (SELECT value FROM json_each(?))', [idsIn('officer', 'askedBy')]),
    db.read('SELECT id, coalesce(short_name, name) AS name FROM units WHERE id IN (SELECT value FROM json_each(?))', [
      idsIn('unit_from', 'unit_to'),
    ]),
  ])
  return {
    reasons: new Map(reasons.map(({ id, label_vi, label_en }) => [String(id), { vi: String(label_vi), en: String(label_en) }])),
    officers: new Map(officers.map(({ id, name }) => [String(id), String(name)])),
    units: new Map(units.map(({ id, name }) => [String(id), String(name)])),
  }
}
