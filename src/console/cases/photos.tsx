/**
 * A photo of a case as a picture: the viewer's copy, or a copy with black boxes; and, after a proof and with a reason, the
 * original as a file. What anybody sent is never shown by this site as it came: it leaves as an attachment of no type.
 */
import * as z from 'zod'
import { readCovered, readView, requirePhoto, takeOriginal } from '../../../db/evidence-desk.ts'
import type { PhotoFacts } from '../../../db/photo-facts.ts'
import { AppError } from '../../errors.ts'
import type { ImageType } from '../../image.ts'
import { originalMark } from '../../paper.ts'
import { cleanText } from '../../text.ts'
import { timeVi } from '../../time.ts'
import { Card, Pairs } from '../kit/card.tsx'
import { Area, Button, Form } from '../kit/form.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'
import { photoPath, whatOf } from './evidence.tsx'
import { crumbsOf } from './words.tsx'

const REASON_MOST = 500
const ENDINGS: Record<ImageType, string> = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' }

const sizeQuery = z.object({ size: z.enum(['small']).optional() })
const reasonSchema = z.object({ reason: z.string().overwrite(cleanText).min(1).max(REASON_MOST) })

const PATH = '/cases/:id/photos/:photo'

export const photos: readonly Page[] = [
  { method: 'get', path: PATH, act: 'case.read', handle: view },
  { method: 'get', path: `${PATH}/copies/:copy`, act: 'case.read', handle: covered },
  { method: 'get', path: `${PATH}/original`, act: 'case.work', strong: true, handle: (visit) => ask(visit) },
  { method: 'post', path: `${PATH}/original`, act: 'case.work', strong: true, handle: give },
]

async function view(visit: Visit): Promise<Response> {
  const { desk, parts } = visit
  const bytes = await readView({ ...desk, evidence: parts.evidence }, visit.param('id'), visit.param('photo'))
  const { size } = visit.query(sizeQuery)
  return picture(size === 'small' && parts.pictures ? await parts.pictures.small(bytes) : bytes)
}

async function covered(visit: Visit): Promise<Response> {
  const { desk, parts } = visit
  return picture(await readCovered({ ...desk, evidence: parts.evidence }, visit.param('id'), visit.param('photo'), visit.param('copy')))
}

/** The console's own headers (no cache, no sniffing, nothing loaded) are around it. */
function picture(bytes: Uint8Array): Response {
  return new Response(new Uint8Array(bytes), { headers: { 'content-type': 'image/jpeg', 'content-disposition': 'inline' } })
}

async function ask(visit: Visit, { typed, wrong }: { typed?: Typed; wrong?: Wrong } = {}): Promise<Response> {
  const { t, desk } = visit
  const { open, photo } = await requirePhoto(desk, visit.param('id'), visit.param('photo'), 'case.work')
  if (!photo.facts || photo.state !== 'stored') throw new AppError('not_found', 'console_evidence.gone')
  return visit.show(
    { title: t('console_evidence.original'), crumbs: crumbsOf(visit, open), help: 'evidence' },
    <Card>
      <OriginalFacts visit={visit} facts={photo.facts} photoId={photo.id} mark={await originalMark(photo.id, photo.facts.sha256)} />
      <hr />
      <p>{t('console_evidence.original_how')}</p>
      <Form visit={visit} action={`${photoPath(open.id, photo.id)}/original`}>
        <Area
          visit={visit}
          name="reason"
          label={t('console_evidence.reason')}
          hint={t('console_evidence.reason_hint')}
          rows={3}
          typed={typed}
          wrong={wrong}
          most={REASON_MOST}
          needed
        />
        <Button label={t('console_evidence.original_go')} />
      </Form>
    </Card>,
    wrong ? 400 : 200,
  )
}

function OriginalFacts({ visit, facts, photoId, mark }: { visit: Visit; facts: PhotoFacts; photoId: string; mark: string }) {
  const { t } = visit
  return (
    <Pairs
      pairs={[
        [t('console_evidence.received'), timeVi(new Date(facts.receivedAt))],
        [t('console_evidence.what'), whatOf(visit, facts)],
        [t('console_evidence.sha256'), <code class="hash">{facts.sha256}</code>],
        [t('console_evidence.mark'), <code class="hash">{mark}</code>],
        [t('console_evidence.mark_key'), <code class="hash">{photoId}</code>],
      ]}
    />
  )
}

async function give(visit: Visit): Promise<Response> {
  const posted = visit.read(reasonSchema)
  if (!posted.ok) return ask(visit, posted)
  const desk = { ...visit.desk, evidence: visit.parts.evidence }
  const wanted = { caseId: visit.param('id'), photoId: visit.param('photo'), reason: posted.data.reason }
  const { bytes, open, photo } = await takeOriginal(desk, visit.hand, wanted)
  const name = `${open.number}-${photo.id.slice(0, 6)}.${ENDINGS[photo.facts?.type ?? 'image/jpeg']}`
  return new Response(new Uint8Array(bytes), {
    headers: { 'content-type': 'application/octet-stream', 'content-disposition': `attachment; filename="${name}"` },
  })
}
