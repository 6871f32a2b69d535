/**
 * "Đơn vị": finding, joining, changing and leaving a unit (F3). Any name a unit ever had finds it; an old name leads to
 * what took its place (R22). A code joins at once. Nobody has to choose one.
 */
import { updateContact } from '../db/contacts.ts'
import { findUnit, findUnitByCode, joinUnit, listSuccessors, searchUnits, type Unit } from '../db/units.ts'
import type { Button, Decision, Handler, MemberKind, Reply, Statement, Text, Turn } from '../src/chat.ts'
import { menuButtons } from '../src/menu.ts'
import { type Payload, parsePayload, payloadOf } from '../src/text.ts'
import { dayOf } from '../src/time.ts'
import { createLexicon, fold, type Heard, listen, yesNo } from '../src/vietnamese/index.ts'

const PAGE = 6
const OPEN = ['đơn vị', 'đổi đơn vị', 'chọn đơn vị', 'tìm đơn vị', 'đơn vị của tôi', 'vào đơn vị']
const LEAVE = ['rời đơn vị', 'ra khỏi đơn vị', 'thoát đơn vị', 'bỏ đơn vị']
/** A join code: 6 of A–Z without I, L, O and of 2–9. */
const CODE = /^[A-HJKMNP-Z2-9]{6}$/i
const own = createLexicon([
  ...OPEN.map((words) => ({ words, value: 'open' as const })),
  ...LEAVE.map((words) => ({ words, value: 'leave' as const })),
])

export const unit: Handler = {
  name: 'unit',
  version: 1,
  words: [...OPEN, ...LEAVE],
  commands: ['donvi'],
  // Outside the search a code must show itself as one: six letters alone are a word.
  wants: ({ text }) => CODE.test(text) && /\d/.test(text) && /[a-z]/i.test(text),
  expects: ({ text }, step) => step.step === 'kind' && kindOf(listen(text)) !== undefined,
  async handle(turn) {
    const { message, step } = turn
    const payload = parsePayload(message.payload)
    if (payload) return tapped(turn, payload)
    const said = own.find(listen(message.text))
    if (said === 'leave') return leave(turn)
    if (said === undefined && step?.step === 'kind') return setKind(turn, kindOf(listen(message.text)))
    if (said === undefined && (step || CODE.test(message.text)) && message.text !== '') return lookUp(turn, message.text)
    return open(turn)
  },
  async offerAgain({ step }) {
    return [step?.step === 'kind' ? askKind() : { text: { key: 'unit.again' } }]
  },
}

/** Joins by a code that was typed or came with a link. Undefined when no unit has it. */
export async function joinByCode(turn: Turn, code: string): Promise<{ reply: Reply; writes: Statement[] } | undefined> {
  const found = CODE.test(code) ? await findUnitByCode(turn.db, code, dayOf(turn.now)) : undefined
  if (!found) return undefined
  if (found.closed) return { reply: await formerReply(turn, found), writes: [] }
  const name = nameOf(found)
  if (turn.contact.unitId === found.id) return { reply: { text: { key: 'unit.already', params: { unit: name } } }, writes: [] }
  return { reply: { text: { key: 'unit.joined', params: { unit: name } } }, writes: [joinUnit(turn.contact.id, found.id)] }
}

async function tapped(turn: Turn, { action, id }: Payload): Promise<Decision> {
  if (action === 'pick') return pick(turn, id)
  if (action === 'more') return more(turn, id)
  if (action === 'leave') return leave(turn)
  if (action === 'kind') return setKind(turn, id === 'skip' ? 'skip' : KINDS.find((kind) => kind === id))
  return open(turn)
}

/** Where the person is now, and the question for a name. */
async function open(turn: Turn): Promise<Decision> {
  const { contact, db, now } = turn
  const current = contact.unitId ? await findUnit(db, contact.unitId, dayOf(now)) : undefined
  if (!current) return { replies: [{ text: { key: 'unit.open' }, buttons: [CANCEL] }], next: SEARCH }
  if (current.closed) return { replies: [await formerReply(turn, current)], next: SEARCH }
  const params = { unit: nameOf(current), above: { literal: current.parentName ?? '' } }
  const key = current.parentName === null ? 'unit.current' : 'unit.current_under'
  return { replies: [{ text: { key, params }, buttons: [LEAVE_BUTTON, MENU] }], next: SEARCH }
}

/** A code first, then a name: as typed, then as it reads with Telex or VNI keys written out. */
async function lookUp(turn: Turn, text: string): Promise<Decision> {
  const { db, now, contact } = turn
  if (CODE.test(text)) {
    const joined = await joinByCode(turn, text)
    if (joined) return afterJoin(turn, joined.reply, joined.writes)
  }
  const queries = new Set([fold(text.slice(0, 200)), ...listen(text.slice(0, 200)).readings.map(({ key }) => key)])
  for (const query of queries) {
    const found = await searchUnits(db, query, { day: dayOf(now), after: '', limit: PAGE + 1 })
    if (found.length > 0) return { replies: [results(found, contact.locale)], next: { step: 'search', data: { query } } }
  }
  return { replies: [{ text: { key: 'unit.none' }, buttons: [CANCEL] }], next: SEARCH }
}

/** The next page. The words searched for stand in the open step; without it the search begins again. */
async function more(turn: Turn, after: string): Promise<Decision> {
  const { query } = (turn.step?.data ?? {}) as { query?: unknown }
  if (typeof query !== 'string') return open(turn)
  const found = await searchUnits(turn.db, query, { day: dayOf(turn.now), after, limit: PAGE + 1 })
  const next = { step: 'search', data: { query } }
  return found.length > 0
    ? { replies: [results(found, turn.contact.locale)], next }
    : { replies: [{ text: { key: 'unit.no_more' } }], next }
}

async function pick(turn: Turn, id: string): Promise<Decision> {
  const { db, now, contact } = turn
  const found = await findUnit(db, id, dayOf(now))
  if (!found) return { replies: [{ text: { key: 'unit.gone' } }], next: SEARCH }
  if (found.closed) return { replies: [await formerReply(turn, found)], next: SEARCH }
  const params = { unit: nameOf(found) }
  if (contact.unitId === id) return afterJoin(turn, { text: { key: 'unit.already', params } }, [])
  return afterJoin(turn, { text: { key: 'unit.joined', params } }, [joinUnit(contact.id, id)])
}

/** The kind of member is asked with the first unit, once. */
function afterJoin({ contact }: Turn, reply: Reply, writes: Statement[]): Decision {
  if (reply.buttons) return { replies: [reply], writes, next: SEARCH }
  if (contact.memberKind === null && contact.unitId === null && writes.length > 0) {
    return { replies: [reply, askKind()], writes, next: { step: 'kind' } }
  }
  return { replies: [{ ...reply, buttons: [LEAVE_BUTTON, MENU] }], writes }
}

function setKind({ contact }: Turn, kind: MemberKind | 'skip' | undefined): Decision {
  if (kind === undefined) return { replies: [askKind()], next: { step: 'kind' } }
  if (kind === 'skip') return { replies: [{ text: { key: 'unit.kind_skipped' }, buttons: menuButtons }] }
  const reply: Reply = { text: { key: 'unit.kind_kept', params: { kind: { key: `unit.b_${kind}` } } }, buttons: menuButtons }
  return { replies: [reply], writes: kind === contact.memberKind ? [] : [updateContact(contact.id, { memberKind: kind })] }
}

/** At once, with the way back beside it. */
async function leave({ contact, db, now }: Turn): Promise<Decision> {
  const choose: Button = { label: { key: 'unit.b_choose' }, payload: payloadOf('unit', 'open') }
  if (!contact.unitId) return { replies: [{ text: { key: 'unit.not_in' }, buttons: [choose, MENU] }] }
  const left = await findUnit(db, contact.unitId, dayOf(now))
  const back: Button[] = left && !left.closed ? [{ label: { key: 'unit.b_rejoin' }, payload: payloadOf('unit', 'pick', left.id) }] : []
  const text: Text = left ? { key: 'unit.left', params: { unit: nameOf(left) } } : { key: 'unit.left_gone' }
  return { replies: [{ text, buttons: [...back, choose, MENU] }], writes: [updateContact(contact.id, { unitId: null })] }
}

/** "Tên cũ, nay là": what took a closed unit's place. */
async function formerReply({ db, now, contact }: Turn, former: Unit): Promise<Reply> {
  const heirs = await listSuccessors(db, former.id, dayOf(now))
  const params = { unit: { literal: former.name }, note: { literal: former.note ?? '' } }
  if (heirs.length === 0) return { text: { key: 'unit.former_none', params } }
  return { text: { key: 'unit.former', params }, buttons: heirs.map((heir) => choiceOf(heir, contact.locale)) }
}

function results(found: Unit[], locale: 'vi' | 'en'): Reply {
  const shown = found.slice(0, PAGE)
  const last = shown.at(-1)
  const rest: Button[] =
    found.length > PAGE && last ? [{ label: { key: 'common.b_more' }, payload: payloadOf('unit', 'more', last.id) }] : []
  return { text: { key: 'unit.found' }, buttons: [...shown.map((one) => choiceOf(one, locale)), ...rest] }
}

/** Name first, then what stands above it and its level, so that equal names are told apart. */
function choiceOf(one: Unit, locale: 'vi' | 'en'): Button {
  const name = nameOf({ ...one, name: one.shortName ?? one.name })
  const rest = [one.parentName, one.level?.[locale]].filter((part) => part !== null && part !== undefined).join(' · ')
  const label: Text = rest === '' ? name : { key: 'unit.label', params: { unit: name, rest: { literal: rest } } }
  return { label, payload: payloadOf('unit', 'pick', one.id) }
}

function nameOf({ name, closed, sample }: Unit): Text {
  if (closed) return { key: 'unit.former_name', params: { unit: { literal: name } } }
  return sample && !name.includes('(mẫu)') ? { key: 'unit.sample_name', params: { unit: { literal: name } } } : { literal: name }
}

function askKind(): Reply {
  const kinds = KINDS.map((kind): Button => ({ label: { key: `unit.b_${kind}` }, payload: payloadOf('unit', 'kind', kind) }))
  return {
    text: { key: 'unit.ask_kind' },
    buttons: [...kinds, { label: { key: 'common.b_skip' }, payload: payloadOf('unit', 'kind', 'skip') }],
  }
}

const KINDS: readonly MemberKind[] = ['cong_doan', 'thanh_nien', 'hoi_vien', 'nguoi_dan']
const SEARCH = { step: 'search', data: {} }
const LEAVE_BUTTON: Button = { label: { key: 'unit.b_leave' }, payload: payloadOf('unit', 'leave') }
const MENU: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('start', 'menu') }
const CANCEL: Button = { label: { key: 'common.b_cancel' }, payload: payloadOf('cancel', 'now') }

const kinds = createLexicon<MemberKind | 'skip'>([
  ...['đoàn viên công đoàn', 'công đoàn', 'công đoàn viên'].map((words) => ({ words, value: 'cong_doan' as const })),
  ...['đoàn viên thanh niên', 'thanh niên', 'đoàn thanh niên'].map((words) => ({ words, value: 'thanh_nien' as const })),
  ...['hội viên', 'hội viên hội bảo vệ người tiêu dùng'].map((words) => ({ words, value: 'hoi_vien' as const })),
  ...['người dân', 'dân'].map((words) => ({ words, value: 'nguoi_dan' as const })),
  ...['bỏ qua', 'không trả lời'].map((words) => ({ words, value: 'skip' as const })),
])

/** Any plain refusal skips. */
function kindOf(heard: Heard): MemberKind | 'skip' | undefined {
  return kinds.find(heard) ?? (yesNo(heard) === 'no' ? 'skip' : undefined)
}
