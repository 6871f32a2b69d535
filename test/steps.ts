/**
 * Two pictures of a database laid one over the other, as somebody does who copies the file again and again without the key:
 * what changed between them on the side of people and on the side of reports. Honest steps change one side, or the other.
 */
import type { Db, Row } from '../src/chat.ts'

export type Picture = Map<string, Map<string, string>>
export type Step = { table: string; gone: number; come: number; changed: number }

/** Who somebody is, what is sent to them, and counts of that. */
const PEOPLE = ['contacts', 'addresses', 'consents', 'outbox', 'transcript', 'tallies', 'paces']
const REPORTS = ['cases', 'case_events', 'reply_links', 'case_identities', 'photos']
const OUTCOMES = 'notice_outcomes'

export async function takePicture(db: Db): Promise<Picture> {
  const picture: Picture = new Map()
  for (const table of [...PEOPLE, ...REPORTS, OUTCOMES]) {
    const keys = (await db.read(`SELECT name FROM pragma_table_info('${table}') WHERE pk > 0 ORDER BY pk`)).map(({ name }) => String(name))
    const rows = await db.read(`SELECT * FROM ${table}`)
    picture.set(table, new Map(rows.map((row) => [JSON.stringify(keys.map((key) => row[key])), textOf(row)])))
  }
  return picture
}

/** What of a person and of a report can be laid against each other between two pictures, each in a sentence. */
export function findStepJoins(before: Picture, after: Picture): string[] {
  const steps = new Map([...before.keys()].map((table) => [table, stepOf(table, before, after)]))
  const moved = (tables: string[]) => tables.filter((table) => isMoved(steps.get(table)))
  const [people, reports] = [moved(PEOPLE), moved(REPORTS)]
  const outcomes = steps.get(OUTCOMES)
  return [
    ...(people.length > 0 && reports.length > 0 ? [`${people.join(', ')} and ${reports.join(', ')} change in one step`] : []),
    ...(reports.length > 0 && isMoved(outcomes) ? [`an outcome comes or goes with ${reports.join(', ')}`] : []),
    ...(outcomes && outcomes.changed > 0 ? ['an outcome changes'] : []),
  ]
}

function stepOf(table: string, before: Picture, after: Picture): Step {
  const [old, now] = [before.get(table) ?? new Map<string, string>(), after.get(table) ?? new Map<string, string>()]
  const kept = [...old.keys()].filter((key) => now.has(key))
  return {
    table,
    gone: old.size - kept.length,
    come: now.size - kept.length,
    changed: kept.filter((key) => old.get(key) !== now.get(key)).length,
  }
}

const isMoved = (step: Step | undefined): boolean => step !== undefined && step.gone + step.come + step.changed > 0

const textOf = (row: Row): string =>
  JSON.stringify(Object.values(row).map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value)))
