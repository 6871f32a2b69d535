/**
 * The packet of a hand-over (F33) as a zip that is written while it is read: one photo at a time is in memory. The same files
 * make the same bytes, so that a download that broke off is simply asked for again. Node only, with the papers it holds.
 */
import { Zip, ZipPassThrough } from 'fflate'
import type { Papers } from './paper.ts'
import { docx } from './paper-docx.ts'

/** The first day a zip can name; the same in every zone, and it tells nothing. */
const NO_TIME = new Date(1980, 0, 1)

export const papers: Papers = { docx, zip }

function zip(files: Parameters<Papers['zip']>[0]): ReadableStream<Uint8Array> {
  const left = [...files]
  let sink: ReadableStreamDefaultController<Uint8Array>
  const archive = new Zip((error, chunk, final) => {
    if (error) return sink.error(error)
    if (chunk.byteLength > 0) sink.enqueue(chunk)
    if (final) sink.close()
  })
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        sink = controller
      },
      /** Photos do not get smaller: they are stored as they are. */
      async pull() {
        const next = left.shift()
        if (!next) return archive.end()
        const bytes = await next.read()
        const part = new ZipPassThrough(next.name)
        part.mtime = NO_TIME
        archive.add(part)
        part.push(bytes, true)
      },
      cancel: () => archive.terminate(),
    },
    { highWaterMark: 0 },
  )
}
