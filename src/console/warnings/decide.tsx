/**
 * What makes a warning seen, or unseen, asks for a proof: agreeing, looking again, taking down. The text stands on the very
 * page that lets it out (R15).
 */
import * as z from 'zod'
import { approveWarning, checkAgreeing, renewWarning, withdrawWarning } from '../../../db/warning-acts.ts'
import { requireWarning } from '../../../db/warning-desk.ts'
import type { Warning } from '../../../db/warnings.ts'
import { AppError } from '../../errors.ts'
import { addDays, dateVi, dayOf } from '../../time.ts'
import { whySchema } from '../../warning.ts'
import { attempt, dayField } from '../attempt.ts'
import { Card, Pairs } from '../kit/card.tsx'
import { Button, Field, Form } from '../kit/form.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'
import { crumbsOf, Why } from './forms.tsx'

const seenSchema = z.object({ version: z.coerce.number().int() })
const renewSchema = seenSchema.extend({ reviewBy: dayField })
const withdrawSchema = seenSchema.extend({ why: whySchema })
const RENEW_DAYS = 90

export const warningDecisions: readonly Page[] = [
  { method: 'get', path: '/warnings/:id/approve', act: 'warning.approve', strong: true, handle: askAgreeing },
  { method: 'post', path: '/warnings/:id/approve', act: 'warning.approve', strong: true, handle: agree },
  {
    method: 'get',
    path: '/warnings/:id/renew',
    act: 'warning.approve',
    strong: true,
    handle: async (visit) => askRenewal(visit, await requirePublished(visit)),
  },
  { method: 'post', path: '/warnings/:id/renew', act: 'warning.approve', strong: true, handle: renew },
  {
    method: 'get',
    path: '/warnings/:id/withdraw',
    act: 'warning.approve',
    strong: true,
    handle: async (visit) => askWithdrawal(visit, await requirePublished(visit)),
  },
  { method: 'post', path: '/warnings/:id/withdraw', act: 'warning.approve', strong: true, handle: withdraw },
]

const find = (visit: Visit) => requireWarning(visit.desk, visit.param('id'), 'warning.approve')

async function requirePublished(visit: Visit): Promise<Warning> {
  const warning = await find(visit)
  if (warning.state !== 'published') throw new AppError('conflict', 'warning.moved')
  return warning
}

async function askAgreeing(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const warning = await find(visit)
  const before = await checkAgreeing(desk, warning, warning.version)
  return visit.show(
    { title: t('console_warnings.approve_title'), help: 'warnings', crumbs: crumbsOf(visit, warning) },
    <Card title={warning.title}>
      <p class="said">{warning.body}</p>
      <Facts visit={visit} warning={warning} />
      <p class="mt-3">{t(before === 0 ? 'console_warnings.approve_first' : 'console_warnings.approve_last')}</p>
      <Form visit={visit} action={`/warnings/${warning.id}/approve`}>
        <input type="hidden" name="version" value={String(warning.version)} />
        <Button label={t('console_warnings.approve_do')} />
      </Form>
    </Card>,
  )
}

async function agree(visit: Visit): Promise<Response> {
  const { desk } = visit
  const warning = await find(visit)
  const { writes, published } = await approveWarning(desk, warning, seen(visit), visit.hand)
  await desk.db.write(writes)
  return visit.go(`/warnings/${warning.id}`, published ? 'console_warnings.said_published' : 'console_warnings.said_agreed')
}

function askRenewal(visit: Visit, warning: Warning, typed?: Typed, wrong?: Wrong): Response {
  const { t, desk } = visit
  return visit.show(
    { title: t('console_warnings.renew'), help: 'warnings', crumbs: crumbsOf(visit, warning) },
    <Card title={warning.title}>
      <p class="said">{warning.body}</p>
      <Facts visit={visit} warning={warning} />
      <p class="mt-3">{t('console_warnings.renew_means')}</p>
      <Form visit={visit} action={`/warnings/${warning.id}/renew`}>
        <input type="hidden" name="version" value={String(warning.version)} />
        <Field
          visit={visit}
          name="reviewBy"
          type="date"
          label={t('console_warnings.review_by')}
          value={addDays(dayOf(desk.now), RENEW_DAYS)}
          typed={typed}
          wrong={wrong}
          needed
        />
        <Button label={t('console_warnings.renew_do')} />
      </Form>
    </Card>,
    wrong ? 400 : 200,
  )
}

async function renew(visit: Visit): Promise<Response> {
  const { desk } = visit
  const warning = await requirePublished(visit)
  const posted = visit.read(renewSchema)
  if (!posted.ok) return askRenewal(visit, warning, posted.typed, posted.wrong)
  const { version, reviewBy } = posted.data
  const done = await attempt('reviewBy', async () => desk.db.write(await renewWarning(desk, { ...warning, version }, reviewBy, visit.hand)))
  if ('wrong' in done) return askRenewal(visit, warning, posted.typed, done.wrong)
  return visit.go(`/warnings/${warning.id}`, 'console_warnings.said_renewed')
}

function askWithdrawal(visit: Visit, warning: Warning, typed?: Typed, wrong?: Wrong): Response {
  const { t } = visit
  return visit.show(
    { title: t('console_warnings.withdraw'), help: 'warnings', crumbs: crumbsOf(visit, warning) },
    <Card title={warning.title}>
      <p>{t('console_warnings.withdraw_means')}</p>
      <Form visit={visit} action={`/warnings/${warning.id}/withdraw`}>
        <input type="hidden" name="version" value={String(warning.version)} />
        <Why visit={visit} typed={typed} wrong={wrong} />
        <Button kind="danger" label={t('console_warnings.withdraw_do')} />
      </Form>
    </Card>,
    wrong ? 400 : 200,
  )
}

async function withdraw(visit: Visit): Promise<Response> {
  const { desk } = visit
  const warning = await requirePublished(visit)
  const posted = visit.read(withdrawSchema)
  if (!posted.ok) return askWithdrawal(visit, warning, posted.typed, posted.wrong)
  const { version, why } = posted.data
  const done = await attempt('why', async () => desk.db.write(await withdrawWarning(desk, { ...warning, version }, why, visit.hand)))
  if ('wrong' in done) return askWithdrawal(visit, warning, posted.typed, done.wrong)
  return visit.go(`/warnings/${warning.id}`, 'console_warnings.said_withdrawn')
}

function Facts({ visit: { t }, warning }: { visit: Visit; warning: Warning }) {
  return (
    <Pairs
      pairs={[
        [t('console_warnings.authority'), warning.authority],
        [t('console_warnings.number'), warning.number],
        [t('console_warnings.day'), dateVi(warning.day)],
        [
          t('console_warnings.link'),
          <a href={warning.link} rel="noreferrer">
            {warning.link}
          </a>,
        ],
      ]}
    />
  )
}

/** The version the officer saw; a form without one saw nothing. */
function seen(visit: Visit): number {
  const posted = visit.read(seenSchema)
  if (!posted.ok) throw new AppError('conflict', 'warning.changed')
  return posted.data.version
}
