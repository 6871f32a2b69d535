/**
 * The six digits of an officer's app, asked before anything is sent, stopped or started. Wrong ones are asked again; what
 * they were for stands in the step.
 */
import type { Decision, Reply, Text } from '../../src/chat.ts'
import { HOME, lines, say } from './work.ts'

/** What the digits are for. `version`: the one the officer saw. */
export type Wanted = { act: string; id?: string; version?: number; run?: number }

export function askDigits(wanted: Wanted, what: Text): Decision {
  return { replies: [{ text: lines([what, { literal: '' }, say('digits')]), buttons: [HOME] }], next: { step: 'digits', data: wanted } }
}

export const digitsAgain: Reply = { text: say('digits'), buttons: [HOME] }

/** After a refusal: are other digits worth asking for? */
export const asksAgain = (why: string): boolean => why === 'desk.digits_wrong' || why === 'desk.digits_again'
