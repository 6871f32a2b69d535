import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { wordings } from '../db/consents.ts'
import { updateContact } from '../db/contacts.ts'
import { handlers, offerPush } from '../handlers/index.ts'
import type { Handler } from '../src/chat.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'

/** Stands for anything useful a person does. */
const reads: Handler = {
  name: 'reads',
  version: 1,
  words: ['đọc một tin'],
  public: true,
  async handle() {
    return { replies: [{ text: { literal: 'Một tin.' } }], useful: true }
  },
}
const askName: Handler = {
  name: 'ask_name',
  version: 1,
  words: ['hỏi tên'],
  async handle({ step }) {
    return step ? { replies: [{ text: { literal: 'Xong.' } }] } : { replies: [{ text: { literal: 'Tên?' } }], next: { step: 'name' } }
  },
  async offerAgain() {
    return [{ text: { literal: 'Tên?' } }]
  },
}

describe('consent', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot({
      handlers: [reads, askName, ...handlers],
      offerPush,
      channels: [fakeChannel(), fakeChannel('zalo-bot', { buttons: 0 })],
    })
  })
  afterEach(() => bot.close())

  const rows = () => bot.db.read('SELECT purpose, choice, wording, channel, at FROM consents ORDER BY rowid')
  const contact = async () => (await bot.db.read('SELECT age, push, contest, named_report, deals, push_offered FROM contacts'))[0]
  const grownUp = () => bot.db.write([{ sql: "UPDATE contacts SET age = 'adult'", args: [] }])
  const labels = (answer: Awaited<ReturnType<ReturnType<Bot['person']>['says']>>) => answer.at(-1)?.buttons.map(({ label }) => label)

  test('age is asked first, then the consent with two equal buttons, and the choice is proved', async () => {
    const lan = bot.person('100')
    const age = await lan.sends({ payload: 'consent:want:push' })
    expect(labels(age)).toEqual(['Từ 16 tuổi trở lên', 'Dưới 16 tuổi', 'Không muốn nói'])
    const ask = await lan.taps('Từ 16 tuổi trở lên')
    expect(labels(ask)).toEqual(['Đồng ý', 'Không đồng ý'])
    for (const part of ['3 tin một tuần', '21:00', '07:00', 'ngừng nhận tin', 'tự nguyện']) expect(textOf(ask)).toContain(part)
    expect(await rows()).toEqual([])
    const done = await lan.taps('Đồng ý')
    expect(textOf(done)).toContain('Đã bật nhận tin')
    expect(await rows()).toEqual([
      { purpose: 'push', choice: 'yes', wording: 'push-1', channel: 'telegram', at: '2026-11-23T02:00:00.000Z' },
    ])
    expect(await bot.db.read('SELECT c.id = p.contact_id AS hers, length(p.message_tag) AS tag FROM contacts c, consents p')).toEqual([
      { hers: 1, tag: 32 },
    ])
    expect(await contact()).toMatchObject({ age: 'adult', push: 1, deals: 0, contest: 0, named_report: 0, push_offered: 1 })
  })

  test.each([
    ['có', 'đồng ý'],
    ['co', 'dong y'],
    ['25 tuổi', 'ok ạ'],
    ['tu 16 tuoi tro len', 'vâng'],
    ['1', '1'],
  ])('typed answers count: %s, then %s', async (age, answer) => {
    const lan = bot.person('100', 'zalo-bot')
    await lan.sends({ payload: 'consent:want:deals' })
    await lan.says(age)
    await lan.says(answer)
    expect(await contact()).toMatchObject({ age: 'adult', deals: 1, push: 0 })
    expect(await rows()).toMatchObject([{ purpose: 'deals', choice: 'yes', wording: wordings.deals, channel: 'zalo-bot' }])
  })

  test.each(['không đồng ý', 'khong', 'thôi', 'từ chối', '2'])('refusing by typing costs nothing: %s', async (no) => {
    const lan = bot.person('100')
    await lan.says('hi')
    await grownUp()
    await lan.sends({ payload: 'consent:want:push' })
    const answer = await lan.says(no)
    expect(textOf(answer)).toContain('Không sao cả')
    expect(answer.at(-1)?.buttons).toHaveLength(8)
    expect(await rows()).toMatchObject([{ choice: 'no', wording: 'push-1' }])
    expect(await contact()).toMatchObject({ push: 0, push_offered: 1 })
    expect(textOf(await lan.says('đọc một tin'))).toBe('Một tin.')
  })

  test.each(['Dưới 16 tuổi', 'chưa đủ', 'không', '15', 'em 12 tuổi'])(
    'under 16 is told kindly what stays open and never gets pushes: %s',
    async (said) => {
      const an = bot.person('100')
      await an.sends({ payload: 'consent:want:push' })
      const answer = said === 'Dưới 16 tuổi' ? await an.taps(said) : await an.says(said)
      expect(textOf(answer)).toContain('Em vẫn đọc tin')
      for (const payload of [
        'consent:want:push',
        'consent:yes:push.push-1',
        'consent:yes:deals.deals-1',
        'consent:yes:contest.contest-1',
      ]) {
        expect(textOf(await an.sends({ payload }))).toContain('Em vẫn đọc tin')
      }
      expect(await contact()).toMatchObject({ age: 'under16', push: 0, deals: 0, contest: 0 })
      expect(await rows()).toEqual([])
      expect(textOf(await an.says('đọc một tin'))).toBe('Một tin.')
    },
  )

  test('a wrong tap on the age can be mended', async () => {
    const lan = bot.person('100')
    await lan.sends({ payload: 'consent:want:push' })
    await lan.taps('Dưới 16 tuổi')
    await lan.taps('Chọn lại tuổi')
    await lan.taps('Từ 16 tuổi trở lên')
    await lan.taps('Đồng ý')
    expect(await contact()).toMatchObject({ age: 'adult', push: 1 })
  })

  test('who turns out to be under 16 loses every consent that needs the age', async () => {
    const lan = bot.person('100')
    await lan.says('hi')
    await grownUp()
    await lan.sends({ payload: 'consent:yes:push.push-1' })
    await lan.sends({ payload: 'consent:yes:deals.deals-1' })
    await lan.sends({ payload: 'consent:age:under16.push' })
    expect(await contact()).toMatchObject({ age: 'under16', push: 0, deals: 0 })
    expect((await rows()).map(({ choice }) => choice)).toEqual(['yes', 'yes', 'withdrawn', 'withdrawn'])
  })

  test('who will not say an age keeps everything public, and is not written down as anything', async () => {
    const lan = bot.person('100')
    await lan.sends({ payload: 'consent:want:contest' })
    expect(textOf(await lan.taps('Không muốn nói'))).toContain('Không sao cả')
    expect(await contact()).toMatchObject({ age: 'unknown', contest: 0 })
    expect(textOf(await lan.sends({ payload: 'consent:yes:contest.contest-1' }))).toContain('16 tuổi trở lên phải không')
    expect(await rows()).toEqual([])
  })

  test('two taps at once leave one row', async () => {
    const lan = bot.person('100')
    await lan.says('hi')
    await grownUp()
    for (const payload of ['consent:yes:push.push-1', 'consent:no:push.push-1']) {
      const [first, second] = await Promise.all([lan.sends({ payload }), lan.sends({ payload })])
      expect([...first, ...second].length).toBeGreaterThan(0)
    }
    await Promise.all([lan.sends({ payload: 'consent:no:deals.deals-1' }), lan.sends({ payload: 'consent:no:deals.deals-1' })])
    expect((await rows()).map(({ purpose, choice }) => `${purpose} ${choice}`)).toEqual(['push yes', 'push withdrawn', 'deals no'])
  })

  test('a button with older words asks again with the new ones', async () => {
    const lan = bot.person('100')
    await lan.says('hi')
    await grownUp()
    const answer = await lan.sends({ payload: 'consent:yes:push.push-0' })
    expect(textOf(answer)).toContain('vừa được cập nhật')
    expect(textOf(answer)).toContain('3 tin một tuần')
    expect(await rows()).toEqual([])
    await lan.taps('Đồng ý')
    expect(await rows()).toMatchObject([{ choice: 'yes', wording: 'push-1' }])
  })

  test.each(['consent:yes:votes.votes-1', 'consent:want:', 'consent:age:old.push', 'consent:dance:push', 'consent:yes:push'])(
    'a payload made up by hand does nothing: %s',
    async (payload) => {
      const lan = bot.person('100')
      await lan.says('hi')
      await grownUp()
      expect(await lan.sends({ payload })).toHaveLength(1)
      expect(await rows()).toEqual([])
    },
  )

  test('a word that is neither yes nor no is asked about again; "dung" alone agrees to nothing', async () => {
    const lan = bot.person('100')
    await lan.says('hi')
    await grownUp()
    await lan.sends({ payload: 'consent:want:push' })
    expect(labels(await lan.says('dung'))).toEqual(['Đồng ý', 'Không đồng ý'])
    expect(await rows()).toEqual([])
  })

  test('what was under way goes on after the consent', async () => {
    const lan = bot.person('100')
    await lan.says('hỏi tên')
    await grownUp()
    await lan.sends({ payload: 'consent:want:named_report' })
    expect(textOf(await lan.taps('Đồng ý'))).toContain('Tên?')
    expect(textOf(await lan.says('Lan'))).toBe('Xong.')
  })

  test('a new question is answered and the consent asked again, shortly', async () => {
    const lan = bot.person('100')
    await lan.says('hi')
    await grownUp()
    await lan.sends({ payload: 'consent:want:push' })
    const answer = await lan.says('đọc một tin')
    expect(answer.map(({ text }) => text)).toEqual(['Một tin.', expect.stringContaining('Bạn chưa chọn: nhận tin')])
  })

  test('“ngừng nhận tin” answers an open question about pushes: it is not asked again, and a later yes agrees to nothing', async () => {
    const lan = bot.person('100')
    await lan.says('hi')
    await grownUp()
    for (const question of ['consent:want:deals', 'consent:want:push']) {
      await lan.sends({ payload: question })
      const answer = await lan.says('ngừng nhận tin')
      expect(textOf(answer)).toContain('không nhận tin nào')
      expect(answer).toHaveLength(1)
      await lan.says('có')
      expect(await contact()).toMatchObject({ push: 0, deals: 0 })
    }
  })

  test('“ngừng nhận tin” leaves any other step as it is', async () => {
    const lan = bot.person('100')
    await lan.says('hỏi tên')
    expect(textOf(await lan.says('ngừng nhận tin'))).toContain('Tên?')
  })

  describe('offering pushes', () => {
    test('comes once, after the first useful thing, with two equal buttons', async () => {
      const lan = bot.person('100')
      const [read, offer] = await lan.says('đọc một tin')
      expect(read?.text).toBe('Một tin.')
      expect(offer?.buttons.map(({ label }) => label)).toEqual(['Đồng ý', 'Không đồng ý'])
      expect(await contact()).toMatchObject({ push: 0, push_offered: 1 })
      expect(await lan.says('đọc một tin')).toHaveLength(1)
    })

    test('yes asks the age and then is done, without the same question twice', async () => {
      const lan = bot.person('100')
      await lan.says('đọc một tin')
      expect(textOf(await lan.taps('Đồng ý'))).toContain('16 tuổi')
      expect(await contact()).toMatchObject({ push: 0 })
      expect(textOf(await lan.taps('Từ 16 tuổi trở lên'))).toContain('Đã bật nhận tin')
      expect(await rows()).toMatchObject([{ purpose: 'push', choice: 'yes', wording: 'push-1' }])
    })

    test('no is kept, and everything stays open', async () => {
      const lan = bot.person('100', 'zalo-bot')
      await lan.says('đọc một tin')
      expect(textOf(await lan.says('2'))).toContain('Không sao cả')
      expect(await rows()).toMatchObject([{ choice: 'no' }])
      expect(textOf(await lan.says('doc mot tin'))).toBe('Một tin.')
    })

    test('is not made to those under 16, to groups, or to those who have it', async () => {
      const an = bot.person('100')
      await an.sends({ payload: 'consent:want:contest' })
      await an.taps('Dưới 16 tuổi')
      expect(await an.says('đọc một tin')).toHaveLength(1)
      expect(await bot.person('-7').sends({ text: 'đọc một tin', group: true })).toHaveLength(1)
      const lan = bot.person('200')
      await lan.says('hi')
      await grownUp()
      await lan.sends({ payload: 'consent:yes:push.push-1' })
      expect(await lan.says('đọc một tin')).toHaveLength(1)
    })
  })

  test('facts told by someone who was erased meanwhile are written nowhere', async () => {
    const write = updateContact('gone', { age: 'adult', unitId: 'tlld', pushOffered: true })
    await bot.db.write([write])
    expect(await bot.db.read('SELECT count(*) AS n FROM contacts')).toEqual([{ n: 0 }])
  })
})
