/**
 * One incident: its clock, what is known (entries, only ever added), who is affected, and the next step.
 */
import * as z from 'zod'
import { conflictOf } from '../../../db/client.ts'
import {
  addEntry,
  closeIncident,
  type Incident,
  listEntries,
  markNotified,
  markPeopleTold,
  reopenIncident,
  requireIncident,
} from '../../../db/incidents.ts'
import type { Statement } from '../../chat.ts'
import { noteSchema } from '../../data-clock.ts'
import { AppError } from '../../errors.ts'
import { DATA_KINDS, ENTRY_KINDS, type IncidentEntry, missingIn, PEOPLE_KINDS } from '../../incident.ts'
import { may } from '../../rights.ts'
import { timeVi } from '../../time.ts'
import { Card, Pairs } from '../kit/card.tsx'
import { Area, Button, Form } from '../kit/form.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'
import { AffectedForm, EntryForm, type Sent } from './incident-forms.tsx'
import { IncidentClock } from './incidents.tsx'

const WORDS = ENTRY_KINDS.filter((kind) => kind !== 'affected')
const entryForm = z.strictObject({ kind: z.enum(['happened', 'effect', 'measure', 'plan', 'note']), text: noteSchema(3, 2000) })
const count = z
  .string()
  .transform((value) => value.replace(/[\s.]/g, ''))
  .pipe(z.string().regex(/^\d{0,9}$/))
  .transform((value) => (value === '' ? null : Number(value)))
const affectedForm = z.strictObject({
  people: count,
  records: count,
  peopleKinds: z.array(z.enum(PEOPLE_KINDS), 'console_office.choose_one').min(1, 'console_office.choose_one'),
  dataKinds: z.array(z.enum(DATA_KINDS), 'console_office.choose_one').min(1, 'console_office.choose_one'),
  text: noteSchema(0, 2000),
})
const stepForm = z.strictObject({ note: noteSchema(0, 1000) })

const TRIES = 4

type Step = 'notified' | 'people-told' | 'close' | 'reopen'

export const incidentStepPages: readonly Page[] = [
  { method: 'get', path: '/incidents/:id', act: 'incident.read', handle: (visit) => show(visit) },
  { method: 'post', path: '/incidents/:id/entries', act: 'incident.write', handle: addWords },
  { method: 'post', path: '/incidents/:id/affected', act: 'incident.write', handle: addAffected },
  ...(['notified', 'people-told', 'close', 'reopen'] as const).map(
    (step): Page => ({ method: 'post', path: `/incidents/:id/${step}`, act: 'incident.settle', handle: (visit) => settle(visit, step) }),
  ),
]

async function show(visit: Visit, sent?: Sent): Promise<Response> {
  const { t, desk, param } = visit
  const incident = await requireIncident(desk, param('id'))
  const entries = await listEntries(desk.db, desk.keys, incident.id)
  const lacks = missingIn(entries)
  const writes = may(desk.actor, 'incident.write', incident.path)
  return visit.show(
    {
      title: `${incident.code} – ${incident.title}`,
      help: 'incidents',
      crumbs: [{ href: '/console/incidents', label: t('console_office.incidents') }],
      actions: (
        <a class="btn btn-primary" href={`/console/incidents/${incident.id}/notices`}>
          {t('console_office.notices')}
        </a>
      ),
    },
    <>
      <Card title={t('console_office.incident_clock')}>
        <Pairs
          pairs={[
            [t('console_office.incident_state'), t(`incident.state_${incident.state}`)],
            [t('console_office.incident_clock'), <IncidentClock visit={visit} incident={incident} />],
            [t('console_office.incident_detected'), timeVi(incident.detectedAt)],
            [t('console_office.incident_people_told'), incident.peopleToldAt ? timeVi(incident.peopleToldAt) : t('console_office.not_yet')],
            [t('console_office.unit'), incident.unitName],
          ]}
        />
        {lacks.length > 0 ? (
          <p class="mt-3 mb-0">
            {t('console_office.incident_lacks')} {lacks.map((kind) => t(`incident.kind_${kind}`)).join('; ')}.
          </p>
        ) : null}
      </Card>
      <Timeline visit={visit} entries={entries} />
      {writes ? (
        <>
          <EntryForm visit={visit} id={incident.id} kinds={WORDS} sent={sent} />
          <AffectedForm visit={visit} id={incident.id} sent={sent} newest={entries.findLast(({ affected }) => affected)?.affected} />
        </>
      ) : null}
      {may(desk.actor, 'incident.settle', incident.path) ? (
        <Steps visit={visit} incident={incident} lacks={lacks.length > 0} sent={sent} />
      ) : null}
    </>,
    sent ? 400 : 200,
  )
}

function Timeline({ visit, entries }: { visit: Visit; entries: readonly IncidentEntry[] }) {
  const { t } = visit
  return (
    <Card title={t('console_office.timeline')}>
      <p class="text-secondary">{t('console_office.timeline_what')}</p>
      <ol class="mb-0">
        {entries.map(({ at, officerName, kind, text, affected }) => (
          <li class="mb-3">
            <strong>{t(`incident.kind_${kind}`)}</strong>
            <div class="text-secondary">
              {timeVi(at)} · {officerName}
            </div>
            {affected ? (
              <div>
                {t('console_office.affected_people', { n: affected.people?.toLocaleString('vi-VN') ?? t('incident.unknown_yet') })}
                {affected.peopleKinds.map((one) => t(`incident.people_${one}`)).join('; ')}.{' '}
                {t('console_office.affected_records', { n: affected.records?.toLocaleString('vi-VN') ?? t('incident.unknown_yet') })}
                {affected.dataKinds.map((one) => t(`incident.data_${one}`)).join('; ')}.
              </div>
            ) : null}
            {text.split('\n').map((line) => (
              <div class="text-break">{line}</div>
            ))}
          </li>
        ))}
      </ol>
    </Card>
  )
}

function Steps({ visit, incident, lacks, sent }: { visit: Visit; incident: Incident; lacks: boolean; sent: Sent | undefined }) {
  const { t } = visit
  const { id, state, peopleToldAt } = incident
  const steps: Step[] = [
    ...(state === 'open' && !lacks ? (['notified'] as const) : []),
    ...(peopleToldAt === null && state !== 'closed' ? (['people-told'] as const) : []),
    ...(state === 'closed' ? (['reopen'] as const) : (['close'] as const)),
  ]
  return (
    <>
      {steps.map((step) => {
        const key = step.replace('-', '_')
        const own = sent?.of === step ? { typed: sent.typed, wrong: sent.wrong } : {}
        const hint = t(`console_office.${step === 'close' && state === 'open' ? 'close_untold' : key}_hint`)
        return (
          <Card title={t(`console_office.${key}_title`)}>
            <Form visit={visit} action={`/incidents/${id}/${step}`}>
              <Area visit={visit} {...own} within={step} name="note" label={t('console_office.note')} hint={hint} rows={3} most={1000} />
              <Button kind={step === 'notified' ? 'primary' : 'outline'} label={t(`console_office.${key}_go`)} />
            </Form>
          </Card>
        )
      })}
    </>
  )
}

async function addWords(visit: Visit): Promise<Response> {
  const posted = visit.read(entryForm)
  if (!posted.ok) return show(visit, { of: 'entries', typed: posted.typed, wrong: posted.wrong })
  return keep(visit, async (incident) => addEntry(visit.desk, incident, posted.data))
}

async function addAffected(visit: Visit): Promise<Response> {
  const posted = visit.read(affectedForm)
  if (!posted.ok) return show(visit, { of: 'affected', typed: posted.typed, wrong: posted.wrong })
  const { text, ...affected } = posted.data
  return keep(visit, async (incident) => addEntry(visit.desk, incident, { kind: 'affected', text, affected }))
}

async function settle(visit: Visit, step: Step): Promise<Response> {
  const { desk } = visit
  const posted = visit.read(stepForm)
  if (!posted.ok) return show(visit, { of: step, typed: posted.typed, wrong: posted.wrong })
  const { note } = posted.data
  const acts: Record<Step, (incident: Incident) => Promise<Statement[]>> = {
    notified: async (incident) => markNotified(desk, incident, await listEntries(desk.db, desk.keys, incident.id), note),
    'people-told': (incident) => markPeopleTold(desk, incident, note),
    close: (incident) => closeIncident(desk, incident, note),
    reopen: (incident) => reopenIncident(desk, incident, note),
  }
  return keep(visit, acts[step], { of: step, typed: posted.typed })
}

/**
 * Does it and comes back to the page; a note that is too short is asked for again. Where somebody else has just added
 * to the file it is decided anew on what the file then says, so that no words are lost.
 */
async function keep(visit: Visit, act: (incident: Incident) => Promise<Statement[]>, sent?: { of: Step; typed: Typed }): Promise<Response> {
  const { desk, param } = visit
  for (let attempt = 1; ; attempt++) {
    const incident = await requireIncident(desk, param('id'))
    try {
      await desk.db.write(await act(incident))
      return visit.go(`/incidents/${incident.id}`, 'console_office.said_entry')
    } catch (error) {
      if (conflictOf(error) && attempt < TRIES) continue
      if (!(error instanceof AppError) || error.code !== 'invalid' || !sent) throw error
      const wrong: Wrong = { note: { key: error.message } }
      return show(visit, { ...sent, wrong })
    }
  }
}
