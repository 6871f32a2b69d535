/**
 * What the tests of the talk about a report stand on: members on four kinds of channels who file by typing alone, an officer
 * with a case's desk, and the relay between them, minute by minute.
 */
import { changeCase } from '../db/case-change.ts'
import { type CaseRow, requireCase } from '../db/case-desk.ts'
import type { NewEvent } from '../db/case-events.ts'
import { noticeOutcomesJob } from '../src/notice-outcomes.ts'
import { createRelay } from '../src/relay.ts'
import type { TestDatabase } from './database.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'
import { addTestOfficer, deskAt, unitRows } from './people.ts'

export const MINUTE = 60_000
const HOUR = 3_600_000
export const NOTICE = /^Trợ lý có tin mới cho bạn\. Nhắn “xem ([A-Z]\d)” để đọc\.$/m
const RECEIPT = /PA-\d{4}-[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}/

export type Member = ReturnType<Bot['person']>
export type Filed = { receipt: string; id: string }
export type TalkDesk = Awaited<ReturnType<typeof openTalkDesk>>

/** Telegram with buttons, Zalo OA with few, the Zalo bot with none, the page. */
export const CHANNELS = [
  ['telegram', { buttons: 8 }],
  ['zalo', { buttons: 5, windowHours: 168 }],
  ['zalo-bot', { buttons: 0, documents: false }],
  ['web', { buttons: 12 }],
] as const

export async function openTalkDesk(random?: () => number, database?: TestDatabase) {
  const bot = await createBot({
    ...(database ? { database } : {}),
    channels: CHANNELS.map(([name, limits]) => fakeChannel(name, limits)),
  })
  const { db, keys, clock } = bot
  // Nothing here loses its power supply.
  await db.write(unitRows())
  await addTestOfficer(db, keys, 'an', 'tinh', ['case'])
  const log = (level: string, what: string, fields: object = {}) => void bot.lines.push(JSON.stringify({ level, what, ...fields }))
  const own = { chance: random ?? (() => 0) }
  const chance = () => own.chance()
  const relay = createRelay({ ...{ db, keys, channels: bot.channels }, random: chance, log })
  const outcomes = noticeOutcomesJob({ db, keys, random: chance, log })

  const act = async (id: string, event: Omit<NewEvent, 'id' | 'caseId' | 'officerId' | 'now'>, set?: [string, string[]]) => {
    const desk = await deskAt(db, keys, 'an', clock.now())
    const row: CaseRow = await requireCase(desk, id, 'case.work')
    await db.write(await changeCase(desk, row, { event, ...(set ? { set } : {}) }))
  }
  return {
    bot,
    relay,
    outcomes,
    act,
    /** How chance falls for the jobs from now on. */
    set chance(next: () => number) {
      own.chance = next
    },
    /** Files by typing alone; returns the receipt and the case. */
    async files(who: Member, { link = true, signs = 'hộp sữa nhãn in mờ' } = {}): Promise<Filed> {
      const before = new Set((await db.read('SELECT id FROM cases')).map(({ id }) => id))
      for (const words of ['phản ánh', 'hàng nghi giả', signs, 'chợ Mẫu dãy 2', 'hôm qua', 'bỏ qua', 'chưa ai dùng', 'gửi'])
        await who.says(words)
      const receipt = RECEIPT.exec(textOf(await who.says(link ? 'cho trợ lý nhắn lại' : 'không nhắn lại')))?.[0] ?? ''
      const id = (await db.read('SELECT id FROM cases')).map((row) => String(row.id)).find((one) => !before.has(one)) ?? ''
      if (receipt === '' || id === '') throw new Error('not filed')
      return { receipt, id }
    },
    /** An officer's question: the case waits for its member. */
    asks: (id: string, text: string) =>
      act(id, { kind: 'asked', text, relay: true, detail: { from: 'new', to: 'needs_info' } }, [
        "state = 'needs_info', due_day = ?",
        ['2026-12-07'],
      ]),
    tells: (id: string, text: string) => act(id, { kind: 'told', text, relay: true }),
    /** So many minutes, the relay's job in each; sends what is due. */
    async pass(minutes: number) {
      for (let n = 0; n < minutes; n++) {
        clock.advance(MINUTE)
        await relay.run(clock.now())
        await bot.dispatcher.drain()
      }
    },
    /** So many whole hours: cases hear what became of their notices. */
    async hours(n: number) {
      for (let i = 0; i < n; i++) {
        clock.set(new Date((Math.floor(clock.now().getTime() / HOUR) + 1) * HOUR).toISOString())
        await outcomes.run(clock.now())
      }
    },
    noticesTo: (who: Member) => who.heard().filter(({ text }) => NOTICE.test(text)),
    /** The word of the newest notice. */
    wordOf: (who: Member) =>
      NOTICE.exec(
        textOf(
          who
            .heard()
            .toReversed()
            .filter(({ text }) => NOTICE.test(text))
            .slice(0, 1),
        ),
      )?.[1] ?? '',
    async events(id: string) {
      return db.read('SELECT kind, relay, seen, officer_id, detail FROM case_events WHERE case_id = ? ORDER BY place', [id])
    },
    async caseOf(id: string) {
      return (await db.read('SELECT * FROM cases WHERE id = ?', [id]))[0] ?? {}
    },
    close: () => bot.close(),
  }
}
