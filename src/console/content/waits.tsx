/**
 * What waits among content, for the first page: texts for this officer to review, texts that came back to them, entries
 * to be looked at again. Nothing is drawn where nothing waits.
 */
import { countQueue, QUEUE_COUNTED, QUEUES } from '../../../db/entry-queue.ts'
import { countDrafts } from '../../../db/entry-versions.ts'
import { SECTIONS, type Section } from '../../entry.ts'
import { scopeOf } from '../../rights.ts'
import { dayOf } from '../../time.ts'
import { Card } from '../kit/card.tsx'
import type { Visit } from '../page.ts'
import { listAt, mayWrite, reviews } from './section.ts'

type Line = { section: Section; href: string; key: string; n: number }

export async function contentWaits(visit: Visit) {
  const { t } = visit
  if (!mayWrite(visit)) return null
  const lines = (await Promise.all(SECTIONS.map((section) => linesOf(visit, section)))).flat().filter(({ n }) => n > 0)
  if (lines.length === 0) return null
  return (
    <Card title={t('console_content.today')}>
      <ul class="list-unstyled mb-0">
        {lines.map(({ section, href, key, n }) => (
          <li class="mb-2">
            <a href={`/console${href}`}>
              {t(`entry.section_${section}`)}, {t(key, { n: n > QUEUE_COUNTED ? `${QUEUE_COUNTED}+` : n })}
            </a>
          </li>
        ))}
      </ul>
    </Card>
  )
}

/** "Soon" is no work yet. */
const DUE = QUEUES.filter((queue) => queue !== 'soon')

async function linesOf(visit: Visit, section: Section): Promise<Line[]> {
  const { db, actor, now } = visit.desk
  const at = listAt(section)
  const most = QUEUE_COUNTED + 1
  const [review, returned, ...again] = await Promise.all([
    reviews(visit)
      ? countDrafts(db, { section, state: 'submitted', paths: scopeOf(actor, 'content.review'), reviewer: actor.officerId }, most)
      : 0,
    countDrafts(db, { section, state: 'draft', paths: scopeOf(actor, 'content.write'), editor: actor.officerId, returned: true }, most),
    ...DUE.map((queue) => countQueue(db, { section, queue, day: dayOf(now) })),
  ])
  const first = DUE.find((_, place) => (again[place] ?? 0) > 0) ?? 'stale'
  return [
    { section, href: `${at}/review`, key: 'console_content.today_review', n: review },
    { section, href: `${at}?view=drafts`, key: 'console_content.today_returned', n: returned },
    { section, href: `${at}?view=again&queue=${first}`, key: 'console_content.today_again', n: again.reduce((sum, n) => sum + n, 0) },
  ]
}
