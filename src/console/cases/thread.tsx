/**
 * What happened to a case, oldest first: who, when, what, and the words that were written. When a member wrote is said to
 * the hour alone: officers need no more, and no more can be laid beside anything else.
 */
import type { OpenCase } from '../../../db/case-desk.ts'
import { type CaseEvent, listEvents } from '../../../db/case-events.ts'
import { type CaseNames, findCaseNames } from '../../../db/case-names.ts'
import { findReach, type Reach } from '../../../db/case-reach.ts'
import { pageOf } from '../../api/shapes.ts'
import { caseStates, photoSources, URGENCY } from '../../case.ts'
import { REMOVAL_KINDS } from '../../removal.ts'
import { dateVi, hourOf, timeVi } from '../../time.ts'
import { Badge, Card } from '../kit/card.tsx'
import type { Visit } from '../page.ts'
import { hourVi } from './words.tsx'

const PAGE = 50
/** What only a member does. */
const MEMBERS: ReadonlyArray<CaseEvent['kind']> = ['opened', 'answered', 'threatened', 'withdrawn']

export async function Thread({ visit, open, after }: { visit: Visit; open: OpenCase; after: number }) {
  const { t, desk } = visit
  const found = await listEvents(desk.db, desk.keys, open.id, { after, limit: PAGE + 1 })
  const { rows, next } = pageOf(found, PAGE, ({ place }) => place)
  const [names, reach] = await Promise.all([findCaseNames(desk.db, rows), findReach(desk.db, desk.keys, open.id, rows)])
  return (
    <Card id="thread" title={t('console_cases.thread')}>
      <ol class="list-unstyled mb-0">
        {rows.map((event) => (
          <li class="mb-3">
            <p class="mb-1">
              <strong>{t(`console_cases.event_${event.kind}`)}</strong> {saysOf(visit, event, names)}
            </p>
            {event.text ? <blockquote class="blockquote mb-1 said">{event.text}</blockquote> : null}
            <p class="text-secondary mb-0">
              {whoOf(visit, open, event)} · {event.officerId === null ? hourVi(visit, hourOf(event.at)) : timeVi(event.at)}
              {event.photos ? ` · ${t('console_cases.photos', { n: event.photos })}` : ''}{' '}
              <ReachBadge t={t} reach={reach.get(event.place)} />
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

function ReachBadge({ t, reach }: { t: Visit['t']; reach: Reach | undefined }) {
  if (reach === undefined) return null
  return <Badge label={t(`console_cases.relay_${reach}`)} tone={reach === 'receipt' || reach === 'some' ? 'waiting' : 'plain'} />
}

function whoOf({ t }: Visit, { source }: OpenCase, { kind, officerName, officerId, detail }: CaseEvent): string {
  if (officerId !== null) return officerName ?? t('console_cases.officer_gone')
  if (kind === 'opened' && source !== 'assistant') return t('console_cases.product')
  // They are another person than the one of this case, and read only their own thread.
  if (MEMBERS.includes(kind) && detail.of) return t('console_duplicates.member_merged')
  return t(MEMBERS.includes(kind) ? 'console_cases.member' : 'console_cases.product')
}

const REMOVALS: ReadonlyArray<CaseEvent['kind']> = ['removal_asked', 'removal_refused', 'removed', 'photo_removed']

/** "Ảnh trẻ em". */
function removalIn(t: Visit['t'], { why }: CaseEvent['detail']): string | undefined {
  const kind = REMOVAL_KINDS.find((one) => one === why)
  return kind && t(`console_removals.for_${kind}`)
}

/** What of an event is no text: "Mới → Đang xem", the reason, to whom, until when. */
function saysOf({ t, locale }: Visit, { kind, detail }: CaseEvent, { reasons, officers, units }: CaseNames): string {
  const state = (value: unknown) => caseStates.find((one) => one === value)
  const [before, then] = [state(detail.from), state(detail.to)]
  const parts = [
    kind === 'photo_added' ? t(`console_evidence.source_${photoSources.find((one) => one === detail.source) ?? 'officer'}`) : undefined,
    before && then ? `${t(`case.state_${before}`)} → ${t(`case.state_${then}`)}` : undefined,
    REMOVALS.includes(kind) ? undefined : reasons.get(String(detail.reason))?.[locale],
    kind === 'assigned' ? officers.get(String(detail.officer)) : undefined,
    typeof detail.askedBy === 'string' && REMOVALS.includes(kind)
      ? t('console_cases.removal_asker', { officer: officers.get(detail.askedBy) ?? t('console_cases.officer_gone') })
      : undefined,
    kind === 'due' && typeof detail.day === 'string' ? dateVi(detail.day) : undefined,
    kind === 'transferred'
      ? `${units.get(String(detail.unit_from)) ?? t('console_cases.no_unit')} → ${units.get(String(detail.unit_to)) ?? ''}`
      : undefined,
    kind === 'withdrawn' && typeof detail.number === 'string' ? t('console_cases.withdrawn_of', { number: detail.number }) : undefined,
    REMOVALS.includes(kind) ? removalIn(t, detail) : undefined,
    kind === 'raised' ? `${urgencyIn(t, detail.was)} → ${urgencyIn(t, detail.is)}` : undefined,
  ]
  return parts.filter((part) => part !== undefined).join(' · ')
}

function urgencyIn(t: Visit['t'], value: unknown): string {
  return typeof value === 'string' && value in URGENCY ? t(`case.urgency_${value}`) : ''
}
