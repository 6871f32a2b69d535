/**
 * The real program, killed while photos come in by Telegram and by the page, while an officer types letters in with photos of
 * theirs, sent again until they are taken, and another covers what is there. What was acknowledged is there whole in the end,
 * nothing half-done is ever to be seen, and after the night's sweep the folder holds what rows speak for and nothing else.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Challenge } from 'altcha-lib'
import { build } from 'esbuild'
import sharp from 'sharp'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addOfficer } from '../db/officers.ts'
import { openDb } from '../db/open.ts'
import { readCopy, requireCopy } from '../db/photo-copies.ts'
import { solve } from '../src/channels/web/page/solve.ts'
import type { Work } from '../src/channels/web/work.ts'
import { coveredName, ownerOf, viewName } from '../src/evidence.ts'
import { createFileEvidence } from '../src/evidence-files.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { linkFor, openBrowser } from './console-desk.ts'
import { FAKE_TOKEN, type FakeTelegram, fakeTelegram } from './fake-telegram.ts'
import { unitRows } from './people.ts'
import { FIRST_START, insist, pause, realProgram, root } from './real-program.ts'

const SECRET = 'secret-of-the-kill-tests'
const KEY = Buffer.alloc(32, 6)
const KILLS = 6
const PEOPLE = 6
const PHOTOS = 4
const BEFORE_PHOTOS = ['/phananh', 'hàng nghi giả', 'tem mờ', 'chợ Mẫu', 'hôm nay']
const AFTER_PHOTOS = ['xong', 'chưa dùng', 'gửi', 'không nhắn lại']

let telegram: FakeTelegram
beforeEach(async () => {
  telegram = await fakeTelegram()
})
afterEach(() => telegram.close())
const program = realProgram({
  name: 'evidence-kill',
  key: KEY,
  env: () => ({
    ...{ PUBLIC_URL: 'https://bot.example.vn', TELEGRAM_BOT_TOKEN: FAKE_TOKEN },
    ...{ TELEGRAM_WEBHOOK_SECRET: SECRET, TELEGRAM_API_ROOT: telegram.root },
  }),
})
const { start, kill, call, until } = program

/** What a page computes before it sends a report. */
async function works(headers: Record<string, string>): Promise<Work> {
  let challenge: Challenge | undefined
  await insist(async () => {
    const answer = await call('/chat/work', { headers })
    if (answer?.status === 200) challenge = (await answer.json()) as Challenge
    return answer
  }, 200)
  const solution = challenge && (await solve(challenge))
  if (!challenge || !solution) throw new Error('not solved')
  return { challenge, solution: { counter: solution.counter, derivedKey: solution.derivedKey } }
}

test('killed six times amid photos: the acknowledged is whole, the half-done unseen, the swept folder exact', async () => {
  const noise = (n: number) =>
    sharp({
      create: { width: 400 + n, height: 300, channels: 3, background: '#808080', noise: { type: 'gaussian', mean: 128, sigma: 60 } },
    })
      .jpeg({ quality: 95 })
      .toBuffer()
  const photos = await Promise.all(Array.from({ length: PEOPLE * PHOTOS }, (_, n) => noise(n)))
  await start()
  const keys = createNodeKeys(KEY)
  const url = program.databaseUrl()
  const db = openDb({ url })
  await db.write([
    ...unitRows(),
    ...['hoa', 'tam'].map((id) => addOfficer({ id, name: `Cán bộ ${id}`, unitId: 'tinh', roles: ['case'], now: new Date(FIRST_START) })),
  ])
  const linkOf = (id: string) => linkFor({ db, keys }, id, new Date(FIRST_START + 86_400_000))

  let acknowledged = 0
  let serial = 1_000
  const tell = async (chat: number, part: object) => {
    const id = serial++
    const message = {
      message_id: id,
      date: 1_795_000_000,
      from: { id: chat, is_bot: false, first_name: 'L' },
      chat: { id: chat, type: 'private' },
      ...part,
    }
    const body = JSON.stringify({ update_id: id, message })
    const headers = { 'x-telegram-bot-api-secret-token': SECRET, 'content-type': 'application/json' }
    await insist(() => call('/webhooks/telegram', { method: 'POST', headers, body }), 200)
    await pause(Math.random() * 40)
  }
  const onTelegram = async (who: number) => {
    const chat = 7_100_000 + who
    for (const text of BEFORE_PHOTOS) await tell(chat, { text })
    for (let n = 0; n < PHOTOS; n++) {
      const bytes = photos[who * PHOTOS + n] ?? Buffer.alloc(0)
      telegram.addFile(`file-${who}-${n}`, bytes)
      await tell(chat, {
        photo: [{ file_id: `file-${who}-${n}`, file_unique_id: `u${who}-${n}`, file_size: bytes.length, width: 400, height: 300 }],
      })
      acknowledged++
    }
    for (const text of AFTER_PHOTOS) await tell(chat, { text })
  }
  const onPage = async (who: number) => {
    let cookie = ''
    await insist(async () => {
      const answer = await call('/')
      cookie = answer?.headers.get('set-cookie')?.split(';')[0] ?? ''
      return answer
    }, 200)
    let said = 0
    const headers = { cookie, 'sec-fetch-site': 'same-origin', origin: 'https://bot.example.vn' }
    const say = async (text: string, work?: Work) => {
      const body = JSON.stringify({ id: `m${++said}`, text, ...(work ? { work } : {}) })
      await insist(() => call('/chat/messages', { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body }), 202)
      await pause(Math.random() * 40)
    }
    for (const text of BEFORE_PHOTOS) await say(text)
    for (let n = 0; n < PHOTOS; n++) {
      const id = `m${++said}`
      await insist(() => {
        const form = new FormData()
        form.set('id', id)
        form.append('photo', new File([new Uint8Array(photos[who * PHOTOS + n] ?? [])], 'a.jpg', { type: 'image/jpeg' }))
        return call('/chat/messages', { method: 'POST', headers, body: form })
      }, 202)
      acknowledged++
    }
    for (const text of AFTER_PHOTOS.slice(0, -1)) await say(text)
    await say(AFTER_PHOTOS.at(-1) ?? '', await works(headers))
  }

  let over = false
  const answered = async (path: string, init: RequestInit): Promise<Response> => {
    for (;;) {
      const answer = await call(path.replace('https://bot.example.vn', ''), init)
      if (answer) return answer
      if (init.method === 'POST') throw new Error('killed under a form')
      await pause(15)
    }
  }
  const sitsDown = async (id: string) => {
    const link = await linkOf(id)
    const browser = openBrowser({ product: { app: { request: answered } } as never })
    for (let signed = false; !signed; await pause(15))
      signed = await browser.post(`/console/link/${link}`).then(
        ({ status }) => status === 200,
        () => false,
      )
    return browser
  }
  /** What an officer was told is saved: each letter by its form, with two photos. */
  const letters: Buffer[] = []
  let forms = 0
  const typist = async () => {
    const browser = await sitsDown('tam')
    for (; !over; await pause(Math.random() * 200)) {
      const html = await (await browser.request('/console/cases/new')).text()
      const [, form = ''] = /name="form" value="([a-z0-9]{16})"/.exec(html) ?? []
      const csrf = /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? ''
      const two = await Promise.all([noise(1_000 + 2 * forms), noise(1_001 + 2 * forms)])
      const send = () => {
        const body = new FormData()
        const fields = { _csrf: csrf, form, source: 'letter', kind: 'fake', signs: `Thư số ${forms}`, health: 'fine', unit: 'tinh' }
        for (const [name, value] of Object.entries(fields)) body.append(name, value)
        for (const bytes of two) body.append('photos', new File([new Uint8Array(bytes)], 'thu.jpg', { type: 'image/jpeg' }))
        return browser.request('/console/cases/new', { method: 'POST', body }).catch(() => undefined)
      }
      await insist(send, 303)
      forms++
      letters.push(...two)
    }
  }

  const covered: string[] = []
  /** Covers whatever has arrived, over and over; remembers the photos whose copy was acknowledged. */
  const officer = async () => {
    const browser = await sitsDown('hoa')
    while (!over) {
      const [photo] = await db.read(
        "SELECT id, case_id FROM photos WHERE state = 'stored' AND reason IS NULL AND case_id IS NOT NULL ORDER BY random() LIMIT 1",
      )
      if (photo) {
        const path = `/console/cases/${photo.case_id}/photos/${photo.id}/redact`
        await browser.get(path)
        const saved = await browser
          .request(path, { method: 'POST', body: new URLSearchParams({ _csrf: browser.csrf(), boxes: '10 10 50 50', cleared: 'on' }) })
          .catch(() => undefined)
        if (saved?.status === 303) covered.push(String(photo.id))
      }
      await pause(120)
    }
  }

  const evidence = createFileEvidence(program.evidence(), () => new Date(FIRST_START))
  /** Every object under its name opens: nothing half-written, nothing that belongs to another. */
  const allWhole = async () => {
    for (const name of (await evidence.list()).names) await keys.open('evidence', (await evidence.get(name)) ?? new Uint8Array(), name)
  }
  const working = Promise.all([officer(), typist()])
  const talking = Promise.all(Array.from({ length: PEOPLE }, (_, who) => (who % 2 === 0 ? onTelegram(who) : onPage(who))))
  for (let n = 1; n <= KILLS; n++) {
    const more = Math.floor((PEOPLE * PHOTOS * (n - Math.random())) / KILLS)
    await until(`${more} photos`, () => acknowledged >= more)
    await pause(Math.random() * 150)
    await kill()
    await allWhole()
    for (const { id, facts } of await db.read("SELECT id, facts FROM photos WHERE state = 'stored'")) {
      expect(facts, 'a stored photo has its facts').not.toBeNull()
      expect(await evidence.get(String(id)), 'a stored photo has its original').toBeDefined()
    }
    await start()
  }
  await talking
  await until('an officer who covered some, and one who typed some in', () => covered.length >= 3 && forms >= KILLS)
  over = true
  await working
  await until(
    'all brought home',
    async () =>
      (await db.read("SELECT 1 AS left FROM photos WHERE state IN ('due', 'fetching') LIMIT 1")).length === 0 &&
      (await db.read('SELECT 1 AS left FROM outbox LIMIT 1')).length === 0,
  )
  await kill()

  // Each photo that was acknowledged, byte for byte, once; each with its copy.
  const rows = await db.read('SELECT id, state, reason, case_id FROM photos')
  expect(rows.map(({ state }) => state)).toEqual(rows.map(() => 'stored'))
  // A photo that was in hand at two kills is kept without its pixels being touched a third time.
  const seen = rows.filter(({ reason }) => reason === null)
  expect(rows.filter(({ reason }) => reason !== null && reason !== 'no_copy')).toEqual([])
  expect(seen.length).toBeGreaterThan(rows.length / 2)
  expect(rows.every(({ case_id }) => case_id !== null)).toBe(true)
  const kept = await Promise.all(
    rows.map(async ({ id }) =>
      Buffer.from(await keys.open('evidence', (await evidence.get(String(id))) ?? new Uint8Array(), String(id))).toString('base64'),
    ),
  )
  expect(kept.sort()).toEqual([...photos, ...letters].map((photo) => photo.toString('base64')).sort())
  // However often a form was sent again: one case of it, with both.
  expect(
    await db.read(
      `SELECT n, count(*) AS cases FROM (SELECT c.id, (SELECT count(*) FROM photos p WHERE p.case_id = c.id AND p.source = 'letter') AS n
       FROM cases c WHERE c.source = 'letter') GROUP BY n`,
    ),
  ).toEqual([{ n: 2, cases: forms }])
  for (const { id } of seen) expect(await evidence.get(viewName(String(id)))).toBeDefined()
  const copies = await db.read('SELECT id, photo_id FROM photo_copies')
  for (const photo of new Set(covered))
    expect(copies.filter(({ photo_id }) => photo_id === photo).length).toBeGreaterThanOrEqual(covered.filter((one) => one === photo).length)
  for (const { id, photo_id } of copies) await readCopy({ evidence, keys }, await requireCopy(db, keys, String(photo_id), String(id)))

  // What a kill can leave and this run may not have: one of each.
  const [some = ''] = rows.map(({ id }) => String(id))
  for (const name of [`in${'0'.repeat(14)}`, 'z'.repeat(16), viewName('z'.repeat(16)), coveredName(some, 'z'.repeat(16))])
    await evidence.put(name, await keys.seal('evidence', 'x', name))
  await writeFile(join(program.evidence(), '.parts', '1-cut-off.00'), 'x')
  const sweeps = () => program.output().split('photos.swept').length
  const before = sweeps()
  await start(FIRST_START + 2 * 86_400_000)
  await until('swept', () => sweeps() > before)
  await kill('SIGTERM')
  const names = (await evidence.list()).names
  const views = new Set(seen.map(({ id }) => viewName(String(id))))
  // Of a photo without a copy a try that was killed may have left one: it goes with the photo.
  expect(names.filter((name) => !name.endsWith('-view') || views.has(name))).toEqual(
    [...rows.map(({ id }) => String(id)), ...views, ...copies.map(({ id, photo_id }) => coveredName(String(photo_id), String(id)))].sort(),
  )
  expect(names.every((name) => rows.some(({ id }) => id === ownerOf(name).photoId))).toBe(true)
  expect(await readdir(join(program.evidence(), '.parts'))).toEqual([])
  for (const { id } of rows) expect(program.output()).not.toContain(String(id))
  db.close()
}, 600_000)

test('twenty times killed amid writes of three megabytes: each object is whole or not there, and what was written is there', async () => {
  const source = `import { createFileEvidence } from ${JSON.stringify(join(root, 'src', 'evidence-files.ts'))}
    const store = createFileEvidence(process.argv[2] ?? '')
    process.send?.('up')
    for (let n = 0; ; n++) {
      await store.put('n' + n, new Uint8Array(3_000_000).fill(7))
      process.send?.(n)
    }`
  await build({
    ...{ stdin: { contents: source, resolveDir: root, loader: 'ts' }, outfile: join(program.bundle, 'writer.mjs'), bundle: true },
    ...{ platform: 'node', target: 'node20', format: 'esm' },
  })
  let written = 0
  let cutOff = 0
  for (let run = 0; run < 20; run++) {
    const place = join(program.folder(), `run${run}`)
    const writer = fork(join(program.bundle, 'writer.mjs'), [place])
    const done: string[] = []
    writer.on('message', (message) => {
      if (message === 'up') setTimeout(() => writer.kill('SIGKILL'), 20 + Math.random() * 80)
      else done.push(`n${message}`)
    })
    await once(writer, 'exit')
    const store = createFileEvidence(place)
    const { names } = await store.list()
    for (const name of names) expect((await store.get(name))?.length, name).toBe(3_000_000)
    expect(done.filter((name) => !names.includes(name))).toEqual([])
    written += done.length
    const parts = await readdir(join(place, '.parts')).catch(() => [])
    cutOff += parts.length
    // Nothing of them stays: tomorrow's sweep is this one.
    expect(await store.tidy?.(new Date(Date.now() + 86_400_000))).toBe(parts.length)
  }
  // The kills did meet writes.
  expect([written > 5, cutOff > 5]).toEqual([true, true])
})
