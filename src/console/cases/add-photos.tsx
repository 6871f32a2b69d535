/**
 * "Thêm ảnh": photos and scanned letters that reached an officer after the report did, with how they came. The form stands
 * with the photos of the case; a page of its own shows it again when something was wrong with the files.
 */
import * as z from 'zod'
import { type OpenCase, openCaseOf } from '../../../db/case-desk.ts'
import { addPhotos } from '../../../db/given-photos.ts'
import { AppError } from '../../errors.ts'
import { GIVEN_SOURCES } from '../../given-photos.ts'
import { Card } from '../kit/card.tsx'
import { Button, Form, Select } from '../kit/form.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'
import { type Chosen, chosenPhotos, PHOTO_FORM, PhotoField } from './photo-fields.tsx'
import { crumbsOf } from './words.tsx'

const PATH = '/cases/:id/photos/new'

const schema = z.object({ source: z.enum(GIVEN_SOURCES) })

export const morePhotos: readonly Page[] = [
  { method: 'get', path: PATH, act: 'case.work', handle: (visit) => show(visit) },
  { method: 'post', path: PATH, act: 'case.work', ...PHOTO_FORM, handle: take },
]

type Tried = { typed?: Typed | undefined; wrong?: Wrong | undefined; chosen?: Chosen | undefined }

export function AddPhotos({ visit, open, typed, wrong, chosen }: { visit: Visit; open: Pick<OpenCase, 'id'> } & Tried) {
  const { t } = visit
  return (
    <Form visit={visit} action={`/cases/${open.id}/photos/new`} files>
      <Select
        visit={visit}
        name="source"
        label={t('console_evidence.add_source')}
        choices={GIVEN_SOURCES.map((value) => ({ value, label: t(`console_evidence.source_${value}`) }))}
        typed={typed}
        wrong={wrong}
        within="photos"
      />
      <PhotoField visit={visit} label={t('console_evidence.add_files')} chosen={chosen} needed />
      <Button label={t('console_evidence.add_go')} kind="outline" />
    </Form>
  )
}

async function show(visit: Visit, tried: Tried & { status?: 400 | 503 } = {}): Promise<Response> {
  const open = await openCaseOf(visit.desk, visit.param('id'), 'case.work')
  if (open.mergedInto !== null) throw new AppError('conflict', 'case.merged')
  const { status = 200, ...rest } = tried
  return visit.show(
    { title: visit.t('console_evidence.add_photos'), crumbs: crumbsOf(visit, open), help: 'evidence' },
    <Card>
      <AddPhotos visit={visit} open={open} {...rest} />
    </Card>,
    status,
  )
}

async function take(visit: Visit): Promise<Response> {
  const caseId = visit.param('id')
  const posted = visit.read(schema)
  const chosen = await chosenPhotos(visit)
  const { typed } = posted
  if (chosen.photos.length === 0 && chosen.wrong.length === 0) chosen.wrong.push({ key: 'console_evidence.add_none' })
  if (!posted.ok || chosen.wrong.length > 0)
    return show(visit, { typed, chosen, status: 400, ...(posted.ok ? {} : { wrong: posted.wrong }) })
  const desk = { ...visit.desk, evidence: visit.parts.evidence }
  try {
    const added = await addPhotos(desk, caseId, { source: posted.data.source, photos: chosen.photos })
    const known = added.filter((one) => one.known).length
    return visit.go(`/cases/${caseId}`, `console_evidence.said_${known === 0 ? 'added' : known === added.length ? 'known' : 'some_known'}`)
  } catch (error) {
    const full = error instanceof AppError && error.message === 'case.photos_full'
    const away = error instanceof AppError && error.code === 'unavailable'
    if (!full && !away) throw error
    return show(visit, { typed, chosen: { ...chosen, wrong: [{ key: error.message }] }, status: full ? 400 : 503 })
  }
}
