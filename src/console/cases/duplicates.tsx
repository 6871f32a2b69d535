/**
 * On a case's page: which other reports may be about the same thing and why, and what was merged into it, for reading, with
 * the way to take it out again. Suggestions only: nothing is merged by itself.
 */
import * as z from 'zod'
import type { OpenCase } from '../../../db/case-desk.ts'
import { listEvents } from '../../../db/case-events.ts'
import { unmergeCase } from '../../../db/case-merge.ts'
import { readMerged } from '../../../db/case-merged.ts'
import { listSuggestions, type Suggestion } from '../../../db/case-pairs.ts'
import { hourOf, timeVi } from '../../time.ts'
import { Card } from '../kit/card.tsx'
import { Button, Form } from '../kit/form.tsx'
import { Table } from '../kit/list.tsx'
import type { Page, Visit } from '../page.ts'
import type { CaseSection } from './section.ts'
import { Likeness, Told, worksOn } from './told.tsx'
import { hourVi, StateBadge, Version, versionField } from './words.tsx'

/** Events of a merged case that are shown here, the newest; its own page has all. */
const EVENTS = 10

const unmergeSchema = z.object({ version: versionField, other: z.string().regex(/^[A-Za-z0-9_-]{1,40}$/) })

export const unmerge: readonly Page[] = [{ method: 'post', path: '/cases/:id/unmerge', act: 'case.work', handle: takeOut }]

export const duplicates: CaseSection = async (visit, open) => {
  if (open.mergedInto !== null) return null
  const { t, desk } = visit
  const found = open.spam ? [] : await listSuggestions(desk, open.id)
  const merged = await readMerged(desk, open.id)
  const works = worksOn(visit, open)
  return (
    <>
      {found.length > 0 || works ? (
        <Card title={t('console_duplicates.title')} plain>
          {found.length > 0 ? (
            <>
              <p class="card-body mb-0">{t('console_duplicates.section_text')}</p>
              <Suggestions visit={visit} open={open} found={found} />
            </>
          ) : (
            <p class="card-body mb-0">{t('console_duplicates.why_none')}</p>
          )}
          {works ? (
            <p class="card-footer mb-0">
              <a class="btn btn-outline-secondary" href={`/console/cases/${open.id}/compare`}>
                {t('console_duplicates.by_number')}
              </a>
            </p>
          ) : null}
        </Card>
      ) : null}
      {await Promise.all(merged.opened.map((one) => Merged({ visit, main: open, one, works })))}
      {merged.others.length + merged.hidden > 0 ? (
        <Card title={t('console_duplicates.merged_title')}>
          {merged.hidden > 0 ? <p>{t('console_duplicates.merged_hidden', { n: merged.hidden })}</p> : null}
          <ul class="mb-0">
            {merged.others.map((id) => (
              <li>
                <a href={`/console/cases/${id}`}>{t('console_duplicates.case')}</a>
              </li>
            ))}
          </ul>
        </Card>
      ) : null}
    </>
  )
}

function Suggestions({ visit, open, found }: { visit: Visit; open: OpenCase; found: readonly Suggestion[] }) {
  const { t } = visit
  return (
    <Table
      visit={visit}
      caption={t('console_duplicates.title')}
      rows={found}
      columns={[
        {
          label: t('console_duplicates.case'),
          cell: ({ other }) => (
            <>
              {other.number} <StateBadge visit={visit} state={other.state} />
              <p class="text-secondary mb-0">{hourVi(visit, other.openedHour)}</p>
            </>
          ),
        },
        { label: t('console_cases.kind'), cell: ({ other }) => t(`case.kind_${other.kind}`) },
        { label: t('console_duplicates.level'), cell: ({ level, why }) => <Likeness visit={visit} level={level} why={why} /> },
        {
          label: '',
          cell: ({ other }) => (
            <a class="btn" href={`/console/cases/${open.id}/compare/${other.id}`}>
              {t('console_duplicates.compare')}
              <span class="visually-hidden"> {t('console_duplicates.compare_of', { one: open.number, other: other.number })}</span>
            </a>
          ),
        },
      ]}
    />
  )
}

/** What was told in it, what happened to it, and the way out. */
async function Merged({ visit, main, one, works }: { visit: Visit; main: OpenCase; one: OpenCase; works: boolean }) {
  const { t, desk } = visit
  const events = await listEvents(desk.db, desk.keys, one.id, { after: Math.max(0, one.version - EVENTS), limit: EVENTS })
  return (
    <Card title={t('console_duplicates.merged_one', { number: one.number })}>
      <p>{t('console_duplicates.merged_text')}</p>
      {await Told({ visit, one })}
      <h3 class="h4 mt-3">{t('console_duplicates.merged_thread', { number: one.number })}</h3>
      <ol class="list-unstyled">
        {events.map(({ kind, text, at, officerId, officerName }) => (
          <li class="mb-2">
            <strong>{t(`console_cases.event_${kind}`)}</strong>
            {text ? <blockquote class="blockquote mb-1 said">{text}</blockquote> : null}
            <p class="text-secondary mb-0">
              {officerId === null ? hourVi(visit, hourOf(at)) : `${officerName ?? t('console_cases.officer_gone')} · ${timeVi(at)}`}
            </p>
          </li>
        ))}
      </ol>
      <div class="btn-list">
        <a class="btn btn-outline-secondary" href={`/console/cases/${one.id}`}>
          {t('console_duplicates.merged_open', { number: one.number })}
        </a>
        {works && worksOn(visit, one) ? (
          <Form visit={visit} action={`/cases/${main.id}/unmerge`}>
            <Version row={main} />
            <input type="hidden" name="other" value={one.id} />
            <Button kind="outline" label={t('console_duplicates.unmerge_go', { number: one.number })} />
          </Form>
        ) : null}
      </div>
      {works ? <p class="form-hint mt-2 mb-0">{t('console_duplicates.unmerge_text')}</p> : null}
    </Card>
  )
}

async function takeOut(visit: Visit): Promise<Response> {
  const id = visit.param('id')
  const posted = visit.read(unmergeSchema)
  if (!posted.ok) return visit.go(`/cases/${id}`)
  await unmergeCase(visit.desk, posted.data.other, posted.data.version)
  return visit.go(`/cases/${posted.data.other}`, 'console_duplicates.said_unmerged')
}
