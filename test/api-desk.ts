/**
 * The whole product with units, officers and tokens, for tests of the REST API: a client is a token and the calls it
 * makes to the real Hono app.
 */
import { addToken } from '../db/api-tokens.ts'
import { addOfficer } from '../db/officers.ts'
import { createProduct, type ProductParts } from '../src/app.ts'
import { parseConfig } from '../src/config.ts'
import type { EvidenceStore } from '../src/evidence.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import type { Role, TokenScope } from '../src/rights.ts'
import { openTestFile, type TestDatabase } from './database.ts'
import { fakeClock } from './harness.ts'
import { addMany, type Person, unitRows } from './people.ts'

export type ApiDesk = Awaited<ReturnType<typeof openApiDesk>>
export type Client = ReturnType<ApiDesk['client']>

const ENV = {
  PUBLIC_URL: 'https://bot.example.vn',
  TELEGRAM_BOT_TOKEN: '7000000001:AAF-fake_token_of_the_tests_0123456',
  ZALO_APP_ID: '360846524940903967',
  ZALO_APP_SECRET: 'app-secret',
  ZALO_OA_SECRET_KEY: 'oa-secret',
  ZALO_OA_ID: '579745863508352884',
}

/** The units of people.ts. Monday 23 November 2026, nine o'clock. */
export async function openApiDesk(
  open: () => Promise<TestDatabase> = openTestFile,
  more: Partial<Pick<ProductParts, 'viewerCopy' | 'pictures' | 'poster' | 'papers' | 'evidence'>> = {},
) {
  const database = await open()
  const { db } = database
  const keys = createNodeKeys(new Uint8Array(32).fill(3))
  const clock = fakeClock()
  const lines: string[] = []
  const sent: string[] = []
  const bodies: string[] = []
  await db.write(unitRows())
  const evidence = more.evidence ?? memoryEvidence()
  const product = await createProduct({
    config: parseConfig(ENV),
    db,
    keys,
    fetch: (url, init) => {
      sent.push(url)
      bodies.push(String(init?.body ?? ''))
      return Promise.reject(new Error('no network in this test'))
    },
    now: clock.now,
    log: (level, what, fields) => void lines.push(JSON.stringify({ level, what, ...fields })),
    holder: 'test',
    later: setImmediate,
    ...more,
    evidence,
  })
  let serial = 0

  /** An officer at a unit. */
  const officer = async (unitId: string, roles: readonly Role[], id = `o${++serial}`): Promise<string> => {
    await db.write([addOfficer({ id, name: `Cán bộ ${id}`, unitId, roles, now: clock.now() })])
    return id
  }
  /** A token of this officer, as text. */
  const token = async (
    officerId: string,
    scopes: TokenScope[] = ['read', 'draft'],
    { unitId = null, expiresDay = '2026-12-31' }: { unitId?: string | null; expiresDay?: string } = {},
  ): Promise<{ id: string; token: string }> => {
    const id = `t${++serial}`
    const text = `hv_${String(serial).padStart(4, '0')}ThisIsATokenOfTheTestsAlone`
    const tag = await keys.tag('token', text)
    await db.write([addToken({ id, officerId, unitId, name: 'Hệ thống thử', scopes, expiresDay, tag, now: clock.now() })])
    return { id, token: text }
  }

  /** Calls with this token; a body that is no text is sent as JSON. */
  const client = (text: string | null) => {
    const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
      const json = body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array)
      const answer = await product.app.request(path.startsWith('/api') ? path : `/api/v1${path}`, {
        method,
        headers: {
          ...(text === null ? {} : { authorization: `Bearer ${text}` }),
          ...(body === undefined || body instanceof Uint8Array ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : (body as string) }),
      })
      return answer
    }
    return {
      call,
      get: (path: string, headers?: Record<string, string>) => call('GET', path, undefined, headers),
      post: (path: string, body?: unknown, headers?: Record<string, string>) => call('POST', path, body, headers),
      patch: (path: string, body?: unknown) => call('PATCH', path, body),
    }
  }

  /** A client of a new officer. */
  const clientOf = async (unitId: string, roles: readonly Role[], scopes?: TokenScope[], limits?: Parameters<typeof token>[2]) =>
    client((await token(await officer(unitId, roles), scopes, limits)).token)

  return {
    database,
    db,
    keys,
    clock,
    lines,
    /** Addresses called on the platforms, none of which answers, and what each call said. */
    sent,
    bodies,
    product,
    evidence,
    officer,
    token,
    client,
    clientOf,
    audits: async () =>
      (await db.read('SELECT officer_id, via, act, outcome, unit_id, about, about_id, detail FROM audit ORDER BY id')) ?? [],
    /** People of a unit who agreed, on a channel. */
    people: (unit: string | null, n: number, person: Person = {}) => addMany(db, n, { ...person, unit }),
    async close() {
      product.close()
      await database.close()
    },
  }
}

/** Photos kept as long as the test. */
function memoryEvidence(): EvidenceStore {
  const kept = new Map<string, Uint8Array>()
  return {
    put: async (name, bytes) => void kept.set(name, bytes),
    get: async (name) => kept.get(name),
    delete: async (name) => void kept.delete(name),
    list: async (after = '') => ({ names: [...kept.keys()].sort().filter((name) => name > after) }),
  }
}

/** A draft that may be submitted as it is. */
export const draft = (unitId: string, more: Record<string, unknown> = {}) => ({
  unitId,
  title: 'Tuần lễ hàng Việt',
  content: { vi: 'Mời đồng chí ghé phiên chợ hàng Việt sáng thứ Bảy tại nhà văn hóa xã.' },
  audience: { unitId },
  plan: { kind: 'once', at: '2026-11-24T02:00:00.000Z' },
  ...more,
})
