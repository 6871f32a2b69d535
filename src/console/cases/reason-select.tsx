/**
 * The choice of a reason: its label for officers, with what the member will read under it.
 */
import type { CaseReason } from '../../../db/case-reasons.ts'
import { Select } from '../kit/form.tsx'
import type { Typed, Visit, Wrong } from '../page.ts'

export function ReasonSelect({
  visit,
  reasons,
  value,
  typed,
  wrong,
}: {
  visit: Visit
  reasons: readonly CaseReason[]
  value?: string | undefined
  typed: Typed | undefined
  wrong: Wrong | undefined
}) {
  return (
    <Select
      visit={visit}
      name="reason"
      label={visit.t('console_cases.reason')}
      none={visit.t('console_cases.choose')}
      choices={reasons.map(({ id, label }) => ({ value: id, label: label[visit.locale] }))}
      value={value}
      typed={typed}
      wrong={wrong}
      needed
    />
  )
}

/** What each reason says to the member, so that nobody chooses blindly. */
export function ReasonWords({ visit, reasons }: { visit: Visit; reasons: readonly CaseReason[] }) {
  return (
    <details class="mb-3">
      <summary>{visit.t('console_cases.reason_words')}</summary>
      <dl class="mt-2">
        {reasons.map(({ label, says }) => (
          <>
            <dt>{label[visit.locale]}</dt>
            <dd>{says[visit.locale]}</dd>
          </>
        ))}
      </dl>
    </details>
  )
}
