/**
 * The message of one run, frozen from a campaign: the officer's words, or, for "mỗi ngày một điều" and "câu hỏi của tuần",
 * the next piece of reviewed content. Nothing unreviewed or stale is ever taken (R17).
 */
import type { ButtonTarget, Message } from '../src/campaign.ts'
import type { Db, Text } from '../src/chat.ts'
import { dayOf } from '../src/time.ts'
import type { Campaign } from './campaigns.ts'
import { findDailyItem } from './items.ts'
import { drawQuestions, findQuestions } from './questions.ts'

const LETTERS = 'ABCDEF'
/** Runs of a campaign whose questions are not asked again. */
const REMEMBERED = 60

/** What a message is made from: a campaign, or one that nobody has saved yet. */
export type Composable = Pick<Campaign, 'id' | 'content' | 'unitName' | 'title' | 'topic' | 'audience'>

/** Undefined when there is nothing reviewed to send. Reads, and claims the day's item. */
export async function composeMessage(db: Db, campaign: Composable, now: Date, random: () => number): Promise<Message | undefined> {
  const { content, unitName, title, topic, audience } = campaign
  const base = {
    label: content.label,
    image: content.image,
    topic,
    purpose: audience.purpose,
    unitName,
    title,
    zaloTemplate: content.zaloTemplate,
  }
  const own = content.buttons.map(({ vi, en, to }) =>
    vi === undefined ? opening(`push.b_${to.kind}`, to) : { label: { vi: { literal: vi }, en: en ? { literal: en } : null }, to },
  )
  if (content.source === 'daily_item') {
    const item = await findDailyItem(db, dayOf(now))
    if (!item) return undefined
    const body: Text = { key: 'push.item', params: { title: item.title, body: item.body, source: item.sourceLabel } }
    return {
      ...base,
      body: { vi: body, en: null },
      buttons: [opening('push.b_item', { kind: 'item', id: item.id }), ...own],
      taken: item.id,
    }
  }
  if (content.source === 'weekly_question') {
    const asked = await listTaken(db, campaign.id)
    const [id] = await drawQuestions(db, { audience: 'doan_vien', n: 1, day: dayOf(now), exclude: asked }, random)
    const [question] = id ? await findQuestions(db, [id], dayOf(now)) : []
    if (!question) return undefined
    const options = question.options.map((option, place) => `${LETTERS[place]}. ${option}`).join('\n')
    const body: Text = { key: 'push.question', params: { text: question.text, options } }
    return { ...base, body: { vi: body, en: null }, buttons: [opening('push.b_quiz', { kind: 'quiz' }), ...own], taken: question.id }
  }
  if (content.vi === null) return undefined
  return {
    ...base,
    body: { vi: { literal: content.vi }, en: content.en === null ? null : { literal: content.en } },
    buttons: own,
    taken: null,
  }
}

const opening = (key: string, to: ButtonTarget): Message['buttons'][number] => ({ label: { vi: { key }, en: { key } }, to })

async function listTaken(db: Db, campaignId: string): Promise<string[]> {
  const rows = await db.read("SELECT message ->> 'taken' AS taken FROM broadcasts WHERE campaign_id = ? ORDER BY id DESC LIMIT ?", [
    campaignId,
    REMEMBERED,
  ])
  return rows.flatMap(({ taken }) => (taken === null ? [] : [String(taken)]))
}
