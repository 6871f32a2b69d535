/**
 * The web chat's own memory: both sides of each talk, sealed, 30 days. The exact time stands inside the seal; the row
 * has the day, because the hour would lead to the reports of that hour. `seq` is given out inside the writing
 * transaction and there is one writer, so whoever has read up to a seq never misses a smaller one.
 * A line belongs to an owner: an address, or, for the goodbye to an erased person, a keyed name that leads to nobody.
 */
import type { Db, Row, Statement } from '../src/chat.ts'
import { dayOf } from '../src/time.ts'
import { settleFetched } from './ledger.ts'

/** `unseen`: carries a push that no page has fetched yet. */
export type TranscriptRow = { seq: number; owner: string; side: 'you' | 'bot'; body: Uint8Array; unseen?: true }
/** `visitor` is the address's id on the web; missing for a goodbye. */
export type NewTranscriptRow = TranscriptRow & { visitor?: string }

const COLUMNS = 't.seq, t.address_id, t.side, t.body, t.push_id'

/** The whole of it as the web channel takes it. */
export function transcriptStore(db: Db) {
  return {
    findOwners: (visitors: string[]) => findOwners(db, visitors),
    /** Seqs in order; undefined where the owner was erased meanwhile. */
    async append(lines: BotLine[]) {
      const results = await db.write(lines.map(appendBotLine))
      return results.map(([row]) => (row ? Number(row.seq) : undefined))
    },
    listAfter: (owners: string[], after: number, most: number) => listLinesAfter(db, owners, after, most),
    listBefore: (owners: string[], before: number, most: number) => listLinesBefore(db, owners, before, most),
    listNew: (watched: Watched, after: number, upTo: number, most: number) => listNewLines(db, watched, after, upTo, most),
    findLine: (owners: string[], seq: number) => findLine(db, owners, seq),
    newestSeq: () => findNewestSeq(db),
    async settleSeen(seqs: number[], at: Date) {
      await db.write(settleSeen(seqs, at))
    },
    async forget(owners: string[]) {
      await db.write([deleteTranscript(owners)])
    },
  }
}

/** Address id of each of these visitors who has one. */
export async function findOwners(db: Db, visitors: string[]): Promise<Map<string, string>> {
  const rows = await db.read(
    "SELECT j.value AS visitor, a.id FROM json_each(?) j CROSS JOIN addresses a ON a.channel = 'web' AND a.native = j.value",
    [JSON.stringify(visitors)],
  )
  return new Map(rows.map((row) => [String(row.visitor), String(row.id)]))
}

/** `goodbye`: the owner is no address. `pushId`: the row of the ledger that is sent once this line is fetched. */
type BotLine = { owner: string; goodbye: boolean; body: Uint8Array; at: Date; sentAs: string; pushId?: number | undefined }

/** A line of the bot, once for each `sentAs`; returns its seq, or no row when the address was erased meanwhile. */
function appendBotLine({ owner, goodbye, body, at, sentAs, pushId }: BotLine): Statement {
  return {
    sql: `INSERT INTO transcript(address_id, side, body, day, sent_as, push_id)
          SELECT ?, 'bot', ?, ?, ?, ? WHERE ? = 1 OR EXISTS (SELECT 1 FROM addresses WHERE id = ?)
          ON CONFLICT(sent_as) DO UPDATE SET sent_as = excluded.sent_as RETURNING seq`,
    args: [owner, body, dayOf(at), sentAs, pushId ?? null, goodbye ? 1 : 0, owner],
  }
}

/** Lines past a seq, oldest first. */
export async function listLinesAfter(db: Db, owners: string[], after: number, most: number): Promise<TranscriptRow[]> {
  return (
    await db.read(
      `SELECT ${COLUMNS} FROM transcript t
       WHERE t.address_id IN (SELECT value FROM json_each(?)) AND t.seq > ? ORDER BY t.seq LIMIT ?`,
      [JSON.stringify(owners), after, most],
    )
  ).map(rowOf)
}

/** Lines before a seq, newest first. */
export async function listLinesBefore(db: Db, owners: string[], before: number, most: number): Promise<TranscriptRow[]> {
  return (
    await db.read(
      `SELECT ${COLUMNS} FROM transcript t
       WHERE t.address_id IN (SELECT value FROM json_each(?)) AND t.seq < ? ORDER BY t.seq DESC LIMIT ?`,
      [JSON.stringify(owners), before, most],
    )
  ).map(rowOf)
}

export type Watched = { visitors: string[]; goodbyes: string[] }

/** What these visitors got between two seqs, in one query: walks the new lines only, however many visitors watch. */
export async function listNewLines(db: Db, watched: Watched, after: number, upTo: number, most: number): Promise<NewTranscriptRow[]> {
  const rows = await db.read(
    `SELECT ${COLUMNS}, a.native FROM transcript t LEFT JOIN addresses a ON a.id = t.address_id AND a.channel = 'web'
     WHERE t.seq > ? AND t.seq <= ? AND (a.native IN (SELECT value FROM json_each(?)) OR t.address_id IN (SELECT value FROM json_each(?)))
     ORDER BY t.seq LIMIT ?`,
    [after, upTo, JSON.stringify(watched.visitors), JSON.stringify(watched.goodbyes), most],
  )
  return rows.map((row) => ({ ...rowOf(row), ...(row.native === null ? {} : { visitor: String(row.native) }) }))
}

async function findLine(db: Db, owners: string[], seq: number): Promise<TranscriptRow | undefined> {
  const [row] = await db.read(`SELECT ${COLUMNS} FROM transcript t WHERE t.seq = ? AND t.address_id IN (SELECT value FROM json_each(?))`, [
    seq,
    JSON.stringify(owners),
  ])
  return row && rowOf(row)
}

/** The greatest seq that stands now; 0 when nothing does. */
export async function findNewestSeq(db: Db): Promise<number> {
  const [row] = await db.read('SELECT max(seq) AS seq FROM transcript')
  return Number(row?.seq ?? 0)
}

/** A page was given these lines: the pushes they carry are sent. Lines that carry none change nothing, nor does a second time. */
function settleSeen(seqs: number[], at: Date): Statement[] {
  return [
    settleFetched(seqs, at.getTime()),
    { sql: 'UPDATE transcript SET push_id = NULL WHERE seq IN (SELECT value FROM json_each(?))', args: [JSON.stringify(seqs)] },
  ]
}

/** "Xóa cuộc trò chuyện": every line of these owners. */
function deleteTranscript(owners: string[]): Statement {
  return { sql: 'DELETE FROM transcript WHERE address_id IN (SELECT value FROM json_each(?))', args: [JSON.stringify(owners)] }
}

/** What these owners said and heard up to now; the line of a turn that is being decided stays. */
export async function dropTalk(db: Db, owners: string[]): Promise<Statement> {
  return {
    sql: 'DELETE FROM transcript WHERE address_id IN (SELECT value FROM json_each(?)) AND seq <= ?',
    args: [JSON.stringify(owners), await findNewestSeq(db)],
  }
}

function rowOf(row: Row): TranscriptRow {
  return {
    seq: Number(row.seq),
    owner: String(row.address_id),
    side: row.side === 'you' ? 'you' : 'bot',
    body: row.body as Uint8Array,
    ...(row.push_id === null ? {} : { unseen: true as const }),
  }
}
