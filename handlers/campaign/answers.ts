/**
 * What an answer changes in the draft, or why it does not and what is asked instead.
 */
import type { Campaign, Draft } from '../../db/campaigns.ts'
import { findDocuments, searchItems } from '../../db/item-search.ts'
import { findItem, type Item } from '../../db/items.ts'
import { findPushRules, isAllowedLink, linksIn } from '../../db/push-rules.ts'
import { listTopics } from '../../db/topics.ts'
import { findUnit, searchUnits } from '../../db/units.ts'
import { type ButtonTarget, contentSchema, shortened, TEXT_MOST } from '../../src/campaign.ts'
import type { MemberKind, Reply } from '../../src/chat.ts'
import type { Plan } from '../../src/plan.ts'
import { dayOf } from '../../src/time.ts'
import { documentNumber, fold } from '../../src/vietnamese/index.ts'
import { back, choice, type StepName } from './choices.ts'
import { refusedPlan, ruleOf, typedRule, typedTime } from './times.ts'
import { type Data, numberOf, PAGE, say, type Work } from './work.ts'

/**
 * `change`: kept, and on to the next question; `ends`: kept, and nothing more is asked. Else this or another step is asked:
 * by its question, or by `reply` alone, because digits pick from the last message only.
 */
export type Answer =
  | { change: Partial<Draft>; notes?: Reply[]; ends?: true }
  | { step?: StepName; data?: Data; notes?: Reply[]; reply?: Reply }

const DEALS_LABEL = '[Ưu đãi]'
const TITLE_MOST = 80
/** Letters of a topic's name that are enough to mean it. */
const PART_LEAST = 3

/** @param value what was chosen by a button or its words; undefined: something else was typed */
export async function answerTo(
  work: Work,
  step: StepName,
  data: Data,
  campaign: Campaign | undefined,
  value: string | undefined,
): Promise<Answer> {
  if (step === 'text' || !campaign) return takeText(work, campaign)
  const { content, audience } = campaign
  switch (step) {
    case 'unit':
      return takeUnit(work, data, campaign, value)
    case 'kind': {
      const memberKinds = value === undefined ? undefined : KINDS[value]
      return memberKinds ? { change: { audience: { ...audience, memberKinds } } } : again()
    }
    case 'topic':
      return takeTopic(work, value)
    case 'label': {
      if (value !== 'yes' && value !== 'no') return again()
      const deals = value === 'yes'
      const purpose = deals ? 'deals' : 'push'
      return { change: { content: { ...content, label: deals ? DEALS_LABEL : null }, audience: { ...audience, purpose } } }
    }
    case 'firm': {
      if (value === 'no') return { change: { content: { ...content, business: false, decision: null } } }
      if (value !== 'yes') return again()
      const change = { content: { ...content, business: true } }
      // R5: the authority's decision has four parts, and two officers read them: that is written at a desk.
      return content.decision ? { change } : { change, notes: [{ text: say('firm_decision') }], ends: true }
    }
    case 'link':
      return takeTarget(content, value)
    case 'item':
      return takeItem(work, data, content, value)
    case 'hour': {
      const weekly = content.source === 'weekly_question'
      const plan = value === undefined ? typedRule(work, work.turn.message.text, weekly) : ruleOf(value, weekly)
      return plan ? takePlan(work, plan, 'hour') : again(say('hour_unclear'))
    }
    default:
      return takeTime(work, step, data, value)
  }
}

/** A title for lists: the beginning of the text. */
function titleOf(text: string): string {
  const [first = ''] = text.split('\n').filter((line) => line.trim() !== '')
  return shortened(first.replace(/\p{Cc}/gu, ' ').trim(), TITLE_MOST).replace(/(?<=.)[.,;:]+$/u, '')
}

const again = (text = say('choose')): Answer => ({ notes: [{ text }] })

async function takeText(work: Work, campaign: Campaign | undefined): Promise<Answer> {
  const { turn, desk } = work
  const { text, attachments } = turn.message
  const notes: Reply[] = attachments.length > 0 ? [{ text: say('no_photo') }] : []
  if (text === '' || text.startsWith('/')) return { notes: notes.length > 0 ? notes : [{ text: say('only_text') }] }
  if (text.length > TEXT_MOST)
    return { notes: [{ text: say('too_long', { length: numberOf(turn, text.length), most: numberOf(turn, TEXT_MOST) }) }] }
  const rules = await findPushRules(turn.db)
  if (linksIn(text).some((link) => !isAllowedLink(link, rules, desk.ownHost))) return { notes: [{ text: { key: 'desk.bad_link' } }] }
  const content = contentSchema.parse({ ...(campaign?.content ?? {}), vi: text })
  return { change: { content, title: titleOf(text) }, notes }
}

/** The own unit, one found by its name, or one of those found. */
async function takeUnit(work: Work, data: Data, campaign: Campaign, value: string | undefined): Promise<Answer> {
  const { db, now, message } = work.turn
  const day = dayOf(now)
  const { audience } = campaign
  if (value === 'own' || value === 'all')
    return { change: { audience: { ...audience, unitId: campaign.unitId, withoutUnit: value === 'all' } } }
  if (value !== undefined) {
    const unit = await findUnit(db, value, day)
    if (!unit?.path.startsWith(campaign.path)) return again({ key: 'desk.audience_outside' })
    return { change: { audience: { ...audience, unitId: unit.id, withoutUnit: false } } }
  }
  const query = fold(message.text.slice(0, 200))
  // A closed unit has nobody to write to: its people stand in what took its place.
  const found = (query === '' ? [] : await searchUnits(db, query, { day, after: '', limit: PAGE, under: campaign.path })).filter(
    ({ closed }) => !closed,
  )
  if (found.length === 0) return again(say('unit_none'))
  const buttons = found.map((unit) => {
    const label = unit.parentName === null ? unit.name : `${unit.shortName ?? unit.name} · ${unit.parentName}`
    return choice('unit', data, unit.id, { literal: label })
  })
  return { reply: { text: say('unit_found'), buttons: [...buttons, back('unit', data)] } }
}

/** A topic by its button, by its name in either language, or by a part of one name only: "ocop". */
async function takeTopic({ turn }: Work, value: string | undefined): Promise<Answer> {
  if (value === 'none') return { change: { topic: null } }
  const named = fold(turn.message.text)
  const topics = await listTopics(turn.db)
  const exact = topics.find(({ id, vi, en }) => (value === undefined ? [fold(vi), fold(en)].includes(named) : id === value))
  const near =
    value === undefined && named.length >= PART_LEAST ? topics.filter(({ vi, en }) => `${fold(vi)} | ${fold(en)}`.includes(named)) : []
  const topic = exact ?? (near.length === 1 ? near[0] : undefined)
  return topic ? { change: { topic: topic.id } } : again()
}

function takeTarget(content: Campaign['content'], value: string | undefined): Answer {
  if (value === 'none') return { change: { content: { ...content, buttons: [] } } }
  if (value === 'item') return { step: 'item' }
  if (value === 'quiz' || value === 'deal') return { change: { content: withTarget(content, { kind: value }) } }
  return again()
}

/** A library item by its id, by a document's number, or among those with the words. */
async function takeItem({ turn }: Work, data: Data, content: Campaign['content'], value: string | undefined): Promise<Answer> {
  const { db, now, message } = turn
  const day = dayOf(now)
  const id = value ?? message.text.trim().toLowerCase()
  const item = /^[a-z0-9_-]{1,36}$/i.test(id) ? await findItem(db, id, day) : undefined
  if (item) return { change: { content: withTarget(content, { kind: 'item', id: item.id }) } }
  const number = documentNumber(message.text, { bare: true })
  const { rows } = number ? await findDocuments(db, number, day) : await searchItems(db, message.text, day)
  if (rows.length === 0) return { step: 'item', notes: [{ text: say('item_none') }] }
  const buttons = rows.slice(0, PAGE).map((one: Item) => choice('item', data, one.id, { literal: shortened(one.title, 60) }))
  return { step: 'item', reply: { text: say('item_found'), buttons: [...buttons, back('item', data)] } }
}

const withTarget = (content: Campaign['content'], to: ButtonTarget): Campaign['content'] => ({ ...content, buttons: [{ to }] })

/** A tapped time is kept; a typed one is said back first. */
async function takeTime(work: Work, step: StepName, data: Data, value: string | undefined): Promise<Answer> {
  if (step === 'time') {
    if (value === 'yes' && data.at !== undefined) return takePlan(work, { kind: 'once', at: new Date(data.at).toISOString() }, 'when')
    return value === 'no' ? { step: 'when' } : { data: data.at === undefined ? {} : { at: data.at }, notes: [{ text: say('choose') }] }
  }
  if (value === 'now') return { change: { plan: { kind: 'now' } } }
  if (value !== undefined) {
    const at = Number.parseInt(value, 36) * 60_000
    if (!(at > 0 && at < 8e15)) return again()
    return takePlan(work, { kind: 'once', at: new Date(at).toISOString() }, 'when')
  }
  const typed = typedTime(work, data, work.turn.message.text)
  if (!typed) return { step: 'when', data: data.day ? { day: data.day } : {}, notes: [{ text: say('when_unclear') }] }
  if ('day' in typed) return { step: 'when', data: typed }
  const why = await refusedPlan(work, { kind: 'once', at: new Date(typed.at).toISOString() })
  return why ? { step: 'when', notes: [{ text: { key: why } }] } : { step: 'time', data: typed }
}

async function takePlan(work: Work, plan: Plan, step: StepName): Promise<Answer> {
  const why = await refusedPlan(work, plan)
  return why ? { step, notes: [{ text: { key: why } }] } : { change: { plan } }
}

const KINDS: Record<string, MemberKind[]> = {
  all: [],
  cong_doan: ['cong_doan'],
  thanh_nien: ['thanh_nien'],
  both: ['cong_doan', 'thanh_nien'],
  hoi_vien: ['hoi_vien'],
  nguoi_dan: ['nguoi_dan'],
}
