/**
 * `officer add|list|roles|bind|lend|unlend|remove`: who works the desk, at which unit, with which roles. Every change
 * leaves a row in the audit log.
 */
import { type Command, Option } from 'commander'
import { recordAct } from '../../db/audit.ts'
import { listDelegations } from '../../db/delegations.ts'
import { addOfficer, changeRoles, dismissOfficer, listOfficers, type Officer } from '../../db/officers.ts'
import { randomId, secureRandom } from '../keys.ts'
import { ROLES, type Role, TITLES, type Title } from '../rights.ts'
import { dateVi, dayOf } from '../time.ts'
import { type Desk, onGround } from './desk.ts'
import { addBinding } from './officer-bind.ts'
import { addLending } from './officer-lend.ts'
import { addLink } from './officer-link.ts'
import { findActiveOfficer, findOneUnit, nameOf, rolesOf } from './officer-refs.ts'

const PAGE = 200

export function addOfficers(program: Command, desk: Desk): void {
  const officer = program.command('officer').description('Cán bộ trực. / Officers.')
  const titles = Object.entries(TITLES).map(([title, roles]) => `  ${title}: ${roles.join(',')}`)

  officer
    .command('add')
    .description('Thêm một cán bộ. / Add an officer.')
    .requiredOption('--name <name>', 'họ tên / full name')
    .requiredOption('--unit <unit>', 'mã hoặc tên đầy đủ của đơn vị / id or exact name of the unit')
    .addOption(new Option('--title <title>', 'chức danh; gợi ý vai trò / title; suggests roles').choices(Object.keys(TITLES)))
    .option('--roles <roles>', `vai trò, cách nhau dấu phẩy / roles: ${ROLES.join(', ')}`, rolesOf)
    .addHelpText(
      'after',
      `\nChức danh và vai trò gợi ý / titles and the roles they suggest:\n${titles.join('\n')}
\nVí dụ / examples:\n  npm run admin -- officer add --name "Nguyễn Văn Mẫu" --unit ld-lai-chau --roles viewer,case
  npm run admin -- officer add --name "Lê Thị Mẫu" --unit ld-lai-chau --title pho_ban`,
    )
    .action(({ name, unit, title, roles: given }: { name: string; unit: string; title?: Title; roles?: Role[] }) =>
      onGround(desk, async ({ db, now }) => {
        const full = nameOf(name)
        const roles = given ?? (title ? [...TITLES[title]] : (['viewer'] satisfies Role[]))
        const found = await findOneUnit(db, unit)
        const id = randomId(secureRandom)
        const detail = { roles: roles.join(','), title: title ?? null }
        await db.write([
          addOfficer({ id, name: full, unitId: found.id, roles, title, now: now() }),
          recordAct({ via: 'admin' }, { act: 'officer.add', unitId: found.id, about: ['officer', id], detail }, now()),
        ])
        desk.say(`${id}  ${full}, ${found.name} (${roles.join(', ')})`)
      }),
    )

  officer
    .command('list')
    .description('Xem danh sách. / Show the list.')
    .addHelpText('after', '\nVí dụ / example:\n  npm run admin -- officer list')
    .action(() =>
      onGround(desk, async ({ db, now }) => {
        const day = dayOf(now())
        const officers = await eachPage(
          (after) => listOfficers(db, { after, limit: PAGE }),
          (one) => desk.say(lineOf(one)),
        )
        if (officers === 0) desk.say('Chưa có cán bộ nào. / No officers yet.')
        await eachPage(
          (after) => listDelegations(db, { day, after, limit: PAGE }),
          ({ id, lenderName, officerName, roles, fromDay, untilDay }) =>
            desk.say(
              `${id}  ủy quyền / lent: ${lenderName} → ${officerName} (${roles.join(', ')}), ${dateVi(fromDay)}–${dateVi(untilDay)}`,
            ),
        )
      }),
    )

  officer
    .command('roles')
    .description('Đổi vai trò; có hiệu lực ngay. / Change roles, at once.')
    .argument('<id>', 'mã trong officer list / id as in officer list')
    .argument('<roles>', `vai trò mới, cách nhau dấu phẩy / new roles: ${ROLES.join(', ')}`, rolesOf)
    .addHelpText('after', '\nVí dụ / example:\n  npm run admin -- officer roles 4k2m9x7q1w8e5r3t editor,viewer')
    .action((id: string, roles: Role[]) =>
      onGround(desk, async ({ db, now }) => {
        const found = await findActiveOfficer(db, id)
        const detail = { before: found.roles.join(','), after: roles.join(',') }
        await db.write([
          ...changeRoles(id, roles, now()),
          recordAct({ via: 'admin' }, { act: 'officer.roles', unitId: found.unitId, about: ['officer', id], detail }, now()),
        ])
        desk.say(lineOf({ ...found, roles }))
      }),
    )

  addBinding(officer, desk)
  addLink(officer, desk)
  addLending(officer, desk)

  officer
    .command('remove')
    .description('Cho thôi trực; dòng cũ được giữ, tài khoản chat thôi gắn. / End an officer’s work.')
    .argument('<id>', 'mã trong officer list / id as in officer list')
    .addHelpText('after', '\nVí dụ / example:\n  npm run admin -- officer remove 4k2m9x7q1w8e5r3t')
    .action((id: string) =>
      onGround(desk, async ({ db, now }) => {
        const { unitId } = await findActiveOfficer(db, id)
        await db.write([
          ...dismissOfficer(id, now()),
          recordAct({ via: 'admin' }, { act: 'officer.remove', unitId, about: ['officer', id] }, now()),
        ])
        desk.say(`${id}  thôi trực / no longer active`)
      }),
    )
}

/** Shows every row, a page at a time; how many there were. */
export async function eachPage<T extends { id: string }>(load: (after: string) => Promise<T[]>, show: (row: T) => void): Promise<number> {
  let count = 0
  for (let after = ''; ; ) {
    const page = await load(after)
    for (const row of page) show(row)
    count += page.length
    const last = page.at(-1)
    if (!last || page.length < PAGE) return count
    after = last.id
  }
}

function lineOf({ id, name, unitId, unitName, title, roles, active, bound }: Officer): string {
  const state = active ? (bound ? '' : ' · chưa gắn tài khoản chat / not bound') : ' · thôi trực / not active'
  return `${id}  ${name}, ${unitName ?? unitId}${title ? `, ${title}` : ''} (${roles.join(', ')})${state}`
}
