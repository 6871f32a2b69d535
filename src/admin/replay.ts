/**
 * `replay [code]`: runs kept updates again after a fix, each at most once, and only where the person has not written
 * since. What they answer waits in the outbox for the running server; `--send` sends it where none runs.
 */
import type { Command } from 'commander'
import { conflictOf } from '../../db/client.ts'
import { listMovedOn, listReplayable } from '../../db/updates.ts'
import { createProduct } from '../app.ts'
import type { Db, Keys } from '../chat.ts'
import { AppError } from '../errors.ts'
import { createFileEvidence } from '../evidence-files.ts'
import { randomId, secureRandom } from '../keys.ts'
import type { Receiver } from '../receive.ts'
import { type Desk, onGround } from './desk.ts'

export type ReplayParts = { db: Db; keys: Keys; receiver: Pick<Receiver, 'replay'>; say(line: string): void }
export type Replayed = { done: number; movedOn: number; failed: number }

export function addReplay(program: Command, desk: Desk): void {
  program
    .command('replay')
    .description('Chạy lại các tin bị lỗi đã giữ (7 ngày). / Run kept updates again (kept 7 days).')
    .argument('[code]', 'mã trong lời xin lỗi; không ghi là tất cả / code of the apology; all without it')
    .option('--send', 'gửi trả lời ngay, khi không có máy chủ nào đang chạy / send the answers now, where no server runs')
    .addHelpText('after', '\nVí dụ / examples:\n  npm run admin -- replay\n  npm run admin -- replay K7QM --send')
    .action((code: string | undefined, { send }: { send?: true }) =>
      onGround(desk, async (ground) => {
        const product = await createProduct({
          ...ground,
          holder: `${process.pid}-${randomId(secureRandom)}`,
          later: setImmediate,
          evidence: createFileEvidence(ground.config.evidenceDir, ground.now),
        })
        const { failed } = await replayKept({ ...ground, receiver: product.receiver, say: desk.say }, code)
        if (send) await product.dispatcher.drain()
        if (failed > 0) throw new AppError('invalid', `${failed} tin vẫn lỗi và được giữ lại. / ${failed} fail again and are kept.`)
      }),
    )
}

/** Says a line for each update. Throws AppError `not_found` for a code that is not kept. */
export async function replayKept({ db, keys, receiver, say }: ReplayParts, typed?: string): Promise<Replayed> {
  const code = typed?.trim().toUpperCase()
  const [kept, movedOn] = await Promise.all([listReplayable(db, keys, code), listMovedOn(db, code)])
  const result: Replayed = { done: 0, movedOn: movedOn.length, failed: 0 }
  for (const one of movedOn) say(`${one}: người gửi đã nhắn tiếp, không chạy lại. / moved on`)
  for (const update of kept) {
    const outcome = await replayOne(receiver, update)
    result[outcome]++
    say(`${update.code}: ${OUTCOMES[outcome]}`)
  }
  if (kept.length + movedOn.length === 0) {
    if (code !== undefined) throw new AppError('not_found', `Không giữ tin nào có mã ${code}. / No update ${code} is kept.`)
    say('Không có tin nào chờ chạy lại. / Nothing to replay.')
  }
  return result
}

const OUTCOMES: Record<keyof Replayed, string> = {
  done: 'xong. / done',
  movedOn: 'người gửi đã nhắn tiếp, không chạy lại. / moved on',
  failed: 'vẫn lỗi, giữ lại. / fails again',
}

async function replayOne(receiver: ReplayParts['receiver'], update: Parameters<Receiver['replay']>[0]): Promise<keyof Replayed> {
  try {
    return (await receiver.replay(update)) ? 'done' : 'movedOn'
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid') return 'failed'
    // The person wrote, or another replay ran, between our look and our commit.
    if (conflictOf(error)) return 'movedOn'
    throw error
  }
}
