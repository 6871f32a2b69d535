/**
 * "Đăng nhập": the one-time link that opens the officers' console, sent to the bound account and to nobody else. It is
 * used up by a button on the page it opens, so that a chat app's preview of it does no harm.
 */
import { recordAct } from '../db/audit.ts'
import { findOfficerAt } from '../db/rights.ts'
import { LINK_MS, newSignInLink } from '../db/sessions.ts'
import { claimTry, triesTag } from '../db/tries.ts'
import type { Handler } from '../src/chat.ts'
import { payloadOf } from '../src/text.ts'
import { timeVi } from '../src/time.ts'

const MENU = { label: { key: 'common.b_menu' }, payload: payloadOf('start', 'menu') }
/** Links an officer may ask for in an hour. */
const MOST = 10
const HOUR_MS = 60 * 60 * 1000

export const signin: Handler = {
  name: 'signin',
  version: 1,
  words: ['đăng nhập', 'mở trang cán bộ', 'trang cán bộ', 'vào trang cán bộ'],
  commands: ['dangnhap'],
  officers: true,
  async handle({ db, keys, contact, now, random, about }) {
    const actor = await findOfficerAt(db, contact.id, now)
    if (!actor) return { replies: [{ text: { key: 'signin.only_officers' }, buttons: [MENU], officer: false }] }
    if (!about.publicUrl) return { replies: [{ text: { key: 'signin.no_address' } }] }
    const at = now.getTime()
    const tag = await triesTag(keys, 'sign-in', actor.officerId)
    if (!(await claimTry(db, tag, { limit: MOST, now: at, until: at + HOUR_MS })))
      return { replies: [{ text: { key: 'signin.too_many' } }] }
    const until = new Date(at + LINK_MS)
    const { path, writes } = await newSignInLink(keys, { officerId: actor.officerId, until, random })
    return {
      replies: [
        {
          text: { key: 'signin.link', params: { until: timeVi(until) } },
          buttons: [{ label: { key: 'signin.b_open' }, url: `${about.publicUrl}${path}` }],
        },
      ],
      writes: [...writes, recordAct(actor, { act: 'session.link' }, now)],
    }
  },
}
