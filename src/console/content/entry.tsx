/**
 * One entry: how members read it, where it comes from, what they flagged, what the program offers, and every text it had
 * with what changed each time.
 */
import * as z from 'zod'
import type { Entry } from '../../../db/entries.ts'
import { type Flag, listFlags, settleFlags } from '../../../db/entry-queue.ts'
import { recheckEntry, requireEntry, retireEntry, takeOffered } from '../../../db/entry-reviews.ts'
import { findOffered, findOpenVersion, findVersionBefore, listHistory, type Version } from '../../../db/entry-versions.ts'
import { AppError } from '../../errors.ts'
import { cleanText } from '../../text.ts'
import { addDays, dateVi, dayOf } from '../../time.ts'
import { Card } from '../kit/card.tsx'
import { Area, Button, Field, Form } from '../kit/form.tsx'
import { Icon } from '../kit/icon.tsx'
import { addressWith } from '../kit/list.tsx'
import type { Visit, Wrong } from '../page.ts'
import { State } from './list.tsx'
import { crumbsOf, draftAt, entryAt, mayWrite, reviews, sectionOf, shortTitle } from './section.ts'
import { Differences, Facts, Preview } from './shown.tsx'

const FLAGS = 20
const HISTORY = 5
const querySchema = z.object({ before: z.coerce.number().int().min(0).default(0) })
const recheckSchema = z.object({ reviewBy: z.iso.date() })
/** Why something is sent back or taken down: a sentence or two. */
export const reasonSchema = z.object({ reason: z.string().overwrite(cleanText).min(1).max(500) })

export async function entryPage(visit: Visit): Promise<Response> {
  return draw(visit)
}

async function draw(visit: Visit, wrong?: Wrong): Promise<Response> {
  const { t, desk } = visit
  const { db, keys } = desk
  const section = sectionOf(visit)
  const id = visit.param('id')
  const entry = await requireEntry(desk, section, id)
  const { before } = visit.query(querySchema)
  const [open, offered, flags, found] = await Promise.all([
    findOpenVersion(db, section, id),
    findOffered(db, section, id),
    mayWrite(visit) && entry.flags > 0 ? listFlags(db, keys, { itemId: id, after: '', limit: FLAGS }) : [],
    listHistory(db, { section, entryId: id, before, limit: HISTORY + 1 }),
  ])
  const history = found.slice(0, HISTORY)
  const earlier = await Promise.all(history.map((version) => findVersionBefore(db, version)))
  const more = found.length > HISTORY ? addressWith(visit.c.req.url, { before: String(history.at(-1)?.number ?? 0) }) : undefined
  return visit.show(
    {
      title: shortTitle(entry.fields, 60),
      help: 'content',
      crumbs: crumbsOf(visit, section),
      actions: <Actions visit={visit} entry={entry} open={open} />,
      ...(entry.stale ? { notice: { kind: 'warning' as const, text: t('console_content.stale_notice') } } : {}),
    },
    <>
      <Card title={t('console_content.facts')} actions={<State visit={visit} entry={entry} />}>
        <Facts visit={visit} fields={entry.fields} />
        <p class="text-secondary mt-2 mb-0">{t('console_content.code_is', { code: id })}</p>
      </Card>
      <Preview visit={visit} fields={entry.fields} />
      {flags.length > 0 ? <Flags visit={visit} entry={entry} flags={flags} /> : null}
      {offered ? <Offered visit={visit} entry={entry} offered={offered} writable={mayWrite(visit) && !open} /> : null}
      {mayWrite(visit) && !open && entry.state !== 'retired' ? <Recheck visit={visit} entry={entry} wrong={wrong} /> : null}
      <Card title={t('console_content.history')}>
        {history.length === 0 ? <p class="mb-0">{t('console_content.no_history')}</p> : null}
        {history.map((version, at) => (
          <Past visit={visit} version={version} before={earlier[at]} />
        ))}
        {more ? (
          <p class="mb-0">
            <a class="btn btn-outline-secondary" href={more}>
              {t('console_content.older')}
            </a>
          </p>
        ) : null}
      </Card>
    </>,
    wrong ? 400 : 200,
  )
}

function Actions({ visit, entry: { section, id, state }, open }: { visit: Visit; entry: Entry; open: Version | undefined }) {
  const { t } = visit
  return (
    <>
      {mayWrite(visit) ? (
        <a class="btn btn-primary" href={`/console${open ? draftAt(open) : `${entryAt(section, id)}/edit`}`}>
          <Icon name="pencil" />
          {t(open ? 'console_content.open_draft' : state === 'retired' ? 'console_content.write_again' : 'console_content.change')}
        </a>
      ) : null}
      {reviews(visit) && state !== 'retired' ? (
        <a class="btn btn-outline-danger" href={`/console${entryAt(section, id)}/retire`}>
          {t('console_content.retire')}
        </a>
      ) : null}
    </>
  )
}

function Flags({ visit, entry, flags }: { visit: Visit; entry: Entry; flags: readonly Flag[] }) {
  const { t } = visit
  return (
    <Card title={t('console_content.flags_title')}>
      <p>{t('console_content.flags_text')}</p>
      <ul>
        {flags.map(({ day, reason, words }) => (
          <li>
            {dateVi(day)}: {t(`library.b_${reason}`)}
            {words === '' ? null : <span class="said"> – {words}</span>}
          </li>
        ))}
      </ul>
      {reviews(visit) ? (
        <Form visit={visit} action={`${entryAt(entry.section, entry.id)}/settle`}>
          {flags.map(({ id }) => (
            <input type="hidden" name="flags[]" value={id} />
          ))}
          <Button kind="outline" label={t('console_content.settle')} />
        </Form>
      ) : null}
    </Card>
  )
}

function Offered({ visit, entry, offered, writable }: { visit: Visit; entry: Entry; offered: Version; writable: boolean }) {
  const { t } = visit
  return (
    <Card title={t('console_content.offered_title')}>
      <p>{t('console_content.offered_text')}</p>
      <Differences visit={visit} before={entry.fields} after={offered.fields} />
      {writable ? (
        <Form visit={visit} action={`${entryAt(entry.section, entry.id)}/take`} class="mt-3">
          <Button kind="outline" label={t('console_content.offered_take')} />
        </Form>
      ) : null}
    </Card>
  )
}

function Recheck({ visit, entry, wrong }: { visit: Visit; entry: Entry; wrong: Wrong | undefined }) {
  const { t, desk } = visit
  return (
    <Card title={t('console_content.recheck_title')}>
      <p>{t('console_content.recheck_text')}</p>
      <Form visit={visit} action={`${entryAt(entry.section, entry.id)}/recheck`}>
        <Field
          visit={visit}
          name="reviewBy"
          label={t('entry.f_review_by')}
          type="date"
          value={addDays(dayOf(desk.now), 365)}
          wrong={wrong}
          needed
        />
        <Button kind="outline" label={t('console_content.recheck')} />
      </Form>
    </Card>
  )
}

function Past({ visit, version, before }: { visit: Visit; version: Version; before: Version | undefined }) {
  const { t } = visit
  const { number, state, authorName, reviewerName, note, changedAt } = version
  const when = dateVi(dayOf(new Date(changedAt)))
  const who = authorName
    ? t(state === 'retired' ? 'console_content.past_retired' : 'console_content.past_by', {
        author: authorName,
        reviewer: reviewerName ?? '–',
        when,
      })
    : t('console_content.past_built_in')
  return (
    <details class="mb-3" open={version.number !== 1 && state === 'published'}>
      <summary>
        {t('console_content.past', { number: number ?? 0 })} {who}
      </summary>
      {note ? <p class="mt-2 mb-0">{t('console_content.reason_was', { reason: note })}</p> : null}
      {state === 'retired' ? null : (
        <div class="mt-2">
          <Differences visit={visit} before={before?.fields ?? null} after={version.fields} />
        </div>
      )}
    </details>
  )
}

export async function recheck(visit: Visit): Promise<Response> {
  const posted = visit.read(recheckSchema)
  if (!posted.ok) return draw(visit, posted.wrong)
  const entry = await requireEntry(visit.desk, sectionOf(visit), visit.param('id'))
  try {
    const { id, writes } = await recheckEntry(visit.desk, entry, posted.data.reviewBy)
    await visit.desk.db.write(writes)
    return visit.go(draftAt({ section: entry.section, id }), 'console_content.said_submitted')
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid') return draw(visit, { reviewBy: { key: error.message } })
    throw error
  }
}

export async function take(visit: Visit): Promise<Response> {
  const offered = await findOffered(visit.desk.db, sectionOf(visit), visit.param('id'))
  if (!offered) throw new AppError('not_found', 'desk.entry_gone')
  const { id, writes } = await takeOffered(visit.desk, offered)
  await visit.desk.db.write(writes)
  return visit.go(draftAt({ section: offered.section, id }), 'console_content.said_saved')
}

/** Settles the flags that were shown, and none that came in since. */
export async function settle(visit: Visit): Promise<Response> {
  const { desk } = visit
  const entry = await requireEntry(desk, sectionOf(visit), visit.param('id'))
  const shown = [visit.read(z.looseObject({})).typed.flags ?? []].flat().slice(0, FLAGS)
  await desk.db.write(
    settleFlags(
      desk,
      entry,
      [...new Set(shown)].map((id) => ({ id })),
    ),
  )
  return visit.go(entryAt(entry.section, entry.id), 'console_content.said_settled')
}

export async function retirePage(visit: Visit): Promise<Response> {
  return drawRetire(visit)
}

async function drawRetire(visit: Visit, wrong?: Wrong): Promise<Response> {
  const { t, desk } = visit
  const entry = await requireEntry(desk, sectionOf(visit), visit.param('id'))
  const title = shortTitle(entry.fields, 60)
  return visit.show(
    { title: t('console_content.retire'), help: 'content', crumbs: crumbsOf(visit, entry.section, { id: entry.id, title }) },
    <>
      <Card>
        <p>{t('console_content.retire_text')}</p>
        <Form visit={visit} action={`${entryAt(entry.section, entry.id)}/retire`}>
          <Area
            visit={visit}
            name="reason"
            label={t('console_content.reason')}
            hint={t('console_content.reason_hint')}
            rows={3}
            most={500}
            wrong={wrong}
            needed
          />
          <Button kind="danger" label={t('console_content.retire_now')} />
        </Form>
      </Card>
      <Preview visit={visit} fields={entry.fields} />
    </>,
    wrong ? 400 : 200,
  )
}

export async function retire(visit: Visit): Promise<Response> {
  const posted = visit.read(reasonSchema)
  if (!posted.ok) return drawRetire(visit, posted.wrong)
  const entry = await requireEntry(visit.desk, sectionOf(visit), visit.param('id'))
  await visit.desk.db.write(retireEntry(visit.desk, entry, posted.data.reason))
  return visit.go(entryAt(entry.section, entry.id), 'console_content.said_retired')
}
