/**
 * The write-ahead log beside the database: its pages lie in the order of their commits, so that whoever copies the folder
 * sees which person's row changed in the very commit that made a report.
 */
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { createFileEvidence } from '../src/evidence-files.ts'
import { listJobs } from '../src/jobs.ts'
import { secureRandom } from '../src/keys.ts'
import { createPhotoLoop } from '../src/photos.ts'
import { createSchedule } from '../src/schedule.ts'
import { openTestFile } from './database.ts'
import { type Member, openTalkDesk } from './talk-desk.ts'

test('a minute after a report the log no longer shows in which commit it came', async () => {
  const database = await openTestFile()
  const desk = await openTalkDesk(undefined, database)
  const { bot } = desk
  const lan: Member = bot.person('lan-7100200300', 'telegram')
  const { id } = await desk.files(lan)
  const log = `${database.url.slice('file:'.length)}-wal`
  expect(await commitsWith(log, [id, 'lan-7100200300'])).toBeGreaterThan(0)

  const parts = {
    db: bot.db,
    keys: bot.keys,
    channels: [],
    evidence: createFileEvidence('/nowhere'),
    now: bot.clock.now,
    random: secureRandom,
  }
  const lines = () => {}
  const photos = createPhotoLoop({ ...parts, holder: 'test', log: lines })
  bot.clock.advance(60_000)
  // Not the jobs of the night, which would be made up for now.
  const jobs = listJobs({ ...parts, photos, log: lines, publicUrl: null, readAbout: async () => {} }).filter(({ at }) => at === 'minute')
  await createSchedule({ db: bot.db, jobs, log: lines }).tick(bot.clock.now())
  expect(await commitsWith(log, [id])).toBe(0)
  expect(await commitsWith(log, ['lan-7100200300'])).toBe(0)
  await desk.close()
})

/** How many commits of the log wrote pages that hold all of these words. `<header 32>(<frame header 24><page>)…` */
async function commitsWith(path: string, words: string[]): Promise<number> {
  const bytes = await readFile(path)
  if (bytes.length === 0) return 0
  const page = bytes.readUInt32BE(8)
  let found = 0
  let written = Buffer.alloc(0)
  for (let at = 32; at + 24 + page <= bytes.length; at += 24 + page) {
    written = Buffer.concat([written, bytes.subarray(at + 24, at + 24 + page)])
    if (bytes.readUInt32BE(at + 4) === 0) continue
    if (words.every((word) => written.includes(word))) found++
    written = Buffer.alloc(0)
  }
  return found
}
