/**
 * A message sent for a look to the officer who asks, at their own bound chat: on the road of officers' notices, in no
 * run's ledger and in nobody's weekly count.
 */
import { shownReply } from '../src/campaign.ts'
import type { Locale, Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { demand } from '../src/rights.ts'
import { sealReply } from '../src/sealed-reply.ts'
import { newNames } from './approvals.ts'
import { recordAct } from './audit.ts'
import type { Campaign } from './campaigns.ts'
import { guard } from './client.ts'
import { composeMessage } from './messages.ts'
import { listOfficerAddresses } from './officers.ts'
import { type Desk, stillActing } from './rights.ts'
import { addTries, countTries, triesTag } from './tries.ts'
import { enqueueReplies } from './turns.ts'

/** Test messages of one officer in an hour. */
export const TESTS_MOST = 20
const HOUR_MS = 60 * 60 * 1000

/**
 * @param locale whose words are shown; without English words it is Vietnamese. Throws AppError `forbidden`, `invalid`
 * (nothing to send), `conflict` (no bound chat), `too_many`.
 */
export async function sendTest(desk: Desk, campaign: Campaign, locale: Locale): Promise<Statement[]> {
  const { db, keys, actor, now, random } = desk
  demand(actor, 'campaign.write', campaign.path)
  const message = await composeMessage(db, campaign, now, random)
  if (!message) throw new AppError('invalid', 'desk.no_text')
  const tag = await triesTag(keys, 'test-send', actor.officerId)
  const at = now.getTime()
  if ((await countTries(db, tag, at)) >= TESTS_MOST) throw new AppError('too_many', 'desk.test_many')
  const [address] = await listOfficerAddresses(db, [actor.officerId])
  if (!address) throw new AppError('conflict', 'desk.test_no_chat')
  const shown = locale === 'en' && message.body.en ? 'en' : 'vi'
  const reply = shownReply({ id: 0, ...newNames(random) }, message, shown, 'test')
  const body = await sealReply(keys, { ...reply, officer: true }, shown)
  const act = { act: 'campaign.test', unitId: campaign.unitId, about: ['campaign', campaign.id] as [string, string] }
  return [
    ...stillActing(actor),
    addTries(tag, { n: 1, limit: TESTS_MOST, now: at, until: at + HOUR_MS }),
    guard(),
    enqueueReplies([{ channel: address.channel, addressId: address.addressId, body, at }]),
    recordAct(actor, { ...act, detail: { version: campaign.version, locale: shown } }, now),
  ]
}
