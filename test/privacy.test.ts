import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { levelNames, sampleUnits } from '../content/data/units.ts'
import { transcriptStore } from '../db/transcript.ts'
import { loadLevelNames, loadUnits } from '../db/unit-rows.ts'
import { handlers } from '../handlers/index.ts'
import { createWeb } from '../src/channels/web/index.ts'
import type { Handler } from '../src/chat.ts'
import { createFileEvidence } from '../src/evidence-files.ts'
import { secureRandom } from '../src/keys.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { createPhotoLoop } from '../src/photos.ts'
import { createRetention } from '../src/retention.ts'
import { viewerCopy } from '../src/viewer-copy.ts'
import { openTestFile } from './database.ts'
import { type Bot, createBot, type FakeChannel, fakeChannel, textOf } from './harness.ts'
import { grain } from './photo-desk.ts'
import { findTraces, type Secrets } from './traces.ts'

const LAN = '7100200300'
const HOA = '246845883529197922'
const MINUTE = 60_000
const DAY = 86_400_000
const RECEIPT = /PA-\d{4}-[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}/

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

describe('a month of life, looked at by someone who took everything but the key', () => {
  let bot: Bot
  let folder: string
  let site: Hono
  let web: ReturnType<typeof createWeb>
  let photos: ReturnType<typeof createPhotoLoop>
  let photo: Uint8Array<ArrayBuffer>
  let platformDown: boolean
  let secrets: Secrets
  let url: string
  let end: () => Promise<void>

  beforeEach(async () => {
    const database = await openTestFile()
    folder = await mkdtemp(join(tmpdir(), 'hang-viet-traces-'))
    photo = new Uint8Array(await grain())
    platformDown = false
    secrets = { words: [], natives: [LAN, HOA], bytes: [photo.slice(600, 700)] }
    url = database.url
    let now = () => new Date(0)
    const evidence = createFileEvidence(folder, () => now())
    const keys = createNodeKeys(new Uint8Array(32).fill(7))
    web = createWeb({
      keys,
      store: transcriptStore(database.db),
      evidence,
      texts: (text) => ('literal' in text ? text.literal : text.key),
      about: () => bot.about,
      now: () => now(),
      random: secureRandom,
      log: () => {},
    })
    const telegram = fakeChannel('telegram')
    const fetched = async () => new Response(platformDown ? null : photo, { status: platformDown ? 502 : 200 })
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
    bot = await createBot({ database, channels: [telegram, page, zalo], handlers: [careless, ...handlers] })
    now = bot.clock.now
    await bot.db.write([...loadLevelNames(levelNames), ...loadUnits(sampleUnits, { sample: true })])
    photos = createPhotoLoop({
      db: bot.db,
      keys,
      channels: bot.channels,
      evidence,
      viewerCopy,
      now,
      holder: 'p1',
      log: (level, what, fields = {}) => void bot.lines.push(JSON.stringify({ level, what, ...fields })),
    })
    site = new Hono()
    site.route('/', web.routes(bot.receiver.receive))
    end = async () => {
      web.close()
      await bot.close()
      await rm(folder, { recursive: true, force: true })
    }
  })
  afterEach(() => end())

  const traces = () => findTraces({ db: bot.db, url, evidence: folder, lines: bot.lines }, secrets)
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
      async taps(label: string) {
        pass()
        return one.taps(label)
      },
    }
  }
  type Person = ReturnType<typeof person>

  /** A visitor of the page, by the cookie it was given. */
  const visitor = async (): Promise<{ id: string; sendsPhoto(): Promise<number> }> => {
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
  }

  const tells = async (who: Person, signs: string, photo: () => Promise<unknown>) => {
    await who.says('phản ánh')
    await who.taps('Hàng nghi giả')
    await who.says(signs)
    pass()
    secrets.words.push('21.0278', '105.8342')
    await who.sends({ attachments: [{ kind: 'location', latitude: 21.027812, longitude: 105.834298, title: 'Tiệm Bà Mẫu Gần Ga' }] })
    secrets.words.push('Tiệm Bà Mẫu Gần Ga')
    await who.taps('Gửi đúng vị trí')
    await who.taps('Hôm qua')
    await photo()
    await who.taps('Xong')
    await who.taps('Chưa ai dùng')
  }
  const files = async (who: Person, answer: string) => {
    await who.taps('Gửi')
    const receipt = RECEIPT.exec(textOf(await who.taps(answer)))?.[0] ?? ''
    expect(receipt).not.toBe('')
    secrets.words.push(receipt, receipt.slice(13), receipt.replaceAll('-', ''))
    return receipt
  }

  test('no table, byte, file or line tells who reported what, from the first message to the last', async () => {
    const lan = person(LAN, 'telegram')
    const hoa = person(HOA, 'zalo-bot')
    const guest = await visitor()
    const mai = person(guest.id, 'web')
    const found: Record<string, string[]> = {}
    const look = async (when: string) => {
      const hits = await traces()
      if (hits.length > 0) found[when] = [...new Set(hits)]
    }

    for (const one of [lan, hoa, mai]) await one.says('/start')
    await lan.says('đơn vị')
    await lan.says('xưởng may')
    await lan.taps('CĐCS Xưởng may số 1 (mẫu) · CĐ khu công nghiệp (mẫu) · Công đoàn cơ sở')
    await lan.taps('Đoàn viên công đoàn')
    await lan.says('đố vui')
    await hoa.says('câu này tôi tự nghĩ ra')
    await mai.says('thử lỗi vì hàng xóm tên Tèo Mẫu')
    secrets.words.push('Tèo Mẫu')
    await look('before any report')

    platformDown = true
    await tells(lan, 'Mua của chị Bưởi Mẫu, tem bong ra', async () => {
      secrets.words.push('AgACAgUAAx-photo-of-lan')
      await lan.sendsPhotos('AgACAgUAAx-photo-of-lan')
    })
    await look('a report is being told')
    await photos.drain()
    await look('its photo is tried again')
    const receipt = await files(lan, 'Cho trợ lý nhắn lại')
    await look('filed while its photo waits')
    platformDown = false
    pass(20 * MINUTE)
    await photos.drain()
    await look('its photo is stored')

    await tells(mai, 'Hộp sữa không có hạn dùng nào cả', async () => expect(await guest.sendsPhoto()).toBe(202))
    await look('a report on the page')
    await mai.taps('Để lại tên, số điện thoại')
    await mai.says('đủ 16')
    await mai.says('đồng ý')
    await mai.says('Nguyễn Thị Mẫu Mực')
    secrets.words.push('0912 345 678', '0912345678')
    await mai.says('0912345678')
    const second = await files(mai, 'Không')
    await look('filed with a name')
    await photos.drain()
    await look('the page’s photo is stored')

    for (const one of [hoa, mai, lan]) await one.says(receipt)
    await hoa.says(second)
    await hoa.says(`${receipt.slice(0, 12)}-2222-3333`)
    await look('looked up')

    await hoa.says('gặp cán bộ')
    await hoa.says('Tôi bị ép mua hàng của công ty Mẫu')
    await look('a question to an officer')

    await lan.says('nối tài khoản')
    const code = /[2-9A-Z]{4}-[2-9A-Z]{4}/.exec(textOf(await lan.taps('Lấy mã')))?.[0] ?? ''
    secrets.words.push(code.replace('-', ''))
    await mai.says(`nối tài khoản ${code}`)
    bot.clock.advance(-6 * MINUTE)
    await mai.taps('Đồng ý')
    bot.clock.advance(-6 * MINUTE)
    await lan.says('đồng ý nối')
    expect(await bot.db.read('SELECT count(*) AS n FROM contacts')).toEqual([{ n: 2 }])
    await look('two accounts are one person')

    await hoa.says('ngừng nhận tin')
    for (let day = 0; day < 9; day++) {
      pass(3 * DAY)
      await lan.says('tin mới')
      await createRetention({ db: bot.db, keys: bot.keys, now: bot.clock.now, log: () => {} }).run()
    }
    await look('a month later')
    await lan.says('xóa dữ liệu')
    await lan.taps('Có, xóa hết')
    await look('erased')
    await createRetention({ db: bot.db, keys: bot.keys, now: bot.clock.now, log: () => {} }).run()
    secrets.words.push(LAN, guest.id)
    await look('the night after')
    expect(await bot.db.read('SELECT count(*) AS n FROM addresses')).toEqual([{ n: 1 }])
    expect(found).toEqual({})
  })
})
