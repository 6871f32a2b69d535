/**
 * Walks every button a member can reach, breadth-first from /start, each path by somebody new: whatever is tapped must
 * be answered by a handler that knows it, in whole sentences. Where a step asks for words, some are typed.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { questions } from '../content/data/questions.ts'
import { loadQuestions } from '../db/questions.ts'
import { greet, offerPush } from '../handlers/index.ts'
import type { OutboundMessage } from '../src/chat.ts'
import { loadContent } from '../src/load-content.ts'
import { parsePayload } from '../src/text.ts'
import { type Bot, createBot, fakeChannel, seededRandom, textOf } from './harness.ts'

type Move = { tap: number } | { type: string }
type Path = Move[]

/** What answers a question that asks for words, by the words of the question. */
const TYPED: Array<[RegExp, string]> = [
  [/Bước 2\/8|Step 2\/8/, 'hộp sữa bột nhãn in mờ'],
  [/Bước 3\/8|Step 3\/8/, 'chợ Mẫu, dãy 2'],
  [/họ và tên|full name/, 'Nguyễn Thị Lan'],
  [/số điện thoại, hoặc chọn|phone number, or/, '0912345678'],
  [/hỏi cán bộ điều gì|ask an officer\?/, 'Phòng trọ công nhân có chỗ nào bán hàng Việt không'],
  [/gõ tên đơn vị|name of your unit/, 'quận 7'],
  [/muốn tìm gì|looking for\?/, 'đổi trả hàng'],
  [/viết một câu|write a sentence/i, 'con số này cũ rồi'],
  [/tên muốn được gọi|want to be called/, 'Lan'],
  [/gõ tên nơi đó|Type its name/, 'Hải Phòng'],
  [/gõ mã nối|Type the 8/, 'ABCD2345'],
  [/^(Đã ghi nhận|Noted): (?!you)/, 'đơn vị'],
  [/mã tin ở cuối tin|code at the end/, 'kiểm tra tin K7Q3-4T2M'],
  [/mã gắn tài khoản gồm|characters of the binding code/, 'ABCD2345'],
  [/kể ngắn gọn|Tell in short/, 'Gạo ở chợ tăng hai nghìn một cân'],
  [/Ở đâu vậy bạn|Where is it\?/, 'chợ Mẫu'],
  [/gửi mã nhận|Send the receipt/i, 'PA-2611-7K3Q-M4TD-9XWE'],
]
/** Doors without a button in the menu. */
const OPENED = [
  'gặp cán bộ',
  'đơn vị',
  'quyền',
  'nối tài khoản',
  'kiểm tra tin',
  'gắn tài khoản cán bộ',
  'thôi gắn tài khoản',
  'hàng chờ',
  'dừng mọi tin',
  'cho gửi tin trở lại',
  'quyền riêng tư',
  'văn bản',
  'tìm đổi trả hàng',
  'tố cáo',
  'ý kiến thị trường',
  'khan hàng',
  'cảnh báo',
  'giấy xác nhận',
  'bị đe dọa',
  'xem K7',
  'bạn là ai',
  'hàng này thật hay giả',
]
const MOST_PATHS = 900
const DEEPEST = 16

describe('every button a member can reach', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot({ channels: [fakeChannel('telegram', { buttons: 10 })], greet, offerPush, random: seededRandom(1) })
    await loadContent(bot.db, () => {})
  })
  afterEach(() => bot.close())

  test.each([
    ['Vietnamese', [] as string[], 90],
    ['English', ['english'], 90],
  ])(
    'in %s is accepted by a handler and answered in whole sentences',
    async (_language, before, least) => {
      const seen = new Set<string>()
      const queue: Path[] = [[], ...OPENED.map((type): Path => [{ type }])]
      let people = 0
      for (let walked = 0; queue.length > 0 && walked < MOST_PATHS; walked++) {
        const path = queue.shift() ?? []
        const lan = bot.person(String(++people))
        for (const text of before) await lan.says(text)
        let answer = await lan.says('/start')
        let where = '/start'
        for (const move of path) {
          const buttons = buttonsOf(answer)
          const chosen = 'tap' in move ? buttons[move.tap] : undefined
          where += 'type' in move ? ` → “${move.type}”` : ` → [${chosen?.label}]`
          answer = 'type' in move ? await lan.says(move.type) : await lan.sends({ payload: chosen?.payload ?? '' })
        }
        holdsItsOwn(where, answer)
        expect(
          bot.lines.filter((line) => line.includes('handler.failed')),
          where,
        ).toEqual([])
        if (path.length >= DEEPEST) continue
        buttonsOf(answer).forEach(({ payload }, tap) => {
          if (isNew(seen, payload)) queue.push([...path, { tap }])
        })
        const typed = TYPED.find(([question]) => question.test(answer.at(-1)?.text ?? ''))
        if (typed && isNew(seen, typed[0].source)) queue.push([...path, { type: typed[1] }])
      }
      expect(queue).toEqual([])
      expect(seen.size).toBeGreaterThan(least)
      // Nothing of the walk stands for itself: the deepest doors were opened.
      for (const door of [
        'report:pick:link',
        'erase:yes',
        'consent:age:adult',
        'officer:drop',
        'library:flag',
        'unit:leave',
        'opinion:pick:send',
      ])
        expect(
          [...seen].some((one) => one.startsWith(door)),
          door,
        ).toBe(true)
      // Hundreds of conversations, also on a machine that is busy with other things.
    },
    120_000,
  )

  const asked = questions.filter(({ audience, state }) => audience === 'doan_vien' && state === 'published')
  test('every question of the quiz is asked with whole buttons, and answered by a tap and by the words of an option', async () => {
    expect(asked.length).toBeGreaterThan(90)
    for (const question of asked) {
      await bot.db.write([{ sql: 'DELETE FROM questions', args: [] }])
      await bot.db.write(await loadQuestions(bot.db, [question]))
      const right = question.options[question.correct] ?? ''
      const [lan, hung] = [bot.person(`${question.id}-lan`), bot.person(`${question.id}-hung`)]
      const answer = await lan.says('đố vui')
      holdsItsOwn(question.id, answer)
      const short = buttonsOf(answer).some(({ label }) => label === right)
      const letter = /^([A-D])\. (.+)$/gm
      const listed = [...textOf(answer).matchAll(letter)].find(([, , option]) => option === right)?.[1]
      const verdict = await lan.taps(short ? right : (listed ?? ''))
      holdsItsOwn(`${question.id} → [${right}]`, verdict)
      expect(verdict[0]?.text, question.id).toContain('Đúng rồi.')
      await hung.says('đố vui')
      expect((await hung.says(right))[0]?.text, `${question.id} → “${right}”`).toContain('Đúng rồi.')
    }
  })

  const holdsItsOwn = (where: string, answer: OutboundMessage[]) => {
    const text = textOf(answer)
    expect(answer.length, `${where}: no answer`).toBeGreaterThan(0)
    expect(answer.length, `${where}: too many messages\n${text}`).toBeLessThanOrEqual(3)
    expect(text, where).not.toMatch(/\{\{|\}\}|undefined|\[object|NaN/)
    expect(text, `${where}: a raw key`).not.toMatch(/(^|\s)[a-z]+[.:][a-z]+_[a-z_]+/m)
    expect(text, where).not.toMatch(/gặp trục trặc|had a problem/)
    expect(text, `${where}: nobody knows this button`).not.toMatch(/Nút này không còn dùng được|This button no longer works/)
    expect(text, where).not.toMatch(/Trợ lý chưa hiểu\.|did not understand\./)
    for (const { text: one, buttons } of answer) {
      expect(one.length, `${where}: ${one}`).toBeLessThanOrEqual(2000)
      expect(one, where).not.toMatch(/!!|\s{4,}/)
      for (const { label } of buttons) expect(label, where).toMatch(/^\S(.{0,98}\S)?$/)
    }
  }
})

const buttonsOf = (answer: OutboundMessage[]) =>
  answer.flatMap(({ buttons }) => buttons.flatMap((button) => ('payload' in button ? [button] : [])))

/** One of a kind is enough: a hundred items share a button, the values of a report's step do not. */
function isNew(seen: Set<string>, name: string): boolean {
  const { handler, action, id = '', step = '' } = parsePayload(name) ?? { handler: name, action: '' }
  const told =
    handler === 'report' || handler === 'opinion'
      ? `${id}@${step.split('-')[0]}`
      : handler === 'consent' || handler === 'unit' || handler === 'data'
        ? `${id}@${step}`
        : ''
  const flag = handler === 'library' && action === 'flag' ? step : ''
  const sign = `${handler}:${action}:${told}${flag}`
  if (seen.has(sign)) return false
  seen.add(sign)
  return true
}
