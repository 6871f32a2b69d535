/**
 * The fallback, last in the list: the menu, what the bot cannot read, and what was not understood. Of the last it
 * keeps a count without words (db/phrases.ts), so that officers learn what people ask for and nobody is listened to.
 */
import { searchItems } from '../db/item-search.ts'
import { countPhrase } from '../db/phrases.ts'
import type { Attachment, Button, Decision, Handler, Reply, Turn } from '../src/chat.ts'
import { menuButtons, menuReply } from '../src/menu.ts'
import { parsePayload, payloadOf } from '../src/text.ts'
import { dayOf } from '../src/time.ts'
import { createLexicon, type Heard, isDanger, listen, yesNo } from '../src/vietnamese/index.ts'

const WORDS = ['trợ giúp', 'giúp', 'giúp tôi', 'hướng dẫn', 'help']
const COMMANDS = ['trogiup', 'help']
/** A phrase that is counted: at most this many words and letters, no digit. */
const MOST_WORDS = 4
const MOST_LETTERS = 60
const SUGGESTIONS = 3
/** Longer sentences are stories; the library is not searched for them. */
const MOST_ASKED = 12
const LINK = /^(?:https?:\/\/|www\.)\S+$/i

/** @param others the handlers before it, whose words it looks for inside what was not understood */
export function createHelp(others: readonly Handler[]): Handler {
  const own = createLexicon(WORDS.map((words) => ({ words, value: true })))
  const doors = createLexicon(
    others.flatMap(({ name, words }) => {
      const door = DOORS.get(name)
      return door ? words.map((one) => ({ words: one, value: door })) : []
    }),
  )
  return {
    name: 'help',
    version: 1,
    words: WORDS,
    commands: COMMANDS,
    public: true,
    async handle(turn) {
      const { message, contact } = turn
      const heard = listen(message.text)
      if (message.payload !== undefined) {
        return { replies: [menuReply(parsePayload(message.payload)?.handler === 'help' ? 'help.menu' : 'help.button_gone')] }
      }
      if (isCommand(message.text) || own.find(heard) || own.nearest(heard)) return { replies: [menuReply('help.menu')] }
      const [attachment] = message.attachments
      if (attachment) return { replies: [unasked(attachment)] }
      if (message.text === '') return { replies: [menuReply('help.menu')] }
      if (LINK.test(message.text)) return { replies: [unasked({ kind: 'unsupported', what: 'link' })] }
      if (yesNo(heard)) return { replies: [menuReply('help.ready')] }
      // 115 was said above, or a moment ago: "not understood" below it would leave a frightened person alone.
      if (isDanger(heard)) return { replies: [{ text: { key: 'help.after_danger' }, buttons: [HOTLINES, REPORT, MENU] }] }
      const meant = doors.within(heard).slice(0, SUGGESTIONS)
      const read = contact.group ? [] : await itemsAbout(turn, heard, SUGGESTIONS - meant.length)
      const buttons = [...new Set([...meant, ...read, OFFICER, MENU])]
      const reply: Reply = meant.length + read.length > 0 ? { text: { key: 'help.did_you_mean' }, buttons } : NOT_UNDERSTOOD
      return { replies: [reply], ...(contact.group ? {} : await counted(turn, heard)) }
    },
  }
}

const OFFICER: Button = { label: { key: 'common.b_officer' }, payload: payloadOf('officer', 'start') }
const MENU: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') }
const REPORT: Button = { label: { key: 'menu.report' }, payload: payloadOf('report', 'start') }
const HOTLINES: Button = { label: { key: 'menu.hotlines' }, payload: payloadOf('hotlines', 'list') }
const NEAR: Button = { label: { key: 'help.b_deals_near' }, payload: payloadOf('deals', 'near') }
const RIGHTS: Button = { label: { key: 'hotlines.b_rights' }, payload: payloadOf('rights', 'menu') }
const CHECK: Button = { label: { key: 'check.command' }, payload: payloadOf('check', 'open') }
const OPINION: Button = { label: { key: 'opinion.b_door' }, payload: payloadOf('opinion', 'start') }
const WARNING: Button = { label: { key: 'warning.b_door' }, payload: payloadOf('warning', 'list') }
const NOT_UNDERSTOOD = menuReply('help.not_understood')

/** The button that opens each handler: one door a handler. */
const DOORS = new Map(
  [...menuButtons, RIGHTS, OFFICER, CHECK, OPINION, WARNING].flatMap((button) =>
    'payload' in button ? [[button.payload.split(':')[0] ?? '', button] as const] : [],
  ),
)

const isCommand = (text: string) => COMMANDS.some((command) => new RegExp(`^/${command}(\\s|$)`, 'i').test(text))

/** A picture, a place or something unreadable that no step asked for: said what can be done with it; nothing is kept. */
function unasked(attachment: Attachment): Reply {
  if (attachment.kind === 'photo') return { text: { key: 'help.photo' }, buttons: [REPORT, MENU] }
  if (attachment.kind === 'location') return { text: { key: 'help.location' }, buttons: [NEAR, HOTLINES, MENU] }
  if (attachment.what === 'link') return { text: { key: 'help.link' }, buttons: [REPORT, MENU] }
  return { text: { key: `help.${attachment.what}` }, buttons: [MENU] }
}

/** What the library has about all that was asked. One syllable is rarely a word, so it takes two. */
async function itemsAbout({ db, now, message }: Turn, { words }: Heard, most: number): Promise<Button[]> {
  if (most <= 0 || words.length < 2 || words.length > MOST_ASKED) return []
  const { rows, match } = await searchItems(db, message.text, dayOf(now))
  if (match !== 'exact') return []
  return rows.slice(0, most).map(({ id, title }) => ({ label: { literal: title }, payload: payloadOf('library', 'item', id) }))
}

async function counted({ message, contact, keys, now }: Turn, heard: Heard): Promise<Pick<Decision, 'writes'>> {
  const { words, folded } = heard
  const short = words.length > 0 && words.length <= MOST_WORDS && folded.length <= MOST_LETTERS
  if (!short || /\p{N}/u.test(message.text) || message.text.startsWith('/')) return {}
  return { writes: await countPhrase(keys, { folded, text: words.join(' '), contactId: contact.id, now }) }
}
