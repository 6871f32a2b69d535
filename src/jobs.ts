/**
 * The recurring work of a product, in the order of the night: what is looked at each minute, and what one process does
 * once a day.
 */
import { patientOf } from '../db/client.ts'
import { caseMarksJob } from './case-marks.ts'
import { createCaseReminders } from './case-reminders.ts'
import type { Channel, Db, Keys } from './chat.ts'
import type { EvidenceStore } from './evidence.ts'
import { createFigures } from './figures.ts'
import { goneObjectsJob } from './gone-objects.ts'
import { createHealth } from './health.ts'
import type { Log } from './log.ts'
import { noticeOutcomesJob } from './notice-outcomes.ts'
import type { PhotoLoop } from './photos.ts'
import { createRelay } from './relay.ts'
import { reorganiseJob } from './reorganise.ts'
import { createRetention } from './retention.ts'
import type { Job } from './schedule.ts'

export type JobParts = {
  db: Db
  keys: Keys
  channels: readonly Channel[]
  photos: PhotoLoop
  evidence: EvidenceStore
  now(): Date
  /** 0 ≤ x < 1, unguessable. */
  random(): number
  log: Log
  publicUrl: string | null
  /** Reads anew who runs this deployment. */
  readAbout(): Promise<void>
}

export function listJobs(parts: JobParts): Job[] {
  const { db, keys, channels, photos, evidence } = parts
  const { now, random, log, publicUrl, readAbout } = parts
  const patient = patientOf(db)
  const figures = createFigures({ db: patient, log })
  const caseReminders = createCaseReminders({ db, keys, publicUrl, log })
  return [
    ...channels.flatMap((channel): Job[] =>
      channel.tend ? [{ name: `tend:${channel.name}`, at: 'minute', run: (at) => channel.tend?.(at) ?? Promise.resolve() }] : [],
    ),
    { name: 'about', at: 'minute', run: readAbout },
    { name: 'relay', at: 'minute', run: createRelay({ db, keys, channels, random, log }).run },
    noticeOutcomesJob({ db, keys, random, log }),
    reorganiseJob({ db, keys, channels, now, log }),
    goneObjectsJob({ db, evidence, log }),
    caseMarksJob({ db, keys, now, log }),
    { name: 'urgent-cases', at: 'minute', run: caseReminders.alert },
    { name: 'case-reminders', at: { hour: 8, minute: 0 }, run: caseReminders.remind },
    { name: 'figures-open', at: 'minute', run: figures.open },
    // Before the retention lets go of a month's keyed hashes.
    { name: 'figures', at: { hour: 2, minute: 30 }, run: figures.publish },
    {
      name: 'retention',
      at: { hour: 3, minute: 10 },
      run: async () => {
        await createRetention({ db: patient, keys, evidence, now, log }).run()
      },
    },
    {
      name: 'sweep-photos',
      at: { hour: 3, minute: 40 },
      run: async (at) => log('info', 'photos.swept', { objects: await photos.sweep(at) }),
    },
    // Its pages lie in the order of the commits: which person's row changed with which report. A copied folder tells a minute of that.
    { name: 'empty-log', at: 'minute', run: async () => db.emptyLog?.() },
    // Last: a platform that is silent keeps nothing else waiting.
    { name: 'ask-channels', at: 'minute', run: createHealth({ db, channels, publicUrl }).ask },
  ]
}
