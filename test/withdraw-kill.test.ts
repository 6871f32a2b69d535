/**
 * The real program, killed again and again while members take their reports back on Telegram. At each kill a report is either
 * whole or gone, never half; in the end each that was acknowledged is gone exactly once, and no object of a photo lies in
 * the folder that no row speaks for: those a kill left between the commit and the deletion go with the next start.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDb } from '../db/open.ts'
import { createFileEvidence } from '../src/evidence-files.ts'
import { FAKE_TOKEN, type FakeTelegram, fakeTelegram } from './fake-telegram.ts'
import { grain } from './photo-desk.ts'
import { FIRST_START, insist, pause, realProgram } from './real-program.ts'

const SECRET = 'secret-of-the-kill-tests'
const KILLS = 5
const PEOPLE = 9
const RECEIPT = /PA-2611-[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}/

let telegram: FakeTelegram
beforeEach(async () => {
  telegram = await fakeTelegram()
})
afterEach(() => telegram.close())
const program = realProgram({
  name: 'withdraw-kill',
  key: Buffer.alloc(32, 8),
  env: () => ({
    ...{ PUBLIC_URL: 'https://bot.example.vn', TELEGRAM_BOT_TOKEN: FAKE_TOKEN },
    ...{ TELEGRAM_WEBHOOK_SECRET: SECRET, TELEGRAM_API_ROOT: telegram.root },
  }),
})
const { start, kill, until } = program

let updates = 0
/** Until it is acknowledged, as the platform does. */
async function tell(chat: number, part: object): Promise<void> {
  const id = ++updates
  const from = { id: chat, is_bot: false, first_name: 'L' }
  const message = { message_id: id, date: 1_795_000_000, from, chat: { id: chat, type: 'private' }, ...part }
  const headers = { 'x-telegram-bot-api-secret-token': SECRET, 'content-type': 'application/json' }
  const body = JSON.stringify({ update_id: id, message })
  await insist(() => program.call('/webhooks/telegram', { method: 'POST', headers, body }), 200)
}

test('killed five times amid withdrawals: whole or gone, each once, and no photo is left behind', async () => {
  const photo = await grain()
  await start()
  const db = openDb({ url: program.databaseUrl() })
  const evidence = createFileEvidence(program.evidence(), () => new Date(FIRST_START))
  const receipts = new Map<number, string>()
  for (let who = 0; who < PEOPLE; who++) {
    const chat = 7_200_000 + who
    for (const text of ['/phananh', 'hàng nghi giả', 'tem mờ', 'chợ Mẫu', 'hôm nay']) await tell(chat, { text })
    telegram.addFile(`file-${who}`, photo)
    await tell(chat, { photo: [{ file_id: `file-${who}`, file_unique_id: `u${who}`, file_size: photo.length, width: 300, height: 300 }] })
    for (const text of ['xong', 'chưa dùng', 'gửi', 'cho trợ lý nhắn lại']) await tell(chat, { text })
  }
  await until('all brought home', async () => (await db.read("SELECT 1 FROM photos WHERE state <> 'stored' LIMIT 1")).length === 0)
  await until('all receipts', () => {
    for (const { chat, text } of telegram.taken) {
      const found = RECEIPT.exec(text ?? '')?.[0]
      if (found) receipts.set(Number(chat), found)
    }
    return receipts.size === PEOPLE
  })
  expect((await evidence.list()).names).toHaveLength(2 * PEOPLE)

  /** What of each report is there: one line for whatever fits together, and what does not. */
  const states = async () =>
    (
      await db.read(
        `SELECT c.gone, c.state,
           (SELECT count(*) FROM photos p WHERE p.case_id = c.id) AS photos,
           (SELECT group_concat(e.kind) FROM case_events e WHERE e.case_id = c.id) AS events FROM cases c`,
      )
    ).map(({ gone, state, photos, events }) => `${gone} ${state} ${photos} ${events}`)
  const WHOLE = 'null new 1 opened'
  const GONE = 'withdrawn closed 0 withdrawn'

  let done = 0
  const leaving = Promise.all(
    [...receipts].map(async ([chat, receipt]) => {
      await pause(Math.random() * 3_000)
      await tell(chat, { text: receipt })
      await tell(chat, { text: 'rut phan anh' })
      await pause(Math.random() * 500)
      await tell(chat, { text: 'co rut' })
      done++
      // A second yes, however late, does nothing twice.
      await tell(chat, { text: 'co rut' })
    }),
  )
  for (let n = 1; n <= KILLS; n++) {
    const more = Math.min(PEOPLE, Math.floor((PEOPLE * n) / (KILLS + 1)))
    await until(`${more} taken back`, () => done >= more)
    await pause(Math.random() * 60)
    await kill()
    expect((await states()).filter((one) => one !== WHOLE && one !== GONE)).toEqual([])
    expect((await states()).filter((one) => one === GONE).length).toBeGreaterThanOrEqual(done)
    const kept = new Set((await db.read('SELECT id FROM photos')).map(({ id }) => String(id)))
    const names = (await evidence.list()).names
    // Whatever lies there is spoken for by a row, or named among what is to go.
    const going = new Set((await db.read('SELECT name FROM gone_objects')).map(({ name }) => String(name)))
    expect(names.filter((name) => !kept.has(name.replace('-view', '')) && !going.has(name))).toEqual([])
    await start()
  }
  await leaving
  expect(await states()).toEqual(Array.from({ length: PEOPLE }, () => GONE))
  expect(await db.read('SELECT 1 FROM reply_links')).toEqual([])
  // Once more between the last commit and what follows it.
  await kill()
  await start()
  await until('nothing is left in the folder', async () => (await evidence.list()).names.length === 0)
  await until('nothing waits to go', async () => (await db.read('SELECT 1 FROM gone_objects LIMIT 1')).length === 0)
  for (const receipt of receipts.values()) expect(program.output()).not.toContain(receipt.slice(0, 12))
  db.close()
}, 240_000)
