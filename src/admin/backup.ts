/**
 * `backup <file>`: database and photos as one sealed file that only this DATA_KEY opens, while the product runs.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Command } from 'commander'
import { copyInto } from '../../db/snapshot.ts'
import { AppError } from '../errors.ts'
import { createFileEvidence } from '../evidence-files.ts'
import type { Ground } from '../node-ground.ts'
import { type ArchiveFacts, writeArchive } from './archive.ts'
import { type Desk, interruptible, onGround } from './desk.ts'

export function addBackup(program: Command, desk: Desk): void {
  program
    .command('backup')
    .description('Sao lưu cơ sở dữ liệu và ảnh vào một tệp đã niêm. / Back up database and photos into one sealed file.')
    .argument('<file>', 'tệp mới / a new file')
    .addHelpText('after', HELP)
    .action((file: string) =>
      onGround(desk, async (ground) => {
        const { sha256, bytes, photos } = await interruptible((signal) => backUp(ground, file, desk.note, signal))
        desk.say(`Đã sao lưu / backed up: ${file}`)
        desk.say(`  ${bytes} byte, ${photos} ảnh / photos`)
        desk.say(`  SHA-256 ${sha256}`)
        desk.say('Cất DATA_KEY ở nơi khác với tệp này; thiếu khóa thì không mở được. / Keep DATA_KEY elsewhere; nothing opens without it.')
      }),
    )
}

/** Throws AppError `invalid` for a libSQL server, `conflict` when the file exists. */
async function backUp(ground: Ground, file: string, note: (line: string) => void, signal: AbortSignal): Promise<ArchiveFacts> {
  const { config, db, keys, now } = ground
  const databasePath = databaseFile(config.databaseUrl)
  if (await stat(file).catch(() => undefined))
    throw new AppError('conflict', `Tệp ${file} đã có; chọn tên khác. / The file exists; choose another name.`)
  // The copy is plain: it lies beside the database, where its owner alone may read, and is gone at the end.
  const folder = await mkdtemp(join(dirname(databasePath), '.backup-'))
  try {
    const copy = join(folder, basename(databasePath))
    const madeAt = now().toISOString()
    note('  cơ sở dữ liệu / database')
    await copyInto(db, copy)
    const contents = { databasePath: copy, evidence: createFileEvidence(config.evidenceDir, now), note }
    return await writeArchive(file, { keys, contents, signal }, madeAt)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Path of an embedded database. Throws AppError `invalid` for a server. */
export function databaseFile(url: string): string {
  if (url.startsWith('file:')) return url.slice(5)
  throw new AppError(
    'invalid',
    'Cơ sở dữ liệu nằm trên máy chủ libSQL: hãy sao lưu và khôi phục bằng công cụ của máy chủ đó. / The database is a libSQL server: use the server’s own backup.',
  )
}

const HELP = `
Tệp chứa cơ sở dữ liệu và thư mục ảnh, không bao giờ chứa DATA_KEY. Máy chủ không cần dừng.
The file holds the database and the photos, never DATA_KEY. The server may run on.

Ví dụ / example:
  npm run admin -- backup /mnt/sao-luu/hang-viet-2026-11-23.bak`
