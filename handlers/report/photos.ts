/**
 * Photos of a draft: each becomes a due fetch in the turn's commit and an id in the draft. Photos are taken in any
 * step, because people send them when they have them.
 */
import { MAX_PHOTOS, takeDraftPhotos } from '../../db/draft-photos.ts'
import { dropDraftPhotos, listPhotoStates } from '../../db/photos.ts'
import type { Reply, Statement, Turn } from '../../src/chat.ts'
import type { Draft } from './draft.ts'

export type Taken = { draft: Draft; notes: Reply[]; writes: Statement[] }

export const warning: Reply = { text: { key: 'report.photo_warning' } }

/** Takes the photos of this message as far as there is room, and says what became of every attachment. */
export async function takePhotos(turn: Turn, draft: Draft): Promise<Taken> {
  const { step } = turn
  const notes = unusable(turn)
  const { photos, kept, left, writes } = await takeDraftPhotos(turn, draft.photos)
  if (kept === 0 && !left) return { draft, notes, writes }
  const params = { n: photos.length, most: MAX_PHOTOS }
  const noted = step?.step !== 'photos' ? 'photo_kept_early' : photos.length < MAX_PHOTOS ? 'photo_kept' : 'photo_kept_last'
  return {
    draft: { ...draft, photos, ...(kept > 0 ? { warned: true } : {}) },
    notes: [
      ...notes,
      ...(kept > 0 ? [{ text: { key: `report.${noted}`, params } }] : []),
      ...(left ? [{ text: { key: left === 'full' ? 'report.photos_full' : 'report.photos_hour', params } }] : []),
      ...(draft.warned || kept === 0 ? [] : [warning]),
    ],
    writes,
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
