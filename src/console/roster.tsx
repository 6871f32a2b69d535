/**
 * The roster of one unit (F55): who sits where now, which seats wait for kiện toàn, who held them before. Prints as a list
 * to bring to the meeting.
 */
import * as z from 'zod'
import { listSeats } from '../../db/officer-list.ts'
import { listTerms } from '../../db/officer-terms.ts'
import { requireTreeUnit } from '../../db/tree-units.ts'
import { may, scopeOf } from '../rights.ts'
import { addDays, dateVi, dayOf } from '../time.ts'
import { Card } from './kit/card.tsx'
import { addressWith, Empty } from './kit/list.tsx'
import { ENDING_DAYS, SeatTable, TERMS_PAGE, TermCard } from './officers.tsx'
import type { Page, Visit } from './page.ts'

const PAGE = 50
const query = z.object({ after: z.string().max(40).default(''), before: z.coerce.number().int().min(0).default(0) })

export const roster: readonly Page[] = [{ method: 'get', path: '/officers/roster/:id', act: 'officer.read', handle: show }]

async function show(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const { db, actor, now } = desk
  const unit = await requireTreeUnit(desk, visit.param('id'), 'officer.read')
  const { after, before } = visit.query(query)
  const filter = { paths: scopeOf(actor, 'officer.read'), unitId: unit.id }
  const by = addDays(dayOf(now), ENDING_DAYS)
  const [found, ending, terms] = await Promise.all([
    listSeats(db, { ...filter, which: { kind: 'here' } }, { after, limit: PAGE + 1 }),
    listSeats(db, { ...filter, which: { kind: 'ending', by } }, { after: '', limit: PAGE }),
    listTerms(db, { unitId: unit.id, before, limit: TERMS_PAGE + 1 }),
  ])
  const rows = found.slice(0, PAGE)
  const last = rows.at(-1)
  const more = found.length > PAGE && last ? addressWith(visit.c.req.url, { after: last.id }) : undefined
  const add = may(actor, 'officer.write', unit.path)
    ? { href: `/console/officers/new?unit=${unit.id}`, label: t('console_officers.new') }
    : undefined
  return visit.show(
    {
      title: t('console_officers.roster', { unit: unit.name }),
      help: 'officers',
      crumbs: [
        { href: '/console/units', label: t('console_units.title') },
        { href: `/console/units/${unit.id}`, label: unit.name },
      ],
      actions: add ? (
        <a class="btn btn-primary" href={add.href}>
          {add.label}
        </a>
      ) : undefined,
    },
    <>
      {ending.length > 0 ? (
        <Card title={t('console_officers.renew')}>
          <p>{t('console_officers.renew_how', { days: ENDING_DAYS })}</p>
          <ul class="mb-0">
            {ending.map(({ id, name, title, untilDay }) => (
              <li>
                <a href={`/console/officers/${id}`}>{name}</a>
                <div class="text-secondary">
                  {[
                    ...(title ? [t(`console_officers.title_${title}`)] : []),
                    ...(untilDay ? [t('console_officers.until', { day: dateVi(untilDay) })] : []),
                  ].join(', ')}
                </div>
              </li>
            ))}
          </ul>
        </Card>
      ) : null}
      <Card plain title={t('console_officers.now')}>
        {rows.length === 0 ? (
          <Empty icon="people" title={t('console_officers.none')} text={t('console_officers.none_next')} action={add} />
        ) : (
          <SeatTable visit={visit} rows={rows} more={more} />
        )}
      </Card>
      <TermCard visit={visit} terms={terms} by="officer" />
    </>,
  )
}
