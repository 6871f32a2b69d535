/**
 * Which DATA_KEY a database is sealed with: the box every start proves its key on, what is kept of earlier keys' tags, and
 * the mark of a change of keys that is under way. A database half changed serves with neither key.
 */
import type { Db, Keys, Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { openJson } from '../src/keys.ts'
import type { TagKeys } from '../src/sealing.ts'

const CHECK = 'key_check'
const ROTATION = 'key_rotation'
const TAG_KEYS = 'tag_keys'
const WORD = 'hang-viet'

/** True while this box proves the key and no change is under way: a condition with the box as its argument. */
export const KEY_STANDS = `EXISTS (SELECT 1 FROM meta WHERE name = '${CHECK}' AND box = ?)
  AND NOT EXISTS (SELECT 1 FROM meta WHERE name = '${ROTATION}')`

/**
 * Proves that this key is the one the database was sealed with; a new database takes the key as its own. Resolves to the box
 * that proved it: another one stands there as soon as the key is changed.
 * Throws AppError `forbidden` when it is another, `conflict` while a change of keys is unfinished.
 */
export async function checkKey(db: Db, keys: Keys): Promise<Uint8Array> {
  await db.write([
    { sql: 'INSERT INTO meta(name, box) VALUES (?, ?) ON CONFLICT(name) DO NOTHING', args: [CHECK, await keys.seal('check', WORD)] },
  ])
  if ((await findBox(db, ROTATION)) !== undefined)
    throw new AppError('conflict', 'A change of DATA_KEY is unfinished: run “npm run admin -- key rotate” again with the same two keys.')
  const box = await findBox(db, CHECK)
  if (!box || !(await opens(keys, box)))
    throw new AppError('forbidden', 'This database was sealed with another DATA_KEY. Start it with that key; nothing was changed.')
  return box
}

/** What is kept of earlier keys' tags; empty before the first change. Throws AppError `invalid` with another key. */
export async function readTagKeys(db: Db, keys: Keys): Promise<TagKeys> {
  const box = await findBox(db, TAG_KEYS)
  return box ? openJson<TagKeys>(keys, 'tag-keys', box) : {}
}

/** `old`, `new`: one key fits and nothing is under way. `begun`: between these two. Undefined for any other keys. */
export async function compareKeys(db: Db, old: Keys, next: Keys): Promise<'old' | 'new' | 'begun' | undefined> {
  const [fitsOld, fitsNew] = [await opensCheck(db, old, CHECK), await opensCheck(db, next, CHECK)]
  if ((await findBox(db, ROTATION)) !== undefined) return fitsOld && (await opensCheck(db, next, ROTATION)) ? 'begun' : undefined
  return fitsOld ? 'old' : fitsNew ? 'new' : undefined
}

/** From here on no product starts on this database. Marks of reports are made anew by their own job, with the new key. */
export async function beginRotation(next: Keys): Promise<Statement[]> {
  return [
    { sql: 'INSERT INTO meta(name, box) VALUES (?, ?)', args: [ROTATION, await next.seal('check', WORD)] },
    { sql: 'DELETE FROM case_marks', args: [] },
    { sql: 'UPDATE cases SET marked = 0 WHERE marked <> 0', args: [] },
  ]
}

/** The new key is the database's own. */
export async function finishRotation(next: Keys, kept: TagKeys): Promise<Statement[]> {
  const put = (name: string, box: Uint8Array): Statement => ({
    sql: 'INSERT INTO meta(name, box) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET box = excluded.box',
    args: [name, box],
  })
  return [
    put(CHECK, await next.seal('check', WORD)),
    put(TAG_KEYS, await next.seal('tag-keys', JSON.stringify(kept))),
    { sql: 'DELETE FROM meta WHERE name = ?', args: [ROTATION] },
  ]
}

async function opensCheck(db: Db, keys: Keys, name: string): Promise<boolean> {
  const box = await findBox(db, name)
  return box !== undefined && (await opens(keys, box))
}

async function opens(keys: Keys, box: Uint8Array): Promise<boolean> {
  try {
    await keys.open('check', box)
    return true
  } catch (error) {
    if (error instanceof AppError) return false
    throw error
  }
}

async function findBox(db: Db, name: string): Promise<Uint8Array | undefined> {
  const [row] = await db.read('SELECT box FROM meta WHERE name = ?', [name])
  return row ? (row.box as Uint8Array) : undefined
}
