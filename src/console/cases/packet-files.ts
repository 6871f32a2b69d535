/**
 * The files of a hand-over, put together for a download (F33): the paper, its cover sheet, photos that an officer has covered
 * and cleared, and the list of sums. Photos are read one after another while the packet leaves.
 */
import type { CaseRow } from '../../../db/case-desk.ts'
import type { HandOver } from '../../../db/hand-overs.ts'
import { toHex } from '../../keys.ts'
import { coverOf, FILES, type PaperPhoto, type Papers, paperOf, type Say, sumsOf } from '../../paper.ts'

/** A photo that may leave the house. */
export type PacketPhoto = PaperPhoto & { read(): Promise<Uint8Array> }

export const DOCX_TYPE = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

export type Packet = { paper: Uint8Array; sum: string; zip(): ReadableStream<Uint8Array> }

/** The same hand-over with the same photos makes the same files. */
export async function makePacket(papers: Papers, found: CaseRow, handOver: HandOver, photos: readonly PacketPhoto[], say: Say): Promise<Packet> {
  const { box, authorityName, dueDay } = handOver
  const about = { number: found.number, authorityName, dueDay, style: box.style }
  const paper = await papers.docx(paperOf(box.paper, about, photos, say))
  const sum = await sumOf(paper)
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
  const coverSum = await sumOf(cover)
  return { paper, sum, zip: () => zip(cover, coverSum) }
}

async function sumOf(bytes: Uint8Array): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)))
}
