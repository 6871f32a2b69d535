/**
 * What the Node entrance and the admin command stand on: configuration, clock, log, key, a migrated database with its
 * built-in content. Each step that takes time says so.
 */
import { existsSync } from 'node:fs'
import { mkdir, open, readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { upgradeBoxes } from '../db/box-upgrade.ts'
import { PATIENT, patientOf } from '../db/client.ts'
import { fenceKey } from '../db/key-fence.ts'
import { checkKey, readTagKeys } from '../db/key-state.ts'
import { listApplied, type Migration, migrate } from '../db/migrate.ts'
import { openDb } from '../db/open.ts'
import type { ApiFetch } from './api-fetch.ts'
import type { Db, Keys } from './chat.ts'
import { type Config, isHere, parseConfig } from './config.ts'
import { AppError } from './errors.ts'
import { secureRandom } from './keys.ts'
import { createNodeKeys } from './keys-node.ts'
import { loadContent } from './load-content.ts'
import { createLog, type Log } from './log.ts'
import type { Fetch } from './media.ts'
import { openFetches } from './node-fetch.ts'

type Say = (line: string) => void

/** What can be had without touching the database. */
export type Footing = { config: Config; keys: Keys; dataKey: Uint8Array; now(): Date; log: Log }
export type Ground = Footing & {
  db: Db
  fetch: Fetch
  apiFetch: ApiFetch
  /** Names of the migrations this opening applied. */
  migrated: string[]
}

/**
 * @param say hears each line of progress and of the log.
 * @param makeKey false: a missing key is refused instead of made.
 * Throws AppError with a sentence for the operator.
 */
export async function openFooting(env: NodeJS.ProcessEnv, say: Say = console.log, makeKey = true): Promise<Footing> {
  const config = parseConfig(env)
  const startedAt = Date.now()
  const now = config.now ? () => new Date((config.now?.getTime() ?? 0) + Date.now() - startedAt) : () => new Date()
  const dataKey = config.dataKey ?? (await keyBesideData(config, makeKey))
  return { config, keys: createNodeKeys(dataKey), dataKey, now, log: createLog(config.logLevel, now, say) }
}

/**
 * @param say hears each line of progress and of the log.
 * @param patient for a command: nobody waits for its answers but the operator.
 * Throws AppError with a sentence for the operator.
 */
export async function openGround(env: NodeJS.ProcessEnv, say: Say = console.log, patient = false): Promise<Ground> {
  const footing = await openFooting(env, say)
  const { config, log } = footing
  // Before the first byte goes there.
  warnAbroad(config)
  if (config.databaseUrl.startsWith('file:')) await mkdir(dirname(config.databaseUrl.slice(5)), { recursive: true, mode: 0o700 })
  const served = openDb({
    ...{ url: config.databaseUrl, authToken: config.databaseToken, onBusy: () => log('warn', 'database.busy') },
    ...(patient ? { deadlines: PATIENT } : {}),
  })
  const db = patientOf(served)
  // Somebody else's database is not even migrated.
  if ((await listApplied(db)).length > 0) await checkKey(db, footing.keys)
  const migrated: string[] = []
  await migrate(db, await readMigrations(), (name) => {
    migrated.push(name)
    say(`  migrated ${name}`)
  })
  const proof = await checkKey(db, footing.keys)
  const fenced = fenceKey(served, proof, () => log('error', 'key.changed'))
  // What earlier keys made goes on being found: tokens, cookies, receipts.
  const keys = createNodeKeys(footing.dataKey, await readTagKeys(db, footing.keys))
  await upgradeBoxes(patientOf(fenced), keys, secureRandom)
  await loadContent(patientOf(fenced), (what, done, all) => say(`  ${what}: ${done}/${all}`))
  return { ...footing, keys, db: fenced, migrated, ...openFetches() }
}

/** R21: data outside Vietnam is a legal decision; until its reference is recorded, each start says so. */
function warnAbroad({ databaseUrl, abroadDecision }: Config): void {
  if (isHere(databaseUrl) || abroadDecision) return
  console.warn(
    'CẢNH BÁO: cơ sở dữ liệu ở máy chủ khác. Nếu máy chủ đặt ngoài Việt Nam, việc này là chuyển dữ liệu cá nhân ra nước ngoài (Luật 91/2025/QH15): cần quyết định và hồ sơ. Ghi số quyết định vào DATA_ABROAD_DECISION.',
  )
}

/** Made once, by exclusive create, mode 0600; only where the database is a file beside it. */
async function keyBesideData(config: Config, make: boolean): Promise<Uint8Array> {
  if (!config.databaseUrl.startsWith('file:')) {
    throw new AppError(
      'invalid',
      'DATA_KEY is required with a libSQL server: base64 of 32 bytes, e.g. the output of: openssl rand -base64 32',
    )
  }
  const file = join(dirname(config.databaseUrl.slice(5)), 'key')
  if (!make && !existsSync(file)) {
    throw new AppError(
      'not_found',
      `Chưa có khóa: đặt DATA_KEY, hoặc đặt tệp khóa ở ${file}. / No key: set DATA_KEY or put the key file there.`,
    )
  }
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  try {
    const handle = await open(file, 'wx', 0o600)
    await handle.writeFile(Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64'))
    await handle.sync()
    await handle.close()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const key = Buffer.from((await readFile(file, 'utf8')).trim(), 'base64')
  if (key.byteLength !== 32) throw new AppError('invalid', `${file} does not hold a key of 32 bytes.`)
  if (((await stat(file)).mode & 0o077) !== 0)
    console.warn(`CẢNH BÁO: ${file} đọc được bởi người dùng khác trên máy; chạy: chmod 600 ${file}`)
  console.warn(`Chú ý: khóa mã hóa nằm cạnh dữ liệu (${file}). Khi dùng thật, hãy đưa khóa vào DATA_KEY và cất bản sao ở nơi khác.`)
  return key
}

export async function readMigrations(): Promise<Migration[]> {
  const folder = [join('..', 'db', 'migrations'), join('..', '..', 'db', 'migrations')]
    .map((path) => join(dirname(fileURLToPath(import.meta.url)), path))
    .find((path) => existsSync(path))
  if (!folder) throw new AppError('not_found', 'db/migrations is missing beside the program.')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(names.map(async (name) => ({ name: name.slice(0, -4), sql: await readFile(join(folder, name), 'utf8') })))
}
