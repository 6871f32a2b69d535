/**
 * The fallback: what was not understood gets the menu and a person. Last in the list.
 */
import type { Handler } from '../src/chat.ts'
import { menuReply } from '../src/menu.ts'

export const help: Handler = {
  name: 'help',
  version: 1,
  words: ['trợ giúp', 'giúp', 'giúp tôi', 'hướng dẫn', 'help'],
  commands: ['trogiup', 'help'],
  public: true,
  async handle({ message }) {
    const asked = message.text === '' && message.attachments.length === 0
    return { replies: [menuReply(asked ? 'help.menu' : 'help.not_understood')] }
  },
}
