/**
 * What is planned for the tree and what was done to it: one table, and taking back what has not begun (F65).
 */
import * as z from 'zod'
import { findTreeUnits } from '../../db/tree-units.ts'
import { cancelChange, findChange, listChanges, type UnitChange } from '../../db/unit-changes.ts'
import { about } from '../api/shapes.ts'
import { AppError } from '../errors.ts'
import { may, scopeOf } from '../rights.ts'
import { dateVi } from '../time.ts'
import type { ChangePlan } from '../tree.ts'
import { Badge, Card, type Tone } from './kit/card.tsx'
import { Button, Form } from './kit/form.tsx'
import { addressWith, Empty, Table } from './kit/list.tsx'
import type { Page, Visit } from './page.ts'

const PAGE = 50
const pageQuery = z.object({ before: z.string().max(40).default('') })

export const unitChanges: readonly Page[] = [
  { method: 'get', path: '/units/changes', act: 'unit.read', handle: list },
  { method: 'post', path: '/units/changes/:id/cancel', act: 'unit.write', handle: cancel },
]

async function list(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const { before } = visit.query(pageQuery)
  const found = await listChanges(desk.db, { paths: scopeOf(desk.actor, 'unit.read'), before, limit: PAGE + 1 })
  const rows = found.slice(0, PAGE)
  const last = rows.at(-1)
  const more = found.length > PAGE && last ? addressWith(visit.c.req.url, { before: last.id }) : undefined
  return visit.show(
    {
      title: t('console_units.changes'),
      help: 'units',
      crumbs: [{ href: '/console/units', label: t('console_units.title') }],
    },
    <Card plain>
      {rows.length === 0 ? (
        <Empty
          icon="calendar3"
          title={t('console_units.no_changes')}
          text={t('console_units.no_changes_next')}
          action={{ href: '/console/units', label: t('console_units.title') }}
        />
      ) : (
        <ChangeTable visit={visit} changes={rows} more={more} units={await namesIn(visit, rows)} />
      )}
    </Card>,
  )
}

async function cancel(visit: Visit): Promise<Response> {
  const { desk } = visit
  const change = await findChange(desk.db, visit.param('id'))
  if (!change) throw new AppError('not_found', 'tree.change_gone')
  await desk.db.write(await cancelChange(desk, change.id))
  return visit.go(`/units/${change.unitId}`, 'console_units.said_cancelled')
}

const TONES: Record<UnitChange['state'], Tone> = { planned: 'waiting', moving: 'waiting', done: 'good', cancelled: 'plain', failed: 'bad' }

export function ChangeTable({
  visit,
  changes,
  more,
  units,
}: {
  visit: Visit
  changes: readonly UnitChange[]
  more: string | undefined
  units: ReadonlyMap<string, string>
}) {
  const { t, desk } = visit
  return (
    <Table
      visit={visit}
      caption={t('console_units.changes')}
      rows={changes}
      more={more}
      columns={[
        { label: t('console_units.day'), cell: ({ day }) => dateVi(day) },
        { label: t('console_units.what'), cell: (change) => <What visit={visit} change={change} units={units} /> },
        {
          label: t('console_units.state'),
          cell: ({ state, problem, told }) => (
            <>
              <Badge tone={TONES[state]} label={t(`console_units.state_${state}`)} />
              {problem ? <div class="text-danger">{t(problem)}</div> : null}
              {told > 0 ? <div class="text-secondary">{toldText(visit, told)}</div> : null}
            </>
          ),
        },
        {
          label: '',
          cell: ({ id, state, path }) =>
            state === 'planned' && may(desk.actor, 'unit.write', path) ? (
              <Form visit={visit} action={`/units/changes/${id}/cancel`}>
                <Button kind="outline" label={t('console_units.cancel')} />
              </Form>
            ) : null,
        },
      ]}
    />
  )
}

/** To the nearest ten, and no more than "under ten" below (R23). */
function toldText({ t }: Visit, told: number): string {
  const shown = about(told)
  return typeof shown === 'number' ? t('console_units.told', { n: shown }) : t('console_units.told_few', { n: shown.under })
}

function What({ visit: { t }, change, units }: { visit: Visit; change: UnitChange; units: ReadonlyMap<string, string> }) {
  const { plan, unitId, unitName, note } = change
  const name = (id: string) => units.get(id) ?? id
  const text = () => {
    switch (plan.kind) {
      case 'rename':
        return t('console_units.was_rename', { before: plan.before, name: plan.name })
      case 'move':
        return t('console_units.was_move', { unit: unitName, parent: name(plan.parentId) })
      case 'merge':
        return t('console_units.was_merge', { unit: unitName, sources: plan.sources.map(name).join('; ') })
      case 'split':
        return t('console_units.was_split', { unit: unitName, heirs: plan.heirs.map((heir) => heir.name ?? name(heir.id)).join('; ') })
      case 'close':
        return t('console_units.was_close', { unit: unitName })
    }
  }
  return (
    <>
      <a href={`/console/units/${unitId}`}>{text()}</a>
      {note ? <div class="text-secondary">{note}</div> : null}
    </>
  )
}

/** Names of the units that changes speak of. */
export async function namesIn({ desk: { db } }: Visit, changes: ReadonlyArray<Parameters<typeof idsOf>[0]>) {
  const units = await findTreeUnits(db, changes.flatMap(idsOf))
  return new Map([...units].map(([id, { name }]) => [id, name] as const))
}

function idsOf({ plan }: { plan: ChangePlan }): string[] {
  if (plan.kind === 'merge') return plan.sources
  if (plan.kind === 'move') return [plan.parentId, ...(plan.before ? [plan.before] : [])]
  return plan.kind === 'split' ? plan.heirs.map(({ id }) => id) : []
}
