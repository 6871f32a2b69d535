/**
 * What several pages of cases share: a case's state, urgency and due day as words, the way back to it, and the version its
 * forms carry, so that nobody acts on what they have not seen.
 */
import * as z from 'zod'
import type { CaseRow } from '../../../db/case-desk.ts'
import { type CaseState, isLate, shownDueDay } from '../../case.ts'
import { isEmptied } from '../../removal.ts'
import { dateVi, monthOf, timeVi } from '../../time.ts'
import { type Holidays, lateDaysOf } from '../../working-days.ts'
import { Badge, type Tone } from '../kit/card.tsx'
import type { Visit } from '../page.ts'

/** The case's version as the form was drawn. */
export const versionField = z.coerce.number().int().min(1).max(1_000_000)

export function Version({ row }: { row: Pick<CaseRow, 'version'> }) {
  return <input type="hidden" name="version" value={String(row.version)} />
}

/** The way back: to the list, and to the case itself from a page below it. */
export function crumbsOf({ t }: Pick<Visit, 't'>, row?: Pick<CaseRow, 'id' | 'number'>): Array<{ href: string; label: string }> {
  return [
    { href: '/console/cases', label: t('console_cases.title') },
    ...(row ? [{ href: `/console/cases/${row.id}`, label: row.number }] : []),
  ]
}

/** How words reach whoever reported: the assistant writes to them, they look by their receipt, or nothing of ours does. */
export function wayOf({ source }: Pick<CaseRow, 'source'>, link: boolean): 'link' | 'receipt' | 'none' {
  return link ? 'link' : source === 'assistant' ? 'receipt' : 'none'
}

const TONES: Record<CaseState, Tone> = {
  new: 'waiting',
  reviewing: 'waiting',
  needs_info: 'waiting',
  referred: 'plain',
  resolved: 'good',
  closed: 'plain',
}

export function StateBadge({ visit: { t }, state }: { visit: Pick<Visit, 't'>; state: CaseState }) {
  return <Badge tone={TONES[state]} label={t(`case.state_${state}`)} />
}

/** What sets a case apart: urgency, restricted, spam, taken back or removed, typed in by an officer. Nothing for an ordinary one. */
export function Marks({ visit: { t }, row }: { visit: Pick<Visit, 't'>; row: CaseRow }) {
  return (
    <>
      {row.urgency === 'normal' ? null : <Badge tone="bad" label={t(`case.urgency_${row.urgency}`)} />}{' '}
      {row.restricted ? <Badge tone="bad" label={t('console_cases.restricted')} /> : null}{' '}
      {row.spam ? <Badge label={t('console_cases.spam')} /> : null}{' '}
      {row.gone ? <Badge label={t(`console_cases.gone_${row.gone}`)} /> : null}{' '}
      {row.source === 'assistant' ? null : <Badge label={t('console_cases.typed_in')} />}
    </>
  )
}

export function DueDay({ visit: { t, desk }, row, holidays }: { visit: Visit; row: CaseRow; holidays: Holidays }) {
  if (row.dueDay === '' || row.state === 'closed') return <>{t('console_cases.no_due')}</>
  return (
    <>
      {dateVi(shownDueDay(row, holidays))}{' '}
      {isLate(row, lateDaysOf(desk.now, holidays)) ? <Badge tone="bad" label={t('console_cases.late')} /> : null}
    </>
  )
}

/** The hour a row stands on, as people say it: `08 giờ, 23/11/2026` in Vietnam. */
export function hourVi({ t }: Pick<Visit, 't'>, hour: string): string {
  const [time = '', day = ''] = timeVi(new Date(`${hour.slice(0, 13)}:00:00Z`)).split(', ')
  return t('console_cases.hour', { hour: time.slice(0, 2), day })
}

/** When it came; of one of which nothing is left the month alone: `11/2026`. */
export function openedVi(visit: Pick<Visit, 't'>, { openedHour, gone }: Pick<CaseRow, 'openedHour' | 'gone'>): string {
  if (!isEmptied(gone)) return hourVi(visit, openedHour)
  const [year = '', month = ''] = monthOf(new Date(`${openedHour.slice(0, 13)}:00:00Z`)).split('-')
  return `${month}/${year}`
}
