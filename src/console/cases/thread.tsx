/**
 * What happened to a case, oldest first: who, when, what, and the words that were written. When a member wrote is said to
 * the hour alone: officers need no more, and no more can be laid beside anything else.
 */
import type { OpenCase } from '../../../db/case-desk.ts'
import { type CaseEvent, listEvents } from '../../../db/case-events.ts'
import { pageOf } from '../../api/shapes.ts'
import { caseStates } from '../../case.ts'
import { hourOf, timeVi } from '../../time.ts'
import { Badge, Card } from '../kit/card.tsx'
import type { Visit } from '../page.ts'
import { hourVi } from './words.tsx'

const PAGE = 50
/** What only a member does. */
const MEMBERS: ReadonlyArray<CaseEvent['kind']> = ['opened', 'answered', 'threatened']

export async function Thread({ visit, open, after }: { visit: Visit; open: OpenCase; after: number }) {
  const { t, desk } = visit
  const found = await listEvents(desk.db, desk.keys, open.id, { after, limit: PAGE + 1 })
  const { rows, next } = pageOf(found, PAGE, ({ place }) => place)
  return (
    <Card title={t('console_cases.thread')}>
      <ol class="list-unstyled mb-0">
        {rows.map((event) => (
          <li class="mb-3">
            <p class="mb-1">
              <strong>{t(`console_cases.event_${event.kind}`)}</strong> {movedOf(visit, event)}
            </p>
            {event.text ? <blockquote class="blockquote mb-1 said">{event.text}</blockquote> : null}
            <p class="text-secondary mb-0">
              {whoOf(visit, open, event)} · {event.officerId === null ? hourVi(visit, hourOf(event.at)) : timeVi(event.at)}
              {event.photos ? ` · ${t('console_cases.photos', { n: event.photos })}` : ''}{' '}
              {event.relay ? <Badge label={t(`console_cases.relay_${event.seen ? 'seen' : event.relay}`)} /> : null}
            </p>
          </li>
        ))}
      </ol>
      {next === undefined ? null : (
        <p class="mb-0">
          <a class="btn btn-outline-secondary" href={`/console/cases/${open.id}?thread=${next}`} rel="next">
            {t('console.next_page')}
          </a>
        </p>
      )}
    </Card>
  )
}

function whoOf({ t }: Visit, { source }: OpenCase, { kind, officerName, officerId }: CaseEvent): string {
  if (officerId !== null) return officerName ?? t('console_cases.officer_gone')
  if (kind === 'opened' && source !== 'assistant') return t('console_cases.product')
  return t(MEMBERS.includes(kind) ? 'console_cases.member' : 'console_cases.product')
}

/** "Mới → Đang xem", where an event led from one state to another. */
function movedOf({ t }: Visit, { detail: { from, to } }: CaseEvent): string {
  const known = (value: unknown) => caseStates.find((state) => state === value)
  const [before, then] = [known(from), known(to)]
  return before && then ? `${t(`case.state_${before}`)} → ${t(`case.state_${then}`)}` : ''
}
