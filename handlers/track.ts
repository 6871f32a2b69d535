/**
 * The state of a report for whoever holds its receipt, from any account and channel (F35). The number alone shows
 * nothing. Wrong tries make the person wait longer and longer; many wrong tries by everybody make each newcomer wait
 * a minute, so that an attack from many accounts shuts nobody out. The answer is the same whether a number exists.
 */
import { type CaseStatus, findCaseByReceipt } from '../db/cases.ts'
import { addTries, claimTries, forgiveTry, hourBefore, listTries, type Tries, triesTag } from '../db/tries.ts'
import type { Button, Decision, Handler, Reply, Turn } from '../src/chat.ts'
import { parsePayload, payloadOf } from '../src/text.ts'
import { DAY_MS } from '../src/time.ts'
import { caseCode } from '../src/vietnamese/index.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** Wrong tries of one person before each further one waits, twice as long each time, a day at most. */
const FREE_TRIES = 5
/** Wrong tries of everybody in an hour before newcomers wait a minute. */
const FREE_TRIES_OF_ALL = 300

const buttons: Button[] = [{ label: { key: 'common.b_cancel' }, payload: payloadOf('cancel', 'stop') }]
const ask: Reply = { text: { key: 'track.ask' }, buttons }

export const track: Handler = {
  name: 'track',
  version: 1,
  words: ['mã phản ánh', 'tra phản ánh', 'tra cứu phản ánh', 'tra cứu', 'tra mã', 'xem phản ánh', 'theo dõi phản ánh', 'mã nhận'],
  commands: ['tracuu'],
  wants: ({ text }) => caseCode(text) !== undefined,
  expects: ({ text }) => caseCode(text) !== undefined,
  async handle(turn) {
    const { message, step } = turn
    const code = message.payload === undefined ? caseCode(message.text) : undefined
    if (code?.receipt) return lookUp(turn, code.receipt)
    if (code) return again({ text: { key: 'track.number_only' }, buttons })
    const opens = parsePayload(message.payload)?.action === 'start' || message.text.startsWith('/') || !step
    return again(opens ? ask : { text: { key: 'track.not_a_code' }, buttons })
  },
  async offerAgain() {
    return [ask]
  },
}

async function lookUp(turn: Turn, receipt: string): Promise<Decision> {
  const { db, keys, contact } = turn
  const now = turn.now.getTime()
  const mine = await triesTag(keys, 'receipt', contact.id)
  const everybody = await triesTag(keys, 'receipt')
  const [seen, all] = await listTries(db, [mine, everybody])
  const pressed = all !== undefined && all.until > now && all.count >= FREE_TRIES_OF_ALL
  const plan = planOf(seen, pressed, now)
  if (plan.next && !(await claimTries(db, mine, seen, plan.next))) return waiting(MINUTE_MS)
  if (plan.wait > 0) return waiting(plan.wait)

  const status = await findCaseByReceipt(db, keys, receipt)
  if (status) return { replies: [statusReply(status)], writes: [forgiveTry(mine, now)] }
  const until = hourBefore(now) + HOUR_MS
  const writes = [addTries(everybody, { n: 1, limit: Number.MAX_SAFE_INTEGER, now, until })]
  return { ...again({ text: { key: 'track.unknown' }, buttons }), writes }
}

/** Whether this try waits, and what is claimed for it. A try is claimed as a wrong one and forgiven when it was right. */
function planOf(seen: Tries | undefined, pressed: boolean, now: number): { wait: number; next?: Tries } {
  if (seen && seen.until > now) return { wait: seen.until - now }
  const known = seen && seen.until + DAY_MS > now ? seen : undefined
  if (pressed && !known) return { wait: MINUTE_MS, next: { count: 0, until: untilOf(now, MINUTE_MS) } }
  const count = (known?.count ?? 0) + 1
  const grown = count >= FREE_TRIES ? Math.min(MINUTE_MS * 2 ** (count - FREE_TRIES), DAY_MS) : 0
  return { wait: 0, next: { count, until: untilOf(now, Math.max(grown, pressed ? MINUTE_MS : 0)) } }
}

/** When the next try is allowed, in whole minutes, or an hour that is past: the instant somebody tried is nobody's to know. */
function untilOf(now: number, wait: number): number {
  return wait === 0 ? hourBefore(now) : Math.ceil((now + wait) / MINUTE_MS) * MINUTE_MS
}

function waiting(milliseconds: number): Decision {
  return again({ text: { key: 'track.wait', params: { minutes: Math.ceil(milliseconds / MINUTE_MS) } }, buttons })
}

function statusReply({ state, openedMonth, photosSent, photosStored }: CaseStatus): Reply {
  const [year = '', month = ''] = openedMonth.split('-')
  const photos = photosSent === 0 ? 'track.no_photos' : 'track.photos'
  return {
    text: {
      key: 'track.status',
      params: {
        state: { key: `track.state_${state}` },
        about: { key: `track.about_${state}` },
        month: `${month}/${year}`,
        photos: { key: photos, params: { stored: photosStored, sent: photosSent } },
      },
    },
    menu: true,
  }
}

function again(reply: Reply): Decision {
  return { replies: [reply], next: { step: 'receipt' } }
}
