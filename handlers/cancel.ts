/**
 * "Hủy": leaves what is under way. Works in any step and while an officer is talking, because a person must always be
 * able to get out.
 */
import type { Handler } from '../src/chat.ts'
import { menuReply } from '../src/menu.ts'

export const cancel: Handler = {
  name: 'cancel',
  version: 1,
  words: ['hủy', 'hủy bỏ', 'thoát', 'quay lại', 'dừng lại', 'cancel'],
  commands: ['huy'],
  urgent: true,
  async handle() {
    return { replies: [menuReply('cancel.done')], drops: true }
  },
}
