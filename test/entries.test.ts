/**
 * Content by hand of officers: nobody lets their own text through, what members read is what a second person saw, a start
 * of the program writes over nothing, what goes stale comes back to somebody. On every kind of database.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { libraryItems, topics } from '../content/data/items.ts'
import { questions } from '../content/data/questions.ts'
import { listEntries } from '../db/entries.ts'
import { addDraft, dropDraft, editDraft, ownUnitOf, submitDraft } from '../db/entry-acts.ts'
import { countQueue, listFlags, listQueue, queueKey, settleFlags } from '../db/entry-queue.ts'
import { approveDraft, recheckEntry, requireEntry, retireEntry, returnDraft, takeOffered } from '../db/entry-reviews.ts'
import { findOffered, findVersionBefore, listDrafts, listHistory, requireDraft } from '../db/entry-versions.ts'
import { searchItems } from '../db/item-search.ts'
import { type BuiltInItem, findItem, flagItem, loadItems } from '../db/items.ts'
import { findQuestions, loadQuestions } from '../db/questions.ts'
import type { Desk } from '../db/rights.ts'
import { loadTopics } from '../db/topics.ts'
import type { Db, Statement } from '../src/chat.ts'
import { differencesOf } from '../src/difference.ts'
import { type Fields, readFields, type Section } from '../src/entry.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { databases, type TestDatabase } from './database.ts'
import { addTestOfficer, deskAt, unitRows } from './people.ts'

const NOW = new Date('2026-11-23T02:00:00.000Z')
const TODAY = '2026-11-23'
const keys = createNodeKeys(new Uint8Array(32).fill(4))

const fact = (title: string, more: Record<string, unknown> = {}): Fields =>
  parsed('library', {
    ...{ topic: 'cuoc_van_dong', kind: 'fact', title, body: 'Mỗi giỏ hàng là một lá phiếu.', sourceLabel: 'Báo Mẫu, số 1' },
    ...{ checkedOn: '2026-11-20', reviewBy: '2027-11-20', ...more },
  })
const question = (text: string): Fields =>
  parsed('questions', {
    ...{ topic: 'van_ban', difficulty: 'de', audience: 'doan_vien', text, options: ['Một', 'Hai', 'Ba', 'Bốn'], correct: 2 },
    ...{ explanation: 'Vì là ba.', sourceLabel: 'Luật Mẫu', checkedOn: '2026-11-20', reviewBy: '2027-11-20', law: true },
  })
function parsed(section: Section, raw: unknown): Fields {
  const read = readFields(section, raw, TODAY)
  if ('troubles' in read) throw new Error(JSON.stringify(read.troubles))
  return read.fields
}

describe.each(databases)('content on %s', (_, open) => {
  let database: TestDatabase
  let db: Db
  let author: Desk
  let second: Desk
  let below: Desk
  beforeEach(async () => {
    database = await open()
    db = database.db
    await db.write([...unitRows(), ...loadTopics(topics)])
    for (const statements of [await loadItems(db, libraryItems), await loadQuestions(db, questions)]) await db.write(statements)
    await addTestOfficer(db, keys, 'author', 'tinh', ['editor', 'approver'])
    await addTestOfficer(db, keys, 'second', 'tinh', ['approver'])
    await addTestOfficer(db, keys, 'below', 'xa', ['editor', 'approver'])
    author = await deskAt(db, keys, 'author', NOW)
    second = await deskAt(db, keys, 'second', NOW)
    below = await deskAt(db, keys, 'below', NOW)
  })
  afterEach(() => database.close())

  const write = async (statements: Statement[] | Promise<Statement[]>) => db.write(await statements)
  const draft = async (desk: Desk, section: Section, fields: Fields, entryId?: string) => {
    const added = await addDraft(desk, { section, unitId: ownUnitOf(desk), fields, ...(entryId ? { entryId } : {}) })
    await write(added.writes)
    return added
  }
  const submitted = async (desk: Desk, section: Section, fields: Fields, entryId?: string) => {
    const added = await draft(desk, section, fields, entryId)
    await write(submitDraft(desk, await requireDraft(desk, added.id), 1))
    return added
  }
  const published = async (section: Section, fields: Fields, entryId?: string) => {
    const added = await submitted(author, section, fields, entryId)
    await write(approveDraft(second, await requireDraft(second, added.id), 1))
    return added.entryId
  }
  const why = (work: Promise<unknown>) => work.then(() => 'done').catch((error: Error) => error.message)

  test('a text is shown to members when a second person let it through, found with and without accents, and not before', async () => {
    const { id, entryId } = await submitted(author, 'library', fact('Chiếc nón quai thao'))
    expect(await findItem(db, entryId, TODAY)).toBeUndefined()
    expect((await searchItems(db, 'non quai thao', TODAY)).rows).toEqual([])
    await write(approveDraft(second, await requireDraft(second, id), 1))
    expect(await findItem(db, entryId, TODAY)).toMatchObject({
      title: 'Chiếc nón quai thao',
      checkedOn: '2026-11-20',
      sourceLabel: 'Báo Mẫu, số 1',
    })
    expect((await searchItems(db, 'non quai thao', TODAY)).rows.map((item) => item.id)).toEqual([entryId])
    const found = await listEntries(db, { section: 'library', state: 'published', typed: 'nón QUAI', day: TODAY, after: '', limit: 5 })
    expect(found.map((entry) => [entry.id, entry.fields])).toEqual([[entryId, fact('Chiếc nón quai thao')]])
  })

  test('a question is asked when a second person let it through', async () => {
    const { id, entryId } = await submitted(author, 'questions', question('Ba hay bốn?'))
    expect(await findQuestions(db, [entryId], TODAY)).toEqual([])
    await write(approveDraft(second, await requireDraft(second, id), 1))
    expect(await findQuestions(db, [entryId], TODAY)).toMatchObject([
      { text: 'Ba hay bốn?', options: ['Một', 'Hai', 'Ba', 'Bốn'], correct: 2, law: true },
    ])
    const found = await listEntries(db, { section: 'questions', state: 'published', typed: 'ba hay bon', day: TODAY, after: '', limit: 5 })
    expect(found.map((entry) => [entry.id, entry.fields])).toEqual([[entryId, question('Ba hay bốn?')]])
  })

  test('who wrote any of it never lets it through, and neither does an approver below the topmost unit', async () => {
    const { id } = await draft(below, 'library', fact('Một điều'))
    await write(editDraft(author, await requireDraft(author, id), 1, fact('Một điều khác')))
    await write(submitDraft(below, await requireDraft(below, id), 2))
    const waiting = await requireDraft(author, id)
    expect(await why(approveDraft(author, waiting, 2))).toBe('desk.own_entry')
    expect(await why(approveDraft(below, waiting, 2))).toBe('desk.forbidden')
    await write(approveDraft(second, waiting, 2))
    const [row] = await db.read('SELECT editors, reviewer_id FROM entry_versions WHERE id = ?', [id])
    expect(row).toEqual({ editors: '["below","author"]', reviewer_id: 'second' })
  })

  test('what was changed after the reviewer looked, or moved on, is not let through', async () => {
    const { id } = await submitted(author, 'library', fact('Một điều'))
    const seen = await requireDraft(second, id)
    const late = await approveDraft(second, seen, 1)
    await write(editDraft(author, seen, 1, fact('Một điều xấu')))
    await expect(db.write(late)).rejects.toThrow()
    expect(await why(approveDraft(second, await requireDraft(second, id), 2))).toBe('desk.entry_moved')
    await write(submitDraft(author, await requireDraft(author, id), 2))
    expect(await why(approveDraft(second, await requireDraft(second, id), 1))).toBe('desk.entry_changed')
    expect(await db.read("SELECT count(*) AS n FROM items WHERE title LIKE 'Một điều%'")).toEqual([{ n: 0 }])
  })

  test('a right taken away meanwhile rolls the approval back', async () => {
    const { id } = await submitted(author, 'library', fact('Một điều'))
    const statements = await approveDraft(second, await requireDraft(second, id), 1)
    await db.write([{ sql: "UPDATE officers SET edition = edition + 1 WHERE id = 'second'", args: [] }])
    await expect(db.write(statements)).rejects.toThrow()
  })

  test('the history keeps every text members read, what differs, who wrote and who let through, and why it was taken down', async () => {
    const id = 'cvd-01'
    const before = (await requireEntry(author, 'library', id)).fields
    await published('library', { ...before, body: 'Một câu hoàn toàn mới.' } as Fields, id)
    await write(retireEntry(second, await requireEntry(second, 'library', id), 'Luật đã đổi'))
    expect(await findItem(db, id, TODAY)).toBeUndefined()
    const history = await listHistory(db, { section: 'library', entryId: id, before: 0, limit: 10 })
    expect(history.map(({ number, state, authorName, reviewerName, note }) => [number, state, authorName, reviewerName, note])).toEqual([
      [3, 'retired', 'Cán bộ second', null, 'Luật đã đổi'],
      [2, 'published', 'Cán bộ author', 'Cán bộ second', null],
      [1, 'published', null, null, null],
    ])
    expect(history[2]?.fields).toEqual(before)
    const earlier = history[1] && (await findVersionBefore(db, history[1]))
    const differences = differencesOf(earlier?.fields ?? null, history[1]?.fields ?? before)
    expect(differences.map(({ field }) => field)).toEqual(['body'])
    expect(
      differences[0]?.pieces
        .filter(({ kind }) => kind !== 'removed')
        .map(({ text }) => text)
        .join(''),
    ).toBe('Một câu hoàn toàn mới.')
    // Back again takes two.
    await published('library', before, id)
    expect(await findItem(db, id, TODAY)).toBeDefined()
    expect(await listHistory(db, { section: 'library', entryId: id, before: 3, limit: 10 })).toHaveLength(2)
  })

  test('one text of an entry is written at a time, also when two begin at once', async () => {
    const fields = (await requireEntry(author, 'library', 'cvd-01')).fields
    const both = await Promise.all(
      [author, second].map((desk) => addDraft(desk, { section: 'library', unitId: 'tinh', fields, entryId: 'cvd-01' })),
    )
    await write(both[0]?.writes ?? [])
    await expect(db.write(both[1]?.writes ?? [])).rejects.toThrow()
    expect(await why(draft(second, 'library', fields, 'cvd-01'))).toBe('desk.entry_open')
    await write(dropDraft(author, await requireDraft(author, both[0]?.id ?? '')))
    expect(await why(draft(second, 'library', fields, 'cvd-01'))).toBe('done')
  })

  test('what is sent back carries its reason until it is changed, and stays in its unit', async () => {
    const { id } = await submitted(below, 'library', fact('Một điều'))
    await write(returnDraft(second, await requireDraft(second, id), 'Thiếu ngày ban hành'))
    expect(await requireDraft(below, id)).toMatchObject({ state: 'draft', note: 'Thiếu ngày ban hành', edition: 2 })
    await addTestOfficer(db, keys, 'other', 'xa-khac', ['editor'])
    const other = await deskAt(db, keys, 'other', NOW)
    expect(await why(requireDraft(other, id))).toBe('desk.entry_gone')
    const mine = { section: 'library', state: 'draft', after: '', limit: 5 } as const
    expect(await listDrafts(db, { ...mine, paths: ['/tinh/xa-khac/'] })).toEqual([])
    expect((await listDrafts(db, { ...mine, paths: ['/tinh/'], editor: 'below' })).map((one) => one.id)).toEqual([id])
    expect(await listDrafts(db, { ...mine, paths: ['/tinh/'], reviewer: 'below' })).toEqual([])
  })

  describe('a start of the program', () => {
    const again = async (item: BuiltInItem) => db.write(await loadItems(db, [item]))
    const [first, next] = libraryItems
    if (!first || !next) throw new Error('no items')

    test('writes over nothing an officer published or took down, and offers its new text instead', async () => {
      const shown = (await requireEntry(author, 'library', first.id)).fields
      await published('library', { ...shown, title: 'Tên cán bộ đặt' } as Fields, first.id)
      await write(retireEntry(second, await requireEntry(second, 'library', next.id), 'Sai'))
      await again({ ...first, body: 'Bản mới của chương trình.' })
      await again({ ...next, body: 'Bản mới của chương trình.' })
      expect((await findItem(db, first.id, TODAY))?.title).toBe('Tên cán bộ đặt')
      expect(await findItem(db, next.id, TODAY)).toBeUndefined()
      const queue = { section: 'library', queue: 'offered', day: TODAY } as const
      expect((await listQueue(db, { ...queue, after: '', limit: 5 })).map(({ id }) => id)).toEqual([first.id, next.id])
      const offered = await findOffered(db, 'library', first.id)
      expect(offered?.fields).toMatchObject({ body: 'Bản mới của chương trình.' })
      // The second start with the same text writes nothing.
      expect(await loadItems(db, [{ ...first, body: 'Bản mới của chương trình.' }])).toEqual([])
      if (!offered) throw new Error('nothing offered')
      const { id, writes } = await takeOffered(author, offered)
      await write(writes)
      await write(submitDraft(author, await requireDraft(author, id), 1))
      await write(approveDraft(second, await requireDraft(second, id), 1))
      expect((await findItem(db, first.id, TODAY))?.body).toBe('Bản mới của chương trình.')
      expect(await countQueue(db, queue)).toBe(1)
    })

    test('does the same for questions', async () => {
      const [one] = questions
      if (!one) throw new Error('no questions')
      await write(retireEntry(second, await requireEntry(second, 'questions', one.id), 'Luật đã đổi'))
      await db.write(await loadQuestions(db, [{ ...one, explanation: 'Bản mới.' }]))
      expect(await findQuestions(db, [one.id], TODAY)).toEqual([])
      expect((await findOffered(db, 'questions', one.id))?.fields).toMatchObject({ explanation: 'Bản mới.' })
      expect(await loadQuestions(db, [{ ...one, explanation: 'Bản mới.' }])).toEqual([])
    })
  })

  test('what is past its day waits in the queue, longest first, and comes back by a second person', async () => {
    const later = new Date('2027-11-24T02:00:00.000Z')
    const day = '2027-11-24'
    const stale = await listQueue(db, { section: 'library', queue: 'stale', day, after: '', limit: 3 })
    expect(stale).toHaveLength(3)
    expect(stale.every((entry) => entry.stale)).toBe(true)
    const [first, , third] = stale
    if (!first || !third) throw new Error('nothing stale')
    const more = await listQueue(db, { section: 'library', queue: 'stale', day, after: queueKey('stale', third), limit: 200 })
    expect(more.some(({ id }) => stale.some((one) => one.id === id))).toBe(false)
    const soon = await listQueue(db, { section: 'library', queue: 'soon', day: TODAY, after: '', limit: 50 })
    expect(soon.length).toBeGreaterThan(0)
    expect(soon.every(({ fields }) => fields.reviewBy >= TODAY && fields.reviewBy < '2026-12-23')).toBe(true)
    const { id, writes } = await recheckEntry({ ...author, now: later }, first)
    await write(writes)
    const waiting = await requireDraft(second, id)
    expect(waiting).toMatchObject({ state: 'submitted', fields: { checkedOn: day, reviewBy: '2028-11-23' } })
    expect(differencesOf(first.fields, waiting.fields).map(({ field }) => field)).toEqual(['checkedOn', 'reviewBy'])
    await write(approveDraft({ ...second, now: later }, waiting, 1))
    expect(await findItem(db, first.id, day)).toBeDefined()
  })

  test('a text whose day passed while it waited is not let through', async () => {
    const { id } = await submitted(author, 'library', fact('Một điều', { reviewBy: '2026-11-25' }))
    const late = { ...second, now: new Date('2026-11-25T02:00:00.000Z') }
    expect(await why(approveDraft(late, await requireDraft(late, id), 1))).toBe('entry.t_review_past')
  })

  test('what members flagged is read with its day and nothing of them, and its words go when it is settled', async () => {
    for (const [id, words] of [
      ['f1', 'Nghị định này đã thay'],
      ['f2', ''],
    ] as const) {
      const box = await keys.seal('flag', JSON.stringify({ reason: 'replaced', words }), id)
      await db.write([flagItem({ id, itemId: 'cvd-02', box, day: TODAY })])
    }
    const [entry] = await listQueue(db, { section: 'library', queue: 'flagged', day: TODAY, after: '', limit: 5 })
    if (!entry) throw new Error('no flags')
    expect(entry).toMatchObject({ id: 'cvd-02', flags: 2 })
    const flags = await listFlags(db, keys, { itemId: 'cvd-02', after: '', limit: 5 })
    expect(flags).toEqual([
      { id: 'f1', day: TODAY, reason: 'replaced', words: 'Nghị định này đã thay' },
      { id: 'f2', day: TODAY, reason: 'replaced', words: '' },
    ])
    expect(() => settleFlags(below, entry, flags)).toThrow('desk.forbidden')
    await write(settleFlags(second, entry, flags))
    expect(await countQueue(db, { section: 'library', queue: 'flagged', day: TODAY })).toBe(0)
    expect(await db.read('SELECT DISTINCT box FROM item_flags')).toEqual([{ box: null }])
    await expect(db.write(settleFlags(second, entry, flags))).rejects.toThrow()
  })

  test('links lead to listed sites alone; a source that stood there already may stay', async () => {
    expect(await why(draft(author, 'library', fact('Một điều', { sourceUrl: 'https://evil.example/x' })))).toBe('entry.t_link')
    expect(await why(draft(author, 'library', fact('Một điều', { body: 'Xem evil.com/x nhé.' })))).toBe('entry.t_link')
    expect(await why(draft(author, 'library', fact('Một điều', { sourceUrl: 'https://chinhphu.gov.vn/x' })))).toBe('done')
    const [linked] = libraryItems.filter(({ source_url }) => source_url !== null && !source_url.includes('.gov.vn'))
    const fields = (await requireEntry(author, 'library', linked?.id ?? '')).fields
    expect(await why(draft(author, 'library', { ...fields, title: 'Tên khác' } as Fields, linked?.id))).toBe('done')
  })

  test('every act leaves its row in the audit log', async () => {
    const id = await published('library', fact('Một điều'))
    await write(retireEntry(second, await requireEntry(second, 'library', id), 'Sai'))
    expect(await db.read('SELECT officer_id, act, about, about_id FROM audit ORDER BY id')).toEqual(
      [
        ['author', 'content.add'],
        ['author', 'content.submit'],
        ['second', 'content.approve'],
        ['second', 'content.retire'],
      ].map(([officer_id, act]) => ({ officer_id, act, about: 'item', about_id: id })),
    )
  })

  test('lists and queues walk along an index', async () => {
    const asked: Array<[string, unknown[]]> = []
    const spy: Db = {
      ...db,
      read(sql, args = []) {
        asked.push([sql, args])
        return db.read(sql, args)
      },
    }
    for (const section of ['library', 'documents', 'questions'] as const) {
      await listEntries(spy, { section, state: 'published', day: TODAY, after: '', limit: 5 })
      await listEntries(spy, { section, state: 'published', topic: 'van_ban', day: TODAY, after: '', limit: 5 })
      await listEntries(spy, { section, state: 'published', typed: 'hang viet', day: TODAY, after: '', limit: 5 })
      for (const queue of ['stale', 'soon', 'waiting', 'offered'] as const)
        await listQueue(spy, { section, queue, day: TODAY, after: '', limit: 5 })
      await listDrafts(spy, { section, state: 'submitted', paths: ['/tinh/'], after: '', limit: 5 })
      await listHistory(spy, { section, entryId: 'x', before: 0, limit: 5 })
    }
    await listQueue(spy, { section: 'library', queue: 'flagged', day: TODAY, after: '', limit: 5 })
    const walks: string[] = []
    for (const [sql, args] of asked) {
      const plan = await db.read(`EXPLAIN QUERY PLAN ${sql}`, args as never)
      // The words that were found are no table, nor is a count that ends at a hundred.
      const scans = plan
        .map(({ detail }) => String(detail))
        .filter((detail) => /SCAN (?!json_each|\w+_words VIRTUAL|CONSTANT|\(subquery)/.test(detail))
      if (scans.length > 0) walks.push(`${sql.slice(0, 2000)}: ${scans}`)
    }
    expect(walks).toEqual([])
  })
})

describe('what is typed', () => {
  const wrong = (section: Section, raw: Record<string, unknown>) => {
    const read = readFields(section, raw, TODAY)
    return 'troubles' in read ? Object.fromEntries(read.troubles.map(({ field, text }) => [field, 'key' in text ? text.key : ''])) : {}
  }

  test('needs a source and both days', () => {
    expect(wrong('library', { topic: 'cuoc_van_dong', kind: 'fact', title: 'A', body: 'B' })).toEqual({
      sourceLabel: 'entry.t_missing',
      checkedOn: 'entry.t_missing',
      reviewBy: 'entry.t_missing',
    })
    expect(wrong('library', { ...fact('A'), sourceLabel: '  ', checkedOn: '2026-11-24' })).toEqual({ sourceLabel: 'entry.t_missing' })
    expect(wrong('library', { ...fact('A'), checkedOn: '2026-11-24' })).toEqual({ checkedOn: 'entry.t_checked_later' })
    expect(wrong('library', { ...fact('A'), reviewBy: TODAY })).toEqual({ reviewBy: 'entry.t_review_past' })
    expect(wrong('library', { ...fact('A'), reviewBy: '2030-01-01' })).toEqual({ reviewBy: 'entry.t_review_far' })
  })

  test('is refused field by field', () => {
    expect(wrong('library', { ...fact('A'), title: 'x'.repeat(61), sourceUrl: 'http://a.vn', more: 1 })).toEqual({
      title: 'entry.t_long',
      sourceUrl: 'entry.t_url',
      more: 'api.field_unknown',
    })
    expect(wrong('questions', { ...question('Q?'), correct: 'E', options: ['a', 'b', 'c', ''] })).toEqual({
      correct: 'entry.t_correct',
      'options.3': 'entry.t_missing',
    })
    expect(wrong('questions', { ...question('Q?'), options: ['Một', 'Hai', 'một.', 'Ba'] })).toEqual({
      'options.2': 'entry.t_option_twice',
    })
    expect(
      wrong('documents', { ...fact('A'), topic: undefined, kind: undefined, document: { number: '1/QĐ', issuedOn: '31/12/2020' } }),
    ).toMatchObject({
      'document.issuedOn': 'entry.t_day',
      'document.issuer': 'entry.t_missing',
      'document.status': 'entry.t_missing',
    })
  })
})
