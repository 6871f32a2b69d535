import { readdir, readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { levelNames, sampleUnits } from '../content/data/units.ts'
import { searchItems } from '../db/item-search.ts'
import { loadLevelNames, loadUnits } from '../db/unit-rows.ts'
import { searchUnits } from '../db/units.ts'
import { handlers } from '../handlers/index.ts'
import { parseJson } from '../src/channels/zalo/json.ts'
import { secureRandom } from '../src/keys.ts'
import { causeOf } from '../src/log.ts'
import { cleanText, parsePayload, splitText } from '../src/text.ts'
import { caseCode, choiceOf, createLexicon, documentNumber, fold, isDanger, listen, yesNo } from '../src/vietnamese/index.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'

const LONG = 10_000
const fill = (part: string) => part.repeat(Math.ceil(LONG / part.length)).slice(0, LONG)
const texts: Array<[string, string]> = [
  ['spaces', fill(' ')],
  ['spaces with a letter at the end', `${fill(' ').slice(1)}x`],
  ['line breaks', `${fill('\n').slice(1)}x`],
  ['“pa” again and again', fill('pa ')],
  ['“pa” and dashes', `pa${fill('-')}`],
  ['a case number that never ends', `PA-2611-${fill('7K3Q-')}`],
  ['digits', fill('1')],
  ['digits and slashes', fill('1/')],
  ['a document number that never ends', `03-CT/${fill('tw/')}`],
  ['“chi thi” again and again', fill('chi thi ')],
  ['dashes', fill('-')],
  ['full stops', fill('. ')],
  ['one letter with thousands of marks', `a${fill('\u0301')}`],
  ['marks and letters', fill('a\u0323\u0302')],
  ['Telex and VNI leftovers', fill('dduwowngf duong72 ')],
  ['one long word', fill('ngh')],
  ['zero-width characters', fill('a\u200b')],
  ['directions', fill('\u202e\u2066a')],
  ['half characters', fill('\ud83d')],
  ['emoji families', fill('👨‍👩‍👧‍👦')],
  ['fullwidth letters', fill('ＰＡ－')],
  ['quotes', fill('"\'')],
  ['brackets', fill('(((')],
  ['yes and no', fill('khong dong y ')],
  ['Vietnamese with everything', fill('nghiêng ngả những đường ')],
]
const lexicon = createLexicon(handlers.flatMap(({ words, name }) => words.map((word) => ({ words: word, value: name }))))
const readers: Array<[string, (text: string) => unknown]> = [
  ['cleanText', cleanText],
  ['splitText', (text) => splitText(text, 2000)],
  ['splitText into small pieces', (text) => splitText(text, 100)],
  ['fold', fold],
  ['listen', listen],
  ['find', (text) => lexicon.find(listen(text))],
  ['nearest', (text) => lexicon.nearest(listen(text))],
  ['isDanger', (text) => isDanger(listen(text))],
  ['yesNo', (text) => yesNo(listen(text))],
  ['choiceOf', (text) => choiceOf(listen(text), 8)],
  ['documentNumber', documentNumber],
  ['caseCode', caseCode],
  ['parsePayload', parsePayload],
  ['causeOf', (text) => causeOf(new Error(text), text)],
  ['Zalo’s JSON', (text) => parseJson(JSON.stringify({ text, id: 1 }).replace(/1}$/, '12345678901234567890}'))],
  ...handlers.flatMap(
    ({ name, wants }): Array<[string, (text: string) => unknown]> =>
      wants
        ? [
            [
              `${name}.wants`,
              (text) =>
                wants({ kind: 'message', channel: 'x', id: '1', address: '1', at: new Date(0), text, attachments: [], group: false }),
            ],
          ]
        : [],
  ),
]

describe('ten thousand characters chosen to hold the bot up', () => {
  test.each(readers)('%s answers within 50 ms', (_, read) => {
    const slow = texts.flatMap(([what, text]) => {
      read(text)
      let best = Number.POSITIVE_INFINITY
      // A machine that is busy with other things gets some more tries.
      for (let run = 0; run < 20 && best >= 50; run++) {
        const from = performance.now()
        read(text)
        best = Math.min(best, performance.now() - from)
      }
      return best < 50 ? [] : [`${what}: ${Math.round(best)} ms`]
    })
    expect(slow).toEqual([])
  })
})

describe('the bot under hostile hands', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot({ channels: [fakeChannel('telegram'), fakeChannel('zalo'), fakeChannel('web')] })
    await bot.db.write([...loadLevelNames(levelNames), ...loadUnits(sampleUnits, { sample: true })])
  })
  afterEach(() => bot.close())
  const failures = () => bot.lines.filter((line) => line.includes('handler.failed') || line.includes('unavailable'))

  test.each(texts)('%s sent as a message in any dialogue meets no apology', async (_, text) => {
    const lan = bot.person('1')
    for (const opening of ['menu', 'đơn vị', 'tìm', 'phản ánh', 'gặp cán bộ', 'tra cứu', 'nối tài khoản', 'deals:near:']) {
      await (opening.includes(':') ? lan.sends({ payload: opening }) : lan.says(opening))
      await lan.says(cleanText(text))
      await lan.says('hủy')
    }
    expect(failures()).toEqual([])
  })

  const injections = [
    `"`,
    `""" OR 1=1 --`,
    `a" OR "b`,
    `title : x`,
    `{title body} : x`,
    `NEAR(a b, 5)`,
    `a AND NOT b`,
    `^a*`,
    `*`,
    `a*`,
    `- a`,
    `(a`,
    `a) b`,
    `%_%`,
    `'; DROP TABLE contacts; --`,
    `\\`,
    `\u0000`,
    `item_words MATCH 'x'`,
    `rowid:1`,
    `a + b`,
    `${'a '.repeat(5000)}`,
    `"`.repeat(5000),
  ]
  test.each(injections)('search takes %j as words and nothing else', async (words) => {
    const day = '2026-11-23'
    await searchItems(bot.db, words, day)
    await searchItems(bot.db, words, day, `1) OR 1=1 --`)
    const units = await searchUnits(bot.db, words, { day, after: `' OR 1=1 --`, limit: 6 })
    expect(units.length).toBeLessThanOrEqual(6)
    const lan = bot.person('1')
    await lan.says(words)
    await lan.says('đơn vị')
    await lan.says(words)
    await lan.sends({ payload: 'deals:near:' })
    await lan.says(words)
    expect(failures()).toEqual([])
    expect(await bot.db.read('SELECT count(*) AS n FROM contacts')).toEqual([{ n: 1 }])
  })

  test('wildcards find no units: a percent sign is not “all”', async () => {
    for (const words of ['%', '_', '*', '%%%'])
      expect(await searchUnits(bot.db, words, { day: '2026-11-23', after: '', limit: 6 })).toEqual([])
  })

  test('a button of any handler with any id, typed by hand, in any dialogue, gets a sentence and does nothing', async () => {
    const actions = new Set(['x', 'constructor', 'to_string'])
    for (const file of await readdir(new URL('../handlers/', import.meta.url), { recursive: true })) {
      if (!file.endsWith('.ts')) continue
      const source = await readFile(new URL(`../handlers/${file}`, import.meta.url), 'utf8')
      for (const [, word = ''] of source.matchAll(/'([a-z_]{2,19})'/g)) actions.add(word)
    }
    expect(actions.size).toBeGreaterThan(100)
    const ids = ['', '__proto__', 'constructor', 'toString', 'hasOwnProperty', '-1', '99999999999999999999', 'a_b_c', 'NaN']
    const steps = ['', '.__proto__', '.constructor', '.-1', '.99']
    const dialogues = ['menu', 'đơn vị', 'đố vui', 'phản ánh', 'gặp cán bộ', 'tra cứu', 'xóa dữ liệu', 'dữ liệu của tôi']
    let at = 0
    for (const { name } of handlers) {
      const lan = bot.person(`by-hand-${name}`)
      for (const action of actions) {
        const pick = <T>(list: T[]): T => list[at++ % list.length] as T
        if (at % 5 === 0) await lan.says(pick(dialogues))
        const payload = `${name}:${action}:${pick(ids)}${pick(steps)}`
        const heard = await lan.sends({ payload })
        if (name !== 'erase' && name !== 'stop') expect(textOf(heard), payload).not.toBe('')
        if (failures().length > 0) throw new Error(`${payload}: ${failures()[0]}`)
      }
    }
    expect(await bot.db.read('SELECT (SELECT count(*) FROM cases) AS cases, (SELECT count(*) FROM officers) AS officers')).toEqual([
      { cases: 0, officers: 0 },
    ])
    expect(await bot.db.read("SELECT count(*) AS n FROM contacts WHERE push + contest + named_report > 0 AND age <> 'adult'")).toEqual([
      { n: 0 },
    ])
  }, 600_000)

  test('a hundred taps on “Gửi” file one report', async () => {
    const lan = bot.person('1')
    for (const said of ['phản ánh', 'hàng nghi giả', 'tem mờ và in sai', 'chợ Mẫu', 'hôm nay', 'bỏ qua', 'chưa dùng', 'gửi'])
      await lan.says(said)
    await Promise.all(Array.from({ length: 100 }, () => lan.taps('Không')))
    await bot.dispatcher.drain()
    expect(await bot.db.read('SELECT count(*) AS n FROM cases')).toEqual([{ n: 1 }])
    expect(failures()).toEqual([])
  })

  test('a thousand phrases nobody understands keep no word of theirs', async () => {
    const lan = bot.person('1')
    for (let i = 0; i < 1000; i++) await lan.says(`xyzq ${String.fromCharCode(97 + (i % 26))}qx${i % 7 === 0 ? '' : 'w'}z`)
    expect(JSON.stringify(await bot.db.read('SELECT * FROM phrases'))).not.toContain('xyzq')
    expect(failures()).toEqual([])
  })

  test.each([
    ['joining and erasing', 'đồng ý nối', 'erase'],
    ['joining and a message', 'đồng ý nối', 'says'],
    ['joining and a stop', 'đồng ý nối', 'stop'],
    ['joining and a report', 'đồng ý nối', 'file'],
  ] as const)('%s at the same instant: one order or the other, and nothing between', async (_, agree, other) => {
    for (let round = 0; round < 6; round++) {
      const zalo = bot.person(`z${round}${other}`, 'zalo')
      const telegram = bot.person(`t${round}${other}`, 'telegram')
      await zalo.says('menu')
      await telegram.says('menu')
      await zalo.says('nối tài khoản')
      const code = /[2-9A-Z]{4}-[2-9A-Z]{4}/.exec(textOf(await zalo.taps('Lấy mã')))?.[0] ?? ''
      await telegram.says(`nối tài khoản ${code}`)
      await telegram.taps('Đồng ý')
      if (other === 'erase') await telegram.says('xóa dữ liệu')
      if (other === 'file')
        for (const said of ['phản ánh', 'hàng nghi giả', 'tem mờ và in sai', 'chợ Mẫu', 'hôm nay', 'bỏ qua', 'chưa dùng', 'gửi'])
          await telegram.says(said)
      const act = {
        erase: () => telegram.taps('Có, xóa hết'),
        says: () => telegram.says('menu'),
        stop: () => telegram.says('ngừng nhận tin'),
        file: () => telegram.taps('Cho trợ lý nhắn lại'),
      }[other]
      await Promise.all(secureRandom() < 0.5 ? [zalo.says(agree), act()] : [act(), zalo.says(agree)])
      await bot.dispatcher.drain()
      const orphans = await bot.db.read(
        `SELECT (SELECT count(*) FROM addresses a WHERE NOT EXISTS (SELECT 1 FROM contacts c WHERE c.id = a.contact_id)) AS addresses,
                (SELECT count(*) FROM contacts c WHERE NOT EXISTS (SELECT 1 FROM addresses a WHERE a.contact_id = c.id)) AS contacts,
                (SELECT count(*) FROM consents x WHERE NOT EXISTS (SELECT 1 FROM contacts c WHERE c.id = x.contact_id)) AS consents`,
      )
      expect(orphans).toEqual([{ addresses: 0, contacts: 0, consents: 0 }])
      expect(failures()).toEqual([])
      if (other === 'file') {
        const owners = await bot.db.read('SELECT id FROM contacts')
        const tags = new Set(await Promise.all(owners.map(({ id }) => bot.keys.tag('contact', String(id)))))
        const links = await bot.db.read('SELECT contact_tag FROM reply_links')
        expect(links).toHaveLength(round + 1)
        for (const { contact_tag } of links) expect(tags.has(String(contact_tag)), 'a way back that leads to nobody').toBe(true)
      }
    }
  })

  test('erasing and filing at the same instant on two accounts of one person leave no way back to nobody', async () => {
    for (let round = 0; round < 6; round++) {
      const zalo = bot.person(`ez${round}`, 'zalo')
      const telegram = bot.person(`et${round}`, 'telegram')
      await zalo.says('nối tài khoản')
      const code = /[2-9A-Z]{4}-[2-9A-Z]{4}/.exec(textOf(await zalo.taps('Lấy mã')))?.[0] ?? ''
      await telegram.says(`nối tài khoản ${code}`)
      await telegram.taps('Đồng ý')
      await zalo.says('đồng ý nối')
      for (const said of ['phản ánh', 'hàng nghi giả', 'tem mờ và in sai', 'chợ Mẫu', 'hôm nay', 'bỏ qua', 'chưa dùng', 'gửi'])
        await telegram.says(said)
      await zalo.says('xóa dữ liệu')
      const both = [() => zalo.taps('Có, xóa hết'), () => telegram.taps('Cho trợ lý nhắn lại')]
      await Promise.all((round % 2 ? both : both.reverse()).map((act) => act()))
      await bot.dispatcher.drain()
      const tags = new Set(
        await Promise.all((await bot.db.read('SELECT id FROM contacts')).map(({ id }) => bot.keys.tag('contact', String(id)))),
      )
      for (const { contact_tag } of await bot.db.read('SELECT contact_tag FROM reply_links'))
        expect(tags.has(String(contact_tag))).toBe(true)
      expect(failures()).toEqual([])
    }
  })
})
