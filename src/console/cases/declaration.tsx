/**
 * The tick that both officers of a request give: that they have nothing to do with what is reported and, of an opening, are
 * not the member's superior (§5, the second refusal).
 */
import * as z from 'zod'
import { Check } from '../kit/form.tsx'
import type { Typed, Visit, Wrong } from '../page.ts'

export const declared = z.literal('on', 'console_identity.declare_needed')

export function Declaration({
  visit,
  label,
  typed,
  wrong,
}: {
  visit: Visit
  label: string
  typed: Typed | undefined
  wrong: Wrong | undefined
}) {
  const text = wrong?.declared
  return (
    <>
      <Check name="declared" label={label} typed={typed} />
      {text ? <p class="text-danger">{visit.say(text)}</p> : null}
    </>
  )
}
