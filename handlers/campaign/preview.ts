/**
 * The message exactly as a person gets it, in a frame that says it is shown to an officer.
 */
import { newNames } from '../../db/approvals.ts'
import type { Campaign } from '../../db/campaigns.ts'
import { composeMessage } from '../../db/messages.ts'
import { type Message, payloadOfTarget, replyOf } from '../../src/campaign.ts'
import type { Button, Locale, Reply } from '../../src/chat.ts'
import { say, type Work } from './work.ts'

/** With a made-up code and word: the real ones are drawn at the approval. */
export async function previewOf({ turn }: Work, campaign: Campaign): Promise<Reply> {
  const message = await composeMessage(turn.db, campaign, turn.now, turn.random)
  if (!message) return { text: say('preview_empty') }
  return shown({ id: 0, ...newNames(() => 0.5) }, message, turn.contact.locale, 'preview')
}

/** The message inside a frame. Its buttons open what they open, but nothing is counted. */
export function shown(run: { id: number; code: string; word: string }, message: Message, locale: Locale, frame: 'preview' | 'sent'): Reply {
  const reply = replyOf(run, message, locale)
  const buttons = (reply.buttons ?? []).map((one, place): Button => {
    const payload = message.buttons[place] && payloadOfTarget(message.buttons[place].to)
    return 'payload' in one && payload ? { ...one, payload } : one
  })
  return { ...reply, text: say(frame, { message: reply.text }), ...(buttons.length > 0 ? { buttons } : {}) }
}
