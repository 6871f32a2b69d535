/**
 * Câu chưa hiểu: what members ask that the bot did not understand, only words that at least five people have said in a
 * month. They name no unit, so only officers of the highest unit see them.
 */
import * as z from 'zod'
import { type AskedPhrase, listPhrases } from '../../db/phrases.ts'
import { monthsBefore } from '../../db/retention.ts'
import { isTop } from '../../db/units.ts'
import { AppError } from '../errors.ts'
import { scopeOf } from '../rights.ts'
import { monthOf } from '../time.ts'
import { monthVi, numberVi } from './figure-cells.tsx'
import { Card } from './kit/card.tsx'
import { addressWith, Empty, Table } from './kit/list.tsx'
import type { Page, Visit } from './page.ts'

const PAGE = 50
const query = z.object({
  last: z.literal('1').optional(),
  after: z
    .string()
    .regex(/^\d{1,9}\|[A-Za-z0-9_=+/-]{1,100}$/)
    .optional(),
})

export const phrases: readonly Page[] = [{ method: 'get', path: '/phrases', act: 'phrase.read', handle: show }]

async function show(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  if (!seesPhrases(visit)) throw new AppError('forbidden', 'figures.only_top')
  const { last: lastMonth, after } = visit.query(query)
  const now = monthOf(desk.now)
  // Phrases are let go of with the month after theirs.
  const month = lastMonth ? monthsBefore(now, 1) : now
  const [people = '', tag = ''] = after?.split('|') ?? []
  const found = await listPhrases(desk.db, month, PAGE + 1, after ? { people: Number(people), tag } : undefined)
  const rows = found.slice(0, PAGE)
  const last = rows.at(-1)
  return visit.show(
    {
      title: t('console_today.phrases_of', { month: monthVi(month) }),
      actions: (
        <a class="btn" href={lastMonth ? '/console/phrases' : '/console/phrases?last=1'}>
          {t(lastMonth ? 'console_today.this_month' : 'console_today.last_month')}
        </a>
      ),
    },
    <Card plain>
      {rows.length === 0 ? (
        <Empty title={t('console_today.no_phrases')} text={t('console_today.phrases_why')} icon="patch-question" />
      ) : (
        <>
          <p class="card-body mb-0 text-secondary">{t('console_today.phrases_why')}</p>
          <PhraseTable
            visit={visit}
            rows={rows}
            more={found.length > PAGE && last ? addressWith(visit.c.req.url, { after: `${last.people}|${last.tag}` }) : undefined}
          />
        </>
      )}
    </Card>,
  )
}

export const seesPhrases = ({ desk }: Pick<Visit, 'desk'>): boolean => scopeOf(desk.actor, 'phrase.read').some(isTop)

export function PhraseTable({ visit, rows, more }: { visit: Visit; rows: readonly AskedPhrase[]; more?: string | undefined }) {
  const { t } = visit
  return (
    <Table
      visit={visit}
      caption={t('console.nav_phrases')}
      rows={rows}
      more={more}
      columns={[
        { label: t('console_today.phrase'), cell: ({ text }) => `“${text}”` },
        { label: t('console_today.people'), cell: ({ people }) => numberVi(people) },
      ]}
    />
  )
}
