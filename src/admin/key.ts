/**
 * `key rotate`: another DATA_KEY in the place of the one there is, while the product stands still. The new key is
 * DATA_KEY_NEW, or, where the key is a file beside the data, one made here. The old one is put aside, not destroyed:
 * backups of before need it.
 */
import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { hasOwnBoxes } from '../../db/box-upgrade.ts'
import { PATIENT } from '../../db/client.ts'
import { foldFile } from '../../db/file.ts'
import { readTagKeys } from '../../db/key-state.ts'
import { listApplied } from '../../db/migrate.ts'
import { openDb } from '../../db/open.ts'
import { isServing } from '../../db/rotation.ts'
import { foldLog } from '../../db/snapshot.ts'
import type { Db } from '../chat.ts'
import { type Config, parseConfig } from '../config.ts'
import { AppError } from '../errors.ts'
import { createFileEvidence } from '../evidence-files.ts'
import { keepTags, sameSecret, toHex } from '../keys.ts'
import { createNodeKeys, followTag, tagKeyOf } from '../keys-node.ts'
import { type Footing, openFooting, readMigrations } from '../node-ground.ts'
import type { Desk } from './desk.ts'
import { type Rotated, rotate } from './rotation.ts'

/** Where the two keys come from. `files`: the key lies beside the data, or did. */
type KeyPair = { old: Uint8Array; next: Uint8Array; files: { own: string; made: string | undefined } | undefined }

export function addKeys(program: Command, desk: Desk): void {
  const key = program.command('key').description('Khóa dữ liệu DATA_KEY. / The data key.')
  key
    .command('rotate')
    .description('Thay DATA_KEY, niêm lại mọi thứ bằng khóa mới (dừng máy chủ trước). / Change DATA_KEY (stop the server first).')
    .option('--leave-damaged', 'bỏ qua những gì đã hỏng từ trước / go on where something was damaged before')
    .addHelpText('after', HELP)
    .action(async ({ leaveDamaged = false }: { leaveDamaged?: boolean }) => {
      const footing = await openFooting(desk.env, desk.note, false)
      const pair = await findKeys(desk.env, footing)
      const rotated = await withStopped(footing, (db) => change(footing, db, pair, leaveDamaged, desk.note))
      if (pair.files) await settleFiles(pair.old, pair.files)
      if (rotated === 'done before') desk.say('Khóa đã thay từ lần trước. / The key had been changed already.')
      else {
        desk.say('Đã thay khóa dữ liệu. / The data key was changed.')
        desk.say(`  ${rotated.boxes} hộp niêm, ${rotated.objects} ảnh / sealed boxes, photos`)
        if (rotated.damaged > 0) desk.say(`  ${rotated.damaged} không mở được, để nguyên / did not open and were left`)
      }
      if (pair.files) desk.say(`  khóa cũ ở / the old key is at: ${pair.files.own}.old`)
      desk.say(pair.files?.made ? '' : NEW_KEY)
      desk.say(AFTERWARDS)
    })
}

async function change(
  { config, now }: Footing,
  db: Db,
  { old: oldKey, next: nextKey }: KeyPair,
  leaveDamaged: boolean,
  note: (line: string) => void,
): Promise<Rotated | 'done before'> {
  const known = new Set(await listApplied(db))
  const missing = (await readMigrations()).some(({ name }) => !known.has(name))
  if (missing || !(await hasOwnBoxes(db)))
    throw new AppError('conflict', 'Cơ sở dữ liệu chưa cập nhật: chạy npm run admin -- migrate trước. / Run migrate first.')
  const bare = createNodeKeys(oldKey)
  // A database that is the new key’s already has nothing to read with the old one.
  const earlier = await readTagKeys(db, bare).catch(() => ({}))
  const kept = keepTags(earlier, (purpose) => tagKeyOf(oldKey, purpose))
  return rotate({
    ...{ db, kept, leaveDamaged, now, note },
    evidence: createFileEvidence(config.evidenceDir, now),
    old: createNodeKeys(oldKey, earlier),
    next: createNodeKeys(nextKey, kept),
    follow: (purpose, tag) => followTag(nextKey, purpose, tag),
  })
}

/** Nobody else has the database open, or serves from it, when this begins; and nobody starts on one that has begun. */
async function withStopped<T>({ config, now }: Footing, work: (db: Db) => Promise<T>): Promise<T> {
  const { databaseUrl: url, databaseToken: authToken } = config
  if (url.startsWith('file:')) {
    if (!(await stat(url.slice(5)).catch(() => undefined)))
      throw new AppError('not_found', `Không có cơ sở dữ liệu ở ${url}. / There is no database.`)
    if (!(await foldFile(url))) throw new AppError('conflict', RUNNING)
  }
  const db = openDb({ url, authToken, deadlines: PATIENT })
  try {
    if (db.kind === 'server' && (await isServing(db, now().getTime()))) throw new AppError('conflict', RUNNING)
    const result = await work(db)
    // What the log still holds of old boxes goes too.
    if (db.kind === 'file') await foldLog(db)
    return result
  } finally {
    db.close()
  }
}

async function findKeys(env: NodeJS.ProcessEnv, { config, dataKey: old }: Footing): Promise<KeyPair> {
  const own = config.dataKey ? undefined : join(dirname(config.databaseUrl.slice(5)), 'key')
  const given = givenKey(env)
  if (given) {
    if (sameSecret(toHex(given), toHex(old))) throw new AppError('invalid', 'DATA_KEY_NEW giống khóa đang dùng. / It is the key in use.')
    return { old, next: given, files: own === undefined ? undefined : { own, made: undefined } }
  }
  if (own === undefined) throw new AppError('invalid', NO_NEW_KEY)
  const made = `${own}.new`
  if (!(await stat(made).catch(() => undefined))) {
    if (await stat(`${own}.old`).catch(() => undefined))
      throw new AppError(
        'conflict',
        `Còn ${own}.old của lần thay trước: cất đi hoặc hủy rồi chạy lại. / Put away the old key of last time first.`,
      )
    await writeKey(made, crypto.getRandomValues(new Uint8Array(32)))
  }
  const next = Buffer.from((await readFile(made, 'utf8')).trim(), 'base64')
  if (next.byteLength !== 32) throw new AppError('invalid', `${made} không chứa khóa 32 byte. / It does not hold a key of 32 bytes.`)
  return { old, next, files: { own, made } }
}

function givenKey(env: NodeJS.ProcessEnv): Config['dataKey'] {
  if (!env.DATA_KEY_NEW) return undefined
  try {
    return parseConfig({ DATA_KEY: env.DATA_KEY_NEW }).dataKey
  } catch (cause) {
    throw new AppError('invalid', 'DATA_KEY_NEW must be base64 of 32 bytes, e.g. the output of: openssl rand -base64 32', { cause })
  }
}

/** The old key aside, the new one in its place by one rename: at no moment is there none. */
async function settleFiles(old: Uint8Array, { own, made }: NonNullable<KeyPair['files']>): Promise<void> {
  await writeKey(`${own}.old`, old)
  if (made === undefined) await rm(own)
  else await rename(made, own)
  await syncFolder(dirname(own))
}

/** Whole or not at all, its owner's alone, durable. */
async function writeKey(path: string, key: Uint8Array): Promise<void> {
  const part = `${path}.part`
  const handle = await open(part, 'w', 0o600)
  try {
    await handle.writeFile(Buffer.from(key).toString('base64'))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(part, path)
  await syncFolder(dirname(path))
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const RUNNING = 'Máy chủ đang chạy trên cơ sở dữ liệu này; hãy dừng trước. / A process serves from this database; stop it first.'
const NO_NEW_KEY = `DATA_KEY nằm trong môi trường: đặt thêm khóa mới vào DATA_KEY_NEW (openssl rand -base64 32). / DATA_KEY is in the environment: set the new key as DATA_KEY_NEW.`
const NEW_KEY =
  'Đặt DATA_KEY bằng giá trị của DATA_KEY_NEW rồi mới khởi động. / Set DATA_KEY to what DATA_KEY_NEW holds before the next start.'

const AFTERWARDS = `Việc cần làm tiếp / what to do now:
  - Khởi động lại; chạy webhook set nếu dùng Workers hoặc khi npm start không tự đăng ký. / Start again; run webhook set on Workers.
  - Cán bộ đăng nhập lại trang cán bộ. / Officers sign in to the console again.
  - Sao lưu ngay: bản sao lưu trước đây chỉ mở được bằng khóa cũ. / Back up now: older backups open with the old key alone.
  - Cất khóa cũ ở nơi khác chừng nào còn giữ bản sao lưu cũ, rồi hủy. / Keep the old key elsewhere as long as older backups, then destroy it.`

const HELP = `
Khóa mới lấy từ DATA_KEY_NEW; nếu khóa là tệp data/key và không đặt DATA_KEY_NEW thì lệnh tự tạo. Bị ngắt giữa chừng thì
chạy lại với đúng hai khóa đó; trước khi xong, trợ lý không khởi động. Ảnh trong R2 của Cloudflare lệnh này không với tới.
The new key is DATA_KEY_NEW, or made here where the key is a file. Interrupted, it is run again with the same two keys; until
it is done the product does not start. Photos in a Cloudflare R2 bucket are out of its reach.

Ví dụ / examples:
  npm run admin -- key rotate
  DATA_KEY=… DATA_KEY_NEW=$(openssl rand -base64 32) npm run admin -- key rotate`
