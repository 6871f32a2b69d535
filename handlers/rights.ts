/**
 * What a buyer may ask for (F38): the law in short, what to keep, how to ask, four ways to settle, a letter to copy.
 * Every page names its source and that it is for information only (R17).
 */
import type { Button, Handler } from '../src/chat.ts'
import { parsePayload, payloadOf } from '../src/text.ts'
import { createLexicon, listen } from '../src/vietnamese/index.ts'

const PAGES = ['list', 'keep', 'exchange', 'settle', 'letter'] as const
type Page = (typeof PAGES)[number]

/** A word that names one page opens that page. */
const WORDS: Record<string, Page | 'menu'> = {
  quyền: 'menu',
  'quyền lợi': 'menu',
  'quyền người tiêu dùng': 'menu',
  'quyền của tôi': 'menu',
  'đổi trả': 'exchange',
  'đổi hàng': 'exchange',
  'trả hàng': 'exchange',
  'bồi thường': 'exchange',
  'khiếu nại mua hàng': 'settle',
}

const lexicon = createLexicon(Object.entries(WORDS).map(([words, value]) => ({ words, value })))

export const rights: Handler = {
  name: 'rights',
  version: 1,
  words: Object.keys(WORDS),
  public: true,
  async handle({ message }) {
    const heard = listen(message.text)
    const asked = message.payload ? parsePayload(message.payload)?.action : (lexicon.find(heard) ?? lexicon.nearest(heard))
    const page = PAGES.find((one) => one === asked)
    if (!page) return { replies: [{ text: { key: 'rights.menu' }, buttons: buttonsBut() }] }
    const text = { key: 'rights.with_source', params: { text: { key: `rights.${page}` }, source: { key: 'rights.source' } } }
    return { replies: [{ text, buttons: buttonsBut(page) }], useful: true }
  },
}

function buttonsBut(page?: Page): Button[] {
  return [
    ...PAGES.filter((one) => one !== page).map((one) => ({ label: { key: `rights.b_${one}` }, payload: payloadOf('rights', one) })),
    { label: { key: 'menu.hotlines' }, payload: payloadOf('hotlines', 'list') },
    { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') },
  ]
}
