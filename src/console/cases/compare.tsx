/**
 * Two reports side by side: what was told, where, when, with which photos, and what agrees. Here an officer says whether it
 * is one thing or two; which of them stays the main case is theirs to choose.
 */
import * as z from 'zod'
import { findCaseByNumber, type OpenCase, readCase } from '../../../db/case-desk.ts'
import { mergeCases } from '../../../db/case-merge.ts'
import { findPair, sayApart } from '../../../db/case-pairs.ts'
import { AppError } from '../../errors.ts'
import { caseCode } from '../../vietnamese/index.ts'
import { Card } from '../kit/card.tsx'
import { Button, Field, Form } from '../kit/form.tsx'
import type { Page, Visit } from '../page.ts'
import { Likeness, Told, worksOn } from './told.tsx'
import { crumbsOf, StateBadge, versionField } from './words.tsx'

const PATH = '/cases/:id/compare'

const numberQuery = z.object({ number: z.string().max(60).default('') })
const mergeSchema = z.object({ version: versionField, other_version: versionField, main: z.enum(['one', 'other']) })

export const compare: readonly Page[] = [
  { method: 'get', path: PATH, act: 'case.work', handle: choose },
  { method: 'get', path: `${PATH}/:other`, act: 'case.read', handle: (visit) => show(visit) },
  { method: 'post', path: `${PATH}/:other/merge`, act: 'case.work', handle: merge },
  { method: 'post', path: `${PATH}/:other/apart`, act: 'case.work', handle: apart },
]

/** By the number of the other one. */
async function choose(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const open = await readCase(desk, visit.param('id'))
  const { number } = visit.query(numberQuery)
  const code = caseCode(number)
  const found = code && (await findCaseByNumber(desk, code.number))
  if (found && found !== open.id) return visit.go(`/cases/${open.id}/compare/${found}`)
  const wrong = number === '' ? undefined : { number: { key: found ? 'console_duplicates.same_case' : 'console_duplicates.number_wrong' } }
  return visit.show(
    { title: t('console_duplicates.by_number'), crumbs: crumbsOf(visit, open), help: 'duplicates' },
    <Card>
      <p>{t('console_duplicates.by_number_text')}</p>
      <form method="get" action={`/console/cases/${open.id}/compare`}>
        <Field
          visit={visit}
          name="number"
          label={t('console_duplicates.number')}
          hint={t('console_duplicates.number_hint')}
          value={number}
          wrong={wrong}
          most={60}
          needed
        />
        <button type="submit" class="btn btn-primary">
          {t('console_duplicates.number_go')}
        </button>
      </form>
    </Card>,
    wrong ? 400 : 200,
  )
}

async function show(visit: Visit, refused?: string): Promise<Response> {
  const { t, desk } = visit
  const one = await readCase(desk, visit.param('id'))
  const other = await readCase(desk, visit.param('other'))
  // What was merged is compared where it went, unless it went into the other.
  const [a, b] = [one.mergedInto ?? one.id, other.mergedInto ?? other.id]
  if (a !== b && (a !== one.id || b !== other.id)) return visit.go(`/cases/${a}/compare/${b}`)
  const together = a === b
  const pair = await findPair(desk, one.id, other.id)
  const works = worksOn(visit, one) && worksOn(visit, other)
  const notice =
    refused ?? (one.id === other.id ? 'console_duplicates.same_case' : together ? 'console_duplicates.merged_already' : undefined)
  return visit.show(
    {
      title: t('console_duplicates.compare_title', { one: one.number, other: other.number }),
      crumbs: crumbsOf(visit, one),
      help: 'duplicates',
      notice: notice ? { kind: 'warning', text: t(notice) } : undefined,
    },
    <>
      <Card>
        {pair ? <Likeness visit={visit} level={pair.level} why={pair.why} /> : <p class="mb-0">{t('console_duplicates.why_none')}</p>}
      </Card>
      <div class="row">{await Promise.all([one, other].map((side) => Side({ visit, side })))}</div>
      {works && !together ? <Forms visit={visit} one={one} other={other} /> : null}
    </>,
    refused ? 409 : 200,
  )
}

async function Side({ visit, side }: { visit: Visit; side: OpenCase }) {
  const { t } = visit
  return (
    <div class="col-12 col-lg-6">
      <Card title={side.number} actions={<StateBadge visit={visit} state={side.state} />}>
        {await Told({ visit, one: side })}
        <p class="mt-3 mb-0">
          <a class="btn btn-outline-secondary" href={`/console/cases/${side.id}`}>
            {t('console_duplicates.merged_open', { number: side.number })}
          </a>
        </p>
      </Card>
    </div>
  )
}

function Forms({ visit, one, other }: { visit: Visit; one: OpenCase; other: OpenCase }) {
  const { t } = visit
  const action = `/cases/${one.id}/compare/${other.id}`
  return (
    <>
      <Card title={t('console_duplicates.merge_title')}>
        <p>{t('console_duplicates.merge_text')}</p>
        <Form visit={visit} action={`${action}/merge`} class="btn-list">
          <input type="hidden" name="version" value={String(one.version)} />
          <input type="hidden" name="other_version" value={String(other.version)} />
          <Button label={t('console_duplicates.merge_go', { number: one.number })} name="main" value="one" />
          <Button kind="outline" label={t('console_duplicates.merge_go', { number: other.number })} name="main" value="other" />
        </Form>
      </Card>
      <Card title={t('console_duplicates.apart_title')}>
        <p>{t('console_duplicates.apart_text')}</p>
        <Form visit={visit} action={`${action}/apart`}>
          <Button kind="outline" label={t('console_duplicates.apart_go')} />
        </Form>
      </Card>
    </>
  )
}

async function merge(visit: Visit): Promise<Response> {
  const posted = visit.read(mergeSchema)
  if (!posted.ok) return show(visit, 'desk.conflict')
  const { version, other_version, main } = posted.data
  const one = { id: visit.param('id'), version }
  const other = { id: visit.param('other'), version: other_version }
  const [into, from] = main === 'one' ? [one, other] : [other, one]
  return said(visit, () => mergeCases(visit.desk, into, from), `/cases/${into.id}`, 'console_duplicates.said_merged')
}

async function apart(visit: Visit): Promise<Response> {
  const id = visit.param('id')
  return said(visit, () => sayApart(visit.desk, id, visit.param('other')), `/cases/${id}`, 'console_duplicates.said_apart')
}

/** What is wrong with these two is said above them. */
async function said(visit: Visit, act: () => Promise<void>, to: string, text: string): Promise<Response> {
  try {
    await act()
  } catch (error) {
    if (error instanceof AppError && (error.message.startsWith('console_duplicates.') || error.message === 'case.moved_on'))
      return show(visit, error.message)
    throw error
  }
  return visit.go(to, text)
}
