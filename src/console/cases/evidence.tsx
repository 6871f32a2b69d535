/**
 * The photos of a case: a small picture of each, whether it arrived, what it was when it came, which copies with black boxes
 * there are and which of them may go along in a hand-over; and, for who works on it, where more are added.
 */
import * as z from 'zod'
import type { OpenCase } from '../../../db/case-desk.ts'
import { listCopies, type PhotoCopy } from '../../../db/photo-copies.ts'
import { type CasePhoto, listCasePhotos, type PhotoFacts } from '../../../db/photo-facts.ts'
import { may, mayAtTop } from '../../rights.ts'
import { hourOf } from '../../time.ts'
import { Badge, Card, Pairs } from '../kit/card.tsx'
import { addressWith } from '../kit/list.tsx'
import type { Visit } from '../page.ts'
import { AddPhotos } from './add-photos.tsx'
import type { CaseSection } from './section.ts'
import { hourVi } from './words.tsx'

const PAGE = 12

const pageQuery = z.object({
  photos: z
    .string()
    .regex(/^[a-z0-9]{1,32}$/)
    .optional(),
})

export const evidence: CaseSection = async (visit, open) => {
  const { t, desk, parts } = visit
  const { photos: after } = visit.query(pageQuery)
  const found = await listCasePhotos(desk.db, desk.keys, open.id, { ...(after ? { after } : {}), limit: PAGE + 1 })
  const works = open.path === null ? mayAtTop(desk.actor, 'case.work') : may(desk.actor, 'case.work', open.path)
  const adds = works && open.mergedInto === null
  if (found.length === 0 && after === undefined && !adds) return null
  const rows = found.slice(0, PAGE)
  const copies = await listCopies(
    desk.db,
    desk.keys,
    rows.map(({ id }) => id),
  )
  const last = rows.at(-1)
  return (
    <Card id="photos" title={t('console_evidence.title')}>
      {parts.pictures || rows.length === 0 ? null : <p>{t('console_evidence.no_pictures')}</p>}
      {rows.length === 0 ? <p>{t(after === undefined ? 'console_evidence.none' : 'console_evidence.no_more')}</p> : null}
      <ul class="list-unstyled mb-0">
        {rows.map((photo, at) => (
          <li class="mb-4">
            <Photo
              visit={visit}
              open={open}
              photo={photo}
              n={at + 1}
              works={works}
              copies={copies.filter(({ photoId }) => photoId === photo.id)}
            />
          </li>
        ))}
      </ul>
      {rows.length === 0 ? null : <p class="form-hint mb-0">{t('console_evidence.recorded')}</p>}
      {found.length > PAGE && last ? (
        <p class="mt-3 mb-0">
          <a class="btn btn-outline-secondary" href={addressWith(visit.c.req.url, { photos: last.id })} rel="next">
            {t('console.next_page')}
          </a>
        </p>
      ) : null}
      {adds ? (
        <details class="mt-3">
          <summary class="btn btn-outline-secondary">{t('console_evidence.add_photos')}</summary>
          <div class="mt-3">
            <AddPhotos visit={visit} open={open} />
          </div>
        </details>
      ) : null}
    </Card>
  )
}

export const photoPath = (caseId: string, photoId: string): string => `/cases/${caseId}/photos/${photoId}`

export function hasView({ state, reason }: CasePhoto): boolean {
  return state === 'stored' && reason === null
}

function Photo({
  visit,
  open,
  photo,
  n,
  works,
  copies,
}: {
  visit: Visit
  open: OpenCase
  photo: CasePhoto
  n: number
  works: boolean
  copies: PhotoCopy[]
}) {
  const { t, parts } = visit
  const href = `/console${photoPath(open.id, photo.id)}`
  const name = t('console_evidence.photo_n', { n })
  const of = <span class="visually-hidden"> {t('console_evidence.of', { photo: name })}</span>
  return (
    <div class="row g-3">
      {hasView(photo) ? (
        <div class="col-12 col-sm-4 col-lg-3">
          <a href={href}>
            <img
              class="photo-small"
              src={`${href}${parts.pictures ? '?size=small' : ''}`}
              alt={t('console_evidence.look_at', { photo: name })}
              loading="lazy"
            />
          </a>
        </div>
      ) : null}
      <div class="col">
        <h3 class="h4">
          {name} <State visit={visit} photo={photo} />{' '}
          {photo.source === 'member' ? null : <Badge label={t('console_evidence.by_officer')} />}
        </h3>
        {photo.source === 'member' ? null : <p class="text-secondary mb-1">{t(`console_evidence.source_${photo.source}`)}</p>}
        {photo.facts ? <Facts visit={visit} photo={photo} facts={photo.facts} n={n} /> : null}
        {copies.length > 0 ? <Copies visit={visit} href={href} copies={copies} /> : null}
        {photo.state === 'stored' || works ? (
          <div class="btn-list mt-2">
            {hasView(photo) ? (
              <a class="btn btn-outline-secondary" href={href}>
                {t('console_evidence.look')}
                {of}
              </a>
            ) : null}
            {works && hasView(photo) && parts.pictures ? (
              <a class="btn btn-outline-secondary" href={`${href}/redact`}>
                {t('console_evidence.cover')}
                {of}
              </a>
            ) : null}
            {works && photo.state === 'stored' && photo.reason !== 'cleared_only' ? (
              <a class="btn btn-outline-secondary" href={`${href}/original`}>
                {t('console_evidence.original')}
                {of}
              </a>
            ) : null}
            {works ? (
              <a class="btn btn-outline-danger" href={`/console/cases/${open.id}/remove?photo=${photo.id}`}>
                {t('console_evidence.remove_photo')}
                {of}
              </a>
            ) : null}
          </div>
        ) : null}
      </div>
    </div>
  )
}

function State({ visit: { t }, photo: { state, reason, source } }: { visit: Visit; photo: CasePhoto }) {
  // What an officer added waits in our own store and in no app.
  const why = reason === 'gone' && source !== 'member' ? 'unavailable' : (reason ?? 'gone')
  if (state === 'failed') return <Badge tone="bad" label={t(`console_evidence.failed_${why}`)} />
  if (state !== 'stored')
    return <Badge tone="waiting" label={t(source === 'member' ? 'console_evidence.waiting' : 'console_evidence.sealing')} />
  return reason === 'no_copy' || reason === 'cleared_only' ? (
    <Badge tone="waiting" label={t(`console_evidence.${reason}`)} />
  ) : (
    <Badge tone="good" label={t('console_evidence.stored')} />
  )
}

/** Folded away: with ten photos the officer reads pictures, and a checksum once in a while. */
function Facts({ visit, photo, facts, n }: { visit: Visit; photo: CasePhoto; facts: PhotoFacts; n: number }) {
  const { t } = visit
  return (
    <details>
      <summary>{t('console_evidence.file', { n })}</summary>
      <Pairs
        pairs={[
          [t('console_evidence.source'), t(`console_evidence.source_${photo.source}`)],
          // The minute stands on the page of the original: officers need it there alone.
          [t('console_evidence.received'), hourVi(visit, hourOf(new Date(facts.receivedAt)))],
          [t('console_evidence.what'), whatOf(visit, facts)],
          [t('console_evidence.sha256'), <code class="hash">{facts.sha256}</code>],
          ...(photo.state === 'stored'
            ? [[t('console_evidence.view'), t(hasView(photo) ? 'console_evidence.view_yes' : 'console_evidence.view_no')] as const]
            : []),
        ]}
      />
    </details>
  )
}

/** "JPEG, 4032 × 3024, 2,4 MB". */
export function whatOf({ t, locale }: Pick<Visit, 't' | 'locale'>, { type, width, height, bytes }: PhotoFacts): string {
  const [amount, unit] = bytes < 1_000_000 ? [bytes / 1_000, 'kilobyte'] : [bytes / 1_000_000, 'megabyte']
  const size = new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: bytes < 1_000_000 ? 0 : 1 }).format(amount)
  return t('console_evidence.what_is', { type: type.slice('image/'.length).toUpperCase(), width, height, size })
}

function Copies({ visit: { t }, href, copies }: { visit: Visit; href: string; copies: PhotoCopy[] }) {
  return (
    <>
      <p class="mt-2 mb-1">{t('console_evidence.copies')}</p>
      <ul class="mb-0">
        {copies.map(({ id, place, boxes, cleared, officerName }, at) => (
          <li>
            <a class="text-decoration-underline" href={`${href}/copies/${id}`}>
              {t('console_evidence.copy_n', { n: place })}
            </a>{' '}
            {t('console_evidence.copy_of', { boxes: boxes.length, officer: officerName ?? t('console_cases.officer_gone') })}{' '}
            {at > 0 ? <Badge label={t('console_evidence.older')} /> : <Cleared t={t} cleared={cleared} />}
          </li>
        ))}
      </ul>
    </>
  )
}

function Cleared({ t, cleared }: Pick<Visit, 't'> & { cleared: boolean }) {
  return cleared ? (
    <Badge tone="good" label={t('console_evidence.cleared')} />
  ) : (
    <Badge tone="waiting" label={t('console_evidence.not_cleared')} />
  )
}
