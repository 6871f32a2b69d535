/**
 * "Rút phản ánh": whoever holds the receipt takes a report back while it is not closed, in their turn's own commit. Nothing of
 * it stays but number, unit and month, except where it is not theirs alone any more: what was handed to an authority has to
 * be shown later, and others whose reports were merged into it go on being heard. Which of these it is was said before they
 * agreed; where it changed meanwhile they are asked again.
 */
import type { CaseState } from '../src/case.ts'
import type { Db, Keys, Statement } from '../src/chat.ts'
import type { Gone } from '../src/removal.ts'
import { WITHDRAWN_REASON } from '../src/removal.ts'
import { hourOf } from '../src/time.ts'
import { addEvent } from './case-events.ts'
import { dropMember, emptyBox, emptyCase } from './case-gone.ts'
import { findLink } from './case-links.ts'
import { markAgain } from './case-marks.ts'
import { rankAfter } from './case-merge.ts'
import { openBox } from './cases.ts'
import { guard, guardThat } from './client.ts'
import { CLEARED, dropWithObjects, keepCleared } from './gone-objects.ts'
import { dropTalk } from './transcript.ts'

type Parts = { db: Db; keys: Keys; id(): string; now: Date }

/** What stays: nothing; the case itself, for those merged into it; what an authority was given. */
export type Staying = 'nothing' | 'others' | 'proof'

export type Withdrawable = {
  id: string
  number: string
  version: number
  openedHour: string
  state: CaseState
  gone: Gone | null
  staying: Staying
  main: { id: string; version: number; rank: number } | null
}

/** An authority that has it, as its directory says. */
export type Receiver = { name: string; phone: string }

const RECEIVERS_MOST = 5

/** What would stay of a case if it were taken back now. Undefined when there is no such case. */
export async function findWithdrawable(db: Db, caseId: string): Promise<Withdrawable | undefined> {
  const [row] = await db.read(FIND_WITHDRAWABLE, [caseId])
  if (!row) return undefined
  return {
    ...{ id: String(row.id), number: String(row.number), version: Number(row.version), openedHour: String(row.opened_hour) },
    ...{ state: row.state as CaseState, gone: row.gone as Gone | null },
    staying: row.handed === 1 ? 'proof' : row.others === 1 ? 'others' : 'nothing',
    main: row.main === null ? null : { id: String(row.main), version: Number(row.main_version), rank: Number(row.main_rank) },
  }
}

/** Left the house on paper, by an officer's word, or with a decision that was recorded. Takes a case's id three times. */
const HANDED = `(EXISTS (SELECT 1 FROM hand_overs h WHERE h.case_id = ? AND h.state <> 'draft')
  OR EXISTS (SELECT 1 FROM decisions d WHERE d.case_id IS NOT NULL AND d.case_id = ?)
  OR EXISTS (SELECT 1 FROM case_events e WHERE e.case_id = ? AND e.detail ->> 'to' = 'referred'))`
const ofColumn = (column: string): string => HANDED.replaceAll('?', column)

export const FIND_WITHDRAWABLE = `SELECT c.id, c.number, c.version, c.state, c.gone, c.opened_hour,
    m.id AS main, m.version AS main_version, m.rank AS main_rank,
    EXISTS (SELECT 1 FROM cases k WHERE k.merged_into = c.id) AS others,
    (${ofColumn('c.id')} OR (m.id IS NOT NULL AND ${ofColumn('m.id')})) AS handed
  FROM cases c LEFT JOIN cases m ON m.id = c.merged_into WHERE c.id = ?`

/** Authorities that were given this case or the one it was merged into. */
export async function listReceivers(db: Db, { id, main }: Pick<Withdrawable, 'id' | 'main'>): Promise<Receiver[]> {
  const rows = await db.read(
    `SELECT DISTINCT a.name, a.phone FROM hand_overs h JOIN authorities a ON a.id = h.authority_id
     WHERE h.case_id IN (?, ?) AND h.state <> 'draft' ORDER BY a.name LIMIT ${RECEIVERS_MOST}`,
    [id, main?.id ?? id],
  )
  return rows.map(({ name, phone }) => ({ name: String(name), phone: String(phone) }))
}

/**
 * The statements of a withdrawal; they fail as a conflict when anything of it moved on, and then it is looked at again.
 * @param own address of who withdraws: where its page keeps the talk, that goes too, and so does the page's it was filed from
 */
export async function withdrawCase(parts: Parts, found: Withdrawable, own: string): Promise<Statement[]> {
  const { db, keys } = parts
  // A way back that does not open any more keeps nobody from taking a report back.
  const link = await findLink(db, keys, found.id).catch(() => undefined)
  const going = found.staying === 'nothing' ? await leaveNothing(parts, found) : await leavePart(parts, found)
  return [...going, await dropTalk(db, [own, ...(link ? [link.addressId] : [])])]
}

async function leaveNothing(parts: Parts, found: Withdrawable): Promise<Statement[]> {
  const { db, keys } = parts
  const { main } = found
  const emptied = await emptyCase(parts, found, {
    ...{ gone: 'withdrawn', reasonId: WITHDRAWN_REASON, outcomeId: WITHDRAWN_REASON },
    way: false,
  })
  return [
    guardThat(`NOT ${HANDED} AND NOT EXISTS (SELECT 1 FROM cases WHERE merged_into = ?)`, [found.id, found.id, found.id, found.id]),
    ...(main
      ? [
          ...(await tellMain(parts, found, main, [', rank = ?', [await rankAfter({ db, keys }, main, found.id)]])),
          { sql: `DELETE FROM case_events WHERE ${SAID_THERE}`, args: [main.id, found.id] },
          // What its member said there was among the marks of the main one.
          { sql: 'DELETE FROM case_marks WHERE case_id = ?', args: [main.id] },
          markAgain(main.id),
        ]
      : []),
    ...emptied,
    await leftEvent(parts, found.id),
  ]
}

/** The case goes on without its member: what they told is taken out as far as it is neither handed over nor others'. */
async function leavePart(parts: Parts, found: Withdrawable): Promise<Statement[]> {
  const { db, keys, now } = parts
  const { id: caseId, version, staying, main } = found
  const proof = staying === 'proof'
  const own: [string, string[]] = ['p.case_id = ?', [caseId]]
  const [sealed] = proof ? [] : await db.read('SELECT box FROM cases WHERE id = ?', [caseId])
  const keptFrom = sealed && (await openBox(keys, caseId, sealed.box as Uint8Array)).keptFrom
  return [
    {
      sql: `UPDATE cases SET version = version + 1, gone = 'partly', gone_hour = ?, marked = 1${proof ? '' : ', box = ?'} WHERE id = ? AND version = ?`,
      args: [hourOf(now), ...(proof ? [] : [await emptyBox(keys, found, keptFrom)]), caseId, version],
    },
    guard(),
    { sql: `UPDATE case_events SET ${WORDLESS} WHERE ${SAID_HERE}`, args: [caseId] },
    // With nobody else's words among them, what officers asked, answered and noted speaks of this report alone.
    {
      sql: `UPDATE case_events SET ${WORDLESS} WHERE case_id = ? AND kind IN ('asked', 'told', 'noted')
              AND NOT EXISTS (SELECT 1 FROM cases k WHERE k.merged_into = ?)`,
      args: [caseId, caseId],
    },
    ...(main
      ? [
          { sql: `UPDATE case_events SET ${WORDLESS} WHERE ${SAID_THERE}`, args: [main.id, caseId] },
          ...(await tellMain(parts, found, main)),
        ]
      : []),
    ...(proof
      ? [...dropWithObjects([`${own[0]} AND NOT ${CLEARED}`, own[1]]), ...keepCleared([`${own[0]} AND p.state = 'stored'`, own[1]])]
      : // What officers photographed for the others stays with them.
        dropWithObjects([`${own[0]} AND p.source <> 'officer'`, own[1]])),
    ...[
      'DELETE FROM case_marks WHERE case_id = ?',
      // A paper that never left the house is drawn from what was told.
      "DELETE FROM hand_overs WHERE case_id = ? AND state = 'draft'",
      "DELETE FROM case_pairs WHERE case_id = ? AND state <> 'merged'",
      "DELETE FROM case_pairs WHERE other_id = ? AND state <> 'merged'",
      'DELETE FROM identity_openings WHERE case_id = ?',
      'DELETE FROM removals WHERE case_id = ?',
    ].map((sql) => ({ sql, args: [caseId] })),
    ...(await dropMember(keys, caseId, false)),
    await leftEvent(parts, caseId, { left: staying }),
  ]
}

/** Officers read the thread of the main one: there it says whose report left. */
async function tellMain(
  parts: Parts,
  { id: of, number }: Withdrawable,
  main: NonNullable<Withdrawable['main']>,
  [set, args]: [string, number[]] = ['', []],
): Promise<Statement[]> {
  return [
    { sql: `UPDATE cases SET version = version + 1${set} WHERE id = ? AND version = ?`, args: [...args, main.id, main.version] },
    guard(),
    await leftEvent(parts, main.id, { of, number }),
  ]
}

/** On the whole hour within the seal too: with the key nothing finer is left of what its member did last. */
function leftEvent({ keys, id, now }: Parts, caseId: string, detail?: Record<string, string>): Promise<Statement> {
  const hour = new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS)
  return addEvent(keys, { id: id(), caseId, kind: 'withdrawn', officerId: null, now: hour, ...(detail ? { detail } : {}) })
}

const HOUR_MS = 3_600_000

const SAID = "kind IN ('answered', 'threatened')"
const SAID_HERE = `case_id = ? AND ${SAID} AND detail ->> 'of' IS NULL`
const SAID_THERE = `case_id = ? AND ${SAID} AND detail ->> 'of' = ?`
/** The step stays in its order, its words are gone; nobody is told of it any more. */
const WORDLESS = "box = NULL, relay = iif(relay IN ('waiting', 'queued'), 'receipt', relay)"
