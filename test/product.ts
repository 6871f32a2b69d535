/**
 * The whole product over platforms of our own: the real Hono app, dispatcher, photo loop, evidence in a folder, the
 * built-in content, and a Telegram, a Zalo and a Zalo bot on 127.0.0.1 that take and remember what it sends. People
 * write to it as their platform would: by webhooks with that platform's JSON.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createProduct } from '../src/app.ts'
import type { Db } from '../src/chat.ts'
import { parseConfig } from '../src/config.ts'
import { createFileEvidence } from '../src/evidence-files.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { loadContent } from '../src/load-content.ts'
import { looksOf, pictures } from '../src/pictures.ts'
import { viewerCopy } from '../src/viewer-copy.ts'
import { openTestFile } from './database.ts'
import { fakeTelegram } from './fake-telegram.ts'
import { startFakeZalo } from './fake-zalo.ts'
import { startFakeZaloBot } from './fake-zalo-bot.ts'
import { fakeClock } from './harness.ts'
import { type Answer, type Member, newest, numberOf, type TelegramMember } from './members.ts'
import { keys as oa } from './zalo-kit.ts'

export type WholeProduct = Awaited<ReturnType<typeof openProduct>>

const SECRET = 'webhook-secret-of-the-tests'

/** Close it at the end of the test. */
export async function openProduct() {
  const telegram = await fakeTelegram()
  const zalo = await startFakeZalo(oa)
  const zaloBot = await startFakeZaloBot()
  const database = await openTestFile()
  const folder = await mkdtemp(join(tmpdir(), 'hang-viet-journey-'))
  const clock = fakeClock()
  const keys = createNodeKeys(new Uint8Array(32).fill(5))
  const lines: string[] = []
  await loadContent(database.db, () => {})
  await database.db.write([
    { sql: "INSERT INTO settings(name, value) VALUES ('unit_name', ?)", args: ['LĐLĐ tỉnh Mẫu'] },
    { sql: "INSERT INTO settings(name, value) VALUES ('telegram_name', ?)", args: [telegram.bot.username] },
  ])
  const evidence = createFileEvidence(folder, clock.now)
  let broken: RegExp | undefined
  const db: Db = {
    ...database.db,
    read: (sql, args) => (broken?.test(sql) ? Promise.reject(new Error('broken on purpose')) : database.db.read(sql, args)),
  }
  const parts = {
    config: parseConfig({
      PUBLIC_URL: 'https://bot.example.vn',
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_WEBHOOK_SECRET: SECRET,
      TELEGRAM_API_ROOT: telegram.root,
      ZALO_APP_ID: oa.appId,
      ZALO_APP_SECRET: oa.appSecret,
      ZALO_OA_SECRET_KEY: oa.oaSecretKey,
      ZALO_OA_ID: oa.oaId,
      ZALO_ACCESS_TOKEN: oa.accessToken,
      ZALO_REFRESH_TOKEN: oa.refreshToken,
      ZALO_API_ROOT: zalo.apiRoot,
      ZALO_OAUTH_ROOT: zalo.oauthRoot,
      ZALO_BOT_TOKEN: zaloBot.token,
      ZALO_BOT_WEBHOOK_SECRET: SECRET,
      ZALO_BOT_API_ROOT: zaloBot.root,
    }),
    db,
    keys,
    fetch: (url: string, init?: RequestInit) => fetch(url, init),
    now: clock.now,
    log: (level: string, what: string, fields: object = {}) => void lines.push(JSON.stringify({ level, what, ...fields })),
    holder: 'journey',
    later: setImmediate,
    evidence,
    viewerCopy,
    pictures,
    looksOf,
  } as Parameters<typeof createProduct>[0]
  const product = await createProduct(parts)
  let serial = 0
  const next = () => ++serial

  /** Sends all that waits; the clock runs on, because each chat is paced. */
  const settle = async (): Promise<void> => {
    for (let round = 0; round < 60; round++) {
      await product.dispatcher.drain()
      const [left] = await database.db.read('SELECT count(*) AS n FROM outbox')
      if (Number(left?.n) === 0) return
      clock.advance(1_000)
    }
    throw new Error('something in the outbox never leaves')
  }
  const post = async (path: string, body: unknown, headers: Record<string, string>): Promise<Response> => {
    clock.advance(10_000)
    const answer = await product.app.request(path, {
      method: 'POST',
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
    return answer
  }
  const postTelegram = (update: object) => post('/webhooks/telegram', update, { 'x-telegram-bot-api-secret-token': SECRET })
  const postZalo = async (event: object) => {
    clock.advance(10_000)
    const answer = await product.app.request(zalo.webhook({ ...event, timestamp: String(clock.now().getTime()) }))
    if (answer.status !== 200) throw new Error(`zalo answered ${answer.status}`)
  }
  const postZaloBot = (update: object) => post('/webhooks/zalo-bot', update, { 'x-bot-api-secret-token': SECRET })

  /** Waits for the answer to one update: what its person is shown after it. */
  const answered = async (heard: () => Answer, send: () => Promise<unknown>): Promise<Answer> => {
    const before = heard().length
    await send()
    await settle()
    return heard().slice(before)
  }

  /** What a Telegram chat was shown, a group's too. */
  const heardIn = (chat: string): Answer =>
    telegram.taken
      .filter((one) => one.chat === chat)
      .map(({ text, params }) => {
        const markup = params.reply_markup as { inline_keyboard?: Array<Array<Record<string, string>>> } | undefined
        const buttons = (markup?.inline_keyboard ?? []).flat().map(({ text: label = '', callback_data, url }) => ({
          label,
          ...(callback_data ? { payload: callback_data } : {}),
          ...(url ? { url } : {}),
        }))
        return { text, buttons }
      })

  /** @param id as Telegram sends it: a number, written out because it may pass 2^53 */
  const onTelegram = (id: string): TelegramMember => {
    const from = { id: `#${id}#`, is_bot: false, first_name: 'Lan', language_code: 'vi' }
    const chat = { id: `#${id}#`, type: 'private', first_name: 'Lan' }
    const exact = (update: object) => JSON.stringify(update).replace(/"#(-?\d+)#"/g, '$1')
    const heard = () => heardIn(id)
    const deliver = (update: object) =>
      post('/webhooks/telegram', exact({ update_id: 735_800_000 + next(), ...update }), { 'x-telegram-bot-api-secret-token': SECRET })
    const date = () => Math.floor(clock.now().getTime() / 1000)
    const messageOf = (part: object) => ({ message: { message_id: next(), from, chat, date: date(), ...part } })
    const sends = (part: object) => answered(heard, () => deliver(messageOf(part)))
    const tap = (label: string) => {
      const data = newest(heard(), label)
      const message = { message_id: next(), chat, date: date(), text: '…' }
      return () => deliver({ callback_query: { id: `215278455${next()}`, from, message, chat_instance: '1', data } })
    }
    return {
      id,
      heard,
      sends,
      says: (text) => sends({ text }),
      posts: (text) => deliver(messageOf({ text })),
      taps: (label) => answered(heard, tap(label)),
      tapsTwice(label) {
        const first = tap(label)
        return answered(heard, () => Promise.all([first(), first()]))
      },
      sendsPhoto(bytes) {
        const file = `AgACAgUAAxkBAAI${next()}`
        telegram.addFile(file, bytes)
        const size = { file_unique_id: `u${file}`, file_size: bytes.byteLength, width: 640, height: 480 }
        return sends({
          photo: [
            { ...size, file_id: `${file}-small`, width: 90, height: 67 },
            { ...size, file_id: file },
          ],
        })
      },
      async event(status) {
        const member = { user: { id: 7000000001, is_bot: true, first_name: 'Trợ lý' }, status }
        await deliver({ my_chat_member: { chat, from, date: 1795000000, old_chat_member: member, new_chat_member: member } })
      },
    }
  }

  const onZalo = (id: string): Member & { event(part: object): Promise<Answer> } => {
    const heard = (): Answer =>
      zalo
        .to('/v3.0/oa/message/cs')
        .filter(({ path, json }) => path !== '' && (json as { recipient: { user_id: string } }).recipient.user_id === id)
        .map(({ json }) => {
          const { text = '', attachment } = (json as { message: ZaloMessage }).message
          const buttons = (attachment?.payload.buttons ?? []).map(({ title, payload }) =>
            typeof payload === 'string' ? { label: title, payload } : { label: title, url: payload.url },
          )
          return { text, buttons }
        })
    const deliver = (part: object) =>
      postZalo({ app_id: oa.appId, user_id_by_app: '552177279717587730', sender: { id }, recipient: { id: oa.oaId }, ...part })
    const message = (part: object) => ({ msg_id: `96d3cdf3af15046${next()}`, ...part })
    const says = (text: string) => answered(heard, () => deliver({ event_name: 'user_send_text', message: message({ text }) }))
    return {
      id,
      heard,
      says,
      taps: (label) => says(numberOf(heard(), label) ?? newest(heard(), label)),
      sendsPhoto(bytes) {
        const path = `/photo/${next()}.jpg`
        zalo.photos.set(path, { type: 'image/jpeg', bytes })
        const payload = { thumbnail: `${zalo.apiRoot}${path}`, url: `${zalo.apiRoot}${path}` }
        const attachments = [{ type: 'image', payload }]
        return answered(heard, () => deliver({ event_name: 'user_send_image', message: message({ attachments }) }))
      },
      event: (part) => answered(heard, () => deliver(part)),
    }
  }

  const onZaloBot = (id: string): Member => {
    const heard = (): Answer =>
      zaloBot
        .callsOf('sendMessage')
        .filter(({ chat_id }) => chat_id === id)
        .map(({ text }) => ({ text: String(text), buttons: [] }))
    const deliver = (event_name: string, part: object) => {
      const chat = { chat_type: 'PRIVATE', id }
      const date = clock.now().getTime()
      const from = { id, is_bot: false, display_name: 'Lan' }
      return answered(heard, () => postZaloBot({ event_name, message: { date, chat, message_id: `94691c36ae${next()}`, from, ...part } }))
    }
    const says = (text: string) => deliver('message.text.received', { text })
    return {
      id,
      heard,
      says,
      taps(label) {
        const number = numberOf(heard(), label)
        if (number === undefined) throw new Error(`no choice “${label}”; last: ${heard().at(-1)?.text}`)
        return says(number)
      },
      sendsPhoto: (bytes) =>
        deliver('message.image.received', { message_type: 'CHAT_PHOTO', caption: '', photo_url: zaloBot.addPhoto(bytes) }),
    }
  }

  return {
    product,
    parts,
    db: database.db,
    keys,
    clock,
    lines,
    telegram,
    zalo,
    zaloBot,
    evidence,
    url: database.url,
    settle,
    /** Reads of the database that match fail from now on; undefined mends it. */
    break(what: RegExp | undefined) {
      broken = what
    },
    /** An error that a test made on purpose is no failure of the product. */
    forgetErrors(what: string) {
      lines.splice(0, lines.length, ...lines.filter((line) => !line.includes(what)))
    },
    groupHeard: heardIn,
    onTelegram,
    onZalo,
    onZaloBot,
    postTelegram,
    postZalo,
    /** Fetches the photos that are due. */
    fetchPhotos: () => product.photos.drain(),
    /** Every sealed object of evidence, opened: name → bytes. */
    async opened(): Promise<Map<string, Buffer>> {
      const { names } = await evidence.list()
      const objects = new Map<string, Buffer>()
      for (const name of names)
        objects.set(name, Buffer.from(await keys.open('evidence', (await evidence.get(name)) ?? new Uint8Array(), name)))
      return objects
    },
    /** What lies on the disk for an object, still sealed. */
    sealed: (name: string) => readFile(join(folder, name.slice(0, 1), name.slice(1, 2), name)),
    count: async (table: string) => Number((await database.db.read(`SELECT count(*) AS n FROM ${table}`))[0]?.n),
    async close() {
      product.close()
      await Promise.all([telegram.close(), zalo.close(), zaloBot.close()])
      await database.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

type ZaloMessage = {
  text?: string
  attachment?: { payload: { buttons?: Array<{ title: string; payload: string | { url: string } }> } }
}
