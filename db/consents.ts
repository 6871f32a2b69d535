/**
 * Consent per purpose with its proof: who, when, which wording, on which channel and message. Nothing is ever
 * pre-ticked; a "no" is kept too, so that nobody is asked twice.
 */
import type { Db, Purpose, Statement, Turn } from '../src/chat.ts'
import { dayOf, vietnamInstant } from '../src/time.ts'
import { forgetIdentities } from './case-links.ts'

export type ConsentChoice = 'yes' | 'no' | 'withdrawn'

/** Version of the words each consent was asked in; raised with every change of those words in content/consent.json. */
export const wordings: Record<Purpose, string> = { push: 'push-1', contest: 'contest-1', named_report: 'named-1', deals: 'deals-1' }

const FLAGS: Record<Purpose, string> = { push: 'push', contest: 'contest', named_report: 'named_report', deals: 'deals' }

/**
 * Records a choice made in this turn and mirrors it on the contact. The message is kept as a keyed hash. Who takes back that
 * a name may stand in their reports has it taken out of all of them at once.
 */
export async function recordConsent(turn: Turn, purpose: Purpose, choice: ConsentChoice): Promise<Statement[]> {
  const { contact, message, keys, now } = turn
  const told = purpose === 'named_report' ? await withoutHour(turn) : { at: now.toISOString(), place: null }
  return [
    {
      sql: 'INSERT INTO consents(rowid, id, contact_id, purpose, choice, wording, channel, message_tag, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      args: [
        told.place,
        turn.id(),
        contact.id,
        purpose,
        choice,
        wordings[purpose],
        message.channel,
        await keys.tag('consent', `${message.channel}:${message.id}`),
        told.at,
      ],
    },
    { sql: `UPDATE contacts SET ${FLAGS[purpose]} = ? WHERE id = ?`, args: [choice === 'yes' ? 1 : 0, contact.id] },
    ...(purpose === 'named_report' && choice === 'withdrawn' ? [await forgetIdentities(keys, contact.id)] : []),
  ]
}

/**
 * That a name may stand in a report is asked while one is told, and the proof of it stays: its day alone, and no place among
 * the rows of that day, or it would lead to the reports of that hour. Choices of one day stay in their order.
 */
async function withoutHour({ db, contact, now, random }: Turn): Promise<{ at: string; place: number }> {
  const day = vietnamInstant(dayOf(now), 0)
  const [row] = await db.read("SELECT count(*) AS n FROM consents WHERE contact_id = ? AND purpose = 'named_report' AND at >= ?", [
    contact.id,
    day.toISOString(),
  ])
  return { at: new Date(day.getTime() + Number(row?.n ?? 0)).toISOString(), place: -1 - Math.floor(random() * PLACES) }
}

const PLACES = 2 ** 50

export type Consent = { purpose: Purpose; choice: ConsentChoice; wording: string; channel: string; at: string }

/** The newest choice for a purpose, a "no" too; undefined when it was never asked. */
export async function findConsent(db: Db, contactId: string, purpose: Purpose): Promise<Consent | undefined> {
  const rows = await db.read(
    'SELECT purpose, choice, wording, channel, at FROM consents WHERE contact_id = ? AND purpose = ? ORDER BY at DESC, rowid DESC LIMIT 1',
    [contactId, purpose],
  )
  return rows[0] as Consent | undefined
}

/** A person's choices, newest first; at most 200. */
export async function listConsents(db: Db, contactId: string): Promise<Consent[]> {
  const rows = await db.read('SELECT purpose, choice, wording, channel, at FROM consents WHERE contact_id = ? ORDER BY at DESC LIMIT 200', [
    contactId,
  ])
  return rows as Consent[]
}
