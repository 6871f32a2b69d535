/**
 * The one table of what an officer may set: what each value looks like, its default, and its floor, which is the law's
 * or a rule of this product and can be made stricter, never looser. The operator's command, the REST API, the page and
 * whatever reads a setting share it; what it means and why the floor is there are texts, `settings.x_<name>` and `settings.f_<name>`.
 */
import * as z from 'zod'
import { DEFAULT_QUIET, LAW_QUIET } from './plan.ts'

export const SETTINGS = [
  'unit_name',
  'data_officer',
  'telegram_name',
  'link_hosts',
  'quiet_from',
  'quiet_to',
  'weekly_cap',
  'telegram_paid_rate',
  'zalo_template',
  'keep_inquiry_days',
  'keep_identity_days',
  'keep_case_months',
  'keep_campaign_months',
  'keep_deal_months',
  'keep_request_months',
  'keep_audit_months',
  'keep_incident_months',
] as const
export type SettingName = (typeof SETTINGS)[number]

export const SETTING_GROUPS = ['who', 'pushes', 'channels', 'keep'] as const

export type Setting = {
  group: (typeof SETTING_GROUPS)[number]
  /** What holds while nothing is set; null: nothing does. */
  fallback: string | null
  /** A whole number between these, both counted: one of them is the floor. */
  whole?: readonly [least: number, most: number]
  /** Takes a value as typed, gives it as kept. */
  schema: z.ZodType<string, string>
}

export type Settings = Partial<Record<SettingName, string>>

/** Letters of a value. */
export const SETTING_MOST = 200

const line = z
  .string()
  .transform((value) => value.normalize('NFC').trim())
  .pipe(
    z
      .string()
      .min(1)
      .max(SETTING_MOST)
      .regex(/^\P{Cc}*$/u),
  )

const words = (pattern: RegExp) => line.pipe(z.string().regex(pattern))

/** The operator's own and the state's sites, where a link may lead (R16). */
const LINK_HOSTS = '*.gov.vn congdoan.vn *.congdoan.vn doanthanhnien.vn *.doanthanhnien.vn laodong.vn mattran.org.vn'
const HOST = '(?:\\*\\.)?[a-z0-9-]+(?:\\.[a-z0-9-]+)+'

export const SETTING: Record<SettingName, Setting> = {
  unit_name: { group: 'who', fallback: null, schema: line },
  data_officer: { group: 'who', fallback: null, schema: line },
  link_hosts: { group: 'who', fallback: LINK_HOSTS, schema: words(new RegExp(`^${HOST}(?:[\\s,]+${HOST})*$`)) },
  // Decree 91/2020/NĐ-CP: no advertising from 22:00 to 07:00; R14: three pushes a week.
  quiet_from: whole('pushes', DEFAULT_QUIET.from, 12, LAW_QUIET.from),
  quiet_to: whole('pushes', DEFAULT_QUIET.to, LAW_QUIET.to, 11),
  weekly_cap: whole('pushes', 3, 1, 3),
  telegram_name: { group: 'channels', fallback: null, schema: words(/^[A-Za-z0-9_]{5,32}$/) },
  telegram_paid_rate: { ...whole('channels', 31, 31, 1000), fallback: null },
  zalo_template: { group: 'channels', fallback: null, schema: words(/^\d{1,20}$/) },
  // The retention list of features §5: personal data goes no later, what proves an act goes no sooner.
  keep_inquiry_days: whole('keep', 30, 7, 30),
  keep_identity_days: whole('keep', 90, 30, 90),
  keep_case_months: whole('keep', 24, 6, 24),
  keep_campaign_months: whole('keep', 24, 12, 24),
  keep_deal_months: whole('keep', 24, 6, 24),
  keep_request_months: whole('keep', 24, 24, 60),
  keep_audit_months: whole('keep', 24, 24, 120),
  keep_incident_months: whole('keep', 60, 24, 120),
}

/** A whole number that was set, within its bounds, or its default: a row that is looser than the floor does not count. */
export function wholeOf(settings: Settings, name: SettingName): number {
  const { schema, fallback } = SETTING[name]
  const set = schema.safeParse(settings[name] ?? '')
  return Number(set.success ? set.data : fallback)
}

export function isSettingName(name: string): name is SettingName {
  return (SETTINGS as readonly string[]).includes(name)
}

function whole(group: Setting['group'], fallback: number, least: number, most: number): Setting {
  const schema = line.pipe(
    z
      .string()
      .regex(/^\d{1,4}$/)
      .refine((value) => Number(value) >= least && Number(value) <= most)
      .transform((value) => String(Number(value))),
  )
  return { group, fallback: String(fallback), whole: [least, most], schema }
}
