import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listPhrases } from '../db/phrases.ts'
import type { Attachment } from '../src/chat.ts'
import { type Bot, createBot, textOf } from './harness.ts'

describe('help', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot()
  })
  afterEach(() => bot.close())

  test.each(['trợ giúp', 'tro giup', 'giúp tôi với', '/trogiup', '/help', 'huong dan'])('“%s” shows the menu', async (words) => {
    const answer = await bot.person('100').says(words)
    expect(textOf(answer)).toContain('Trợ lý làm được những việc sau')
    expect(answer[0]?.buttons).toHaveLength(8)
  })

  test('a sentence with a known wish inside is answered with that wish, and with a person', async () => {
    const answer = await bot.person('100').says('bên mình dạo này có ưu đãi gì cho bà con không vậy')
    expect(textOf(answer)).toContain('Ý bạn có phải')
    expect(answer[0]?.buttons.map(({ label }) => label)).toEqual(['Ưu đãi đoàn viên', 'Gặp cán bộ', 'Danh mục'])
  })

  test('a button that leads nowhere is said so', async () => {
    for (const payload of ['khong:co:', 'hoàn toàn sai']) {
      expect(textOf(await bot.person('100').sends({ payload }))).toContain('Nút này không còn dùng được')
    }
    expect(textOf(await bot.person('100').sends({ payload: 'help:menu:' }))).toContain('Trợ lý làm được')
  })

  test('a photo outside a report is not kept and leads to a report', async () => {
    const answer = await bot.person('100').sendsPhotos('ref-1')
    expect(textOf(answer)).toContain('chưa giữ lại')
    expect(textOf(answer)).toContain('không kết luận được hàng thật hay giả')
    expect(answer[0]?.buttons).toContainEqual({ label: 'Phản ánh hàng nghi giả', payload: 'report:start:' })
    expect(await bot.db.read('SELECT id FROM photos')).toEqual([])
  })

  test('a location is not kept and leads to deals by place', async () => {
    const place: Attachment = { kind: 'location', latitude: 10.7, longitude: 106.7 }
    const answer = await bot.person('100').sends({ attachments: [place] })
    expect(textOf(answer)).toContain('không giữ vị trí')
    expect(answer[0]?.buttons.map(({ label }) => label)).toContain('Ưu đãi gần tôi')
  })

  test.each([
    ['contact', 'danh bạ'],
    ['sticker', 'hình dán'],
    ['voice', 'tin thoại'],
    ['video', 'video'],
    ['file', 'tệp'],
    ['heic', 'HEIC'],
    ['link', 'link'],
    ['unknown', 'loại tin này'],
  ] as const)('%s, which nobody can read here, is answered kindly', async (what, said) => {
    const answer = await bot.person('100').sends({ attachments: [{ kind: 'unsupported', what }] })
    expect(textOf(answer)).toContain(said)
    expect(answer[0]?.buttons.length).toBeGreaterThan(0)
  })

  describe('counting what was not understood', () => {
    const people = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => bot.person(String(from + i)))
    const say = async (words: string, from: number, to: number) => {
      for (const one of people(from, to)) await one.says(words)
    }
    const counts = () => bot.db.read('SELECT people, text FROM phrases ORDER BY people')
    /** Every value of every column of every table, and the bytes of the files themselves. */
    const everything = async () => {
      const tables = await bot.db.read("SELECT name FROM sqlite_master WHERE type = 'table'")
      const rows = await Promise.all(tables.map(({ name }) => bot.db.read(`SELECT * FROM "${name}"`)))
      const values = rows.flat().flatMap((row) => Object.values(row))
      const path = bot.database.url.replace('file:', '')
      const files = await Promise.all([path, `${path}-wal`].map((file) => readFile(file, 'utf8').catch(() => '')))
      const texts = values.map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value)))
      return [...texts, ...files].join('\n')
    }

    test('of four people there is a count and no word anywhere; the fifth writes the words down', async () => {
      await say('vé số kiến thiết', 1, 4)
      expect(await counts()).toEqual([{ people: 4, text: null }])
      const before = await everything()
      for (const word of ['kiến thiết', 'kien thiet', 'vé số']) expect(before.toLowerCase()).not.toContain(word)
      expect(await listPhrases(bot.db, '2026-11')).toEqual([])
      await say('Vé số KIẾN thiết!', 5, 5)
      expect(await listPhrases(bot.db, '2026-11')).toMatchObject([{ text: 'vé số kiến thiết', people: 5 }])
    })

    test('with and without accents it is the same phrase', async () => {
      await say('vé số kiến thiết', 1, 3)
      await say('ve so kien thiet', 4, 6)
      expect(await counts()).toEqual([{ people: 6, text: 've so kien thiet' }])
    })

    test('the same person five times is one person', async () => {
      for (let i = 0; i < 5; i++) await say('vé số kiến thiết', 1, 1)
      expect(await counts()).toEqual([{ people: 1, text: null }])
    })

    test('a new month starts anew and knows nobody of the old one', async () => {
      await say('vé số kiến thiết', 1, 4)
      bot.clock.set('2026-11-30T17:00:00Z')
      await say('vé số kiến thiết', 1, 4)
      expect(await counts()).toEqual([
        { people: 4, text: null },
        { people: 4, text: null },
      ])
      expect(await listPhrases(bot.db, '2026-12')).toEqual([])
    })

    test.each([
      ['five words', 'con mèo nhà hàng xóm'],
      ['a digit', 'nhà số 12'],
      ['a digit of another script', 'nhà số ١٢'],
      ['a very long word', 'ha'.repeat(100)],
      ['a command', '/khongco'],
      ['no letters', '🙂🙂'],
    ])('%s: never counted', async (_, words) => {
      await say(words, 1, 6)
      expect(await bot.db.read('SELECT 1 FROM phrases UNION ALL SELECT 1 FROM phrase_people')).toEqual([])
    })

    test('inside a step and in a group nothing is counted', async () => {
      const lan = bot.person('1')
      await lan.sends({ payload: 'deals:near:' })
      await lan.says('vé số kiến thiết')
      await bot.person('-1').sends({ text: 'vé số kiến thiết', group: true })
      expect(await counts()).toEqual([])
    })

    test('officers read the most asked first, page by page', async () => {
      await say('vé số kiến thiết', 1, 6)
      await say('xổ số miền bắc', 1, 5)
      await say('một người hỏi thôi', 1, 1)
      const [first] = await listPhrases(bot.db, '2026-11', 1)
      expect(first).toMatchObject({ text: 'vé số kiến thiết', people: 6 })
      const second = await listPhrases(bot.db, '2026-11', 1, first)
      expect(second).toMatchObject([{ text: 'xổ số miền bắc', people: 5 }])
      expect(await listPhrases(bot.db, '2026-11', 1, second[0])).toEqual([])
      const plan = await bot.db.read(
        'EXPLAIN QUERY PLAN SELECT tag, text, people FROM phrases WHERE month = ? AND people >= ? ORDER BY people DESC, tag DESC',
        ['2026-11', 5],
      )
      expect(plan.map(({ detail }) => detail).join()).toMatch(/^SEARCH phrases USING INDEX phrases_month[^,]*$/)
    })
  })
})
