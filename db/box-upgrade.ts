/**
 * Boxes of before each case had keys of its own are sealed anew, once, at the first start of this version: a way back was
 * sealed with one key for all and named only the address, a name or phone lay inside the report's own box. Killed anywhere,
 * the next start goes on: an old box is told by the key that opens it.
 */
import type { Identity, Report } from '../src/case.ts'
import type { Db, Keys, Row, Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { evenJson, fromHex, openJson, openText } from '../src/keys.ts'
import { addIdentity, type Link } from './case-links.ts'

type OldBox = Report & { openedAt: string; identity?: string }

const PAGE = 200
/** As words to type are drawn (handlers/report): none that is read as a digit. */
const LETTERS = 'ABCDEGHKMNPRTVXY'
const MARK = 'own_boxes'

/** Has it been done? A database where it was not may hold boxes that nothing else opens. */
export async function hasOwnBoxes(db: Db): Promise<boolean> {
  return (await db.read('SELECT 1 AS done FROM meta WHERE name = ?', [MARK])).length > 0
}

/** Does what is left of it. @param random draws the words that members type to read what is new */
export async function upgradeBoxes(db: Db, keys: Keys, random: () => number): Promise<void> {
  if (await hasOwnBoxes(db)) return
  // One person's words differ from each other.
  const words = new Map<string, Set<string>>()
  for (let after = ''; ; ) {
    const rows = await db.read('SELECT id, box FROM cases WHERE id > ? ORDER BY id LIMIT ?', [after, PAGE])
    if (rows.length === 0) break
    const writes = await Promise.all(rows.map((row) => upgradeCase(db, keys, row, (contact) => drawWord(words, contact, random))))
    if (writes.flat().length > 0) await db.write(writes.flat())
    after = String(rows.at(-1)?.id)
  }
  await db.write([{ sql: "INSERT INTO meta(name, value) VALUES (?, 'done') ON CONFLICT(name) DO NOTHING", args: [MARK] }])
}

async function upgradeCase(db: Db, keys: Keys, { id, box }: Row, word: (contactTag: string) => string): Promise<Statement[]> {
  const caseId = String(id)
  const tag = await keys.tag('case', caseId)
  const [link] = await db.read('SELECT contact_tag, box FROM reply_links WHERE case_tag = ?', [tag])
  const contactTag = link ? String(link.contact_tag) : null
  // One that has a key of its own already does not open so.
  const addressId = link && (await opened(() => openText(keys, 'reply-link', link.box as Uint8Array, caseId)))
  const moved = addressId === undefined ? [] : [await moveLink(keys, { caseId, addressId, word: word(contactTag ?? '') }, tag)]
  const old = await opened(() => openJson<OldBox>(keys, 'case', box as Uint8Array, caseId))
  if (old?.identity === undefined) return moved
  const { identity, ...report } = old
  const told = await opened(() => openJson<Identity>(keys, 'case', fromHex(identity), `${caseId}:identity`))
  return [
    ...moved,
    // Whose it is was known by the way back alone: an erasure finds it by the same hash.
    ...(told ? [await moveIdentity(keys, caseId, told, contactTag)] : []),
    {
      sql: 'UPDATE cases SET box = ? WHERE id = ? AND box = ?',
      args: [await keys.seal('case', evenJson(report), caseId), caseId, box as Uint8Array],
    },
  ]
}

/** Undefined for a damaged box: it keeps no product from starting. */
async function opened<T>(open: () => Promise<T>): Promise<T | undefined> {
  try {
    return await open()
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}

async function moveLink(keys: Keys, link: Link, tag: string): Promise<Statement> {
  return {
    sql: 'UPDATE reply_links SET box = ? WHERE case_tag = ?',
    args: [await keys.sealOwn('reply-link', tag, evenJson(link)), tag],
  }
}

async function moveIdentity(keys: Keys, caseId: string, told: Identity, contactTag: string | null): Promise<Statement> {
  const { sql, args } = await addIdentity(keys, caseId, told, null)
  const [tag = null, , box = null] = args
  return { sql: `${sql} ON CONFLICT(case_tag) DO NOTHING`, args: [tag, contactTag, box] }
}

function drawWord(words: Map<string, Set<string>>, contact: string, random: () => number): string {
  const taken = words.get(contact) ?? new Set<string>()
  words.set(contact, taken)
  let word = ''
  // A person has a handful of reports; whoever has more than there are words has two alike.
  for (let tries = 0; tries < 50 && (word === '' || taken.has(word)); tries++)
    word = `${LETTERS[Math.floor(random() * LETTERS.length)]}${2 + Math.floor(random() * 8)}`
  taken.add(word)
  return word
}
