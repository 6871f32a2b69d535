/**
 * Into other hands: to another officer, to another unit, or away from an officer who has to do with what is reported (R8).
 */
import * as z from 'zod'
import { assignCase, declareConflict } from '../../../db/case-assign.ts'
import { openCaseOf, requireCase } from '../../../db/case-desk.ts'
import { listCaseOfficers } from '../../../db/case-officers.ts'
import { listTransfers, transferCase } from '../../../db/case-transfer.ts'
import { idSchema } from '../../api/shapes.ts'
import { Button, type Choice, Select } from '../kit/form.tsx'
import type { Page, Visit } from '../page.ts'
import { type ActForm, actPages } from './act-page.tsx'

const OFFERED = 50

const assigned = z.object({ officer: idSchema })
const passed = z.object({ unit: idSchema })
const officersQuery = z.object({ after: z.string().max(120).default('') })
const placesQuery = z.object({ places: z.string().max(1_000).default('') })

const assign: ActForm<typeof assigned> = {
  name: 'assign',
  right: 'case.assign',
  schema: assigned,
  field: 'officer',
  find: ({ desk }, id) => requireCase(desk, id, 'case.assign'),
  async draw(visit, row, { typed, wrong }) {
    const { t, desk } = visit
    const [name = '', id = ''] = visit.query(officersQuery).after.split('|')
    const found = await listCaseOfficers(desk.db, row, { now: desk.now, after: { name, id }, limit: OFFERED + 1 })
    const officers = found.slice(0, OFFERED)
    const last = officers.at(-1)
    const choices = officers
      .filter((one) => one.id !== row.assigneeId)
      .map(({ id: value, name: label, unitName }) => ({ value, label: `${label} (${unitName})` }))
    return (
      <>
        <p>{t('console_cases.assign_text')}</p>
        <Select
          visit={visit}
          name="officer"
          label={t('console_cases.officer')}
          none={t('console_cases.choose')}
          choices={choices}
          typed={typed}
          wrong={wrong}
          needed
        />
        <Ends
          visit={visit}
          label="assign_go"
          more={
            found.length > OFFERED && last
              ? `/console/cases/${row.id}/assign?after=${encodeURIComponent(`${last.name}|${last.id}`)}`
              : undefined
          }
        />
      </>
    )
  },
  does: ({ desk }, id, { version, officer }) => assignCase(desk, id, { version, officerId: officer }),
}

const transfer: ActForm<typeof passed> = {
  name: 'transfer',
  schema: passed,
  field: 'unit',
  async draw(visit, row, { typed, wrong }) {
    const { t, desk } = visit
    const open = await openCaseOf(desk, row.id, 'case.work')
    const { above, below } = await listTransfers(desk, open, { after: visit.query(placesQuery).places, limit: OFFERED + 1 })
    const shown = below.slice(0, OFFERED)
    const last = shown.at(-1)
    const choices: Choice[] = [
      ...(above ? [{ value: above.id, label: t('console_cases.above', { unit: above.name }) }] : []),
      ...shown.map(({ id, name }) => ({ value: id, label: name })),
    ]
    if (choices.length === 0) return <p class="mb-0">{t('console_cases.transfer_nowhere')}</p>
    return (
      <>
        <p>{t('console_cases.transfer_text')}</p>
        {open.report.keptFrom ? <p>{t('console_cases.transfer_kept')}</p> : null}
        <Select
          visit={visit}
          name="unit"
          label={t('console_cases.unit')}
          none={t('console_cases.choose')}
          choices={choices}
          typed={typed}
          wrong={wrong}
          needed
        />
        <Ends
          visit={visit}
          label="transfer_go"
          more={below.length > OFFERED && last ? `/console/cases/${row.id}/transfer?places=${encodeURIComponent(last.path)}` : undefined}
        />
      </>
    )
  },
  does: ({ desk }, id, { version, unit }) => transferCase(desk, id, { version, unitId: unit }),
  leaves: true,
}

const conflict: ActForm<z.ZodObject> = {
  name: 'conflict',
  right: 'case.read',
  schema: z.object({}),
  field: 'version',
  find: ({ desk }, id) => requireCase(desk, id, 'case.read'),
  draw: (visit) => (
    <>
      <p>{visit.t('console_cases.conflict_text')}</p>
      <Button kind="danger" label={visit.t('console_cases.conflict_go')} />
    </>
  ),
  does: ({ desk }, id, { version }) => declareConflict(desk, id, version),
  leaves: true,
}

export const hand: readonly Page[] = [...actPages(assign), ...actPages(transfer), ...actPages(conflict)]

function Ends({ visit: { t }, label, more }: { visit: Visit; label: string; more: string | undefined }) {
  return (
    <div class="btn-list">
      <Button label={t(`console_cases.${label}`)} />
      {more ? (
        <a class="btn btn-outline-secondary" href={more}>
          {t('console_cases.more')}
        </a>
      ) : null}
    </div>
  )
}
