/**
 * The first word and the menu: who runs this, what it does, that it is voluntary and what it never asks (F1, R1, R16,
 * R28), then the doors at once. A unit's deep link joins on the way. "Quyền riêng tư" is the notice of §2.4.
 */
import { findOfficerAt } from '../db/rights.ts'
import type { About, Button, Decision, Handler, InboundMessage, Reply, Text, Turn } from '../src/chat.ts'
import { menuButtons, menuReply, officerDoors } from '../src/menu.ts'
import { parsePayload } from '../src/text.ts'
import { createLexicon, listen } from '../src/vietnamese/index.ts'
import { joinByCode } from './unit.ts'

const NOTICE = ['quyền riêng tư', 'riêng tư', 'thông báo quyền riêng tư', 'chính sách riêng tư', 'privacy']
const noticeWords = createLexicon(NOTICE.map((words) => ({ words, value: true })))
/** Doors that show nothing of a person and so may stand in a group. */
const PUBLIC_DOORS = new Set(['library:today:', 'deals:list:', 'hotlines:list:'])

export const start: Handler = {
  name: 'start',
  version: 1,
  words: ['bắt đầu', 'menu', 'danh mục', 'xin chào', 'hi', 'alo', 'chào', 'chào buổi sáng', 'hê lô', 'hello', ...NOTICE],
  commands: ['menu', 'start'],
  public: true,
  greets: true,
  wants: (message) => message.start !== undefined,
  async handle(turn) {
    const { message, contact, about } = turn
    if (asksNotice(message)) return { replies: noticeOf(about, contact.channel) }
    if (contact.group) return { replies: [groupMenu(about)] }
    const intro: Reply[] = contact.fresh ? [introOf(about)] : []
    if (message.start !== undefined) return byCode(turn, message.start, intro)
    const menu = contact.fresh ? menuReply('start.menu') : menuReply('start.again', { unit: about.unitName })
    const actor = contact.fresh ? undefined : await findOfficerAt(turn.db, contact.id, turn.now)
    return { replies: [...intro, actor ? { ...menu, buttons: officerDoors(actor) } : menu] }
  },
}

/** For someone whose first message was something else: who runs this, before the answer. */
export function greet({ about }: Turn): Reply[] {
  return [introOf(about)]
}

const introOf = (about: About): Reply => ({ text: { key: 'start.intro', params: { unit: about.unitName } } })

function asksNotice({ payload, text }: InboundMessage): boolean {
  const tapped = parsePayload(payload)
  if (tapped) return tapped.action === 'notice'
  const heard = listen(text)
  return (noticeWords.find(heard) ?? noticeWords.nearest(heard)) === true
}

/** A deep link's code. Those of two accounts being joined begin with `lk-` and are never a unit's. */
async function byCode(turn: Turn, code: string, intro: Reply[]): Promise<Decision> {
  if (code.startsWith('lk-')) return { replies: [...intro, { text: { key: 'start.link_code' } }] }
  const joined = await joinByCode(turn, code)
  if (!joined) return { replies: [...intro, menuReply('start.code_unknown')] }
  const { reply, writes } = joined
  // A closed unit asks which of its successors; a joined one is confirmed right above the menu, so that digits mean the menu.
  return { replies: [...intro, reply.buttons ? reply : { ...reply, buttons: menuButtons }], writes }
}

/** The minimum notice (§2.4), in three messages because each is one idea. */
function noticeOf({ unitName, dataOfficer, hosting }: About, channel: string): Reply[] {
  const inbox: Text = channel === 'zalo' ? { key: 'start.inbox_zalo', params: { unit: unitName } } : { literal: '' }
  return [
    { text: { key: 'start.notice_why', params: { unit: unitName } } },
    { text: { key: 'start.notice_what', params: { place: { key: `start.place_${hosting}` }, inbox } } },
    {
      text: { key: 'start.notice_rights', params: { officer: dataOfficer } },
      buttons: menuButtons.filter((button) => 'payload' in button && button.payload.startsWith('data:')),
    },
  ]
}

function groupMenu({ unitName, telegramName, publicUrl }: About): Reply {
  const url = telegramName ? `https://t.me/${telegramName}` : publicUrl
  const doors = menuButtons.filter((button) => 'payload' in button && PUBLIC_DOORS.has(button.payload))
  const privately: Button[] = url ? [{ label: { key: 'common.b_private' }, url }] : []
  return { text: { key: 'start.group', params: { unit: unitName } }, buttons: [...doors, ...privately] }
}
