/**
 * What a case's member left of themselves, in boxes with a key each: the way back to them, if they allowed one, and a name or
 * phone they typed (F31). Both are found by keyed hashes alone, of the case or of the contact, so that erasing somebody
 * scans nothing, and a box that is deleted is gone. No page and no route opens a way back: only the relay does.
 */
import type { Identity } from '../src/case.ts'
import type { Contact, Db, Keys, Statement } from '../src/chat.ts'
import { evenJson } from '../src/keys.ts'

/** Where the member filed from, and the word they type to read what is new. */
export type Link = { caseId: string; addressId: string; word: string }

/** Cases of one person that are looked up at once. */
const LINKS_MOST = 200

export async function addLink(
  keys: Keys,
  caseId: string,
  { contactId, addressId, word }: { contactId: string; addressId: string; word: string },
): Promise<Statement> {
  const tag = await keys.tag('case', caseId)
  const link: Link = { caseId, addressId, word }
  return {
    sql: 'INSERT INTO reply_links(case_tag, contact_tag, box) VALUES (?, ?, ?)',
    args: [tag, await keys.tag('contact', contactId), await keys.sealOwn('reply-link', tag, evenJson(link))],
  }
}

/** @param contactId whose it is; null for what an officer typed in */
export async function addIdentity(keys: Keys, caseId: string, identity: Identity, contactId: string | null): Promise<Statement> {
  const tag = await keys.tag('case', caseId)
  return {
    sql: 'INSERT INTO case_identities(case_tag, contact_tag, box) VALUES (?, ?, ?)',
    args: [tag, contactId === null ? null : await keys.tag('contact', contactId), await keys.sealOwn('identity', tag, evenJson(identity))],
  }
}

/** The way back to a case's member, for the relay alone. */
export async function findLink(db: Db, keys: Keys, caseId: string): Promise<Link | undefined> {
  const tag = await keys.tag('case', caseId)
  const [row] = await db.read('SELECT box FROM reply_links WHERE case_tag = ?', [tag])
  return row && openLink(keys, tag, row.box as Uint8Array)
}

/** The cases this person may be written to about, from whichever account they filed. */
export async function listLinks(db: Db, keys: Keys, contactId: string): Promise<Link[]> {
  const rows = await db.read(`SELECT case_tag, box FROM reply_links WHERE contact_tag = ? LIMIT ${LINKS_MOST}`, [
    await keys.tag('contact', contactId),
  ])
  return Promise.all(rows.map(({ case_tag, box }) => openLink(keys, String(case_tag), box as Uint8Array)))
}

/**
 * Those of them that were filed from this very account. Joining accounts takes a minute with somebody's phone, so what was
 * reported stays with the account it was told in; the receipt opens it everywhere.
 */
export async function listLinksHere(db: Db, keys: Keys, { id, addressId, fresh }: Contact): Promise<Link[]> {
  return fresh ? [] : (await listLinks(db, keys, id)).filter((link) => link.addressId === addressId)
}

/** Ids of all of them, for an erasure: a box that does not open any more keeps nobody from being erased. */
export async function listReported(db: Db, keys: Keys, contactId: string): Promise<string[]> {
  const rows = await db.read(`SELECT case_tag, box FROM reply_links WHERE contact_tag = ? LIMIT ${LINKS_MOST}`, [
    await keys.tag('contact', contactId),
  ])
  const opened = await Promise.allSettled(rows.map(({ case_tag, box }) => openLink(keys, String(case_tag), box as Uint8Array)))
  return opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value.caseId] : []))
}

/** Both boxes of everything this person filed, as they are erased. */
export async function forgetTipster(keys: Keys, contactId: string): Promise<Statement[]> {
  const tag = await keys.tag('contact', contactId)
  return [
    { sql: 'DELETE FROM reply_links WHERE contact_tag = ?', args: [tag] },
    { sql: 'DELETE FROM case_identities WHERE contact_tag = ?', args: [tag] },
  ]
}

/** What somebody typed of themselves, as they take back that it may be kept. */
export async function forgetIdentities(keys: Keys, contactId: string): Promise<Statement> {
  return { sql: 'DELETE FROM case_identities WHERE contact_tag = ?', args: [await keys.tag('contact', contactId)] }
}

/** The same where two accounts became one person who no longer agrees. */
export async function forgetUnagreed(keys: Keys, contactId: string): Promise<Statement> {
  const { sql, args } = await forgetIdentities(keys, contactId)
  return { sql: `${sql} AND EXISTS (SELECT 1 FROM contacts WHERE id = ? AND named_report = 0)`, args: [...args, contactId] }
}

/** The boxes of one contact become another's, as two accounts are joined. */
export async function joinTipsters(keys: Keys, to: string, from: string): Promise<Statement[]> {
  const args = [await keys.tag('contact', to), await keys.tag('contact', from)]
  return [
    { sql: 'UPDATE reply_links SET contact_tag = ? WHERE contact_tag = ?', args },
    { sql: 'UPDATE case_identities SET contact_tag = ? WHERE contact_tag = ?', args },
  ]
}

/** The person does not want to be written to about this case any more: its receipt goes on working. */
export async function dropLink(keys: Keys, contactId: string, caseId: string): Promise<Statement> {
  return {
    sql: 'DELETE FROM reply_links WHERE case_tag = ? AND contact_tag = ?',
    args: [await keys.tag('case', caseId), await keys.tag('contact', contactId)],
  }
}

/** The same about everything they reported. */
export async function dropLinks(keys: Keys, contactId: string): Promise<Statement> {
  return { sql: 'DELETE FROM reply_links WHERE contact_tag = ?', args: [await keys.tag('contact', contactId)] }
}

/** The way back to a case's member, whoever they are: nobody has to be written to about it any more. */
export async function dropWay(keys: Keys, caseId: string): Promise<Statement> {
  return { sql: 'DELETE FROM reply_links WHERE case_tag = ?', args: [await keys.tag('case', caseId)] }
}

/** Can the member be written to, and did they leave a name or phone? All that officers are told. */
export async function findWays(db: Db, keys: Keys, caseId: string): Promise<{ link: boolean; identity: boolean }> {
  const tag = await keys.tag('case', caseId)
  const [row] = await db.read(
    `SELECT EXISTS (SELECT 1 FROM reply_links WHERE case_tag = ?) AS link,
       EXISTS (SELECT 1 FROM case_identities WHERE case_tag = ?) AS identity`,
    [tag, tag],
  )
  return { link: row?.link === 1, identity: row?.identity === 1 }
}

/** What the member typed of themselves, for an opening that two officers agreed on (db/identities.ts). */
export async function openIdentity(db: Db, keys: Keys, caseId: string): Promise<Identity | undefined> {
  const tag = await keys.tag('case', caseId)
  const [row] = await db.read('SELECT box FROM case_identities WHERE case_tag = ?', [tag])
  if (!row) return undefined
  return JSON.parse(decoder.decode(await keys.openOwn('identity', tag, row.box as Uint8Array))) as Identity
}

const decoder = new TextDecoder()

async function openLink(keys: Keys, tag: string, box: Uint8Array): Promise<Link> {
  return JSON.parse(decoder.decode(await keys.openOwn('reply-link', tag, box))) as Link
}
