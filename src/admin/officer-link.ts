/**
 * `officer link`: a one-time link into the officers' console, for whoever has no bound chat account yet or lost it. And
 * the very first one, which the program prints by itself while nobody works the desk.
 */
import type { Command } from 'commander'
import { recordAct } from '../../db/audit.ts'
import { addOfficer, findOfficer, listOfficers } from '../../db/officers.ts'
import { hasEntered, LINK_MS, newSignInLink } from '../../db/sessions.ts'
import { findTopUnit } from '../../db/units.ts'
import type { Db, Keys } from '../chat.ts'
import { randomId, secureRandom } from '../keys.ts'
import { dayOf, timeVi } from '../time.ts'
import { type Desk, onGround } from './desk.ts'
import { findActiveOfficer } from './officer-refs.ts'

const FIRST = { name: 'Quản trị viên đầu tiên', roles: ['admin', 'data', 'viewer'] } as const
const FIRST_MS = 24 * 60 * 60 * 1000

export function addLink(officer: Command, desk: Desk): void {
  officer
    .command('link')
    .description('Cấp đường dẫn đăng nhập dùng một lần. / One-time sign-in link.')
    .argument('<id>', 'mã trong officer list / id as in officer list')
    .addHelpText(
      'after',
      `\nĐưa tận tay cho cán bộ; ai mở trước thì vào được. / Hand it over in person: whoever opens it first is in.
\nVí dụ / example:\n  npm run admin -- officer link 4k2m9x7q1w8e5r3t`,
    )
    .action((id: string) =>
      onGround(desk, async ({ db, keys, config, now }) => {
        const { name, unitId } = await findActiveOfficer(db, id)
        const until = new Date(now().getTime() + LINK_MS)
        const { path, writes } = await newSignInLink(keys, { officerId: id, until, random: secureRandom })
        const act = { act: 'session.link', unitId, about: ['officer', id] as [string, string] }
        await db.write([...writes, recordAct({ via: 'admin' }, act, now())])
        desk.say(`${name}: dùng một lần, đến ${timeVi(until)} / works once:`)
        desk.say(`  ${config.publicUrl ?? `http://localhost:${config.port}`}${path}`)
      }),
    )
}

/**
 * The path of the first administrator's link while nobody but them was ever added and they have not come in yet; they are
 * made if need be. Undefined later: then links come by chat or by `officer link`.
 */
export async function firstLink({ db, keys, now }: { db: Db; keys: Keys; now: Date }): Promise<string | undefined> {
  const [first, second] = await listOfficers(db, { after: '', limit: 2 })
  if (second) return undefined
  if (first && (!first.active || first.name !== FIRST.name || (await hasEntered(db, first.id)))) return undefined
  const top = first ? undefined : await findTopUnit(db, dayOf(now))
  if (!first && !top) return undefined
  const officerId = first?.id ?? randomId(secureRandom)
  const until = new Date(now.getTime() + FIRST_MS)
  const { path, writes } = await newSignInLink(keys, { officerId, until, random: secureRandom })
  const made = top
    ? [
        addOfficer({ id: officerId, name: FIRST.name, unitId: top.id, roles: FIRST.roles, now }),
        recordAct({ via: 'admin' }, { act: 'officer.add', unitId: top.id, about: ['officer', officerId] }, now),
      ]
    : []
  await db.write([...made, ...writes])
  return (await findOfficer(db, officerId)) ? path : undefined
}
