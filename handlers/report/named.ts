/**
 * Leaving a name: only by the person's own tap, only from 16 years on (R13), only after a consent of its own with two
 * equal buttons. The name goes into the sealed case alone, never onto the contact.
 */
import { recordConsent } from '../../db/consents.ts'
import { updateContact } from '../../db/contacts.ts'
import type { Reply, Turn } from '../../src/chat.ts'
import { nameOf, phoneOf } from '../../src/name-and-phone.ts'
import type { Draft, Move, StepName } from './draft.ts'

/** What is still to be asked before a name. */
export function startNaming({ contact }: Turn, draft: Draft): Move {
  if (contact.age === 'under16') return { step: 'review', draft, notes: [note('report.minor')] }
  if (contact.age !== 'adult') return { step: 'age', draft }
  return { step: contact.consents.named_report ? 'name' : 'consent', draft }
}

/** Undefined when the message answers nothing. */
export async function answerNaming(turn: Turn, step: StepName, draft: Draft, choice: string | undefined): Promise<Move | undefined> {
  const { contact, message } = turn
  if (step === 'age' && choice) {
    const age = choice === 'adult' ? 'adult' : 'under16'
    const writes = [updateContact(contact.id, { age })]
    if (age === 'under16') return { step: 'review', draft, notes: [note('report.minor')], writes, age }
    return { step: contact.consents.named_report ? 'name' : 'consent', draft, writes, age }
  }
  if (step === 'consent' && choice) {
    const writes = await recordConsent(turn, 'named_report', choice === 'yes' ? 'yes' : 'no')
    return choice === 'yes' ? { step: 'name', draft, writes } : { step: 'review', draft, notes: [note('report.stays_nameless')], writes }
  }
  if (step === 'name' && nameOf(message.text)) return { step: 'phone', draft: { ...draft, name: nameOf(message.text) ?? '' } }
  if (step !== 'phone') return undefined
  if (choice === 'skip') return { step: 'review', draft }
  const phone = phoneOf(message.text)
  return phone ? { step: 'review', draft: { ...draft, phone } } : { step, draft, notes: [note('report.not_a_phone')] }
}

const note = (key: string): Reply => ({ text: { key } })
