/**
 * Recurring work, one list for node-cron and for Workers' cron: both only tick each minute. The passed clock and the
 * last run in the database decide what is due, so a job missed while nothing ran is caught up, and of several
 * processes one runs it.
 */
import { claimRun, listRuns } from '../db/runs.ts'
import type { Db } from './chat.ts'
import { causeOf, type Log } from './log.ts'
import { dayOf, vietnamInstant } from './time.ts'

export type Job = {
  name: string
  /** Each minute on every process, or once a day at a Vietnamese time, on one. */
  at: 'minute' | { hour: number; minute: number }
  run(now: Date): Promise<void>
}

export type Schedule = { tick(now: Date): Promise<void> }

export function createSchedule({ db, jobs, log }: { db: Db; jobs: readonly Job[]; log: Log }): Schedule {
  return {
    async tick(now) {
      const ran = await listRuns(db)
      for (const job of jobs) {
        try {
          if (job.at !== 'minute') {
            const slot = lastSlot(job.at, now)
            if ((ran.get(job.name) ?? '') >= slot || !(await claimRun(db, job.name, slot))) continue
          }
          await job.run(now)
        } catch (error) {
          log('error', 'job.failed', { job: job.name, cause: causeOf(error) })
        }
      }
    },
  }
}

/** The newest time this daily job should have run by. */
function lastSlot({ hour, minute }: { hour: number; minute: number }, now: Date): string {
  const today = vietnamInstant(dayOf(now), hour, minute)
  return (today <= now ? today : new Date(today.getTime() - 24 * 60 * 60 * 1000)).toISOString()
}
