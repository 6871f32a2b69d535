/**
 * The six digits of an officer's app, asked before anything is sent, stopped or started. Wrong ones are asked again; what
 * they were for stands in the step.
 */
import type { Button, Decision, Reply, Text } from '../../src/chat.ts'
import { payloadOf } from '../../src/text.ts'
import { HOME, lines, say } from './work.ts'

/** What the digits are for. `version`: the one the officer saw. */
export type Wanted = { act: string; id?: string; version?: number; run?: number }

export function askDigits(wanted: Wanted, what: Text): Decision {
  return {
    replies: [{ text: lines([what, { literal: '' }, say('digits')]), buttons: waysOut(wanted) }],
    next: { step: 'digits', data: wanted },
  }
}

export const digitsAgain = (wanted: Wanted): Reply => ({ text: say('digits'), buttons: waysOut(wanted) })

/** Back to what the digits are for. */
export function waysOut({ id, run }: Wanted): Button[] {
  const label = { key: 'common.b_back' }
  if (run !== undefined) return [{ label, payload: payloadOf('campaign', 'run', String(run)) }, HOME]
  return id === undefined ? [HOME] : [{ label, payload: payloadOf('campaign', 'open', id) }, HOME]
}

/** After a refusal: are other digits worth asking for? */
export const asksAgain = (why: string): boolean => why === 'desk.digits_wrong' || why === 'desk.digits_again'
