/**
 * Requests to open what a member typed of themselves, for the officers who decide them (F31). They see the number, the
 * unit, who asks and why: neither the report nor the name, so that they decide on the reason alone.
 */
import * as z from 'zod'
import { decideIdentity, requireRequest } from '../../../db/identities.ts'
import { listOpeningRequests, type Opening } from '../../../db/identity-list.ts'
import { AppError } from '../../errors.ts'
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

export const identityRequests: readonly Page[] = [
  { method: 'get', path: '/identity-requests', act: 'identity.grant', handle: list },
  { method: 'get', path: '/identity-requests/:id', act: 'identity.grant', strong: true, handle: (visit) => one(visit) },
  { method: 'post', path: '/identity-requests/:id', act: 'identity.grant', strong: true, handle: decide },
]

/** One line on the page of the day. */
export async function identityWaits(visit: Visit) {
  const { t, desk } = visit
  if (scopeOf(desk.actor, 'identity.grant').length === 0) return null
  const waiting = await listOpeningRequests(desk, { limit: COUNTED + 1 })
  if (waiting.length === 0) return null
  return (
    <Card title={t('console_identity.requests')}>
      <a href="/console/identity-requests">
        {t('console_identity.today', { n: waiting.length > COUNTED ? `${COUNTED}+` : waiting.length })}
      </a>
    </Card>
  )
}

async function list(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const [askedHour = '', id = ''] = visit.query(listQuery).after?.split('|') ?? []
  const found = await listOpeningRequests(desk, { after: { askedHour, id }, limit: PAGE + 1 })
  const rows = found.slice(0, PAGE)
  const last = rows.at(-1)
  const more = found.length > PAGE && last ? addressWith(visit.c.req.url, { after: `${last.askedHour}|${last.id}` }) : undefined
  return visit.show(
    { title: t('console_identity.requests'), help: 'identity' },
    <Card plain>
      {rows.length === 0 ? (
        <Empty title={t('console_identity.none')} text={t('console_identity.none_text')} />
      ) : (
        <Table
          visit={visit}
          caption={t('console_identity.requests')}
          rows={rows}
          more={more}
          columns={[
            { label: t('console_identity.number'), cell: ({ number }) => number },
            { label: t('console_identity.unit'), cell: ({ unitName }) => unitName ?? t('console_identity.no_unit') },
            { label: t('console_identity.asker'), cell: ({ askedByName }) => askedByName },
            { label: t('console_identity.until'), cell: ({ untilDay }) => dateVi(untilDay) },
            {
              label: '',
              cell: ({ id: request, number }) => (
                <a class="btn" href={`/console/identity-requests/${request}`}>
                  {t('console_identity.decide')}
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

async function one(visit: Visit, { typed, wrong }: { typed?: Typed; wrong?: Wrong } = {}): Promise<Response> {
  const { t } = visit
  const opening = await requireRequest(visit.desk, visit.param('id'))
  if (opening.state === 'expired') throw new AppError('conflict', 'console_identity.expired')
  if (opening.state !== 'asked') throw new AppError('conflict', 'console_identity.decided')
  return visit.show(
    {
      title: t('console_identity.decide_title', { number: opening.number }),
      crumbs: [{ href: '/console/identity-requests', label: t('console_identity.requests') }],
      help: 'identity',
    },
    <>
      <Facts visit={visit} opening={opening} />
      <Card title={t('console_identity.your_word')}>
        <p>{t('console_identity.grant_what')}</p>
        <Form visit={visit} action={`/identity-requests/${opening.id}`}>
          <Declaration visit={visit} label={t('console_identity.declare_grant')} typed={typed} wrong={wrong} />
          <div class="btn-list">
            <Button kind="danger" name="decision" value="grant" label={t('console_identity.grant')} />
            <Button kind="outline" name="decision" value="refuse" label={t('console_identity.refuse')} />
          </div>
        </Form>
      </Card>
    </>,
    wrong ? 400 : 200,
  )
}

function Facts({ visit: { t }, opening }: { visit: Visit; opening: Opening }) {
  return (
    <Card title={opening.number}>
      <Pairs
        pairs={[
          [t('console_identity.unit'), opening.unitName ?? t('console_identity.no_unit')],
          [t('console_identity.asker'), `${opening.askedByName} (${opening.askedByUnit})`],
          [t('console_identity.asked_at'), timeVi(opening.at)],
          [t('console_identity.until'), dateVi(opening.untilDay)],
          [t('console_identity.purpose'), t(`console_identity.for_${opening.purpose}`)],
          [t('console_identity.reason'), <span class="said">{opening.reason}</span>],
        ]}
      />
    </Card>
  )
}

async function decide(visit: Visit): Promise<Response> {
  const posted = visit.read(decisionSchema)
  if (!posted.ok) return one(visit, posted)
  const granted = posted.data.decision === 'grant'
  await visit.desk.db.write(await decideIdentity(visit.desk, visit.param('id'), granted, visit.hand))
  return visit.go('/identity-requests', granted ? 'console_identity.said_granted' : 'console_identity.said_refused')
}
