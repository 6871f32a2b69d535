/**
 * Photos over the real road, from a member's phone to the officer's page: the whole product, reports filed by webhooks or on
 * the web page, an officer of the topmost unit at the console.
 */
import sharp from 'sharp'
import { addOfficer } from '../db/officers.ts'
import { signIn } from './console-desk.ts'
import { type Member, wordsOf } from './members.ts'
import { unitRows } from './people.ts'
import { openProduct } from './product.ts'

export type Road = Awaited<ReturnType<typeof openRoad>>

export async function openRoad() {
  const p = await openProduct()
  const { db, clock, product } = p
  await db.write(unitRows())
  const officer = async (id: string, unitId = 'tinh') => {
    await db.write([addOfficer({ id, name: `Cán bộ ${id}`, unitId, roles: ['case'], now: clock.now() })])
    return id
  }
  await officer('hoa')

  /** A report with what `send` sends at the step of photos; the id of its case. */
  const reports = async (member: Member, send: () => Promise<unknown>): Promise<string> => {
    const before = new Set((await db.read('SELECT id FROM cases')).map(({ id }) => id))
    await member.says('phản ánh')
    await member.taps('Hàng nghi giả')
    await member.says('hộp sữa tem in mờ')
    await member.says('chợ Mẫu')
    await member.taps('Hôm qua')
    await send()
    await p.fetchPhotos()
    for (let i = 0; i < 3; i++) if (wordsOf(await member.says('xong')).includes('Bước 6/8')) break
    await member.taps('Chưa ai dùng')
    await member.taps('Gửi')
    await member.taps('Không')
    const opened = (await db.read('SELECT id FROM cases')).map(({ id }) => String(id)).filter((id) => !before.has(id))
    if (opened.length !== 1) throw new Error(`${opened.length} cases were opened; last: ${member.heard().at(-1)?.text}`)
    return opened[0] ?? ''
  }

  return {
    ...p,
    officer,
    reports,
    /** A browser of this officer. `proven`: as if they had just given a passkey. */
    signsIn: (id = 'hoa', proven = false) => signIn({ product, db, keys: p.keys, clock }, id, proven),
    photosOf: async (caseId: string) =>
      (await db.read('SELECT id, state, reason FROM photos WHERE case_id = ? ORDER BY id', [caseId])) as Array<{
        id: string
        state: string
        reason: string | null
      }>,
    /** A member's browser on the web page. */
    async visits() {
      const site = 'https://bot.example.vn'
      const first = await product.app.request(`${site}/`)
      const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? ''
      let serial = 0
      const sends = async (body: FormData | string): Promise<Response> => {
        clock.advance(10_000)
        const answer = await product.app.request(`${site}/chat/messages`, {
          method: 'POST',
          body,
          headers: { cookie, 'sec-fetch-site': 'same-origin', ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}) },
        })
        await p.settle()
        return answer
      }
      return {
        says: (text: string) => sends(JSON.stringify({ id: `m${++serial}`, text })),
        sendsFiles(files: Array<[name: string, bytes: Uint8Array, type?: string]>) {
          const form = new FormData()
          form.set('id', `m${++serial}`)
          for (const [name, bytes, type = 'image/jpeg'] of files) form.append('photo', new File([new Uint8Array(bytes)], name, { type }))
          return sends(form)
        },
        async lines(): Promise<string> {
          const answer = await product.app.request(`${site}/chat/messages?after=0`, {
            headers: { cookie, 'sec-fetch-site': 'same-origin' },
          })
          return answer.text()
        },
      }
    },
  }
}

/** A picture with something in it: a sky, a ground, a dark door, and grain that depends on `seed`. */
export async function scene(seed = 1, width = 800, height = 600): Promise<Buffer> {
  const data = Buffer.alloc(width * height * 3)
  let state = seed
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      state = (state * 1_103_515_245 + 12_345) & 0x7fffffff
      const door = x > width * (0.2 + (seed % 5) * 0.1) && x < width * (0.4 + (seed % 5) * 0.1) && y > height * 0.4
      const light = (door ? 40 : y < height / 2 ? 200 - ((x * 60) / width) * (seed % 3) : 120) + (state % 16)
      data.fill(light, (y * width + x) * 3, (y * width + x) * 3 + 3)
    }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer()
}
