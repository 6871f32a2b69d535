/**
 * The member's side of the talk about a report (F34): a notice says “xem K7”, and that word or its button shows what is new,
 * each thing once. Only who filed it, by their own way back, opens a case so; everybody else needs the receipt. From here
 * they answer, or say that nobody shall write to them about it any more.
 */
import { dropWay, type Link, listLinksHere } from '../../db/case-links.ts'
import { othersSaid } from '../../db/case-others.ts'
import { listTold, markSeen } from '../../db/case-thread.ts'
import { findStatus } from '../../db/cases.ts'
import { stopRelay } from '../../db/relays.ts'
import type { Button, Decision, Handler, Turn } from '../../src/chat.ts'
import { parsePayload, payloadOf } from '../../src/text.ts'
import { createLexicon, listen, yesNo } from '../../src/vietnamese/index.ts'
import { answersSure, askSure, beSure, isSure, sureAgain } from '../withdraw/sure.ts'
import { type Answer, answer, answerAgain, askAnswer, button, choiceIn, expectsAnswer, MENU } from './answer.ts'
import { asks, below, SHOWN, threadText } from './thread.ts'

const stopping = createLexicon<'yes' | 'no'>([
  { words: 'có đừng nhắn nữa', value: 'yes' },
  { words: 'đừng nhắn nữa', value: 'yes' },
  { words: 'không vẫn nhắn', value: 'no' },
  { words: 'vẫn nhắn', value: 'no' },
])

export const talk: Handler = {
  name: 'talk',
  version: 1,
  words: ['xem', 'xem tin báo', 'read'],
  expects: (message, step) =>
    isSure(step)
      ? answersSure('talk', message)
      : step.step === 'stop'
        ? (stopping.find(listen(message.text)) ?? yesNo(listen(message.text))) !== undefined
        : expectsAnswer('talk', message, step),
  listens: ({ step }) => step === 'answer',
  async handle(turn) {
    const { message, step } = turn
    const tapped = parsePayload(message.payload)
    // "xem" without the notice's own letter and digit: which one is meant stays the person's to say.
    if (!step && message.payload === undefined) return { replies: [{ text: { key: 'talk.which' }, buttons: [TRACK, MENU] }] }
    const word = tapped?.id ?? ''
    switch (tapped?.action) {
      case 'read':
      case 'again':
        return read(turn, word, tapped.action === 'again')
      case 'answer':
        return word === '' ? inStep(turn) : begin(turn, word)
      case 'stop':
        return askStop(turn, word)
      case 'stop_yes':
        return stop(turn, word)
      case 'stop_no':
        return { replies: [{ text: { key: 'talk.kept' }, buttons: [MENU] }] }
    }
    if (step && isSure(step)) return beSure(turn, 'talk', step)
    const data = (step?.data ?? {}) as Partial<Answer>
    if (step?.step !== 'stop') {
      const typed = step?.step === 'read' ? choiceIn('talk', message) : undefined
      if (typed === 'withdraw' && data.caseId) return askSure(turn, 'talk', data.caseId)
      if (typed === 'again') return read(turn, data.word ?? '', true)
      return typed === 'stop' ? askStop(turn, data.word ?? '') : inStep(turn)
    }
    const said = stopping.find(listen(message.text)) ?? yesNo(listen(message.text))
    if (said === undefined) return askStop(turn, data.word ?? '')
    return said === 'yes' ? stop(turn, data.word ?? '') : { replies: [{ text: { key: 'talk.kept' }, buttons: [MENU] }] }
  },
  async offerAgain(turn) {
    const { step } = turn
    if (step && isSure(step)) return sureAgain(turn, 'talk', step)
    return step ? answerAgain('talk', step) : []
  },
}

async function read(turn: Turn, word: string, again: boolean): Promise<Decision> {
  const { db, keys, now } = turn
  const link = await findByWord(turn, word)
  if (!link) return unknown()
  const status = await findStatus(db, link.caseId)
  if (!status) return { replies: [{ text: { key: 'talk.gone' }, buttons: [MENU] }] }
  const found = await listTold(db, keys, link.caseId, { unseen: !again, limit: SHOWN + 1 })
  const events = again ? found.slice(-SHOWN) : found.slice(0, SHOWN)
  const more = !again && found.length > SHOWN
  const [told, others] = await Promise.all([threadText(turn, events), othersSaid(db, keys, link.caseId)])
  const thread = told && below([told, others])
  const [year = '', month = ''] = status.openedMonth.split('-')
  const params = { month: `${month}/${year}`, state: { key: `track.state_${status.state}` } }
  const open = status.state !== 'closed' && status.gone === null
  const data: Answer = { caseId: link.caseId, word, photos: [] }
  return {
    replies: [
      {
        text: thread ? { key: 'talk.thread', params: { ...params, thread } } : { key: again ? 'talk.nothing' : 'talk.nothing_new', params },
        buttons: [
          ...(more ? [{ label: { key: 'common.b_more' }, payload: payloadOf('talk', 'read', word) }] : []),
          ...(open ? [button('talk', 'answer', word)] : []),
          ...(thread || again ? [] : [{ label: { key: 'talk.b_again' }, payload: payloadOf('talk', 'again', word) }]),
          ...(status.gone === null ? [{ label: { key: 'talk.b_stop' }, payload: payloadOf('talk', 'stop', word) }] : []),
          MENU,
        ],
      },
    ],
    writes: [
      ...(events.length > 0 ? await markSeen(keys, link.caseId, events, now) : []),
      // Of a report that was removed this was the last word: nobody has to be found for another.
      ...(status.gone === 'removed' ? [await dropWay(keys, link.caseId)] : []),
    ],
    // Many type the answer at once, without a tap: it is shown to them before it goes.
    ...(open && (asks(events) || status.state === 'needs_info') ? { next: { step: 'read', data } } : {}),
  }
}

async function begin(turn: Turn, word: string): Promise<Decision> {
  const link = await findByWord(turn, word)
  return link ? askAnswer({ caseId: link.caseId, word, photos: [] }) : unknown()
}

async function inStep(turn: Turn): Promise<Decision> {
  const { step } = turn
  if (!step || step.step === 'stop') return { replies: [{ text: { key: 'talk.stale' }, buttons: [TRACK, MENU] }] }
  return answer(turn, 'talk', step.data as Answer)
}

/** Ends it for good, so it is asked once. */
async function askStop(turn: Turn, word: string): Promise<Decision> {
  const link = await findByWord(turn, word)
  if (!link) return unknown()
  const buttons = (['stop_yes', 'stop_no'] as const).map(
    (choice): Button => ({
      label: { key: `talk.b_${choice}` },
      payload: payloadOf('talk', choice, word),
    }),
  )
  return { replies: [{ text: { key: 'talk.ask_stop' }, buttons }], next: { step: 'stop', data: { caseId: link.caseId, word, photos: [] } } }
}

async function stop(turn: Turn, word: string): Promise<Decision> {
  const link = await findByWord(turn, word)
  if (!link) return unknown()
  return {
    replies: [{ text: { key: 'talk.stopped' }, buttons: [MENU] }],
    writes: await stopRelay(turn.keys, turn.contact.id, link.caseId),
    dropsOf: 'talk',
  }
}

/** Among the account's own ways back alone. Where two cases were given one word, the one that has something new. */
async function findByWord({ db, keys, contact }: Turn, word: string): Promise<Link | undefined> {
  if (!/^[A-Z]\d$/.test(word)) return undefined
  const own = (await listLinksHere(db, keys, contact)).filter((link) => link.word === word)
  for (const link of own) if ((await listTold(db, keys, link.caseId, { unseen: true, limit: 1 })).length > 0) return link
  return own[0]
}

/** The same whether the word is another person's or nobody's. */
function unknown(): Decision {
  return { replies: [{ text: { key: 'talk.unknown' }, buttons: [TRACK, MENU] }] }
}

const TRACK: Button = { label: { key: 'menu.track' }, payload: payloadOf('track', 'start') }
