/**
 * Cases opened from members' reports. Nothing in a case, its events or its photos names a contact, an address or an
 * exact time: the only way back is the reply link, whose both ends are keyed hashes (design.md "What a message leaves
 * behind"). Who may look is decided by `unit_id`.
 */
import type { Db, Keys, Statement } from '../src/chat.ts'
import { openJson } from '../src/keys.ts'
import { hourOf, monthOf } from '../src/time.ts'
import { attachPhotos } from './photos.ts'

/** Kinds of §2.6, as the person chose; no finding of ours. */
export const caseKinds = ['fake', 'poor', 'origin', 'expired', 'smuggled', 'fraud', 'brand', 'unsure'] as const
export type CaseKind = (typeof caseKinds)[number]

/** Mới · Đang xem · Cần bổ sung · Đã chuyển · Có kết quả · Đóng (F32). */
export const caseStates = ['new', 'reviewing', 'needs_info', 'referred', 'resolved', 'closed'] as const
export type CaseState = (typeof caseStates)[number]

export type Health = 'unused' | 'fine' | 'ill' | 'unknown'

/** What the tipster told, as it stands inside the seal. */
export type Report = {
  kind: CaseKind
  signs: string
  place?: string
  /** Two decimals (about 1 km) unless the person chose the exact spot. */
  spot?: { latitude: number; longitude: number; exact: boolean }
  time?: string
  health?: Health
  note?: string
}

export type Identity = { name: string; phone?: string }

/** The whole box of a case: the report, the exact time, and the identity under a seal of its own, as hex. */
export type CaseBox = Report & { openedAt: string; identity?: string }

export type Opening = {
  id: string
  eventId: string
  /** `PA-2611-7K3Q` */
  number: string
  /** `PA-2611-7K3Q-M4TD-9XWE` */
  receipt: string
  report: Report
  danger: boolean
  unitId: string | null
  photos: string[]
  identity?: Identity
  /** Only when the person let the assistant write back. */
  replyTo?: { contactId: string; addressId: string }
  now: Date
}

/** The statements of a new case; they belong in the turn's one commit. A number that is taken fails on its unique key. */
export async function openCase(keys: Keys, opening: Opening): Promise<Statement[]> {
  const { id, number, receipt, report, now, replyTo } = opening
  const hour = hourOf(now)
  const identity = opening.identity && hexOf(await keys.seal('case', JSON.stringify(opening.identity), identityOf(id)))
  const box: CaseBox = { ...report, openedAt: now.toISOString(), ...(identity ? { identity } : {}) }
  return [
    {
      sql: `INSERT INTO cases(id, number, receipt_tag, state, kind, danger, unit_id, box, opened_hour) VALUES (?, ?, ?, 'new', ?, ?, ?, ?, ?)`,
      args: [
        id,
        number,
        await keys.tag('receipt', receipt),
        report.kind,
        opening.danger ? 1 : 0,
        opening.unitId,
        await keys.seal('case', JSON.stringify(box), id),
        hour,
      ],
    },
    { sql: "INSERT INTO case_events(id, case_id, hour, kind) VALUES (?, ?, ?, 'opened')", args: [opening.eventId, id, hour] },
    ...(opening.photos.length > 0 ? [attachPhotos(id, opening.photos)] : []),
    ...(replyTo
      ? [
          {
            sql: 'INSERT INTO reply_links(case_tag, contact_tag, box) VALUES (?, ?, ?)',
            args: [
              await keys.tag('case', id),
              await keys.tag('contact', replyTo.contactId),
              await keys.seal('reply-link', replyTo.addressId, id),
            ],
          },
        ]
      : []),
  ]
}

/** Opens the box of a case. Throws AppError `invalid` when it is another case's box. */
export function openBox(keys: Keys, caseId: string, box: Uint8Array): Promise<CaseBox> {
  return openJson<CaseBox>(keys, 'case', box, caseId)
}

/** What an identity's own seal is bound to, so that it opens neither with the report nor on another case. */
export const identityOf = (caseId: string): string => `${caseId}:identity`

export type CaseStatus = {
  state: CaseState
  /** In Vietnam, `2026-11`. */
  openedMonth: string
  photosStored: number
  photosSent: number
}

/** Where a case stands, for whoever holds its receipt. Found by keyed hash alone, so timing tells nothing. */
export async function findCaseByReceipt(db: Db, keys: Keys, receipt: string): Promise<CaseStatus | undefined> {
  const [row] = await db.read(FIND_BY_RECEIPT, [await keys.tag('receipt', receipt)])
  if (!row) return undefined
  return {
    state: row.state as CaseState,
    openedMonth: monthOf(new Date(`${String(row.opened_hour).slice(0, 13)}:00:00Z`)),
    photosStored: Number(row.stored),
    photosSent: Number(row.sent),
  }
}

export const FIND_BY_RECEIPT = `SELECT c.state, c.opened_hour,
    (SELECT count(*) FROM photos p WHERE p.case_id = c.id) AS sent,
    (SELECT count(*) FROM photos p WHERE p.case_id = c.id AND p.state = 'stored') AS stored
  FROM cases c WHERE c.receipt_tag = ?`

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
