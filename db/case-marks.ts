/**
 * The blind index of reports: for each a few keyed hashes of single traits, so that those that may be about one thing are
 * found without opening every case, and whoever has the tables without DATA_KEY learns no shop, not by trying all names
 * there are either. Hashes are filled up to even numbers, so that their count tells no length.
 */
import type { Report } from '../src/case.ts'
import type { Db, Keys, Row, Statement } from '../src/chat.ts'
import type { Told } from '../src/duplicate-traits.ts'
import type { Likeness } from '../src/duplicates.ts'
import { openJson } from '../src/keys.ts'
import { hourOf } from '../src/time.ts'
import { type CaseBox, openBox } from './cases.ts'
import { guard } from './client.ts'
import { factsBinding } from './photos.ts'

/** A mark that more cases of a month share says nothing: a chain's name, a brand of a whole town. */
const COMMON = 40
/** Cases of those that share most marks, before spam and what is closed long ago are left out. */
const SHARING_MOST = 200
/** Answers and photos of one case that are looked at. */
const ANSWERS_MOST = 400
const PHOTOS_MOST = 400
const EVEN = 16
/** 120 bits: nothing meets by chance. */
const LENGTH = 20

export type Unmarked = { id: string; marked: number; spam: boolean }

/** A case as its traits are read. */
export type MarkedCase = Told & { id: string }

/** What nobody has marked yet, or what has been told more of since; oldest first. */
export async function listUnmarked(db: Db, limit: number): Promise<Unmarked[]> {
  const rows = await db.read(LIST_UNMARKED, [limit])
  return rows.map(({ id, marked, spam }) => ({ id: String(id), marked: Number(marked), spam: spam === 1 }))
}

export const LIST_UNMARKED = 'SELECT id, marked, spam FROM cases WHERE marked < 1 ORDER BY opened_hour, id LIMIT ?'

/** Opens these cases, with what their members answered and how their photos look. One that is gone is left out. */
export async function openForMarks(db: Db, keys: Keys, ids: readonly string[]): Promise<MarkedCase[]> {
  const list = JSON.stringify(ids)
  const [rows, answers, looks] = await Promise.all([
    db.read('SELECT c.id, c.box, u.path FROM json_each(?) j JOIN cases c ON c.id = j.value LEFT JOIN units u ON u.id = c.unit_id', [list]),
    answersOf(db, keys, list),
    looksOf(db, keys, list),
  ])
  return Promise.all(
    rows.map(async (row) => {
      const id = String(row.id)
      const { openedAt, ...report }: CaseBox = await openBox(keys, id, row.box as Uint8Array)
      const path = row.path === null ? null : String(row.path)
      return {
        id,
        report: report as Report,
        openedAt: new Date(openedAt),
        path,
        answers: answers.get(id) ?? [],
        looks: looks.get(id) ?? [],
      }
    }),
  )
}

/** Keyed hashes of these texts, in their order. */
export async function keyMarks(keys: Keys, texts: readonly string[]): Promise<string[]> {
  return (await Promise.all(texts.map((text) => keys.tag('mark', text)))).map((tag) => tag.slice(0, LENGTH))
}

/**
 * Cases that share these marks, best first: each mark is one look into the index, and one that too many share is passed by.
 * Spam and what was closed before `since` are left out. @param sought mark → what sharing it weighs
 */
export async function listSharing(db: Db, sought: ReadonlyMap<string, number>, own: string, since: Date, limit: number): Promise<string[]> {
  const rows = await db.read(LIST_SHARING, [JSON.stringify([...sought.keys()]), COMMON + 1])
  const weights = new Map<string, number>()
  for (const { mark, ids } of rows) {
    const sharing = JSON.parse(String(ids)) as string[]
    if (sharing.length > COMMON) continue
    for (const id of sharing) if (id !== own) weights.set(id, (weights.get(id) ?? 0) + (sought.get(String(mark)) ?? 0))
  }
  const best = [...weights].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1)).slice(0, SHARING_MOST)
  const kept = await db.read(
    `SELECT c.id FROM json_each(?) j JOIN cases c ON c.id = j.value
     WHERE c.spam = 0 AND (c.closed_hour IS NULL OR c.closed_hour >= ?) ORDER BY j.key LIMIT ?`,
    [JSON.stringify(best.map(([id]) => id)), hourOf(since), limit],
  )
  return kept.map(({ id }) => String(id))
}

export const LIST_SHARING = `SELECT j.value AS mark,
    (SELECT json_group_array(s.case_id) FROM (SELECT case_id FROM case_marks WHERE mark = j.value LIMIT ?2) s) AS ids
  FROM json_each(?1) j WHERE EXISTS (SELECT 1 FROM case_marks WHERE mark = j.value)`

/** A pair that was found: which other case, and how like it is. */
export type FoundPair = { otherId: string } & Pick<Likeness, 'score' | 'why'> & { level: NonNullable<Likeness['level']> }

/**
 * The marks of a case and the pairs it makes, in place of those it had; what an officer said of a pair stays. Fails as a
 * conflict when more was told meanwhile, or another process was faster.
 */
export async function markCase(
  keys: Keys,
  { id, marked }: Pick<Unmarked, 'id' | 'marked'>,
  kept: readonly string[],
  pairs: readonly FoundPair[],
): Promise<Statement[]> {
  const filled = kept.length === 0 ? 0 : EVEN * Math.ceil(kept.length / EVEN) - kept.length
  const filling = await keyMarks(
    keys,
    Array.from({ length: filled }, (_, i) => `filling ${id} ${i}`),
  )
  const rows = pairs.map(({ otherId, level, score, why }) => ({
    ...(id < otherId ? { a: id, b: otherId } : { a: otherId, b: id }),
    ...{ level, score, why: why.join(',') },
  }))
  return [
    { sql: 'UPDATE cases SET marked = 1 WHERE id = ? AND marked = ?', args: [id, marked] },
    guard(),
    { sql: 'DELETE FROM case_marks WHERE case_id = ?', args: [id] },
    {
      sql: 'INSERT INTO case_marks(mark, case_id) SELECT value, ? FROM json_each(?) WHERE true ON CONFLICT DO NOTHING',
      args: [id, JSON.stringify([...kept, ...filling])],
    },
    { sql: "DELETE FROM case_pairs WHERE case_id = ? AND state = 'open'", args: [id] },
    { sql: "DELETE FROM case_pairs WHERE other_id = ? AND state = 'open'", args: [id] },
    {
      sql: `INSERT INTO case_pairs(case_id, other_id, level, score, why)
            SELECT value ->> 'a', value ->> 'b', value ->> 'level', value ->> 'score', value ->> 'why' FROM json_each(?)
            WHERE EXISTS (SELECT 1 FROM cases c WHERE c.id = value ->> 'a') AND EXISTS (SELECT 1 FROM cases c WHERE c.id = value ->> 'b')
            ON CONFLICT DO NOTHING`,
      args: [JSON.stringify(rows)],
    },
  ]
}

/** It is looked at again by itself: more of it is known than its marks say. */
export function markAgain(caseId: string): Statement {
  return { sql: 'UPDATE cases SET marked = min(marked, 0) - 1 WHERE id = ?', args: [caseId] }
}

async function answersOf(db: Db, keys: Keys, list: string): Promise<Map<string, string[]>> {
  const rows = await db.read(
    `SELECT e.case_id, e.id, e.box FROM json_each(?) j JOIN case_events e ON e.case_id = j.value
     WHERE e.kind = 'answered' AND e.box IS NOT NULL LIMIT ${ANSWERS_MOST}`,
    [list],
  )
  return gather(rows, async ({ id, box }) => (await openJson<{ text?: string }>(keys, 'case-event', box as Uint8Array, String(id))).text)
}

/** 64-bit perceptual hashes of stored photos (src/pictures.ts), from their sealed facts. */
async function looksOf(db: Db, keys: Keys, list: string): Promise<Map<string, string[]>> {
  const rows = await db.read(
    `SELECT p.case_id, p.id, p.facts FROM json_each(?) j JOIN photos p ON p.case_id = j.value AND p.case_id IS NOT NULL
     WHERE p.facts IS NOT NULL LIMIT ${PHOTOS_MOST}`,
    [list],
  )
  return gather(
    rows,
    async ({ id, facts }) => (await openJson<{ looks?: string }>(keys, 'evidence', facts as Uint8Array, factsBinding(String(id)))).looks,
  )
}

async function gather(rows: Row[], read: (row: Row) => Promise<string | undefined>): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>()
  for (const row of rows) {
    const text = await read(row)
    if (text) found.set(String(row.case_id), [...(found.get(String(row.case_id)) ?? []), text])
  }
  return found
}
