/**
 * Requests that wait for a second officer, whatever is asked (to open a name, to remove a report for good): the line on the
 * page of the day, the list, and the page of one where it is let through or not. Of the case only number and unit stand there.
 */
import type { Child } from 'hono/jsx'
import * as z from 'zod'
import type { Hand } from '../../../db/hand.ts'
import type { Desk } from '../../../db/rights.ts'
import type { Statement } from '../../chat.ts'
import { type Act, scopeOf } from '../../rights.ts'
import { dateVi, timeVi } from '../../time.ts'
import { Card, Pairs } from '../kit/card.tsx'
import { Button, Form } from '../kit/form.tsx'
import { addressWith, Empty, Table } from '../kit/list.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'
import { Declaration, declared } from './declaration.tsx'

const PAGE = 25
/** Counted on the page of the day; one more says that there are more. */
const COUNTED = 20

type Mark = { askedHour: string; id: string }

/** What every such request says of itself. `at`: when it was asked; `untilDay`: the last day to decide, in Vietnam. */
type Request = Mark & {
  number: string
  unitName: string | null
  askedByName: string
  askedByUnit: string
  untilDay: string
  reason: string
  at: Date
}

/** One kind of them. */
export type Requests<R extends Request> = {
  /** Below /console, `/identity-requests`. */
  path: string
  act: Act
  help: string
  /** Namespace of its own texts. */
  words: 'console_identity' | 'console_removals'
  list(desk: Desk, page: { after?: Mark; limit: number }): Promise<R[]>
  /** Throws AppError where this officer may not decide it, or it is decided. */
  find(desk: Desk, id: string): Promise<R>
  /** What is asked for, where that is not always the same. */
  what?(visit: Visit, request: R): string
  /** Said of the asker's aim, in few words, with its label. */
  aim(visit: Visit, request: R): [label: string, aim: string]
  /** Said before the decision, besides what holds for all of its kind. */
  warning?(visit: Visit, request: R): Promise<string | undefined>
  decide(desk: Desk, id: string, granted: boolean, hand: Hand): Promise<Statement[]>
}

const listQuery = z.object({
  after: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\dZ\|[a-z0-9]{1,40}$/)
    .optional(),
})
const decisionSchema = z.object({ decision: z.enum(['grant', 'refuse']), declared })

export function requestPages<R extends Request>(kind: Requests<R>): readonly Page[] {
  const { path, act } = kind
  return [
    { method: 'get', path, act, handle: (visit) => list(visit, kind) },
    { method: 'get', path: `${path}/:id`, act, strong: true, handle: (visit) => one(visit, kind) },
    { method: 'post', path: `${path}/:id`, act, strong: true, handle: (visit) => decide(visit, kind) },
  ]
}

/** One line on the page of the day. */
export async function requestWaits<R extends Request>(visit: Visit, kind: Requests<R>) {
  const { t, desk } = visit
  if (scopeOf(desk.actor, kind.act).length === 0) return null
  const waiting = await kind.list(desk, { limit: COUNTED + 1 })
  if (waiting.length === 0) return null
  return (
    <Card title={t(`${kind.words}.requests`)}>
      <a href={`/console${kind.path}`}>{t(`${kind.words}.today`, { n: waiting.length > COUNTED ? `${COUNTED}+` : waiting.length })}</a>
    </Card>
  )
}

async function list<R extends Request>(visit: Visit, kind: Requests<R>): Promise<Response> {
  const { t, desk } = visit
  const { words, path, help, what } = kind
  const [askedHour = '', id = ''] = visit.query(listQuery).after?.split('|') ?? []
  const found = await kind.list(desk, { after: { askedHour, id }, limit: PAGE + 1 })
  const rows = found.slice(0, PAGE)
  const last = rows.at(-1)
  const more = found.length > PAGE && last ? addressWith(visit.c.req.url, { after: `${last.askedHour}|${last.id}` }) : undefined
  return visit.show(
    { title: t(`${words}.requests`), help },
    <Card plain>
      {rows.length === 0 ? (
        <Empty title={t(`${words}.none`)} text={t(`${words}.none_text`)} />
      ) : (
        <Table
          visit={visit}
          caption={t(`${words}.requests`)}
          rows={rows}
          more={more}
          columns={[
            { label: t('console_identity.number'), cell: ({ number }) => number },
            ...(what ? [{ label: t(`${words}.what`), cell: (row: R) => what(visit, row) }] : []),
            { label: t('console_identity.unit'), cell: ({ unitName }) => unitName ?? t('console_identity.no_unit') },
            { label: t('console_identity.asker'), cell: ({ askedByName }) => askedByName },
            { label: t('console_identity.until'), cell: ({ untilDay }) => dateVi(untilDay) },
            {
              label: '',
              cell: ({ id: request, number }) => (
                <a class="btn" href={`/console${path}/${request}`}>
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

async function one<R extends Request>(
  visit: Visit,
  kind: Requests<R>,
  { typed, wrong }: { typed?: Typed; wrong?: Wrong } = {},
): Promise<Response> {
  const { t } = visit
  const { words, path, help, what } = kind
  const request = await kind.find(visit.desk, visit.param('id'))
  const warning = await kind.warning?.(visit, request)
  const pairs: Array<[string, Child]> = [
    ...(what ? [[t(`${words}.what`), what(visit, request)] as [string, Child]] : []),
    [t('console_identity.unit'), request.unitName ?? t('console_identity.no_unit')],
    [t('console_identity.asker'), `${request.askedByName} (${request.askedByUnit})`],
    [t('console_identity.asked_at'), timeVi(request.at)],
    [t('console_identity.until'), dateVi(request.untilDay)],
    kind.aim(visit, request),
    [t('console_identity.reason'), <span class="said">{request.reason}</span>],
  ]
  return visit.show(
    {
      title: t(`${words}.decide_title`, { number: request.number }),
      crumbs: [{ href: `/console${path}`, label: t(`${words}.requests`) }],
      help,
    },
    <>
      <Card title={request.number}>
        <Pairs pairs={pairs} />
      </Card>
      <Card title={t('console_identity.your_word')}>
        <p>{t(`${words}.grant_what`)}</p>
        {warning ? <p>{warning}</p> : null}
        <Form visit={visit} action={`${path}/${request.id}`}>
          <Declaration visit={visit} label={t(`${words}.declare_grant`)} typed={typed} wrong={wrong} />
          <div class="btn-list">
            <Button kind="danger" name="decision" value="grant" label={t(`${words}.grant`)} />
            <Button kind="outline" name="decision" value="refuse" label={t('console_identity.refuse')} />
          </div>
        </Form>
      </Card>
    </>,
    wrong ? 400 : 200,
  )
}

async function decide<R extends Request>(visit: Visit, kind: Requests<R>): Promise<Response> {
  const posted = visit.read(decisionSchema)
  if (!posted.ok) return one(visit, kind, posted)
  const granted = posted.data.decision === 'grant'
  await visit.desk.db.write(await kind.decide(visit.desk, visit.param('id'), granted, visit.hand))
  return visit.go(kind.path, `${kind.words}.${granted ? 'said_granted' : 'said_refused'}`)
}
