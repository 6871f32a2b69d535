/**
 * The facts of a hand-over and the forms of its steps: when and how it left, what was answered, why it came back.
 */

import type { Outcome } from '../../../db/hand-over-acts.ts'
import { HAND_OVER_WAYS, type HandOver } from '../../../db/hand-overs.ts'
import { dateVi } from '../../time.ts'
import type { Holidays } from '../../working-days.ts'
import { Card, Pairs } from '../kit/card.tsx'
import { Area, Button, Check, Field, Form, Select } from '../kit/form.tsx'
import type { Typed, Visit, Wrong } from '../page.ts'
import { HandOverState } from './hand-overs.tsx'

export type StepProps = { visit: Visit; action: string; typed?: Typed | undefined; wrong?: Wrong | undefined; today: string }

type FactsProps = { visit: Visit; handOver: HandOver; outcomes: readonly Outcome[]; holidays: Holidays }

export function Facts({ visit, handOver, outcomes, holidays }: FactsProps) {
  const { t, locale } = visit
  const { sent, answer } = handOver.box
  const outcome = outcomes.find(({ id }) => id === handOver.outcomeId)
  return (
    <Card title={t('console_hand_overs.state')}>
      <Pairs
        pairs={[
          [t('console_hand_overs.state'), <HandOverState visit={visit} row={handOver} holidays={holidays} />],
          [t('console_hand_overs.to'), handOver.authorityName],
          [t('console_hand_overs.due'), dateVi(handOver.dueDay)],
          [t('console_hand_overs.by'), handOver.officerName ?? t('console_cases.officer_gone')],
          ...(sent
            ? [
                [t('console_hand_overs.sent_on'), `${dateVi(sent.day)} · ${t(`console_hand_overs.way_${sent.how}`)}`] as const,
                ...(sent.ref ? [[t('console_hand_overs.ref'), sent.ref] as const] : []),
              ]
            : []),
          ...(answer
            ? [
                [t(`console_hand_overs.${handOver.state}_on`), [dateVi(answer.day), answer.ref].filter(Boolean).join(' · ')] as const,
                [t('console_hand_overs.said'), <span class="said">{answer.text}</span>] as const,
              ]
            : []),
          ...(handOver.outcomeId ? [[t('console_hand_overs.outcome'), outcome?.label[locale] ?? handOver.outcomeId] as const] : []),
        ]}
      />
    </Card>
  )
}

export function SendForm({ visit, action, typed, wrong, today }: StepProps) {
  const { t } = visit
  const common = { visit, typed, wrong, within: 'send' }
  return (
    <Card title={t('console_hand_overs.send')}>
      <p>{t('console_hand_overs.send_text')}</p>
      <Form visit={visit} action={action}>
        <Field {...common} name="day" type="date" label={t('console_hand_overs.sent_on')} value={today} needed />
        <Select
          {...common}
          name="how"
          label={t('console_hand_overs.how')}
          value="official"
          choices={HAND_OVER_WAYS.map((value) => ({ value, label: t(`console_hand_overs.way_${value}`) }))}
          needed
        />
        <Field {...common} name="ref" label={t('console_hand_overs.ref')} hint={t('console_hand_overs.ref_hint')} most={120} />
        <Button label={t('console_hand_overs.send_go')} />
      </Form>
    </Card>
  )
}

/** @param others another authority still has a paper of this case */
export function AnswerForm({
  visit,
  action,
  typed,
  wrong,
  today,
  outcomes,
  others,
}: StepProps & { outcomes: readonly Outcome[]; others: boolean }) {
  const { t, locale } = visit
  const common = { visit, typed, wrong, within: 'answer' }
  return (
    <Card title={t('console_hand_overs.answer')}>
      <Form visit={visit} action={action}>
        <Field {...common} name="day" type="date" label={t('console_hand_overs.answered_on')} value={today} needed />
        <Field {...common} name="ref" label={t('console_hand_overs.ref')} hint={t('console_hand_overs.answer_ref_hint')} most={120} />
        <Area
          {...common}
          name="text"
          label={t('console_hand_overs.said')}
          hint={t('console_hand_overs.said_hint')}
          rows={4}
          most={2_000}
          needed
        />
        <Select
          {...common}
          name="outcome"
          label={t('console_hand_overs.outcome')}
          hint={t('console_hand_overs.outcome_hint')}
          none={t('console_hand_overs.choose')}
          choices={outcomes.map(({ id, label, says }) => ({ value: id, label: `${label[locale]}: “${says[locale]}”` }))}
          needed
        />
        {others ? <Check name="wait" label={t('console_hand_overs.wait')} hint={t('console_hand_overs.wait_hint')} typed={typed} /> : null}
        <Button label={t('console_hand_overs.answer_go')} />
      </Form>
    </Card>
  )
}

export function ReturnForm({ visit, action, typed, wrong, today }: StepProps) {
  const { t } = visit
  const common = { visit, typed, wrong, within: 'return' }
  return (
    <details class="mb-3" open={wrong !== undefined}>
      <summary class="btn btn-outline-secondary">{t('console_hand_overs.back')}</summary>
      <Card>
        <Form visit={visit} action={action}>
          <Field {...common} name="day" type="date" label={t('console_hand_overs.returned_on')} value={today} needed />
          <Field {...common} name="ref" label={t('console_hand_overs.ref')} most={120} />
          <Area {...common} name="text" label={t('console_hand_overs.back_why')} rows={3} most={2_000} needed />
          <Button label={t('console_hand_overs.back_go')} />
        </Form>
      </Card>
    </details>
  )
}
