/**
 * What two reports are compared by, on the page of one and side by side: what was told, the photos small, what agrees.
 */
import { audienceOf } from '../../../db/case-audience.ts'
import type { OpenCase } from '../../../db/case-desk.ts'
import type { Suggestion } from '../../../db/case-pairs.ts'
import { listCasePhotos } from '../../../db/photo-facts.ts'
import { may, mayAtTop } from '../../rights.ts'
import { Badge, Pairs } from '../kit/card.tsx'
import type { Visit } from '../page.ts'
import { hasView, photoPath } from './evidence.tsx'
import { hourVi, Marks } from './words.tsx'

/** Photos of one report. */
const PHOTOS = 6

/** May the officer work on it, wherever it stands? */
export function worksOn({ desk }: Pick<Visit, 'desk'>, { path }: Pick<OpenCase, 'path'>): boolean {
  return path === null ? mayAtTop(desk.actor, 'case.work') : may(desk.actor, 'case.work', path)
}

export function Likeness({ visit: { t }, level, why }: { visit: Pick<Visit, 't'> } & Pick<Suggestion, 'level' | 'why'>) {
  return (
    <>
      <Badge tone={level === 'strong' ? 'waiting' : 'plain'} label={t(`console_duplicates.level_${level}`)} />
      {why.length > 0 ? (
        <p class="text-secondary mb-0">
          {t('console_duplicates.why')}: {why.map((one) => t(`console_duplicates.why_${one}`)).join(', ')}
        </p>
      ) : null}
    </>
  )
}

/** What was told in a case, and its photos small: as much as is needed to say whether two are one. */
export async function Told({ visit, one }: { visit: Visit; one: OpenCase }) {
  const { t, desk, parts } = visit
  const { report } = one
  const found = await listCasePhotos(desk.db, desk.keys, one.id, { limit: PHOTOS + 1 })
  const said = (label: string, text: string | undefined) => (text ? [[label, <span class="said">{text}</span>] as const] : [])
  return (
    <>
      <Pairs
        pairs={[
          [
            t('console_cases.kind'),
            <>
              {t(`case.kind_${report.kind}`)} <Marks visit={visit} row={one} />
            </>,
          ],
          ...said(t('console_cases.signs'), report.signs),
          ...said(t('console_cases.place'), report.place),
          ...said(t('console_cases.spot'), report.spot && `${report.spot.latitude}, ${report.spot.longitude}`),
          ...said(t('console_cases.time'), report.time),
          ...said(t('console_cases.note'), report.note),
          [t('console_cases.opened'), hourVi(visit, one.openedHour)],
          [t('console_cases.unit'), one.unitName ?? t('console_cases.no_unit')],
          [
            t('console_duplicates.photos'),
            found.length > PHOTOS ? t('console_duplicates.photos_more', { n: PHOTOS }) : String(found.length),
          ],
        ]}
      />
      <div class="btn-list mt-2">
        {found
          .slice(0, PHOTOS)
          .filter(hasView)
          .map((photo, i) => (
            <a href={`/console${photoPath(one.id, photo.id)}`}>
              <img
                class="photo-small"
                src={`/console${photoPath(one.id, photo.id)}${parts.pictures ? '?size=small' : ''}`}
                alt={t('console_duplicates.photo_of', { n: i + 1, number: one.number })}
                loading="lazy"
              />
            </a>
          ))}
      </div>
    </>
  )
}

/** Where words to the member go to others too, because cases were merged into theirs. */
export async function ToldAll({ visit: { t, desk }, id }: { visit: Pick<Visit, 't' | 'desk'>; id: string }) {
  const { length: n } = await audienceOf(desk.db, id)
  return n > 1 ? <p class="fw-bold">{t('console_duplicates.told_all', { n })}</p> : null
}
