/**
 * A database of the version before cases had keys of their own, with rows as that version made them (its openCase):
 * nothing of it is lost at the first start of this one.
 */
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hasOwnBoxes, upgradeBoxes } from '../db/box-upgrade.ts'
import { findLink, forgetTipster, listLinks, openIdentity } from '../db/case-links.ts'
import { findCaseByReceipt, openBox } from '../db/cases.ts'
import { migrate } from '../db/migrate.ts'
import { openDb } from '../db/open.ts'
import type { Db, Statement } from '../src/chat.ts'
import { secureRandom, toHex } from '../src/keys.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { createOperator, type Operator, TEST_KEY } from './admin-desk.ts'
import { readMigrations } from './database.ts'

const keys = createNodeKeys(Buffer.from(TEST_KEY, 'base64'))
const NAME = 'Nguyễn Thị Mẫu Mực'
const REPORT = { kind: 'fake', signs: 'Tem bong ra', place: 'Chợ Mẫu', openedAt: '2026-10-05T02:17:43.000Z' } as const
const LAST = '0014_campaign_pages'

async function oldCase(
  id: string,
  {
    number,
    receipt,
    identity,
    replyTo,
  }: { number: string; receipt: string; identity?: object; replyTo?: { contactId: string; addressId: string } },
): Promise<Statement[]> {
  const sealed = identity && toHex(await keys.seal('case', JSON.stringify(identity), `${id}:identity`))
  return [
    {
      sql: `INSERT INTO cases(id, number, receipt_tag, state, kind, danger, unit_id, box, opened_hour) VALUES (?, ?, ?, 'new', 'fake', 0, NULL, ?, '2026-10-05T02Z')`,
      args: [
        id,
        number,
        await keys.tag('receipt', receipt),
        await keys.seal('case', JSON.stringify({ ...REPORT, ...(sealed ? { identity: sealed } : {}) }), id),
      ],
    },
    { sql: "INSERT INTO case_events(id, case_id, hour, kind) VALUES (?, ?, '2026-10-05T02Z', 'opened')", args: [`e-${id}`, id] },
    ...(replyTo
      ? [
          {
            sql: 'INSERT INTO reply_links(case_tag, contact_tag, box) VALUES (?, ?, ?)',
            args: [
              await keys.tag('case', id),
              await keys.tag('contact', replyTo.contactId),
              await keys.seal('reply-link', replyTo.addressId, id),
            ],
          },
        ]
      : []),
  ]
}

let operator: Operator
let db: Db
beforeEach(async () => {
  operator = await createOperator()
  await mkdir(dirname(operator.url.slice(5)), { recursive: true })
  db = openDb({ url: operator.url })
  await migrate(
    db,
    (await readMigrations()).filter(({ name }) => name <= LAST),
  )
  await db.write(
    await oldCase('viec1', {
      number: 'PA-2610-AAAA',
      receipt: 'PA-2610-AAAA-M4TD-9XWE',
      identity: { name: NAME, phone: '0912345678' },
      replyTo: { contactId: 'c1', addressId: 'a1' },
    }),
  )
  await db.write(
    await oldCase('viec2', { number: 'PA-2610-BBBB', receipt: 'PA-2610-BBBB-M4TD-9XWE', replyTo: { contactId: 'c1', addressId: 'a2' } }),
  )
  await db.write(
    await oldCase('viec3', { number: 'PA-2610-CCCC', receipt: 'PA-2610-CCCC-M4TD-9XWE', identity: { name: 'Không để lại lối về' } }),
  )
  await db.write(await oldCase('viec4', { number: 'PA-2610-DDDD', receipt: 'PA-2610-DDDD-M4TD-9XWE' }))
})
afterEach(async () => {
  db.close()
  await operator.close()
})

const everything = async () => {
  const links = await listLinks(db, keys, 'c1')
  expect(links.map(({ caseId, addressId }) => `${caseId} ${addressId}`).sort()).toEqual(['viec1 a1', 'viec2 a2'])
  for (const { word } of links) expect(word).toMatch(/^[A-Z][2-9]$/)
  expect(new Set(links.map(({ word }) => word)).size).toBe(2)
  expect((await findLink(db, keys, 'viec2'))?.addressId).toBe('a2')
  expect(await openIdentity(db, keys, 'viec1')).toEqual({ name: NAME, phone: '0912345678' })
  expect((await openIdentity(db, keys, 'viec3'))?.name).toBe('Không để lại lối về')
  expect(await openIdentity(db, keys, 'viec2')).toBeUndefined()
  for (const [id, number] of [
    ['viec1', 'AAAA'],
    ['viec4', 'DDDD'],
  ] as const) {
    const [row] = await db.read('SELECT box FROM cases WHERE id = ?', [id])
    const box = await openBox(keys, id, row?.box as Uint8Array)
    expect(box).toEqual(REPORT)
    expect(await findCaseByReceipt(db, keys, `PA-2610-${number}-M4TD-9XWE`)).toMatchObject({ state: 'new' })
  }
}

describe('a database of the version before', () => {
  test('keeps its ways back, its names and its receipts; a name no longer lies in the report’s box', async () => {
    expect(await operator.run('migrate')).toMatchObject({ code: 0 })
    await everything()
    expect(await hasOwnBoxes(db)).toBe(true)
    // Erasing finds the name by the hash of the way back.
    await db.write(await forgetTipster(keys, 'c1'))
    expect(await openIdentity(db, keys, 'viec1')).toBeUndefined()
    expect(await listLinks(db, keys, 'c1')).toEqual([])
  })

  test('killed before any write of it, the next start goes on', async () => {
    await migrate(db, await readMigrations())
    for (let writes = 0; ; writes++) {
      let left = writes
      const frail: Db = {
        ...db,
        write: async (statements) => {
          if (left-- <= 0) throw new Error('the power went')
          return db.write(statements)
        },
      }
      const end = await upgradeBoxes(frail, keys, secureRandom).then(
        () => 'done',
        (error: Error) => error.message,
      )
      if (end === 'done') break
      expect(await hasOwnBoxes(db)).toBe(false)
    }
    await everything()
  })

  test('is done once, and does nothing to what is new', async () => {
    await operator.run('migrate')
    const before = await db.read('SELECT box FROM reply_links UNION ALL SELECT box FROM cases UNION ALL SELECT box FROM case_identities')
    await db.write([{ sql: "DELETE FROM meta WHERE name = 'own_boxes'", args: [] }])
    await operator.run('migrate')
    expect(await db.read('SELECT box FROM reply_links UNION ALL SELECT box FROM cases UNION ALL SELECT box FROM case_identities')).toEqual(
      before,
    )
  })
})
