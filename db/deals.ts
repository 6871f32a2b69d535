/**
 * Member deals (F41, F42): what a unit agreed with a partner. Live are published rows with an agreement number whose
 * days include today in Vietnam, so an expired one vanishes without anybody's hand. No row says who looked or bought (R4).
 */
import type { Db, Row, Statement } from '../src/chat.ts'
import { fold } from '../src/vietnamese/index.ts'
import { ABOVE } from './above.ts'

export const dealKinds = ['mua_sam', 'suc_khoe', 'du_lich', 'giao_duc', 'dich_vu', 'khac'] as const
export type DealKind = (typeof dealKinds)[number]

export type Deal = {
  /** Place in every list's key; grows with each deal. */
  seq: number
  id: string
  kind: DealKind
  title: string
  /** What it is and how much. */
  detail: string
  place: string
  agreementNumber: string
  /** Days, `2026-11-23`; the last day still counts. */
  agreementOn: string
  endsOn: string
  partner: string
  signedBy: string
}

export type NewDeal = Omit<Deal, 'seq'> & { unitId: string; startsOn: string; state: 'draft' | 'published' }

/** A deal with its agreement. The table refuses one without agreement number, or with an end before its start. */
export function insertDeal(deal: NewDeal, now: Date): Statement {
  return {
    sql: `INSERT INTO deals(id, unit_id, kind, title, detail, place, folded_place, agreement_number, agreement_on, partner, signed_by,
            starts_on, ends_on, state, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    args: [
      deal.id,
      deal.unitId,
      deal.kind,
      deal.title,
      deal.detail,
      deal.place,
      foldPlace(deal.place),
      deal.agreementNumber.trim(),
      deal.agreementOn,
      deal.partner,
      deal.signedBy,
      deal.startsOn,
      deal.endsOn,
      deal.state,
      now.toISOString(),
    ],
  }
}

/** A place as it is compared: plain letters, digits and single spaces. */
export function foldPlace(place: string): string {
  return fold(place)
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()
}

/** The kinds that have a live deal on this day, in the order of `dealKinds`. */
export async function listDealKinds(db: Db, day: string): Promise<DealKind[]> {
  const rows = await db.read(`SELECT DISTINCT kind FROM deals d WHERE ${LIVE}`, [day, day])
  const live = new Set(rows.map(({ kind }) => kind))
  return dealKinds.filter((kind) => live.has(kind))
}

/** Whether a live deal names this place itself. @param place folded by `foldPlace` */
export async function hasDealsAt(db: Db, day: string, place: string): Promise<boolean> {
  return (await db.read(`SELECT 1 FROM deals d WHERE ${LIVE} AND ${AT} LIMIT 1`, [day, day, place])).length > 0
}

export type DealFilter = {
  kind?: DealKind
  /** Folded by `foldPlace`: deals whose place has these words, and those valid everywhere. */
  place?: string
  /** Deals of this unit and those above it come first. */
  unitId: string | null
}

/**
 * Live deals of a day, at most `limit`: the member's own units' first, then the one that ends first. The same rule for
 * every partner; nothing else moves a deal up (R18). @param after `seq` of the last deal of the page before
 */
export async function listDeals(db: Db, day: string, filter: DealFilter, limit: number, after?: number): Promise<Deal[]> {
  const { kind, place, unitId } = filter
  const key = (row: string) => `(SELECT ${row}.unit_id NOT IN (SELECT id FROM above)), ${row}.ends_on, ${row}.seq`
  const conditions = [
    LIVE,
    ...(kind ? ['d.kind = ?'] : []),
    ...(place ? [`(${AT} OR d.folded_place = 'toan quoc')`] : []),
    ...(after === undefined ? [] : [`(${key('d')}) > (SELECT ${key('c')} FROM deals c WHERE c.seq = ?)`]),
  ]
  const rows = await db.read(
    `WITH RECURSIVE ${ABOVE}
     SELECT d.seq, d.id, d.kind, d.title, d.detail, d.place, d.agreement_number, d.agreement_on, d.ends_on, d.partner, d.signed_by
     FROM deals d WHERE ${conditions.join(' AND ')} ORDER BY ${key('d')} LIMIT ?`,
    [unitId, day, day, ...(kind ? [kind] : []), ...(place ? [place] : []), ...(after === undefined ? [] : [after]), limit],
  )
  return rows.map(dealOf)
}

/** The display law of F42, asked again although the table's checks hold it too. */
const LIVE = `d.state = 'published' AND d.ends_on >= ? AND d.starts_on <= ? AND d.agreement_number <> ''`

/** Whole words of the place. */
const AT = `instr(' ' || d.folded_place || ' ', ' ' || ? || ' ') > 0`

function dealOf(row: Row): Deal {
  return {
    seq: Number(row.seq),
    id: String(row.id),
    kind: row.kind as DealKind,
    title: String(row.title),
    detail: String(row.detail),
    place: String(row.place),
    agreementNumber: String(row.agreement_number),
    agreementOn: String(row.agreement_on),
    endsOn: String(row.ends_on),
    partner: String(row.partner),
    signedBy: String(row.signed_by),
  }
}
