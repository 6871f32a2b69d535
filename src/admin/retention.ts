/**
 * `retention`: what the daily job would let go of, in counts; `--run` lets it go now.
 */
import type { Command } from 'commander'
import { createFileEvidence } from '../evidence-files.ts'
import { type Counts, createRetention } from '../retention.ts'
import { type Desk, onGround } from './desk.ts'

export function addRetention(program: Command, desk: Desk): void {
  program
    .command('retention')
    .description('Xem trước việc xóa dữ liệu hết hạn; --run để xóa. / Preview of expired data; --run deletes it.')
    .option('--run', 'xóa ngay / delete now')
    .addHelpText('after', '\nVí dụ / examples:\n  npm run admin -- retention\n  npm run admin -- retention --run')
    .action(({ run }: { run?: true }) =>
      onGround(desk, async (ground) => {
        const retention = createRetention({ ...ground, evidence: createFileEvidence(ground.config.evidenceDir, ground.now) })
        sayCounts(desk, run ? await retention.run() : await retention.plan())
        desk.say(run ? 'Đã làm. / Done.' : 'Chưa xóa gì; thêm --run để xóa. / Nothing was deleted; add --run.')
      }),
    )
}

function sayCounts(desk: Desk, counts: Counts): void {
  for (const [what, count] of Object.entries(counts)) desk.say(`  ${what}: ${count}`)
}
