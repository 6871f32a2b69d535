/**
 * The two forms by which an incident's file grows: words of one kind, and the figures of who and what is affected.
 */
import { type Affected, DATA_KINDS, type EntryKind, PEOPLE_KINDS } from '../../incident.ts'
import { Card } from '../kit/card.tsx'
import { Area, Button, Checks, Field, Form, Select } from '../kit/form.tsx'
import type { Typed, Visit, Wrong } from '../page.ts'

/** Which of the page's forms was sent, with what was wrong in it. */
export type Sent = { of: 'entries' | 'affected' | 'notified' | 'people-told' | 'close' | 'reopen'; typed: Typed; wrong: Wrong }

export function EntryForm({ visit, id, kinds, sent }: { visit: Visit; id: string; kinds: readonly EntryKind[]; sent: Sent | undefined }) {
  const { t } = visit
  const own = sent?.of === 'entries' ? { typed: sent.typed, wrong: sent.wrong } : {}
  return (
    <Card title={t('console_office.entry_new')}>
      <Form visit={visit} action={`/incidents/${id}/entries`}>
        <Select
          visit={visit}
          {...own}
          name="kind"
          label={t('console_office.entry_kind')}
          value="measure"
          choices={kinds.map((value) => ({ value, label: t(`incident.kind_${value}`) }))}
          needed
        />
        <Area
          visit={visit}
          {...own}
          within="entry"
          name="text"
          label={t('console_office.entry_text')}
          hint={t('console_office.no_names')}
          most={2000}
          needed
        />
        <Button label={t('console_office.entry_add')} />
      </Form>
    </Card>
  )
}

/** What was last known stands in it: an officer changes the figures that have changed. */
export function AffectedForm({
  visit,
  id,
  sent,
  newest,
}: {
  visit: Visit
  id: string
  sent: Sent | undefined
  newest: Affected | null | undefined
}) {
  const { t } = visit
  const own = sent?.of === 'affected' ? { typed: sent.typed, wrong: sent.wrong } : {}
  const number = (n: number | null | undefined) => (n === null || n === undefined ? '' : String(n))
  return (
    <Card title={t('incident.kind_affected')}>
      <Form visit={visit} action={`/incidents/${id}/affected`}>
        <Field
          visit={visit}
          {...own}
          name="people"
          label={t('console_office.people_count')}
          hint={t('console_office.count_hint')}
          value={number(newest?.people)}
          inputmode="numeric"
          most={11}
        />
        <Checks
          visit={visit}
          {...own}
          name="peopleKinds"
          label={t('console_office.people_kinds')}
          choices={PEOPLE_KINDS.map((value) => ({ value, label: t(`incident.people_${value}`) }))}
          values={newest?.peopleKinds ?? []}
        />
        <Field
          visit={visit}
          {...own}
          name="records"
          label={t('console_office.records_count')}
          hint={t('console_office.count_hint')}
          value={number(newest?.records)}
          inputmode="numeric"
          most={11}
        />
        <Checks
          visit={visit}
          {...own}
          name="dataKinds"
          label={t('console_office.data_kinds')}
          choices={DATA_KINDS.map((value) => ({ value, label: t(`incident.data_${value}`) }))}
          values={newest?.dataKinds ?? []}
        />
        <Area
          visit={visit}
          {...own}
          within="affected"
          name="text"
          label={t('console_office.affected_text')}
          hint={t('console_office.no_names')}
          rows={3}
          most={2000}
        />
        <Button label={t('console_office.entry_add')} />
      </Form>
    </Card>
  )
}
