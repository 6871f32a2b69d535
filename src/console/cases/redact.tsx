/**
 * "Che ảnh": black boxes drawn on a photo with a finger, a mouse or the keyboard, or typed as numbers where there is no
 * script. Each saving is a new copy; whether it may leave the house is the officer's own word that nothing shows who or whose.
 */
import * as z from 'zod'
import { coverPhoto, requirePhoto } from '../../../db/evidence-desk.ts'
import { listCopies } from '../../../db/photo-copies.ts'
import type { Text } from '../../chat.ts'
import { AppError } from '../../errors.ts'
import { BOXES_MOST, type Box, boxesOf, linesOf, type Pictures } from '../../redaction.ts'
import { Card } from '../kit/card.tsx'
import { Area, Button, Check, Form } from '../kit/form.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'
import { hasView, photoPath } from './evidence.tsx'
import { crumbsOf } from './words.tsx'

const PATH = '/cases/:id/photos/:photo/redact'

const schema = z.object({ boxes: z.string().max(2_000).default(''), cleared: z.literal('on').optional() })

export const redact: readonly Page[] = [
  { method: 'get', path: PATH, act: 'case.work', handle: (visit) => show(visit) },
  { method: 'post', path: PATH, act: 'case.work', handle: save },
]

async function show(visit: Visit, { typed, wrong }: { typed?: Typed; wrong?: Wrong } = {}): Promise<Response> {
  const { t, desk } = visit
  picturesOf(visit)
  const { open, photo } = await requirePhoto(desk, visit.param('id'), visit.param('photo'), 'case.work')
  if (!hasView(photo)) throw new AppError('not_found', 'console_evidence.no_view')
  const [newest] = await listCopies(desk.db, desk.keys, [photo.id])
  const drawn = typed ? boxesOf(String(typed.boxes ?? '')) : { boxes: newest?.boxes ?? [] }
  return visit.show(
    { title: t('console_evidence.cover'), crumbs: crumbsOf(visit, open), help: 'evidence' },
    <Card>
      <p>{t('console_evidence.cover_how')}</p>
      <Form visit={visit} action={`${photoPath(open.id, photo.id)}/redact`}>
        <Canvas visit={visit} src={`/console${photoPath(open.id, photo.id)}`} boxes={'boxes' in drawn ? drawn.boxes : []} />
        <details class="mb-3" open={wrong?.boxes !== undefined}>
          <summary>{t('console_evidence.by_numbers')}</summary>
          <Area
            visit={visit}
            name="boxes"
            label={t('console_evidence.boxes')}
            hint={t('console_evidence.boxes_hint', { most: BOXES_MOST })}
            rows={4}
            typed={typed}
            wrong={wrong}
            value={linesOf(newest?.boxes ?? [])}
          />
        </details>
        <Check name="cleared" label={t('console_evidence.clear')} hint={t('console_evidence.clear_hint')} typed={typed} />
        <Button label={t('console_evidence.save')} />
      </Form>
    </Card>,
    wrong ? 400 : 200,
  )
}

/** Boxes are drawn in percent of the picture, whatever its size on the screen; a script makes them move. */
function Canvas({ visit: { t }, src, boxes }: { visit: Visit; src: string; boxes: readonly Box[] }) {
  return (
    <div
      data-covering
      data-most={String(BOXES_MOST)}
      data-box={t('console_evidence.box_n')}
      data-drawn={t('console_evidence.drawn')}
      data-count={t('console_evidence.count', { most: BOXES_MOST })}
    >
      <div class="covering mb-2">
        <img class="covering-picture" src={src} alt={t('console_evidence.to_cover')} />
        <svg class="covering-boxes" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          {boxes.map(({ left, top, width, height }) => (
            <rect class="covering-box" x={left} y={top} width={width} height={height} />
          ))}
        </svg>
      </div>
      <div class="btn-list mb-2" data-tools hidden>
        <button type="button" class="btn btn-outline-secondary" data-add>
          {t('console_evidence.add')}
        </button>
        <button type="button" class="btn btn-outline-secondary" data-remove>
          {t('console_evidence.remove')}
        </button>
      </div>
      <p class="form-hint" role="status" data-said />
    </div>
  )
}

async function save(visit: Visit): Promise<Response> {
  const posted = visit.read(schema)
  if (!posted.ok) return show(visit, posted)
  const { typed } = posted
  const cleared = posted.data.cleared === 'on'
  const drawn = boxesOf(posted.data.boxes)
  if ('wrong' in drawn) {
    const text: Text =
      drawn.wrong === 'many'
        ? { key: 'console_evidence.boxes_many', params: { most: BOXES_MOST } }
        : { key: 'console_evidence.boxes_line', params: { line: drawn.line } }
    return show(visit, { typed, wrong: { boxes: text } })
  }
  // A copy that hides nothing is only of use to say that there is nothing to hide.
  if (drawn.boxes.length === 0 && !cleared) return show(visit, { typed, wrong: { boxes: { key: 'console_evidence.boxes_none' } } })
  const desk = { ...visit.desk, evidence: visit.parts.evidence }
  const caseId = visit.param('id')
  await coverPhoto(desk, picturesOf(visit), { caseId, photoId: visit.param('photo'), boxes: drawn.boxes, cleared })
  return visit.go(`/cases/${caseId}`, cleared ? 'console_evidence.said_cleared' : 'console_evidence.said_saved')
}

/** Workers have no image library. */
function picturesOf({ parts: { pictures } }: Visit): Pictures {
  if (!pictures) throw new AppError('unavailable', 'console_evidence.no_pictures')
  return pictures
}
