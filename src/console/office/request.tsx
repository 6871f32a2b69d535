/**
 * One request about data: its clock, what officers noted, and the next step: answered, drawn out, done.
 */
import * as z from 'zod'
import { conflictOf } from '../../../db/client.ts'
import {
  answerRequest,
  type DataRequest,
  extendRequest,
  finishRequest,
  type RequestNotes,
  readNotes,
  requireRequest,
} from '../../../db/request-desk.ts'
import type { Statement } from '../../chat.ts'
import { EXTENSION_MOST, isExtendable, noteSchema } from '../../data-clock.ts'
import { AppError } from '../../errors.ts'
import { may } from '../../rights.ts'
import { dateVi, dayOf, timeVi } from '../../time.ts'
import { Card, Pairs } from '../kit/card.tsx'
import { Area, Button, Field, Form, Select } from '../kit/form.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'
import { Clock } from './requests.tsx'

const NOTE_MOST = 1000
const note = noteSchema(3, NOTE_MOST)
const answerSchema = z.strictObject({ note })
const extendSchema = z.strictObject({
  note,
  days: z
    .string()
    .regex(/^\d{1,2}$/, 'office.extension_days')
    .transform(Number),
})
const finishSchema = z.strictObject({ note, outcome: z.enum(['done', 'refused']) })

export const requestStepPages: readonly Page[] = [
  { method: 'get', path: '/data-requests/:id', act: 'data.read', handle: (visit) => show(visit) },
  { method: 'post', path: '/data-requests/:id/answer', act: 'data.answer', handle: answer },
  { method: 'post', path: '/data-requests/:id/extend', act: 'data.answer', handle: extend },
  { method: 'post', path: '/data-requests/:id/finish', act: 'data.answer', handle: finish },
]

/** Which of the page's forms was sent. */
type Step = 'answer' | 'extend' | 'finish'
type Sent = { step: Step; typed: Typed; wrong: Wrong; moved?: true }

async function show(visit: Visit, sent?: Sent): Promise<Response> {
  const { t, desk, param } = visit
  const request = await requireRequest(desk, param('id'))
  const notes = await readNotes(desk.db, desk.keys, request.id)
  const day = (at: Date | null) => (at ? dateVi(dayOf(at)) : '–')
  const works = request.path !== null && may(desk.actor, 'data.answer', request.path) && request.state !== 'done'
  return visit.show(
    {
      title: request.code ?? t('console_office.request_by_chat'),
      help: 'requests',
      crumbs: [{ href: '/console/data-requests', label: t('console_office.requests') }],
      ...(sent?.moved ? { notice: { kind: 'warning' as const, text: t('office.request_moved') } } : {}),
    },
    <>
      <Card title={t(`console_office.request_${request.kind}`)}>
        <Pairs
          pairs={[
            [t('console_office.request_clock'), <Clock visit={visit} request={request} />],
            [t('console_office.request_unit'), request.unitName ?? '–'],
            [t('console_office.request_source'), t(`console_office.source_${request.source}`)],
            [t('console_office.request_asked'), day(request.askedAt)],
            [t('console_office.request_answer_by'), day(request.answerBy)],
            [
              t('console_office.request_finish_by'),
              `${day(request.finishBy)}${request.extended ? ` ${t('console_office.request_extended')}` : ''}`,
            ],
            ...(notes.ref === '' ? [] : [[t('console_office.request_ref'), notes.ref] as const]),
          ]}
        />
      </Card>
      <Notes visit={visit} notes={notes} />
      {works ? <Steps visit={visit} request={request} sent={sent} /> : null}
    </>,
    sent?.moved ? 409 : sent ? 400 : 200,
  )
}

function Notes({ visit: { t }, notes: { notes } }: { visit: Visit; notes: RequestNotes }) {
  if (notes.length === 0) return null
  return (
    <Card title={t('console_office.request_notes')}>
      {notes.map(({ at, about, text }) => (
        <p class="mb-2">
          <strong>
            {timeVi(new Date(at))} – {t(`console_office.noted_${about}`)}
          </strong>
          <br />
          {text}
        </p>
      ))}
    </Card>
  )
}

function Steps({ visit, request: { id, state, kind, extended }, sent }: { visit: Visit; request: DataRequest; sent: Sent | undefined }) {
  const { t } = visit
  const step = (name: Step) => ({ visit, within: name, ...(sent?.step === name ? { typed: sent.typed, wrong: sent.wrong } : {}) })
  const Note = ({ of }: { of: Step }) => (
    <Area
      {...step(of)}
      name="note"
      label={t('console_office.note')}
      hint={t('console_office.note_hint')}
      rows={3}
      most={NOTE_MOST}
      needed
    />
  )
  return (
    <>
      {state === 'waiting' ? (
        <Card title={t('console_office.request_answer')}>
          <p>{t('console_office.request_answer_what')}</p>
          <Form visit={visit} action={`/data-requests/${id}/answer`}>
            <Note of="answer" />
            <Button label={t('console_office.request_answer_go')} />
          </Form>
        </Card>
      ) : null}
      <Card title={t('console_office.request_finish')}>
        <Form visit={visit} action={`/data-requests/${id}/finish`}>
          <Select
            {...step('finish')}
            name="outcome"
            label={t('console_office.request_outcome')}
            choices={(['done', 'refused'] as const).map((value) => ({ value, label: t(`console_office.outcome_${value}`) }))}
            needed
          />
          <Note of="finish" />
          <Button label={t('console_office.request_finish_go')} />
        </Form>
      </Card>
      {isExtendable(kind) && !extended ? (
        <Card title={t('console_office.request_extend')}>
          <p>{t('console_office.request_extend_what')}</p>
          <Form visit={visit} action={`/data-requests/${id}/extend`}>
            <Field
              {...step('extend')}
              name="days"
              label={t('console_office.request_days')}
              hint={t('console_office.request_days_hint', { most: EXTENSION_MOST })}
              inputmode="numeric"
              most={2}
              needed
            />
            <Note of="extend" />
            <Button kind="outline" label={t('console_office.request_extend_go')} />
          </Form>
        </Card>
      ) : null}
    </>
  )
}

function answer(visit: Visit): Promise<Response> {
  return take(visit, 'answer', answerSchema, (request, data) => answerRequest(visit.desk, request, data.note))
}

function extend(visit: Visit): Promise<Response> {
  return take(visit, 'extend', extendSchema, (request, data) => extendRequest(visit.desk, request, data.days, data.note))
}

function finish(visit: Visit): Promise<Response> {
  return take(visit, 'finish', finishSchema, (request, data) => finishRequest(visit.desk, request, data.outcome, data.note))
}

async function take<S extends z.ZodType>(
  visit: Visit,
  step: Step,
  schema: S,
  act: (request: DataRequest, data: z.output<S>) => Promise<Statement[]>,
): Promise<Response> {
  const request = await requireRequest(visit.desk, visit.param('id'))
  const posted = visit.read(schema)
  if (!posted.ok) return show(visit, { step, typed: posted.typed, wrong: posted.wrong })
  try {
    await visit.desk.db.write(await act(request, posted.data))
  } catch (error) {
    if (error instanceof AppError && error.message === 'office.extension_days')
      return show(visit, { step, typed: posted.typed, wrong: { days: { key: error.message } } })
    // Somebody else was faster: what was typed stays, beside what they did.
    if (conflictOf(error)) return show(visit, { step, typed: posted.typed, wrong: {}, moved: true })
    throw error
  }
  return visit.go(`/data-requests/${request.id}`, 'console_office.said_request_step')
}
