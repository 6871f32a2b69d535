/**
 * The two ends of a turn: what is known of an address when a message comes in, and the one commit that ends it.
 * Both work on many turns at once (one statement a table), because a tick's turns share one read and one batch.
 */
import type { Contact, Db, Locale, MemberKind, Statement } from '../src/chat.ts'
import { dayNumber } from '../src/time.ts'
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
    /** This is where the person wrote last. */
    wroteHere: boolean
  }
}

export type OutboxRow = {
  channel: string
  addressId: string
  /** The sealed reply. */
  body: Uint8Array
  /** A sealed recipient, for an erased person. */
  recipient?: Uint8Array
  /** Epoch ms. */
  at: number
}

export type TurnCommit = {
  key: string
  day: string
  contact: { id: string; kind: 'person' | 'group'; locale: Locale; fresh: boolean; seenToday: boolean; wroteHere: boolean }
  /** `session` is sealed, or null when there is nothing to remember. */
  address: {
    id: string
    channel: string
    native: string
    turn: number
    session: Uint8Array | null
    sessionUntil: number
    at: number
    mutedUntil: number
  }
  outbox: OutboxRow[]
  /** What the web page shows as the visitor's own line, sealed; the exact time stands inside. */
  transcript?: { body: Uint8Array; day: string }
  writes: Statement[]
}

/** States in the order of the keys. One query; facts come as one JSON column, which the client reads three times faster. */
export async function loadTurns(db: Db, wanted: TurnKey[]): Promise<TurnState[]> {
  const rows = await db.read(
    `SELECT j.key AS place, EXISTS (SELECT 1 FROM inbox WHERE key = j.value ->> 2) AS seen, a.session AS session,
            iif(a.id IS NULL, NULL, json_array(a.id, a.contact_id, a.channel, a.turn, a.session_until, a.muted_until, c.kind, c.locale,
              c.unit_id, c.member_kind, c.age, c.honorific, c.name, c.push, c.contest, c.named_report, c.deals, c.push_offered, c.seen_day, c.last_address = a.id)) AS facts
     FROM json_each(?) j
     LEFT JOIN addresses a ON a.channel = j.value ->> 0 AND a.native = j.value ->> 1
     LEFT JOIN contacts c ON c.id = a.contact_id`,
    [JSON.stringify(wanted.map(({ channel, native, key }) => [channel, native, key]))],
  )
  const states: TurnState[] = wanted.map(() => ({ seen: false }))
  for (const { place, seen, session, facts } of rows) {
    const stored = typeof facts === 'string' ? storedOf(JSON.parse(facts) as Facts, session as Uint8Array | null) : undefined
    states[Number(place)] = { seen: seen === 1, ...(stored ? { stored } : {}) }
  }
  return states
}

/** The statements that end these turns, all or none. A check fails when a turn was taken by another; a unique key when an update is in. */
export function commitTurns(turns: TurnCommit[]): Statement[] {
  const fresh = turns.filter(({ contact }) => contact.fresh)
  const returning = turns.filter(({ contact }) => !contact.fresh && !contact.seenToday)
  const rows = turns.flatMap(({ outbox }) => outbox)
  const moved = turns.filter(({ contact }) => !contact.fresh && !contact.wroteHere)
  const lines = turns.filter(({ transcript }) => transcript)
  return [
    {
      sql: 'INSERT INTO inbox(key, day) SELECT value ->> 0, value ->> 1 FROM json_each(?)',
      args: [JSON.stringify(turns.map(({ key, day }) => [key, dayNumber(day)]))],
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
    ...moved.map(({ contact, address }) => ({
      sql: 'UPDATE contacts SET last_channel = ?, last_address = ? WHERE id = ?',
      args: [address.channel, address.id, contact.id],
    })),
    ...(lines.length > 0 ? [insertLines(lines)] : []),
    ...turns.flatMap(({ writes }) => writes),
  ]
}

/** Replies into the outbox, in order. */
export function enqueueReplies(rows: OutboxRow[]): Statement {
  const bodies = pack(rows.map(({ body }) => body))
  const recipients = pack(rows.map(({ recipient }) => recipient ?? null))
  const meta = rows.map(({ channel, addressId, at }, i) => [
    channel,
    addressId,
    at,
    ...(bodies.places[i] ?? []),
    ...(recipients.places[i] ?? []),
  ])
  return {
    sql: `INSERT INTO outbox(priority, channel, address_id, body, recipient, due_at, created_at)
          SELECT 0, value ->> 0, value ->> 1, substr(?2, value ->> 3, value ->> 4), substr(?3, value ->> 5, value ->> 6),
            value ->> 2, value ->> 2
          FROM json_each(?1)`,
    args: [JSON.stringify(meta), bodies.packed, recipients.packed],
  }
}

function insertContacts(turns: TurnCommit[]): Statement {
  return {
    sql: `INSERT INTO contacts(id, kind, locale, joined_day, seen_day, last_channel, last_address)
          SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 3, value ->> 4, value ->> 5 FROM json_each(?)`,
    args: [
      JSON.stringify(
        turns.map(({ contact, day, address }) => [contact.id, contact.kind, contact.locale, day, address.channel, address.id]),
      ),
    ],
  }
}

function insertLines(turns: TurnCommit[]): Statement {
  const bodies = pack(turns.map(({ transcript }) => transcript?.body ?? null))
  const rows = turns.map(({ address, transcript }, i) => [address.id, transcript?.day, ...(bodies.places[i] ?? [])])
  return {
    sql: `INSERT INTO transcript(address_id, side, body, day)
          SELECT value ->> 0, 'you', substr(?2, value ->> 2, value ->> 3), value ->> 1 FROM json_each(?1)`,
    args: [JSON.stringify(rows), bodies.packed],
  }
}

/** Takes each address's next turn. A row that is missing is made only by turn 1, so an erased address does not come back. */
function takeTurns(turns: TurnCommit[]): Statement {
  const sessions = pack(turns.map(({ address }) => address.session))
  const rows = turns.map(({ address: a, contact }, i) => [
    a.id,
    contact.id,
    a.channel,
    a.native,
    a.turn,
    a.sessionUntil,
    a.at,
    a.mutedUntil,
    ...(sessions.places[i] ?? []),
  ])
  return {
    sql: `INSERT INTO addresses(id, contact_id, channel, native, turn, session, session_until, in_at, muted_until)
          SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, substr(?2, j.value ->> 8, j.value ->> 9),
            j.value ->> 5, j.value ->> 6, j.value ->> 7
          FROM json_each(?1) j
          WHERE j.value ->> 4 = 1
            OR EXISTS (SELECT 1 FROM addresses a WHERE a.channel = j.value ->> 2 AND a.native = j.value ->> 3 AND a.id = j.value ->> 0)
          ON CONFLICT(channel, native) DO UPDATE SET turn = excluded.turn, session = excluded.session, session_until = excluded.session_until,
            in_at = excluded.in_at, muted_until = excluded.muted_until, stopped = 0
          WHERE addresses.turn = excluded.turn - 1`,
    args: [JSON.stringify(rows), sessions.packed],
  }
}

type Flag = 0 | 1
/** The columns of the facts query, in its order. */
type Facts = [
  addressId: string,
  contactId: string,
  channel: string,
  turn: number,
  sessionUntil: number | null,
  mutedUntil: number,
  kind: string,
  locale: Locale,
  unitId: string | null,
  memberKind: MemberKind | null,
  age: Contact['age'],
  honorific: Contact['honorific'],
  name: string | null,
  push: Flag,
  contest: Flag,
  namedReport: Flag,
  deals: Flag,
  pushOffered: Flag,
  seenDay: string,
  wroteHere: Flag | null,
]

function storedOf(facts: Facts, session: Uint8Array | null): NonNullable<TurnState['stored']> {
  const [addressId, id, channel, turn, sessionUntil, mutedUntil, kind, locale, unitId, memberKind, age, honorific, name, ...rest] = facts
  const [push, contest, namedReport, deals, pushOffered, seenDay, wroteHere] = rest
  return {
    contact: {
      id,
      addressId,
      channel,
      group: kind === 'group',
      locale,
      unitId,
      memberKind,
      age,
      honorific,
      name,
      consents: { push: push === 1, contest: contest === 1, named_report: namedReport === 1, deals: deals === 1 },
      pushOffered: pushOffered === 1,
    },
    turn,
    session,
    sessionUntil: sessionUntil ?? 0,
    mutedUntil,
    seenDay,
    wroteHere: wroteHere === 1,
  }
}

/** Many blobs as one argument, each with its place (1-based) and length for SQL's substr: half the cost of hex inside JSON. */
function pack(blobs: Array<Uint8Array | null>): { packed: Uint8Array; places: Array<[at: number, length: number] | [null, null]> } {
  const packed = new Uint8Array(blobs.reduce((sum, blob) => sum + (blob?.byteLength ?? 0), 0))
  let at = 0
  const places = blobs.map((blob): [number, number] | [null, null] => {
    if (!blob) return [null, null]
    packed.set(blob, at)
    at += blob.byteLength
    return [at - blob.byteLength + 1, blob.byteLength]
  })
  return { packed, places }
}
