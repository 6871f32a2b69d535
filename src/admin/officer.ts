/**
 * `officer add|list|remove`: who works the desk, at which unit, with which roles.
 */
import { type Command, InvalidArgumentError } from 'commander'
import { addOfficer, dismissOfficer, listOfficers, type Officer } from '../../db/officers.ts'
import { findKnownUnits, type KnownUnit } from '../../db/unit-import.ts'
import type { Db } from '../chat.ts'
import { AppError } from '../errors.ts'
import { randomId, secureRandom } from '../keys.ts'
import { ROLES, type Role } from '../rights.ts'
import { type Desk, onGround } from './desk.ts'

const PAGE = 200
const MAX_NAME = 100

export function addOfficers(program: Command, desk: Desk): void {
  const officer = program.command('officer').description('Cán bộ trực. / Officers.')

  officer
    .command('add')
    .description('Thêm một cán bộ. / Add an officer.')
    .requiredOption('--name <name>', 'họ tên / full name')
    .requiredOption('--unit <unit>', 'mã hoặc tên đầy đủ của đơn vị / id or exact name of the unit')
    .option('--roles <roles>', `vai trò, cách nhau dấu phẩy / roles: ${ROLES.join(', ')}`, rolesOf, ['viewer'] satisfies Role[])
    .addHelpText(
      'after',
      '\nVí dụ / example:\n  npm run admin -- officer add --name "Nguyễn Văn Mẫu" --unit ld-lai-chau --roles viewer,case',
    )
    .action(({ name, unit, roles }: { name: string; unit: string; roles: Role[] }) =>
      onGround(desk, async ({ db, now }) => {
        const given = name.normalize('NFC').trim()
        if (given === '' || given.length > MAX_NAME || /\p{Cc}/u.test(given))
          throw new AppError(
            'invalid',
            `Họ tên cần 1–${MAX_NAME} ký tự trên một dòng. / The name must be one line of 1–${MAX_NAME} characters.`,
          )
        const found = await findOneUnit(db, unit)
        const id = randomId(secureRandom)
        await db.write([addOfficer({ id, name: given, unitId: found.id, roles, now: now() })])
        desk.say(`${id}  ${given}, ${found.name} (${roles.join(', ')})`)
      }),
    )

  officer
    .command('list')
    .description('Xem danh sách. / Show the list.')
    .addHelpText('after', '\nVí dụ / example:\n  npm run admin -- officer list')
    .action(() =>
      onGround(desk, async ({ db }) => {
        let after = ''
        for (;;) {
          const page = await listOfficers(db, { after, limit: PAGE })
          for (const one of page) desk.say(lineOf(one))
          const last = page.at(-1)
          if (!last && after === '') desk.say('Chưa có cán bộ nào. / No officers yet.')
          if (!last || page.length < PAGE) return
          after = last.id
        }
      }),
    )

  officer
    .command('remove')
    .description('Cho thôi trực; dòng cũ được giữ, tài khoản chat thôi gắn. / End an officer’s work.')
    .argument('<id>', 'mã trong officer list / id as in officer list')
    .addHelpText('after', '\nVí dụ / example:\n  npm run admin -- officer remove 4k2m9x7q1w8e5r3t')
    .action((id: string) =>
      onGround(desk, async ({ db, now }) => {
        const [rows = []] = await db.write(dismissOfficer(id, now()))
        if (rows.length === 0) throw new AppError('not_found', `Không có cán bộ đang trực nào mã ${id}. / No active officer ${id}.`)
        desk.say(`${id}  thôi trực / no longer active`)
      }),
    )
}

/** The one unit with this id, code or exact name. Throws AppError `not_found` or, when several have the name, `conflict`. */
async function findOneUnit(db: Db, typed: string): Promise<KnownUnit> {
  const text = typed.normalize('NFC').trim()
  const known = await findKnownUnits(db, [text])
  const byKey = known.find(({ id, code }) => id === text || code === text.toUpperCase())
  const named = byKey ? [byKey] : known.filter(({ name }) => name === text)
  const [unit] = named
  if (!unit)
    throw new AppError('not_found', `Không có đơn vị “${text}”. Ghi mã hoặc đúng tên đầy đủ. / No unit with this id or exact name.`)
  if (named.length > 1) {
    const ids = named.map(({ id }) => id).join(', ')
    throw new AppError(
      'conflict',
      `Có ${named.length} đơn vị cùng tên; ghi mã thay cho tên: ${ids}. / Several units have this name; write the id.`,
    )
  }
  return unit
}

function rolesOf(typed: string): Role[] {
  const given = typed.split(',').map((role) => role.trim())
  const wrong = given.filter((role) => !(ROLES as readonly string[]).includes(role))
  if (wrong.length > 0) throw new InvalidArgumentError(`không có vai trò / unknown role: ${wrong.join(', ')}.`)
  return [...new Set(given)] as Role[]
}

function lineOf({ id, name, unitId, unitName, roles, active, bound }: Officer): string {
  const state = active ? (bound ? '' : ' · chưa gắn tài khoản chat / not bound') : ' · thôi trực / not active'
  return `${id}  ${name}, ${unitName ?? unitId} (${roles.join(', ')})${state}`
}
