/**
 * The checklist of the first day, on the first page of whoever administrates: what is done is ticked by what stands in
 * the database, and the list goes away by itself.
 */
import { findFirstDay } from '../../db/first-day.ts'
import { scopeOf } from '../rights.ts'
import { Card } from './kit/card.tsx'
import { Icon } from './kit/icon.tsx'
import type { Visit } from './page.ts'

/** The card, or nothing when all is done or another's business. */
export async function firstDay(visit: Visit) {
  const { t, desk, parts } = visit
  if (scopeOf(desk.actor, 'officer.write').length === 0) return null
  const { units, officers, receiver, authority, bound, tested } = await findFirstDay(desk.db)
  const steps = [
    { done: parts.channels.length > 1, text: 'console.first_channel', href: '/console/help/first' },
    { done: units, text: 'console.first_units', href: '/console/units' },
    { done: officers, text: 'console.first_officers', href: '/console/officers' },
    { done: receiver, text: 'console.first_receiver', href: '/console/officers' },
    { done: authority, text: 'console.first_authority', href: '/console/authorities' },
    { done: bound, text: 'console.first_bound', href: '/console/officers' },
    { done: tested, text: 'console.first_test', href: '/console/campaigns' },
  ]
  if (steps.every(({ done }) => done)) return null
  return (
    <Card title={t('console.first_title')}>
      <ol class="list-unstyled mb-0">
        {steps.map(({ done, text, href }) => (
          <li class="mb-2">
            {done ? <Icon name="check-circle" /> : <Icon name="chevron-right" />} <a href={href}>{t(text)}</a> (
            {t(done ? 'console.first_done' : 'console.first_open')})
          </li>
        ))}
      </ol>
    </Card>
  )
}
