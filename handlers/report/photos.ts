/**
 * Photos of a draft: each becomes a due fetch in the turn's commit and an id in the draft. Photos are taken in any
 * step, because people send them when they have them.
 */
import { guard } from '../../db/client.ts'
import { dropDraftPhotos, duePhoto, listPhotoStates } from '../../db/photos.ts'
import { addTries, countTries, triesTag } from '../../db/tries.ts'
import type { Reply, Statement, Turn } from '../../src/chat.ts'
import type { Draft } from './draft.ts'

/** Photos of one report (issue 2 §2). */
const MAX_PHOTOS = 10
/** Photos of one person in an hour, over all their drafts. */
const MAX_PHOTOS_AN_HOUR = 20
const HOUR_MS = 60 * 60 * 1000

export type Taken = { draft: Draft; notes: Reply[]; writes: Statement[] }

export const warning: Reply = { text: { key: 'report.photo_warning' } }

/** Takes the photos of this message as far as there is room, and says what became of every attachment. */
export async function takePhotos(turn: Turn, draft: Draft): Promise<Taken> {
  const { message, contact, keys, db, step } = turn
  const refs = message.attachments.flatMap((one) => (one.kind === 'photo' ? [one.ref] : []))
  const notes = unusable(turn)
  if (refs.length === 0) return { draft, notes, writes: [] }

  const now = turn.now.getTime()
  const tag = await triesTag(keys, 'photos', contact.id)
  const room = MAX_PHOTOS - draft.photos.length
  const hourly = room > 0 ? MAX_PHOTOS_AN_HOUR - (await countTries(db, tag, now)) : 0
  const kept = refs.slice(0, Math.max(0, Math.min(room, hourly))).map((ref) => ({ id: turn.id(), ref }))
  const photos = [...draft.photos, ...kept.map(({ id }) => id)]
  const due = await Promise.all(kept.map((photo) => duePhoto(keys, { ...photo, channel: message.channel, now: turn.now })))
  const until = Math.floor(now / HOUR_MS) * HOUR_MS + HOUR_MS
  const counted = addTries(tag, { n: kept.length, limit: MAX_PHOTOS_AN_HOUR, now, until })
  const params = { n: photos.length, most: MAX_PHOTOS }
  return {
    draft: { ...draft, photos, ...(kept.length > 0 ? { warned: true } : {}) },
    notes: [
      ...notes,
      ...(kept.length > 0 ? [{ text: { key: step?.step === 'photos' ? 'report.photo_kept' : 'report.photo_kept_early', params } }] : []),
      ...(kept.length < refs.length ? [{ text: { key: room <= hourly ? 'report.photos_full' : 'report.photos_hour', params } }] : []),
      ...(draft.warned || kept.length === 0 ? [] : [warning]),
    ],
    writes: kept.length > 0 ? [...due, counted, guard()] : [],
  }
}

/** What "xong" is answered: which photos did not arrive (they leave the draft) and which are on their way. */
export async function settlePhotos(turn: Turn, draft: Draft): Promise<Taken> {
  if (draft.photos.length === 0) return { draft, notes: [], writes: [] }
  const states = await listPhotoStates(turn.db, draft.photos)
  const failed = states.filter(({ state }) => state === 'failed')
  const waiting = states.filter(({ state }) => state === 'due' || state === 'fetching').length
  const numbers = states.flatMap(({ state }, at) => (state === 'failed' ? [at + 1] : [])).join(', ')
  const notes = [
    ...(failed.length > 0 ? [{ text: { key: 'report.photos_failed', params: { numbers } } }] : []),
    ...(waiting > 0 ? [{ text: { key: 'report.photos_waiting', params: { n: waiting } } }] : []),
    ...(failed.length + waiting === 0 ? [{ text: { key: 'report.photos_arrived', params: { n: states.length } } }] : []),
  ]
  const photos = states.flatMap(({ id, state }) => (state === 'failed' ? [] : [id]))
  return { draft: { ...draft, photos }, notes, writes: failed.length > 0 ? [dropDraftPhotos(failed.map(({ id }) => id))] : [] }
}

/** Files, voices and the like are refused with what to do instead; a link's words count as text, a place has its step. */
function unusable({ message, step }: Turn): Reply[] {
  return message.attachments.flatMap((one) => {
    if (one.kind === 'location') return step?.step === 'place' ? [] : [{ text: { key: 'report.location_later' } }]
    if (one.kind !== 'unsupported' || (one.what === 'link' && message.text !== '')) return []
    return [{ text: { key: one.what === 'heic' ? 'report.photo_heic' : 'report.attachment_unusable' } }]
  })
}
