/**
 * A text that is being written or waits for a second person: as members will read it, what differs from what they read
 * now, and for the second person one page on which to let it through or send it back.
 */
import * as z from 'zod'
import { findEntry } from '../../../db/entries.ts'
import { type Draft, dropDraft, submitDraft } from '../../../db/entry-acts.ts'
import { approveDraft, checkReview, returnDraft } from '../../../db/entry-reviews.ts'
import { AppError } from '../../errors.ts'
import { dayOf } from '../../time.ts'
import { Badge, Card } from '../kit/card.tsx'
import { Area, Button, Form } from '../kit/form.tsx'
import { Icon } from '../kit/icon.tsx'
import type { Visit, Wrong } from '../page.ts'
import { reasonSchema } from './entry.tsx'
import { crumbsOf, draftAt, draftHere, entryAt, listAt, mayWrite, reviews, shortTitle } from './section.ts'
import { Differences, Facts, Preview } from './shown.tsx'

const editionSchema = z.object({ edition: z.coerce.number().int().min(1) })

export async function draftPage(visit: Visit): Promise<Response> {
  const { t } = visit
  const draft = await draftHere(visit)
  return visit.show(
    { ...(await headOf(visit, draft)), actions: <Actions visit={visit} draft={draft} /> },
    <>
      {draft.note ? (
        <Card title={t('console_content.returned')}>
          <p class="said mb-0">{draft.note}</p>
        </Card>
      ) : null}
      <Body visit={visit} draft={draft} before={await shownBefore(visit, draft)} />
      {mayWrite(visit) ? (
        <Card title={t('console_content.drop_title')}>
          <p>{t('console_content.drop_text')}</p>
          <Form visit={visit} action={`${draftAt(draft)}/drop`}>
            <Button kind="outline" label={t('console_content.drop')} />
          </Form>
        </Card>
      ) : null}
    </>,
  )
}

async function headOf(visit: Visit, { section, fields }: Draft) {
  return { title: shortTitle(fields, 60), help: 'content', crumbs: crumbsOf(visit, section) }
}

/** What members read of the entry now. */
async function shownBefore({ desk }: Visit, { section, entryId }: Draft) {
  return (await findEntry(desk.db, section, entryId, dayOf(desk.now)))?.fields ?? null
}

function Actions({ visit, draft: { section, id, state, edition, editors } }: { visit: Visit; draft: Draft }) {
  const { t, desk } = visit
  return (
    <>
      {mayWrite(visit) && state === 'draft' ? (
        <Form visit={visit} action={`${draftAt({ section, id })}/submit`}>
          <input type="hidden" name="edition" value={String(edition)} />
          <Button label={t('console_content.submit')} />
        </Form>
      ) : null}
      {reviews(visit) && state === 'submitted' && !editors.includes(desk.actor.officerId) ? (
        <a class="btn btn-primary" href={`/console${draftAt({ section, id })}/review`}>
          <Icon name="check-circle" />
          {t('console_content.review')}
        </a>
      ) : null}
      {mayWrite(visit) ? (
        <a class="btn" href={`/console${draftAt({ section, id })}/edit`}>
          <Icon name="pencil" />
          {t('console_content.change')}
        </a>
      ) : null}
    </>
  )
}

function Body({ visit, draft, before }: { visit: Visit; draft: Draft; before: Draft['fields'] | null }) {
  const { t } = visit
  const { section, entryId, fields, state, authorName, unitName } = draft
  return (
    <>
      <Card title={t('console_content.facts')} actions={<Badge tone="waiting" label={t(`console_content.state_${state}`)} />}>
        <p>{t('console_content.written_by', { author: authorName ?? '–', unit: unitName ?? '' })}</p>
        <Facts visit={visit} fields={fields} />
        {before ? (
          <p class="mt-2 mb-0">
            <a href={`/console${entryAt(section, entryId)}`}>{t('console_content.see_shown')}</a>
          </p>
        ) : null}
      </Card>
      <Preview visit={visit} fields={fields} />
      {before ? (
        <Card title={t('console_content.differences')}>
          <Differences visit={visit} before={before} after={fields} />
        </Card>
      ) : null}
    </>
  )
}

export async function submit(visit: Visit): Promise<Response> {
  const { desk } = visit
  const posted = visit.read(editionSchema)
  if (!posted.ok) throw new AppError('conflict', 'desk.entry_changed')
  const draft = await draftHere(visit)
  await desk.db.write(await submitDraft(desk, draft, posted.data.edition))
  return visit.go(draftAt(draft), 'console_content.said_submitted')
}

export async function drop(visit: Visit): Promise<Response> {
  const draft = await draftHere(visit)
  await visit.desk.db.write(dropDraft(visit.desk, draft))
  return visit.go(`${listAt(draft.section)}?view=drafts`, 'console_content.said_dropped')
}

export async function reviewPage(visit: Visit): Promise<Response> {
  const draft = await draftHere(visit)
  // Before anything is asked of them: who may not let it through is told why.
  await checkReview(visit.desk, draft, draft.edition)
  return drawReview(visit, draft)
}

async function drawReview(visit: Visit, draft: Draft, wrong?: Wrong): Promise<Response> {
  const { t } = visit
  const head = await headOf(visit, draft)
  return visit.show(
    { ...head, title: t('console_content.review_one', { title: head.title }) },
    <>
      <Body visit={visit} draft={draft} before={await shownBefore(visit, draft)} />
      <Card title={t('console_content.review')}>
        <p>{t('console_content.review_text')}</p>
        <Form visit={visit} action={`${draftAt(draft)}/review`}>
          <input type="hidden" name="edition" value={String(draft.edition)} />
          <div class="mb-4">
            <Button label={t('console_content.approve')} name="do" value="approve" />
          </div>
          <Area
            visit={visit}
            name="reason"
            label={t('console_content.reason_return')}
            hint={t('console_content.reason_return_hint')}
            rows={3}
            most={500}
            wrong={wrong}
          />
          <Button kind="outline" label={t('console_content.return')} name="do" value="return" />
        </Form>
      </Card>
    </>,
    wrong ? 400 : 200,
  )
}

export async function decide(visit: Visit): Promise<Response> {
  const { desk } = visit
  const draft = await draftHere(visit)
  const edition = visit.read(editionSchema)
  if (!edition.ok) throw new AppError('conflict', 'desk.entry_changed')
  if (edition.typed.do === 'return') {
    const posted = visit.read(reasonSchema)
    if (!posted.ok) return drawReview(visit, draft, posted.wrong)
    if (draft.edition !== edition.data.edition) throw new AppError('conflict', 'desk.entry_changed')
    await desk.db.write(returnDraft(desk, draft, posted.data.reason))
    return visit.go(`${listAt(draft.section)}?view=review`, 'console_content.said_returned')
  }
  await desk.db.write(await approveDraft(desk, draft, edition.data.edition))
  return visit.go(entryAt(draft.section, draft.entryId), 'console_content.said_approved')
}
