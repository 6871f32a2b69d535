/**
 * A database with a box in every sealed column, and evidence beside it: what a change of keys has to bring over. Rows of
 * cases and people are the product's own; where a table is still empty, one row is made from its columns.
 */
import { findLink, listLinks, openIdentity } from '../db/case-links.ts'
import { findCaseByReceipt } from '../db/cases.ts'
import { keyOf, listNotices, readSealed } from '../db/rotation.ts'
import { SEALED, type Sealed } from '../db/sealed.ts'
import type { Db, Keys, Value } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import type { EvidenceStore } from '../src/evidence.ts'
import { caseRows } from './console-cases.ts'
import { addPeople, unitRows } from './people.ts'

export const NAME = 'Trần Thị Kín Đáo'
export const OBJECTS = ['anh1', 'anh1-view', 'anh1-che-1', 'tu-web-1']
const NOW = new Date('2026-11-23T02:00:00.000Z')

/** Resolves to the two people who filed. */
export async function sealRows(db: Db, keys: Keys, evidence: EvidenceStore): Promise<{ lan: string; mai: string }> {
  await db.write(unitRows())
  const [lan = '', mai = ''] = await addPeople(db, [{}, {}, {}])
  const [home] = await db.read('SELECT id FROM addresses WHERE contact_id = ?', [lan])
  const told = { name: NAME, phone: '0912345678' }
  const back = { contactId: lan, addressId: String(home?.id), word: 'K7' }
  for (const [id, more] of [
    ['viec1', { identity: { told, contactId: lan }, replyTo: back }],
    ['viec2', { replyTo: { ...back, word: 'M4' } }],
    ['viec3', { identity: { told: { name: 'Người gọi điện' }, contactId: null } }],
    ['viec4', {}],
  ] as const)
    await db.write(await caseRows(keys, { id, number: numberOf(id), now: NOW, ...more }))
  for (const sealed of SEALED) await fill(db, keys, sealed)
  for (const name of OBJECTS) await evidence.put(name, await keys.seal('evidence', `bytes of ${name}`, name))
  await db.write([
    {
      sql: "UPDATE photos SET id = 'anh1', state = 'stored', ref = NULL, facts = ? WHERE facts IS NOT NULL",
      args: [await keys.seal('evidence', '{}', 'anh1/facts')],
    },
  ])
  await fill(db, keys, SEALED.find(({ table, column }) => table === 'photos' && column === 'ref') as Sealed)
  await db.write([{ sql: 'UPDATE outbox SET notice_tag = ? WHERE body IS NOT NULL', args: [await keys.tag('notice', 'viec2')] }])
  return { lan, mai }
}

export const numberOf = (id: string) => `PA-2611-V${id.slice(-1)}KH`
export const receiptOf = (id: string) => `${numberOf(id)}-M4TD-9XWE`

/** What does not open with these keys, or is not found by them, each in a sentence. */
export async function findLosses(db: Db, keys: Keys, evidence: EvidenceStore, lan: string): Promise<string[]> {
  const lost: string[] = []
  const tries = async (what: string, look: () => Promise<unknown> | unknown) => {
    try {
      if (!(await look())) lost.push(what)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      lost.push(what)
    }
  }
  for (const sealed of SEALED) {
    const rows = await allRows(db, sealed)
    if (rows.length === 0) lost.push(`${sealed.table}.${sealed.column} is empty`)
    for (const row of rows)
      await tries(`${sealed.table}.${sealed.column} ${keyOf(sealed, row)}`, () =>
        keys.open(sealed.purpose, row[sealed.column] as Uint8Array, sealed.bound(row)),
      )
  }
  for (const name of OBJECTS)
    await tries(`evidence ${name}`, async () => keys.open('evidence', (await evidence.get(name)) ?? new Uint8Array(), name))
  for (const id of ['viec1', 'viec2', 'viec3', 'viec4']) await tries(`receipt of ${id}`, () => findCaseByReceipt(db, keys, receiptOf(id)))
  await tries('way back to viec1', async () => (await findLink(db, keys, 'viec1'))?.word === 'K7')
  await tries('name of viec1', async () => (await openIdentity(db, keys, 'viec1'))?.name === NAME)
  await tries('name of viec3', async () => (await openIdentity(db, keys, 'viec3'))?.name === 'Người gọi điện')
  await tries('cases of lan', async () => (await listLinks(db, keys, lan)).length === 2)
  await tries('notice of viec2', async () => (await listNotices(db, [await keys.tag('notice', 'viec2')])).length === 1)
  return lost
}

async function allRows(db: Db, sealed: Sealed) {
  const rows = []
  for (let after: Value[] | undefined; ; ) {
    const page = await readSealed(db, sealed, after)
    const last = page.at(-1)
    if (!last) return rows
    rows.push(...page)
    after = keyOf(sealed, last)
  }
}

let serial = 70
/** Values a table checks for. */
const OWN: Record<string, Value> = { link: 'https://co-quan.example.vn/1', day: '2026-11-20' }

async function fill(db: Db, keys: Keys, sealed: Sealed): Promise<void> {
  const { table, column, purpose } = sealed
  if ((await readSealed(db, sealed, undefined)).length > 0) return
  const [there] = await db.read(`SELECT * FROM ${table} LIMIT 1`)
  if (there) {
    const box = await keys.seal(purpose, `box of ${table}.${column}`, sealed.bound(there))
    const where = sealed.keys.map((name) => `${name} = ?`).join(' AND ')
    await db.write([{ sql: `UPDATE ${table} SET ${column} = ? WHERE ${where}`, args: [box, ...keyOf(sealed, there)] }])
    return
  }
  const columns = await db.read(`SELECT name, type, "notnull" AS needed, dflt_value AS preset, pk FROM pragma_table_info('${table}')`)
  const row: Record<string, Value> = {}
  for (const { name, type, needed, preset, pk } of columns) {
    const own = name === sealed.by || sealed.keys.includes(String(name))
    if (needed !== 1 && pk === 0 && !own) continue
    if (preset !== null && pk === 0) continue
    row[String(name)] = OWN[String(name)] ?? (type === 'INTEGER' ? ++serial : type === 'BLOB' ? new Uint8Array([1]) : `${table}-${column}`)
  }
  row[column] = await keys.seal(purpose, `box of ${table}.${column}`, sealed.bound(row))
  const names = Object.keys(row)
  await db.write([
    { sql: `INSERT INTO ${table}(${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`, args: Object.values(row) },
  ])
}
