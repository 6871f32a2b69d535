/**
 * The two ends of a turn: what is known of an address when a message comes in, and the one commit that ends it.
 * Both work on many turns at once (one statement a table), because a tick's turns share one read and one batch.
 */
import type { Contact, Db, Locale, MemberKind, Row, Statement } from '../src/chat.ts'
import { guard } from './client.ts'

/** Which turn is wanted: the address, and the inbox key of the update. */
export type TurnKey = { channel: string; native: string; key: string }

export type TurnState = {
  /** The update is in already: nothing to do. */
  seen: boolean
  /** Missing when nobody wrote from this address yet. */
  stored?: {
    contact: Omit<Contact, 'fresh'>
    turn: number
    session: Uint8Array | null
    /** Epoch ms. */
    sessionUntil: number
    mutedUntil: number
    seenDay: string
  }
}

export type OutboxRow = {
  channel: string
  addressId: string
  /** Hex of the sealed reply. */
  body: string
  /** Hex of a sealed recipient, for an erased person. */
  recipient?: string
  /** Epoch ms. */
  at: number
}

export type TurnCommit = {
  key: string
  day: string
  contact: { id: string; kind: 'person' | 'group'; locale: Locale; fresh: boolean; seenToday: boolean }
  /** `session` is hex of the sealed session, or null when there is nothing to remember. */
  address: {
    id: string
    channel: string
    native: string
    turn: number
    session: string | null
    sessionUntil: number
    at: number
    mutedUntil: number
  }
  outbox: OutboxRow[]
  /** Hex of what the web page shows as the visitor's own line. */
  transcript?: { body: string; at: string }
  writes: Statement[]
}

/** States in the order of the keys. One query for the addresses, one for the inbox. */
export async function loadTurns(db: Db, wanted: TurnKey[]): Promise<TurnState[]> {
  const [rows, seen] = await Promise.all([
    db.read(
      `SELECT a.id AS address_id, a.contact_id, a.channel, a.native, a.turn, a.session, a.session_until, a.muted_until,
              c.kind, c.locale, c.unit_id, c.member_kind, c.age, c.honorific, c.name, c.push, c.contest, c.named_report, c.deals,
              c.push_offered, c.seen_day
       FROM json_each(?) j
       JOIN addresses a ON a.channel = j.value ->> 0 AND a.native = j.value ->> 1
       JOIN contacts c ON c.id = a.contact_id`,
      [JSON.stringify(wanted.map(({ channel, native }) => [channel, native]))],
    ),
    db.read('SELECT key FROM inbox WHERE key IN (SELECT value FROM json_each(?))', [JSON.stringify(wanted.map(({ key }) => key))]),
  ])
  const known = new Set(seen.map((row) => row.key))
  const byAddress = new Map(rows.map((row) => [`${row.channel}:${row.native}`, row]))
  return wanted.map(({ channel, native, key }) => {
    const row = byAddress.get(`${channel}:${native}`)
    return { seen: known.has(key), ...(row ? { stored: storedOf(row) } : {}) }
  })
}

/** The statements that end these turns, all or none. A check fails when a turn was taken by another; a unique key when an update is in. */
export function commitTurns(turns: TurnCommit[]): Statement[] {
  const fresh = turns.filter(({ contact }) => contact.fresh)
  const returning = turns.filter(({ contact }) => !contact.fresh && !contact.seenToday)
  const rows = turns.flatMap(({ outbox }) => outbox)
  const lines = turns.filter(({ transcript }) => transcript)
  return [
    {
      sql: 'INSERT INTO inbox(key, day) SELECT value ->> 0, value ->> 1 FROM json_each(?)',
      args: [JSON.stringify(turns.map(({ key, day }) => [key, day]))],
    },
    ...(fresh.length > 0 ? [insertContacts(fresh)] : []),
    takeTurns(turns),
    guard(turns.length),
    ...(rows.length > 0 ? [enqueueReplies(rows)] : []),
    ...(returning.length > 0
      ? [
          {
            sql: 'UPDATE contacts SET seen_day = ? WHERE id IN (SELECT value FROM json_each(?))',
            args: [returning[0]?.day ?? '', JSON.stringify(returning.map(({ contact }) => contact.id))],
          },
        ]
      : []),
    ...(lines.length > 0
      ? [
          {
            sql: "INSERT INTO transcript(address_id, side, body, at) SELECT value ->> 0, 'you', unhex(value ->> 1), value ->> 2 FROM json_each(?)",
            args: [JSON.stringify(lines.map(({ address, transcript }) => [address.id, transcript?.body, transcript?.at]))],
          },
        ]
      : []),
    ...turns.flatMap(({ writes }) => writes),
  ]
}

/** Replies into the outbox, in order. */
export function enqueueReplies(rows: OutboxRow[]): Statement {
  return {
    sql: `INSERT INTO outbox(priority, channel, address_id, body, recipient, due_at, created_at)
          SELECT 0, value ->> 0, value ->> 1, unhex(value ->> 2), unhex(value ->> 3), value ->> 4, value ->> 4 FROM json_each(?)`,
    args: [JSON.stringify(rows.map(({ channel, addressId, body, recipient, at }) => [channel, addressId, body, recipient ?? null, at]))],
  }
}

function insertContacts(turns: TurnCommit[]): Statement {
  return {
    sql: `INSERT INTO contacts(id, kind, locale, joined_day, seen_day)
          SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 3 FROM json_each(?)`,
    args: [JSON.stringify(turns.map(({ contact, day }) => [contact.id, contact.kind, contact.locale, day]))],
  }
}

/** Takes each address's next turn. A row that is missing is made only by turn 1, so an erased address does not come back. */
function takeTurns(turns: TurnCommit[]): Statement {
  const rows = turns.map(({ address: a, contact }) => [
    a.id,
    contact.id,
    a.channel,
    a.native,
    a.turn,
    a.session,
    a.sessionUntil,
    a.at,
    a.mutedUntil,
  ])
  return {
    sql: `INSERT INTO addresses(id, contact_id, channel, native, turn, session, session_until, in_at, muted_until)
          SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, unhex(j.value ->> 5), j.value ->> 6, j.value ->> 7, j.value ->> 8
          FROM json_each(?) j
          WHERE j.value ->> 4 = 1 OR EXISTS (SELECT 1 FROM addresses a WHERE a.id = j.value ->> 0)
          ON CONFLICT(id) DO UPDATE SET turn = excluded.turn, session = excluded.session, session_until = excluded.session_until,
            in_at = excluded.in_at, muted_until = excluded.muted_until, stopped = 0
          WHERE addresses.turn = excluded.turn - 1`,
    args: [JSON.stringify(rows)],
  }
}

function storedOf(row: Row): NonNullable<TurnState['stored']> {
  return {
    contact: {
      id: String(row.contact_id),
      addressId: String(row.address_id),
      channel: String(row.channel),
      group: row.kind === 'group',
      locale: row.locale as Locale,
      unitId: row.unit_id as string | null,
      memberKind: row.member_kind as MemberKind | null,
      age: row.age as Contact['age'],
      honorific: row.honorific as Contact['honorific'],
      name: row.name as string | null,
      consents: {
        push: row.push === 1,
        contest: row.contest === 1,
        named_report: row.named_report === 1,
        deals: row.deals === 1,
      },
      pushOffered: row.push_offered === 1,
    },
    turn: Number(row.turn),
    session: row.session as Uint8Array | null,
    sessionUntil: Number(row.session_until ?? 0),
    mutedUntil: Number(row.muted_until),
    seenDay: String(row.seen_day),
  }
}
