/**
 * What an officer does to the rights of others (F55, F61): give a seat, change it, end it, lend roles, hand out the
 * one-time code that binds a chat account. Nobody changes their own rights, and no right outlives its end: editions rise, tokens,
 * codes and loans end in the same batch.
 */
import type { Db, Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { randomCode } from '../src/keys.ts'
import { demand } from '../src/rights.ts'
import type { EditSeat, LoanWish, NewSeat } from '../src/seats.ts'
import { addDays, dayOf } from '../src/time.ts'
import { newTotpSecret } from '../src/totp.ts'
import { recordAct, recordOwnAct } from './audit.ts'
import { conflictOf, guard, guardThat } from './client.ts'
import { findLoan, findSeat, type Seat } from './officer-list.ts'
import { endTerm } from './officer-terms.ts'
import { dismissOfficer, endDelegation, lendRoles, makeBindCode } from './officers.ts'
import { type Desk, raiseEdition, stillActing } from './rights.ts'
import { closeSessions } from './sessions.ts'
import { isOpen, requireTreeUnit } from './tree-units.ts'

const CODE_LENGTH = 8
/** A loan longer than a year is a seat. */
const LOAN_DAYS = 366

/** An officer this one may do this with; what lies outside is not there. Throws AppError `not_found`, `forbidden`. */
export async function requireSeat({ db, actor }: Desk, id: string, act: 'officer.read' | 'officer.write'): Promise<Seat> {
  const seat = await findSeat(db, id)
  if (!seat || !actor.grants.some(({ path }) => seat.path.startsWith(path))) throw new AppError('not_found', 'tree.officer_gone')
  demand(actor, act, seat.path)
  return seat
}

export async function addSeat(desk: Desk, wish: NewSeat): Promise<{ id: string; writes: Statement[] }> {
  const { actor, now } = desk
  const { unitId, name, title, roles, area, untilDay } = wish
  await requireOpen(desk, unitId)
  checkUntil(untilDay, now)
  const id = desk.id()
  return {
    id,
    writes: [
      ...stillActing(actor),
      {
        sql: 'INSERT INTO officers(id, name, unit_id, roles, title, area, since_day, until_day, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        args: [id, name, unitId, JSON.stringify(roles), title, area, dayOf(now), untilDay, now.toISOString()],
      },
      recordAct(actor, { act: 'officer.add', unitId, about: ['officer', id], detail: { roles: roles.join(','), title } }, now),
    ],
  }
}

/** Another seat: the present period ends today and stays as it was. A name put right, or a last day put off, is no new period. */
export async function changeSeat(desk: Desk, id: string, edit: EditSeat): Promise<Statement[]> {
  const { actor, now } = desk
  const seat = await requireOther(desk, id)
  const next = {
    name: edit.name ?? seat.name,
    unitId: edit.unitId ?? seat.unitId,
    title: edit.title === undefined ? seat.title : edit.title,
    roles: edit.roles ?? seat.roles,
    area: edit.area === undefined ? seat.area : edit.area,
    untilDay: edit.untilDay === undefined ? seat.untilDay : edit.untilDay,
  }
  if (next.unitId !== seat.unitId) await requireOpen(desk, next.unitId)
  checkUntil(edit.untilDay ?? null, now)
  const facts = ({ unitId, title, roles, area }: Pick<Seat, 'unitId' | 'title' | 'roles' | 'area'>) =>
    JSON.stringify([unitId, title, roles, area])
  const another = facts(next) !== facts(seat)
  const detail = { before: seat.roles.join(','), after: next.roles.join(','), title: next.title, until: next.untilDay }
  return [
    ...stillActing(actor),
    guardThat('EXISTS (SELECT 1 FROM officers WHERE id = ? AND active = 1 AND unit_id = ? AND roles = ? AND title IS ?)', [
      id,
      seat.unitId,
      JSON.stringify(seat.roles),
      seat.title,
    ]),
    ...(another ? [endTerm(id, facts({ ...next, roles: seat.roles }) === facts(seat) ? 'roles' : 'seat', now)] : []),
    {
      sql: `UPDATE officers SET name = ?, unit_id = ?, title = ?, roles = ?, area = ?, until_day = ?, since_day = ?, edition = edition + 1 WHERE id = ?`,
      args: [
        next.name,
        next.unitId,
        next.title,
        JSON.stringify(next.roles),
        next.area,
        next.untilDay,
        another ? dayOf(now) : seat.sinceDay,
        id,
      ],
    },
    raiseEdition('id IN (SELECT officer_id FROM delegations WHERE lender_id = ? AND ended_at IS NULL)', [id]),
    recordAct(actor, { act: 'officer.roles', unitId: next.unitId, about: ['officer', id], detail }, now),
  ]
}

/** Ends an officer's work at once. */
export async function dismissSeat(desk: Desk, id: string): Promise<Statement[]> {
  const { actor, now } = desk
  const { unitId } = await requireOther(desk, id)
  return [
    ...stillActing(actor),
    guardThat('EXISTS (SELECT 1 FROM officers WHERE id = ? AND active = 1 AND unit_id = ?)', [id, unitId]),
    ...dismissOfficer(id, now),
    recordAct(actor, { act: 'officer.remove', unitId, about: ['officer', id] }, now),
  ]
}

/** Ủy quyền: own roles, or, by who may change rights there, another's. Roles that were lent are not lent on. */
export async function lendSeat(desk: Desk, wish: LoanWish): Promise<{ id: string; writes: Statement[] }> {
  const { actor, now } = desk
  const { lenderId, officerId, roles, fromDay, untilDay } = wish
  const lender = await requireSeat(desk, lenderId, 'officer.read')
  if (lenderId !== actor.officerId) demand(actor, 'officer.write', lender.path)
  const borrower = await requireSeat(desk, officerId, 'officer.read')
  if (!lender.active || !borrower.active) throw new AppError('invalid', 'tree.officer_left')
  if (lenderId === officerId) throw new AppError('invalid', 'tree.lend_self')
  // Whoever may change rights does not lend themselves what they do not have.
  if (officerId === actor.officerId) throw new AppError('forbidden', 'tree.own_rights')
  if (roles.some((role) => !lender.roles.includes(role))) throw new AppError('invalid', 'tree.lend_not_had')
  const today = dayOf(now)
  if (untilDay < today || untilDay < fromDay || fromDay < today || untilDay > addDays(today, LOAN_DAYS))
    throw new AppError('invalid', 'tree.lend_days')
  const id = desk.id()
  const detail = { lender: lenderId, officer: officerId, roles: roles.join(','), from: fromDay, until: untilDay }
  return {
    id,
    writes: [
      ...stillActing(actor),
      guardThat('(SELECT count(*) FROM officers WHERE id IN (?, ?) AND active = 1) = 2', [lenderId, officerId]),
      ...lendRoles({ id, lenderId, officerId, roles, fromDay, untilDay, now }),
      recordAct(actor, { act: 'officer.lend', unitId: lender.unitId, about: ['delegation', id], detail }, now),
    ],
  }
}

/** Ends a loan today: its lender, or who may change rights there. */
export async function endLoan(desk: Desk, id: string): Promise<Statement[]> {
  const { db, actor, now } = desk
  const loan = await findLoan(db, id)
  if (!loan) throw new AppError('not_found', 'tree.loan_gone')
  const lender = await requireSeat(desk, loan.lenderId, 'officer.read')
  if (loan.lenderId !== actor.officerId) demand(actor, 'officer.write', lender.path)
  const [ending, ...others] = endDelegation(id, now)
  return [
    ...stillActing(actor),
    ...(ending ? [ending, guard()] : []),
    ...others,
    recordAct(actor, { act: 'officer.unlend', unitId: lender.unitId, about: ['delegation', id] }, now),
  ]
}

/** A one-time code for the chat and a secret for the app, each shown once; an older code ends. */
export async function giveBindCode(desk: Desk, id: string): Promise<{ code: string; secret: string; seat: Seat; writes: Statement[] }> {
  const { keys, actor, now } = desk
  const seat = await requireSeat(desk, id, 'officer.write')
  if (!seat.active) throw new AppError('invalid', 'tree.officer_left')
  const code = randomCode(CODE_LENGTH, desk.random)
  const secret = newTotpSecret()
  return {
    code,
    secret,
    seat,
    writes: [
      ...stillActing(actor),
      guardThat('EXISTS (SELECT 1 FROM officers WHERE id = ? AND active = 1)', [id]),
      ...(await makeBindCode(keys, { officerId: id, codeTag: await keys.tag('officer-code', code), secret, now })),
      recordAct(actor, { act: 'officer.bind_code', unitId: seat.unitId, about: ['officer', id] }, now),
    ],
  }
}

/** A lost phone: the chat account is a member's again, six digits, passkeys, sessions and an unused code end. */
export async function unbindSeat(desk: Desk, id: string): Promise<Statement[]> {
  const { actor, now } = desk
  const { unitId } = await requireSeat(desk, id, 'officer.write')
  return [
    ...stillActing(actor),
    { sql: 'UPDATE officers SET contact_id = NULL, totp = NULL, edition = edition + 1 WHERE id = ? AND active = 1', args: [id] },
    guard(),
    { sql: 'DELETE FROM officer_codes WHERE officer_id = ?', args: [id] },
    { sql: 'DELETE FROM sign_in_links WHERE officer_id = ?', args: [id] },
    { sql: 'DELETE FROM passkeys WHERE officer_id = ?', args: [id] },
    closeSessions(id),
    recordAct(actor, { act: 'officer.unbind', unitId, about: ['officer', id] }, now),
  ]
}

/** Officers whose last day is past are dismissed; how many. Each in a batch of its own. */
export async function dismissEnded(db: Db, now: Date): Promise<number> {
  const day = dayOf(now)
  const rows = await db.read('SELECT id, unit_id FROM officers WHERE active = 1 AND until_day IS NOT NULL AND until_day < ? LIMIT 50', [
    day,
  ])
  let gone = 0
  for (const { id, unit_id } of rows) {
    const ended = await db
      .write([
        guardThat('EXISTS (SELECT 1 FROM officers WHERE id = ? AND active = 1 AND until_day < ?)', [String(id), day]),
        ...dismissOfficer(String(id), now),
        recordOwnAct({ act: 'officer.term_ended', unitId: String(unit_id), about: ['officer', String(id)] }, now),
      ])
      .then(
        () => true,
        (error: unknown) => {
          // Another process, or an officer, was faster.
          if (!conflictOf(error)) throw error
          return false
        },
      )
    if (ended) gone++
  }
  return gone
}

/** Nobody changes their own rights, however far they reach. */
async function requireOther(desk: Desk, id: string): Promise<Seat> {
  const seat = await requireSeat(desk, id, 'officer.write')
  if (id === desk.actor.officerId) throw new AppError('forbidden', 'tree.own_rights')
  if (!seat.active) throw new AppError('invalid', 'tree.officer_left')
  return seat
}

async function requireOpen(desk: Desk, unitId: string): Promise<void> {
  const unit = await requireTreeUnit(desk, unitId, 'officer.write')
  if (!isOpen(unit, dayOf(desk.now))) throw new AppError('invalid', 'tree.unit_closed')
}

function checkUntil(untilDay: string | null, now: Date): void {
  if (untilDay !== null && untilDay < dayOf(now)) throw new AppError('invalid', 'tree.until_past')
}
