/**
 * What an officer is given into their hands and what is taken back: lent roles until a day, the one-time code of a chat
 * account with the secret of their app, shown once and never again (F61, R15).
 */
import * as z from 'zod'
import { endLoan, giveBindCode, lendSeat, requireSeat, unbindSeat } from '../../db/officer-desk.ts'
import { findLoan, listSeats } from '../../db/officer-list.ts'
import { BIND_MS } from '../../db/officers.ts'
import { AppError } from '../errors.ts'
import { qrSvg } from '../qr.ts'
import { ROLES, scopeOf } from '../rights.ts'
import { addDays, dateVi, dayOf, whenVi } from '../time.ts'
import { totpUri } from '../totp.ts'
import { attempt, dayField, first } from './attempt.ts'
import { Card } from './kit/card.tsx'
import { Button, Checks, Field, Form, Select } from './kit/form.tsx'
import { rolesText } from './officers.tsx'
import type { Page, Typed, Visit, Wrong } from './page.ts'
import { asksToFind } from './unit-pick.tsx'

const FOUND = 30
const loanForm = z.object({
  officerId: z.string({ error: 'console_officers.pick_one' }).min(1, { error: 'console_officers.pick_one' }),
  roles: z.array(z.enum(ROLES), { error: 'console_officers.role_needed' }),
  fromDay: dayField,
  untilDay: dayField,
})

export const officerHands: readonly Page[] = [
  { method: 'get', path: '/officers/:id/lend', act: 'officer.read', strong: true, handle: async (visit) => drawLend(visit) },
  { method: 'post', path: '/officers/:id/lend', act: 'officer.read', strong: true, handle: lend },
  { method: 'get', path: '/officers/loans/:id/end', act: 'officer.read', strong: true, handle: askEnd },
  { method: 'post', path: '/officers/loans/:id/end', act: 'officer.read', strong: true, handle: end },
  { method: 'get', path: '/officers/:id/bind', act: 'officer.write', strong: true, handle: askBind },
  { method: 'post', path: '/officers/:id/bind', act: 'officer.write', strong: true, handle: bind },
  { method: 'get', path: '/officers/:id/unbind', act: 'officer.write', strong: true, handle: askUnbind },
  { method: 'post', path: '/officers/:id/unbind', act: 'officer.write', strong: true, handle: unbind },
]

async function drawLend(visit: Visit, typed?: Typed, wrong?: Wrong): Promise<Response> {
  const { t, desk } = visit
  const { db, actor, now } = desk
  const lender = await requireSeat(desk, visit.param('id'), 'officer.read')
  const words = first(typed, 'find').trim()
  const filter = { paths: scopeOf(actor, 'officer.read'), which: { kind: 'here' as const }, ...(words === '' ? {} : { typed: words }) }
  const found = (await listSeats(db, filter, { after: '', limit: FOUND })).filter(({ id }) => id !== lender.id && id !== actor.officerId)
  const today = dayOf(now)
  const fields = { visit, typed, wrong }
  return visit.show(
    { title: t('console_officers.do_lend'), help: 'officers', crumbs: [{ href: `/console/officers/${lender.id}`, label: lender.name }] },
    <Card title={lender.name}>
      <p>{t('console_officers.lend_why')}</p>
      <Form visit={visit} action={`/officers/${lender.id}/lend`}>
        <Field
          {...fields}
          name="find"
          label={t('console_officers.search')}
          hint={t('console_officers.lend_find_hint')}
          inputmode="search"
        />
        <p>
          <button type="submit" class="btn" name="do" value="find" formnovalidate>
            {t('console.search')}
          </button>
        </p>
        <Select
          {...fields}
          name="officerId"
          label={t('console_officers.borrower')}
          none={t('console_officers.pick')}
          choices={found.map(({ id, name, unitName }) => ({ value: id, label: `${name} (${unitName})` }))}
          needed
        />
        <Checks
          {...fields}
          name="roles"
          label={t('console_officers.lend_roles')}
          hint={t('console_officers.lend_roles_hint')}
          choices={lender.roles.map((value) => ({ value, label: t(`console_officers.role_${value}`) }))}
        />
        <Field {...fields} name="fromDay" type="date" label={t('console_officers.from_day')} value={today} needed />
        <Field
          {...fields}
          name="untilDay"
          type="date"
          label={t('console_officers.last_day')}
          hint={t('console_officers.last_day_hint')}
          value={addDays(today, 7)}
          needed
        />
        <Button label={t('console_officers.do_lend')} />
      </Form>
    </Card>,
    wrong ? 400 : 200,
  )
}

async function lend(visit: Visit): Promise<Response> {
  const { desk } = visit
  const id = visit.param('id')
  const posted = visit.read(loanForm)
  if (asksToFind(posted.typed)) return drawLend(visit, posted.typed)
  if (!posted.ok) return drawLend(visit, posted.typed, posted.wrong)
  const lent = await attempt('roles', async () => desk.db.write((await lendSeat(desk, { ...posted.data, lenderId: id })).writes))
  if ('done' in lent) return visit.go(`/officers/${id}`, 'console_officers.said_lent')
  const { roles } = lent.wrong
  const ofDays = roles && 'key' in roles && roles.key === 'tree.lend_days'
  return drawLend(visit, posted.typed, ofDays ? { untilDay: roles } : lent.wrong)
}

async function askEnd(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const loan = await findLoan(desk.db, visit.param('id'))
  if (!loan) throw new AppError('not_found', 'tree.loan_gone')
  await requireSeat(desk, loan.lenderId, 'officer.read')
  const params = { lender: loan.lenderName, officer: loan.officerName, roles: rolesText(visit, loan.roles), until: dateVi(loan.untilDay) }
  return visit.show(
    {
      title: t('console_officers.do_unlend'),
      help: 'officers',
      crumbs: [{ href: `/console/officers/${loan.lenderId}`, label: loan.lenderName }],
    },
    <Card>
      <p>{t('console_officers.unlend_why', params)}</p>
      <Form visit={visit} action={`/officers/loans/${loan.id}/end`}>
        <Button kind="danger" label={t('console_officers.do_unlend')} />
      </Form>
    </Card>,
  )
}

async function end(visit: Visit): Promise<Response> {
  const { desk } = visit
  const loan = await findLoan(desk.db, visit.param('id'))
  if (!loan) throw new AppError('not_found', 'tree.loan_gone')
  await desk.db.write(await endLoan(desk, loan.id))
  return visit.go(`/officers/${loan.lenderId}`, 'console_officers.said_unlent')
}

async function askBind(visit: Visit): Promise<Response> {
  const { t } = visit
  const seat = await requireSeat(visit.desk, visit.param('id'), 'officer.write')
  return visit.show(
    { title: t('console_officers.do_bind'), help: 'officers', crumbs: [{ href: `/console/officers/${seat.id}`, label: seat.name }] },
    <Card title={seat.name}>
      <p>{t('console_officers.bind_why')}</p>
      <Form visit={visit} action={`/officers/${seat.id}/bind`}>
        <Button label={t('console_officers.bind_show')} />
      </Form>
    </Card>,
  )
}

/** Shown by the answer itself: a page that is opened again must not show a secret again. */
async function bind(visit: Visit): Promise<Response> {
  const { t, desk, parts } = visit
  const { code, secret, seat, writes } = await giveBindCode(desk, visit.param('id'))
  await desk.db.write(writes)
  const picture = await qrSvg(totpUri(secret, seat.name, t('console.product')))
  const { telegramName, publicUrl } = parts.about()
  const links = [
    ...(telegramName ? [`https://t.me/${telegramName}?start=cb-${code}`] : []),
    ...(publicUrl ? [`${publicUrl}/?start=cb-${code}`] : []),
  ]
  return visit.show(
    {
      title: t('console_officers.do_bind'),
      help: 'officers',
      crumbs: [{ href: `/console/officers/${seat.id}`, label: seat.name }],
      notice: { kind: 'warning', text: t('console_officers.bind_once') },
    },
    <>
      <Card title={t('console_officers.bind_scan')}>
        <img class="qr mb-2" src={`data:image/svg+xml;base64,${btoa(picture)}`} alt={t('console.enrol_qr')} width="240" height="240" />
        <p class="mb-0">
          {t('console.enrol_secret')} <code>{secret.match(/.{1,4}/g)?.join(' ')}</code>
        </p>
      </Card>
      <Card title={t('console_officers.bind_say')}>
        <p>{t('console_officers.bind_until', { at: whenVi(new Date(desk.now.getTime() + BIND_MS)) })}</p>
        <p class="fs-2 font-monospace">
          {t('console_officers.bind_words')} {code.slice(0, 4)}-{code.slice(4)}
        </p>
        {links.length > 0 ? (
          <>
            <p class="mb-1">{t('console_officers.bind_or')}</p>
            <ul class="mb-0">
              {links.map((link) => (
                <li>
                  <code>{link}</code>
                </li>
              ))}
            </ul>
          </>
        ) : null}
      </Card>
    </>,
  )
}

async function askUnbind(visit: Visit): Promise<Response> {
  const { t } = visit
  const seat = await requireSeat(visit.desk, visit.param('id'), 'officer.write')
  return visit.show(
    { title: t('console_officers.do_unbind'), help: 'officers', crumbs: [{ href: `/console/officers/${seat.id}`, label: seat.name }] },
    <Card title={seat.name}>
      <p>{t('console_officers.unbind_why')}</p>
      <Form visit={visit} action={`/officers/${seat.id}/unbind`}>
        <Button kind="danger" label={t('console_officers.do_unbind')} />
      </Form>
    </Card>,
  )
}

async function unbind(visit: Visit): Promise<Response> {
  const { desk } = visit
  const id = visit.param('id')
  await desk.db.write(await unbindSeat(desk, id))
  return visit.go(`/officers/${id}`, 'console_officers.said_unbound')
}
