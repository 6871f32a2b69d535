/**
 * The first page: what an officer finds when they sit down.
 */
import { Card } from './kit/card.tsx'
import { doorsOf } from './nav.ts'
import type { Page, Visit } from './page.ts'

export const today: readonly Page[] = [{ method: 'get', path: '', act: null, handle: async (visit) => show(visit) }]

function show(visit: Visit): Response {
  const { t, desk } = visit
  return visit.show(
    { title: t('console.nav_today'), help: 'first' },
    <Card title={t('console.today_doors')}>
      <ul class="list-unstyled mb-0">
        {doorsOf(desk.actor).map(({ href, text }) => (
          <li class="mb-2">
            <a href={href}>{t(text)}</a>
          </li>
        ))}
      </ul>
    </Card>,
  )
}
