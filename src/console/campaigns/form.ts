/**
 * The form of a campaign: from what was typed to a draft with the field of each mistake, and from a draft back to what
 * stands in the fields. The schemas are the API's own.
 */
import type * as z from 'zod'
import { type Audience, audienceSchema, type Content, contentSchema, TEXT_MOST, themeSchema, titleSchema } from '../../campaign.ts'
import type { Text } from '../../chat.ts'
import { type Plan, planSchema } from '../../plan.ts'
import { addDays, dayOf, vietnamInstant } from '../../time.ts'
import type { Typed, Wrong } from '../page.ts'

/** Rows of buttons in the form. */
export const BUTTON_ROWS = [1, 2, 3] as const
export const BUTTON_KINDS = ['link', 'item', 'quiz', 'deal'] as const
export const PLAN_KINDS = ['now', 'once', 'daily', 'weekly', 'monthly', 'yearly'] as const
export const SOURCES = ['text', 'daily_item', 'weekly_question'] as const

export type Written = { title: string; content: Content; audience: Audience; plan: Plan; topic: string | null; theme: string | null }

export const one = (typed: Typed, name: string): string => String([typed[name] ?? ''].flat()[0] ?? '').trim()
const many = (typed: Typed, name: string): string[] => [typed[name] ?? []].flat()

/** What was typed as a campaign; `content` also when other fields are wrong, so that it can be shown. */
export function readWritten(typed: Typed, unitId: string): { written?: Written; content?: Content; wrong: Wrong } {
  const wrong: Wrong = {}
  const take = <S extends z.ZodType>(
    schema: S,
    value: unknown,
    fieldOf: (path: readonly PropertyKey[]) => string,
  ): z.output<S> | undefined => {
    const found = schema.safeParse(value)
    if (found.success) return found.data
    for (const { path, code, ...issue } of found.error.issues)
      wrong[fieldOf(path)] ??= sentenceOf(code, issue as { maximum?: number }, path)
    return undefined
  }
  const title = take(titleSchema, one(typed, 'title'), () => 'title')
  const content = take(contentSchema, contentIn(typed), fieldOfContent)
  const audience = take(audienceSchema, audienceIn(typed, unitId), (path) => AUDIENCE_FIELDS[String(path[0])] ?? 'audience')
  const plan = take(planSchema, planOf(typed), fieldOfPlan)
  const theme = one(typed, 'theme') === '' ? null : take(themeSchema, one(typed, 'theme'), () => 'theme')
  const topic = one(typed, 'topic') || null
  const whole = title !== undefined && content && audience && plan && theme !== undefined
  return {
    ...(whole && Object.keys(wrong).length === 0 ? { written: { title, content, audience, plan, topic, theme } } : {}),
    ...(content ? { content } : {}),
    wrong,
  }
}

/** What was typed as an audience, as far as it is one. */
export function readAudience(typed: Typed, unitId: string): Audience | undefined {
  return audienceSchema.safeParse(audienceIn(typed, unitId)).data
}

function contentIn(typed: Typed): unknown {
  const label = one(typed, 'label')
  const business = typed.business !== undefined
  const decision = {
    authority: one(typed, 'authority'),
    number: one(typed, 'number'),
    day: one(typed, 'decided'),
    url: one(typed, 'decision_url'),
  }
  return {
    source: one(typed, 'source') || 'text',
    label: label === '' ? null : `[${label.replace(/^\[|\]$/g, '')}]`,
    vi: one(typed, 'vi') || null,
    en: one(typed, 'en') || null,
    image: typed.no_image !== undefined ? null : one(typed, 'image') || null,
    buttons: BUTTON_ROWS.flatMap((row) => buttonIn(typed, row)),
    business,
    decision: business && Object.values(decision).some((value) => value !== '') ? decision : null,
    zaloTemplate: typed.zalo_template !== undefined,
  }
}

function buttonIn(typed: Typed, row: number): unknown[] {
  const kind = one(typed, `b${row}_kind`)
  if (kind === '') return []
  // An item is typed by its id, or found by some of its words and then chosen.
  const to = (kind === 'item' && one(typed, `b${row}_item`)) || one(typed, `b${row}_to`)
  const label = (locale: 'vi' | 'en') => (one(typed, `b${row}_${locale}`) ? { [locale]: one(typed, `b${row}_${locale}`) } : {})
  const target =
    kind === 'link'
      ? { kind, url: to }
      : kind === 'item' || kind === 'place'
        ? { kind, id: to }
        : kind === 'deal' && to
          ? { kind, id: to }
          : { kind }
  return [{ ...label('vi'), ...label('en'), to: target }]
}

function audienceIn(typed: Typed, unitId: string): unknown {
  return {
    unitId: one(typed, 'to_unit') || unitId,
    memberKinds: many(typed, 'kinds'),
    channels: many(typed, 'channels'),
    joinedSince: one(typed, 'joined') || null,
    purpose: one(typed, 'purpose') || 'push',
    withoutUnit: typed.without_unit !== undefined,
  }
}

function planOf(typed: Typed): unknown {
  const kind = one(typed, 'plan') || 'now'
  const time = one(typed, 'time').slice(0, 5)
  const until = one(typed, 'until') ? { until: one(typed, 'until') } : {}
  const [, hour = '', minute = ''] = /^(\d{2}):(\d{2})$/.exec(time) ?? []
  switch (kind) {
    case 'now':
      return { kind }
    case 'once': {
      const day = one(typed, 'day')
      if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || hour === '') return { kind, at: '' }
      const at = vietnamInstant(day, Number(hour), Number(minute))
      return { kind, at: Number.isNaN(at.getTime()) ? '' : at.toISOString() }
    }
    case 'weekly':
      return { kind, time, weekday: Number(one(typed, 'weekday') || '1'), ...until }
    case 'monthly':
      return { kind, time, day: Number(one(typed, 'month_day') || '1'), ...until }
    case 'yearly':
      return { kind, time, month: Number(one(typed, 'month') || '1'), day: Number(one(typed, 'month_day') || '1'), ...until }
    default:
      return { kind, time, ...until }
  }
}

/** What stands in the fields of a campaign. */
export function typedOf({ title, content, audience, plan, topic, theme }: Written): Typed {
  const { label, vi, en, image, source, buttons, business, decision, zaloTemplate } = content
  const rows = buttons.flatMap(({ vi: viLabel, en: enLabel, to }, place) => {
    const name = `b${place + 1}`
    const target = to.kind === 'link' ? to.url : 'id' in to ? (to.id ?? '') : ''
    return [
      [`${name}_kind`, to.kind],
      [`${name}_to`, target],
      [`${name}_vi`, viLabel ?? ''],
      [`${name}_en`, enLabel ?? ''],
    ]
  })
  return {
    title,
    source,
    label: label ?? '',
    vi: vi ?? '',
    en: en ?? '',
    image: image ?? '',
    topic: topic ?? '',
    theme: theme ?? '',
    ...Object.fromEntries(rows),
    ...(business ? { business: 'on' } : {}),
    ...(decision ? { authority: decision.authority, number: decision.number, decided: decision.day, decision_url: decision.url } : {}),
    ...(zaloTemplate ? { zalo_template: 'on' } : {}),
    to_unit: audience.unitId,
    kinds: audience.memberKinds,
    channels: audience.channels,
    joined: audience.joinedSince ?? '',
    purpose: audience.purpose,
    ...(audience.withoutUnit ? { without_unit: 'on' } : {}),
    ...planFields(plan),
  }
}

function planFields(plan: Plan): Typed {
  if (plan.kind === 'now') return { plan: 'now' }
  if (plan.kind === 'once') {
    const at = new Date(plan.at)
    const day = dayOf(at)
    const minutes = Math.round((at.getTime() - vietnamInstant(day, 0).getTime()) / 60_000)
    const two = (n: number) => String(n).padStart(2, '0')
    return { plan: 'once', day, time: `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}` }
  }
  const { kind, time, until = '' } = plan
  return {
    ...{ plan: kind, time, until },
    ...(plan.kind === 'weekly' ? { weekday: String(plan.weekday) } : {}),
    ...(plan.kind === 'monthly' ? { month_day: String(plan.day) } : {}),
    ...(plan.kind === 'yearly' ? { month: String(plan.month), month_day: String(plan.day) } : {}),
  }
}

/** An empty form: tomorrow morning stands ready for whoever plans a time. */
export function emptyForm(now: Date, more: Typed = {}): Typed {
  return { source: 'text', purpose: 'push', plan: 'now', day: addDays(dayOf(now), 1), time: '08:00', weekday: '1', ...more }
}

const AUDIENCE_FIELDS: Record<string, string> = {
  unitId: 'to_unit',
  memberKinds: 'kinds',
  channels: 'channels',
  joinedSince: 'joined',
  purpose: 'purpose',
}
const DECISION_FIELDS: Record<string, string> = { authority: 'authority', number: 'number', day: 'decided', url: 'decision_url' }

function fieldOfContent(path: readonly PropertyKey[]): string {
  const [field, place, part] = path
  if (field === 'buttons') return `b${Number(place) + 1}_${part === 'to' ? 'to' : part === 'en' ? 'en' : 'vi'}`
  if (field === 'decision') return DECISION_FIELDS[String(place)] ?? 'authority'
  return String(field ?? 'vi')
}

const fieldOfPlan = ([field]: readonly PropertyKey[]): string =>
  field === 'at' ? 'day' : field === 'day' ? 'month_day' : field === undefined || field === 'kind' ? 'plan' : String(field)

function sentenceOf(code: string, { maximum }: { maximum?: number }, path: readonly PropertyKey[]): Text {
  if (code === 'too_big' && maximum !== undefined) return { key: 'console.field_long', params: { most: Number(maximum) } }
  if (code === 'too_small') return { key: 'console.field_needed' }
  if (code === 'custom') return { key: 'console_campaigns.e_button_label' }
  if (path.at(-1) === 'id') return { key: 'console_campaigns.e_item' }
  if (path[0] === 'at') return { key: 'console_campaigns.e_when' }
  if (path[0] === 'buttons' || path[0] === 'decision')
    return { key: path.at(-1) === 'url' ? 'console_campaigns.e_url' : 'console.field_needed' }
  return { key: path[0] === 'label' ? 'console_campaigns.e_label' : 'console.field_wrong' }
}

export { TEXT_MOST }
