/**
 * One text file as a multipart body, written by hand: the `fetch` we are given may be a small one that takes text only.
 */
import type { DocumentFile } from '../../chat.ts'

/** Field `file` (zalo.md §1.4). */
export function multipart(document: DocumentFile): { body: string; type: string } {
  let boundary = 'hang-viet-file'
  while (document.text.includes(boundary)) boundary += '-'
  const name = document.name.replace(/[\r\n"\\]/g, '_')
  const mime = /^[\w.+-]+\/[\w.+-]+/.exec(document.mime)?.[0] ?? 'application/octet-stream'
  const lines = [
    `--${boundary}`,
    `Content-Disposition: form-data; name="file"; filename="${name}"`,
    `Content-Type: ${mime}`,
    '',
    document.text,
    `--${boundary}--`,
    '',
  ]
  return { body: lines.join('\r\n'), type: `multipart/form-data; boundary=${boundary}` }
}
