/**
 * One-time codes that join two accounts of one person (F5): made on one side, typed on the other, confirmed on both.
 * A row holds the code's keyed hash only; one code per person, ten minutes, used up by the joining itself.
 */
import type { Db, Keys, Locale, Statement } from '../src/chat.ts'
import { claimTry } from './tries.ts'

const LINK_MS = 10 * 60 * 1000

export type LinkCode = {
  tag: string
  /** The side that made the code. */
  contactId: string
  addressId: string
  channel: string
  locale: Locale
  /** The side that typed it and agreed, once it did. */
  asked?: { contactId: string; addressId: string; channel: string; locale: Locale }
}

const TRIES = 5
const TRIES_MS = 15 * 60 * 1000

/** The new code of this person; an older one ends. @param tag `keys.tag('link', code)` @param now epoch ms */
export function makeLinkCode(tag: string, contactId: string, addressId: string, now: number): Statement[] {
  return [
    { sql: 'DELETE FROM link_codes WHERE contact_id = ?', args: [contactId] },
    {
      sql: 'INSERT INTO link_codes(code_tag, contact_id, address_id, expires_at) VALUES (?, ?, ?, ?)',
      args: [tag, contactId, addressId, now + LINK_MS],
    },
  ]
}

/** A code that still holds. */
export async function findLinkCode(db: Db, tag: string, now: number): Promise<LinkCode | undefined> {
  return readCode(db, 'l.code_tag = ?', [tag, now])
}

/** The code of this person that somebody typed and that waits for their word. */
export async function findAskedCode(db: Db, contactId: string, now: number): Promise<LinkCode | undefined> {
  return readCode(db, 'l.contact_id = ? AND l.asked_by_contact_id IS NOT NULL', [contactId, now])
}

/** The other side typed the code and agreed; its maker has ten more minutes. Guarded by the caller: misses when the code is used or run out. */
export function askToLink(tag: string, asker: { contactId: string; addressId: string }, now: number): Statement {
  return {
    sql: `UPDATE link_codes SET asked_by_contact_id = ?, asked_by_address_id = ?, expires_at = ?
          WHERE code_tag = ? AND contact_id <> ? AND asked_by_contact_id IS NULL AND expires_at > ?`,
    args: [asker.contactId, asker.addressId, now + LINK_MS, tag, asker.contactId, now],
  }
}

/** Uses the code up. Guarded by the caller: misses when it is used, run out or asked by another meanwhile. */
export function useLinkCode(code: LinkCode, now: number): Statement {
  return {
    sql: 'DELETE FROM link_codes WHERE code_tag = ? AND contact_id = ? AND asked_by_contact_id = ? AND expires_at > ?',
    args: [code.tag, code.contactId, code.asked?.contactId ?? '', now],
  }
}

/** A claim: one more try at a one-time code (a link's or an officer's), five in a quarter of an hour. False when there is none left. */
export async function claimLinkTry(db: Db, tag: string, now: number): Promise<boolean> {
  return claimTry(db, tag, { limit: TRIES, now, until: now + TRIES_MS })
}

/** Right codes leave no count behind. */
export function forgetLinkTries(tag: string): Statement {
  return { sql: 'DELETE FROM tries WHERE tag = ?', args: [tag] }
}

/** Whose tries at codes: a keyed hash. */
export async function linkTriesTag(keys: Keys, contactId: string): Promise<string> {
  return keys.tag('tries', `link:${contactId}`)
}

async function readCode(db: Db, which: string, args: Array<string | number>): Promise<LinkCode | undefined> {
  const [row] = await db.read(
    `SELECT l.code_tag, l.contact_id, l.address_id, a.channel, c.locale,
            l.asked_by_contact_id, l.asked_by_address_id, b.channel AS asked_channel, d.locale AS asked_locale
     FROM link_codes l
     JOIN addresses a ON a.id = l.address_id
     JOIN contacts c ON c.id = l.contact_id
     LEFT JOIN addresses b ON b.id = l.asked_by_address_id
     LEFT JOIN contacts d ON d.id = l.asked_by_contact_id
     WHERE ${which} AND l.expires_at > ? LIMIT 1`,
    args,
  )
  if (!row) return undefined
  const asked =
    row.asked_by_contact_id === null
      ? undefined
      : {
          contactId: String(row.asked_by_contact_id),
          addressId: String(row.asked_by_address_id),
          channel: String(row.asked_channel),
          locale: row.asked_locale as Locale,
        }
  return {
    tag: String(row.code_tag),
    contactId: String(row.contact_id),
    addressId: String(row.address_id),
    channel: String(row.channel),
    locale: row.locale as Locale,
    ...(asked ? { asked } : {}),
  }
}
