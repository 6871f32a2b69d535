/**
 * "Cảnh báo" (F37): what authorities have decided and published, newest first, each with its number, day and link. One
 * that was taken down says so to whoever still has its button. "Thông tin này sai?" (F19) keeps words and day alone.
 */
import { guard } from '../db/client.ts'
import { addTries, countTries, triesTag } from '../db/tries.ts'
import { findCorrection, findShown, flagWarning, listPublished, type Warning } from '../db/warnings.ts'
import { shortened } from '../src/campaign.ts'
import type { Button, Decision, Handler, Reply, Text, Turn } from '../src/chat.ts'
import { menuReply } from '../src/menu.ts'
import { type Payload, parsePayload, payloadOf } from '../src/text.ts'
import { addDays, dateVi, dayOf, vietnamInstant } from '../src/time.ts'
import { createLexicon, listen } from '../src/vietnamese/index.ts'

/** Words of one flag, and flags of one person in a day. */
const WORDS_MOST = 1_000
const FLAGS_A_DAY = 5
const LABEL = 60

type Wrong = { id: string; title: string }

const skipping = createLexicon(['bỏ qua', 'không cần', 'thôi'].map((words) => ({ words, value: true })))

export const warning: Handler = {
  name: 'warning',
  version: 1,
  words: [
    ...['cảnh báo', 'cảnh báo hàng', 'cảnh báo hàng giả', 'cảnh báo hàng hóa', 'tin cảnh báo', 'xem cảnh báo'],
    ...['hàng bị cảnh báo', 'hàng bị thu hồi', 'thu hồi hàng', 'hàng thu hồi', 'warning', 'warnings'],
  ],
  commands: ['canhbao'],
  public: true,
  async handle(turn) {
    const { message, step } = turn
    const payload = parsePayload(message.payload)
    if (payload) return follow(turn, payload)
    if (step && !message.text.startsWith('/')) return takeWords(turn, step.data as Wrong)
    return list(turn)
  },
  async offerAgain({ step }) {
    return step ? [askReply(step.data as Wrong)] : []
  },
}

const MENU: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') }
const ALL: Button = { label: { key: 'warning.b_all' }, payload: payloadOf('warning', 'list') }
const REPORT: Button = { label: { key: 'menu.report' }, payload: payloadOf('report', 'start') }

async function follow(turn: Turn, { action, id, step }: Payload): Promise<Decision> {
  if (action === 'list') return list(turn, id)
  const found = await findShown(turn.db, id, turn.now)
  if (action === 'skip') return { replies: [{ text: { key: 'warning.skipped' }, buttons: [ALL, MENU] }] }
  if (!found) return { replies: [{ text: { key: 'warning.gone' }, buttons: [ALL, MENU] }] }
  if (action === 'wrong' && found.state === 'published') return askWrong(turn, found)
  return { replies: [await oneReply(turn, found)], useful: step === '' && found.state === 'published' }
}

async function list({ db, now, contact }: Turn, after = ''): Promise<Decision> {
  const { rows, next } = await listPublished(db, now, after)
  const report = contact.group ? [] : [REPORT, MENU]
  if (rows.length === 0) return { replies: [{ text: { key: after === '' ? 'warning.none' : 'warning.no_more' }, buttons: report }] }
  const lines = [{ key: 'warning.list' }, ...rows.map((one): Text => ({ key: 'warning.line', params: wordsOf(one) }))]
  return {
    replies: [
      {
        text: lines.reduceRight((rest, first) => ({ key: 'warning.and', params: { first, rest } })),
        buttons: [
          ...rows.map(
            ({ id, title }): Button => ({ label: { literal: shortened(title, LABEL) }, payload: payloadOf('warning', 'show', id) }),
          ),
          ...(next ? [{ label: { key: 'common.b_more' }, payload: payloadOf('warning', 'list', next) }] : []),
          ...(contact.group ? [] : [MENU]),
        ],
      },
    ],
  }
}

async function oneReply({ db, now, contact }: Turn, one: Warning): Promise<Reply> {
  if (one.state === 'withdrawn') {
    const right = await findCorrection(db, one.id, now)
    const params = { number: one.number, day: dateVi(dayOf(one.withdrawnAt ?? now)), why: one.withdrawnWhy ?? '' }
    return {
      text: { key: 'warning.withdrawn', params },
      buttons: [
        ...(right ? [{ label: { key: 'warning.b_corrected' }, payload: payloadOf('warning', 'show', right.id) }] : []),
        ALL,
        ...(contact.group ? [] : [MENU]),
      ],
    }
  }
  return {
    text: { key: 'warning.one', params: { ...wordsOf(one), body: one.body, published: dateVi(dayOf(one.publishedAt ?? now)) } },
    buttons: [
      { label: { key: 'warning.b_source' }, url: one.link },
      ALL,
      // What is wrong is asked over two messages, and a group chat keeps no step.
      ...(contact.group ? [] : [{ label: { key: 'warning.b_wrong' }, payload: payloadOf('warning', 'wrong', one.id) }, REPORT, MENU]),
    ],
  }
}

const wordsOf = ({ title, number, day, authority, link }: Warning) => ({ title, number, authority, link, day: dateVi(day) })

async function askWrong(turn: Turn, { id, title }: Warning): Promise<Decision> {
  if (await hasEnough(turn)) return { replies: [{ text: { key: 'warning.flag_enough' }, buttons: [ALL, MENU] }] }
  const data: Wrong = { id, title: shortened(title, LABEL) }
  return { replies: [askReply(data)], next: { step: 'wrong', data } }
}

async function takeWords(turn: Turn, data: Wrong): Promise<Decision> {
  const { keys, message, now, contact } = turn
  if (message.text === '') return { replies: [askReply(data)], next: { step: 'wrong', data } }
  if (skipping.find(listen(message.text))) return { replies: [menuReply('warning.skipped')] }
  if (await hasEnough(turn)) return { replies: [menuReply('warning.flag_enough')] }
  const until = vietnamInstant(addDays(dayOf(now), 1), 0).getTime()
  const tag = await triesTag(keys, 'warning-flag', contact.id)
  return {
    replies: [{ text: { key: 'warning.flagged' }, buttons: [ALL, MENU] }],
    writes: [
      addTries(tag, { n: 1, limit: FLAGS_A_DAY, now: now.getTime(), until }),
      guard(),
      ...(await flagWarning(keys, { id: turn.id(), warningId: data.id, words: message.text.slice(0, WORDS_MOST), now })),
    ],
  }
}

async function hasEnough({ db, keys, contact, now }: Turn): Promise<boolean> {
  return (await countTries(db, await triesTag(keys, 'warning-flag', contact.id), now.getTime())) >= FLAGS_A_DAY
}

function askReply({ id, title }: Wrong): Reply {
  return {
    text: { key: 'warning.ask_wrong', params: { title } },
    buttons: [{ label: { key: 'common.b_skip' }, payload: payloadOf('warning', 'skip', id) }],
  }
}
