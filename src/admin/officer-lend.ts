/**
 * `officer lend|unlend`: ủy quyền (F61). One officer's roles, or some of them, lent to another until a day; they reach no
 * further than the lender's own and end with them.
 */
import type { Command } from 'commander'
import { recordAct } from '../../db/audit.ts'
import { guard } from '../../db/client.ts'
import { findDelegation } from '../../db/delegations.ts'
import { endDelegation, lendRoles } from '../../db/officers.ts'
import { AppError } from '../errors.ts'
import { randomId, secureRandom } from '../keys.ts'
import type { Role } from '../rights.ts'
import { dateVi, dayOf } from '../time.ts'
import { type Desk, onGround } from './desk.ts'
import { dayOfText, findActiveOfficer, rolesOf } from './officer-refs.ts'

export function addLending(officer: Command, desk: Desk): void {
  officer
    .command('lend')
    .description('Ủy quyền vai trò cho cán bộ khác đến hết một ngày. / Lend roles to another officer until a day.')
    .argument('<lenderId>', 'cán bộ ủy quyền / whose roles')
    .argument('<officerId>', 'cán bộ nhận / who gets them')
    .requiredOption('--roles <roles>', 'vai trò mà người ủy quyền đang có / roles the lender has', rolesOf)
    .requiredOption('--until <day>', 'ngày cuối cùng / last day, 2026-12-31', dayOfText)
    .option('--from <day>', 'ngày đầu tiên; không ghi là hôm nay / first day; today without it', dayOfText)
    .addHelpText(
      'after',
      '\nVí dụ / example:\n  npm run admin -- officer lend 4k2m9x7q1w8e5r3t 7b1n0c5v2x9z8a6s --roles approver --until 2026-12-31',
    )
    .action((lenderId: string, officerId: string, { roles, until, from }: { roles: Role[]; until: string; from?: string }) =>
      onGround(desk, async ({ db, now }) => {
        const today = dayOf(now())
        const fromDay = from ?? today
        if (lenderId === officerId) throw new AppError('invalid', 'Không ủy quyền cho chính mình. / Nobody lends to themselves.')
        if (until < today || until < fromDay)
          throw new AppError('invalid', 'Ngày cuối phải từ hôm nay và không trước ngày đầu. / The last day is past or before the first.')
        const [lender, borrower] = [await findActiveOfficer(db, lenderId), await findActiveOfficer(db, officerId)]
        const missing = roles.filter((role) => !lender.roles.includes(role))
        if (missing.length > 0)
          throw new AppError('forbidden', `${lender.name} không có vai trò ${missing.join(', ')}. / The lender lacks these roles.`)
        const id = randomId(secureRandom)
        const detail = { lender: lenderId, officer: officerId, roles: roles.join(','), from: fromDay, until }
        await db.write([
          ...lendRoles({ id, lenderId, officerId, roles, fromDay, untilDay: until, now: now() }),
          recordAct({ via: 'admin' }, { act: 'officer.lend', unitId: lender.unitId, about: ['delegation', id], detail }, now()),
        ])
        desk.say(`${id}  ${lender.name} → ${borrower.name} (${roles.join(', ')}), ${dateVi(fromDay)}–${dateVi(until)}`)
      }),
    )

  officer
    .command('unlend')
    .description('Thôi ủy quyền ngay. / End a delegation at once.')
    .argument('<id>', 'mã ủy quyền trong officer list / id of the delegation')
    .addHelpText('after', '\nVí dụ / example:\n  npm run admin -- officer unlend 9d8s7f6g5h4j3k2l')
    .action((id: string) =>
      onGround(desk, async ({ db, now }) => {
        const lent = await findDelegation(db, id)
        if (!lent) throw new AppError('not_found', `Không có ủy quyền nào đang chạy mã ${id}. / No running delegation ${id}.`)
        const [ending, ...others] = endDelegation(id, now())
        await db.write([
          ...(ending ? [ending, guard()] : []),
          ...others,
          recordAct({ via: 'admin' }, { act: 'officer.unlend', unitId: lent.unitId, about: ['delegation', id] }, now()),
        ])
        desk.say(`${id}  thôi ủy quyền / ended`)
      }),
    )
}
