/**
 * When a case is due, how urgent it is, and who may open it.
 */
import * as z from 'zod'
import { restrictCase, setDue, setUrgency, unrestrictCase } from '../../../db/case-plan.ts'
import { NOTE_LONGEST } from '../../../db/case-words.ts'
import { URGENCY, type Urgency } from '../../case.ts'
import { cleanText } from '../../text.ts'
import { dayField } from '../attempt.ts'
import { Area, Button, Field, Select } from '../kit/form.tsx'
import type { Page } from '../page.ts'
import { type ActForm, actPages } from './act-page.tsx'

const URGENCIES = Object.keys(URGENCY) as [Urgency, ...Urgency[]]
const dueSchema = z.object({ day: dayField, text: z.string().overwrite(cleanText).min(1).max(NOTE_LONGEST) })
const urgencySchema = z.object({ urgency: z.enum(URGENCIES) })
const restrictSchema = z.object({ do: z.enum(['on', 'off']) })

const due: ActForm<typeof dueSchema> = {
  name: 'due',
  schema: dueSchema,
  field: 'day',
  draw: (visit, row, { typed, wrong }) => (
    <>
      <Field
        visit={visit}
        name="day"
        type="date"
        label={visit.t('console_cases.due_day')}
        value={row.dueDay}
        typed={typed}
        wrong={wrong}
        needed
      />
      <Area
        visit={visit}
        name="text"
        rows={3}
        label={visit.t('console_cases.why')}
        hint={visit.t('console_cases.due_hint')}
        typed={typed}
        wrong={wrong}
        most={NOTE_LONGEST}
        needed
      />
      <Button label={visit.t('console_cases.due_go')} />
    </>
  ),
  does: ({ desk }, id, data) => setDue(desk, id, data),
}

const priority: ActForm<typeof urgencySchema> = {
  name: 'priority',
  schema: urgencySchema,
  field: 'urgency',
  draw: (visit, row, { typed, wrong }) => (
    <>
      <p>{visit.t('console_cases.priority_text')}</p>
      <Select
        visit={visit}
        name="urgency"
        label={visit.t('console_cases.priority')}
        value={row.urgency}
        choices={URGENCIES.map((value) => ({ value, label: visit.t(`case.urgency_${value}`) }))}
        typed={typed}
        wrong={wrong}
      />
      <Button label={visit.t('console_cases.priority_go')} />
    </>
  ),
  does: ({ desk }, id, data) => setUrgency(desk, id, data),
}

const restrict: ActForm<typeof restrictSchema> = {
  name: 'restrict',
  schema: restrictSchema,
  field: 'do',
  draw: (visit, row) => (
    <>
      <p>{visit.t(row.restricted ? 'console_cases.unrestrict_text' : 'console_cases.restrict_text')}</p>
      <Button
        label={visit.t(row.restricted ? 'console_cases.unrestrict_go' : 'console_cases.restrict_go')}
        name="do"
        value={row.restricted ? 'off' : 'on'}
      />
    </>
  ),
  does: ({ desk }, id, { version, do: what }) => (what === 'on' ? restrictCase(desk, id, version) : unrestrictCase(desk, id, version)),
}

export const plan: readonly Page[] = [...actPages(due), ...actPages(priority), ...actPages(restrict)]
