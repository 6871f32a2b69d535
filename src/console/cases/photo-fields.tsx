/**
 * The field where an officer chooses photos or scanned letters, with what has to be known before (R7, R13) and, after a form
 * that was wrong, one sentence for each file that cannot be taken. A browser gives its files only once: they are chosen again.
 */
import type { Text } from '../../chat.ts'
import { GIVEN_FORM_MOST, GIVEN_MOST, GIVEN_TYPES, type GivenPhoto, lookAtGiven } from '../../given-photos.ts'
import { Check } from '../kit/form.tsx'
import type { Page, Visit } from '../page.ts'
import type { Held } from './held-photos.ts'

export const PHOTO_FIELD = 'photos'

/** Of a page that takes them. */
export const PHOTO_FORM = { most: GIVEN_FORM_MOST, uploads: true } as const satisfies Partial<Page>

/** What was chosen. `again`: where the form is shown once more, nothing of it is kept. */
export type Chosen = { photos: GivenPhoto[]; wrong: Text[]; again: boolean }

export async function chosenPhotos(visit: Visit): Promise<Chosen> {
  if (visit.broken) return { photos: [], wrong: [visit.broken], again: true }
  const files = await visit.files(PHOTO_FIELD)
  return { ...lookAtGiven(files), again: files.length > 0 }
}

type FieldOf = { visit: Visit; label: string; chosen?: Chosen | undefined; held?: Held | undefined; needed?: boolean }

export function PhotoField({ visit, label, chosen, held, needed }: FieldOf) {
  const { t, parts } = visit
  const wrong = chosen?.wrong ?? []
  const ids = ['f-photos-hint', ...(wrong.length > 0 ? ['f-photos-wrong'] : [])]
  return (
    <div class="mb-3">
      {held && held.photos.length > 0 ? <HeldPhotos visit={visit} held={held} /> : null}
      <label class={`form-label${needed ? ' required' : ''}`} for="f-photos">
        {label}
      </label>
      <input
        class={`form-control${wrong.length > 0 ? ' is-invalid' : ''}`}
        id="f-photos"
        type="file"
        name={PHOTO_FIELD}
        accept={GIVEN_TYPES.join(',')}
        multiple
        required={needed}
        aria-describedby={ids.join(' ')}
        {...(wrong.length > 0 ? { 'aria-invalid': 'true' as const } : {})}
      />
      <div class="form-hint" id="f-photos-hint">
        <p class="mb-1">{t('console_evidence.add_hint', { most: GIVEN_MOST, megabytes: GIVEN_FORM_MOST / 1024 / 1024 })}</p>
        <p class="mb-1">{t('console_evidence.add_faces')}</p>
        <p class="mb-0">{t('console_evidence.add_children')}</p>
        {parts.viewerCopy ? null : <p class="mt-1 mb-0">{t('console_evidence.add_no_copy')}</p>}
      </div>
      {wrong.length > 0 ? (
        <ul class="invalid-feedback d-block list-unstyled mb-0" id="f-photos-wrong">
          {wrong.map((text) => (
            <li class="said">{visit.say(text)}</li>
          ))}
        </ul>
      ) : null}
      {chosen?.again ? <p class="fw-bold mt-2 mb-0">{t('console_evidence.add_again')}</p> : null}
    </div>
  )
}

/** What an earlier try of the same form brought. Before the files: what a form holds is read up to those. */
function HeldPhotos({ visit: { t }, held }: { visit: Visit; held: Held }) {
  return (
    <>
      <input type="hidden" name="held" value={held.field} />
      <p class="fw-bold mb-1">{t('console_evidence.held', { n: held.photos.length })}</p>
      <Check name="drop" label={t('console_evidence.held_drop')} />
    </>
  )
}
