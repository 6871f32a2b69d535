/**
 * The files of a hand-over, put together for a download (F33): the paper, its cover sheet, photos that an officer has covered
 * and cleared, and the list of sums. Photos are read one after another while the packet leaves.
 */
import { audienceOf } from '../../../db/case-audience.ts'
import type { CaseRow } from '../../../db/case-desk.ts'
import type { HandOver } from '../../../db/hand-overs.ts'
import { listClearedCopies, readCopy } from '../../../db/photo-copies.ts'
import { sha256Hex } from '../../keys.ts'
import { coverOf, FILES, originalMark, type PaperPhoto, type Papers, paperOf, photoName, type Say, sumsOf } from '../../paper.ts'
import type { Visit } from '../page.ts'

/** A photo that may leave the house. */
export type PacketPhoto = PaperPhoto & { read(): Promise<Uint8Array> }

/** More do not fit a person's patience, and a case has ten of its own. */
const PHOTOS_MOST = 100

/** The cleared copies of the case and of those merged into it, named by their order alone. */
export async function findPacketPhotos({ desk: { db, keys }, parts: { evidence } }: Visit, caseId: string): Promise<PacketPhoto[]> {
  const copies = []
  for (const id of await audienceOf(db, caseId)) copies.push(...(await listClearedCopies(db, keys, id)))
  return Promise.all(
    copies.slice(0, PHOTOS_MOST).map(async (copy, place) => ({
      name: photoName(place),
      sha256: copy.sha256,
      originalMark: await originalMark(copy.photoId, copy.sha256OfOriginal),
      read: () => readCopy({ evidence, keys }, copy),
    })),
  )
}

export const DOCX_TYPE = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

export type Packet = { paper: Uint8Array; sum: string; zip(): ReadableStream<Uint8Array> }

/** The same hand-over with the same photos makes the same files. */
export async function makePacket(
  papers: Papers,
  found: CaseRow,
  handOver: HandOver,
  photos: readonly PacketPhoto[],
  say: Say,
): Promise<Packet> {
  const { box, authorityName, dueDay } = handOver
  const about = { number: found.number, authorityName, dueDay, style: box.style }
  const paper = await papers.docx(paperOf(box.paper, about, photos, say))
  const sum = await sha256Hex(paper)
  const zip = (cover: Uint8Array, coverSum: string) => {
    const listed = [{ name: FILES.paper, sha256: sum }, { name: FILES.cover, sha256: coverSum }, ...photos]
    const sums = new TextEncoder().encode(sumsOf(listed, photos, say))
    return papers.zip([
      { name: FILES.paper, read: async () => paper },
      { name: FILES.cover, read: async () => cover },
      ...photos,
      { name: FILES.sums, read: async () => sums },
    ])
  }
  const cover = await papers.docx(coverOf(box.paper, about, photos, say))
  const coverSum = await sha256Hex(cover)
  return { paper, sum, zip: () => zip(cover, coverSum) }
}
