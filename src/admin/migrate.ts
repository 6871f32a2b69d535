/**
 * `migrate`: brings the database up to date, as every start does; for operators who do it before a start.
 */
import type { Command } from 'commander'
import { type Desk, onGround } from './desk.ts'

export function addMigrate(program: Command, desk: Desk): void {
  program
    .command('migrate')
    .description('Cập nhật cơ sở dữ liệu lên bản mới. / Apply database migrations.')
    .addHelpText('after', '\nVí dụ / example:\n  npm run admin -- migrate')
    .action(() =>
      onGround(desk, async ({ migrated }) => {
        for (const name of migrated) desk.say(`Đã áp dụng / applied: ${name}`)
        if (migrated.length === 0) desk.say('Không có gì phải làm. / Nothing to do.')
      }),
    )
}
