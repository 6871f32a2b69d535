/**
 * "xem K7": the word of a notice about a report, typed instead of its button. It works in any dialogue, as the button does,
 * and is never taken for an answer. A letter and a digit; a broadcast's word has a letter more (push-taps.ts).
 */
import type { InboundMessage } from './chat.ts'
import { payloadOf } from './text.ts'

const WORD = /^["“”'‘’]?\s*xem\s+([a-z])\s?(\d)\s*["“”'‘’.!]*$/iu

/** The message as its handler shall see it. */
export function followTalk(message: InboundMessage): InboundMessage {
  const typed = message.payload === undefined ? WORD.exec(message.text) : null
  return typed ? { ...message, payload: payloadOf('talk', 'read', `${typed[1]?.toUpperCase()}${typed[2]}`) } : message
}
