/**
 * "Dữ liệu của tôi" (F7): view, copy, correct, withdraw, each done in the chat at once and each with its row in the
 * request log. Erasing is a handler of its own, because it must work in any step.
 */
import { recordConsent } from '../../db/consents.ts'
import { type RequestKind, recordRequest } from '../../db/data-requests.ts'
import type { Button, Decision, Handler, InboundMessage, Purpose, Statement, Turn } from '../../src/chat.ts'
import { parsePayload, payloadOf } from '../../src/text.ts'
import { createLexicon, listen } from '../../src/vietnamese/index.ts'
import { askName, correct, correctMenu, dropName, nameOf, setName } from './correct.ts'
import { copyOf, PURPOSES, viewOf } from './view.ts'

const phrases = [
  ...['dữ liệu của tôi', 'dữ liệu cá nhân', 'dữ liệu của em', 'dữ liệu của mình'].map((words) => ({ words, value: 'open' })),
  ...['bản sao', 'nhận bản sao', 'bản sao dữ liệu'].map((words) => ({ words, value: 'copy' })),
  ...['rút đồng ý', 'rút lại đồng ý'].map((words) => ({ words, value: 'withdraw' })),
  ...['giữ dữ liệu', 'giữ lại dữ liệu'].map((words) => ({ words, value: 'keep' })),
]
const lexicon = createLexicon(phrases)
/** What is no name even when the name step asks: the ways out, and what must always work (§4.6). */
const ways = createLexicon(
  [
    'hủy, hủy bỏ, thoát, quay lại, dừng lại, bỏ qua, thôi, cancel, menu, danh mục, trợ giúp, help',
    'ngừng nhận tin, hủy nhận tin, từ chối, tắt tin, stop, unsubscribe, xóa dữ liệu, xóa dữ liệu của tôi, xóa hết, xóa tài khoản',
  ].flatMap((list) => list.split(', ').map((words) => ({ words, value: true }))),
)

export const data: Handler = {
  name: 'data',
  version: 1,
  words: phrases.map(({ words }) => words),
  commands: ['dulieu'],
  /** A name written as names are, so that "Phan Anh" is not taken for phản ánh. */
  expects: (message) => isCapitalized(message.text) && nameOf(message.text) !== undefined && !ways.find(listen(message.text)),
  async handle(turn) {
    const { message, step } = turn
    const payload = parsePayload(message.payload)
    const action = payload?.action ?? spoken(message)
    const value = payload?.id ?? ''
    switch (action) {
      case 'copy':
        return copy(turn)
      case 'correct':
        return { replies: [correctMenu(turn)] }
      case 'kind':
      case 'age':
      case 'call':
        return correct(turn, action, value)
      case 'name':
        return askName(turn)
      case 'drop_name':
        return dropName(turn)
      case 'withdraw':
        return withdraw(turn, value)
      case 'keep':
        return { replies: [{ text: { key: 'data.kept' }, buttons: [VIEW] }] }
      case undefined:
        return step?.step === 'name' ? setName(turn) : view(turn)
      default:
        return view(turn)
    }
  },
  offerAgain: async () => [{ text: { key: 'data.ask_name' } }],
}

const VIEW: Button = { label: { key: 'data.b_view' }, payload: payloadOf('data', 'open') }

function spoken({ text }: InboundMessage): string | undefined {
  const heard = listen(text)
  return lexicon.find(heard) ?? lexicon.nearest(heard)
}

function isCapitalized(text: string): boolean {
  return text !== '' && text.split(/\s+/).every((word) => /^\p{Lu}/u.test(word))
}

const MENU: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') }

async function view(turn: Turn): Promise<Decision> {
  const text = await viewOf(turn)
  if (!text) return { replies: [{ text: { key: 'data.nothing' }, buttons: [MENU] }] }
  const button = (name: string): Button => ({ label: { key: `data.b_${name}` }, payload: payloadOf('data', name) })
  const buttons: Button[] = [
    button('copy'),
    button('correct'),
    button('withdraw'),
    { label: { key: 'data.b_erase' }, payload: payloadOf('erase', 'ask') },
    { label: { key: 'data.b_link' }, payload: payloadOf('link', 'open') },
  ]
  return { replies: [{ text }, { text: { key: 'data.not_kept' }, buttons }], writes: [await logged(turn, 'view')] }
}

async function copy(turn: Turn): Promise<Decision> {
  const text = await copyOf(turn)
  if (!text) return { replies: [{ text: { key: 'data.nothing' }, buttons: [MENU] }] }
  const document = { name: 'du-lieu-cua-toi.txt', mime: 'text/plain; charset=utf-8', text }
  return { replies: [{ text: { key: 'data.copy_ready' }, document }], writes: [await logged(turn, 'copy')] }
}

/** Without a purpose: which ones were agreed to. With one: it ends now. */
async function withdraw(turn: Turn, value: string): Promise<Decision> {
  const given = PURPOSES.filter((purpose) => turn.contact.consents[purpose])
  const ended = PURPOSES.find((purpose) => purpose === value)
  if (ended && given.includes(ended)) {
    const rest = given.filter((purpose) => purpose !== ended)
    return {
      replies: [
        {
          text: { key: 'data.withdrawn', params: { purpose: { key: `data.purpose_${ended}` } } },
          buttons: [...rest.map(withdrawButton), VIEW],
        },
      ],
      writes: [...(await recordConsent(turn, ended, 'withdrawn')), await logged(turn, 'withdraw')],
    }
  }
  if (given.length === 0) return { replies: [{ text: { key: 'data.nothing_given' }, buttons: [VIEW] }] }
  return { replies: [{ text: { key: ended ? 'data.not_given' : 'data.which' }, buttons: given.map(withdrawButton) }] }
}

function withdrawButton(purpose: Purpose): Button {
  return { label: { key: `data.purpose_${purpose}` }, payload: payloadOf('data', 'withdraw', purpose) }
}

function logged(turn: Turn, kind: RequestKind): Promise<Statement> {
  return recordRequest(turn, { id: turn.id(), contactId: turn.contact.id, kind, now: turn.now })
}
