/**
 * A small world for the tests of privacy: the whole road with a messenger, a bot without buttons and the real web page,
 * photos, and a list of everything that must stand nowhere in clear. `traces` looks at all that was left behind.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { expect } from 'vitest'
import { levelNames, sampleUnits } from '../content/data/units.ts'
import { createTexts } from '../content/index.ts'
import { addOfficer, makeBindCode } from '../db/officers.ts'
import { transcriptStore } from '../db/transcript.ts'
import { loadLevelNames, loadUnits } from '../db/unit-rows.ts'
import { countFilings } from '../db/work.ts'
import { handlers } from '../handlers/index.ts'
import { createApi } from '../src/api/index.ts'
import { createWeb } from '../src/channels/web/index.ts'
import type { Handler } from '../src/chat.ts'
import { createConsole } from '../src/console/index.ts'
import { createFileEvidence } from '../src/evidence-files.ts'
import { secureRandom, sha256Hex } from '../src/keys.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { papers as packets } from '../src/packet.ts'
import { filingProofRoutes } from '../src/pages/filing-proof.tsx'
import { createPhotoLoop } from '../src/photos.ts'
import { looksOf, pictures } from '../src/pictures.ts'
import { createRetention } from '../src/retention.ts'
import type { Role } from '../src/rights.ts'
import { totpDigits } from '../src/totp.ts'
import { viewerCopy } from '../src/viewer-copy.ts'
import { openTestFile, type TestDatabase } from './database.ts'
import { type Bot, createBot, type FakeChannel, fakeChannel, textOf } from './harness.ts'
import { grain } from './photo-desk.ts'
import type { Paper } from './trace-files.ts'
import { findTraces, type Secrets } from './traces.ts'

export const MINUTE = 60_000
export const DAY = 86_400_000
const RECEIPT = /PA-\d{4}-[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}/

export type Life = Awaited<ReturnType<typeof openLife>>
export type Person = ReturnType<Life['person']>

/** Throws what a careless library throws: an error that quotes the person. */
const careless: Handler = {
  name: 'careless',
  version: 1,
  words: ['thử lỗi'],
  wants: ({ text }) => text.startsWith('thử lỗi'),
  handle: async ({ message }) => {
    throw new Error(`syntax error near "${message.text}" for ${message.address}`)
  },
}

/** @param open another database than a file; then nothing can be searched. @param natives ids on their channels of everybody who will speak */
export async function openLife(natives: string[], options: { photo?: Uint8Array<ArrayBuffer>; open?: () => Promise<TestDatabase> } = {}) {
  const database = await (options.open ?? openTestFile)()
  const folder = await mkdtemp(join(tmpdir(), 'hang-viet-traces-'))
  const photo = options.photo ?? new Uint8Array(await grain())
  const platform = { down: false }
  const secrets = {
    words: [] as string[],
    natives: [...natives],
    bytes: [photo.slice(600, 700)],
    who: [] as string[],
    // Whoever has the photo itself finds it again by its sum, of which papers print the first letters.
    sums: [(await sha256Hex(photo)).slice(0, 16)],
    spots: [] as string[],
  } satisfies Secrets
  let now = () => new Date(0)
  const evidence = createFileEvidence(folder, () => now())
  const keys = createNodeKeys(new Uint8Array(32).fill(7))
  const log = (level: string, what: string, fields: object = {}) => void bot.lines.push(JSON.stringify({ level, what, ...fields }))
  const web = createWeb({
    keys,
    store: transcriptStore(database.db),
    evidence,
    texts: (text) => ('literal' in text ? text.literal : text.key),
    about: () => bot.about,
    now: () => now(),
    random: secureRandom,
    log,
    countFilings: () => countFilings(database.db, keys, now()),
  })
  const telegram = fakeChannel('telegram')
  const fetched = async () => new Response(platform.down ? null : photo, { status: platform.down ? 502 : 200 })
  const page: FakeChannel = fakeChannel('web')
  const remember = page.send
  page.photo = web.photo
  page.send = async (message) => {
    await remember(message)
    return web.send(message)
  }
  const zalo = fakeChannel('zalo-bot', { buttons: 0, documents: false })
  telegram.photo = fetched
  zalo.photo = fetched
  const bot: Bot = await createBot({ database, channels: [telegram, page, zalo], handlers: [careless, ...handlers] })
  now = bot.clock.now
  // Ids of messages that nothing else equals: traces.ts looks for them.
  await bot.db.write([{ sql: "INSERT INTO sqlite_sequence(name, seq) VALUES ('outbox', 987650000)", args: [] }])
  await bot.db.write([...loadLevelNames(levelNames), ...loadUnits(sampleUnits, { sample: true })])
  const photos = createPhotoLoop({ db: bot.db, keys, channels: bot.channels, evidence, viewerCopy, looksOf, now, holder: 'p1', log })
  const api = createApi({
    evidence,
    ...{ db: bot.db, keys, now, random: secureRandom, log, texts: createTexts(), channels: bot.channels },
    publicUrl: bot.about.publicUrl,
  })
  const site = new Hono()
  const console = createConsole({
    ...{ db: bot.db, keys, now, random: secureRandom, log, texts: createTexts(), channels: bot.channels },
    ...{ about: () => bot.about, publicUrl: bot.about.publicUrl, evidence, pictures, viewerCopy, papers: packets },
  })
  const proofs = filingProofRoutes({ db: bot.db, keys, texts: createTexts().render, about: () => bot.about, now })
  site.route('/', api.routes)
  site.route('/', proofs)
  site.route('/', console.routes)
  site.route('/', web.routes(bot.receiver.receive))

  /** Nobody writes twice in one instant. */
  const pass = (milliseconds = 7 * MINUTE + 1_237) => bot.clock.advance(milliseconds)
  const person = (native: string, channel: string) => {
    const one = bot.person(native, channel)
    return {
      ...one,
      async says(text: string) {
        pass()
        if (text.length > 12) secrets.words.push(text)
        return one.says(text)
      },
      /** Where there are no buttons their words are typed. */
      async taps(label: string) {
        pass()
        return channel === 'zalo-bot' ? one.says(label) : one.taps(label)
      },
    }
  }
  const found: Record<string, string[]> = {}
  /** Files that left the house in this life. */
  const papers: Paper[] = []
  const loot = () => ({ db: bot.db, url: database.url, evidence: folder, lines: bot.lines, papers })

  return {
    bot,
    /** Where sealed photos lie. */
    folder,
    site,
    photos,
    evidence,
    database,
    papers,
    photo,
    platform,
    secrets,
    /** What `look` has found, by when. */
    found,
    pass,
    /** Somebody at a channel; whatever they type is a secret. */
    person,
    async look(when: string) {
      const hits = await findTraces(loot(), secrets)
      if (hits.length > 0) found[when] = [...new Set(hits)]
    },
    /** All findings now, for whoever expects some. */
    search: () => findTraces(loot(), secrets),
    /** Where these ids still stand in tables, bytes or files; a log line may name a person. */
    leftOf: (ids: string[]) =>
      findTraces({ db: bot.db, url: database.url, evidence: folder, lines: [] }, { words: ids, natives: [], bytes: [] }),
    /** Everything that is due, the clock standing still. */
    async settle() {
      for (let round = 0; round < 20; round++) {
        const moved = await bot.broadcasts.tick()
        await bot.dispatcher.drain()
        if (!moved) return
      }
    },
    /** An officer whose chat is bound by their code and the digits of their app; what they type is no secret, what proves them is. */
    async officer(id: string, roles: readonly Role[], proof: { code: string; secret: string; native: string; unitId: string }) {
      const { code, secret, native, unitId } = proof
      const codeTag = await bot.keys.tag('officer-code', code)
      const bind = await makeBindCode(bot.keys, { officerId: id, codeTag, secret, now: bot.clock.now() })
      await bot.db.write([addOfficer({ id, name: `Cán bộ ${id}`, unitId, roles, now: bot.clock.now() }), ...bind])
      secrets.words.push(code, secret)
      secrets.natives.push(native)
      const one = bot.person(native, 'telegram')
      const officer = {
        ...one,
        says(text: string) {
          pass()
          return one.says(text)
        },
        taps(label: string) {
          pass()
          return one.taps(label)
        },
        /** Types the six digits. */
        proves() {
          pass()
          const digits = totpDigits(secret, bot.clock.now())
          secrets.words.push(digits)
          return one.says(digits)
        },
      }
      await officer.says(`gắn tài khoản cán bộ ${code}`)
      expect(textOf(await officer.proves())).toContain('Đã gắn tài khoản')
      return officer
    },
    letGo: () => createRetention({ db: bot.db, keys: bot.keys, evidence, now, log }).run(),
    /** A visitor of the page, by the cookie it was given. */
    async visitor(): Promise<{ id: string; sendsPhoto(): Promise<number> }> {
      const cookie = (await site.request('/')).headers.get('set-cookie')?.split(';')[0] ?? ''
      const id = cookie.slice(cookie.indexOf('=') + 1).split('.')[0] ?? ''
      secrets.natives.push(id)
      let sent = 0
      return {
        id,
        async sendsPhoto() {
          pass()
          const form = new FormData()
          form.set('id', `photo${++sent}`)
          form.append('photo', new File([photo], 'IMG_0001.jpg'))
          const { status } = await site.request('/chat/messages', {
            method: 'POST',
            body: form,
            headers: { cookie, 'sec-fetch-site': 'same-origin' },
          })
          await bot.dispatcher.drain()
          return status
        },
      }
    },
    /** A report up to its last look. */
    async tells(who: ReturnType<typeof person>, signs: string, withPhoto: () => Promise<unknown>) {
      await who.says('phản ánh')
      await who.taps('Hàng nghi giả')
      await who.says(signs)
      pass()
      secrets.words.push('21.0278', '105.8342')
      secrets.spots.push('21.0278', '105.8342')
      await who.sends({ attachments: [{ kind: 'location', latitude: 21.027812, longitude: 105.834298, title: 'Tiệm Bà Mẫu Gần Ga' }] })
      secrets.words.push('Tiệm Bà Mẫu Gần Ga')
      await who.taps('Gửi đúng vị trí')
      await who.taps('Hôm qua')
      await withPhoto()
      await who.taps('Xong')
      await who.taps('Chưa ai dùng')
    },
    /** Sends it; returns the receipt. */
    async files(who: ReturnType<typeof person>, answer: string) {
      await who.taps('Gửi')
      const receipt = RECEIPT.exec(textOf(await who.taps(answer)))?.[0] ?? ''
      expect(receipt).not.toBe('')
      secrets.words.push(receipt, receipt.slice(13), receipt.replaceAll('-', ''))
      secrets.who.push(receipt, receipt.slice(13))
      return receipt
    },
    async close() {
      web.close()
      api.close()
      console.close()
      await bot.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
