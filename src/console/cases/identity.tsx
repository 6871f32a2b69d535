/**
 * What a member typed of themselves, on their case's page (F31): closed for everybody, with the door to asking for it; the
 * form that asks; and the page that shows it to the officer who was let, for an hour, each look logged.
 */
import * as z from 'zod'
import type { OpenCase } from '../../../db/case-desk.ts'
import { findWays } from '../../../db/case-links.ts'
import { askIdentity, checkAsking, mayLook, seeIdentity } from '../../../db/identities.ts'
import { listOpeningsOf, type Opening } from '../../../db/identity-list.ts'
import { OPENING_PURPOSES, REASON_MOST, reasonSchema } from '../../identity.ts'
import { may, mayAtTop } from '../../rights.ts'
import { dateVi, timeVi } from '../../time.ts'
import { Badge, Card, Pairs, type Tone } from '../kit/card.tsx'
import { Area, Button, Form, Select } from '../kit/form.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'
import { Declaration, declared } from './declaration.tsx'
import { crumbsOf } from './words.tsx'

/** Openings shown on the case's page. */
const SHOWN = 5

const askSchema = z.object({
  purpose: z.enum(OPENING_PURPOSES, 'console_identity.purpose_needed'),
  reason: reasonSchema,
  declared,
})

export const identity: readonly Page[] = [
  { method: 'get', path: '/cases/:id/identity', act: 'identity.ask', strong: true, handle: (visit) => form(visit) },
  { method: 'post', path: '/cases/:id/identity', act: 'identity.ask', strong: true, handle: ask },
  { method: 'get', path: '/cases/:id/identity/open', act: 'identity.ask', strong: true, handle: look },
]

/** On the case's page. */
export async function identitySection(visit: Visit, open: OpenCase) {
  const { t, desk } = visit
  const allowed = open.path === null ? mayAtTop(desk.actor, 'identity.ask') : may(desk.actor, 'identity.ask', open.path)
  if (!allowed) return null
  const [ways, openings] = await Promise.all([findWays(desk.db, desk.keys, open.id), listOpeningsOf(desk, open.id, SHOWN)])
  const mine = openings.find((one) => mayLook(one, desk.actor.officerId, desk.now))
  const waits = openings.some(({ state }) => state === 'asked')
  return (
    <Card title={t('console_identity.title')}>
      <p>{t(ways.identity ? 'console_identity.left' : 'console_identity.none_left')}</p>
      {openings.length > 0 ? <Openings visit={visit} openings={openings} /> : null}
      {ways.identity && mine?.endsAt ? (
        <p>
          <a class="btn btn-outline-danger" href={`/console/cases/${open.id}/identity/open`}>
            {t('console_identity.look', { until: timeVi(mine.endsAt) })}
          </a>
        </p>
      ) : null}
      {ways.identity && !mine && !waits && open.state !== 'closed' ? (
        <p class="mb-0">
          <a class="btn btn-outline-secondary" href={`/console/cases/${open.id}/identity`}>
            {t('console_identity.ask')}
          </a>
        </p>
      ) : null}
    </Card>
  )
}

const TONES: Record<Opening['state'], Tone> = { asked: 'waiting', granted: 'bad', refused: 'plain', expired: 'plain' }

function Openings({ visit, openings }: { visit: Visit; openings: readonly Opening[] }) {
  const { t } = visit
  return (
    <ul class="list-unstyled">
      {openings.map((one) => (
        <li class="mb-3">
          <Badge tone={TONES[one.state]} label={t(`console_identity.state_${one.state}`)} />{' '}
          {t('console_identity.asked_line', {
            officer: one.askedByName,
            at: timeVi(one.at),
            purpose: t(`console_identity.for_${one.purpose}`),
          })}{' '}
          {one.state === 'asked' ? t('console_identity.until_day', { day: dateVi(one.untilDay) }) : null}
          {one.decidedByName ? t('console_identity.decided_line', { officer: one.decidedByName }) : null}
          <blockquote class="blockquote mb-0 said">{one.reason}</blockquote>
        </li>
      ))}
    </ul>
  )
}

async function form(visit: Visit, { typed, wrong }: { typed?: Typed; wrong?: Wrong } = {}): Promise<Response> {
  const { t, desk } = visit
  const open = await checkAsking(desk, visit.param('id'))
  return visit.show(
    { title: t('console_identity.ask_title'), crumbs: crumbsOf(visit, open), help: 'identity' },
    <Card>
      <p>{t('console_identity.ask_what')}</p>
      <Form visit={visit} action={`/cases/${open.id}/identity`}>
        <Select
          visit={visit}
          name="purpose"
          label={t('console_identity.purpose')}
          hint={t('console_identity.purpose_hint')}
          none={t('console_identity.purpose_none')}
          choices={OPENING_PURPOSES.map((value) => ({ value, label: t(`console_identity.for_${value}`) }))}
          typed={typed}
          wrong={wrong}
          needed
        />
        <Area
          visit={visit}
          name="reason"
          label={t('console_identity.reason')}
          hint={t('console_identity.reason_hint')}
          rows={4}
          most={REASON_MOST}
          typed={typed}
          wrong={wrong}
          needed
        />
        <Declaration visit={visit} label={t('console_identity.declare_ask')} typed={typed} wrong={wrong} />
        <Button label={t('console_identity.ask_go')} />
      </Form>
    </Card>,
    wrong ? 400 : 200,
  )
}

async function ask(visit: Visit): Promise<Response> {
  const id = visit.param('id')
  const posted = visit.read(askSchema)
  if (!posted.ok) return form(visit, posted)
  const { purpose, reason } = posted.data
  await visit.desk.db.write(await askIdentity(visit.desk, id, { purpose, reason }, visit.hand))
  return visit.go(`/cases/${id}`, 'console_identity.said_asked')
}

async function look(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const { identity: told, opening, endsAt } = await seeIdentity(desk, visit.param('id'))
  // A page that is left open ends with the hour too; a header does it without a script.
  const seconds = Math.ceil((endsAt.getTime() - desk.now.getTime()) / 1000) + 1
  visit.c.header('refresh', `${seconds}; url=/console/cases/${opening.caseId}`)
  return visit.show(
    { title: t('console_identity.open_title'), crumbs: crumbsOf(visit, { id: opening.caseId, number: opening.number }), help: 'identity' },
    <>
      <Card title={opening.number}>
        <Pairs
          pairs={[
            [t('console_identity.name'), told.name],
            [t('console_identity.phone'), told.phone ?? t('console_identity.no_phone')],
            [t('console_identity.purpose'), t(`console_identity.for_${opening.purpose}`)],
            [t('console_identity.look_until'), timeVi(endsAt)],
          ]}
        />
      </Card>
      <Card>
        <p class="mb-0">{t('console_identity.open_duty')}</p>
      </Card>
    </>,
  )
}
