/**
 * What is known of a case's photos over REST, for a case system that keeps a list of evidence: whether each came, its SHA-256,
 * its covered copies; and one added that came to its officers. No picture ever leaves by a token: who looks at one, or takes an original, is a person at the console.
 */
import * as z from 'zod'
import { recordCaseAct } from '../../db/case-change.ts'
import { openCaseOf } from '../../db/case-desk.ts'
import { addPhotos } from '../../db/given-photos.ts'
import { listCopies } from '../../db/photo-copies.ts'
import { listCasePhotos } from '../../db/photo-facts.ts'
import { photoSources } from '../case.ts'
import { AppError } from '../errors.ts'
import { GIVEN_SOURCES, GIVEN_TYPES, imageOf } from '../given-photos.ts'
import { MAX_PHOTO_BYTES } from '../image.ts'
import { hourOf } from '../time.ts'
import { type Route, route } from './route.ts'
import { byId, idSchema, limitSchema, pageOf, pageSchema } from './shapes.ts'

const photoSchema = z.object({
  id: z.string(),
  state: z.enum(['due', 'fetching', 'stored', 'failed']),
  /** Why it failed; of a stored one `no_copy`: there is nothing but the original. */
  reason: z.string().nullable(),
  /** `member`: with the report or an answer; else how it came to an officer. */
  source: z.enum(photoSources),
  /** Of a stored one; `receivedHour` UTC, cut to the hour: `2026-11-23T08Z`. */
  original: z
    .object({
      type: z.enum(['image/jpeg', 'image/png', 'image/webp']),
      width: z.int(),
      height: z.int(),
      bytes: z.int(),
      sha256: z.string(),
      receivedHour: z.string(),
    })
    .nullable(),
  /** Newest first. Only the newest, and only a cleared one, goes along in a hand-over. */
  copies: z.array(z.object({ place: z.int(), boxes: z.int(), cleared: z.boolean(), bytes: z.int(), sha256: z.string() })),
})

export const casePhotos: Route[] = [
  route({
    method: 'post',
    path: '/cases/:id/photos',
    name: 'case_photos',
    act: 'case.read',
    change: 'case.read',
    params: byId,
    query: z.strictObject({ after: idSchema.optional(), limit: limitSchema }),
    answer: pageSchema(photoSchema, z.string()),
    async handle({ desk, params: { id }, query: { after = '', limit } }) {
      const { db, keys } = desk
      const open = await openCaseOf(desk, id, 'case.read')
      await db.write([recordCaseAct(desk.actor, open, 'case.read', desk.now)])
      const { rows, next } = pageOf(await listCasePhotos(db, keys, id, { after, limit: limit + 1 }), limit, (photo) => photo.id)
      const copies = await listCopies(
        db,
        keys,
        rows.map((photo) => photo.id),
      )
      const shown = rows.map(({ id: photoId, state, reason, source, facts }) => ({
        ...{ id: photoId, state, reason, source },
        original: facts && state === 'stored' ? originalOf(facts) : null,
        copies: copies
          .filter((copy) => copy.photoId === photoId)
          .map(({ place, boxes, cleared, bytes, sha256 }) => ({ place, boxes: boxes.length, cleared, bytes, sha256 })),
      }))
      return { rows: shown, ...(next === undefined ? {} : { next }) }
    },
  }),
  route({
    method: 'post',
    path: '/cases/:id/photos/add',
    name: 'case_photo_add',
    act: 'case.work',
    change: 'case.photo_added',
    params: byId,
    query: z.strictObject({ source: z.enum(GIVEN_SOURCES) }),
    file: { types: GIVEN_TYPES, most: MAX_PHOTO_BYTES, wrong: 'case.photo_kind' },
    status: 201,
    // The same picture again is the one that is there.
    answer: z.object({ id: z.string(), sha256: z.string(), known: z.boolean() }),
    async handle({ desk, params: { id }, query: { source }, bytes, parts: { evidence } }) {
      const image = imageOf(bytes)
      if ('refused' in image) throw new AppError('invalid', image.refused)
      const [added] = await addPhotos({ ...desk, evidence }, id, { source, photos: [{ bytes, image }] })
      if (!added) throw new AppError('unavailable', 'case.photos_unavailable')
      return added
    },
  }),
]

type Facts = NonNullable<Awaited<ReturnType<typeof listCasePhotos>>[number]['facts']>

function originalOf({ type, width, height, bytes, sha256, receivedAt }: Facts) {
  return { type, width, height, bytes, sha256, receivedHour: hourOf(new Date(receivedAt)) }
}
