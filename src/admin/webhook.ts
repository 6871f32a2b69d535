/**
 * `webhook set|info|delete [channel]`: where Telegram and the Zalo Bot Platform send their updates. A Zalo Official
 * Account takes its address by hand only, so the command prints what to enter. No secret is ever printed.
 */
import { Argument, type Command } from 'commander'
import { webhookSecret } from '../channels/index.ts'
import { telegramWebhook } from '../channels/telegram/index.ts'
import { zaloBotWebhook } from '../channels/zalo-bot/index.ts'
import { AppError } from '../errors.ts'
import type { Ground } from '../node-ground.ts'
import { type Desk, onGround } from './desk.ts'

const CHANNELS = ['telegram', 'zalo-bot', 'zalo'] as const
type ChannelName = (typeof CHANNELS)[number]

/** What can be asked of one platform; each resolves to a line for the operator. */
type Registrar = { set(url: string): Promise<string>; info(): Promise<string>; remove(): Promise<string> }

export function addWebhook(program: Command, desk: Desk): void {
  const webhook = program.command('webhook').description('Địa chỉ nhận tin của từng kênh. / Where each channel delivers.')
  const channel = () => new Argument('[channel]', 'một kênh; không ghi là mọi kênh có khóa / one channel; all with keys').choices(CHANNELS)
  const each = (name: ChannelName | undefined, ask: (one: Registrar, ground: Ground, name: ChannelName) => Promise<string>) =>
    onGround(desk, async (ground) => {
      for (const [known, registrar] of chosen(ground, name)) desk.say(`${known}: ${await ask(registrar, ground, known)}`)
    })

  webhook
    .command('set')
    .description('Đăng ký địa chỉ (cần PUBLIC_URL). / Register the address (needs PUBLIC_URL).')
    .addArgument(channel())
    .addHelpText('after', '\nVí dụ / examples:\n  npm run admin -- webhook set\n  npm run admin -- webhook set telegram')
    .action((name?: ChannelName) => each(name, (one, ground, known) => one.set(addressOf(ground, known))))

  webhook
    .command('info')
    .description('Xem địa chỉ đang đăng ký. / Show what is registered.')
    .addArgument(channel())
    .addHelpText('after', '\nVí dụ / example:\n  npm run admin -- webhook info')
    .action((name?: ChannelName) => each(name, (one) => one.info()))

  webhook
    .command('delete')
    .description('Bỏ đăng ký; tin đang chờ được giữ lại. / Remove the registration; waiting updates are kept.')
    .addArgument(channel())
    .addHelpText('after', '\nVí dụ / example:\n  npm run admin -- webhook delete zalo-bot')
    .action((name?: ChannelName) => each(name, (one) => one.remove()))
}

function chosen(ground: Ground, name: ChannelName | undefined): Array<[ChannelName, Registrar]> {
  const all = registrars(ground)
  if (name !== undefined) {
    const registrar = all.get(name)
    if (!registrar)
      throw new AppError('not_found', `Kênh ${name} chưa có khóa trong môi trường. / Channel ${name} has no keys in the environment.`)
    return [[name, registrar]]
  }
  if (all.size === 0) throw new AppError('not_found', 'Chưa kênh nào có khóa trong môi trường. / No channel has keys in the environment.')
  return [...all]
}

function addressOf({ config }: Ground, channel: ChannelName): string {
  if (config.publicUrl === null)
    throw new AppError('invalid', 'Cần PUBLIC_URL, ví dụ PUBLIC_URL=https://hangviet.example.vn / PUBLIC_URL is needed.')
  return `${config.publicUrl}/webhooks/${channel}`
}

function registrars(ground: Ground): Map<ChannelName, Registrar> {
  const { config } = ground
  const all = new Map<ChannelName, Registrar>()
  if (config.telegram) all.set('telegram', telegram(ground, config.telegram))
  if (config.zaloBot) all.set('zalo-bot', zaloBot(ground, config.zaloBot))
  if (config.zalo) all.set('zalo', zalo(config.publicUrl))
  return all
}

function telegram({ config, keys, fetch, apiFetch }: Ground, { token, apiRoot }: NonNullable<Ground['config']['telegram']>): Registrar {
  const hook = telegramWebhook({ token, apiRoot, fetch, apiFetch })
  return {
    async set(url) {
      await hook.set(url, await webhookSecret(config, keys, 'telegram'))
      return `đã đặt / set: ${url}`
    },
    async info() {
      const { url, pending_update_count: waiting, last_error_message: trouble } = await hook.info()
      const lines = [url || '(chưa đặt / not set)', `đang chờ / waiting: ${waiting}`]
      return [...lines, ...(trouble ? [`lỗi gần nhất / last error: ${trouble}`] : [])].join('; ')
    },
    async remove() {
      await hook.remove()
      return 'đã bỏ / removed'
    },
  }
}

function zaloBot({ config, keys, fetch, apiFetch }: Ground, { token, apiRoot }: NonNullable<Ground['config']['zaloBot']>): Registrar {
  const hook = zaloBotWebhook({ token, apiRoot, fetch, apiFetch })
  return {
    async set(url) {
      await hook.set(url, await webhookSecret(config, keys, 'zalo-bot'))
      return `đã đặt / set: ${url}`
    },
    async info() {
      const { url, updatedAt } = await hook.info()
      return `${url ?? '(chưa đặt / not set)'}${updatedAt ? `; ${updatedAt.toISOString()}` : ''}`
    },
    async remove() {
      await hook.remove()
      return 'đã bỏ / removed'
    },
  }
}

/** Zalo has no call for it: the address is entered on its developer site. */
function zalo(publicUrl: string | null): Registrar {
  const by = 'developers.zalo.me → ứng dụng của bạn → Official Account → Webhook'
  return {
    set: async (url) => `Zalo chỉ cho đặt bằng tay: vào ${by}, nhập / by hand only, enter: ${url}`,
    info: async () =>
      `không hỏi được qua API, xem tại / cannot be asked, see: ${by}${publicUrl === null ? '' : `; phải là / should be: ${publicUrl}/webhooks/zalo`}`,
    remove: async () => `Zalo chỉ cho bỏ bằng tay tại / by hand only: ${by}`,
  }
}
