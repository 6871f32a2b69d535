/**
 * Vietnamese or English. The answer is rendered in the language from before, so its two sentences stand in both files
 * in the language they speak of.
 */
import { updateContact } from '../db/contacts.ts'
import type { Handler, Locale } from '../src/chat.ts'
import { createLexicon, listen } from '../src/vietnamese/index.ts'

const WORDS: Record<Locale, string[]> = {
  vi: ['tiếng việt', 'vietnamese'],
  en: ['english', 'tiếng anh'],
}
const languages = createLexicon((['vi', 'en'] as const).flatMap((value) => WORDS[value].map((words) => ({ words, value }))))

export const language: Handler = {
  name: 'language',
  version: 1,
  words: [...WORDS.vi, ...WORDS.en],
  async handle({ message, contact }) {
    const heard = listen(message.text)
    const wanted = languages.find(heard) ?? languages.nearest(heard)
    if (!wanted) return { replies: [{ text: { key: 'language.choose' } }] }
    const writes = wanted === contact.locale ? [] : [updateContact(contact.id, { locale: wanted })]
    return { replies: [{ text: { key: `language.now_${wanted}` } }], writes }
  },
}
