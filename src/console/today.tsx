/**
 * The first page: what an officer finds when they sit down.
 */
import { firstDay } from './first-day.tsx'
import { Card } from './kit/card.tsx'
import { doorsOf } from './nav.ts'
import type { Page, Visit } from './page.ts'

export const today: readonly Page[] = [{ method: 'get', path: '', act: null, handle: show }]

async function show(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  return visit.show(
    { title: t('console.nav_today'), help: 'first' },
    <>
      {await firstDay(visit)}
      <Card title={t('console.today_doors')}>
        <ul class="list-unstyled mb-0">
          {doorsOf(desk.actor).map(({ href, text }) => (
            <li class="mb-2">
              <a href={href}>{t(text)}</a>
            </li>
          ))}
        </ul>
      </Card>
    </>,
  )
}
