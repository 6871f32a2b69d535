/**
 * Brings the built-in content into the database at each start: new rows are inserted, rows no officer edited are
 * updated, everything else is left alone. The second start with the same content writes nothing.
 */
import { authorities } from '../content/data/authorities.ts'
import { caseReasons } from '../content/data/case-reasons.ts'
import { days } from '../content/data/days.ts'
import { holidays } from '../content/data/holidays.ts'
import { hotlines } from '../content/data/hotlines.ts'
import { libraryItems, topics } from '../content/data/items.ts'
import { questions } from '../content/data/questions.ts'
import { levelNames, sampleUnits } from '../content/data/units.ts'
import { loadAuthorities } from '../db/authorities.ts'
import { loadReasons } from '../db/case-reasons.ts'
import { loadHolidays } from '../db/holidays.ts'
import { loadHotlines } from '../db/hotlines.ts'
import { loadItems } from '../db/items.ts'
import { loadObservances } from '../db/observances.ts'
import { loadQuestions } from '../db/questions.ts'
import { loadTopics } from '../db/topics.ts'
import { loadLevelNames, loadUnits } from '../db/unit-rows.ts'
import type { Db, Statement } from './chat.ts'

export type Progress = (what: string, done: number, all: number) => void

/** Statements of one write: a few hundred rows, so that a slow server is not held long. */
const STEP = 60

/** @param progress hears each kind of content that has something new, as it goes in. */
export async function loadContent(db: Db, progress: Progress): Promise<void> {
  const kinds: Array<[string, Statement[]]> = [
    ['units', [...loadLevelNames(levelNames), ...loadUnits(sampleUnits, { sample: true })]],
    ['topics', loadTopics(topics)],
    ['library', await loadItems(db, libraryItems)],
    ['questions', await loadQuestions(db, questions)],
    ['hotlines', [loadHotlines(hotlines)]],
    ['authorities', [loadAuthorities(authorities)]],
    ['reasons', [loadReasons(caseReasons)]],
    ['days', [loadObservances(days)]],
    ['holidays', loadHolidays(holidays)],
  ]
  for (const [what, statements] of kinds) {
    for (let from = 0; from < statements.length; from += STEP) {
      await db.write(statements.slice(from, from + STEP))
      if (statements.length > STEP) progress(what, Math.min(from + STEP, statements.length), statements.length)
    }
  }
}
