/**
 * Where a case was handed to (F33) and what authorities decided (R5), as parts of its page: each paper with its state and its
 * day, each decision with how many officers let it through.
 */

import { listDecisions } from '../../../db/decisions.ts'
import { type HandOverRow, listHandOvers } from '../../../db/hand-overs.ts'
import { findHolidays } from '../../../db/holidays.ts'
import { APPROVERS } from '../../decision.ts'
import { dateVi } from '../../time.ts'
import { type Holidays, lateDaysOf } from '../../working-days.ts'
import { Badge, Card, type Tone } from '../kit/card.tsx'
import { Table } from '../kit/list.tsx'
import type { Visit } from '../page.ts'
import type { CaseSection } from './section.ts'

export const handOverSection: CaseSection = async (visit, open) => {
  const { t, desk } = visit
  const rows = await listHandOvers(desk.db, open.id)
  const may = open.state !== 'closed' && open.mergedInto === null
  if (rows.length === 0 && !may) return null
  const holidays = await findHolidays(desk.db, desk.now)
  return (
    <Card
      title={t('console_hand_overs.hand_overs')}
      plain={rows.length > 0}
      actions={
        may ? (
          <a class="btn" href={`/console/cases/${open.id}/hand-over`}>
            {t('console_hand_overs.new')}
          </a>
        ) : null
      }
    >
      {rows.length === 0 ? (
        <p class="mb-0">{t('console_hand_overs.none')}</p>
      ) : (
        <Table
          visit={visit}
          caption={t('console_hand_overs.hand_overs')}
          rows={rows}
          columns={[
            {
              label: t('console_hand_overs.to'),
              cell: ({ id, authorityName }) => <a href={`/console/cases/${open.id}/hand-over/${id}`}>{authorityName}</a>,
            },
            { label: t('console_hand_overs.state'), cell: (row) => <HandOverState visit={visit} row={row} holidays={holidays} /> },
            { label: t('console_hand_overs.due'), cell: ({ dueDay }) => dateVi(dueDay) },
            { label: t('console_hand_overs.by'), cell: ({ officerName }) => officerName ?? t('console_cases.officer_gone') },
          ]}
        />
      )}
    </Card>
  )
}

export const decisionSection: CaseSection = async (visit, open) => {
  const { t, desk } = visit
  const rows = await listDecisions(desk, open.id)
  const may = open.mergedInto === null
  if (rows.length === 0 && !may) return null
  return (
    <Card
      title={t('console_hand_overs.decisions')}
      plain={rows.length > 0}
      actions={
        may ? (
          <a class="btn" href={`/console/cases/${open.id}/decision`}>
            {t('console_hand_overs.decision_new')}
          </a>
        ) : null
      }
    >
      {rows.length === 0 ? (
        <p class="mb-0">{t('console_hand_overs.decisions_none')}</p>
      ) : (
        <Table
          visit={visit}
          caption={t('console_hand_overs.decisions')}
          rows={rows}
          columns={[
            { label: t('console_hand_overs.number'), cell: ({ id, number }) => <a href={`/console/decisions/${id}`}>{number}</a> },
            { label: t('console_hand_overs.authority'), cell: ({ authorityName }) => authorityName },
            { label: t('console_hand_overs.state'), cell: (row) => <DecisionState visit={visit} row={row} /> },
          ]}
        />
      )}
    </Card>
  )
}

const TONES: Record<HandOverRow['state'], Tone> = { draft: 'waiting', sent: 'plain', answered: 'good', returned: 'bad' }

/** A day on which the authority does not work either makes nothing late. */
export function HandOverState({ visit: { t, desk }, row, holidays }: { visit: Visit; row: HandOverRow; holidays: Holidays }) {
  return (
    <>
      <Badge tone={TONES[row.state]} label={t(`console_hand_overs.is_${row.state}`)} />{' '}
      {row.state === 'sent' && row.dueDay < lateDaysOf(desk.now, holidays).line ? (
        <Badge tone="bad" label={t('console_hand_overs.late')} />
      ) : null}
    </>
  )
}

const DECISION_TONES: Record<Decided['state'], Tone> = { waiting: 'waiting', approved: 'good', returned: 'bad', withdrawn: 'plain' }
type Decided = Pick<Awaited<ReturnType<typeof listDecisions>>[number], 'state' | 'approvals' | 'dueDay'>

export function DecisionState({ visit: { t }, row: { state, approvals, dueDay } }: { visit: Visit; row: Decided }) {
  return (
    <>
      <Badge tone={DECISION_TONES[state]} label={t(`console_hand_overs.decision_${state}`)} />
      {state === 'waiting' ? (
        <div class="text-secondary">{t('console_hand_overs.approved_by', { n: approvals.length, all: APPROVERS })}</div>
      ) : null}
      {dueDay === null ? null : <div class="text-danger">{t('console_hand_overs.correct_by', { day: dateVi(dueDay) })}</div>}
    </>
  )
}
