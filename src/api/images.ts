/**
 * Pictures of campaigns: taken from an officer's system by what their bytes are, whatever they are called, and served to
 * everybody, because a platform fetches them by their address. So none may tell where, when or by whom it was taken (R7):
 * what is served is a copy made here, or, where there is no image library, only what holds nothing but its picture.
 */
import { Hono } from 'hono'
import * as z from 'zod'
import { recordAct } from '../../db/audit.ts'
import { addImage, findImage, IMAGE_MOST, type Image } from '../../db/images.ts'
import { type Desk, stillActing } from '../../db/rights.ts'
import type { Db, Statement } from '../chat.ts'
import { AppError } from '../errors.ts'
import { isBare, lookAt } from '../image.ts'
import { type ApiParts, type Route, route } from './route.ts'
import { requireUnit } from './scope.ts'
import { idSchema } from './shapes.ts'

const KINDS = { 'image/jpeg': 'jpg', 'image/png': 'png' } as const
/** Telegram takes no photo whose sides together are longer, or one of which is 20 times the other. */
const SIDES = 10_000
const RATIO = 20
const YEAR_S = 31_536_000

const imageSchema = z.object({ image: z.string() })

export const images: Route[] = [
  route({
    method: 'post',
    path: '/images',
    name: 'image_add',
    act: 'campaign.write',
    change: 'image.add',
    query: z.strictObject({ unit: idSchema }),
    file: { types: Object.keys(KINDS), most: IMAGE_MOST },
    status: 201,
    answer: imageSchema,
    async handle({ desk, query: { unit }, bytes, parts }) {
      await requireUnit(desk, unit, 'campaign.write')
      const { image, writes } = await takeImage(desk, unit, bytes, parts.viewerCopy)
      await desk.db.write(writes)
      return { image }
    },
  }),
]

/** Keeps a picture of a unit; the unit is checked by the caller. `image`: its path. Throws AppError `invalid`. */
export async function takeImage(
  { actor, now, id: newId }: Desk,
  unitId: string,
  given: Uint8Array,
  viewerCopy: ApiParts['viewerCopy'],
): Promise<{ image: string; writes: Statement[] }> {
  const { mime, bytes } = await bare(given, viewerCopy)
  const id = newId()
  const act = { act: 'image.add', unitId, about: ['image', id] as [string, string], detail: { bytes: bytes.byteLength } }
  return {
    image: `/media/${id}.${KINDS[mime]}`,
    writes: [...stillActing(actor), addImage({ id, unitId, mime, bytes }, now), recordAct(actor, act, now)],
  }
}

/** GET /media/<id>.<kind>: never changes, carries nothing that runs. */
export function createMedia(db: Db): Hono {
  const app = new Hono()
  app.get('/media/:name', async (c) => {
    const [, id = '', kind] = /^([a-z0-9]{16})\.(jpg|png)$/.exec(c.req.param('name')) ?? []
    const image = kind === undefined ? undefined : await findImage(db, id)
    if (!image || KINDS[image.mime] !== kind) return c.notFound()
    return c.body(new Uint8Array(image.bytes), 200, {
      'content-type': image.mime,
      'cache-control': `public, max-age=${YEAR_S}, immutable`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    })
  })
  return app
}

type Picture = Pick<Image, 'mime' | 'bytes'>

/** The picture and nothing else. Throws AppError `invalid` for what is no JPEG or PNG, or none that a platform shows. */
async function bare(bytes: Uint8Array, viewerCopy: ApiParts['viewerCopy']): Promise<Picture> {
  const { width, height, ...found } = pictureOf(bytes)
  if (width + height > SIDES || Math.max(width, height) > RATIO * Math.min(width, height)) throw new AppError('invalid', 'api.image_size')
  if (viewerCopy) return copied(bytes, viewerCopy)
  if (!isBare(bytes)) throw new AppError('invalid', 'api.image_more')
  return found
}

async function copied(bytes: Uint8Array, viewerCopy: NonNullable<ApiParts['viewerCopy']>): Promise<Picture> {
  const copy = await viewerCopy(bytes, IMAGE_MOST).catch((cause: unknown) => {
    throw new AppError('invalid', 'api.image_broken', { cause })
  })
  if (copy.byteLength > IMAGE_MOST) throw new AppError('invalid', 'api.image_size')
  return pictureOf(copy)
}

function pictureOf(bytes: Uint8Array): Picture & { width: number; height: number } {
  const image = lookAt(bytes)
  if ('refused' in image) throw new AppError('invalid', image.refused === 'bomb' ? 'api.image_size' : 'api.image_kind')
  const { type: mime, width, height } = image
  if (mime === 'image/webp') throw new AppError('invalid', 'api.image_kind')
  return { mime, bytes, width, height }
}
