/**
 * The body of a reply in the outbox: sealed with its language and of an even length, so that a row tells nobody what was
 * said: while a platform is away it waits beside its address, and a receipt is always as long. One maker for the turn's own
 * replies and for what a turn says to someone else (the other side of a link).
 */
import type { Keys, Locale, Reply } from './chat.ts'
import { evenJson, openJson } from './keys.ts'

/** The sealed reply, as `enqueueReplies` takes it. @param about of a notice: the case that hears what became of it */
export async function sealReply(keys: Keys, reply: Reply, locale: Locale, about?: string): Promise<Uint8Array> {
  return keys.seal('reply', evenJson({ reply, locale, about }))
}

/** What was sealed. Throws AppError `invalid` when the box does not open. */
export function openReply(keys: Keys, box: Uint8Array): Promise<{ reply: Reply; locale: Locale; about?: string }> {
  return openJson(keys, 'reply', box)
}
