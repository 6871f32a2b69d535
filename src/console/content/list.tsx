/**
 * The lists of one section: what members read, what waits for a second person, what is being written, what must be looked
 * at again, what was taken down. Which of them, the search and the filter stand in the address.
 */
import * as z from 'zod'
import { type Entry, listEntries } from '../../../db/entries.ts'
import { countQueue, listQueue, QUEUE_COUNTED, QUEUES, queueKey } from '../../../db/entry-queue.ts'
import { listDrafts, type Version } from '../../../db/entry-versions.ts'
import type { Section } from '../../entry.ts'
import { scopeOf } from '../../rights.ts'
import { dateVi, dayOf } from '../../time.ts'
import { Badge, Card } from '../kit/card.tsx'
import { Field, Select } from '../kit/form.tsx'
import { Icon } from '../kit/icon.tsx'
import { addressWith, Empty, Filters, Table } from '../kit/list.tsx'
import type { Visit } from '../page.ts'
import { draftAt, entryAt, listAt, mayWrite, reviews, sectionOf, shortTitle, topicChoices } from './section.ts'

export const VIEWS = ['shown', 'review', 'drafts', 'again', 'retired'] as const
type View = (typeof VIEWS)[number]

const ROWS = 25
const querySchema = z.object({
  view: z.enum(VIEWS).default('shown'),
  queue: z.enum(QUEUES).default('stale'),
  q: z.string().max(100).default(''),
  topic: z.string().max(40).default(''),
  after: z.string().max(60).default(''),
})
type Query = z.output<typeof querySchema>

export async function listPage(visit: Visit): Promise<Response> {
  const section = sectionOf(visit)
  const query = visit.query(querySchema)
  const { t } = visit
  return visit.show(
    { title: t(`entry.section_${section}`), help: 'content', actions: <Actions visit={visit} section={section} /> },
    <Card plain>
      <Views visit={visit} section={section} view={query.view} />
      {query.view === 'review' || query.view === 'drafts' ? await drafts(visit, section, query) : await entries(visit, section, query)}
    </Card>,
  )
}

function Actions({ visit, section }: { visit: Visit; section: Section }) {
  const { t } = visit
  const at = `/console${listAt(section)}`
  return (
    <>
      {mayWrite(visit) ? (
        <>
          <a class="btn btn-primary" href={`${at}/new`}>
            <Icon name="plus-lg" />
            {t('console_content.new')}
          </a>
          <a class="btn" href={`${at}/import`}>
            <Icon name="upload" />
            {t('console_content.import')}
          </a>
        </>
      ) : null}
      <a class="btn" href={`${at}/export`}>
        <Icon name="download" />
        {t('console_content.export')}
      </a>
    </>
  )
}

function Views({ visit: { t }, section, view }: { visit: Visit; section: Section; view: View }) {
  return (
    <nav class="card-header" aria-label={t('console_content.views')}>
      <div class="btn-list">
        {VIEWS.map((one) => (
          <Tab href={`/console${listAt(section)}?view=${one}`} here={one === view} label={t(`console_content.view_${one}`)} />
        ))}
      </div>
    </nav>
  )
}

function Tab({ href, here, label }: { href: string; here: boolean; label: string }) {
  return (
    <a class={here ? 'btn btn-primary' : 'btn'} href={href} {...(here ? { 'aria-current': 'page' as const } : {})}>
      {label}
    </a>
  )
}

async function entries(visit: Visit, section: Section, { view, queue, q, topic, after }: Query) {
  const { t, desk } = visit
  const day = dayOf(desk.now)
  const again = view === 'again'
  const topics = await topicChoices(visit, section)
  const filter = {
    section,
    state: view === 'retired' ? ('retired' as const) : ('published' as const),
    ...(topic ? { topic } : {}),
    ...(q ? { typed: q } : {}),
  }
  const found = again
    ? await listQueue(desk.db, { section, queue, day, after, limit: ROWS + 1 })
    : await listEntries(desk.db, { ...filter, day, after, limit: ROWS + 1 })
  const rows = found.slice(0, ROWS)
  const last = rows.at(-1)
  const next = found.length > ROWS && last ? addressWith(visit.c.req.url, { after: again ? queueKey(queue, last) : last.id }) : undefined
  const topicName = new Map(topics.map(({ value, label }) => [value, label]))
  return (
    <>
      {again ? (
        await Queues({ visit, section, queue, day })
      ) : (
        <Filters visit={visit} action={listAt(section)}>
          <input type="hidden" name="view" value={view} />
          <div class="col-12 col-sm">
            <Field
              visit={visit}
              name="q"
              label={t('console_content.search')}
              placeholder={t('console_content.search_hint')}
              value={q}
              most={100}
            />
          </div>
          {topics.length > 0 ? (
            <div class="col-12 col-sm">
              <Select
                visit={visit}
                name="topic"
                label={t('entry.f_topic')}
                choices={topics}
                none={t('console_content.all_topics')}
                value={topic}
              />
            </div>
          ) : null}
        </Filters>
      )}
      {rows.length === 0 ? (
        <Empty {...emptyOf(visit, section, { view, q, topic })} />
      ) : (
        <Table
          visit={visit}
          caption={t(`console_content.view_${view}`)}
          rows={rows}
          more={next}
          columns={[
            { label: t('console_content.what'), cell: (entry) => <Title section={section} entry={entry} /> },
            ...(topics.length > 0
              ? [{ label: t('entry.f_topic'), cell: ({ fields }: Entry) => topicName.get(fields.topic) ?? fields.topic }]
              : []),
            { label: t('entry.f_review_by'), cell: ({ fields }) => dateVi(fields.reviewBy) },
            { label: t('console_content.state'), cell: (entry) => <State visit={visit} entry={entry} /> },
          ]}
        />
      )}
    </>
  )
}

async function Queues({ visit, section, queue, day }: { visit: Visit; section: Section; queue: string; day: string }) {
  const { t, desk } = visit
  const shown = QUEUES.filter((one) => one !== 'flagged' || section !== 'questions')
  const counts = await Promise.all(shown.map((one) => countQueue(desk.db, { section, queue: one, day })))
  return (
    <nav class="card-body border-bottom" aria-label={t('console_content.queues')}>
      <div class="btn-list">
        {shown.map((one, at) => (
          <Tab
            href={`/console${listAt(section)}?view=again&queue=${one}`}
            here={one === queue}
            label={`${t(`console_content.queue_${one}`)} (${(counts[at] ?? 0) > QUEUE_COUNTED ? `${QUEUE_COUNTED}+` : counts[at]})`}
          />
        ))}
      </div>
    </nav>
  )
}

async function drafts(visit: Visit, section: Section, { view, after }: Query) {
  const { t, desk } = visit
  const state = view === 'review' ? 'submitted' : 'draft'
  const found = await listDrafts(desk.db, { section, state, paths: scopeOf(desk.actor, 'content.read'), after, limit: ROWS + 1 })
  const rows = found.slice(0, ROWS)
  const last = rows.at(-1)
  const next = found.length > ROWS && last ? addressWith(visit.c.req.url, { after: last.id }) : undefined
  if (rows.length === 0) return <Empty {...emptyOf(visit, section, { view, q: '', topic: '' })} />
  return (
    <>
      {state === 'submitted' && reviews(visit) ? (
        <p class="card-body border-bottom mb-0">
          <a class="btn btn-primary" href={`/console${listAt(section)}/review`}>
            <Icon name="check-circle" />
            {t('console_content.review_many')}
          </a>
        </p>
      ) : null}
      <Table
        visit={visit}
        caption={t(`console_content.view_${view}`)}
        rows={rows}
        more={next}
        columns={[
          {
            label: t('console_content.what'),
            cell: ({ id, fields }) => <a href={`/console${draftAt({ section, id })}`}>{shortTitle(fields)}</a>,
          },
          { label: t('console_content.author'), cell: ({ authorName, unitName }) => `${authorName ?? '–'}, ${unitName ?? ''}` },
          { label: t('console_content.changed'), cell: ({ changedAt }: Version) => dateVi(dayOf(new Date(changedAt))) },
          {
            label: t('console_content.state'),
            cell: ({ note }) =>
              note ? (
                <Badge tone="bad" label={t('console_content.returned')} />
              ) : (
                <Badge tone="waiting" label={t(`console_content.state_${state}`)} />
              ),
          },
        ]}
      />
    </>
  )
}

function Title({ section, entry: { id, fields } }: { section: Section; entry: Entry }) {
  const number = 'document' in fields && fields.document ? `${fields.document.number}: ` : ''
  return (
    <a href={`/console${entryAt(section, id)}`}>
      {number}
      {shortTitle(fields)}
    </a>
  )
}

export function State({ visit: { t }, entry: { state, stale, flags, builtIn } }: { visit: Visit; entry: Entry }) {
  return (
    <span class="badges-list">
      {stale ? (
        <Badge tone="bad" label={t('console_content.state_stale')} />
      ) : (
        <Badge
          tone={state === 'published' ? 'good' : state === 'waiting' ? 'waiting' : 'plain'}
          label={t(`console_content.state_${state}`)}
        />
      )}
      {flags > 0 ? <Badge tone="bad" label={t('console_content.flags', { n: flags })} /> : null}
      {builtIn ? <Badge label={t('console_content.built_in')} /> : null}
    </span>
  )
}

function emptyOf(visit: Visit, section: Section, { view, q, topic }: { view: View; q: string; topic: string }) {
  const { t } = visit
  if (q !== '' || topic !== '')
    return {
      title: t('console_content.none_found'),
      text: t('console_content.none_found_text'),
      icon: 'search' as const,
      action: { href: `/console${listAt(section)}?view=${view}`, label: t('console_content.all') },
    }
  const action =
    view !== 'retired' && view !== 'again' && mayWrite(visit)
      ? { href: `/console${listAt(section)}/new`, label: t('console_content.new') }
      : undefined
  return { title: t(`console_content.none_${view}`), text: t(`console_content.none_${view}_text`), action }
}
