/**
 * In a group chat: what belongs to one person is answered with the way to the private chat, so that nobody's units,
 * reports or data are spoken of before others.
 */
import type { Handler } from '../src/chat.ts'

export const privately: Handler = {
  name: 'private',
  version: 1,
  words: [],
  public: true,
  async handle({ about }) {
    const url = about.telegramName ? `https://t.me/${about.telegramName}` : about.publicUrl
    return {
      replies: [{ text: { key: 'common.private_only' }, ...(url ? { buttons: [{ label: { key: 'common.b_private' }, url }] } : {}) }],
    }
  },
}
