/**
 * The whole product with its console behind a real port, for Chromium: built-in content, the units of people.ts, a
 * Telegram of our own, officers who sign in by a link. The clock stands in a Vietnamese morning and is moved by hand.
 */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { addOfficer } from '../db/officers.ts'
import { createProduct } from '../src/app.ts'
import { parseConfig } from '../src/config.ts'
import { createFileEvidence } from '../src/evidence-files.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { loadContent } from '../src/load-content.ts'
import { papers } from '../src/packet.ts'
import { looksOf, pictures } from '../src/pictures.ts'
import { poster } from '../src/poster.ts'
import type { Role } from '../src/rights.ts'
import { viewerCopy } from '../src/viewer-copy.ts'
import { linkFor } from './console-desk.ts'
import { openTestFile } from './database.ts'
import { fakeTelegram } from './fake-telegram.ts'
import { fakeClock } from './harness.ts'
import { unitRows } from './people.ts'

export const OUT = new URL('.out/', import.meta.url).pathname
export const PHONE = { width: 360, height: 740 }
export const DESK = { width: 1280, height: 900 }
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'

export type Stage = Awaited<ReturnType<typeof openStage>>

export async function launch(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) throw new Error(`This needs Chromium at ${CHROMIUM}: install it, or name it in CHROMIUM.`)
  await mkdir(OUT, { recursive: true })
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
}

export async function openStage(browser: Browser) {
  const telegram = await fakeTelegram()
  const database = await openTestFile()
  const { db } = database
  const folder = await mkdtemp(join(tmpdir(), 'hang-viet-console-'))
  const clock = fakeClock()
  const keys = createNodeKeys(new Uint8Array(32).fill(9))
  await loadContent(db, () => {})
  await db.write(unitRows())
  await db.write([{ sql: "INSERT INTO settings(name, value) VALUES ('unit_name', ?)", args: ['LĐLĐ tỉnh Mẫu'] }])
  /** What the product itself complained about. */
  const errors: string[] = []
  const evidence = createFileEvidence(folder, clock.now)
  const product = await createProduct({
    config: parseConfig({ TELEGRAM_BOT_TOKEN: telegram.token, TELEGRAM_API_ROOT: telegram.root }),
    db,
    keys,
    fetch: (url, init) => fetch(url, init),
    now: clock.now,
    log: (level, what, fields) => void (level === 'error' && errors.push(JSON.stringify({ what, ...fields }))),
    holder: 'stage',
    later: setImmediate,
    evidence,
    viewerCopy,
    pictures,
    looksOf,
    papers,
    poster,
  })
  const server = createAdaptorServer({ fetch: product.app.fetch })
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
  const origin = `http://localhost:${port}`
  /** What pages complained about: errors, refused loads, broken rules of the content policy. */
  const complaints: string[] = []

  const officer = async (id: string, unitId: string, roles: readonly Role[], name = `Cán bộ ${id}`): Promise<string> => {
    await db.write([addOfficer({ id, name, unitId, roles, now: clock.now() })])
    return id
  }

  const sitsDown = async (options: BrowserContextOptions = {}): Promise<{ context: BrowserContext; page: Page }> => {
    // Colours on their way from one to another are neither, and axe sees them.
    const context = await browser.newContext({ locale: 'vi-VN', viewport: DESK, reducedMotion: 'reduce', ...options })
    const page = await context.newPage()
    page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`))
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) complaints.push(`${page.url()}: ${message.text()}`)
    })
    return { context, page }
  }

  return {
    ...{ telegram, db, keys, clock, evidence, product, origin, complaints, errors, officer, sitsDown },
    /** A browser of this officer, signed in by the button of their link. `proven`: as if they had just given a proof. */
    async signsIn(id: string, options: BrowserContextOptions & { proven?: boolean } = {}): Promise<Page> {
      const { page } = await sitsDown(options)
      await page.goto(`${origin}/console/link/${await linkFor({ db, keys }, id, clock.now())}`)
      await page.getByRole('button', { name: 'Vào trang cán bộ' }).click()
      await page.waitForURL(`${origin}/console`)
      if (options.proven) await this.proves(id)
      return page
    },
    async proves(id: string): Promise<void> {
      await db.write([{ sql: 'UPDATE sessions SET proven_at = ? WHERE officer_id = ?', args: [clock.now().getTime(), id] }])
    },
    async close() {
      for (const context of browser.contexts()) await context.close()
      product.close()
      await new Promise((resume) => server.close(resume))
      await telegram.close()
      await database.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
