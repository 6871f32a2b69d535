/**
 * Cases opened from members' reports. Nothing in a case, its events or its photos names a contact, an address or an
 * exact time: the only way back is the reply link, whose both ends are keyed hashes (design.md "What a message leaves
 * behind"). Who may look is decided by `unit_id`.
 */
import { type CaseKind, type CaseSource, type CaseState, type Identity, lookDayOf, type Report, URGENCY, urgencyOf } from '../src/case.ts'
import type { Db, Keys, Row, Statement } from '../src/chat.ts'
import { evenJson, openJson } from '../src/keys.ts'
import type { Gone } from '../src/removal.ts'
import { hourOf, monthOf } from '../src/time.ts'
import type { Holidays } from '../src/working-days.ts'
import { firstEvent } from './case-events.ts'
import { addIdentity, addLink } from './case-links.ts'
import { attachPhotos } from './photos.ts'

/** The whole box of a case: the report, the exact time, and whom the person did not want to see it (R8). */
export type CaseBox = Report & { openedAt: string; keptFrom?: string }

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
  /** The unit the person does not want to see it (R8): it is never handed there. */
  keptFrom?: string
  photos: string[]
  /** What they typed of themselves, and who they are: an erasure finds it; null for what an officer typed in. */
  identity?: { told: Identity; contactId: string | null }
  /** Only when the person let the assistant write back. `word`: what they type to read, a letter and a digit. */
  replyTo?: { contactId: string; addressId: string; word: string }
  /** Typed in by an officer who was told; the assistant without it. */
  typed?: { source: Exclude<CaseSource, 'assistant'>; officerId: string; photos?: number }
  /** By which the day of the first look is counted. */
  holidays: Holidays
  now: Date
}

/** The statements of a new case; they belong in the turn's one commit. A number that is taken fails on its unique key. */
export async function openCase(keys: Keys, opening: Opening): Promise<Statement[]> {
  const { id, number, receipt, report, danger, keptFrom, now, replyTo, identity, typed } = opening
  const hour = hourOf(now)
  const rank = danger ? URGENCY.danger : URGENCY.normal
  const box: CaseBox = { ...report, openedAt: now.toISOString(), ...(keptFrom ? { keptFrom } : {}) }
  return [
    {
      sql: `INSERT INTO cases(id, number, receipt_tag, state, kind, danger, rank, source, unit_id, due_day, box, opened_hour)
            VALUES (?, ?, ?, 'new', ?, ?, ?, ?, ?, ?, ?, ?)`,
      args: [
        id,
        number,
        await keys.tag('receipt', receipt),
        report.kind,
        danger ? 1 : 0,
        rank,
        typed?.source ?? 'assistant',
        opening.unitId,
        lookDayOf(urgencyOf(rank), now, opening.holidays),
        await keys.seal('case', evenJson(box), id),
        hour,
      ],
    },
    await firstEvent(keys, { id: opening.eventId, caseId: id, officerId: typed?.officerId ?? null, photos: typed?.photos ?? 0, now }),
    ...(opening.photos.length > 0 ? [attachPhotos(id, opening.photos)] : []),
    ...(identity ? [await addIdentity(keys, id, identity.told, identity.contactId)] : []),
    ...(replyTo ? [await addLink(keys, id, replyTo)] : []),
  ]
}

/** Opens the box of a case. Throws AppError `invalid` when it is another case's box. */
export function openBox(keys: Keys, caseId: string, box: Uint8Array): Promise<CaseBox> {
  return openJson<CaseBox>(keys, 'case', box, caseId)
}

export type CaseStatus = {
  id: string
  kind: CaseKind
  /** Of the case it was merged into, where it was. */
  state: CaseState
  /** What its reason says to a member, in both languages. */
  says: { vi: string; en: string } | null
  /** In Vietnam, `2026-11`. */
  openedMonth: string
  /** Of what the member sent; what officers added is theirs. */
  photosStored: number
  photosSent: number
  gone: Gone | null
}

/** Where a case stands, for whoever holds its receipt. Found by keyed hash alone, so timing tells nothing. */
export async function findCaseByReceipt(db: Db, keys: Keys, receipt: string): Promise<CaseStatus | undefined> {
  const [row] = await db.read(FIND_BY_RECEIPT, [await keys.tag('receipt', receipt)])
  return row && statusOf(row)
}

/** The same for its member, who has a way back to it. */
export async function findStatus(db: Db, caseId: string): Promise<CaseStatus | undefined> {
  const [row] = await db.read(`${STATUS} WHERE c.id = ?`, [caseId])
  return row && statusOf(row)
}

const STATUS = `SELECT c.id, c.kind, c.opened_hour, c.gone, coalesce(m.state, c.state) AS state, r.says_vi, r.says_en,
    (SELECT count(*) FROM photos p WHERE p.case_id = c.id AND p.source = 'member') AS sent,
    (SELECT count(*) FROM photos p WHERE p.case_id = c.id AND p.source = 'member' AND p.state = 'stored') AS stored
  FROM cases c LEFT JOIN cases m ON m.id = c.merged_into
    LEFT JOIN case_reasons r ON r.id = iif(m.id IS NULL, c.reason_id, m.reason_id)`
export const FIND_BY_RECEIPT = `${STATUS} WHERE c.receipt_tag = ?`

function statusOf(row: Row): CaseStatus {
  const { says_vi: vi, says_en: en } = row
  return {
    id: String(row.id),
    kind: row.kind as CaseKind,
    state: row.state as CaseState,
    says: vi === null || vi === '' ? null : { vi: String(vi), en: String(en || vi) },
    openedMonth: monthOf(new Date(`${String(row.opened_hour).slice(0, 13)}:00:00Z`)),
    photosStored: Number(row.stored),
    photosSent: Number(row.sent),
    gone: row.gone as Gone | null,
  }
}
