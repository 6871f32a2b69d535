/**
 * "Nhận tin": what is on, turning it on (by way of consent), and which topics (F6, R14). Turning off is `stop`, whose
 * words work everywhere.
 */
import { countStoppedTopics, listTopicChoices, resumeTopic, stopTopic, type TopicChoice } from '../db/topic-stops.ts'
import type { Button, Decision, Handler, Locale, Reply, Turn } from '../src/chat.ts'
import { parsePayload, payloadOf } from '../src/text.ts'

/** With "Xem thêm" and "Quay lại" it makes eight, the most one message shows on Telegram. */
const PAGE = 6

export const subscribe: Handler = {
  name: 'subscribe',
  version: 1,
  words: ['nhận tin', 'bật tin', 'đăng ký nhận tin', 'chủ đề nhận tin', 'chọn chủ đề'],
  commands: ['nhantin'],
  async handle(turn) {
    const payload = parsePayload(turn.message.payload)
    if (!turn.contact.consents.push) return open(turn)
    if (payload?.action === 'topics') return { replies: [await topics(turn, placeOf(payload.id))] }
    if (payload?.action === 'topic') return setTopic(turn, payload.id, payload.step)
    return open(turn)
  },
}

/** The state in words, with the ways to change it. */
async function open({ contact, db }: Turn): Promise<Decision> {
  const { push, deals } = contact.consents
  const off = push ? await countStoppedTopics(db, contact.id) : 0
  const state = { key: push ? (off > 0 ? 'subscribe.on_some' : 'subscribe.on_all') : 'subscribe.off', params: { off } }
  const buttons: Button[] = [
    ...(push ? [button('topics', 'subscribe', 'topics')] : [button('on', 'consent', 'want', 'push')]),
    ...(deals ? [] : [button('deals', 'consent', 'want', 'deals')]),
    ...(push || deals ? [button('off', 'stop', 'ask')] : []),
    { label: { key: 'common.b_menu' }, payload: payloadOf('start', 'menu') },
  ]
  const text = { key: 'subscribe.state', params: { state, deals: { key: deals ? 'subscribe.deals_on' : 'subscribe.deals_off' } } }
  return { replies: [{ text, buttons }] }
}

/** The button says what a tap does, so that two taps do the same once. */
async function setTopic(turn: Turn, id: string, to: string): Promise<Decision> {
  const { contact, db } = turn
  const all = await listTopicChoices(db, contact.id, -1, 100)
  const topic = all.find((one) => one.id === id)
  if (!topic || (to !== 'on' && to !== 'off')) return { replies: [await topics(turn, -1)] }
  const on = to === 'on'
  const changed = all.map((one) => (one.id === id ? { ...one, on } : one))
  const page = Math.floor(all.indexOf(topic) / PAGE) * PAGE
  const said = { key: on ? 'subscribe.topic_on' : 'subscribe.topic_off', params: { topic: nameOf(topic, contact.locale) } }
  return {
    replies: [topicList(said, changed.slice(page, page + PAGE + 1), contact.locale)],
    writes: topic.on === on ? [] : [on ? resumeTopic(contact.id, id) : stopTopic(contact.id, id)],
  }
}

async function topics({ contact, db }: Turn, after: number): Promise<Reply> {
  return topicList({ key: 'subscribe.topics' }, await listTopicChoices(db, contact.id, after, PAGE + 1), contact.locale)
}

function topicList(text: Reply['text'], found: TopicChoice[], locale: Locale): Reply {
  const shown = found.slice(0, PAGE)
  const last = shown.at(-1)
  return {
    text,
    buttons: [
      ...shown.map((topic) => ({
        label: { key: topic.on ? 'subscribe.b_topic_off' : 'subscribe.b_topic_on', params: { topic: nameOf(topic, locale) } },
        payload: payloadOf('subscribe', 'topic', topic.id, topic.on ? 'off' : 'on'),
      })),
      ...(found.length > PAGE && last
        ? [{ label: { key: 'common.b_more' }, payload: payloadOf('subscribe', 'topics', String(last.place)) }]
        : []),
      { label: { key: 'common.b_back' }, payload: payloadOf('subscribe', 'open') },
    ],
  }
}

function button(label: string, handler: string, action: string, id = ''): Button {
  return { label: { key: `subscribe.b_${label}` }, payload: payloadOf(handler, action, id) }
}

function nameOf(topic: TopicChoice, locale: Locale): string {
  return locale === 'en' ? topic.en : topic.vi
}

function placeOf(id: string): number {
  return /^\d{1,4}$/.test(id) ? Number(id) : -1
}
