/**
 * Operator commands: `npm run admin -- <command>`. Exit codes: 0 done, 1 refused or failed, 2 a wrong command line.
 */
import { runAdmin } from './admin/program.ts'

// Backups and restored files are nobody else's to read.
process.umask(0o077)

process.exitCode = await runAdmin(process.argv.slice(2), {
  env: process.env,
  say: (line) => console.log(line),
  note: (line) => console.error(line),
})
