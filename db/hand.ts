/**
 * The proof that an officer's own hand is behind an act that sends, stops or restarts (R15): six digits of the app they
 * enrolled. Digits are used up by the act they confirm; five wrong ones close the door for a quarter of an hour. In the console a passkey does the same.
 */
import type { Db, Keys, Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { openText } from '../src/keys.ts'
import { totpStep } from '../src/totp.ts'
import { guard } from './client.ts'
import { useProof } from './sessions.ts'
import { claimTries, listTries, triesTag } from './tries.ts'

const TRIES = 5
const SPAN_MS = 15 * 60 * 1000

/** Six digits as they were typed, or a session of the console that has just given a proof, which the act uses up. */
export type Hand = string | { session: string }

/**
 * Statements that use this hand up; they belong into the act's batch and roll it back when the digits were used
 * meanwhile. A try is counted at once, before it is known whether it was right, so that parallel guesses count.
 * Throws AppError `too_many`, `forbidden` (wrong digits, or none enrolled) with a text key.
 */
export async function useHand(db: Db, keys: Keys, officerId: string, given: Hand, now: Date): Promise<Statement[]> {
  if (typeof given !== 'string') return useProof(given.session, officerId, now)
  const digits = given
  const tag = await triesTag(keys, 'digits', officerId)
  const at = now.getTime()
  const [seen] = await listTries(db, [tag])
  const running = seen !== undefined && seen.until > at
  if (running && seen.count >= TRIES) throw new AppError('too_many', 'desk.digits_locked')
  const next = { count: running ? seen.count + 1 : 1, until: running ? seen.until : at + SPAN_MS }
  if (!(await claimTries(db, tag, seen, next))) throw new AppError('too_many', 'desk.digits_again')
  const [row] = await db.read('SELECT totp, totp_step FROM officers WHERE id = ? AND active = 1', [officerId])
  if (!row?.totp) throw new AppError('forbidden', 'desk.digits_none')
  const step = totpStep(await openText(keys, 'totp', row.totp as Uint8Array, officerId), digits, now)
  if (step === undefined || step <= Number(row.totp_step)) throw new AppError('forbidden', 'desk.digits_wrong')
  return [
    { sql: 'UPDATE officers SET totp_step = ? WHERE id = ? AND totp_step < ?', args: [step, officerId, step] },
    guard(),
    { sql: 'DELETE FROM tries WHERE tag = ?', args: [tag] },
  ]
}
