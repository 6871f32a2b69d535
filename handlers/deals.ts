/**
 * "Ưu đãi" (F41): live deals by kind or by a typed place, five a page. Each is told whole, with who signed what and
 * until when; the order is the same for every partner and nothing urges to buy (R4, R18).
 */
import { type Deal, type DealFilter, dealKinds, foldPlace, hasDealsAt, listDealKinds, listDeals } from '../db/deals.ts'
import type { Button, Decision, Handler, Reply, Text, Turn } from '../src/chat.ts'
import { parsePayload, payloadOf } from '../src/text.ts'
import { dateVi, dayOf } from '../src/time.ts'
import { createLexicon, listen } from '../src/vietnamese/index.ts'

const WORDS = [
  'ưu đãi',
  'ưu đãi đoàn viên',
  'giảm giá',
  'phúc lợi',
  'phúc lợi đoàn viên',
  'khuyến mãi',
  'khuyến mại',
  'voucher',
  'mã giảm giá',
  'mã ưu đãi',
]
const PAGE = 5
/** Longest place a button can carry. */
const SLUG = 36

const opening = createLexicon(WORDS.map((words) => ({ words, value: true })))

export const deals: Handler = {
  name: 'deals',
  version: 1,
  words: WORDS,
  commands: ['uudai'],
  public: true,
  async handle(turn) {
    const { message, step } = turn
    if (step?.step === 'place' && isPlace(message)) return near(turn, message.text)
    const payload = parsePayload(message.payload)
    const after = payload && /^[0-9]{1,12}$/.test(payload.step) ? Number(payload.step) : undefined
    const kind = dealKinds.find((one) => one === payload?.id)
    if (payload?.action === 'all') return page(turn, { unitId: turn.contact.unitId }, payloadOf('deals', 'all'), after)
    if (payload?.action === 'kind' && kind) {
      return page(turn, { kind, unitId: turn.contact.unitId }, payloadOf('deals', 'kind', kind), after)
    }
    if (payload?.action === 'near' && payload.id === '' && !turn.contact.group) return askPlace()
    if (payload?.action === 'near' && payload.id !== '') {
      const place = foldPlace(payload.id)
      return page(turn, { place, unitId: turn.contact.unitId }, payloadOf('deals', 'near', payload.id), after)
    }
    return listKinds(turn)
  },
  async offerAgain() {
    return askPlace().replies
  },
}

async function listKinds(turn: Turn): Promise<Decision> {
  const kinds = await listDealKinds(turn.db, dayOf(turn.now))
  if (kinds.length === 0) return { replies: [nothingYet(turn)] }
  const buttons: Button[] = [
    ...kinds.map((kind) => ({ label: { key: `deals.kind_${kind}` }, payload: payloadOf('deals', 'kind', kind) })),
    ...(turn.contact.group ? [] : [NEAR]),
    ALL,
  ]
  return { replies: [{ text: { key: 'deals.choose' }, buttons }] }
}

/** Honest about having nothing, and the one moment to ask whether news of deals is welcome. */
function nothingYet({ contact }: Turn): Reply {
  const told = contact.consents.deals
  const ask = !told && !contact.group
  return {
    text: { key: told ? 'deals.none_told' : ask ? 'deals.none_ask' : 'deals.none' },
    buttons: [...(ask ? [{ label: { key: 'deals.b_want' }, payload: payloadOf('consent', 'want', 'deals') }] : []), MENU],
  }
}

function askPlace(): Decision {
  return { replies: [{ text: { key: 'deals.ask_place' }, buttons: [ALL] }], next: { step: 'place' } }
}

/** The narrowest part of what was typed that has deals: "phường Tân Thuận, TP.HCM" asks the ward, then the city. */
async function near(turn: Turn, typed: string): Promise<Decision> {
  const parts = typed
    .split(/[,;\n]| - /)
    .map((part) => ({ part: part.trim().slice(0, 60), slug: slugOf(part) }))
    .filter(({ slug }) => slug !== '')
    .slice(0, 4)
  const day = dayOf(turn.now)
  const local = await firstOf(parts, ({ slug }) => hasDealsAt(turn.db, day, foldPlace(slug)))
  const chosen = local ?? parts[0]
  if (!chosen) return askPlace()
  const params = { place: chosen.part }
  const title: Text = { key: local ? 'deals.near' : 'deals.near_national', params }
  const filter = { place: foldPlace(chosen.slug), unitId: turn.contact.unitId }
  const found = await page(turn, filter, payloadOf('deals', 'near', chosen.slug), undefined, title)
  if (found.useful) return found
  return { replies: [{ text: { key: 'deals.none_near', params }, buttons: [ALL, MENU] }], next: { step: 'place' } }
}

async function firstOf<T>(list: T[], holds: (one: T) => Promise<boolean>): Promise<T | undefined> {
  for (const one of list) if (await holds(one)) return one
  return undefined
}

/** One page of deals. @param payload the button that opens this list; the next page adds the last deal seen */
async function page(turn: Turn, filter: DealFilter, payload: string, after?: number, title?: Text): Promise<Decision> {
  const rows = await listDeals(turn.db, dayOf(turn.now), filter, PAGE + 1, after)
  const shown = rows.slice(0, PAGE)
  const last = shown.at(-1)
  if (!last) return { replies: [{ text: { key: after === undefined ? 'deals.none_here' : 'deals.no_more' }, buttons: [KINDS, MENU] }] }
  const buttons: Button[] = [
    ...(rows.length > PAGE ? [{ label: { key: 'common.b_more' }, payload: `${payload}.${last.seq}` }] : []),
    ...(turn.contact.group ? [] : [NEAR]),
    KINDS,
    MENU,
  ]
  const texts = [...(title ? [title] : []), ...shown.map(told)]
  return { replies: [{ text: joined(texts), buttons }], useful: true }
}

function told(deal: Deal): Text {
  const { title, detail, place, partner, signedBy, agreementNumber } = deal
  const days = { until: dateVi(deal.endsOn), signed: dateVi(deal.agreementOn) }
  return { key: 'deals.one', params: { title, detail, place, partner, signedBy, agreementNumber, ...days } }
}

function joined(texts: Text[]): Text {
  return texts.reduceRight((rest, first) => ({ key: 'deals.and', params: { first, rest } }))
}

const KINDS: Button = { label: { key: 'deals.b_kinds' }, payload: payloadOf('deals', 'list') }
const NEAR: Button = { label: { key: 'deals.b_near' }, payload: payloadOf('deals', 'near') }
const ALL: Button = { label: { key: 'deals.b_all' }, payload: payloadOf('deals', 'all') }
const MENU: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') }

/** Typed while the place is asked; a ward with a number is one although a digit may look like a choice. */
function isPlace({ text, payload }: Turn['message']): boolean {
  if (text === '' || text.startsWith('/') || opening.find(listen(text))) return false
  return payload === undefined || /^(phuong|quan|xa) \d/.test(foldPlace(text))
}

const LEVEL = /^(?:tinh|thanh pho|tp|xa|phuong|dac khu|thi xa|thi tran|quan|huyen) (?=[a-z])/
const SAID_BEFORE = /^(?:(?:toi|em|minh) )?(?:o|tai|gan) (?=[a-z])/
const SHORT: Record<string, string> = { hcm: 'ho chi minh', tphcm: 'ho chi minh', 'sai gon': 'ho chi minh', hn: 'ha noi' }

/** A place without the word for its level, in a button's letters: "Phường Tân Thuận" → "tan-thuan". */
function slugOf(part: string): string {
  const plain = foldPlace(part).replace(SAID_BEFORE, '').replace(LEVEL, '')
  const slug = (SHORT[plain] ?? plain).replaceAll(' ', '-')
  return slug.length <= SLUG ? slug : slug.slice(0, SLUG).replace(/-[^-]*$/, '')
}
