/**
 * "Phản ánh chờ" at an officer's chat (F70): numbers, states and days, the way to the console, and never a word of a report.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { caseRows } from './console-cases.ts'
import { type Bot, createBot, textOf } from './harness.ts'
import { unitRows } from './people.ts'
import { seat } from './seats.ts'

let bot: Bot
beforeEach(async () => {
  bot = await createBot()
  await bot.db.write(unitRows())
})
afterEach(() => bot.close())

const file = async (id: string, number: string, more: Record<string, unknown> = {}) =>
  bot.db.write(await caseRows(bot.keys, { id, number, now: bot.clock.now(), ...more }))

test('an officer sees what waits in their units, page by page, and nothing of what it says', async () => {
  const officer = await seat(bot, 'an', 'xa', ['case'])
  expect(textOf(await officer.says('phản ánh chờ'))).toContain('Không có phản ánh nào đang chờ')
  await file('c1', 'PA-2611-7K3Q', { danger: true })
  await file('c2', 'PA-2611-8M4T', { unitId: 'xa-khac' })
  for (let i = 2; i < 10; i++) await file(`m${i}`, `PA-2611-MM${i}M`)
  const first = textOf(await officer.says('phan anh cho'))
  expect(first).toMatch(/^Phản ánh đang chờ.*\nPA-2611-7K3Q · gấp · Mới · hạn \d\d\/\d\d\/\d{4}\nPA-2611-MM2M · Mới · hạn/)
  expect(first).not.toMatch(/8M4T|Tem nhãn|Sạp|Hàng nghi giả/)
  const second = textOf(await officer.taps('Xem thêm'))
  expect(second).toContain('PA-2611-MM9M')
  expect(second).not.toContain('7K3Q')
})

test('nobody else is told anything', async () => {
  await file('c1', 'PA-2611-7K3Q')
  const member = bot.person('member')
  expect(textOf(await member.says('phản ánh chờ'))).toContain('Việc này dành cho cán bộ')
  const editor = await seat(bot, 'bien', 'tinh', ['editor'])
  expect(textOf(await editor.says('phản ánh chờ'))).toContain('chưa có quyền')
})

test('the way there stands under an empty queue of messages', async () => {
  const officer = await seat(bot, 'an', 'xa', ['case'])
  await officer.says('hàng chờ')
  expect(textOf(await officer.taps('Phản ánh chờ'))).toContain('Không có phản ánh nào đang chờ')
})
