/**
 * Short how-tos, one for each kind of page: content/console_help, `<name>_title` and `<name>_text` with a paragraph a line.
 */
import { AppError } from '../errors.ts'
import { Card } from './kit/card.tsx'
import type { Page, Visit } from './page.ts'

/** In the order they are read. Each page's `help` is one of these. */
export const HELP = [
  'first',
  'proof',
  'campaigns',
  'approve',
  'runs',
  'calendar',
  'holidays',
  'halt',
  'inquiries',
  'cases',
  'hand_overs',
  'decisions',
  'warnings',
  'identity',
  'removal',
  'evidence',
  'duplicates',
  'opinions',
  'case_typed',
  'case_reasons',
  'content',
  'import',
  'units',
  'officers',
  'figures',
  'health',
  'api',
  'hotlines',
  'settings',
  'audit',
  'requests',
  'incidents',
] as const

export const help: readonly Page[] = [
  { method: 'get', path: '/help', act: null, handle: async (visit) => list(visit) },
  { method: 'get', path: '/help/:name', act: null, handle: async (visit) => one(visit) },
]

function list(visit: Visit): Response {
  const { t } = visit
  return visit.show(
    { title: t('console.nav_help') },
    <Card>
      <ul class="list-unstyled mb-0">
        {HELP.map((name) => (
          <li class="mb-2">
            <a href={`/console/help/${name}`}>{t(`console_help.${name}_title`)}</a>
          </li>
        ))}
      </ul>
    </Card>,
  )
}

function one(visit: Visit): Response {
  const { t } = visit
  const name = HELP.find((known) => known === visit.param('name'))
  if (name === undefined) throw new AppError('not_found', 'console.not_found')
  return visit.show(
    { title: t(`console_help.${name}_title`), crumbs: [{ href: '/console/help', label: t('console.nav_help') }] },
    <Card>
      {t(`console_help.${name}_text`)
        .split('\n')
        .map((line) => (
          <p>{line}</p>
        ))}
    </Card>,
  )
}
