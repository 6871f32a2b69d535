/**
 * The last step: the draft becomes a case, in the turn's one commit. Number and receipt are drawn here; a number that
 * is taken fails the commit and the turn is decided again with new chance. Afterwards the session keeps nothing.
 */

import { listLinks } from '../../db/case-links.ts'
import { openCase } from '../../db/cases.ts'
import { guard } from '../../db/client.ts'
import { findHolidays } from '../../db/holidays.ts'
import { findDesk } from '../../db/inquiries.ts'
import { addTries, countTries, triesTag } from '../../db/tries.ts'
import { spendWork } from '../../db/work.ts'
import { lookDayOf, type Report } from '../../src/case.ts'
import type { Button, Decision, Reply, Turn } from '../../src/chat.ts'
import { randomCode } from '../../src/keys.ts'
import { payloadOf } from '../../src/text.ts'
import { addDays, dateVi, dayNumber, dayOf, monthOf, vietnamInstant } from '../../src/time.ts'
import { isDanger, listen } from '../../src/vietnamese/index.ts'
import type { Holidays } from '../../src/working-days.ts'
import type { Draft } from './draft.ts'
import { findReceivers } from './receivers.ts'

/** Reports of one person on one day in Vietnam (R10). */
const MAX_A_DAY = 5
/** Days from a Friday to its next working day. */
const WEEKEND = 3

/** None that is read as a digit. */
const LETTERS = 'ABCDEGHKMNPRTVXY'

const MENU: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') }

/** Why it is not filed now; the draft stays as it is. `enough`: today's reports are used up. `wait`: proof of work is missing. */
export type NotYet = 'enough' | 'wait'

export async function fileReport(turn: Turn, draft: Draft, mayReply: boolean): Promise<Decision | NotYet> {
  const { contact, keys, db, now } = turn
  const tag = await triesTag(keys, 'filing', contact.id)
  if ((await countTries(db, tag, now.getTime())) >= MAX_A_DAY) return 'enough'
  const work = await spendWork(turn)
  if (!work) return 'wait'

  const receivers = await findReceivers(turn)
  const receiver = draft.above && receivers?.above ? receivers.above : receivers?.own
  const number = `PA-${monthOf(now).slice(2).replace('-', '')}-${randomCode(4, turn.random)}`
  const receipt = `${number}-${randomCode(4, turn.random)}-${randomCode(4, turn.random)}`
  const named = contact.age === 'adult' && contact.consents.named_report && draft.name !== undefined
  const holidays = await findHolidays(db, now)
  const opened = await openCase(keys, {
    id: turn.id(),
    eventId: turn.id(),
    number,
    receipt,
    report: reportOf(draft),
    danger: draft.health === 'ill' || [draft.signs, draft.note].some((text) => isDanger(listen(text ?? ''))),
    unitId: receiver?.id ?? null,
    ...(draft.above && receivers?.above ? { keptFrom: receivers.own.id } : {}),
    photos: draft.photos,
    ...(named
      ? { identity: { told: { name: draft.name ?? '', ...(draft.phone ? { phone: draft.phone } : {}) }, contactId: contact.id } }
      : {}),
    ...(mayReply ? { replyTo: { contactId: contact.id, addressId: contact.addressId, word: await freeWord(turn) } } : {}),
    holidays,
    now,
  })
  // Nobody is promised a reader whom this deployment does not have yet (R11).
  const desk = await findDesk(db, contact.unitId, dayOf(now))
  const until = vietnamInstant(addDays(dayOf(now), 1), 0).getTime()
  return {
    replies: [
      desk ? filedOf(receiver?.name ?? turn.about.unitName, now, holidays) : { text: { key: 'report.filed_nobody' } },
      { text: { literal: receipt } },
      // The menu's eight doors would push the receipt out of sight.
      { text: { key: mayReply ? 'report.keep_linked' : 'report.keep', params: { number } }, buttons: [MENU] },
    ],
    writes: [addTries(tag, { n: 1, limit: MAX_A_DAY, now: now.getTime(), until }), guard(), ...work, ...opened],
  }
}

/** When it is looked at; over a holiday by its date, because "a working day" would be a week away. */
function filedOf(unit: string, now: Date, holidays: Holidays): Reply {
  const day = lookDayOf('normal', now, holidays)
  const far = dayNumber(day) - dayNumber(dayOf(now)) > WEEKEND
  return { text: far ? { key: 'report.filed_by', params: { unit, day: dateVi(day) } } : { key: 'report.filed', params: { unit } } }
}

function reportOf({ kind, signs, place, spot, time, health, note }: Draft): Report {
  return {
    kind: kind ?? 'unsure',
    signs: signs ?? '',
    ...(place ? { place } : {}),
    ...(spot ? { spot: spot.exact ? spot : nearby(spot) } : {}),
    ...(time ? { time } : {}),
    ...(health ? { health } : {}),
    ...(note ? { note } : {}),
  }
}

/** A word that none of the person's other reports has, as far as there is one. */
async function freeWord(turn: Turn): Promise<string> {
  const taken = new Set((await listLinks(turn.db, turn.keys, turn.contact.id)).map(({ word }) => word))
  for (let tries = 0; tries < 20; tries++) {
    const word = shortWord(turn)
    if (!taken.has(word)) return word
  }
  return shortWord(turn)
}

/** A letter and a digit: what the person types to read what is new ("xem K7"). */
function shortWord({ random }: Turn): string {
  return `${LETTERS[Math.floor(random() * LETTERS.length)]}${2 + Math.floor(random() * 8)}`
}

/** Two decimals are about a kilometre: enough to find the district, too coarse to find a person. */
export function nearby({ latitude, longitude }: { latitude: number; longitude: number }) {
  return { latitude: Math.round(latitude * 100) / 100, longitude: Math.round(longitude * 100) / 100, exact: false }
}
