/** The quiz questions' rows: loading, drawing at random, and who may be asked what. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { questions } from '../content/data/questions.ts'
import { drawQuestions, findQuestions, loadQuestions, shuffle } from '../db/questions.ts'
import type { Db } from '../src/chat.ts'
import { secureRandom } from '../src/keys.ts'
import { databases, type TestDatabase } from './database.ts'

const TODAY = '2026-11-23'
const members = { audience: 'doan_vien', n: 5, day: TODAY } as const

describe.each(databases)('questions on %s', (_, open) => {
  let database: TestDatabase
  let db: Db
  beforeEach(async () => {
    database = await open()
    db = database.db
    await db.write(await loadQuestions(db, questions))
  })
  afterEach(() => database.close())

  test('all built-in questions come in as they are, and a second start writes nothing', async () => {
    expect(await db.read('SELECT count(*) AS n FROM questions')).toEqual([{ n: questions.length }])
    expect(await loadQuestions(db, questions)).toEqual([])
    const [first] = questions
    expect((await findQuestions(db, [first?.id ?? ''], TODAY))[0]).toEqual({
      id: first?.id,
      text: first?.text,
      options: first?.options,
      correct: first?.correct,
      explanation: first?.explanation,
      sourceLabel: first?.source_label,
      law: first?.law,
    })
  })

  test('a changed question is brought up to date unless an officer edited it', async () => {
    const [first, second] = questions
    if (!first || !second) throw new Error('no questions')
    await db.write([{ sql: "UPDATE questions SET text = 'Cán bộ sửa?', edited_at = '2026-11-23' WHERE id = ?", args: [second.id] }])
    await db.write(
      await loadQuestions(db, [
        { ...first, text: 'Mới?' },
        { ...second, text: 'Mới?' },
      ]),
    )
    expect((await findQuestions(db, [first.id, second.id], TODAY)).map(({ text }) => text)).toEqual(['Mới?', 'Cán bộ sửa?'])
  })

  test('five different ones are drawn, and over 200 draws never one for officers', async () => {
    const officers = new Set(questions.filter(({ audience }) => audience === 'can_bo').map(({ id }) => id))
    expect(officers.size).toBeGreaterThan(0)
    const drawn = new Set<string>()
    for (let i = 0; i < 200; i++) {
      const ids = await drawQuestions(db, members, secureRandom)
      expect(new Set(ids).size).toBe(5)
      expect(ids.filter((id) => officers.has(id))).toEqual([])
      for (const id of ids) drawn.add(id)
    }
    expect(drawn.size).toBeGreaterThan(80)
  })

  test('those just asked are left out while enough others are left', async () => {
    const all = await drawQuestions(db, { ...members, n: 1000 }, secureRandom)
    const exclude = all.slice(0, -5)
    expect((await drawQuestions(db, { ...members, exclude }, secureRandom)).sort()).toEqual(all.slice(-5).sort())
    expect(await drawQuestions(db, { ...members, exclude: all }, secureRandom)).toHaveLength(5)
  })

  test('what is past its review day or waits is neither drawn nor found', async () => {
    const day = '2027-04-01'
    const stale = questions.find(({ review_by }) => review_by < day)
    expect(stale).toBeDefined()
    expect(await drawQuestions(db, { ...members, n: 1000, day }, secureRandom)).not.toContain(stale?.id)
    expect(await findQuestions(db, [stale?.id ?? ''], day)).toEqual([])
    await db.write([{ sql: "UPDATE questions SET state = 'waiting'", args: [] }])
    expect(await drawQuestions(db, members, secureRandom)).toEqual([])
  })

  test('the draw reads one index and no row', async () => {
    const plan = await db.read(
      "EXPLAIN QUERY PLAN SELECT id FROM questions WHERE state = 'published' AND audience = ? AND review_by >= ?",
      ['doan_vien', TODAY],
    )
    expect(plan.map(({ detail }) => detail).join()).toContain('USING COVERING INDEX questions_drawn')
  })
})

test('a shuffle puts each one in each place about equally often', () => {
  const counts = [0, 0, 0, 0]
  for (let i = 0; i < 8000; i++) {
    const at = shuffle(['a', 'b', 'c', 'd'], secureRandom).indexOf('a')
    counts[at] = (counts[at] ?? 0) + 1
  }
  for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(250)
})
