/**
 * "Tin này có thật không?" (R16): the code under a message answers whether this system sent it, so that a person can tell
 * an imitator from their union. Only what has really left is confirmed; the first words are shown, because a real code may
 * stand under a changed text.
 */
import { findBroadcastByCode, type OwnedBroadcast } from '../db/broadcasts.ts'
import { codeWritten } from '../src/campaign.ts'
import type { Button, Decision, Handler, Reply, Text, Turn } from '../src/chat.ts'
import { menuButtons } from '../src/menu.ts'
import { parsePayload, payloadOf } from '../src/text.ts'
import { dateVi, dayOf } from '../src/time.ts'
import { codeLetters, createLexicon, listen } from '../src/vietnamese/index.ts'

const WORDS = [
  'tin này có thật không',
  'tin này thật không',
  'tin này có đúng không',
  'tin nhắn này có thật không',
  'kiểm tra tin',
  'kiểm tra tin nhắn',
  'tin có thật của công đoàn không',
  'tin này có phải của công đoàn không',
  'mã tin',
]
const lexicon = createLexicon(WORDS.map((words) => ({ words, value: true })))
/** Characters of the text shown. */
const FIRST = 160

export const check: Handler = {
  name: 'check',
  version: 1,
  words: WORDS,
  commands: ['kiemtratin'],
  public: true,
  wants: ({ payload, text }) => payload === undefined && codeIn(text) !== undefined,
  expects: ({ text }) => (codeIn(text) ?? bareCode(text)) !== undefined,
  async handle(turn) {
    const { message, contact, step } = turn
    const tapped = parsePayload(message.payload) !== undefined
    const code = tapped ? undefined : (codeIn(message.text) ?? (step ? bareCode(message.text) : undefined))
    if (code) return answer(turn, code)
    if (contact.group) return { replies: [{ text: { key: 'check.ask_group' } }] }
    const opens = tapped || !step || message.text.startsWith('/') || lexicon.find(listen(message.text))
    return { replies: [{ text: { key: opens ? 'check.ask' : 'check.not_a_code' }, buttons: [CANCEL] }], next: { step: 'code' } }
  },
  async offerAgain() {
    return [{ text: { key: 'check.ask' }, buttons: [CANCEL] }]
  },
}

async function answer({ contact, db }: Turn, code: string): Promise<Decision> {
  const run = await findBroadcastByCode(db, code)
  const doors = contact.group ? HOTLINES : [OFFICER, ...HOTLINES]
  const reply = (text: Text, buttons: Button[] = doors): Decision => ({
    replies: [{ text, ...(buttons.length > 0 ? { buttons } : {}) } satisfies Reply],
  })
  if (!run?.startedAt || !STARTED.has(run.state)) return reply({ key: 'check.unknown', params: { code: codeWritten(code) } })
  const unit = run.message.unitName
  if (run.state === 'cancelling' || run.state === 'cancelled') return reply({ key: 'check.stopped', params: { unit } })
  const params = { unit, day: dateVi(dayOf(run.startedAt)), words: firstWords(run) }
  return reply({ key: 'check.real', params }, contact.group ? [] : [MENU])
}

const STARTED = new Set<OwnedBroadcast['state']>(['sending', 'paused', 'done', 'cancelling', 'cancelled'])

/** What the message begins with; of a library item or a question its own first line. */
function firstWords({ message: { label, body } }: OwnedBroadcast): string {
  const { vi } = body
  const own = 'literal' in vi ? vi.literal : (vi.params?.title ?? vi.params?.text)
  const text = `${label ? `${label} ` : ''}${typeof own === 'string' ? own : ''}`.replace(/\s+/g, ' ')
  return text.length <= FIRST ? text : `${text.slice(0, text.lastIndexOf(' ', FIRST) > 0 ? text.lastIndexOf(' ', FIRST) : FIRST)}…`
}

// "mã tin K7Q3-4T2M" · "kiểm tra tin k7q34t2m" · a whole message pasted, with its last lines "… · mã tin K7Q3-4T2M"
const SAID = /(?:ma tin|kiem tra tin(?: nhan)?|message code)\s*:?\s*([0-9a-z]{4})([\s\p{Pd}]?)([0-9a-z]{4})(?![0-9a-z])/iu
const BARE = /^([0-9a-z]{4})([\s\p{Pd}]?)([0-9a-z]{4})$/iu
/** Of a message that was pasted whole, the code stands near the end. */
const MOST = 4000

function codeIn(text: string): string | undefined {
  return codeOf(SAID.exec(plain(text.slice(-MOST))))
}

function bareCode(text: string): string | undefined {
  return codeOf(BARE.exec(text.slice(0, 40).trim()))
}

/** Two words of four letters are words ("mã tin nhan duoc"): a code written so has a digit. */
function codeOf(match: RegExpExecArray | null): string | undefined {
  if (!match) return undefined
  const code = `${match[1]}${match[3]}`
  return !/\s/.test(match[2] ?? '') || /\d/.test(code) ? codeLetters(code) : undefined
}

/** Without accents, with its dashes: `fold` takes those away. */
const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/giu, 'd')

const OFFICER: Button = { label: { key: 'common.b_officer' }, payload: payloadOf('officer', 'start') }
const HOTLINES: Button[] = menuButtons.filter((button) => 'payload' in button && button.payload.startsWith('hotlines:'))
const CANCEL: Button = { label: { key: 'common.b_cancel' }, payload: payloadOf('cancel', 'now') }
const MENU: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') }
