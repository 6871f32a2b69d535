/**
 * A report that reached an officer by phone, by letter or in person, as it is typed in: the fields a member answers in the
 * chat, and a name only with the tick that the person agreed. Words of a formal denunciation bring its explanation first (R30).
 */
import * as z from 'zod'
import { type CaseSource, caseKinds, type Identity, type Report } from './case.ts'
import { nameOf, phoneOf } from './name-and-phone.ts'
import { cleanText } from './text.ts'
import { isDanger, isDenunciation, listen } from './vietnamese/index.ts'

export const TYPED_SOURCES = ['phone', 'letter', 'visit'] as const satisfies readonly CaseSource[]
export const HEALTHS = ['unused', 'fine', 'ill', 'unknown'] as const

const words = (most: number) => z.string().default('').overwrite(cleanText).pipe(z.string().max(most))

export const intakeSchema = z.object({
  source: z.enum(TYPED_SOURCES),
  kind: z.enum(caseKinds),
  signs: z.string().overwrite(cleanText).min(1).max(2_000),
  place: words(500),
  time: words(200),
  health: z.enum(HEALTHS).default('unknown'),
  note: words(2_000),
  name: words(80),
  phone: words(20),
  /** The person agreed that their name is kept. */
  agreed: z.boolean().default(false),
  /** It is a report all the same, the person said so. */
  report: z.boolean().default(false),
})
export type Intake = z.output<typeof intakeSchema>

/** Field → text key of what is wrong with it. */
export function wrongIn({ signs, place, note, name, phone, agreed, report }: Intake): Record<string, string> {
  const named = name !== '' || phone !== ''
  return {
    ...(!report && [signs, place, note].some(isDenunciation) ? { report: 'case.denounced' } : {}),
    ...(named && nameOf(name) === undefined ? { name: 'case.name_wrong' } : {}),
    ...(phone !== '' && phoneOf(phone) === undefined ? { phone: 'case.phone_wrong' } : {}),
    ...(named && !agreed ? { agreed: 'case.agreed_needed' } : {}),
  }
}

export function reportIn({ kind, signs, place, time, health, note }: Intake): Report {
  return { kind, signs, health, ...(place ? { place } : {}), ...(time ? { time } : {}), ...(note ? { note } : {}) }
}

export function identityIn({ name, phone }: Intake): Identity | undefined {
  const [told, number] = [nameOf(name), phoneOf(phone)]
  return told === undefined ? undefined : { name: told, ...(number === undefined ? {} : { phone: number }) }
}

export function isDangerIn({ health, signs, note }: Intake): boolean {
  return health === 'ill' || [signs, note].some((text) => isDanger(listen(text)))
}
