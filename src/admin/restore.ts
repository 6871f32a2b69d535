/**
 * `restore <file>`: puts a backup in the place of the database and the photos. Everything is opened and checked beside
 * the target first; what stood there is moved aside, never deleted.
 */
import { mkdir, mkdtemp, open, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { foldFile } from '../../db/file.ts'
import { checkKey } from '../../db/key-state.ts'
import { listApplied } from '../../db/migrate.ts'
import { openDb } from '../../db/open.ts'
import { foldLog, isSound, settleRestored } from '../../db/snapshot.ts'
import type { Keys } from '../chat.ts'
import { AppError } from '../errors.ts'
import { createFileEvidence } from '../evidence-files.ts'
import { type Footing, openFooting, readMigrations } from '../node-ground.ts'
import { type ArchiveFacts, readArchive } from './archive.ts'
import { databaseFile } from './backup.ts'
import { type Desk, interruptible } from './desk.ts'

type Restored = ArchiveFacts & { aside: string[] }

export function addRestore(program: Command, desk: Desk): void {
  program
    .command('restore')
    .description('Khôi phục từ bản sao lưu (dừng máy chủ trước). / Restore a backup (stop the server first).')
    .argument('<file>', 'tệp do lệnh backup tạo / a file made by backup')
    .option('--replace', 'dời dữ liệu đang có sang bên cạnh / move what is there aside')
    .addHelpText('after', HELP)
    .action(async (file: string, { replace = false }: { replace?: boolean }) => {
      const footing = await openFooting(desk.env, desk.note, false)
      const { madeAt, bytes, photos, sha256, aside } = await interruptible((signal) =>
        restoreFrom(footing, file, { replace, note: desk.note, signal }),
      )
      desk.say(`Đã khôi phục bản ngày / restored the backup of: ${madeAt}`)
      desk.say(`  ${bytes} byte, ${photos} ảnh / photos`)
      desk.say(`  SHA-256 ${sha256}`)
      for (const path of aside) desk.say(`  dữ liệu cũ ở / the old data is at: ${path}`)
      desk.say(AFTERWARDS)
    })
}

async function restoreFrom(
  { config, keys, now }: Footing,
  file: string,
  { replace, note, signal }: { replace: boolean; note(line: string): void; signal: AbortSignal },
): Promise<Restored> {
  const databasePath = databaseFile(config.databaseUrl)
  const { evidenceDir } = config
  if (!replace && (await isOccupied(databasePath, evidenceDir)))
    throw new AppError(
      'conflict',
      `Đã có dữ liệu ở ${databasePath} hoặc ${evidenceDir}. Thêm --replace để dời sang bên cạnh. / There is data already; --replace moves it aside.`,
    )
  const staged = { database: await stage(databasePath), evidence: await stage(evidenceDir) }
  try {
    const database = join(staged.database, 'database.db')
    const photos = join(staged.evidence, 'photos')
    await mkdir(photos, { mode: 0o700 })
    const contents = { databasePath: database, evidence: createFileEvidence(photos, now), note }
    const facts = await readArchive(file, { keys, contents, signal })
    note('  kiểm tra / checking')
    await checkDatabase(database, keys)
    await rm(join(photos, '.parts'), { recursive: true, force: true })
    if (signal.aborted) throw new AppError('unavailable', 'Đã dừng, chưa thay gì. / Interrupted; nothing was replaced.')
    await releaseOld(databasePath)
    const aside = await putInPlace({ database, photos, databasePath, evidenceDir }, now())
    return { ...facts, aside }
  } finally {
    await rm(staged.database, { recursive: true, force: true })
    await rm(staged.evidence, { recursive: true, force: true })
  }
}

async function isOccupied(databasePath: string, evidenceDir: string): Promise<boolean> {
  if ((await sizeOf(databasePath)) > 0) return true
  const { names } = await createFileEvidence(evidenceDir).list()
  return names.length > 0
}

/** A folder beside the target, on the same disk, so that moving in is one rename. */
async function stage(target: string): Promise<string> {
  await mkdir(dirname(target), { recursive: true, mode: 0o700 })
  return mkdtemp(join(dirname(target), '.restore-'))
}

/** Sound, of this key, known to this program; and nothing in it is sent a second time. */
async function checkDatabase(path: string, keys: Keys): Promise<void> {
  const db = openDb({ url: `file:${path}` })
  try {
    if (!(await isSound(db)))
      throw new AppError('invalid', 'Cơ sở dữ liệu trong bản sao lưu bị hỏng. / The database in the backup is damaged.')
    await checkKey(db, keys)
    const known = new Set((await readMigrations()).map(({ name }) => name))
    const newer = (await listApplied(db)).find((name) => !known.has(name))
    if (newer !== undefined)
      throw new AppError(
        'conflict',
        `Bản sao lưu có ${newer}, bản chương trình này chưa biết; hãy dùng bản mới hơn. / Made by a newer version.`,
      )
    await db.write(settleRestored())
    await foldLog(db)
  } finally {
    db.close()
  }
}

/** Makes the old database one file again. Throws AppError `conflict` while a process has it open. */
async function releaseOld(path: string): Promise<void> {
  if ((await sizeOf(path)) === 0) return
  // One that does not even open is moved as it is: that may be why it is being replaced.
  const free = await foldFile(`file:${path}`).catch(() => true)
  if (!free)
    throw new AppError(
      'conflict',
      'Máy chủ đang chạy trên cơ sở dữ liệu này; hãy dừng trước. / A process has the database open; stop the server first.',
    )
}

/** Moves the old aside and the new in; when a move fails, those before it are undone. Resolves to where the old is. */
async function putInPlace(
  { database, photos, databasePath, evidenceDir }: { database: string; photos: string; databasePath: string; evidenceDir: string },
  at: Date,
): Promise<string[]> {
  const suffix = `.before-restore-${at.toISOString().replace(/\D/g, '').slice(0, 14)}`
  // The server's own empty folder is no old data.
  await rmdir(evidenceDir).catch(() => undefined)
  const old: Array<[from: string, to: string]> = []
  for (const path of [databasePath, `${databasePath}-wal`, `${databasePath}-shm`, evidenceDir]) {
    if (!(await stat(path).catch(() => undefined))) continue
    const to = path === evidenceDir ? `${evidenceDir}${suffix}` : path.replace(databasePath, `${databasePath}${suffix}`)
    if (await stat(to).catch(() => undefined)) throw new AppError('conflict', `${to} đã có. / It exists already.`)
    old.push([path, to])
  }
  const done: Array<[from: string, to: string]> = []
  try {
    for (const [from, to] of [...old, [photos, evidenceDir], [database, databasePath]] as Array<[string, string]>) {
      await rename(from, to)
      done.push([from, to])
    }
  } catch (error) {
    for (const [from, to] of done.reverse()) await rename(to, from)
    throw error
  }
  for (const folder of new Set([dirname(databasePath), dirname(evidenceDir)])) await syncFolder(folder)
  return old.map(([, to]) => to)
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0
}

/** A rename is durable only once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const AFTERWARDS = `Việc cần làm tiếp / what to do now:
  - Ai đã xóa dữ liệu sau ngày sao lưu thì nay có lại: xóa lại theo sổ yêu cầu. / Erase again whoever was erased since.
  - Tin đang chờ gửi lúc sao lưu không được gửi lại. / What waited to be sent then is not sent again.
  - Khóa Zalo OA có thể đã cũ; npm start sẽ báo nếu cần cấp quyền lại. / The Zalo grant may be old; a start says so.`

const HELP = `
Cần đúng DATA_KEY lúc sao lưu (trong môi trường hoặc tệp khóa cạnh cơ sở dữ liệu). Dữ liệu đang có không bao giờ bị xóa.
Needs the DATA_KEY of the backup, in the environment or as the key file beside the database. Nothing is ever deleted.

Ví dụ / examples:
  npm run admin -- restore /mnt/sao-luu/hang-viet-2026-11-23.bak
  npm run admin -- restore /mnt/sao-luu/hang-viet-2026-11-23.bak --replace`
