/**
 * A case an officer types in for somebody who called, wrote or came. Its number is drawn as any other; its receipt is random
 * and nobody ever learns it, so this person asks the officer and not the assistant. A name has no contact behind it.
 */
import { type Intake, identityIn, isDangerIn, reportIn, wrongIn } from '../src/case-intake.ts'
import { AppError } from '../src/errors.ts'
import type { EvidenceStore } from '../src/evidence.ts'
import type { GivenPhoto } from '../src/given-photos.ts'
import { randomCode } from '../src/keys.ts'
import { demand, demandAtTop } from '../src/rights.ts'
import { monthOf } from '../src/time.ts'
import { recordCaseAct } from './case-change.ts'
import { openCase } from './cases.ts'
import { conflictOf, conflictTable } from './client.ts'
import { givenPhotos, type KeptPhoto, keepPhotos, letGo } from './given-photos.ts'
import { attachHeld, type HeldPhoto } from './held-photos.ts'
import { findHolidays } from './holidays.ts'
import { type Desk, stillActing } from './rights.ts'

/** Numbers that are tried: one is taken about once in ten thousand. */
const TRIES = 5

/** `held`: what an earlier try of the form has left in the store already. */
export type TypedPhotos = { given: readonly GivenPhoto[]; held: readonly HeldPhoto[]; evidence: EvidenceStore }

/** `again`: the same form had made it before, and nothing was added. */
export type TypedIn = { id: string; number: string; again?: true }

/**
 * Throws AppError `invalid` with the text key of the first thing that is wrong, `forbidden`, `unavailable` when photos cannot
 * be kept.
 * @param unit whose case it is; null: of the deployment itself
 * @param form what the officer's form carries: posted twice, it is one case
 * @param photos what came along
 */
export async function typeInCase(
  desk: Desk,
  intake: Intake,
  unit: { id: string; path: string } | null,
  { form, photos }: { form?: string | undefined; photos?: TypedPhotos } = {},
): Promise<TypedIn> {
  const { actor } = desk
  if (unit === null) demandAtTop(actor, 'case.work')
  else demand(actor, 'case.work', unit.path)
  const [wrong] = Object.values(wrongIn(intake))
  if (wrong !== undefined) throw new AppError('invalid', wrong)
  const id = form === undefined ? desk.id() : await idOf(desk, form)
  const before = form === undefined ? undefined : await findTypedIn(desk, id)
  if (before) return before
  if (!photos || photos.given.length === 0) return write(desk, intake, unit, { id, kept: [], held: photos?.held ?? [] })
  const { evidence, given, held } = photos
  const kept = await keepPhotos({ ...desk, evidence }, given, held)
  try {
    const made = await write(desk, intake, unit, { id, kept, held })
    if (made.again) await letGo({ evidence }, kept)
    return made
  } catch (error) {
    // Refused for certain: objects whose commit only went unanswered may be spoken for.
    if (conflictOf(error) || error instanceof AppError) await letGo({ evidence }, kept)
    throw error
  }
}

async function write(
  desk: Desk,
  intake: Intake,
  unit: { id: string } | null,
  { id, kept, held }: { id: string; kept: readonly KeptPhoto[]; held: readonly HeldPhoto[] },
): Promise<TypedIn> {
  const { db, keys, actor, now, random } = desk
  const told = identityIn(intake)
  const holidays = await findHolidays(db, now)
  const { source } = intake
  const photos = [...(await givenPhotos(desk, id, source, kept)), ...(held.length > 0 ? [attachHeld(id, source, held)] : [])]
  const n = kept.length + held.length
  for (let tries = 1; ; tries++) {
    const number = `PA-${monthOf(now).slice(2).replace('-', '')}-${randomCode(4, random)}`
    const writes = [
      ...stillActing(actor),
      ...(await openCase(keys, {
        ...{ id, eventId: desk.id(), number, receipt: `${number}-${randomCode(4, random)}-${randomCode(4, random)}`, now },
        ...{ report: reportIn(intake), danger: isDangerIn(intake), unitId: unit?.id ?? null, photos: [], holidays },
        ...(told ? { identity: { told, contactId: null } } : {}),
        typed: { source, officerId: actor.officerId, photos: n },
      })),
      ...photos,
      recordCaseAct(actor, { id, unitId: unit?.id ?? null }, 'case.typed_in', now, {
        source,
        ...(n > 0 ? { photos: n } : {}),
      }),
    ]
    try {
      await db.write(writes)
      return { id, number }
    } catch (error) {
      if (conflictOf(error) !== 'unique' || conflictTable(error) !== 'cases') throw error
      const before = await findTypedIn(desk, id)
      if (before) return before
      if (tries >= TRIES) throw error
    }
  }
}

/** Of this officer's form alone: nobody names a case by what they post. */
async function idOf({ keys, actor }: Desk, form: string): Promise<string> {
  return (await keys.tag('form', `case:${actor.officerId}:${form}`))
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '0')
    .slice(0, 16)
}

async function findTypedIn({ db }: Desk, id: string): Promise<TypedIn | undefined> {
  const [row] = await db.read('SELECT number FROM cases WHERE id = ?', [id])
  return row && { id, number: String(row.number), again: true }
}
