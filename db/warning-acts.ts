/**
 * What officers do with a warning (R5): written, sent to two others who both prove their hand, published; corrected or
 * taken down in one step with a reason. Each act is checked for scope, guarded by the version the officer saw, audited.
 */

import type { Statement, Value } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { type Act, demand, withoutLoansOf } from '../src/rights.ts'
import { dayOf } from '../src/time.ts'
import { demandNoVerdict } from '../src/verdict.ts'
import { caseCode, contains, listen, phrase } from '../src/vietnamese/index.ts'
import { TAKEDOWN_DAYS, WARNING_APPROVERS, type WarningDraft, type WarningState } from '../src/warning.ts'
import { addWorkingDays } from '../src/working-days.ts'
import { recordAct } from './audit.ts'
import { pathOfUnit } from './campaigns.ts'
import { guard, guardThat } from './client.ts'
import { type Hand, useHand } from './hand.ts'
import { findHolidays } from './holidays.ts'
import { findPushRules, isAllowedLink, linksIn } from './push-rules.ts'
import { type Desk, stillActing } from './rights.ts'
import { listAgreed } from './warning-desk.ts'
import type { Warning } from './warnings.ts'

const STATE_HOSTS = ['*.gov.vn']
/** R19: nobody is called to boycott. */
const BOYCOTT = phrase('tẩy chay')

/** Throws AppError `invalid` with a text key for what may not go out. */
export async function checkWarning({ db, now, ownHost }: Pick<Desk, 'db' | 'now' | 'ownHost'>, draft: WarningDraft): Promise<void> {
  const wrong = (key: string) => new AppError('invalid', `warning.${key}`)
  const rules = await findPushRules(db)
  const today = dayOf(now)
  const words = `${draft.title} ${draft.body} ${draft.authority} ${draft.number}`
  // Our own page is no authority's; a state's always is.
  const hosts = [...STATE_HOSTS, ...rules.linkHosts].filter((host) => host !== ownHost)
  if (!isAllowedLink(draft.link, { linkHosts: hosts }, null)) throw wrong('e_link')
  if (linksIn(words).some((link) => !isAllowedLink(link, rules, ownHost))) throw wrong('e_link_inside')
  if (caseCode(words) !== undefined) throw wrong('e_case')
  if (contains(listen(words), BOYCOTT)) throw wrong('e_boycott')
  if (draft.day > today) throw wrong('e_day')
  if (draft.reviewBy <= today) throw wrong('e_review')
}

/** A new draft. Throws AppError `invalid`, `forbidden`, `not_found`. */
export async function addWarning(
  desk: Desk,
  unitId: string,
  draft: WarningDraft,
  corrects: string | null = null,
  state: WarningState = 'draft',
): Promise<{ id: string; writes: Statement[] }> {
  const { actor, now } = desk
  demand(actor, 'warning.write', await pathOfUnit(desk.db, unitId))
  await checkWarning(desk, draft)
  const id = desk.id()
  return {
    id,
    writes: [
      ...stillActing(actor),
      {
        sql: `INSERT INTO warnings(id, unit_id, title, body, authority_name, number, day, link, review_by, state, editors, corrects, changed_at)
              VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        args: [id, unitId, ...columnsOf(draft), state, JSON.stringify([actor.officerId]), corrects, now.toISOString()],
      },
      recordAct(actor, { act: 'warning.add', unitId, about: ['warning', id], detail: { corrects } }, now),
    ],
  }
}

/** Another text of a draft, or of one that waits: it is a draft again, and who agreed must agree anew. */
export async function editWarning(desk: Desk, warning: Warning, draft: WarningDraft): Promise<Statement[]> {
  if (warning.state !== 'draft' && warning.state !== 'waiting') throw new AppError('conflict', 'warning.fixed')
  await checkWarning(desk, draft)
  const editors = JSON.stringify([...new Set([...warning.editors, desk.actor.officerId])])
  const set = 'title = ?, body = ?, authority_name = ?, number = ?, day = ?, link = ?, review_by = ?, editors = ?'
  return move(desk, warning, 'warning.write', 'warning.edit', 'draft', [set, [...columnsOf(draft), editors]])
}

/** Two others are asked. Throws AppError `invalid` when it may not go out any more. */
export async function submitWarning(desk: Desk, warning: Warning): Promise<Statement[]> {
  if (warning.state !== 'draft') throw new AppError('conflict', 'warning.moved')
  await checkWarning(desk, warning)
  return move(desk, warning, 'warning.write', 'warning.submit', 'waiting')
}

/** A draft ends; nothing of it was ever let out. */
export function dropWarning({ actor, now }: Desk, { id, unitId, path, state, version }: Warning): Statement[] {
  demand(actor, 'warning.write', path)
  if (state !== 'draft' && state !== 'waiting') throw new AppError('conflict', 'warning.fixed')
  return [
    ...stillActing(actor),
    { sql: "DELETE FROM warnings WHERE id = ? AND version = ? AND state IN ('draft', 'waiting')", args: [id, version] },
    guard(),
    { sql: 'DELETE FROM warning_approvals WHERE warning_id = ?', args: [id] },
    recordAct(actor, { act: 'warning.drop', unitId, about: ['warning', id] }, now),
  ]
}

/** What speaks against this officer's word, said before a proof is asked for. Throws AppError. */
export async function checkAgreeing(desk: Desk, warning: Warning, version: number): Promise<number> {
  const { actor } = desk
  demand(withoutLoansOf(actor, warning.editors), 'warning.approve', warning.path)
  if (warning.editors.includes(actor.officerId)) throw new AppError('forbidden', 'warning.own')
  if (warning.state !== 'waiting') throw new AppError('conflict', 'warning.moved')
  if (warning.version !== version) throw new AppError('conflict', 'warning.changed')
  const agreed = await listAgreed(desk, warning)
  if (agreed.some(({ officerId }) => officerId === actor.officerId)) throw new AppError('conflict', 'warning.agreed_already')
  await checkWarning(desk, warning)
  return agreed.length
}

/** One more officer agrees, by their own hand; the second lets it out. `published`: this one did. */
export async function approveWarning(
  desk: Desk,
  warning: Warning,
  version: number,
  hand: Hand,
): Promise<{ writes: Statement[]; published: boolean }> {
  const { db, keys, actor, now } = desk
  const before = await checkAgreeing(desk, warning, version)
  const used = await useHand(db, keys, actor.officerId, hand, now)
  const published = before + 1 >= WARNING_APPROVERS
  const { id, unitId } = warning
  return {
    published,
    writes: [
      ...stillActing(actor),
      ...used,
      // Decided on how many had agreed: two at the same moment are two, and each knows which one it is.
      guardThat('(SELECT count(*) FROM warning_approvals WHERE warning_id = ? AND version = ?) = ?', [id, version, before]),
      {
        sql: 'INSERT INTO warning_approvals(warning_id, version, officer_id, at) VALUES (?, ?, ?, ?)',
        args: [id, version, actor.officerId, now.toISOString()],
      },
      {
        sql: `UPDATE warnings SET changed_at = ?${published ? ", state = 'published', published_at = ?" : ''}
              WHERE id = ? AND version = ? AND state = 'waiting' AND NOT EXISTS (SELECT 1 FROM json_each(editors) WHERE value = ?)`,
        args: [now.toISOString(), ...(published ? [now.toISOString()] : []), id, version, actor.officerId],
      },
      guard(),
      recordAct(actor, { act: 'warning.approve', unitId, about: ['warning', id], detail: { version, last: published } }, now),
    ],
  }
}

/** Back to its authors. */
export function returnWarning(desk: Desk, warning: Warning): Statement[] {
  if (warning.state !== 'waiting') throw new AppError('conflict', 'warning.moved')
  return move(desk, warning, 'warning.approve', 'warning.return', 'draft')
}

/** Somebody wants it taken down; it is decided within a working day. */
export async function askTakedown(desk: Desk, warning: Warning, why: string): Promise<Statement[]> {
  if (warning.state !== 'published') throw new AppError('conflict', 'warning.moved')
  if (warning.asked) throw new AppError('conflict', 'warning.asked_already')
  const due = addWorkingDays(desk.now, TAKEDOWN_DAYS, await findHolidays(desk.db, desk.now)).toISOString()
  const set = 'asked_at = ?, asked_due = ?, asked_why = ?'
  return move(desk, warning, 'warning.write', 'warning.ask', 'published', [set, [desk.now.toISOString(), due, why]])
}

/** It stays, although a takedown was asked for; why is in the log of the one who decided. */
export function keepWarning(desk: Desk, warning: Warning): Statement[] {
  if (warning.state !== 'published' || !warning.asked) throw new AppError('conflict', 'warning.moved')
  return move(desk, warning, 'warning.approve', 'warning.keep', 'published', [NOT_ASKED, []])
}

/** Looked at again: members see it until another day. */
export async function renewWarning(desk: Desk, warning: Warning, reviewBy: string, hand: Hand): Promise<Statement[]> {
  const { db, keys, actor, now } = desk
  if (warning.state !== 'published') throw new AppError('conflict', 'warning.moved')
  await checkWarning(desk, { ...warning, reviewBy })
  const writes = move(desk, warning, 'warning.approve', 'warning.renew', 'published', ['review_by = ?', [reviewBy]])
  return [...(await useHand(db, keys, actor.officerId, hand, now)), ...writes]
}

/** Down at once, by one officer's hand, with the reason members read; unsent messages begun from it end. */
export async function withdrawWarning(desk: Desk, warning: Warning, why: string, hand: Hand): Promise<Statement[]> {
  const { db, keys, actor, now } = desk
  return [...(await useHand(db, keys, actor.officerId, hand, now)), ...takeDown(desk, warning, why, 'warning.approve', 'warning.withdraw')]
}

/** The wrong one is down at once and the right one waits for two others, in one step. */
export async function correctWarning(
  desk: Desk,
  warning: Warning,
  { draft, why }: { draft: WarningDraft; why: string },
  hand: Hand,
): Promise<{ id: string; writes: Statement[] }> {
  const { db, keys, actor, now } = desk
  const added = await addWarning(desk, warning.unitId, draft, warning.id, 'waiting')
  const used = await useHand(db, keys, actor.officerId, hand, now)
  return { id: added.id, writes: [...used, ...takeDown(desk, warning, why, 'warning.write', 'warning.correct'), ...added.writes] }
}

/** Settles what a member said is wrong. */
export function settleFlag({ actor, now }: Desk, { id, unitId, path }: Warning, flagId: string): Statement[] {
  demand(actor, 'warning.write', path)
  return [
    ...stillActing(actor),
    { sql: 'UPDATE warning_flags SET settled = 1 WHERE id = ? AND warning_id = ? AND settled = 0', args: [flagId, id] },
    guard(),
    {
      sql: 'UPDATE warnings SET flagged_day = (SELECT min(day) FROM warning_flags WHERE warning_id = ?1 AND settled = 0) WHERE id = ?1',
      args: [id],
    },
    recordAct(actor, { act: 'warning.settle', unitId, about: ['warning', id] }, now),
  ]
}

/** Part of the commit that begins a message from it: fails when it was taken down meanwhile. */
export function beginFrom({ id, version }: Warning, campaignId: string): Statement[] {
  return [
    guardThat("EXISTS (SELECT 1 FROM warnings WHERE id = ? AND version = ? AND state = 'published')", [id, version]),
    { sql: 'INSERT INTO warning_campaigns(warning_id, campaign_id) VALUES (?, ?)', args: [id, campaignId] },
  ]
}

function takeDown(desk: Desk, warning: Warning, why: string, right: Act, act: string): Statement[] {
  if (warning.state !== 'published') throw new AppError('conflict', 'warning.moved')
  // The accusation is not said again as it is taken back.
  demandNoVerdict(why)
  const at = desk.now.toISOString()
  return [
    ...move(desk, warning, right, act, 'withdrawn', [`withdrawn_at = ?, withdrawn_why = ?, flagged_day = NULL, ${NOT_ASKED}`, [at, why]]),
    { sql: 'UPDATE warning_flags SET settled = 1 WHERE warning_id = ? AND settled = 0', args: [warning.id] },
    {
      sql: `UPDATE campaigns SET state = 'cancelled', changed_at = ?, version = version + 1
            WHERE id IN (SELECT campaign_id FROM warning_campaigns WHERE warning_id = ?) AND state IN ('draft', 'submitted')`,
      args: [at, warning.id],
    },
  ]
}

const NOT_ASKED = 'asked_at = NULL, asked_due = NULL, asked_why = NULL'

function move(
  { actor, now }: Desk,
  { id, unitId, path, version, state: from }: Warning,
  right: Act,
  act: string,
  state: WarningState,
  [set, args]: [sql: string, args: Value[]] = ['', []],
): Statement[] {
  demand(actor, right, path)
  return [
    ...stillActing(actor),
    {
      sql: `UPDATE warnings SET state = ?, changed_at = ?, version = version + 1${set === '' ? '' : `, ${set}`} WHERE id = ? AND version = ? AND state = ?`,
      args: [state, now.toISOString(), ...args, id, version, from],
    },
    guard(),
    recordAct(actor, { act, unitId, about: ['warning', id], detail: { version } }, now),
  ]
}

function columnsOf({ title, body, authority, number, day, link, reviewBy }: WarningDraft): Value[] {
  return [title, body, authority, number, day, link, reviewBy]
}
