/**
 * Photos that a person sends while they tell something: each becomes a due fetch in the turn's commit and an id in the
 * draft. How many one draft and one person an hour may send is the same wherever they send them.
 */
import type { Statement, Turn } from '../src/chat.ts'
import { guard } from './client.ts'
import { duePhoto } from './photos.ts'
import { addTries, countTries, triesTag } from './tries.ts'

/** Photos of one draft (issue 2 §2). */
export const MAX_PHOTOS = 10
/** Photos of one person in an hour, over all their drafts. */
const MAX_PHOTOS_AN_HOUR = 20
const HOUR_MS = 60 * 60 * 1000

/** `photos`: all of the draft's. `left`: why some of this message were not taken. */
export type TakenPhotos = { photos: string[]; kept: number; left?: 'full' | 'hour'; writes: Statement[] }

/** Takes the photos of this message as far as there is room. @param before ids of the draft so far @param most of the draft */
export async function takeDraftPhotos(turn: Turn, before: string[], most = MAX_PHOTOS): Promise<TakenPhotos> {
  const { message, contact, keys, db } = turn
  const refs = message.attachments.flatMap((one) => (one.kind === 'photo' ? [one.ref] : []))
  if (refs.length === 0) return { photos: before, kept: 0, writes: [] }
  const now = turn.now.getTime()
  const tag = await triesTag(keys, 'photos', contact.id)
  const room = Math.min(most, MAX_PHOTOS) - before.length
  const hourly = room > 0 ? MAX_PHOTOS_AN_HOUR - (await countTries(db, tag, now)) : 0
  const kept = refs.slice(0, Math.max(0, Math.min(room, hourly))).map((ref) => ({ id: turn.id(), ref }))
  const due = await Promise.all(kept.map((photo) => duePhoto(keys, { ...photo, channel: message.channel, now: turn.now })))
  const until = Math.floor(now / HOUR_MS) * HOUR_MS + HOUR_MS
  const counted = addTries(tag, { n: kept.length, limit: MAX_PHOTOS_AN_HOUR, now, until })
  return {
    photos: [...before, ...kept.map(({ id }) => id)],
    kept: kept.length,
    ...(kept.length < refs.length ? { left: room <= hourly ? 'full' : 'hour' } : {}),
    writes: kept.length > 0 ? [...due, counted, guard()] : [],
  }
}
