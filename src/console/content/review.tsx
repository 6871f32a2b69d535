/**
 * Many texts at once, such as those of a sheet: each stands there in full, and only those that were ticked are let
 * through, in the edition that was seen.
 */
import * as z from 'zod'
import { findEntry } from '../../../db/entries.ts'
import { approveDraft } from '../../../db/entry-reviews.ts'
import { listDrafts, requireDraft, type Version } from '../../../db/entry-versions.ts'
import type { Fields } from '../../entry.ts'
import { AppError } from '../../errors.ts'
import { scopeOf } from '../../rights.ts'
import { dateVi, dayOf } from '../../time.ts'
import { Card } from '../kit/card.tsx'
import { Button, Form } from '../kit/form.tsx'
import { addressWith, Empty } from '../kit/list.tsx'
import type { Visit } from '../page.ts'
import { crumbsOf, draftAt, listAt, reviews, sectionOf } from './section.ts'
import { Differences, Preview } from './shown.tsx'

const ROWS = 10
const querySchema = z.object({ after: z.string().max(60).default('') })
const pickedSchema = z.object({
  picked: z
    .array(z.string().regex(/^[a-z0-9]{1,40}\.\d{1,6}$/))
    .min(1)
    .max(ROWS),
})

export async function reviewManyPage(visit: Visit): Promise<Response> {
  return draw(visit)
}

async function draw(visit: Visit, trouble?: string): Promise<Response> {
  const { t, desk } = visit
  const section = sectionOf(visit)
  if (!reviews(visit)) throw new AppError('forbidden', 'desk.forbidden')
  const { after } = visit.query(querySchema)
  const filter = { section, state: 'submitted', paths: scopeOf(desk.actor, 'content.review'), reviewer: desk.actor.officerId } as const
  const found = await listDrafts(desk.db, { ...filter, after, limit: ROWS + 1 })
  const rows = found.slice(0, ROWS)
  const before = await Promise.all(rows.map((row) => findEntry(desk.db, section, row.entryId, dayOf(desk.now))))
  const last = rows.at(-1)
  const next = found.length > ROWS && last ? addressWith(visit.c.req.url, { after: last.id }) : undefined
  return visit.show(
    {
      title: t('console_content.review_many'),
      help: 'content',
      crumbs: crumbsOf(visit, section),
      ...(trouble ? { notice: { kind: 'danger' as const, text: t(trouble) } } : {}),
    },
    rows.length === 0 ? (
      <Card plain>
        <Empty
          title={t('console_content.none_review')}
          text={t('console_content.none_review_text')}
          icon="check-circle"
          action={{ href: `/console${listAt(section)}`, label: t('console_content.all') }}
        />
      </Card>
    ) : (
      <Form visit={visit} action={`${listAt(section)}/review`}>
        <p>{t('console_content.review_many_text')}</p>
        {rows.map((row, at) => (
          <One visit={visit} row={row} before={before[at]?.fields ?? null} />
        ))}
        <div class="btn-list mb-3">
          <Button label={t('console_content.approve_picked')} />
          {next ? (
            <a class="btn btn-outline-secondary" href={next}>
              {t('console.next_page')}
            </a>
          ) : null}
        </div>
      </Form>
    ),
    trouble ? 400 : 200,
  )
}

function One({ visit, row, before }: { visit: Visit; row: Version; before: Fields | null }) {
  const { t } = visit
  const { id, edition, fields, authorName, unitName } = row
  return (
    <Card>
      <label class="form-check mb-2">
        <input class="form-check-input" type="checkbox" name="picked[]" value={`${id}.${edition}`} />
        <span class="form-check-label">{t('console_content.pick')}</span>
      </label>
      <p class="mb-2">{t('console_content.written_by', { author: authorName ?? '–', unit: unitName ?? '' })}</p>
      <p class="mb-2">
        {t('console_content.days_are', { source: fields.sourceLabel, checked: dateVi(fields.checkedOn), review: dateVi(fields.reviewBy) })}
      </p>
      <Preview visit={visit} fields={fields} />
      {before ? <Differences visit={visit} before={before} after={fields} /> : null}
      <p class="mt-3 mb-0">
        <a href={`/console${draftAt(row)}`}>{t('console_content.open_one')}</a>
      </p>
    </Card>
  )
}

/** One by one: what one of them lacks keeps none of the others back. */
export async function approveMany(visit: Visit): Promise<Response> {
  const { desk } = visit
  const section = sectionOf(visit)
  const posted = visit.read(pickedSchema)
  if (!posted.ok) return draw(visit, 'console_content.pick_some')
  let failed: string | undefined
  for (const one of posted.data.picked) {
    const [id = '', edition = ''] = one.split('.')
    try {
      await desk.db.write(await approveDraft(desk, await requireDraft(desk, id), Number(edition)))
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'forbidden') throw error
      failed ??= error.message
    }
  }
  return failed === undefined ? visit.go(`${listAt(section)}/review`, 'console_content.said_approved_many') : draw(visit, failed)
}
