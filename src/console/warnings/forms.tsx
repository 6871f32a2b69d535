/**
 * Writing a warning, changing a draft, and correcting what was published: one form. A correction takes the wrong one down
 * in the same step, so it asks for the reason members will read, and for a proof.
 */
import * as z from 'zod'
import { pathOfUnit } from '../../../db/campaigns.ts'
import { requireDecision } from '../../../db/decisions.ts'
import { addWarning, correctWarning, editWarning } from '../../../db/warning-acts.ts'
import { requireWarning } from '../../../db/warning-desk.ts'
import type { Warning } from '../../../db/warnings.ts'
import { AppError } from '../../errors.ts'
import { may } from '../../rights.ts'
import { addDays, dayOf } from '../../time.ts'
import { WHY_MOST, warningSchema, whySchema } from '../../warning.ts'
import { attempt, dayField, first } from '../attempt.ts'
import { Card } from '../kit/card.tsx'
import { Area, Button, Field, Form } from '../kit/form.tsx'
import { chosenUnit, UnitFields, type Units, unitsFor } from '../office/unit-choice.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'

/** Days until another look, unless an officer says otherwise. */
const REVIEW_DAYS = 90

const decisionQuery = z.object({ decision: z.string().max(40).optional() })
const fields = warningSchema.extend({ day: dayField, reviewBy: dayField })
const newSchema = z.object({ ...fields.shape, unit: z.string().max(40).optional(), unitName: z.string().max(200).optional() })
const editSchema = z.object({ ...fields.shape, version: z.coerce.number().int() })
const correctSchema = z.object({ ...fields.shape, version: z.coerce.number().int(), why: whySchema })

export const warningForms: readonly Page[] = [
  { method: 'get', path: '/warnings/new', act: 'warning.write', handle: async (visit) => write(visit, await fromDecision(visit)) },
  { method: 'post', path: '/warnings/new', act: 'warning.write', handle: add },
  {
    method: 'get',
    path: '/warnings/:id/edit',
    act: 'warning.write',
    handle: async (visit) => rewrite(visit, await requireWarning(visit.desk, visit.param('id'), 'warning.write')),
  },
  { method: 'post', path: '/warnings/:id/edit', act: 'warning.write', handle: edit },
  {
    method: 'get',
    path: '/warnings/:id/correct',
    act: 'warning.write',
    strong: true,
    handle: async (visit) => askCorrection(visit, await requireWarning(visit.desk, visit.param('id'), 'warning.write')),
  },
  { method: 'post', path: '/warnings/:id/correct', act: 'warning.write', strong: true, handle: correct },
]

async function write(visit: Visit, typed?: Typed, wrong?: Wrong): Promise<Response> {
  const { t, desk } = visit
  const units = await unitsFor(desk, 'warning.write')
  return visit.show(
    { title: t('console_warnings.new'), help: 'warnings', crumbs: crumbsOf(visit) },
    <Card>
      <Form visit={visit} action="/warnings/new">
        <Fields visit={visit} typed={typed} wrong={wrong} units={units} />
        <Button label={t('console_warnings.save')} />
      </Form>
    </Card>,
    wrong ? 400 : 200,
  )
}

/** What a decision that two officers let out says already; nothing for one this officer may not read. */
async function fromDecision(visit: Visit): Promise<Typed | undefined> {
  const { decision: id } = visit.query(decisionQuery)
  if (id === undefined) return undefined
  const { state, authorityName, number, day, link } = await requireDecision(visit.desk, id, ['case.read', 'decision.approve'])
  return state === 'approved' ? { authority: authorityName, number, day, link } : undefined
}

async function add(visit: Visit): Promise<Response> {
  const { desk } = visit
  const posted = visit.read(newSchema)
  if (!posted.ok) return write(visit, posted.typed, posted.wrong)
  const { unit, unitName, ...draft } = posted.data
  const chosen = await chosenUnit(desk, 'warning.write', { unit, unitName })
  if ('wrong' in chosen) return write(visit, posted.typed, chosen.wrong)
  const unitId = chosen.unit?.id ?? desk.actor.unitId
  if (!may(desk.actor, 'warning.write', await pathOfUnit(desk.db, unitId))) {
    return write(visit, posted.typed, { unit: { key: 'console.field_needed' } })
  }
  const done = await attempt('body', async () => {
    const { id, writes } = await addWarning(desk, unitId, draft)
    await desk.db.write(writes)
    return id
  })
  if ('wrong' in done) return write(visit, posted.typed, placed(done.wrong))
  return visit.go(`/warnings/${done.done}`, 'console_warnings.said_saved')
}

function rewrite(visit: Visit, warning: Warning, typed?: Typed, wrong?: Wrong): Response {
  const { t } = visit
  if (warning.state !== 'draft' && warning.state !== 'waiting') throw new AppError('conflict', 'warning.fixed')
  return visit.show(
    { title: t('console_warnings.edit'), help: 'warnings', crumbs: crumbsOf(visit, warning) },
    <Card>
      {warning.state === 'waiting' ? <p class="alert alert-warning">{t('console_warnings.edit_waiting')}</p> : null}
      <Form visit={visit} action={`/warnings/${warning.id}/edit`}>
        <input type="hidden" name="version" value={String(warning.version)} />
        <Fields visit={visit} warning={warning} typed={typed} wrong={wrong} />
        <Button label={t('console_warnings.save')} />
      </Form>
    </Card>,
    wrong ? 400 : 200,
  )
}

async function edit(visit: Visit): Promise<Response> {
  const { desk } = visit
  const warning = await requireWarning(desk, visit.param('id'), 'warning.write')
  const posted = visit.read(editSchema)
  if (!posted.ok) return rewrite(visit, warning, posted.typed, posted.wrong)
  const { version, ...draft } = posted.data
  const done = await attempt('body', async () => desk.db.write(await editWarning(desk, { ...warning, version }, draft)))
  if ('wrong' in done) return rewrite(visit, warning, posted.typed, placed(done.wrong))
  return visit.go(`/warnings/${warning.id}`, 'console_warnings.said_saved')
}

function askCorrection(visit: Visit, warning: Warning, typed?: Typed, wrong?: Wrong): Response {
  const { t } = visit
  if (warning.state !== 'published') throw new AppError('conflict', 'warning.moved')
  return visit.show(
    { title: t('console_warnings.correct'), help: 'warnings', crumbs: crumbsOf(visit, warning) },
    <Card>
      <p>{t('console_warnings.correct_means')}</p>
      <Form visit={visit} action={`/warnings/${warning.id}/correct`}>
        <input type="hidden" name="version" value={String(warning.version)} />
        <Why visit={visit} typed={typed} wrong={wrong} />
        <Fields visit={visit} warning={warning} typed={typed} wrong={wrong} />
        <Button kind="danger" label={t('console_warnings.correct_do')} />
      </Form>
    </Card>,
    wrong ? 400 : 200,
  )
}

async function correct(visit: Visit): Promise<Response> {
  const { desk } = visit
  const warning = await requireWarning(desk, visit.param('id'), 'warning.write')
  const posted = visit.read(correctSchema)
  if (!posted.ok) return askCorrection(visit, warning, posted.typed, posted.wrong)
  const { version, why, ...draft } = posted.data
  const done = await attempt('body', async () => {
    const { id, writes } = await correctWarning(desk, { ...warning, version }, { draft, why }, visit.hand)
    await desk.db.write(writes)
    return id
  })
  if ('wrong' in done) return askCorrection(visit, warning, posted.typed, placed(done.wrong))
  return visit.go(`/warnings/${done.done}`, 'console_warnings.said_corrected')
}

/** What a rule refuses, at the field it belongs to. */
const FIELD_OF: Record<string, string> = {
  'warning.e_link': 'link',
  'warning.e_day': 'day',
  'warning.e_review': 'reviewBy',
  'case.verdict': 'why',
}
function placed(wrong: Wrong): Wrong {
  return Object.fromEntries(Object.entries(wrong).map(([field, text]) => [('key' in text && FIELD_OF[text.key]) || field, text]))
}

/** The reason members read. */
export function Why({ visit, typed, wrong }: { visit: Visit; typed?: Typed | undefined; wrong?: Wrong | undefined }) {
  const { t } = visit
  return (
    <Area
      visit={visit}
      name="why"
      label={t('console_warnings.why')}
      hint={t('console_warnings.why_hint', { most: WHY_MOST })}
      rows={3}
      most={WHY_MOST}
      typed={typed}
      wrong={wrong}
      needed
    />
  )
}

function Fields({
  visit,
  warning,
  typed,
  wrong,
  units,
}: {
  visit: Visit
  warning?: Warning
  typed?: Typed | undefined
  wrong?: Wrong | undefined
  units?: Units
}) {
  const { t, desk } = visit
  const common = { visit, typed, wrong }
  const text = (key: string) => t(`console_warnings.${key}`)
  return (
    <>
      <Field
        {...common}
        name="authority"
        label={text('authority')}
        hint={text('authority_hint')}
        value={warning?.authority}
        most={200}
        needed
      />
      <Field {...common} name="number" label={text('number')} value={warning?.number} most={60} needed />
      <Field {...common} name="day" type="date" label={text('day')} value={warning?.day} needed />
      <Field {...common} name="link" type="url" label={text('link')} hint={text('link_hint')} value={warning?.link} most={500} needed />
      <Field {...common} name="title" label={text('f_title')} hint={text('title_hint')} value={warning?.title} most={120} needed />
      <Area {...common} name="body" label={text('body')} hint={text('body_hint')} value={warning?.body} rows={6} most={1000} needed />
      <Field
        {...common}
        name="reviewBy"
        type="date"
        label={text('review_by')}
        hint={text('review_by_hint')}
        value={warning?.reviewBy ?? addDays(dayOf(desk.now), REVIEW_DAYS)}
        needed
      />
      {units ? <UnitFields {...common} units={units} value={first(typed, 'unit') || desk.actor.unitId} /> : null}
    </>
  )
}

export const crumbsOf = ({ t }: Visit, warning?: Warning) => [
  { href: '/console/warnings', label: t('console_warnings.title') },
  ...(warning ? [{ href: `/console/warnings/${warning.id}`, label: warning.title }] : []),
]
