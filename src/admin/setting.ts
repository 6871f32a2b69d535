/**
 * `setting set|list`: the operator's way to the table of settings, with the same floors as the console and the API.
 */
import { Argument, type Command } from 'commander'
import { createTexts } from '../../content/index.ts'
import { recordAct } from '../../db/audit.ts'
import { settingOf } from '../../db/setting-acts.ts'
import { changeSetting, listSettings } from '../../db/settings.ts'
import { AppError } from '../errors.ts'
import { SETTINGS, type SettingName } from '../settings.ts'
import { type Desk, onGround } from './desk.ts'

const texts = createTexts()
const both = (key: string) => `${texts.render({ key }, 'vi')} / ${texts.render({ key }, 'en')}`

export function addSettings(program: Command, desk: Desk): void {
  const setting = program.command('setting').description('Thông tin về nơi vận hành. / Who this deployment is.')
  const meanings = SETTINGS.map((name) => `  ${name}: ${both(`settings.x_${name}`)}`).join('\n')

  setting
    .command('set')
    .description('Đặt một giá trị. / Set one value.')
    .addArgument(new Argument('<name>', 'tên / name').choices([...SETTINGS]))
    .argument('<value>', 'giá trị / value')
    .addHelpText('after', `\n${meanings}\n\nVí dụ / example:\n  npm run admin -- setting set unit_name "LĐLĐ tỉnh Mẫu"`)
    .action((name: SettingName, typed: string) =>
      onGround(desk, async ({ db, now }) => {
        const value = keptOf(name, typed)
        const at = now()
        await db.write([
          changeSetting(name, value, at),
          recordAct({ via: 'admin' }, { act: 'setting.write', about: ['setting', name], detail: { name } }, at),
        ])
        desk.say(`${name} = ${value}`)
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
        for (const name of SETTINGS) desk.say(`${name} = ${values[name] ?? '(chưa đặt / not set)'}`)
      }),
    )
}

function keptOf(name: SettingName, typed: string): string {
  try {
    return settingOf(name, typed)
  } catch (error) {
    throw error instanceof AppError ? new AppError('invalid', both(error.message)) : error
  }
}
