/**
 * Restricted cases as an approver sees them: number, state, who has it, and the way to name somebody else. Nothing of what
 * they are about (F40).
 */
import * as z from 'zod'
import { listRestricted } from '../../../db/case-desk.ts'
import { idSchema, pageOf } from '../../api/shapes.ts'
import { Card } from '../kit/card.tsx'
import { addressWith, Empty, Table } from '../kit/list.tsx'
import type { Page, Visit } from '../page.ts'
import { StateBadge } from './words.tsx'

const PAGE = 50
const query = z.object({ after: idSchema.optional().catch(undefined) })

export const restricted: readonly Page[] = [{ method: 'get', path: '/cases/restricted', act: 'case.assign', handle: show }]

async function show(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const { after = '' } = visit.query(query)
  const { rows, next } = pageOf(await listRestricted(desk, { after, limit: PAGE + 1 }), PAGE, ({ id }) => id)
  return visit.show(
    { title: t('console_cases.restricted_title'), help: 'cases' },
    <Card plain>
      {rows.length === 0 ? (
        <Empty icon="flag" title={t('console_cases.restricted_none')} text={t('console_cases.restricted_none_text')} />
      ) : (
        <Table
          visit={visit}
          caption={t('console_cases.restricted_title')}
          rows={rows}
          more={next === undefined ? undefined : addressWith(visit.c.req.url, { after: next })}
          columns={[
            { label: t('console_cases.number'), cell: ({ number }) => <strong>{number}</strong> },
            { label: t('console_cases.state'), cell: ({ state }) => <StateBadge visit={visit} state={state} /> },
            { label: t('console_cases.unit'), cell: ({ unitName }) => unitName ?? t('console_cases.no_unit') },
            { label: t('console_cases.assignee'), cell: ({ assigneeName }) => assigneeName ?? t('console_cases.nobody') },
            {
              label: '',
              cell: ({ id, number }) => (
                <a class="btn" href={`/console/cases/${id}/assign`}>
                  {t('console_cases.assign_title')}
                  <span class="visually-hidden"> {number}</span>
                </a>
              ),
            },
          ]}
        />
      )}
    </Card>,
  )
}
