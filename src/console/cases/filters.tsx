/**
 * What the queue of cases is filtered by. A field that nobody set leaves no trace in the address beyond its name.
 */
import { findSeat, listSeats } from '../../../db/officer-list.ts'
import { caseKinds, caseSources, OPEN_STATES } from '../../case.ts'
import { scopeOf } from '../../rights.ts'
import { type Choice, Field, Select } from '../kit/form.tsx'
import { Filters } from '../kit/list.tsx'
import type { Visit, Wrong } from '../page.ts'
import type { QueueQuery } from './list.tsx'

const COLLEAGUES = 50

export async function QueueFilters({ visit, query, wrong }: { visit: Visit; query: QueueQuery; wrong: Wrong }) {
  const { t, desk } = visit
  const who = query.who === desk.actor.officerId ? 'mine' : query.who
  const colleagues = await colleaguesOf(visit, who)
  return (
    <Filters visit={visit} action="/cases">
      <div class="col-12 col-md-3">
        <Field visit={visit} name="q" type="search" label={t('console_cases.by_number')} value={query.q} wrong={wrong} most={60} />
      </div>
      <div class="col-6 col-md-2">
        <Select
          visit={visit}
          name="state"
          label={t('console_cases.state')}
          none={t('console_cases.all')}
          value={query.state}
          choices={OPEN_STATES.map((value) => ({ value, label: t(`case.state_${value}`) }))}
        />
      </div>
      <div class="col-6 col-md-2">
        <Select
          visit={visit}
          name="who"
          label={t('console_cases.assignee')}
          none={t('console_cases.all')}
          value={who}
          choices={[{ value: 'mine', label: t('console_cases.mine') }, { value: 'none', label: t('console_cases.nobody') }, ...colleagues]}
        />
      </div>
      <div class="col-6 col-md-2">
        <Select
          visit={visit}
          name="late"
          label={t('console_cases.due')}
          none={t('console_cases.all')}
          value={query.late}
          choices={[{ value: '1', label: t('console_cases.late') }]}
        />
      </div>
      <div class="col-6 col-md-3">
        <Select
          visit={visit}
          name="kind"
          label={t('console_cases.kind')}
          none={t('console_cases.all')}
          value={query.kind}
          choices={caseKinds.map((value) => ({ value, label: t(`case.kind_${value}`) }))}
        />
      </div>
      <div class="col-6 col-md-3">
        <Select
          visit={visit}
          name="source"
          label={t('console_cases.source')}
          none={t('console_cases.all')}
          value={query.source}
          choices={caseSources.map((value) => ({ value, label: t(`case.source_${value}`) }))}
        />
      </div>
      <div class="col-6 col-md-4">
        <Field visit={visit} name="unit" label={t('console_cases.under')} value={query.unit} wrong={wrong} most={200} />
      </div>
    </Filters>
  )
}

/** Case officers of the officer's own unit, and whoever was chosen already. */
async function colleaguesOf({ desk: { db, actor } }: Visit, who: string | undefined): Promise<Choice[]> {
  const filter = { paths: scopeOf(actor, 'case.read'), unitId: actor.unitId, which: { kind: 'here' as const } }
  const seats = (await listSeats(db, filter, { after: '', limit: COLLEAGUES })).filter(({ roles }) => roles.includes('case'))
  const chosen = who && who !== 'mine' && who !== 'none' && !seats.some(({ id }) => id === who) ? await findSeat(db, who) : undefined
  const inside = chosen && filter.paths.some((path) => chosen.path.startsWith(path)) ? [chosen] : []
  return [...seats, ...inside].filter(({ id }) => id !== actor.officerId).map(({ id, name }) => ({ value: id, label: name }))
}
