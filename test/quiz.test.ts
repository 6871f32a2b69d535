/** The quiz in conversation: buttons, letters, digits, stale taps, breaks, and what is left behind (only totals). */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { questions } from '../content/data/questions.ts'
import { type BuiltInQuestion, loadQuestions } from '../db/questions.ts'
import type { OutboundMessage } from '../src/chat.ts'
import { type Bot, type BotOptions, createBot, fakeChannel, textOf } from './harness.ts'

async function quizBot(options: BotOptions = {}, rows: readonly BuiltInQuestion[] = questions): Promise<Bot> {
  const bot = await createBot(options)
  await bot.db.write(await loadQuestions(bot.db, rows))
  return bot
}

type Person = ReturnType<Bot['person']>

/** The question a message asks, with its options in the order shown. */
function askedIn(messages: OutboundMessage[], rows: readonly BuiltInQuestion[] = questions) {
  const message = messages.findLast(({ text }) => /Câu \d\/\d/.test(text))
  const question = rows.find(({ text }) => message?.text.includes(text))
  if (!message || !question) throw new Error(`no question in ${textOf(messages)}`)
  const listed = [...message.text.matchAll(/^([A-D]|[1-4])\. (.+)$/gm)]
    .map(([, , option = '']) => option)
    .filter((option) => !/^[A-D]$/.test(option))
  const options = listed.length > 0 ? listed.slice(0, question.options.length) : message.buttons.map(({ label }) => label)
  const place = options.indexOf(question.options[question.correct] ?? '')
  return { message, question, options, place }
}

const payloads = ({ buttons }: OutboundMessage) => buttons.flatMap((button) => ('payload' in button ? [button.payload] : []))

describe('quiz', () => {
  let bot: Bot
  let lan: Person
  beforeEach(async () => {
    bot = await quizBot()
    lan = bot.person('100')
  })
  afterEach(() => bot.close())

  test.each(['đố vui', 'do vui', 'trắc nghiệm', 'câu hỏi', 'thi', 'thi thử', '/dovui', 'đo vui'])('“%s” begins one', async (words) => {
    const answer = await lan.says(words)
    expect(textOf(answer)).toContain('Câu 1/5')
    expect(answer.at(-1)?.buttons).toHaveLength(4)
  })

  test('five questions with buttons: verdict, explanation and source each time, the score at the end', async () => {
    let answer = await lan.sends({ payload: 'quiz:start:' })
    const ids = new Set<string>()
    for (let n = 1; n <= 5; n++) {
      const { message, question, place } = askedIn(answer)
      expect(message.text).toContain(`Câu ${n}/5`)
      ids.add(question.id)
      const right = n !== 2
      const pick = right ? place : (place + 1) % 4
      answer = await lan.sends({ payload: payloads(message)[pick] ?? '' })
      expect(answer[0]?.text).toContain(
        right ? 'Đúng rồi.' : `Chưa đúng. Đáp án là: ${question.options[question.correct]?.replace(/\.$/, '')}.`,
      )
      expect(answer[0]?.text).toContain(`${question.explanation}\n\nNguồn: ${question.source_label}`)
      expect(answer[0]?.text.includes('Thông tin tham khảo.')).toBe(question.law)
    }
    expect(ids.size).toBe(5)
    expect(textOf(answer)).toContain('Bạn đúng 4/5 câu.')
    expect(answer.at(-1)?.buttons.map(({ label }) => label)).toEqual(['Chơi tiếp', 'Danh mục'])
    const again = await lan.taps('Chơi tiếp')
    expect(textOf(again)).toContain('Câu 1/5')
  })

  test('“Chơi tiếp” asks five others', async () => {
    const first = await play(lan, () => 'right')
    const second = await play(lan, () => 'right', await lan.taps('Chơi tiếp'))
    expect(first.ids.filter((id) => second.ids.includes(id))).toEqual([])
    expect(textOf(first.last)).toContain('Bạn đúng cả 5 câu.')
  })

  test('letters, digits, “đáp án b” and the option itself all answer', async () => {
    const ways: Array<(place: number, option: string) => string> = [
      (place) => 'ABCD'[place] ?? '',
      (place) => String(place + 1),
      (place) => `đáp án ${'abcd'[place]}`,
      (place) => `chon ${'abcd'[place]} nhe`,
      (_place, option) => option.toLowerCase(),
    ]
    let answer = await lan.says('đố vui')
    for (const way of ways) {
      const { place, options } = askedIn(answer)
      answer = await lan.says(way(place, options[place] ?? ''))
      expect(answer[0]?.text).toContain('Đúng rồi.')
    }
    expect(textOf(answer)).toContain('Bạn đúng cả 5 câu.')
  })

  test('on a channel without buttons it is played with digits and letters', async () => {
    const plain = await quizBot({ channels: [fakeChannel('zalo-bot', { buttons: 0 })] })
    const hung = plain.person('7')
    let answer = await hung.says('do vui')
    for (let n = 1; n <= 5; n++) {
      expect(textOf(answer)).toContain('Bạn nhắn số để chọn.')
      const { place } = askedIn(answer)
      answer = await hung.says(n % 2 ? String(place + 1) : ('abcd'[place] ?? ''))
      expect(answer[0]?.text).toContain('Đúng rồi.')
    }
    expect(textOf(answer)).toContain('1. Chơi tiếp\n2. Danh mục')
    expect(textOf(await hung.says('1'))).toContain('Câu 1/5')
    await plain.close()
  })

  test('long options are listed under letters, short ones are on the buttons', async () => {
    const [base] = questions
    if (!base) throw new Error('no questions')
    const long = { ...base, id: 'L', options: ['x'.repeat(41), 'hai', 'ba', 'bốn'] }
    const other = await quizBot({}, [long])
    const [, message] = await other.person('1').says('đố vui')
    expect(message?.buttons.map(({ label }) => label)).toEqual(['A', 'B', 'C', 'D'])
    for (const option of long.options) expect(message?.text).toMatch(new RegExp(`^[A-D]\\. ${option}$`, 'm'))
    await other.close()
  })

  test('options are shuffled anew for each attempt, by the chance passed in', async () => {
    const one = questions.filter(({ id }) => id === 'QF001')
    const orders = new Set<string>()
    for (let seed = 0; seed < 6; seed++) {
      let x = seed / 6
      const seeded = await quizBot(
        {
          random: () => {
            x = (x * 7.13 + 0.37) % 1
            return x
          },
        },
        one,
      )
      const { options, question } = askedIn(await seeded.person('1').says('đố vui'), one)
      expect([...options].sort()).toEqual([...question.options].sort())
      orders.add(options.join('|'))
      await seeded.close()
    }
    expect(orders.size).toBeGreaterThan(2)
  })

  test('a button of an answered question counts no more, and the current one is asked again', async () => {
    const first = askedIn(await lan.says('đố vui'))
    const second = askedIn(await lan.sends({ payload: payloads(first.message)[first.place] ?? '' }))
    const stale = await lan.sends({ payload: payloads(first.message)[0] ?? '' })
    expect(stale[0]?.text).toBe('Câu này đã trả lời rồi.')
    expect(askedIn(stale).question.id).toBe(second.question.id)
  })

  test('two taps at once count once', async () => {
    const { message, place } = askedIn(await lan.says('đố vui'))
    const payload = payloads(message)[place] ?? ''
    await Promise.all([lan.sends({ payload }), lan.sends({ payload })])
    const said = textOf(lan.heard())
    expect(said.match(/Đúng rồi\./g)).toHaveLength(1)
    expect(said.match(/Câu này đã trả lời rồi\./g)).toHaveLength(1)
    const end = await play(lan, () => 'wrong', lan.heard())
    expect(textOf(end.last)).toContain('Bạn đúng 1/5 câu.')
  })

  test('a button of another attempt, of another person or made by hand does nothing', async () => {
    const mine = askedIn(await lan.says('đố vui'))
    const hung = bot.person('200')
    expect(textOf(await hung.sends({ payload: payloads(mine.message)[0] ?? '' }))).toContain('đã kết thúc')
    await hung.says('đố vui')
    expect(textOf(await hung.sends({ payload: payloads(mine.message)[0] ?? '' }))).toContain('đã trả lời rồi')
    for (const payload of [
      `quiz:answer:${mine.question.id}.00`,
      `quiz:answer:${mine.question.id}.09ABCD`,
      'quiz:answer:',
      'quiz:answer:x.zzz',
    ])
      expect(textOf(await lan.sends({ payload }))).toContain('đã trả lời rồi')
    expect(textOf(await lan.sends({ payload: 'quiz:start:' }))).toContain('Câu 1/5')
    await lan.says('hủy')
    const anew = askedIn(await lan.says('đố vui'))
    expect(textOf(await lan.sends({ payload: payloads(mine.message)[mine.place] ?? '' }))).toContain('đã trả lời rồi')
    expect(anew.message.text).toContain('Câu 1/5')
    expect(await bot.db.read('SELECT 1 FROM updates')).toEqual([])
  })

  test('what is no answer gets a gentle reminder and the question again', async () => {
    const { question } = askedIn(await lan.says('đố vui'))
    for (const words of ['dung', 'sai', 'tin', 'ơ kìa', '7', 'E', 'chơi tiếp', '264', '😀']) {
      const answer = await lan.says(words)
      expect(textOf(answer)).toContain('Bạn đang trả lời đố vui.')
      expect(askedIn(answer).question.id).toBe(question.id)
    }
    expect(textOf(await lan.sendsPhotos('p'))).toContain('Bạn đang trả lời đố vui.')
  })

  test('another wish is answered and the question comes again; “hủy” ends it', async () => {
    const { question } = askedIn(await lan.says('đố vui'))
    const answer = await lan.says('trợ giúp')
    expect(answer.length).toBeGreaterThan(1)
    const again = askedIn(answer)
    expect(again.question.id).toBe(question.id)
    expect((await lan.says(String(again.place + 1)))[0]?.text).toContain('Đúng rồi.')
    expect(textOf(await lan.says('hủy'))).toContain('Đã hủy')
    expect(textOf(await lan.says('A'))).not.toContain('Câu')
  })

  test('where the options are Đúng and Sai, “dung” means đúng', async () => {
    const [base] = questions
    if (!base) throw new Error('no questions')
    const rows = [
      { ...base, id: 'T1', text: 'Mua hàng Việt là tự nguyện?', options: ['Đúng', 'Sai'], correct: 0 },
      { ...base, id: 'T2', text: 'Ai cũng phải mua hàng Việt?', options: ['Đúng', 'Sai'], correct: 1 },
    ]
    for (const [yes, no] of [
      ['dung', 'sai'],
      ['đúng ạ', 'Sai rồi'],
      ['1', '2'],
      ['A', 'B'],
    ]) {
      const other = await quizBot({}, rows)
      const hung = other.person('1')
      let answer = await hung.says('đố vui')
      for (let n = 0; n < 2; n++) {
        const asked = askedIn(answer, rows)
        expect(asked.options).toEqual(['Đúng', 'Sai'])
        answer = await hung.says((asked.question.correct === 0 ? yes : no) ?? '')
        expect(answer[0]?.text).toContain('Đúng rồi.')
      }
      expect(textOf(answer)).toContain('Bạn đúng cả 2 câu.')
      await other.close()
    }
  })

  test('a question withdrawn meanwhile is skipped, and the round gets shorter', async () => {
    const first = askedIn(await lan.says('đố vui'))
    await bot.db.write([{ sql: "UPDATE questions SET state = 'waiting' WHERE id = ?", args: [first.question.id] }])
    const answer = await lan.says('A')
    expect(textOf(answer)).toContain('bỏ qua câu đó')
    expect(textOf(answer)).toContain('Câu 1/4')
    await bot.db.write([{ sql: "UPDATE questions SET state = 'waiting'", args: [] }])
    const end = await lan.says('B')
    expect(textOf(end)).toContain('Hiện chưa có câu hỏi nào')
    expect(textOf(await lan.says('đố vui'))).toContain('Hiện chưa có câu hỏi nào')
  })

  test.each([
    [5, 'Rất tuyệt'],
    [3, 'Bạn đúng 3/5 câu. Bạn hiểu khá kỹ'],
    [1, 'Bạn đúng 1/5 câu. Mỗi lượt chơi'],
    [0, 'mời bạn thử lượt nữa'],
  ])('%i right answers are met with warm words', async (right, words) => {
    const { last } = await play(lan, (n) => (n <= right ? 'right' : 'wrong'))
    expect(textOf(last)).toContain(words)
  })

  test('nothing of it is kept about the person, only a total', async () => {
    await play(lan, () => 'right')
    expect(await bot.db.read("SELECT day, channel, what, reason, total FROM tallies WHERE what = 'quiz_finished'")).toEqual([
      { day: '2026-11-23', channel: 'telegram', what: 'quiz_finished', reason: 'all', total: 1 },
    ])
    const columns = await bot.db.read(
      "SELECT m.name FROM sqlite_master m WHERE m.type = 'table' AND m.sql LIKE '%question_id%' AND m.name NOT LIKE 'question_words%'",
    )
    // The search index of the questions themselves, and nothing of a person.
    expect(columns).toEqual([])
    expect(
      JSON.stringify(await bot.db.read('SELECT * FROM figure_counts UNION ALL SELECT tag, month, 0, 0, 0, 0 FROM figure_people')),
    ).not.toMatch(/question|addr|contact/)
  })

  test('the end is the moment to offer messages, the middle is not', async () => {
    let offers = 0
    const other = await quizBot({
      offerPush: () => {
        offers++
        return { replies: [] }
      },
    })
    const hung = other.person('1')
    await hung.says('đố vui')
    await hung.says('A')
    expect(offers).toBe(0)
    await play(hung, () => 'right', hung.heard())
    expect(offers).toBe(1)
    await other.close()
  })
})

/** Plays to the end, by buttons. */
async function play(person: Person, how: (n: number) => 'right' | 'wrong', begun?: OutboundMessage[]) {
  let answer = begun ?? (await person.says('đố vui'))
  const ids: string[] = []
  for (let n = 1; /Câu \d\/\d/.test(answer.at(-1)?.text ?? '') && n <= 6; n++) {
    const { message, question, place } = askedIn(answer)
    ids.push(question.id)
    answer = await person.sends({ payload: payloads(message)[how(n) === 'right' ? place : (place + 1) % 4] ?? '' })
  }
  return { ids, last: answer }
}
