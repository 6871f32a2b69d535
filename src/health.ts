/**
 * Asks each platform every ten minutes whether it still knows us and where it delivers, and keeps the answer for the
 * officers' page: a page itself never waits for a platform. One process asks.
 */
import { recordCheck } from '../db/health.ts'
import { claimRun } from '../db/runs.ts'
import type { Channel, Db } from './chat.ts'

const EVERY_MS = 10 * 60 * 1000

export function createHealth({ db, channels, publicUrl }: { db: Db; channels: readonly Channel[]; publicUrl: string | null }) {
  let asked = ''
  return {
    async ask(at: Date): Promise<void> {
      const slot = new Date(Math.floor(at.getTime() / EVERY_MS) * EVERY_MS).toISOString()
      if (slot === asked) return
      asked = slot
      if (!(await claimRun(db, 'ask-channels', slot))) return
      await Promise.all(
        channels.map(async ({ name, check }) => {
          const said = await check?.(publicUrl ? `${publicUrl}/webhooks/${name}` : null)
          if (said) await db.write([recordCheck(name, said, at)])
        }),
      )
    },
  }
}
