/**
 * Proofs of filing: a paper that says that a report was received, and by which unit; never who filed it or how it
 * stands. Made from a case for whoever holds its receipt or typed it in; checked without it, so that a proof holds after a
 * merge, a transfer and the end of the case.
 */
import type { CaseKind } from '../src/case.ts'
import type { Db, Keys, Statement } from '../src/chat.ts'
import { matchProof, monthOfNumber, proofCode, signOf, type TypedProof } from '../src/filing-proof.ts'
import { randomCode } from '../src/keys.ts'
import { tokenStore } from './secrets.ts'

export type Filed = { number: string; kind: CaseKind; unitId: string | null; unitName: string | null }

export type Proof = {
  /** `PA-2611-7K3Q` */
  number: string
  /** `11/2026` */
  month: string
  kind: CaseKind
  /** Null: whoever runs the deployment. */
  unitName: string | null
  /** `7K3Q-M4TD-9XWE-2345` */
  code: string
  /** What lets the code be checked later; it belongs in the commit that gives the proof out. */
  writes: Statement[]
}

const SECRET = 'filing-proof'
const SECRET_LETTERS = 48

type Parts = { db: Db; keys: Keys }

/** What a proof of the case behind this receipt says. Found by keyed hash alone. */
export async function findFiled({ db, keys }: Parts, receipt: string): Promise<Filed | undefined> {
  const [row] = await db.read(FIND_FILED, [await keys.tag('receipt', receipt)])
  if (!row) return undefined
  const text = (value: unknown) => (value === null || value === undefined ? null : String(value))
  return { number: String(row.number), kind: row.kind as CaseKind, unitId: text(row.unit_id), unitName: text(row.name) }
}

export const FIND_FILED =
  'SELECT c.number, c.kind, c.unit_id, u.name FROM cases c LEFT JOIN units u ON u.id = c.unit_id WHERE c.receipt_tag = ?'

export async function proofOf(parts: Parts & { random(): number }, { number, kind, unitId, unitName }: Filed): Promise<Proof> {
  const secret = await takeSecret(parts)
  const unit = unitId ?? ''
  const sign = await signOf(secret, unit)
  return {
    ...{ number, kind, unitName },
    month: monthOfNumber(number),
    code: await proofCode(secret, { number, kind, unitId: unit }),
    writes: [{ sql: 'INSERT INTO proof_units(sign, unit_id) VALUES (?, ?) ON CONFLICT DO NOTHING', args: [sign, unit] }],
  }
}

/** What a proof confirms; undefined for one we did not make. No case is looked for, so that nothing tells which numbers exist. */
export async function checkProof({ db, keys }: Parts, typed: TypedProof): Promise<{ month: string; unitName: string | null } | undefined> {
  const secret = (await tokenStore<string>(db, keys, SECRET).read())?.pair ?? ''
  const rows = await db.read('SELECT p.unit_id, u.name FROM proof_units p LEFT JOIN units u ON u.id = p.unit_id WHERE p.sign = ?', [
    typed.sign,
  ])
  const units = rows.map(({ unit_id, name }) => ({ id: String(unit_id), name: name === null ? null : String(name) }))
  // Somebody's guess at a unit costs as much as the right one.
  const ids = units.length > 0 ? units.map(({ id }) => id) : ['']
  const unitId = await matchProof(secret === '' ? 'none' : secret, typed, ids)
  const unit = secret === '' ? undefined : units.find(({ id }) => id === unitId)
  return unit && { month: monthOfNumber(typed.number), unitName: unit.name }
}

/** The secret of all proofs, made once. */
async function takeSecret({ db, keys, random }: Parts & { random(): number }): Promise<string> {
  const store = tokenStore<string>(db, keys, SECRET)
  const known = await store.read()
  if (known) return known.pair
  await store.write(randomCode(SECRET_LETTERS, random), 0)
  const made = await store.read()
  if (!made) throw new Error('no secret for proofs of filing')
  return made.pair
}
