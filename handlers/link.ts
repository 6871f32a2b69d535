/**
 * "Nối tài khoản" (F5): one person on two channels. This side takes a one-time code, the other side types it and
 * agrees, then this side is asked too: a code that was overheard joins nobody. Words, not digits, answer the question
 * that comes on its own, because digits belong to what was offered last.
 */
import { guard } from '../db/client.ts'
import {
  askToLink,
  claimLinkTry,
  findAskedCode,
  findLinkCode,
  forgetLinkTries,
  type LinkCode,
  linkTriesTag,
  makeLinkCode,
  useLinkCode,
} from '../db/link-codes.ts'
import { joinContacts, stillTheirs } from '../db/linking.ts'
import { enqueueReplies } from '../db/turns.ts'
import type { Button, Decision, Handler, Keys, Locale, Reply, Statement, Text, Turn } from '../src/chat.ts'
import { randomCode } from '../src/keys.ts'
import { oneTimeCode, saidOneTimeCode, tagIn } from '../src/one-time-code.ts'
import { sealReply } from '../src/sealed-reply.ts'
import { parsePayload, payloadOf } from '../src/text.ts'
import { createLexicon, listen, yesNo } from '../src/vietnamese/index.ts'

const OPENERS = ['nối tài khoản', 'liên kết tài khoản', 'kết nối tài khoản']
const phrases = [
  ...OPENERS.map((words) => ({ words, value: 'open' })),
  { words: 'đồng ý nối', value: 'agree' },
  { words: 'đồng ý nối tài khoản', value: 'agree' },
  { words: 'không nối', value: 'refuse' },
  { words: 'không nối tài khoản', value: 'refuse' },
]
const lexicon = createLexicon(phrases)

export const link: Handler = {
  name: 'link',
  version: 1,
  words: phrases.map(({ words }) => words),
  commands: ['noitaikhoan'],
  wants: (message) => startCode(message.start) !== undefined || saidCode(message.text) !== undefined,
  expects(message, { step }) {
    if (step === 'code') return oneTimeCode(message.text) !== undefined
    return yesNo(listen(message.text)) !== undefined
  },
  async handle(turn) {
    const { message, step } = turn
    const payload = parsePayload(message.payload)
    const code = startCode(message.start) ?? saidCode(message.text)
    if (!payload && code) return enterCode(turn, code)
    if (!payload && step) {
      if (step.step === 'code') {
        const typed = oneTimeCode(message.text)
        if (typed) return enterCode(turn, typed)
      } else {
        const answer = yesNo(listen(message.text))
        if (answer) return answer === 'yes' ? ask(turn) : { replies: [{ text: { key: 'link.left' } }] }
      }
    }
    const action = payload?.action ?? lexicon.find(listen(message.text))
    switch (action) {
      case 'make':
        return makeCode(turn)
      case 'enter':
        return { replies: [{ text: { key: 'link.enter' } }], next: { step: 'code' } }
      case 'join':
        return ask(turn)
      case 'leave':
        return { replies: [{ text: { key: 'link.left' } }] }
      case 'agree':
        return join(turn)
      case 'refuse':
        return refuse(turn)
      case undefined:
        if (step) return { replies: await again(turn), next: { step: step.step, data: step.data } }
    }
    return { replies: [INTRO] }
  },
  offerAgain: again,
}

/** A channel as a person calls it. */
export function channelName(channel: string): Text {
  const known = ['telegram', 'zalo', 'zalo-bot', 'web'].includes(channel)
  return known ? { key: `link.channel_${channel.replace('-', '_')}` } : { literal: channel }
}

const choice = (name: string): Button => ({ label: { key: `link.b_${name}` }, payload: payloadOf('link', name) })
const INTRO: Reply = { text: { key: 'link.intro' }, buttons: [choice('make'), choice('enter')] }

async function again({ step, db, now }: Turn): Promise<Reply[]> {
  if (step?.step === 'code') return [{ text: { key: 'link.enter' } }]
  const code = await findLinkCode(db, tagIn(step?.data), now.getTime())
  return code ? [agreement(code)] : [{ text: { key: 'link.wrong' } }]
}

/** This side takes a code. Its links open the other side by themselves. */
async function makeCode(turn: Turn): Promise<Decision> {
  const { contact, about, keys, now } = turn
  const code = randomCode(8, turn.random)
  const links: Array<{ channel: string; url: string }> = [
    ...(about.telegramName ? [{ channel: 'telegram', url: `https://t.me/${about.telegramName}?start=lk-${code}` }] : []),
    ...(about.publicUrl ? [{ channel: 'web', url: `${about.publicUrl}/?start=lk-${code}` }] : []),
  ]
  const buttons = links
    .filter(({ channel }) => channel !== contact.channel)
    .map(({ channel, url }): Button => ({ label: { key: 'link.b_open', params: { channel: channelName(channel) } }, url }))
  return {
    replies: [{ text: { key: 'link.code', params: { code: `${code.slice(0, 4)}-${code.slice(4)}` } }, buttons }],
    writes: makeLinkCode(await keys.tag('link', code), contact.id, contact.addressId, now.getTime()),
  }
}

/** The other side typed a code: five tries in a quarter of an hour, and one answer to every wrong one. */
async function enterCode(turn: Turn, code: string): Promise<Decision> {
  const { contact, db, keys, now } = turn
  if (!(await claimLinkTry(db, await linkTriesTag(keys, contact.id), now.getTime())))
    return { replies: [{ text: { key: 'link.too_many' } }] }
  const found = await findLinkCode(db, await keys.tag('link', code), now.getTime())
  if (!found || (found.asked && found.asked.contactId !== contact.id)) {
    return { replies: [{ text: { key: 'link.wrong' } }], next: { step: 'code' } }
  }
  if (found.contactId === contact.id)
    return { replies: [{ text: { key: found.addressId === contact.addressId ? 'link.own' : 'link.joined_before' } }] }
  if (found.asked) return { replies: [waiting(found)] }
  return { replies: [agreement(found)], next: { step: 'confirm', data: { tag: found.tag } } }
}

function agreement(code: LinkCode): Reply {
  return { text: { key: 'link.confirm', params: { channel: channelName(code.channel) } }, buttons: [choice('join'), choice('leave')] }
}

const waiting = (code: LinkCode): Reply => ({ text: { key: 'link.waiting', params: { channel: channelName(code.channel) } } })

/** The other side agreed: now the side that made the code is asked. */
async function ask(turn: Turn): Promise<Decision> {
  const { contact, step, db, keys, now } = turn
  const code = await findLinkCode(db, tagIn(step?.data), now.getTime())
  if (!code || code.asked || code.contactId === contact.id) return { replies: [{ text: { key: 'link.wrong' } }] }
  const question: Reply = { text: { key: 'link.question', params: { channel: channelName(contact.channel) } } }
  return {
    replies: [waiting(code)],
    writes: [
      askToLink(code.tag, { contactId: contact.id, addressId: contact.addressId }, now.getTime()),
      guard(),
      await tell(keys, code, question, now),
    ],
  }
}

/** The maker agrees too: both become one person, in one commit. */
async function join({ contact, db, keys, now }: Turn): Promise<Decision> {
  const code = await findAskedCode(db, contact.id, now.getTime())
  if (!code?.asked) return { replies: [{ text: { key: 'link.nobody' } }] }
  const { asked } = code
  return {
    replies: [{ text: { key: 'link.done', params: { channel: channelName(asked.channel) } } }],
    writes: [
      useLinkCode(code, now.getTime()),
      guard(),
      stillTheirs(asked.addressId, asked.contactId),
      ...(await joinContacts(db, keys, contact.id, asked.contactId)),
      forgetLinkTries(await linkTriesTag(keys, contact.id)),
      await tell(keys, asked, { text: { key: 'link.done', params: { channel: channelName(contact.channel) } } }, now),
    ],
  }
}

async function refuse({ contact, db, keys, now }: Turn): Promise<Decision> {
  const code = await findAskedCode(db, contact.id, now.getTime())
  if (!code?.asked) return { replies: [{ text: { key: 'link.nobody' } }] }
  return {
    replies: [{ text: { key: 'link.refused' } }],
    writes: [useLinkCode(code, now.getTime()), guard(), await tell(keys, code.asked, { text: { key: 'link.was_refused' } }, now)],
  }
}

/** A reply to the other side, which is not in this turn. */
async function tell(keys: Keys, to: { addressId: string; channel: string; locale: Locale }, reply: Reply, now: Date): Promise<Statement> {
  return enqueueReplies([
    { channel: to.channel, addressId: to.addressId, body: await sealReply(keys, reply, to.locale), at: now.getTime() },
  ])
}

function startCode(start: string | undefined): string | undefined {
  return start?.startsWith('lk-') ? oneTimeCode(start.slice(3)) : undefined
}

/** "nối tài khoản ABCD-2345" */
const saidCode = (text: string) => saidOneTimeCode(text, (words) => lexicon.find(words) === 'open')
