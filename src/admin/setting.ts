/**
 * `setting set|list`: who this deployment is, as members read it in the greeting and on the public page.
 */
import { Argument, type Command } from 'commander'
import { changeSetting, listSettings, type SettingName } from '../../db/settings.ts'
import { AppError } from '../errors.ts'
import { type Desk, onGround } from './desk.ts'

const MEANING: Record<SettingName, string> = {
  unit_name: 'đơn vị vận hành / who runs the assistant',
  data_officer: 'nơi nhận yêu cầu về dữ liệu cá nhân / who answers about personal data',
  telegram_name: 'tên bot Telegram, không có @ / name of the Telegram bot, without @',
}
const NAMES = Object.keys(MEANING) as SettingName[]
const MAX_LENGTH = 200

export function addSettings(program: Command, desk: Desk): void {
  const setting = program.command('setting').description('Thông tin về nơi vận hành. / Who this deployment is.')
  const meanings = NAMES.map((name) => `  ${name}: ${MEANING[name]}`).join('\n')

  setting
    .command('set')
    .description('Đặt một giá trị. / Set one value.')
    .addArgument(new Argument('<name>', 'tên / name').choices(NAMES))
    .argument('<value>', 'giá trị / value')
    .addHelpText('after', `\n${meanings}\n\nVí dụ / example:\n  npm run admin -- setting set unit_name "LĐLĐ tỉnh Mẫu"`)
    .action((name: SettingName, value: string) =>
      onGround(desk, async ({ db, now }) => {
        const given = value.normalize('NFC').trim()
        if (given === '' || given.length > MAX_LENGTH || /\p{Cc}/u.test(given))
          throw new AppError(
            'invalid',
            `Giá trị cần 1–${MAX_LENGTH} ký tự trên một dòng. / The value must be one line of 1–${MAX_LENGTH} characters.`,
          )
        if (name === 'telegram_name' && !/^[A-Za-z0-9_]{5,32}$/.test(given))
          throw new AppError(
            'invalid',
            'Tên bot Telegram gồm 5–32 chữ không dấu, số, gạch dưới, ví dụ HangVietBot. / 5–32 letters, digits or _.',
          )
        await db.write([changeSetting(name, given, now())])
        desk.say(`${name} = ${given}`)
        desk.note('Máy chủ đang chạy dùng giá trị mới trong vòng một phút. / A running server takes it up within a minute.')
      }),
    )

  setting
    .command('list')
    .description('Xem các giá trị. / Show the values.')
    .addHelpText('after', `\n${meanings}`)
    .action(() =>
      onGround(desk, async ({ db }) => {
        const values = await listSettings(db)
        for (const name of NAMES) desk.say(`${name} = ${values[name] ?? '(chưa đặt / not set)'}`)
      }),
    )
}
