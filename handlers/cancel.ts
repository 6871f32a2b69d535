/**
 * "Hủy": leaves what is under way. Works in any step and while an officer is talking, because a person must always be
 * able to get out. An officer finds their own doors above the menu.
 */
import { findOfficerAt } from '../db/rights.ts'
import type { Handler } from '../src/chat.ts'
import { menuReply, officerDoors } from '../src/menu.ts'

export const cancel: Handler = {
  name: 'cancel',
  version: 1,
  words: ['hủy', 'hủy bỏ', 'thoát', 'quay lại', 'dừng lại', 'cancel'],
  commands: ['huy'],
  urgent: true,
  async handle({ db, contact, now }) {
    const actor = contact.fresh ? undefined : await findOfficerAt(db, contact.id, now)
    if (!actor) return { replies: [menuReply('cancel.done')], drops: true }
    return { replies: [{ ...menuReply('cancel.done_officer'), buttons: officerDoors(actor), officer: true }], drops: true }
  },
}
