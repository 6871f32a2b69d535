/**
 * Photos for the console's pages: the case that is worked gets three, brought home by the product's own loop; one is covered
 * once, one did not arrive.
 */
import { coverPhoto } from '../db/evidence-desk.ts'
import { attachPhotos, duePhoto } from '../db/photos.ts'
import { pictures } from '../src/pictures.ts'
import type { Stage } from './console-stage.ts'
import { deskAt } from './people.ts'
import { scene } from './photo-road.ts'

export const EVIDENCE_ADDRESSES: Record<string, string> = {
  '/cases/:id/photos/new': '/console/cases/phananh1/photos/new',
  '/cases/:id/photos/:photo/original': '/console/cases/phananh1/photos/anh1/original',
  '/cases/:id/photos/:photo/redact': '/console/cases/phananh1/photos/anh1/redact',
}

export async function furnishEvidence(
  stage: Pick<Stage, 'db' | 'keys' | 'clock' | 'evidence' | 'product'>,
  officerId: string,
): Promise<void> {
  const { db, keys, clock, evidence, product } = stage
  for (const [id, bytes] of [
    ['anh1', await scene(1)],
    ['anh2', await scene(2, 600, 900)],
    ['anh3', Buffer.from('<svg/>')],
  ] as const) {
    await evidence.put(`in-${id}`, await keys.seal('evidence', bytes, `in-${id}`))
    await db.write([await duePhoto(keys, { id, channel: 'web', ref: `in-${id}`, now: clock.now() }), attachPhotos('phananh1', [id])])
  }
  await product.photos.drain()
  const desk = { ...(await deskAt(db, keys, officerId, clock.now())), evidence }
  await coverPhoto(desk, pictures, {
    caseId: 'phananh1',
    photoId: 'anh1',
    boxes: [{ left: 35, top: 20, width: 20, height: 25 }],
    cleared: true,
  })
}
