/**
 * A tap on a button of a broadcast, or the word typed instead of it: counted for the run as a total, then answered as
 * what the button stands for. Who tapped is not kept (R2); links are not tracked.
 */
import { addTap, findBroadcast, findBroadcastByWord, type OwnedBroadcast } from '../db/broadcasts.ts'
import { payloadOfTarget } from './campaign.ts'
import type { Db, InboundMessage, Statement } from './chat.ts'
import { parsePayload } from './text.ts'

/** "xem K7M", and for the second button "xem K7MB". */
const WORD = /^xem\s+([a-z]\d[a-z])([b-c])?$/iu

/** The message as its handler shall see it, with the count; undefined when it is no tap on a broadcast. */
export async function followPush(db: Db, message: InboundMessage): Promise<{ message: InboundMessage; writes: Statement[] } | undefined> {
  const tapped = await runOf(db, message)
  const to = tapped?.run?.message.buttons[tapped.place]?.to
  const payload = to && payloadOfTarget(to)
  if (!tapped?.run || payload === undefined) return undefined
  return { message: { ...message, payload }, writes: [addTap(tapped.run.id)] }
}

async function runOf(db: Db, message: InboundMessage): Promise<{ run: OwnedBroadcast | undefined; place: number } | undefined> {
  const payload = parsePayload(message.payload)
  if (payload) {
    const ours = payload.handler === 'push' && /^\d{1,15}$/.test(payload.id) && /^\d$/.test(payload.step)
    return ours ? { run: await findBroadcast(db, Number(payload.id)), place: Number(payload.step) } : undefined
  }
  const typed = WORD.exec(message.text)
  if (!typed) return undefined
  const place = typed[2] ? typed[2].toUpperCase().charCodeAt(0) - 65 : 0
  return { run: await findBroadcastByWord(db, (typed[1] ?? '').toUpperCase()), place }
}
