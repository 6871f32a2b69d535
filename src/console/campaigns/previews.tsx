/**
 * A message as each app will show it, with its limits counted, and how many people it reaches: what stands beside the form,
 * on a campaign's page and before an approval.
 */
import type * as z from 'zod'
import type { countsSchema } from '../../api/counts.ts'
import type { ShownMessage } from '../../api/preview.ts'
import type { About } from '../../api/shapes.ts'
import { channelIn } from '../../campaign-words.ts'
import { Badge } from '../kit/card.tsx'
import type { Visit } from '../page.ts'
import { numberIn } from './words.ts'

type Says = Pick<Visit, 't' | 'say' | 'locale'>

export function Previews({ visit, messages, narrow }: { visit: Says; messages: readonly ShownMessage[]; narrow?: boolean }) {
  const { t } = visit
  if (messages.length === 0) return <p class="text-secondary">{t('console_campaigns.preview_none')}</p>
  return (
    <div class="row g-3 previews">
      {messages.map((message) => (
        <div class={narrow ? 'col-12 col-md-6 col-xl-12' : 'col-12 col-md-6 col-xl-4'}>
          <Phone visit={visit} message={message} />
        </div>
      ))}
    </div>
  )
}

function Phone({ visit, message: { channel, locale, limit, fits, parts } }: { visit: Says; message: ShownMessage }) {
  const { t, say } = visit
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const name = say(channelIn(channel))
  return (
    <section class={LOOKS[channel]}>
      <h3 class="phone-name">
        {name}
        {locale === 'en' ? ` · ${t('console_campaigns.in_english')}` : ''}
      </h3>
      <div class="phone-body" lang={locale}>
        {parts.map(({ text, buttons, image }) => (
          <div class="phone-said">
            {image === undefined ? null : <img src={pathOf(image)} alt={t('console_campaigns.picture_alt')} />}
            <p>{text}</p>
            {buttons.length > 0 ? (
              <ul class="phone-buttons">
                {buttons.map(({ label }) => (
                  <li>{label}</li>
                ))}
              </ul>
            ) : null}
          </div>
        ))}
      </div>
      <p class="phone-count">
        {t('console_campaigns.length', { n: numberIn(length, visit.locale), most: numberIn(limit, visit.locale) })}{' '}
        <Badge
          tone={fits ? 'good' : 'bad'}
          label={fits ? t('console_campaigns.fits') : t('console_campaigns.splits', { n: parts.length })}
        />
      </p>
    </section>
  )
}

/** The colours of each app. */
const LOOKS: Record<string, string> = { telegram: 'phone-telegram', zalo: 'phone-zalo', 'zalo-bot': 'phone-zalo' }

/** Our own pictures by their path: the console loads nothing from elsewhere. */
const pathOf = (image: string): string => (image.startsWith('/') ? image : new URL(image).pathname)

type Counts = z.input<typeof countsSchema>

export function CountsTable({ visit, counts, cap }: { visit: Says; counts: Counts; cap: number }) {
  const { t, say } = visit
  const about = (n: About) => aboutIn(visit, n)
  const left: Array<[key: string, n: About]> = [
    ['not_agreed', counts.leftOut.notAgreed],
    ['age', counts.leftOut.age],
    ['topic', counts.leftOut.topic],
    ['capped', counts.capped],
  ]
  const billed = Object.values(counts.channels).map((one) => one.billed)
  return (
    <>
      <p class="h3 mb-2">{t('console_campaigns.reach', { n: about(counts.total) })}</p>
      <table class="table table-sm">
        <caption class="visually-hidden">{t('console_campaigns.reach_caption')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('console_campaigns.channel')}</th>
            <th scope="col">{t('console_campaigns.people')}</th>
            <th scope="col">{t('console_campaigns.outside')}</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(counts.channels).map(([channel, one]) => (
            <tr>
              <th scope="row">{say(channelIn(channel))}</th>
              <td>{about(one.people)}</td>
              <td>{about(one.outside)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {billed.some((n) => n !== 0) ? <p>{t('console_campaigns.billed', { n: billed.map(about).join(' + ') })}</p> : null}
      {left.some(([, n]) => n !== 0) ? (
        <>
          <p class="mb-1">{t('console_campaigns.left_out')}</p>
          <ul>
            {left
              .filter(([, n]) => n !== 0)
              .map(([key, n]) => (
                <li>{t(`console_campaigns.left_${key}`, { n: about(n), cap })}</li>
              ))}
          </ul>
        </>
      ) : null}
    </>
  )
}

/** A rounded number of people (R1, R23). */
export function aboutIn({ t, locale }: Pick<Visit, 't' | 'locale'>, n: About): string {
  if (typeof n === 'object') return t('campaign.under_ten')
  return n === 0 ? '0' : t('campaign.about', { n: numberIn(n, locale) })
}
