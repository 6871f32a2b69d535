/**
 * What people ask about the assistant itself before they trust it: who this is, what it costs, who reads along, whether
 * it can tell real from fake (it never does, R6), and a thank-you. Answered at once, because a menu is no answer to these.
 */
import type { Button, Handler, InboundMessage, Reply, Turn } from '../src/chat.ts'
import { menuButtons, menuReply } from '../src/menu.ts'
import { payloadOf } from '../src/text.ts'
import { contains, createLexicon, listen, phrase } from '../src/vietnamese/index.ts'

type Topic = 'who' | 'cost' | 'readers' | 'judge' | 'thanks'

const WORDS: Record<Topic, string> = {
  who: 'bạn là ai, trợ lý là ai, đây là ai, ai đây, ai vậy, bạn tên gì, bạn tên là gì, đây là gì, đây là cái gì, bot là gì, bạn là người hay máy, người hay máy, có phải người thật không',
  cost: 'có mất phí không, mất phí không, có mất tiền không, mất tiền không, có tốn tiền không, tốn tiền không, có miễn phí không, miễn phí không, có tính phí không, phí bao nhiêu',
  readers:
    'ai đọc tin của tôi, ai đọc được tin của tôi, ai đọc tin nhắn, ai đọc được tin nhắn, có ai đọc không, có bị lộ không, có lộ tên không, có an toàn không',
  judge: 'thật hay giả, hàng thật hay giả, hàng này thật hay giả, đây có phải hàng giả không, kiểm tra hàng, kiểm tra hàng giả',
  thanks: 'cảm ơn, cám ơn, cảm ơn bạn, cám ơn bạn, cảm ơn nhiều, thanks, thank you, tạm biệt, bye',
}
/** Inside a short question these say enough. */
const INSIDE: Array<[Topic, string]> = [
  ['readers', 'ai đọc được, ai xem được, ai đọc tin, đọc tin nhắn của tôi'],
  ['judge', 'thật hay giả, giả hay thật, phải hàng giả không, phải hàng thật không, kiểm tra hàng'],
  ['who', 'bạn là ai, trợ lý là ai, bạn tên gì'],
  ['cost', 'mất phí, mất tiền không, tốn tiền không, miễn phí không, tính phí'],
  ['thanks', 'cảm ơn, cám ơn'],
]
const MOST_WORDS = 10

const whole = createLexicon(topics().flatMap((topic) => WORDS[topic].split(', ').map((words) => ({ words, value: topic }))))
const inside = INSIDE.flatMap(([topic, list]) => list.split(', ').map((words) => ({ topic, wanted: phrase(words) })))

export const about: Handler = {
  name: 'about',
  version: 1,
  words: topics().flatMap((topic) => WORDS[topic].split(', ')),
  public: true,
  wants: (message) => message.payload === undefined && topicOf(message) !== undefined,
  async handle(turn) {
    return { replies: [turn.contact.group ? withoutDoors(answer(turn)) : answer(turn)] }
  },
}

function answer({ message, contact, about: { unitName: unit } }: Turn): Reply {
  switch (topicOf(message)) {
    case 'cost':
      return { text: { key: 'about.cost' }, buttons: [MENU] }
    case 'readers': {
      const first = contact.channel === 'zalo' ? { key: 'about.readers_zalo', params: { unit } } : { key: 'about.readers_auto' }
      return { text: { key: 'about.readers', params: { first } }, buttons: [MENU] }
    }
    case 'judge':
      return { text: { key: 'about.judge' }, buttons: [...DOORS, MENU] }
    case 'thanks':
      return menuReply('about.thanks')
    default:
      return menuReply('about.who', { unit })
  }
}

function topicOf({ text }: InboundMessage): Topic | undefined {
  const heard = listen(text)
  if (heard.words.length === 0 || heard.words.length > MOST_WORDS) return undefined
  return whole.find(heard) ?? inside.find(({ wanted }) => contains(heard, wanted))?.topic ?? whole.nearest(heard)
}

/** A group sees the sentence alone: most doors behind it are private. */
const withoutDoors = ({ text }: Reply): Reply => ({ text })

function topics(): Topic[] {
  return Object.keys(WORDS) as Topic[]
}

const DOORS: Button[] = menuButtons.filter((button) => 'payload' in button && /^(report|hotlines):/.test(button.payload))
const MENU: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') }
