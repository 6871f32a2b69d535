/**
 * In *Hôm nay*: decisions this officer could let out (R5), and results that have to be taken back, for those who may.
 */
import type { Child } from 'hono/jsx'
import { listCorrections, listWaitingDecisions } from '../../../db/decisions.ts'
import { SHOWN } from '../../../db/waiting.ts'
import { scopeOf } from '../../rights.ts'
import { Card } from '../kit/card.tsx'
import type { Visit } from '../page.ts'
import { WaitingTable } from './decisions.tsx'

export async function decisionWaits(visit: Visit): Promise<Child | null> {
  const { t, desk } = visit
  if (scopeOf(desk.actor, 'decision.approve').length === 0) return null
  const [owed, rows] = await Promise.all([listCorrections(desk, SHOWN), listWaitingDecisions(desk, { limit: SHOWN + 1 })])
  return (
    <>
      {owed.length > 0 ? (
        <Card plain title={t('console_hand_overs.corrections')}>
          <WaitingTable visit={visit} rows={owed} />
        </Card>
      ) : null}
      {rows.length > 0 ? <Waiting visit={visit} rows={rows} /> : null}
    </>
  )
}

function Waiting({ visit, rows }: { visit: Visit; rows: Awaited<ReturnType<typeof listWaitingDecisions>> }) {
  const { t } = visit
  return (
    <Card
      plain
      title={t('console_hand_overs.decisions_waiting')}
      actions={
        <a class="btn" href="/console/decisions">
          {t(rows.length > SHOWN ? 'console_today.more' : 'console_today.all')}
        </a>
      }
    >
      <WaitingTable visit={visit} rows={rows.slice(0, SHOWN)} />
    </Card>
  )
}
