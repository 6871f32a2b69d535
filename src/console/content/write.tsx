/**
 * Writing: a new entry, a change of one that is shown, a change of a draft. "Xem thử" shows it as members will read it and
 * keeps everything that was typed; saving leads to the draft, and from there to a second person.
 */

import * as z from 'zod'
import { conflictOf } from '../../../db/client.ts'
import { addDraft, editDraft, ownUnitOf, submitDraft } from '../../../db/entry-acts.ts'
import { requireEntry } from '../../../db/entry-reviews.ts'
import { findOpenVersion, requireDraft } from '../../../db/entry-versions.ts'
import type { Fields, Section } from '../../entry.ts'
import { AppError } from '../../errors.ts'
import { Card } from '../kit/card.tsx'
import { Button, Form } from '../kit/form.tsx'
import type { Typed, Visit, Wrong } from '../page.ts'
import { EntryFields, freshDays, readEntry } from './fields.tsx'
import { crumbsOf, draftAt, draftHere, entryAt, listAt, sectionOf, shortTitle, topicChoices } from './section.ts'
import { Preview } from './shown.tsx'

const typedSchema = z.looseObject({})

type Sheet = {
  section: Section
  action: string
  values: Fields | Record<string, string>
  title: string
  /** Of an entry that is there, or of a draft of one. */
  entryId?: string
  entry?: { id: string; title: string }
  /** Of a draft: what was seen. */
  edition?: number
}

export async function newPage(visit: Visit): Promise<Response> {
  return draw(visit, newSheet(visit))
}

export async function addNew(visit: Visit): Promise<Response> {
  const sheet = newSheet(visit)
  return keep(visit, sheet, (fields) => addDraft(visit.desk, { section: sheet.section, unitId: ownUnitOf(visit.desk), fields }))
}

/** Whoever wants to change what somebody is changing already comes to that text. */
export async function editPage(visit: Visit): Promise<Response> {
  const section = sectionOf(visit)
  const open = await findOpenVersion(visit.desk.db, section, visit.param('id'))
  if (open) return visit.go(draftAt(open))
  return draw(visit, await editSheet(visit))
}

export async function addChange(visit: Visit): Promise<Response> {
  const sheet = await editSheet(visit)
  const entryId = visit.param('id')
  return keep(visit, sheet, (fields) => addDraft(visit.desk, { section: sheet.section, unitId: ownUnitOf(visit.desk), fields, entryId }))
}

export async function draftEditPage(visit: Visit): Promise<Response> {
  return draw(visit, await draftSheet(visit))
}

export async function changeDraft(visit: Visit): Promise<Response> {
  const sheet = await draftSheet(visit)
  const draft = await draftHere(visit)
  const seen = Number(visit.read(typedSchema).typed.edition)
  return keep(visit, sheet, async (fields) => ({ id: draft.id, writes: await editDraft(visit.desk, draft, seen, fields) }))
}

function newSheet(visit: Visit): Sheet {
  const section = sectionOf(visit)
  return { section, action: `${listAt(section)}/new`, values: freshDays(visit.desk.now), title: visit.t(`console_content.new_${section}`) }
}

async function editSheet(visit: Visit): Promise<Sheet> {
  const section = sectionOf(visit)
  const { id, fields } = await requireEntry(visit.desk, section, visit.param('id'))
  const title = shortTitle(fields, 60)
  return {
    section,
    action: `${entryAt(section, id)}/edit`,
    values: fields,
    title: visit.t('console_content.edit', { title }),
    entryId: id,
    entry: { id, title },
  }
}

async function draftSheet(visit: Visit): Promise<Sheet> {
  const { id, section, fields, edition, entryId } = await draftHere(visit)
  return {
    section,
    action: `${draftAt({ section, id })}/edit`,
    values: fields,
    title: visit.t('console_content.edit', { title: shortTitle(fields, 60) }),
    edition,
    entryId,
  }
}

/** What the pressed button says: look at it, keep it, keep and submit it. */
async function keep(
  visit: Visit,
  sheet: Sheet,
  save: (fields: Fields) => Promise<{ id: string; writes: Parameters<Visit['desk']['db']['write']>[0] }>,
): Promise<Response> {
  const { db } = visit.desk
  const { typed } = visit.read(typedSchema)
  const read = await readEntry(visit, sheet.section, typed, sheet.entryId)
  if ('wrong' in read) return draw(visit, sheet, { typed, wrong: read.wrong })
  if (typed.do === 'look') return draw(visit, sheet, { typed, fields: read.fields })
  let id: string
  try {
    const saved = await save(read.fields)
    id = saved.id
    await db.write(saved.writes)
  } catch (error) {
    // What was typed is not lost because somebody else was quicker.
    const conflict = conflictOf(error)
      ? 'desk.conflict'
      : error instanceof AppError && error.code === 'conflict'
        ? error.message
        : undefined
    if (conflict === undefined) throw error
    return draw(visit, sheet, { typed, fields: read.fields, notice: conflict })
  }
  const at = draftAt({ section: sheet.section, id })
  if (typed.do !== 'submit') return visit.go(at, 'console_content.said_saved')
  const draft = await requireDraft(visit.desk, id)
  await db.write(await submitDraft(visit.desk, draft, draft.edition))
  return visit.go(at, 'console_content.said_submitted')
}

type State = { typed?: Typed; wrong?: Wrong; fields?: Fields; notice?: string }

async function draw(
  visit: Visit,
  { section, action, values, title, entry, edition }: Sheet,
  { typed, wrong, fields, notice }: State = {},
): Promise<Response> {
  const { t } = visit
  const topics = await topicChoices(visit, section)
  // What is there already is shown until something else was typed.
  const looked = fields ?? (!typed && isFields(values) ? values : undefined)
  const trouble = notice ?? (wrong ? 'console_content.look_again' : undefined)
  return visit.show(
    {
      title,
      help: 'content',
      crumbs: crumbsOf(visit, section, entry),
      ...(trouble ? { notice: { kind: 'danger' as const, text: t(trouble) } } : {}),
    },
    <div class="row">
      <div class="col-lg-5 order-lg-last" data-looked>
        {looked ? (
          <Preview visit={visit} fields={looked} />
        ) : (
          <p class="text-secondary d-none d-lg-block">{t('console_content.preview_later')}</p>
        )}
      </div>
      <div class="col-lg-7" data-look>
        <Card>
          <Form visit={visit} action={action}>
            {edition === undefined ? null : <input type="hidden" name="edition" value={String([typed?.edition ?? edition].flat()[0])} />}
            <EntryFields visit={visit} section={section} topics={topics} typed={typed} wrong={wrong} values={values} />
            <div class="btn-list">
              <Button label={t('console_content.save')} name="do" value="save" />
              <Button kind="outline" label={t('console_content.save_submit')} name="do" value="submit" />
              <Button kind="outline" label={t('console_content.look')} name="do" value="look" />
            </div>
          </Form>
        </Card>
      </div>
    </div>,
    wrong ? 400 : notice ? 409 : 200,
  )
}

const isFields = (values: Fields | Record<string, string>): values is Fields => 'sourceLabel' in values
