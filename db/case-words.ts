/**
 * What officers write about a case: to its member, or for one another. A text to a member is looked at as every text that
 * goes out is: its length, its links (R16), and that it says nothing only an authority says (R5).
 */
import { AppError } from '../src/errors.ts'
import { demandNoVerdict } from '../src/verdict.ts'
import { findPushRules, isAllowedLink, linksIn } from './push-rules.ts'
import type { Desk } from './rights.ts'

/** Characters to a member, and of a note between officers. */
export const TOLD_LONGEST = 1000
export const NOTE_LONGEST = 4000

/** Throws AppError `invalid` with the text key of what is wrong. */
export async function checkTold({ db, ownHost }: Pick<Desk, 'db' | 'ownHost'>, text: string): Promise<void> {
  if (text === '' || text.length > TOLD_LONGEST) throw new AppError('invalid', 'case.told_long')
  const rules = await findPushRules(db)
  if (linksIn(text).some((link) => !isAllowedLink(link, rules, ownHost))) throw new AppError('invalid', 'desk.bad_link')
  demandNoVerdict(text)
}

/** Throws AppError `invalid`. */
export function checkNote(text: string): void {
  if (text === '' || text.length > NOTE_LONGEST) throw new AppError('invalid', 'case.note_long')
}
