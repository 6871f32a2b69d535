/**
 * Which photos the form of a typed-in report holds while it is shown again. Their ids come back with it under a keyed hash of
 * the officer and the form, so that nobody names a photo that is not of their own form.
 */
import { findHeld, type HeldPhoto, holdPhotos } from '../../../db/held-photos.ts'
import { dropDraftPhotos } from '../../../db/photos.ts'
import { AppError } from '../../errors.ts'
import { GIVEN_MOST } from '../../given-photos.ts'
import { sameSecret } from '../../keys.ts'
import type { Visit } from '../page.ts'
import type { Chosen } from './photo-fields.tsx'

export type Held = { photos: HeldPhoto[]; field: string }

export type HeldFields = { form?: string | undefined; held?: string | undefined; drop?: 'on' | undefined }

/** Those of this form that are still there; none once the officer said so. */
export async function heldPhotos({ desk }: Visit, { form = '', held = '', drop }: HeldFields): Promise<HeldPhoto[]> {
  const [list = '', tag = ''] = held.split('~')
  if (list === '' || !sameSecret(tag, await tagOf(desk, form, list))) return []
  const ids = list.split('.')
  if (drop === undefined) return findHeld(desk, ids)
  await desk.db.write([dropDraftPhotos(ids)])
  return []
}

/** Keeps what was chosen for the next try; what cannot be kept is to be chosen again. */
export async function holdChosen(visit: Visit, form: string, chosen: Chosen, before: HeldPhoto[]): Promise<{ chosen: Chosen; held: Held }> {
  const { desk, parts } = visit
  try {
    const photos = await holdPhotos({ ...desk, evidence: parts.evidence }, chosen.photos, before)
    return { chosen: { ...chosen, again: chosen.again && chosen.photos.length === 0 }, held: await fieldOf(visit, form, photos) }
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'unavailable') throw error
    const wrong = [...chosen.wrong, { key: error.message }]
    return { chosen: { photos: [], wrong, again: true }, held: await fieldOf(visit, form, before) }
  }
}

/** More than are taken at a time, with those that are held. */
export function withinMost(chosen: Chosen, held: readonly HeldPhoto[]): Chosen {
  const n = chosen.photos.length + held.length
  if (n <= GIVEN_MOST) return chosen
  return { photos: [], wrong: [...chosen.wrong, { key: 'case.photos_many', params: { n, most: GIVEN_MOST } }], again: true }
}

async function fieldOf({ desk }: Visit, form: string, photos: HeldPhoto[]): Promise<Held> {
  const list = photos.map(({ id }) => id).join('.')
  return { photos, field: list === '' ? '' : `${list}~${await tagOf(desk, form, list)}` }
}

async function tagOf({ keys, actor }: Visit['desk'], form: string, list: string): Promise<string> {
  return keys.tag('form', `held:${actor.officerId}:${form}:${list}`)
}
