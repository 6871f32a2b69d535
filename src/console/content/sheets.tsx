/**
 * Spreadsheets: a sheet to fill in, a file that is looked at row by row, what was found in it, and a section as a file.
 * Nothing is taken before the officer has seen what is wrong and said so.
 */
import * as z from 'zod'
import { recordAct } from '../../../db/audit.ts'
import { ENTRY_STATES } from '../../../db/entries.ts'
import { ownUnitOf } from '../../../db/entry-acts.ts'
import { type Checked, checkImport, requireImport, takeImport } from '../../../db/entry-imports.ts'
import { stillActing } from '../../../db/rights.ts'
import { exported, fileOf } from '../../api/entries.ts'
import { emptySheet, lookAtSheet, sheetOf } from '../../api/entry-sheets.ts'
import { titleOf } from '../../entry.ts'
import { AppError } from '../../errors.ts'
import { Card } from '../kit/card.tsx'
import { Button, Field, Form, Select } from '../kit/form.tsx'
import { Table } from '../kit/list.tsx'
import type { Visit, Wrong } from '../page.ts'
import { crumbsOf, importAt, listAt, sectionOf } from './section.ts'

/** Good rows that are shown, to see that columns were read as meant. */
const SAMPLE = 5
/** Bad rows that are listed; a sheet with more has something wrong all over. */
const BAD_SHOWN = 500
const exportSchema = z.object({ state: z.enum(ENTRY_STATES).default('published'), format: z.enum(['csv', 'xlsx']).default('xlsx') })

export async function importPage(visit: Visit): Promise<Response> {
  return drawImport(visit)
}

async function drawImport(visit: Visit, wrong?: Wrong): Promise<Response> {
  const { t } = visit
  const section = sectionOf(visit)
  return visit.show(
    { title: t('console_content.import_title'), help: 'import', crumbs: crumbsOf(visit, section) },
    <>
      <Card title={t('console_content.import_step_sheet')}>
        <p>{t('console_content.import_sheet_text')}</p>
        <Form visit={visit} action={`${listAt(section)}/template`}>
          <Button kind="outline" label={t('console_content.template')} />
        </Form>
      </Card>
      <Card title={t('console_content.import_step_file')}>
        <p>{t('console_content.import_file_text')}</p>
        <Form visit={visit} action={`${listAt(section)}/import`} files>
          <Field
            visit={visit}
            name="file"
            label={t('console_content.file')}
            hint={t('console_content.file_hint')}
            type="file"
            wrong={wrong}
            needed
          />
          <Button label={t('console_content.look_at_file')} />
        </Form>
      </Card>
    </>,
    wrong ? 400 : 200,
  )
}

export async function template(visit: Visit): Promise<Response> {
  const section = sectionOf(visit)
  return fileOf(await emptySheet(section, visit.say), section, 'xlsx')
}

/** A file that cannot be read is refused beside its field, in a sentence. */
export async function lookAtFile(visit: Visit): Promise<Response> {
  const { desk, parts } = visit
  const section = sectionOf(visit)
  const file = await visit.file('file')
  if (!file) return drawImport(visit, { file: { key: 'console_content.no_file' } })
  try {
    const { id, writes } = await lookAtSheet(desk, { section, unitId: ownUnitOf(desk), name: file.name, bytes: file.bytes }, parts.texts)
    await desk.db.write(writes)
    return visit.go(importAt(section, id))
  } catch (error) {
    if (!(error instanceof AppError) || (error.code !== 'invalid' && error.code !== 'too_large')) throw error
    return drawImport(visit, { file: { key: error.message } })
  }
}

export async function foundPage(visit: Visit): Promise<Response> {
  const { t, say, desk } = visit
  const one = await requireImport(desk, visit.param('id'))
  const { section } = one
  if (section !== sectionOf(visit)) throw new AppError('not_found', 'console.not_found')
  const head = { title: t('console_content.found_title', { name: one.name }), help: 'import', crumbs: crumbsOf(visit, section) }
  if (one.taken)
    return visit.show(
      head,
      <Card>
        <p>{t('desk.import_taken')}</p>
        <a class="btn btn-primary" href={`/console${listAt(section)}?view=review`}>
          {t('console_content.view_review')}
        </a>
      </Card>,
    )
  const { good, same, bad }: Checked = await checkImport(desk, one)
  const counts = { good: good.length, same: same.length, bad: bad.length }
  return visit.show(
    head,
    <>
      <Card title={t('console_content.found')}>
        <ul>
          <li>{t('console_content.found_good', { n: counts.good })}</li>
          <li>{t('console_content.found_bad', { n: counts.bad })}</li>
          {counts.same > 0 ? <li>{t('console_content.found_same', { n: counts.same })}</li> : null}
        </ul>
        {counts.good > 0 ? (
          <Form visit={visit} action={importAt(section, one.id)}>
            <p>{t('console_content.take_text')}</p>
            <Button label={t('console_content.take', { n: counts.good })} />
          </Form>
        ) : (
          <a class="btn btn-primary" href={`/console${listAt(section)}/import`}>
            {t('console_content.other_file')}
          </a>
        )}
      </Card>
      {bad.length > 0 ? (
        <Card plain title={t('console_content.bad_rows')}>
          <Table
            visit={visit}
            caption={t('console_content.bad_rows')}
            rows={bad.slice(0, BAD_SHOWN)}
            columns={[
              { label: t('console_content.line'), cell: ({ line }) => line },
              {
                label: t('console_content.why'),
                cell: ({ reasons }) => (
                  <ul class="mb-0 ps-3">
                    {reasons.map((reason) => (
                      <li>{say(reason)}</li>
                    ))}
                  </ul>
                ),
              },
            ]}
          />
          {bad.length > BAD_SHOWN ? <p class="card-body mb-0">{t('console_content.bad_more', { n: bad.length - BAD_SHOWN })}</p> : null}
        </Card>
      ) : null}
      {good.length > 0 ? (
        <Card plain title={t('console_content.sample')}>
          <Table
            visit={visit}
            caption={t('console_content.sample')}
            rows={good.slice(0, SAMPLE)}
            columns={[
              { label: t('console_content.line'), cell: ({ line }) => line },
              { label: t('console_content.what'), cell: ({ fields }) => titleOf(fields) },
              { label: t('entry.f_source_label'), cell: ({ fields }) => fields.sourceLabel },
            ]}
          />
        </Card>
      ) : null}
    </>,
  )
}

export async function takeFile(visit: Visit): Promise<Response> {
  const { desk } = visit
  const one = await requireImport(desk, visit.param('id'))
  const { writes } = await takeImport(desk, one)
  await desk.db.write(writes)
  return visit.go(`${listAt(one.section)}?view=review`, 'console_content.said_taken')
}

export async function exportPage(visit: Visit): Promise<Response> {
  const { t } = visit
  const section = sectionOf(visit)
  return visit.show(
    { title: t('console_content.export_title'), help: 'import', crumbs: crumbsOf(visit, section) },
    <Card>
      <p>{t('console_content.export_text')}</p>
      <Form visit={visit} action={`${listAt(section)}/export`}>
        <Select
          visit={visit}
          name="state"
          label={t('console_content.state')}
          choices={ENTRY_STATES.map((value) => ({ value, label: t(`console_content.state_${value}`) }))}
        />
        <Select
          visit={visit}
          name="format"
          label={t('console_content.format')}
          choices={[
            { value: 'xlsx', label: t('console_content.format_xlsx') },
            { value: 'csv', label: t('console_content.format_csv') },
          ]}
        />
        <Button label={t('console_content.download')} />
      </Form>
    </Card>,
  )
}

export async function exportFile(visit: Visit): Promise<Response> {
  const { desk } = visit
  const section = sectionOf(visit)
  const posted = visit.read(exportSchema)
  if (!posted.ok) throw new AppError('invalid', 'console.not_a_form')
  const { bytes, rows } = await sheetOf(desk, { section, ...posted.data }, visit.say)
  await desk.db.write([...stillActing(desk.actor), recordAct(desk.actor, exported(section, rows), desk.now)])
  return fileOf(bytes, section, posted.data.format)
}
