/**
 * The second person (F22, R17): lets a text through to all members, sends it back, takes an entry down. What every member
 * reads is let through by an approver of the topmost unit, who wrote none of it.
 */
import type { Statement } from '../src/chat.ts'
import type { Section } from '../src/entry.ts'
import { AppError } from '../src/errors.ts'
import { type Actor, demand, scopeOf } from '../src/rights.ts'
import { addDays, dayOf } from '../src/time.ts'
import { recordAct } from './audit.ts'
import { guard } from './client.ts'
import { type Entry, findEntry } from './entries.ts'
import { aboutOf, addDraft, checkFields, type Draft, draftRow, moveDraft, ownUnitOf } from './entry-acts.ts'
import { keepBuiltIn, publishRow, retireRow } from './entry-rows.ts'
import type { Version } from './entry-versions.ts'
import { type Desk, stillActing } from './rights.ts'

/** Usual days until an entry is checked again. */
export const REVIEW_AFTER = 365

/** What speaks against this officer's letting this text through, said before a hand is asked for. Throws AppError. */
export async function checkReview(desk: Desk, draft: Draft, edition: number): Promise<void> {
  const { actor } = desk
  demand(actor, 'content.review', topOf(draft.path))
  if (draft.editors.includes(actor.officerId)) throw new AppError('forbidden', 'desk.own_entry')
  if (draft.state !== 'submitted') throw new AppError('conflict', 'desk.entry_moved')
  if (draft.edition !== edition) throw new AppError('conflict', 'desk.entry_changed')
  await checkFields(desk, draft.section, draft.fields, draft.entryId)
}

/** The edition the officer saw becomes what members read, from now on. @param hand what proves it is them, where the page asks for it */
export async function approveDraft(desk: Desk, draft: Draft, edition: number, hand: Statement[] = []): Promise<Statement[]> {
  const { actor, now } = desk
  const { section, entryId, fields, unitId } = draft
  await checkReview(desk, draft, edition)
  return [
    ...stillActing(actor),
    ...hand,
    keepBuiltIn(section, entryId, desk.id(), now),
    {
      sql: `UPDATE entry_versions SET state = 'published', reviewer_id = ?, changed_at = ?, note = NULL, number = ${NEXT_NUMBER}
            WHERE id = ? AND edition = ? AND state = 'submitted' AND NOT EXISTS (SELECT 1 FROM json_each(editors) WHERE value = ?)`,
      args: [actor.officerId, now.toISOString(), section, entryId, draft.id, edition, actor.officerId],
    },
    guard(),
    ...(await publishRow(entryId, fields, now)),
    { sql: "DELETE FROM entry_versions WHERE section = ? AND entry_id = ? AND state = 'offered'", args: [section, entryId] },
    recordAct(actor, { act: 'content.approve', unitId, about: aboutOf(draft), detail: { draft: draft.id } }, now),
  ]
}

/** Back to its author, with the reason, which stands beside the text until it is changed. */
export function returnDraft(desk: Desk, draft: Draft, reason: string): Statement[] {
  demand(desk.actor, 'content.review', topOf(draft.path))
  return moveDraft(desk, draft, 'submitted', 'draft', 'content.return', reason)
}

/**
 * Takes an entry down at once: a law that changed is not shown while somebody writes the new text. One person is enough,
 * because nothing is shown by it; putting it back takes two. Throws AppError `forbidden`, `conflict`.
 */
export function retireEntry(desk: Desk, { section, id, state, fields }: Entry, reason: string): Statement[] {
  const { actor, now } = desk
  const unitId = topUnitOf(actor)
  if (state === 'retired') throw new AppError('conflict', 'desk.entry_moved')
  const { id: versionId, write } = draftRow(desk, { section, unitId, fields, entryId: id })
  return [
    ...stillActing(actor),
    keepBuiltIn(section, id, desk.id(), now),
    retireRow(section, id, now),
    guard(),
    write,
    {
      sql: `UPDATE entry_versions SET state = 'retired', note = ?, number = ${NEXT_NUMBER} WHERE id = ?`,
      args: [reason, section, id, versionId],
    },
    recordAct(actor, { act: 'content.retire', unitId, about: aboutOf({ section, entryId: id }) }, now),
  ]
}

/** "Still right": the same text with new days, ready for a second person. */
export async function recheckEntry(desk: Desk, entry: Entry, reviewBy?: string): Promise<{ id: string; writes: Statement[] }> {
  const day = dayOf(desk.now)
  const fields = { ...entry.fields, checkedOn: day, reviewBy: reviewBy ?? addDays(day, REVIEW_AFTER) }
  const { id, writes } = await addDraft(desk, { section: entry.section, unitId: ownUnitOf(desk), fields, entryId: entry.id })
  return {
    id,
    writes: [...writes, { sql: "UPDATE entry_versions SET state = 'submitted' WHERE id = ? AND state = 'draft'", args: [id] }, guard()],
  }
}

/** Takes what a newer program brings as a draft of this officer. Throws AppError `not_found`. */
export async function takeOffered(desk: Desk, offered: Version): Promise<{ id: string; writes: Statement[] }> {
  const { section, entryId, fields } = offered
  return addDraft(desk, { section, unitId: ownUnitOf(desk), fields, entryId })
}

/** Path of the topmost unit above this one: `/tinh/xa/` → `/tinh/`. */
export function topOf(path: string): string {
  return `/${path.split('/')[1] ?? ''}/`
}

/** May this officer let through and take down? What all members read belongs to the topmost unit. */
export function mayReview(actor: Actor): boolean {
  return scopeOf(actor, 'content.review').some((path) => path === topOf(path))
}

/** The entry. Throws AppError `not_found`. */
export async function requireEntry({ db, now }: Desk, section: Section, id: string): Promise<Entry> {
  const entry = await findEntry(db, section, id, dayOf(now))
  if (!entry) throw new AppError('not_found', 'desk.entry_gone')
  return entry
}

function topUnitOf(actor: Actor): string {
  if (!mayReview(actor)) throw new AppError('forbidden', 'desk.forbidden')
  const [top] = scopeOf(actor, 'content.review').filter((path) => path === topOf(path))
  return top?.split('/')[1] ?? ''
}

/** Bound with section and entry id. */
const NEXT_NUMBER = `(SELECT 1 + coalesce(max(h.number), 0) FROM entry_versions h WHERE h.section = ? AND h.entry_id = ? AND h.number IS NOT NULL)`
