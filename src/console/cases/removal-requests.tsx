/**
 * Requests to remove a report or a photo for good, for the officers who let them through. They see the number, the unit, who
 * asks, which kind of reason and why: never the report and never the photo.
 */
import * as z from 'zod'
import { listRemovalRequests, type Removal } from '../../../db/removal-list.ts'
import { decideRemoval, mayBeCarried, requireRemoval } from '../../../db/removals.ts'
import { scopeOf } from '../../rights.ts'
import { dateVi, timeVi } from '../../time.ts'
import { Card, Pairs } from '../kit/card.tsx'
import { Button, Form } from '../kit/form.tsx'
import { addressWith, Empty, Table } from '../kit/list.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'
import { Declaration, declared } from './identity-words.tsx'

const PAGE = 25
/** Counted on the page of the day; one more says that there are more. */
const COUNTED = 20

const listQuery = z.object({
  after: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\dZ\|[a-z0-9]{1,40}$/)
    .optional(),
})
const decisionSchema = z.object({ decision: z.enum(['grant', 'refuse']), declared })

export const removalRequests: readonly Page[] = [
  { method: 'get', path: '/removal-requests', act: 'removal.grant', handle: list },
  { method: 'get', path: '/removal-requests/:id', act: 'removal.grant', strong: true, handle: (visit) => one(visit) },
  { method: 'post', path: '/removal-requests/:id', act: 'removal.grant', strong: true, handle: decide },
]

/** One line on the page of the day. */
export async function removalWaits(visit: Visit) {
  const { t, desk } = visit
  if (scopeOf(desk.actor, 'removal.grant').length === 0) return null
  const waiting = await listRemovalRequests(desk, { limit: COUNTED + 1 })
  if (waiting.length === 0) return null
  return (
    <Card title={t('console_removals.requests')}>
      <a href="/console/removal-requests">
        {t('console_removals.today', { n: waiting.length > COUNTED ? `${COUNTED}+` : waiting.length })}
      </a>
    </Card>
  )
}

async function list(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const [askedHour = '', id = ''] = visit.query(listQuery).after?.split('|') ?? []
  const found = await listRemovalRequests(desk, { after: { askedHour, id }, limit: PAGE + 1 })
  const rows = found.slice(0, PAGE)
  const last = rows.at(-1)
  const more = found.length > PAGE && last ? addressWith(visit.c.req.url, { after: `${last.askedHour}|${last.id}` }) : undefined
  return visit.show(
    { title: t('console_removals.requests'), help: 'removal' },
    <Card plain>
      {rows.length === 0 ? (
        <Empty title={t('console_removals.none')} text={t('console_removals.none_text')} />
      ) : (
        <Table
          visit={visit}
          caption={t('console_removals.requests')}
          rows={rows}
          more={more}
          columns={[
            { label: t('console_removals.number'), cell: ({ number }) => number },
            { label: t('console_removals.what'), cell: (row) => whatOf(visit, row) },
            { label: t('console_removals.unit'), cell: ({ unitName }) => unitName ?? t('console_removals.no_unit') },
            { label: t('console_removals.asker'), cell: ({ askedByName }) => askedByName },
            { label: t('console_removals.until'), cell: ({ untilDay }) => dateVi(untilDay) },
            {
              label: '',
              cell: ({ id: request, number }) => (
                <a class="btn" href={`/console/removal-requests/${request}`}>
                  {t('console_removals.decide')}
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

const whatOf = ({ t }: Visit, { photoId }: Removal) =>
  t(photoId === null ? 'console_removals.what_case' : 'console_removals.what_photo_gone')

async function one(visit: Visit, { typed, wrong }: { typed?: Typed; wrong?: Wrong } = {}): Promise<Response> {
  const { t } = visit
  const removal = await requireRemoval(visit.desk, visit.param('id'))
  const carried = removal.photoId !== null && (await mayBeCarried(visit.desk, removal.caseId))
  return visit.show(
    {
      title: t('console_removals.decide_title', { number: removal.number }),
      crumbs: [{ href: '/console/removal-requests', label: t('console_removals.requests') }],
      help: 'removal',
    },
    <>
      <Card title={removal.number}>
        <Pairs
          pairs={[
            [t('console_removals.what'), whatOf(visit, removal)],
            [t('console_removals.unit'), removal.unitName ?? t('console_removals.no_unit')],
            [t('console_removals.asker'), `${removal.askedByName} (${removal.askedByUnit})`],
            [t('console_removals.asked_at'), timeVi(removal.at)],
            [t('console_removals.until'), dateVi(removal.untilDay)],
            [t('console_removals.kind'), t(`console_removals.for_${removal.kind}`)],
            [t('console_removals.reason'), <span class="said">{removal.reason}</span>],
          ]}
        />
      </Card>
      <Card title={t('console_removals.your_word')}>
        <p>{t('console_removals.grant_what')}</p>
        {carried ? <p>{t('console_removals.carried')}</p> : null}
        <Form visit={visit} action={`/removal-requests/${removal.id}`}>
          <Declaration visit={visit} label={t('console_removals.declare_grant')} typed={typed} wrong={wrong} />
          <div class="btn-list">
            <Button kind="danger" name="decision" value="grant" label={t('console_removals.grant')} />
            <Button kind="outline" name="decision" value="refuse" label={t('console_removals.refuse')} />
          </div>
        </Form>
      </Card>
    </>,
    wrong ? 400 : 200,
  )
}

async function decide(visit: Visit): Promise<Response> {
  const posted = visit.read(decisionSchema)
  if (!posted.ok) return one(visit, posted)
  const granted = posted.data.decision === 'grant'
  await visit.desk.db.write(await decideRemoval(visit.desk, visit.param('id'), granted, visit.hand))
  return visit.go('/removal-requests', granted ? 'console_removals.said_granted' : 'console_removals.said_refused')
}
