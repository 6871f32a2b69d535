/**
 * Who may do what with pairs of cases over REST, and two fresh cases for each try (test/api-rights.test.ts).
 */
import type { Role, TokenScope } from '../src/rights.ts'
import type { ApiDesk } from './api-desk.ts'
import { caseRows } from './console-cases.ts'

const CASES: readonly Role[] = ['case']
const SCOPES: readonly TokenScope[] = ['cases']
const MAY = { roles: CASES, scopes: SCOPES, ok: 200 }

let serial = 0
const other = () => `pair${serial}-other`

export const CASE_PAIR_LINES = {
  'get /case-pairs': MAY,
  'get /cases/:id/pairs': MAY,
  'post /cases/:id/merge': { ...MAY, body: () => ({ version: 1, otherId: other(), otherVersion: 1 }) },
  'post /cases/:id/unmerge': { ...MAY, body: { mainVersion: 1 } },
  'post /cases/:id/apart': { ...MAY, body: () => ({ otherId: other() }) },
}

/** A case, and another beside it; for a merge that is taken back it is part of the other. */
export async function freshPair({ db, keys, clock }: ApiDesk, name: string): Promise<string> {
  const id = `pair${++serial}`
  for (const [one, letter] of [
    [id, 'A'],
    [other(), 'B'],
  ] as const)
    await db.write(await caseRows(keys, { id: one, number: `PA-2612-${letter}${String(serial).padStart(3, '0')}`, now: clock.now() }))
  if (name.endsWith('/unmerge')) await db.write([{ sql: 'UPDATE cases SET merged_into = ? WHERE id = ?', args: [other(), id] }])
  return id
}
