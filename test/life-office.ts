/**
 * The officers of a small world (life.ts): who works on reports and who decides with them, at the real console and the real
 * REST API; and everything they can take out of the house, gathered for the gate.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { authorities } from '../content/data/authorities.ts'
import { caseReasons } from '../content/data/case-reasons.ts'
import { addToken } from '../db/api-tokens.ts'
import { addAuthority, loadAuthorities } from '../db/authorities.ts'
import { requireCase } from '../db/case-desk.ts'
import { loadReasons } from '../db/case-reasons.ts'
import type { Desk } from '../db/rights.ts'
import { copyInto } from '../db/snapshot.ts'
import { writeArchive } from '../src/admin/archive.ts'
import { ROUTES } from '../src/api/routes.ts'
import { PAGES } from '../src/console/pages.ts'
import type { Role, TokenScope } from '../src/rights.ts'
import { TOKEN_SCOPES } from '../src/rights.ts'
import { totpDigits } from '../src/totp.ts'
import { type Browser, signIn } from './console-desk.ts'
import type { Life } from './life.ts'
import { addTestOfficer, deskAt } from './people.ts'
import type { Paper } from './trace-files.ts'

const UNIT = 'ld-hai-phong'
const OFFICERS: ReadonlyArray<[id: string, unitId: string, roles: readonly Role[]]> = [
  ['an', UNIT, ['case', 'editor']],
  ['binh', UNIT, ['approver']],
  ['chi', UNIT, ['approver']],
  ['top', 'mttq-tw', ['admin', 'approver', 'case', 'viewer']],
]

export type Office = Awaited<ReturnType<typeof openOffice>>

export async function openOffice(life: Life) {
  const { bot, secrets, papers } = life
  const { db, keys, clock } = bot
  const now = () => clock.now()
  const apps = new Map<string, string>()
  for (const [id, unitId, roles] of OFFICERS) apps.set(id, (await addTestOfficer(db, keys, id, unitId, roles)).secret)
  await db.write([loadAuthorities(authorities), loadReasons(caseReasons)])
  const deskOf = (id: string): Promise<Desk> => deskAt(db, keys, id, now())
  const office = addAuthority(
    await deskOf('top'),
    {
      ...{ kind: 'qltt', name: 'Chi cục Quản lý thị trường tỉnh Mẫu', address: 'Số 1 đường Mẫu', phone: '', email: '' },
      ...{ source: 'Cổng tỉnh Mẫu', place: 1 },
    },
    null,
    '2026-11-20',
  )
  await db.write(office.writes)
  const token = 'hv_OfTheCaseSystemOfThisLife000001'
  secrets.words.push(token)
  const api = { id: 'tk', officerId: 'top', unitId: null, name: 'Hệ thống vụ việc', scopes: [...TOKEN_SCOPES] as TokenScope[] }
  await db.write([addToken({ ...api, expiresDay: '2027-12-31', tag: await keys.tag('token', token), now: now() })])
  const browsers = new Map<string, Browser>()
  const desk = { product: { app: life.site }, db, keys, clock }
  const browserOf = async (id: string): Promise<Browser> => {
    const known = browsers.get(id) ?? (await signIn(desk, id))
    browsers.set(id, known)
    // As if they had just given a passkey.
    await db.write([{ sql: 'UPDATE sessions SET proven_at = ? WHERE officer_id = ?', args: [now().getTime(), id] }])
    return known
  }
  const keep = (name: string, bytes: Uint8Array, of: Paper['of']) => void papers.push({ name, bytes, of })
  const bytesOf = async (answer: Response) => new Uint8Array(await answer.arrayBuffer())
  const call = (method: string, path: string, body?: unknown) =>
    life.site.request(`https://bot.example.vn/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const taken = { pages: 0, answers: 0, files: 0, refused: [] as string[] }

  return {
    deskOf,
    browserOf,
    authorityId: office.id,
    taken,
    call,
    /** Six digits of this officer's app, half a minute on. */
    hand(id: string): string {
      clock.advance(30_000)
      const digits = totpDigits(apps.get(id) ?? '', now())
      return digits
    },
    row: async (id: string, officer = 'an') => requireCase(await deskOf(officer), id, 'case.work'),
    /** Whatever an officer wrote of a report is sealed too. */
    wrote<T extends string>(text: T): T {
      secrets.words.push(text)
      return text
    },
    /** A file of a page that makes one. */
    async download(id: string, path: string, fields: Record<string, string>, name: string, of: Paper['of']) {
      const browser = await browserOf(id)
      await browser.get(`/console${path}`)
      const answer = await browser.request(`/console${path}`, {
        method: 'POST',
        body: new URLSearchParams({ _csrf: browser.csrf(), ...fields }),
      })
      if (answer.status !== 200) taken.refused.push(`${path} ${answer.status} ${(await answer.text()).slice(0, 0)}`)
      else {
        keep(name, await bytesOf(answer), of)
        taken.files++
      }
    },
    /**
     * Every page that can be read, every list that can be exported in both kinds, every answer of the API.
     * @param places what stands for the names in an address, of a report and what hangs on it
     */
    async takesAll(places: Record<string, string>) {
      const at = (path: string) =>
        path.replace(/:(\w+)/g, (_, name: string) => places[`${path.split('/')[1]}.${name}`] ?? places[name] ?? 'none')
      const browser = await browserOf('top')
      for (const { method, path } of PAGES) {
        if (method !== 'get' || path.endsWith('/export') || /identity\/open|\/original|\/file$/.test(path)) continue
        await browserOf('top')
        const answer = await browser.request(`/console${at(path)}`)
        taken.pages++
        if (answer.status >= 500) taken.refused.push(`${path} ${answer.status}`)
        keep(`page ${path}`, await bytesOf(answer), 'desk')
      }
      for (const { path } of PAGES.filter(({ method, path: one }) => method === 'post' && one.endsWith('/export'))) {
        for (const format of ['csv', 'xlsx']) {
          await browserOf('top')
          await this.download('top', at(path), { format }, `${path}.${format}`, 'sum')
        }
      }
      for (const { method, path } of ROUTES) {
        if (method !== 'get') continue
        const answer = await call('GET', at(path))
        taken.answers++
        if (answer.status >= 500) taken.refused.push(`${path} ${answer.status}`)
        keep(`api ${path}`, await bytesOf(answer), 'desk')
      }
      for (const path of ['read', 'thread']) {
        const answer = await call('POST', `/cases/${places.id}/${path}`)
        if (answer.status !== 200) taken.refused.push(`${path} ${answer.status}`)
        keep(`api case ${path}`, await bytesOf(answer), 'desk')
      }
    },
    /** The sealed file of an evening. */
    async backsUp() {
      const folder = await mkdtemp(join(tmpdir(), 'hang-viet-backup-'))
      const copy = join(folder, 'copy.db')
      await copyInto(db, copy)
      const file = join(folder, 'backup.hv')
      const contents = { databasePath: copy, evidence: life.evidence, note: () => {} }
      await writeArchive(file, { keys, contents, signal: new AbortController().signal }, now().toISOString())
      keep('backup', await readFile(file), 'sealed')
      await rm(folder, { recursive: true })
    },
  }
}
