/**
 * Ý kiến về thị trường (F48): a queue of its own. The list says subject, unit and day; the words are opened one at a time,
 * which is recorded, and no file ever holds them: what is exported are counts, those below five people empty.
 */
import * as z from 'zod'
import {
  listOpinionCounts,
  listOpinions,
  markOpinion,
  type OpenOpinion,
  type OpinionCount,
  openOpinion,
  readOpinion,
} from '../../db/opinion-desk.ts'
import { findUnit, searchUnits } from '../../db/units.ts'
import { monthAfter } from '../month.ts'
import { NOTE_MOST, OPINION_STATES, OPINION_TOPICS, type OpinionState } from '../opinion.ts'
import { scopeOf } from '../rights.ts'
import { cleanText } from '../text.ts'
import { dateVi, dayOf, monthOf } from '../time.ts'
import { attempt, first } from './attempt.ts'
import { monthVi } from './figure-cells.tsx'
import { Badge, Card, Pairs, type Tone } from './kit/card.tsx'
import { allRows, ExportLink, exportPages } from './kit/export.tsx'
import { Area, Button, Field, Form, Select } from './kit/form.tsx'
import { addressWith, Empty, Filters, Table } from './kit/list.tsx'
import type { Page, Typed, Visit, Wrong } from './page.ts'

const PAGE = 25
/** Months in a file. */
const MONTHS = 24

const querySchema = z.object({
  state: z.enum(OPINION_STATES).or(z.literal('')).default(''),
  topic: z.enum(OPINION_TOPICS).or(z.literal('')).default(''),
  unit: z.string().max(100).default(''),
  before: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d\.[a-z0-9]{1,40}$/)
    .optional(),
})
const markSchema = z.object({
  state: z.enum(['read', 'kept', 'passed']),
  note: z.string().overwrite(cleanText).max(NOTE_MOST).default(''),
  version: z.coerce.number().int(),
})

export const opinions: readonly Page[] = [
  { method: 'get', path: '/opinions', act: 'opinion.read', handle: list },
  ...exportPages({
    path: '/opinions',
    act: 'opinion.read',
    recorded: 'opinion.export',
    title: 'console_opinions.counts_title',
    file: 'y-kien-thi-truong',
    gather: counts,
  }),
  {
    method: 'get',
    path: '/opinions/:id',
    act: 'opinion.read',
    handle: async (visit) => show(visit, await readOpinion(visit.desk, visit.param('id'))),
  },
  { method: 'post', path: '/opinions/:id/mark', act: 'opinion.work', handle: mark },
]

async function list(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const { state, topic, unit, before } = visit.query(querySchema)
  const [day = '', id = ''] = before?.split('.') ?? []
  const within = unit === '' ? undefined : await unitMeant(visit, unit)
  const filter = { state: state || undefined, topic: topic || undefined, under: within?.path }
  const nowhere = unit !== '' && !within
  const found = nowhere ? [] : await listOpinions(desk, filter, { before: before ? { day, id } : undefined, limit: PAGE + 1 })
  const rows = found.slice(0, PAGE)
  const last = rows.at(-1)
  const filtered = state !== '' || topic !== '' || unit !== ''
  return visit.show(
    { title: t('console_opinions.title'), help: 'opinions', actions: <ExportLink visit={visit} path="/opinions" /> },
    <Card plain>
      <Filters visit={visit} action="/opinions">
        <div class="col-6 col-md-auto">
          <Select
            visit={visit}
            name="state"
            label={t('console_opinions.state')}
            value={state}
            none={t('console_office.all')}
            choices={OPINION_STATES.map((value) => ({ value, label: t(`console_opinions.state_${value}`) }))}
          />
        </div>
        <div class="col-6 col-md-auto">
          <Select
            visit={visit}
            name="topic"
            label={t('console_opinions.topic')}
            value={topic}
            none={t('console_office.all')}
            choices={OPINION_TOPICS.map((value) => ({ value, label: t(`opinion.topic_${value}`) }))}
          />
        </div>
        <div class="col-12 col-md">
          <Field visit={visit} name="unit" label={t('console_opinions.unit')} type="search" value={within?.name ?? unit} most={100} />
        </div>
      </Filters>
      {rows.length === 0 ? (
        <Empty
          icon="chat-left-quote"
          title={t('console_opinions.none')}
          text={t(filtered ? 'console_office.nothing_found' : 'console_opinions.none_text')}
        />
      ) : (
        <Table
          visit={visit}
          caption={t('console_opinions.title')}
          rows={rows}
          more={found.length > PAGE && last ? addressWith(visit.c.req.url, { before: `${last.day}.${last.id}` }) : undefined}
          columns={[
            { label: t('console_opinions.day'), cell: (one) => dateVi(one.day) },
            { label: t('console_opinions.topic'), cell: (one) => t(`opinion.topic_${one.topic}`) },
            { label: t('console_opinions.unit'), cell: ({ unitName }) => unitName ?? t('console_opinions.no_unit') },
            { label: t('console_opinions.state'), cell: (one) => <State visit={visit} state={one.state} /> },
            {
              label: '',
              cell: (one) => (
                <a class="btn" href={`/console/opinions/${one.id}`}>
                  {t('console_opinions.open')}
                  <span class="visually-hidden">
                    {' '}
                    {t(`opinion.topic_${one.topic}`)}, {dateVi(one.day)}
                  </span>
                </a>
              ),
            },
          ]}
        />
      )}
    </Card>,
  )
}

/** By its id, or the first that has these words in a name, within the officer's units. */
async function unitMeant({ desk: { db, actor, now } }: Visit, typed: string) {
  const day = dayOf(now)
  const paths = scopeOf(actor, 'opinion.read')
  const exact = await findUnit(db, typed, day)
  const found = exact ? [exact] : await searchUnits(db, typed, { day, after: '', limit: 20 })
  return found.find(({ path }) => paths.some((scope) => path.startsWith(scope)))
}

async function mark(visit: Visit): Promise<Response> {
  const { desk } = visit
  const open = await openOpinion(desk, visit.param('id'), 'opinion.work')
  const posted = visit.read(markSchema)
  if (!posted.ok) return show(visit, open, posted.typed, posted.wrong)
  const { state, note, version } = posted.data
  const done = await attempt('note', async () => desk.db.write(await markOpinion(desk, { ...open, version }, { state, note })))
  if ('wrong' in done) return show(visit, open, posted.typed, done.wrong)
  return visit.go('/opinions?state=new', `console_opinions.said_${state}`)
}

function show(visit: Visit, open: OpenOpinion, typed?: Typed, wrong?: Wrong): Response {
  const { t, desk } = visit
  const { id, said, topic, unitName, day, state, version, note } = open
  const works = scopeOf(desk.actor, 'opinion.work').length > 0
  return visit.show(
    {
      title: `${t(`opinion.topic_${topic}`)}, ${dateVi(day)}`,
      crumbs: [{ href: '/console/opinions', label: t('console_opinions.title') }],
      help: 'opinions',
    },
    <>
      <Card title={t('console_opinions.said')}>
        <blockquote class="blockquote said">{said.what}</blockquote>
        <Pairs
          pairs={[
            [t('console_opinions.where'), said.where ?? t('opinion.not_given')],
            [t('console_opinions.unit'), unitName ?? t('console_opinions.no_unit')],
            [t('console_opinions.state'), <State visit={visit} state={state} />],
            ...(note === null ? [] : [[t('console_opinions.note'), note] as const]),
          ]}
        />
        <p class="text-secondary mt-3 mb-0">{t('console_opinions.nameless')}</p>
      </Card>
      {works ? (
        <Card title={t('console_opinions.mark')}>
          <Form visit={visit} action={`/opinions/${id}/mark`}>
            <input type="hidden" name="version" value={String(version)} />
            <Select
              visit={visit}
              name="state"
              label={t('console_opinions.mark_as')}
              value={first(typed, 'state') || (state === 'new' ? 'read' : state)}
              choices={(['read', 'kept', 'passed'] as const).map((value) => ({ value, label: t(`console_opinions.state_${value}`) }))}
              needed
            />
            <Area
              visit={visit}
              name="note"
              label={t('console_opinions.note')}
              hint={t('console_opinions.note_hint')}
              rows={3}
              most={NOTE_MOST}
              typed={typed}
              wrong={wrong}
            />
            <Button label={t('console_office.save')} />
          </Form>
        </Card>
      ) : null}
    </>,
    wrong ? 400 : 200,
  )
}

const TONES: Record<OpinionState, Tone> = { new: 'waiting', read: 'plain', kept: 'good', passed: 'good' }

function State({ visit: { t }, state }: { visit: Pick<Visit, 't'>; state: OpinionState }) {
  return <Badge tone={TONES[state]} label={t(`console_opinions.state_${state}`)} />
}

/** Month × unit × subject; no words, no sums. */
async function counts(visit: Visit) {
  const { t, desk } = visit
  const months = Array.from({ length: MONTHS }, (_, back) => monthAfter(monthOf(desk.now), -back))
  const rows: OpinionCount[] = []
  for (const month of months) {
    rows.push(
      ...(await allRows<OpinionCount, OpinionCount>(visit, async (after, limit) => {
        const found = await listOpinionCounts(desk, month, { after, limit })
        return { rows: found, next: found.length === limit ? found.at(-1) : undefined }
      })),
    )
  }
  return {
    columns: ['month', 'unit', 'topic', 'count'].map((key) => ({ title: t(`console_opinions.${key}`) })),
    rows: rows.map(({ month, unitName, topic, n }) => [
      monthVi(month),
      unitName ?? t('console_opinions.no_unit'),
      t(`opinion.topic_${topic}`),
      n,
    ]),
  }
}
