/**
 * The command line: which commands there are and what a failure looks like. Each command adds itself; its sentence on
 * failure is an AppError's, so that an operator never reads a stack trace.
 */
import { Command, CommanderError } from 'commander'
import { AppError, SendError } from '../errors.ts'
import { causeOf } from '../log.ts'
import { addArticles } from './article.ts'
import { addBackup } from './backup.ts'
import type { Desk } from './desk.ts'
import { addKeys } from './key.ts'
import { addMigrate } from './migrate.ts'
import { addOfficers } from './officer.ts'
import { addReplay } from './replay.ts'
import { addRestore } from './restore.ts'
import { addRetention } from './retention.ts'
import { addSettings } from './setting.ts'
import { addTokens } from './token.ts'
import { addUnits } from './unit.ts'
import { addWebhook } from './webhook.ts'

const EXAMPLES = `
Ví dụ / examples:
  npm run admin -- migrate
  npm run admin -- webhook set telegram
  npm run admin -- replay --send
  npm run admin -- unit import don-vi.csv --dry-run
  npm run admin -- officer add --name "Nguyễn Văn Mẫu" --unit ld-lai-chau --roles viewer,case
  npm run admin -- officer bind 4k2m9x7q1w8e5r3t
  npm run admin -- token add --officer 4k2m9x7q1w8e5r3t --name "Cổng thông tin" --scopes read --until 2026-12-31
  npm run admin -- setting set unit_name "LĐLĐ tỉnh Mẫu"
  npm run admin -- backup /mnt/sao-luu/hang-viet.bak
  npm run admin -- restore /mnt/sao-luu/hang-viet.bak
  npm run admin -- key rotate
`

/** Resolves to the exit code: 0 done, 1 refused or failed, 2 a wrong command line. */
export async function runAdmin(args: readonly string[], desk: Desk): Promise<number> {
  try {
    await createProgram(desk).parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    // Help that was asked for is a success; help because something is missing is not.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    desk.note(sentenceOf(error))
    return 1
  }
}

function createProgram(desk: Desk): Command {
  const program = new Command('npm run admin --')
    .description('Lệnh của người vận hành Trợ lý Hàng Việt. / Operator commands.')
    .configureOutput({ writeOut: (text) => desk.say(text.trimEnd()), writeErr: (text) => desk.note(text.trimEnd()) })
    .helpOption('-h, --help', 'cách dùng / how to use')
    .helpCommand('help [lệnh]', 'cách dùng một lệnh / how to use a command')
    .showHelpAfterError()
    .exitOverride()
    .addHelpText('after', EXAMPLES)
  for (const add of [
    addMigrate,
    addWebhook,
    addReplay,
    addUnits,
    addOfficers,
    addTokens,
    addArticles,
    addSettings,
    addRetention,
    addBackup,
    addRestore,
    addKeys,
  ]) {
    add(program, desk)
  }
  return program
}

function sentenceOf(error: unknown): string {
  if (error instanceof AppError) return error.message
  if (error instanceof SendError) return `Nền tảng từ chối hoặc không trả lời. / The platform refused or did not answer. (${error.reason})`
  return `Không làm được. / Failed. (${causeOf(error)})`
}
