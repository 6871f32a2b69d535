/**
 * `unit import <csv>`: brings a customer's own unit tree in. All rows or none, unless `--skip-bad`; every bad row is
 * named by line and reason.
 */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { findKnownUnits, importUnits } from '../../db/unit-import.ts'
import { listLevelNames } from '../../db/units.ts'
import type { Db } from '../chat.ts'
import { AppError } from '../errors.ts'
import { type Desk, onGround } from './desk.ts'
import { checkUnits, textsOf } from './unit-check.ts'
import { type BadRow, COLUMNS, readUnitCsv } from './unit-csv.ts'

export type ImportOptions = { dryRun?: boolean; skipBad?: boolean }
export type Imported = { added: number; changed: number; bad: BadRow[] }
type ImportParts = { db: Db; now: Date; note(line: string): void }

/** One commit holds at most this many rows: a list of any usual size is one commit. */
const STEP = 5000
const NOTED = 500

export function addUnits(program: Command, desk: Desk): void {
  const unit = program.command('unit').description('Cây đơn vị. / The unit tree.')
  unit
    .command('import')
    .description('Nhập đơn vị từ tệp CSV. / Import units from a CSV file.')
    .argument('<csv>', 'tệp CSV UTF-8 / CSV file in UTF-8')
    .option('--dry-run', 'chỉ kiểm tra, không ghi / check only')
    .option('--skip-bad', 'bỏ các dòng sai, ghi các dòng đúng / leave bad rows out')
    .addHelpText('after', HELP)
    .action((path: string, options: ImportOptions) =>
      onGround(desk, async ({ db, now }) => {
        const { added, changed, bad } = await importFile({ db, now: now(), note: desk.note }, await bytesOf(path), options)
        for (const { line, reason } of bad) desk.say(`Dòng ${line}: ${reason}`)
        if (bad.length > 0 && !options.skipBad)
          throw new AppError('invalid', `${bad.length} chỗ sai, chưa ghi gì. / ${bad.length} mistakes, nothing was written.`)
        const what = `${added} đơn vị mới, ${changed} đơn vị cập nhật / ${added} new, ${changed} updated`
        desk.say(options.dryRun ? `Kiểm tra xong, chưa ghi gì: ${what}` : `Đã nhập: ${what}`)
      }),
    )
}

/** Checks and, unless it is a dry run or a row is bad, writes. Throws AppError `invalid` for a file that cannot be read. */
export async function importFile({ db, now, note }: ImportParts, bytes: Uint8Array, options: ImportOptions): Promise<Imported> {
  const read = readUnitCsv(bytes)
  const [known, levels] = await Promise.all([findKnownUnits(db, textsOf(read.lines)), listLevelNames(db)])
  const checked = checkUnits(read.lines, known, new Set(levels.map(({ kind, level }) => `${kind}/${level}`)))
  const bad = [...read.bad, ...checked.bad].sort((one, other) => one.line - other.line)
  const { units } = checked
  const there = new Set(known.map(({ id }) => id))
  const changed = units.filter(({ id }) => there.has(id)).length
  for (let done = NOTED; done < units.length; done += NOTED) note(`  đã kiểm tra / checked: ${done}/${units.length}`)
  if (!options.dryRun && (bad.length === 0 || options.skipBad)) {
    for (let from = 0; from < units.length; from += STEP) {
      await db.write(importUnits(units.slice(from, from + STEP), now))
      note(`  đã ghi / written: ${Math.min(from + STEP, units.length)}/${units.length}`)
    }
  }
  return { added: units.length - changed, changed, bad }
}

async function bytesOf(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new AppError('not_found', `Không mở được tệp ${path}. / The file cannot be opened. (${error.code})`)
  })
}

const HELP = `
Cột / columns: ${COLUMNS.join(', ')}
  Bắt buộc / required: kind, level, name. Thứ tự cột tùy ý. Dấu phẩy hoặc chấm phẩy đều được.
  parent, successors: id, mã (code) hoặc đúng tên đầy đủ / id, code or exact name
  aliases, successors: nhiều giá trị cách nhau dấu chấm phẩy / several, separated by semicolons
  valid_to: ngày cuối của đơn vị đã thôi hoạt động / last day of a closed unit
  id: nên ghi, để lần nhập sau đổi được tên / better given, so that a later import can rename

Ví dụ / examples:
  npm run admin -- unit import don-vi.csv --dry-run
  npm run admin -- unit import don-vi.csv`
