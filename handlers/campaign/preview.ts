/**
 * The message exactly as a person gets it, in a frame that says it is shown to an officer.
 */
import { newNames } from '../../db/approvals.ts'
import type { Campaign } from '../../db/campaigns.ts'
import { composeMessage } from '../../db/messages.ts'
import { shownReply } from '../../src/campaign.ts'
import type { Reply } from '../../src/chat.ts'
import { say, type Work } from './work.ts'

/** With a made-up code and word: the real ones are drawn at the approval. */
export async function previewOf({ turn }: Work, campaign: Campaign): Promise<Reply> {
  const message = await composeMessage(turn.db, campaign, turn.now, turn.random)
  if (!message) return { text: say('preview_empty') }
  return shownReply({ id: 0, ...newNames(() => 0.5) }, message, turn.contact.locale, 'preview')
}
