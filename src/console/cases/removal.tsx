/**
 * "Xóa hẳn" on a case's page: requests that were made, and the form that asks for one, of the whole report or of one photo.
 * What a second officer does with it is on a page of its own (removal-requests.tsx).
 */
import * as z from 'zod'
import type { OpenCase } from '../../../db/case-desk.ts'
import { isWithin } from '../../../db/case-desk.ts'
import { listCasePhotos, PHOTOS_MOST } from '../../../db/photo-facts.ts'
import { listRemovalsOf, type Removal } from '../../../db/removal-list.ts'
import { askRemoval, checkRemoving, mayBeCarried } from '../../../db/removals.ts'
import { REASON_MOST, REMOVAL_KINDS, removalReasonSchema } from '../../removal.ts'
import { dateVi, timeVi } from '../../time.ts'
import { Badge, Card, type Tone } from '../kit/card.tsx'
import { Area, Button, Form, Select } from '../kit/form.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'
import { Declaration, declared } from './declaration.tsx'
import { crumbsOf } from './words.tsx'

/** Requests shown on the case's page. */
const SHOWN = 5
/** What is chosen for the whole report: no photo has this id. */
const WHOLE = 'case'

const what = z.string().regex(/^[a-z0-9]{1,40}$/, 'console_removals.what_needed')
const askSchema = z.object({
  what,
  kind: z.enum(REMOVAL_KINDS, 'console_removals.kind_needed'),
  reason: removalReasonSchema,
  declared,
})
const photoQuery = z.object({ photo: what.optional().catch(undefined) })

export const removals: readonly Page[] = [
  { method: 'get', path: '/cases/:id/remove', act: 'removal.ask', strong: true, handle: (visit) => form(visit) },
  { method: 'post', path: '/cases/:id/remove', act: 'removal.ask', strong: true, handle: ask },
]

/** On the case's page. */
export async function removalSection(visit: Visit, open: OpenCase) {
  const { t, desk } = visit
  if (!isWithin(desk.actor, 'removal.ask', open.path)) return null
  const requests = await listRemovalsOf(desk, open.id, SHOWN)
  return (
    <Card title={t('console_removals.title')}>
      <p>{t('console_removals.about')}</p>
      {requests.length > 0 ? <Requests visit={visit} requests={requests} /> : null}
      <p class="mb-0">
        <a class="btn btn-outline-danger" href={`/console/cases/${open.id}/remove`}>
          {t('console_removals.ask')}
        </a>
      </p>
    </Card>
  )
}

const TONES: Record<Removal['state'], Tone> = { asked: 'waiting', refused: 'plain', expired: 'plain' }

function Requests({ visit: { t }, requests }: { visit: Visit; requests: readonly Removal[] }) {
  return (
    <ul class="list-unstyled">
      {requests.map((one) => (
        <li class="mb-3">
          <Badge tone={TONES[one.state]} label={t(`console_removals.state_${one.state}`)} />{' '}
          {t('console_removals.asked_line', {
            officer: one.askedByName,
            at: timeVi(one.at),
            what: t(one.photoId === null ? 'console_removals.what_case' : 'console_removals.what_photo_gone'),
            kind: t(`console_removals.for_${one.kind}`),
          })}{' '}
          {one.state === 'asked' ? t('console_removals.until_day', { day: dateVi(one.untilDay) }) : null}
          {one.decidedByName ? t('console_removals.decided_line', { officer: one.decidedByName }) : null}
          <blockquote class="blockquote mb-0 said">{one.reason}</blockquote>
        </li>
      ))}
    </ul>
  )
}

async function form(visit: Visit, { typed, wrong }: { typed?: Typed; wrong?: Wrong } = {}): Promise<Response> {
  const { t, desk } = visit
  const open = await checkRemoving(desk, visit.param('id'))
  const photos = await listCasePhotos(desk.db, desk.keys, open.id, { limit: PHOTOS_MOST })
  const carried = photos.length > 0 && (await mayBeCarried(desk, open.id))
  return visit.show(
    { title: t('console_removals.ask_title'), crumbs: crumbsOf(visit, open), help: 'removal' },
    <Card>
      <p>{t('console_removals.ask_what')}</p>
      {carried ? <p>{t('console_removals.carried')}</p> : null}
      <Form visit={visit} action={`/cases/${open.id}/remove`}>
        <Select
          visit={visit}
          name="what"
          label={t('console_removals.what')}
          none={t('console_removals.what_none')}
          choices={[
            { value: WHOLE, label: t('console_removals.what_case') },
            ...photos.map(({ id }, at) => ({ value: id, label: t('console_removals.what_photo', { n: at + 1 }) })),
          ]}
          value={visit.query(photoQuery).photo}
          typed={typed}
          wrong={wrong}
          needed
        />
        <Select
          visit={visit}
          name="kind"
          label={t('console_removals.kind')}
          hint={t('console_removals.kind_hint')}
          none={t('console_removals.kind_none')}
          choices={REMOVAL_KINDS.map((value) => ({ value, label: t(`console_removals.for_${value}`) }))}
          typed={typed}
          wrong={wrong}
          needed
        />
        <Area
          visit={visit}
          name="reason"
          label={t('console_removals.reason')}
          hint={t('console_removals.reason_hint')}
          rows={4}
          most={REASON_MOST}
          typed={typed}
          wrong={wrong}
          needed
        />
        <Declaration visit={visit} label={t('console_removals.declare_ask')} typed={typed} wrong={wrong} />
        <Button label={t('console_removals.ask_go')} />
      </Form>
    </Card>,
    wrong ? 400 : 200,
  )
}

async function ask(visit: Visit): Promise<Response> {
  const id = visit.param('id')
  const posted = visit.read(askSchema)
  if (!posted.ok) return form(visit, posted)
  const { what: chosen, kind, reason } = posted.data
  await visit.desk.db.write(await askRemoval(visit.desk, id, { photoId: chosen === WHOLE ? null : chosen, kind, reason }, visit.hand))
  return visit.go(`/cases/${id}`, 'console_removals.said_asked')
}
