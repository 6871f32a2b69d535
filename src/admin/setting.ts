/**
 * `setting set|list`: who this deployment is, as members read it in the greeting and on the public page.
 */
import { Argument, type Command } from 'commander'
import { changeSetting, listSettings, SETTINGS, type SettingName } from '../../db/settings.ts'
import { AppError } from '../errors.ts'
import { type Desk, onGround } from './desk.ts'

const MEANING: Record<SettingName, string> = {
  unit_name: 'đơn vị vận hành / who runs the assistant',
  data_officer: 'nơi nhận yêu cầu về dữ liệu cá nhân / who answers about personal data',
  telegram_name: 'tên bot Telegram, không có @ / name of the Telegram bot, without @',
  quiet_from: 'giờ bắt đầu nghỉ gửi tin, nhiều nhất 22 (luật), mặc định 21 / hour from which no push leaves, 22 at most',
  quiet_to: 'giờ gửi tin lại, ít nhất 7 (luật) / hour from which pushes leave again, 7 at least',
  weekly_cap: 'số tin nhiều nhất mỗi người nhận trong một tuần, từ 1 đến 3 / pushes a person gets in a week at most',
  telegram_paid_rate: 'gói gửi nhanh trả phí của Telegram, từ 31 đến 1000 tin mỗi giây / Telegram’s paid rate, messages a second',
  zalo_template: 'mã mẫu tin ZBS đã duyệt cho người ngoài 7 ngày, có tính phí / id of the approved Zalo template, billed',
  link_hosts: 'các trang được dẫn tới trong tin, cách nhau dấu cách / hosts a link may lead to, separated by spaces',
}
const NAMES: readonly SettingName[] = SETTINGS
const WHOLE: Partial<Record<SettingName, [least: number, most: number]>> = {
  quiet_from: [12, 22],
  quiet_to: [7, 11],
  weekly_cap: [1, 3],
  telegram_paid_rate: [31, 1000],
}
const MAX_LENGTH = 200

export function addSettings(program: Command, desk: Desk): void {
  const setting = program.command('setting').description('Thông tin về nơi vận hành. / Who this deployment is.')
  const meanings = NAMES.map((name) => `  ${name}: ${MEANING[name]}`).join('\n')

  setting
    .command('set')
    .description('Đặt một giá trị. / Set one value.')
    .addArgument(new Argument('<name>', 'tên / name').choices([...NAMES]))
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
        const [least, most] = WHOLE[name] ?? []
        if (least !== undefined && most !== undefined && !(/^\d{1,4}$/.test(given) && Number(given) >= least && Number(given) <= most))
          throw new AppError('invalid', `${name} là một số từ ${least} đến ${most}. / A whole number from ${least} to ${most}.`)
        if (name === 'link_hosts' && !given.split(/[\s,]+/).every((host) => /^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(host)))
          throw new AppError('invalid', 'Ghi tên miền cách nhau dấu cách, ví dụ: congdoan.vn *.gov.vn / Hosts separated by spaces.')
        if (name === 'zalo_template' && !/^\d{1,20}$/.test(given))
          throw new AppError('invalid', 'Mã mẫu tin của Zalo là một dãy số. / The id of a Zalo template is a number.')
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
