/**
 * Decisions that wait for officers, and one decision (R5): whose it is, where it can be read, the sentence its member would
 * get; let out by two, sent back with why, or taken back when it was wrong. Approvers see no more of the case than its number.
 */
import * as z from 'zod'
import { approveDecision, askCorrection, returnDecision, withdrawDecision } from '../../../db/decision-acts.ts'
import { type Decision, listWaitingDecisions, requireDecision } from '../../../db/decisions.ts'
import { whySchema } from '../../decision.ts'
import { may, scopeOf } from '../../rights.ts'
import { cleanText } from '../../text.ts'
import { dateVi } from '../../time.ts'
import { attempt } from '../attempt.ts'
import { Card, Pairs } from '../kit/card.tsx'
import { Area, Button, Form } from '../kit/form.tsx'
import { Empty, Table } from '../kit/list.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'
import { sayVi } from './hand-over-form.tsx'
import { DecisionState } from './hand-overs.tsx'
import { hourVi } from './words.tsx'

const PAGE = 50
const READ = ['decision.write', 'decision.approve'] as const

const querySchema = z.object({
  after: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\dZ\.[A-Za-z0-9_-]{1,40}$/)
    .optional(),
})
const whyForm = z.object({ why: whySchema })
const withdrawForm = z.object({ why: whySchema, text: z.string().overwrite(cleanText).min(10).max(800) })

export const decisionPages: readonly Page[] = [
  { method: 'get', path: '/decisions', act: 'decision.approve', handle: list },
  { method: 'get', path: '/decisions/:id', act: 'decision.approve', handle: async (visit) => show(visit, await read(visit)) },
  { method: 'get', path: '/decisions/:id/approve', act: 'decision.approve', strong: true, handle: (visit) => askApproval(visit) },
  { method: 'post', path: '/decisions/:id/approve', act: 'decision.approve', strong: true, handle: approve },
  { method: 'get', path: '/decisions/:id/return', act: 'decision.approve', handle: async (visit) => askWhy(visit, 'return') },
  { method: 'post', path: '/decisions/:id/return', act: 'decision.approve', handle: sendBack },
  { method: 'get', path: '/decisions/:id/correct', act: 'decision.approve', handle: async (visit) => askWhy(visit, 'correct') },
  { method: 'post', path: '/decisions/:id/correct', act: 'decision.approve', handle: correct },
  { method: 'get', path: '/decisions/:id/withdraw', act: 'decision.approve', strong: true, handle: (visit) => askWhy(visit, 'withdraw') },
  { method: 'post', path: '/decisions/:id/withdraw', act: 'decision.approve', strong: true, handle: withdraw },
]

const read = (visit: Visit): Promise<Decision> => requireDecision(visit.desk, visit.param('id'), READ)

/** What the member reads: in Vietnamese, as the decision is. */
function textFor(visit: Visit, { authorityName, number, day, link, box }: Decision): string {
  return sayVi(visit)('console_hand_overs.decided', { name: authorityName, number, day: dateVi(day), says: box.says, link })
}

async function list(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const [hour, id] = visit.query(querySchema).after?.split('.') ?? []
  const found = await listWaitingDecisions(desk, { after: hour && id ? { hour, id } : undefined, limit: PAGE + 1 })
  const rows = found.slice(0, PAGE)
  const last = rows.at(-1)
  return visit.show(
    { title: t('console_hand_overs.decisions_waiting'), help: 'decisions' },
    <Card plain>
      {rows.length === 0 ? (
        <Empty
          icon="check-circle"
          title={t('console_hand_overs.decisions_nothing')}
          text={t('console_hand_overs.decisions_nothing_text')}
        />
      ) : (
        <WaitingTable
          visit={visit}
          rows={rows}
          more={found.length > PAGE && last ? `/console/decisions?after=${last.hour}.${last.id}` : undefined}
        />
      )}
    </Card>,
  )
}

export function WaitingTable({
  visit,
  rows,
  more,
}: {
  visit: Visit
  rows: Awaited<ReturnType<typeof listWaitingDecisions>>
  more?: string | undefined
}) {
  const { t } = visit
  return (
    <Table
      visit={visit}
      caption={t('console_hand_overs.decisions_waiting')}
      rows={rows}
      more={more}
      columns={[
        { label: t('console_hand_overs.number'), cell: ({ id, number }) => <a href={`/console/decisions/${id}`}>{number}</a> },
        { label: t('console_hand_overs.authority'), cell: ({ authorityName }) => authorityName },
        { label: t('console_hand_overs.case_number'), cell: ({ caseNumber }) => caseNumber },
        { label: t('console_hand_overs.state'), cell: (row) => <DecisionState visit={visit} row={row} /> },
      ]}
    />
  )
}

async function show(visit: Visit, decision: Decision): Promise<Response> {
  const { t, desk } = visit
  const { id, state, officerId } = decision
  const mine = officerId === desk.actor.officerId
  const approved = decision.approvals.some((one) => one.officerId === desk.actor.officerId)
  const work = decision.path !== null && may(desk.actor, 'case.read', decision.path)
  const link = (what: string, look: string, key: string) => (
    <a class={look} href={`/console/decisions/${id}/${what}`}>
      {t(key)}
    </a>
  )
  return visit.show(
    {
      title: t('console_hand_overs.decision', { number: decision.number }),
      help: 'decisions',
      crumbs: work
        ? [{ href: `/console/cases/${decision.caseId}`, label: decision.caseNumber }]
        : [{ href: '/console/decisions', label: t('console_hand_overs.decisions_waiting') }],
    },
    <>
      <Facts visit={visit} decision={decision} />
      <div class="btn-list">
        {state === 'waiting' && !mine && !approved ? link('approve', 'btn btn-primary', 'console_hand_overs.approve') : null}
        {state === 'waiting' && !mine ? link('return', 'btn btn-outline-secondary', 'console_hand_overs.send_back') : null}
        {(state === 'waiting' || state === 'returned') && mine ? link('edit', 'btn btn-primary', 'console_hand_overs.decision_edit') : null}
        {state === 'approved' && decision.dueDay === null
          ? link('correct', 'btn btn-outline-secondary', 'console_hand_overs.correct')
          : null}
        {state === 'approved' && scopeOf(desk.actor, 'warning.write').length > 0 ? (
          <a class="btn btn-outline-secondary" href={`/console/warnings/new?decision=${id}`}>
            {t('console_warnings.from_decision')}
          </a>
        ) : null}
        {state === 'approved' ? link('withdraw', 'btn btn-outline-danger', 'console_hand_overs.withdraw') : null}
      </div>
      {mine && state === 'waiting' ? <p class="text-secondary mt-2">{t('console_hand_overs.own_waits')}</p> : null}
    </>,
  )
}

function Facts({ visit, decision }: { visit: Visit; decision: Decision }) {
  const { t } = visit
  const { authorityName, number, day, link, box, approvals } = decision
  return (
    <Card>
      <Pairs
        pairs={[
          [t('console_hand_overs.state'), <DecisionState visit={visit} row={decision} />],
          [t('console_hand_overs.case_number'), decision.caseNumber],
          [t('console_hand_overs.authority'), authorityName],
          [t('console_hand_overs.number'), `${number}, ${dateVi(day)}`],
          [
            t('console_hand_overs.d_link'),
            <a href={link} rel="noopener noreferrer" target="_blank" class="text-break">
              {link}
            </a>,
          ],
          [t('console_hand_overs.member_reads'), <span class="said">{textFor(visit, decision)}</span>],
          [t('console_hand_overs.author'), `${decision.officerName ?? t('console_cases.officer_gone')} · ${hourVi(visit, decision.hour)}`],
          ...(approvals.length > 0
            ? [
                [
                  t('console_hand_overs.approvers'),
                  approvals.map(({ name }) => name ?? t('console_cases.officer_gone')).join(', '),
                ] as const,
              ]
            : []),
          ...(box.why ? [[t('console_hand_overs.why'), <span class="said">{box.why}</span>] as const] : []),
        ]}
      />
    </Card>
  )
}

async function askApproval(visit: Visit): Promise<Response> {
  const { t } = visit
  const decision = await read(visit)
  return visit.show(
    { title: t('console_hand_overs.approve'), help: 'decisions', crumbs: crumbsTo(visit, decision) },
    <>
      <Facts visit={visit} decision={decision} />
      <Card>
        <p>{t('console_hand_overs.approve_text')}</p>
        <Form visit={visit} action={`/decisions/${decision.id}/approve`}>
          <input type="hidden" name="version" value={String(decision.version)} />
          <Button label={t('console_hand_overs.approve')} />
        </Form>
      </Card>
    </>,
  )
}

const approveForm = z.object({ version: z.coerce.number().int().min(1) })

async function approve(visit: Visit): Promise<Response> {
  const { desk } = visit
  const decision = await read(visit)
  const posted = visit.read(approveForm)
  // What they read and what they let out are one.
  if (!posted.ok || posted.data.version !== decision.version) return visit.go(`/decisions/${decision.id}`)
  await desk.db.write(await approveDecision(desk, decision, textFor(visit, decision), visit.hand))
  const { state } = await read(visit)
  return visit.go(`/decisions/${decision.id}`, state === 'approved' ? 'console_hand_overs.said_out' : 'console_hand_overs.said_approved')
}

async function askWhy(visit: Visit, what: 'return' | 'correct' | 'withdraw', typed?: Typed, wrong?: Wrong): Promise<Response> {
  const { t } = visit
  const decision = await read(visit)
  const common = { visit, typed, wrong }
  return visit.show(
    { title: t(`console_hand_overs.ask_${what}`), help: 'decisions', crumbs: crumbsTo(visit, decision) },
    <Card>
      <p>{t(`console_hand_overs.ask_${what}_text`)}</p>
      <Form visit={visit} action={`/decisions/${decision.id}/${what}`}>
        <Area {...common} name="why" label={t('console_hand_overs.why')} rows={3} most={500} needed />
        {what === 'withdraw' ? (
          <Area
            {...common}
            name="text"
            label={t('console_hand_overs.member_reads')}
            value={sayVi(visit)('console_hand_overs.withdrawn_says', { number: decision.number })}
            rows={4}
            most={800}
            needed
          />
        ) : null}
        <Button kind={what === 'withdraw' ? 'danger' : 'primary'} label={t(`console_hand_overs.ask_${what}`)} />
      </Form>
    </Card>,
    wrong ? 400 : 200,
  )
}

async function sendBack(visit: Visit): Promise<Response> {
  const { desk } = visit
  const posted = visit.read(whyForm)
  if (!posted.ok) return askWhy(visit, 'return', posted.typed, posted.wrong)
  const decision = await read(visit)
  await desk.db.write(await returnDecision(desk, decision, posted.data.why))
  return visit.go(`/decisions/${decision.id}`, 'console_hand_overs.said_sent_back')
}

async function correct(visit: Visit): Promise<Response> {
  const { desk } = visit
  const posted = visit.read(whyForm)
  if (!posted.ok) return askWhy(visit, 'correct', posted.typed, posted.wrong)
  const decision = await read(visit)
  await desk.db.write(await askCorrection(desk, decision, posted.data.why))
  return visit.go(`/decisions/${decision.id}`, 'console_hand_overs.said_correct')
}

async function withdraw(visit: Visit): Promise<Response> {
  const { desk } = visit
  const posted = visit.read(withdrawForm)
  if (!posted.ok) return askWhy(visit, 'withdraw', posted.typed, posted.wrong)
  const decision = await read(visit)
  const done = await attempt('text', async () => desk.db.write(await withdrawDecision(desk, decision, posted.data, visit.hand)))
  if ('wrong' in done) return askWhy(visit, 'withdraw', posted.typed, done.wrong)
  return visit.go(`/decisions/${decision.id}`, 'console_hand_overs.said_withdrawn')
}

const crumbsTo = ({ t }: Visit, { id, number }: Decision) => [
  { href: '/console/decisions', label: t('console_hand_overs.decisions_waiting') },
  { href: `/console/decisions/${id}`, label: number },
]
