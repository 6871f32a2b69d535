/**
 * The rules every push obeys, as the deployment has set them: quiet hours, pushes a week, Telegram's paid rate, Zalo's
 * template, hosts a link may lead to. A setting can only be stricter than the law and R14, whatever stands in the row.
 */
import type { Db } from '../src/chat.ts'
import { type Quiet, tightenQuiet } from '../src/plan.ts'
import { SETTING, wholeOf } from '../src/settings.ts'
import { listSettings } from './settings.ts'

export type PushRules = {
  quiet: Quiet
  /** Pushes a person gets in one week at most, Monday to Sunday. */
  weeklyCap: number
  /** Messages a second that Telegram lets a paying bot send; null without. */
  paidRate: number | null
  /** Id of the Zalo template approved for pushes; null: none. */
  zaloTemplate: string | null
  /** `congdoan.vn`, `*.gov.vn`: besides our own address the only places a link may lead to (R16). */
  linkHosts: readonly string[]
}

export async function findPushRules(db: Db): Promise<PushRules> {
  const settings = await listSettings(db)
  return {
    quiet: tightenQuiet({ from: wholeOf(settings, 'quiet_from'), to: wholeOf(settings, 'quiet_to') }),
    weeklyCap: wholeOf(settings, 'weekly_cap'),
    paidRate: wholeOf(settings, 'telegram_paid_rate') || null,
    zaloTemplate: settings.zalo_template ?? null,
    linkHosts: (settings.link_hosts ?? SETTING.link_hosts.fallback ?? '').split(/[\s,]+/).filter(Boolean),
  }
}

/** May a link of a campaign lead there? @param ownHost host of `PUBLIC_URL` */
export function isAllowedLink(url: string, { linkHosts }: Pick<PushRules, 'linkHosts'>, ownHost: string | null): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, username, port } = new URL(url)
  if (protocol !== 'https:' || username !== '' || port !== '') return false
  return [...linkHosts, ...(ownHost ? [ownHost] : [])].some((host) =>
    host.startsWith('*.') ? hostname.endsWith(host.slice(1)) : hostname === host,
  )
}

const WITH_SCHEME = /https?:\/\/[^\s<>"“”]+/giu
/** Endings by which Telegram and Zalo make a link of bare words; of two letters only with a path, because "TP.HN" is a town. */
const ENDINGS = 'com|net|org|info|biz|vn|xyz|top|shop|store|site|online|app|dev|link|click|club|live|pro|vip|asia|mobi|page|fun|icu|win|bet'
const BARE = new RegExp(
  `(?<![\\p{L}\\p{N}.@/-])(?:[\\p{L}\\p{N}._+-]+@)?(?:[\\p{L}\\p{N}-]+\\.)+(?:(?:${ENDINGS})(?![\\p{L}\\p{N}-])(?:[:/?#][^\\s<>"“”]*)?|[a-z]{2}/[^\\s<>"“”]*)`,
  'giu',
)

/** Links written into a text, also those without their "https://": the apps make them links all the same. A mail address is none. */
export function linksIn(text: string): string[] {
  const whole = text.match(WITH_SCHEME) ?? []
  const bare = (text.replace(WITH_SCHEME, ' ').match(BARE) ?? []).filter((one) => !/^[^/?#]+@[^/?#]+$/.test(one))
  return [...whole, ...bare.map((one) => `https://${one}`)].map((link) => link.replace(/[.,;:!?)\]]+$/u, ''))
}
