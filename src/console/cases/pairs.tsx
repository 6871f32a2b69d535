/**
 * Phản ánh có thể trùng: pairs that look very much alike and that nobody has looked at, likeliest first.
 */
import * as z from 'zod'
import { listPairs, type Pair, type PairSide } from '../../../db/case-pairs.ts'
import { pageOf } from '../../api/shapes.ts'
import { Card } from '../kit/card.tsx'
import { addressWith, Empty, Table } from '../kit/list.tsx'
import type { Page, Visit } from '../page.ts'
import { Likeness } from './told.tsx'
import { crumbsOf, hourVi, StateBadge } from './words.tsx'

const PAGE = 30
const MARK = /^(\d{1,3})\.([A-Za-z0-9_-]{1,40})\.([A-Za-z0-9_-]{1,40})$/

const pageQuery = z.object({ after: z.string().regex(MARK).optional() })

export const pairs: readonly Page[] = [{ method: 'get', path: '/cases/duplicates', act: 'case.read', handle: show }]

async function show(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const [, score = '', id = '', otherId = ''] = MARK.exec(visit.query(pageQuery).after ?? '') ?? []
  const after = score === '' ? undefined : { score: Number(score), id, otherId }
  const found = await listPairs(desk, { after, limit: PAGE + 1 })
  const { rows, next } = pageOf(found, PAGE, ({ key }) => `${key.score}.${key.id}.${key.otherId}`)
  return visit.show(
    { title: t('console_duplicates.list_title'), crumbs: crumbsOf(visit), help: 'duplicates' },
    <Card plain>
      {rows.length === 0 ? (
        <Empty
          title={t('console_duplicates.none')}
          text={t('console_duplicates.none_text')}
          action={{ href: '/console/cases', label: t('console_duplicates.to_cases') }}
        />
      ) : (
        <>
          <p class="card-body mb-0">{t('console_duplicates.list_intro')}</p>
          <PairTable visit={visit} rows={rows} more={next === undefined ? undefined : addressWith(visit.c.req.url, { after: next })} />
        </>
      )}
    </Card>,
  )
}

function PairTable({ visit, rows, more }: { visit: Visit; rows: readonly Pair[]; more: string | undefined }) {
  const { t } = visit
  return (
    <Table
      visit={visit}
      caption={t('console_duplicates.list_title')}
      rows={rows}
      more={more}
      columns={[
        { label: t('console_duplicates.first'), cell: ({ one }) => <SideCell visit={visit} side={one} /> },
        { label: t('console_duplicates.second'), cell: ({ other }) => <SideCell visit={visit} side={other} /> },
        { label: t('console_duplicates.level'), cell: ({ level, why }) => <Likeness visit={visit} level={level} why={why} /> },
        {
          label: '',
          cell: ({ one, other }) => (
            <a class="btn" href={`/console/cases/${one.id}/compare/${other.id}`}>
              {t('console_duplicates.compare')}
              <span class="visually-hidden"> {t('console_duplicates.compare_of', { one: one.number, other: other.number })}</span>
            </a>
          ),
        },
      ]}
    />
  )
}

function SideCell({ visit, side }: { visit: Visit; side: PairSide }) {
  const { t } = visit
  return (
    <>
      {side.number} <StateBadge visit={visit} state={side.state} />
      <p class="text-secondary mb-0">
        {t(`case.kind_${side.kind}`)} · {hourVi(visit, side.openedHour)}
        {side.unitName === null ? '' : ` · ${side.unitName}`}
      </p>
    </>
  )
}
