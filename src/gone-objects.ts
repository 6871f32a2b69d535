/**
 * Deletes what lies in the evidence store of reports and photos that went for good: within a minute of the commit that took
 * their rows, and again until the store has done it.
 */
import { forgetObjects, listGoneObjects } from '../db/gone-objects.ts'
import type { Db } from './chat.ts'
import type { EvidenceStore } from './evidence.ts'
import type { Log } from './log.ts'
import type { Job } from './schedule.ts'

export function goneObjectsJob({ db, evidence, log }: { db: Db; evidence: Pick<EvidenceStore, 'delete'>; log: Log }): Job {
  return {
    name: 'gone-objects',
    at: 'minute',
    async run() {
      const names = await listGoneObjects(db)
      if (names.length === 0) return
      const ended = await Promise.allSettled(names.map((name) => evidence.delete(name)))
      const gone = names.filter((_, at) => ended[at]?.status === 'fulfilled')
      if (gone.length > 0) await db.write([forgetObjects(gone)])
      const left = names.length - gone.length
      log(left > 0 ? 'warn' : 'info', 'photos.gone', { objects: gone.length, left })
    },
  }
}
