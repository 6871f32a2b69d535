/**
 * "Phản ánh chờ" (F70): an officer without a computer at hand sees how many cases wait and which are due. Numbers, states and
 * days alone: what was reported is read in the console, where the look is recorded, and never stands in a chat.
 */
import { type CaseMark, type CaseRow, listQueue } from '../db/case-desk.ts'
import { findHolidays } from '../db/holidays.ts'
import { deskOf, findOfficerAt } from '../db/rights.ts'
import { isLate, shownDueDay } from '../src/case.ts'
import type { Button, Decision, Handler, Text } from '../src/chat.ts'
import { scopeOf } from '../src/rights.ts'
import { type Payload, parsePayload, payloadOf } from '../src/text.ts'
import { dateVi } from '../src/time.ts'
import { type Holidays, lateDaysOf } from '../src/working-days.ts'

const PAGE = 8

export const caseDesk: Handler = {
  name: 'case',
  version: 1,
  words: ['phản ánh chờ', 'phản ánh đang chờ', 'hàng chờ phản ánh', 'phản ánh chờ xử lý'],
  commands: ['phananhcho'],
  officers: true,
  async handle(turn): Promise<Decision> {
    const actor = await findOfficerAt(turn.db, turn.contact.id, turn.now)
    if (!actor) return { replies: [{ text: { key: 'desk.only_officers' }, buttons: [MENU] }] }
    if (scopeOf(actor, 'case.read').length === 0) return { replies: [{ text: { key: 'desk.forbidden' }, buttons: [MENU] }] }
    const tapped = parsePayload(turn.message.payload)
    const found = await listQueue(deskOf(turn, actor), {}, { after: markIn(tapped), limit: PAGE + 1 })
    const rows = found.slice(0, PAGE)
    const last = rows.at(-1)
    if (!last) return { replies: [{ text: { key: 'case.none_wait' }, buttons: [MENU] }] }
    const holidays = await findHolidays(turn.db, turn.now)
    const list = rows
      .map((row) => lineOf(row, turn.now, holidays))
      .reduce((before, next): Text => ({ key: 'case.line_and', params: { before, next } }))
    const more: Button[] =
      found.length > PAGE ? [{ label: { key: 'common.b_more' }, payload: payloadOf('case', 'more', last.id, stepOf(last)) }] : []
    const { publicUrl } = turn.about
    const door: Button[] = publicUrl ? [{ label: { key: 'case.b_console' }, url: `${publicUrl.replace(/\/$/, '')}/console/cases` }] : []
    return { replies: [{ text: { key: 'case.wait', params: { list } }, buttons: [...more, ...door, MENU] }] }
  },
}

function lineOf(row: CaseRow, now: Date, holidays: Holidays): Text {
  const { number, state, urgency } = row
  const late = isLate(row, lateDaysOf(now, holidays))
  const due: Text =
    row.dueDay === ''
      ? { key: 'case.line_no_due' }
      : { key: late ? 'case.line_late' : 'case.line_due', params: { day: dateVi(shownDueDay(row, holidays)) } }
  return { key: urgency === 'normal' ? 'case.line' : 'case.line_urgent', params: { number, state: { key: `case.state_${state}` }, due } }
}

/** Where the page ended, in a button: rank and day. */
const stepOf = ({ rank, dueDay }: CaseMark): string => `${rank}${dueDay.replaceAll('-', '')}`

function markIn(tapped: Payload | undefined): CaseMark | undefined {
  const [, rank, day = ''] = /^(\d)(\d{8})?$/.exec(tapped?.step ?? '') ?? []
  if (!tapped || rank === undefined) return undefined
  return { rank: Number(rank), dueDay: day.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3'), id: tapped.id }
}

const MENU: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') }
