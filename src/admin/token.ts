/**
 * `token add|list|revoke`: access of other systems to /api/v1, with an officer's rights or fewer, until a day. A token
 * drafts and reads; it never approves or sends. It is shown once: only its keyed hash is kept.
 */
import { type Command, InvalidArgumentError } from 'commander'
import { type ApiToken, addToken, findToken, listTokens, revokeToken, TOKEN_PREFIX } from '../../db/api-tokens.ts'
import { recordAct } from '../../db/audit.ts'
import { pathOfUnit } from '../../db/campaigns.ts'
import { findActor } from '../../db/rights.ts'
import { AppError } from '../errors.ts'
import { randomId, secureRandom } from '../keys.ts'
import { TOKEN_SCOPES, type TokenScope } from '../rights.ts'
import { dateVi, dayOf } from '../time.ts'
import { type Desk, onGround } from './desk.ts'
import { eachPage } from './officer.ts'
import { dayOfText, findActiveOfficer, findOneUnit, nameOf } from './officer-refs.ts'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const LENGTH = 40
const PAGE = 200

type Wish = { officer: string; name: string; scopes: TokenScope[]; until: string; unit?: string }

export function addTokens(program: Command, desk: Desk): void {
  const token = program.command('token').description('Mã truy cập API của hệ thống khác. / API tokens of other systems.')

  token
    .command('add')
    .description('Cấp một mã; chỉ hiện một lần. / Make a token; shown once.')
    .requiredOption('--officer <id>', 'thay mặt cán bộ này / on behalf of this officer')
    .requiredOption('--name <name>', 'dùng cho việc gì / what it is for')
    .requiredOption('--scopes <scopes>', `được làm gì / what it may do: ${TOKEN_SCOPES.join(', ')}`, scopesOf)
    .requiredOption('--until <day>', 'ngày cuối cùng / last day, 2026-12-31', dayOfText)
    .option('--unit <unit>', 'chỉ ở đơn vị này và bên dưới / only at this unit and below')
    .addHelpText(
      'after',
      '\nVí dụ / example:\n  npm run admin -- token add --officer 4k2m9x7q1w8e5r3t --name "Cổng thông tin" --scopes read,draft --until 2026-12-31',
    )
    .action(({ officer: officerId, name, scopes, until, unit }: Wish) =>
      onGround(desk, async ({ db, keys, now }) => {
        if (until < dayOf(now())) throw new AppError('invalid', 'Ngày cuối đã qua. / The last day is past.')
        const label = nameOf(name)
        const officer = await findActiveOfficer(db, officerId)
        const unitId = unit === undefined ? null : (await findOneUnit(db, unit)).id
        if (unitId !== null) {
          const path = await pathOfUnit(db, unitId)
          const actor = await findActor(db, officerId, now(), 'admin')
          if (!actor?.grants.some((grant) => path.startsWith(grant.path) || grant.path.startsWith(path)))
            throw new AppError('forbidden', 'Cán bộ này không có quyền ở đơn vị đó. / The officer has no rights at that unit.')
        }
        const secret = TOKEN_PREFIX + Array.from({ length: LENGTH }, () => LETTERS[Math.floor(secureRandom() * LETTERS.length)]).join('')
        const id = randomId(secureRandom)
        const detail = { officer: officerId, scopes: scopes.join(','), until }
        const about: [string, string] = ['token', id]
        await db.write([
          addToken({ id, officerId, unitId, name: label, scopes, expiresDay: until, tag: await keys.tag('token', secret), now: now() }),
          recordAct({ via: 'admin' }, { act: 'token.add', unitId: unitId ?? officer.unitId, about, detail }, now()),
        ])
        desk.say(`${id}  ${label}, ${officer.name} (${scopes.join(', ')}), đến / until ${dateVi(until)}`)
        desk.say(secret)
        desk.note('Mã trên chỉ hiện một lần; hãy cất ngay. / The token is shown once; keep it now.')
      }),
    )

  token
    .command('list')
    .description('Xem các mã đã cấp. / Show the tokens.')
    .addHelpText('after', '\nVí dụ / example:\n  npm run admin -- token list')
    .action(() =>
      onGround(desk, async ({ db, now }) => {
        const today = dayOf(now())
        const count = await eachPage(
          (after) => listTokens(db, { after, limit: PAGE }),
          (one) => desk.say(lineOf(one, today)),
        )
        if (count === 0) desk.say('Chưa có mã nào. / No tokens yet.')
      }),
    )

  token
    .command('revoke')
    .description('Thu hồi ngay. / End a token at once.')
    .argument('<id>', 'mã trong token list / id as in token list')
    .addHelpText('after', '\nVí dụ / example:\n  npm run admin -- token revoke 3x5c7v9b1n2m4k6j')
    .action((id: string) =>
      onGround(desk, async ({ db, now }) => {
        const found = await findToken(db, id)
        if (!found || found.revoked) throw new AppError('not_found', `Không có mã nào còn dùng tên ${id}. / No valid token ${id}.`)
        await db.write([
          revokeToken(id, now()),
          recordAct({ via: 'admin' }, { act: 'token.revoke', unitId: found.officerUnitId, about: ['token', id] }, now()),
        ])
        desk.say(`${id}  đã thu hồi / revoked`)
      }),
    )
}

function scopesOf(typed: string): TokenScope[] {
  const given = typed.split(',').map((scope) => scope.trim())
  const wrong = given.filter((scope) => !(TOKEN_SCOPES as readonly string[]).includes(scope))
  if (wrong.length > 0) throw new InvalidArgumentError(`không có quyền / unknown scope: ${wrong.join(', ')}.`)
  return [...new Set(given)] as TokenScope[]
}

function lineOf({ id, name, officerName, unitId, scopes, expiresDay, revoked }: ApiToken, today: string): string {
  const state = revoked ? ' · đã thu hồi / revoked' : expiresDay < today ? ' · hết hạn / run out' : ''
  return `${id}  ${name}, ${officerName} (${scopes.join(', ')})${unitId ? `, ${unitId}` : ''}, ${dateVi(expiresDay)}${state}`
}
