/**
 * Writing an entry: a draft, its changes, and asking a second person. What that person may do stands in entry-reviews.ts.
 * Every act is checked for scope, guarded against what changed meanwhile, and audited in the same batch.
 */
import type { Statement } from '../src/chat.ts'
import { daysTroubles, type Fields, isQuestion, type Section, type Trouble, titleOf } from '../src/entry.ts'
import { AppError } from '../src/errors.ts'
import { randomCode } from '../src/keys.ts'
import { demand, may } from '../src/rights.ts'
import { dayOf } from '../src/time.ts'
import { fold } from '../src/vietnamese/index.ts'
import { recordAct } from './audit.ts'
import { pathOfUnit } from './campaigns.ts'
import { guard } from './client.ts'
import { findEntry } from './entries.ts'
import { findOpenVersion, type Version } from './entry-versions.ts'
import { findPushRules, isAllowedLink, linksIn, type PushRules } from './push-rules.ts'
import { type Desk, stillActing } from './rights.ts'
import { listTopics } from './topics.ts'

/** Letters of a new entry's code: short enough that the buttons of a quiz still carry five of them. */
const CODE = 6

export type Draft = Version & { path: string; unitId: string }
export type NewDraft = {
  section: Section
  unitId: string
  fields: Fields
  entryId?: string
  importId?: string
  state?: 'draft' | 'submitted'
}

/** A new text, of a new entry or of one that is there. Throws AppError `conflict` when somebody writes it already. */
export async function addDraft(
  desk: Desk,
  { section, unitId, fields, entryId }: NewDraft,
): Promise<{ id: string; entryId: string; writes: Statement[] }> {
  const { db, actor, now } = desk
  demand(actor, 'content.write', await pathOfUnit(db, unitId))
  await checkFields(desk, section, fields, entryId)
  if (entryId !== undefined) {
    if (!(await findEntry(db, section, entryId, dayOf(now)))) throw new AppError('not_found', 'desk.entry_gone')
    if (await findOpenVersion(db, section, entryId)) throw new AppError('conflict', 'desk.entry_open')
  }
  const draft = { section, unitId, fields, entryId: entryId ?? newCode(desk) }
  const { id, write } = draftRow(desk, draft)
  const act = { act: 'content.add', unitId, about: aboutOf(draft), detail: { draft: id } }
  return { id, entryId: draft.entryId, writes: [...stillActing(actor), write, recordAct(actor, act, now)] }
}

/** Changes a draft, or one that waits (which then is a draft again). Who changes it becomes an editor and may not let it through. */
export async function editDraft(desk: Desk, draft: Draft, edition: number, fields: Fields): Promise<Statement[]> {
  const { actor, now } = desk
  demand(actor, 'content.write', draft.path)
  if (draft.edition !== edition) throw new AppError('conflict', 'desk.entry_changed')
  await checkFields(desk, draft.section, fields, draft.entryId)
  const editors = [...new Set([...draft.editors, actor.officerId])]
  return [
    ...stillActing(actor),
    {
      sql: `UPDATE entry_versions SET fields = ?, folded = ?, editors = ?, state = 'draft', edition = edition + 1, changed_at = ?
            WHERE id = ? AND edition = ? AND state IN ('draft', 'submitted')`,
      args: [JSON.stringify(fields), fold(titleOf(fields)), JSON.stringify(editors), now.toISOString(), draft.id, edition],
    },
    guard(),
    recordAct(actor, { act: 'content.edit', unitId: draft.unitId, about: aboutOf(draft), detail: { draft: draft.id } }, now),
  ]
}

/** Asks a second person. Throws AppError `invalid` when its days or links do not hold today. */
export async function submitDraft(desk: Desk, draft: Draft, edition: number): Promise<Statement[]> {
  const { actor } = desk
  demand(actor, 'content.write', draft.path)
  if (draft.edition !== edition) throw new AppError('conflict', 'desk.entry_changed')
  await checkFields(desk, draft.section, draft.fields, draft.entryId)
  return moveDraft(desk, draft, 'draft', 'submitted', 'content.submit')
}

/** Throws the text away; what members read stays as it is. */
export function dropDraft(desk: Desk, draft: Draft): Statement[] {
  demand(desk.actor, 'content.write', draft.path)
  return moveDraft(desk, draft, draft.state, 'dropped', 'content.drop')
}

/** From one state to the next, unless somebody moved or changed it meanwhile. */
export function moveDraft(desk: Desk, draft: Draft, from: string, to: string, act: string, note: string | null = null): Statement[] {
  const { actor, now } = desk
  if (draft.state !== from) throw new AppError('conflict', 'desk.entry_moved')
  return [
    ...stillActing(actor),
    {
      // What comes back to its author is another edition: nobody lets the old one through.
      sql: 'UPDATE entry_versions SET state = ?, note = ?, changed_at = ?, edition = edition + ? WHERE id = ? AND state = ? AND edition = ?',
      args: [to, note, now.toISOString(), to === 'draft' ? 1 : 0, draft.id, from, draft.edition],
    },
    guard(),
    recordAct(actor, { act, unitId: draft.unitId, about: aboutOf(draft), detail: { draft: draft.id } }, now),
  ]
}

/** The row of a draft; its id begins with the time, and with its place in a sheet, so that lists go by age and row. */
export function draftRow(
  desk: Desk,
  { section, unitId, fields, entryId, importId = '', state = 'draft' }: NewDraft & { entryId: string },
  place = 0,
) {
  const { actor, now } = desk
  const id = `${base36(now.getTime(), 9)}${base36(place, 3)}${desk.id().slice(0, 8)}`
  const at = now.toISOString()
  const editors = JSON.stringify([actor.officerId])
  const write: Statement = {
    sql: `INSERT INTO entry_versions(id, section, entry_id, state, fields, folded, unit_id, author_id, editors, import_id, created_at, changed_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    args: [
      id,
      section,
      entryId,
      state,
      JSON.stringify(fields),
      fold(titleOf(fields)),
      unitId,
      actor.officerId,
      editors,
      importId || null,
      at,
      at,
    ],
  }
  return { id, write }
}

const base36 = (n: number, width: number) => n.toString(36).padStart(width, '0')

export const newCode = ({ random }: Pick<Desk, 'random'>) => randomCode(CODE, random)

/** What links and topics are measured by. */
export type Ground = { rules: PushRules; topics: ReadonlySet<string>; ownHost: string | null }

export async function findGround({ db, ownHost }: Pick<Desk, 'db' | 'ownHost'>): Promise<Ground> {
  const [rules, topics] = await Promise.all([findPushRules(db), listTopics(db)])
  return { rules, topics: new Set(topics.map(({ id }) => id)), ownHost }
}

/**
 * The first thing that speaks against a whole text: its days, a link beyond the list (R16), a topic that is not there.
 * @param shown what members read of it now: a link that stands there was looked at when it came in
 */
export function troubleWith(
  { rules, topics, ownHost }: Ground,
  section: Section,
  fields: Fields,
  day: string,
  shown?: Fields,
): Trouble | undefined {
  const [dated] = daysTroubles(fields, day)
  if (dated) return dated
  const known = new Set(shown ? [...wordLinks(shown), sourceOf(shown)] : [])
  const allowed = (link: string) => known.has(link) || isAllowedLink(link, rules, ownHost)
  if (!wordLinks(fields).every(allowed)) return { field: isQuestion(fields) ? 'explanation' : 'body', text: { key: 'entry.t_link' } }
  const source = sourceOf(fields)
  if (source !== null && !allowed(source)) return { field: 'sourceUrl', text: { key: 'entry.t_link' } }
  return section === 'library' && !topics.has(fields.topic) ? { field: 'topic', text: { key: 'entry.t_topic' } } : undefined
}

const sourceOf = (fields: Fields) => (isQuestion(fields) ? null : fields.sourceUrl)

function wordLinks(fields: Fields): string[] {
  const texts = isQuestion(fields) ? [fields.text, fields.explanation, ...fields.options] : [fields.title, fields.body]
  return linksIn(texts.join(' \n '))
}

/** Throws AppError `invalid` with what speaks against a text today. */
export async function checkFields(desk: Desk, section: Section, fields: Fields, entryId?: string): Promise<void> {
  const day = dayOf(desk.now)
  const shown = entryId === undefined ? undefined : await findEntry(desk.db, section, entryId, day)
  const trouble = troubleWith(await findGround(desk), section, fields, day, shown?.fields)
  if (trouble && 'key' in trouble.text) throw new AppError('invalid', trouble.text.key)
}

/** Where a new text of this officer belongs: their own unit, else one they may write for. Throws AppError `forbidden`. */
export function ownUnitOf({ actor }: Pick<Desk, 'actor'>): string {
  const grant = actor.grants.find(({ path }) => may(actor, 'content.write', path))
  if (!grant) throw new AppError('forbidden', 'desk.forbidden')
  return grant.unitId
}

export function aboutOf({ section, entryId }: { section: Section; entryId: string }): [kind: string, id: string] {
  return [section === 'questions' ? 'question' : 'item', entryId]
}
