/**
 * What an officer writes and what a person gets: a campaign's content and audience as data with their limits, and the
 * message of one run, frozen from them. Parsed at every edge (chat, API, console) by the schemas here.
 */
import * as z from 'zod'
import type { Button, Locale, Reply, Text } from './chat.ts'
import { cleanText, payloadOf } from './text.ts'

/** Characters of a text: with label and footer it stays one message on every channel (Zalo: 2,000). */
export const TEXT_MOST = 1_500
const BUTTONS_MOST = 3
/**
 * Hours after a person's last word in which Zalo lets us write to them, and in which that costs nothing (zalo.md §0);
 * other channels let us always.
 */
export const ZALO_WINDOW = { openHours: 168, freeHours: 48 }
/** People below which no result is shown (R2), and the cell below which none is (R23). */
export const RESULT_LEAST = 10
export const CELL_LEAST = 5

/** One line as officers write it: nothing invisible, at most `most` characters. */
const line = (most: number) =>
  z
    .string()
    .overwrite(cleanText)
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}]*$/u, 'must be one line')
const text = z.string().overwrite(cleanText).min(1).max(TEXT_MOST)

/** What officers call a campaign among themselves. */
export const titleSchema = line(120)
export const themeSchema = line(60)
/** What a day of the year is called. */
export const dayNameSchema = line(80)

const buttonTargetSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('link'), url: z.url({ protocol: /^https$/ }).max(500) }),
  z.strictObject({ kind: z.literal('item'), id: z.string().regex(/^[A-Za-z0-9_-]{1,36}$/) }),
  z.strictObject({ kind: z.literal('quiz') }),
  z.strictObject({
    kind: z.literal('deal'),
    id: z
      .string()
      .regex(/^[a-z_]{1,36}$/)
      .optional(),
  }),
  z.strictObject({ kind: z.literal('place'), id: z.string().regex(/^[a-z0-9-]{1,36}$/) }),
])
export type ButtonTarget = z.infer<typeof buttonTargetSchema>

/** Without a label of its own a button takes the usual words of what it opens (`push.b_<kind>`). */
const campaignButtonSchema = z
  .strictObject({ vi: line(35).optional(), en: line(35).optional(), to: buttonTargetSchema })
  .refine(({ vi, to }) => vi !== undefined || NAMED.includes(to.kind), 'needs a label')
const NAMED: readonly ButtonTarget['kind'][] = ['item', 'quiz', 'deal']

/** R5: words about a named business go out only with the decision of an authority, and after two approvals. */
const decisionSchema = z.strictObject({
  authority: line(200),
  number: line(60),
  day: z.iso.date(),
  url: z.url({ protocol: /^https$/ }).max(500),
})

export const contentSchema = z.strictObject({
  /** `text`: as written. The others are filled anew for each run from reviewed content. */
  source: z.enum(['text', 'daily_item', 'weekly_question']).default('text'),
  /** Such as `[Ưu đãi]`, first in the message. */
  label: z
    .string()
    .regex(/^\[[^\p{Cc}[\]]{1,24}\]$/u, 'must be a short word in brackets, e.g. [Ưu đãi]')
    .nullable()
    .default(null),
  vi: text.nullable().default(null),
  en: text.nullable().default(null),
  /** A picture of ours (`/media/<id>`), put there by POST /api/v1/images. */
  image: z
    .string()
    .regex(/^\/media\/[a-z0-9]{16}\.(jpg|png)$/)
    .nullable()
    .default(null),
  buttons: z.array(campaignButtonSchema).max(BUTTONS_MOST).default([]),
  /** The message names a business. Then `decision` is there, or the message does not go out. */
  business: z.boolean().default(false),
  decision: decisionSchema.nullable().default(null),
  /** Send the approved Zalo template to people whose window is closed (billed; needs the setting). */
  zaloTemplate: z.boolean().default(false),
})
export type Content = z.infer<typeof contentSchema>

export const MEMBER_KINDS = ['cong_doan', 'thanh_nien', 'hoi_vien', 'nguoi_dan'] as const

export const audienceSchema = z.strictObject({
  unitId: z.string().min(1).max(40),
  memberKinds: z.array(z.enum(MEMBER_KINDS)).max(4).default([]),
  channels: z
    .array(z.string().regex(/^[a-z-]{1,20}$/))
    .max(8)
    .default([]),
  joinedSince: z.iso.date().nullable().default(null),
  /** People who agreed to deals; else to messages. */
  purpose: z.enum(['push', 'deals']).default('push'),
  /** With the people who chose no unit: only for a unit that has none above it. */
  withoutUnit: z.boolean().default(false),
})
export type Audience = z.infer<typeof audienceSchema>

/** The frozen message of one run: words as data, rendered for each language when it leaves. */
export type Message = {
  label: string | null
  body: { vi: Text; en: Text | null }
  image: string | null
  buttons: Array<{ label: { vi: Text; en: Text | null }; to: ButtonTarget }>
  topic: string | null
  purpose: Audience['purpose']
  unitName: string
  title: string
  zaloTemplate: boolean
  /** The item or question this run took, so that the next run takes another. */
  taken: string | null
}

/** What a button opens, in the words of the handlers. A link has none. */
export function payloadOfTarget(to: ButtonTarget): string | undefined {
  switch (to.kind) {
    case 'item':
      return payloadOf('library', 'item', to.id)
    case 'quiz':
      return payloadOf('quiz', 'start')
    case 'deal':
      return to.id ? payloadOf('deals', 'kind', to.id) : payloadOf('deals', 'all')
    case 'place':
      return payloadOf('deals', 'near', to.id)
    default:
      return undefined
  }
}

/** Where a link button leads; undefined for the others. */
export function linkOf(to: ButtonTarget): string | undefined {
  return to.kind === 'link' ? to.url : undefined
}

/** The message as a reply. Its buttons lead through `push:open:<run>.<place>`, so that taps are counted as lượt and nothing else. */
export function replyOf(run: { id: number; code: string; word: string }, message: Message, locale: Locale): Reply {
  const inLocale = (words: { vi: Text; en: Text | null }) => (locale === 'en' && words.en) || words.vi
  const buttons = message.buttons.map(({ label, to }, place): Button => {
    if (to.kind === 'link') return { label: inLocale(label), url: to.url }
    return { label: inLocale(label), payload: payloadOf('push', 'open', String(run.id), String(place)), word: wordOf(run.word, place) }
  })
  const params = { body: inLocale(message.body), unit: message.unitName, code: codeWritten(run.code) }
  return {
    text: message.label ? { key: 'push.message_labelled', params: { ...params, label: message.label } } : { key: 'push.message', params },
    ...(buttons.length > 0 ? { buttons } : {}),
    ...(message.image ? { image: message.image } : {}),
  }
}

/** The message inside a frame that says it is shown to an officer. Its buttons open what they open, but nothing is counted. */
export function shownReply(
  run: { id: number; code: string; word: string },
  message: Message,
  locale: Locale,
  frame: 'preview' | 'sent' | 'test',
): Reply {
  const reply = replyOf(run, message, locale)
  const buttons = (reply.buttons ?? []).map((one, place): Button => {
    const payload = message.buttons[place] && payloadOfTarget(message.buttons[place].to)
    return 'payload' in one && payload ? { ...one, payload } : one
  })
  return {
    ...reply,
    text: { key: `campaign.${frame}`, params: { message: reply.text } },
    ...(buttons.length > 0 ? { buttons } : {}),
  }
}

/** What is typed to open a button where there are none: "xem K7", the second "xem K7B". Digits belong to what was offered last. */
function wordOf(word: string, place: number): string {
  return `xem ${word}${place === 0 ? '' : String.fromCharCode(65 + place)}`
}

/** What a campaign is called among officers: its title, or the kind of rule it is. */
export function titleIn({ content, title }: { content: Content; title: string }, most = 40): Text {
  return content.source === 'text' ? { literal: shortened(title, most) } : { key: `campaign.b_${content.source}` }
}

/** Cut between words. */
export function shortened(title: string, most = 40): string {
  if (title.length <= most) return title
  const head = title.slice(0, most)
  const cut = head.lastIndexOf(' ')
  return `${head.slice(0, cut > most / 2 ? cut : most - 1)}…`
}

/** As it is printed: four and four. */
export function codeWritten(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`
}
