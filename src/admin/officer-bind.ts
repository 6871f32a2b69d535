/**
 * `officer bind`: the one-time code that binds an officer's chat account, and the secret of their six digits. The secret is
 * shown here once and never passes a chat; with the code alone, or the digits alone, nobody binds anything.
 */
import type { Command } from 'commander'
import qrcode from 'qrcode'
import { recordAct } from '../../db/audit.ts'
import { BIND_MS, makeBindCode } from '../../db/officers.ts'
import { listSettings } from '../../db/settings.ts'
import { randomCode, secureRandom } from '../keys.ts'
import { timeVi } from '../time.ts'
import { newTotpSecret, totpUri } from '../totp.ts'
import { type Desk, onGround } from './desk.ts'
import { findActiveOfficer } from './officer-refs.ts'

const ISSUER = 'Trợ lý Hàng Việt'
const CODE_LENGTH = 8

export function addBinding(officer: Command, desk: Desk): void {
  officer
    .command('bind')
    .description('Cấp mã gắn tài khoản chat và khóa tạo sáu số. / One-time code that binds a chat account, and the six digits.')
    .argument('<id>', 'mã trong officer list / id as in officer list')
    .addHelpText(
      'after',
      `\nCán bộ ngồi cạnh và quét mã QR ngay bằng ứng dụng tạo mã (Google Authenticator, Aegis, FreeOTP…), rồi tự gõ mã gắn tài khoản
vào trợ lý. / The officer scans the QR code at once, beside you, then types the code to the assistant.
\nVí dụ / example:\n  npm run admin -- officer bind 4k2m9x7q1w8e5r3t`,
    )
    .action((id: string) =>
      onGround(desk, async ({ db, keys, config, now }) => {
        const { name, unitId, unitName } = await findActiveOfficer(db, id)
        const code = randomCode(CODE_LENGTH, secureRandom)
        const secret = newTotpSecret()
        const at = now()
        await db.write([
          ...(await makeBindCode(keys, { officerId: id, codeTag: await keys.tag('officer-code', code), secret, now: at })),
          recordAct({ via: 'admin' }, { act: 'officer.bind_code', unitId, about: ['officer', id] }, at),
        ])
        const { telegram_name: telegram } = await listSettings(db)
        const uri = totpUri(secret, name, ISSUER)
        const links = [
          ...(telegram ? [`https://t.me/${telegram}?start=cb-${code}`] : []),
          ...(config.publicUrl ? [`${config.publicUrl}/?start=cb-${code}`] : []),
        ]
        desk.say(`${name}, ${unitName ?? unitId}`)
        desk.say('')
        desk.say('1. Quét NGAY bằng ứng dụng tạo mã của cán bộ; khóa này không hiện lại. / Scan now; it is not shown again.')
        desk.say(await qrcode.toString(uri, { type: 'terminal', small: true }))
        desk.say(`   ${uri}`)
        desk.say(`   khóa / secret: ${secret}`)
        desk.say('   Không gửi mã QR hay khóa này qua Zalo, Telegram, thư hay ảnh chụp. / Never send it through a chat, a mail or a photo.')
        desk.say('')
        desk.say(`2. Cán bộ nhắn trợ lý, đến ${timeVi(new Date(at.getTime() + BIND_MS))}: / The officer tells the assistant:`)
        desk.say(`   gắn tài khoản cán bộ ${code.slice(0, 4)}-${code.slice(4)}`)
        for (const link of links) desk.say(`   hoặc mở / or opens: ${link}`)
        desk.say('3. Trợ lý hỏi sáu số trên ứng dụng; gõ xong là gắn. / The assistant asks for the six digits of the app.')
      }),
    )
}
