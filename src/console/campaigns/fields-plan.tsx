/**
 * Fields of who gets a campaign and when: the audience with its units found by name, topic and theme, the plan.
 */
import { MEMBER_KINDS } from '../../campaign.ts'
import { channelIn } from '../../campaign-words.ts'
import { Card } from '../kit/card.tsx'
import { Check, Checks, type Choice, Field, Select } from '../kit/form.tsx'
import type { Filled } from './fields-content.tsx'
import { one, PLAN_KINDS } from './form.ts'

export type Choices = {
  /** Units that may be chosen now: the campaign's own, the chosen one, those that were found. */
  units: readonly Choice[]
  topics: readonly Choice[]
  themes: readonly Choice[]
  /** The campaign's unit has none above it. */
  top: boolean
}

export function AudienceFields(filled: Filled & Choices) {
  const { visit, typed, units, topics, top } = filled
  const { t, say, parts } = visit
  return (
    <Card title={t('console_campaigns.part_audience')}>
      <div data-part="units" data-on="find">
        <Select
          {...filled}
          name="to_unit"
          label={t('console_campaigns.to_unit')}
          hint={t('console_campaigns.to_unit_hint')}
          choices={units}
        />
      </div>
      <div class="row g-2 align-items-end">
        <div class="col">
          <Field {...filled} name="find" label={t('console_campaigns.find_unit')} most={60} />
        </div>
        <div class="col-auto mb-3">
          <button type="submit" class="btn" name="do" value="find" formnovalidate>
            {t('console_campaigns.find')}
          </button>
        </div>
      </div>
      <Checks
        visit={visit}
        typed={typed}
        name="kinds"
        label={t('console_campaigns.kinds')}
        hint={t('console_campaigns.kinds_hint')}
        choices={MEMBER_KINDS.map((value) => ({ value, label: t(`campaign.kind_${value}`) }))}
      />
      <Checks
        visit={visit}
        typed={typed}
        name="channels"
        label={t('console_campaigns.channels')}
        hint={t('console_campaigns.channels_hint')}
        choices={parts.channels.map(({ name }) => ({ value: name, label: say(channelIn(name)) }))}
      />
      <Field {...filled} name="joined" label={t('console_campaigns.joined')} hint={t('console_campaigns.joined_hint')} type="date" />
      <Select
        {...filled}
        name="purpose"
        label={t('console_campaigns.purpose')}
        choices={(['push', 'deals'] as const).map((value) => ({ value, label: t(`console_campaigns.purpose_${value}`) }))}
      />
      {top || typed.without_unit !== undefined ? (
        <Check name="without_unit" label={t('console_campaigns.without_unit')} typed={typed} />
      ) : null}
      <Select
        {...filled}
        name="topic"
        label={t('console_campaigns.topic')}
        hint={t('console_campaigns.topic_hint')}
        none={t('campaign.topic_none')}
        choices={topics}
      />
      <ThemeField {...filled} />
    </Card>
  )
}

function ThemeField(filled: Filled & Choices) {
  const { visit, typed, themes } = filled
  const { t } = visit
  const chosen = one(typed, 'theme')
  const choices = chosen === '' || themes.some(({ value }) => value === chosen) ? themes : [...themes, { value: chosen, label: chosen }]
  return (
    <>
      <Select {...filled} name="theme" label={t('console_campaigns.theme')} none={t('console_campaigns.theme_none')} choices={choices} />
      <p>
        <a href="/console/calendar/themes">{t('console_campaigns.theme_link')}</a>
      </p>
    </>
  )
}

export function PlanFields(filled: Filled) {
  const { visit } = filled
  const { t } = visit
  const weekdays = [1, 2, 3, 4, 5, 6, 0].map((n) => ({ value: String(n), label: t(`campaign.weekday_${n}`) }))
  const numbers = (most: number) => Array.from({ length: most }, (_, i) => ({ value: String(i + 1), label: String(i + 1) }))
  return (
    <Card title={t('console_campaigns.part_plan')}>
      <Select
        {...filled}
        name="plan"
        label={t('console_campaigns.plan')}
        choices={PLAN_KINDS.map((value) => ({ value, label: t(`console_campaigns.plan_${value}`) }))}
      />
      <div class="row g-2">
        <div class="col-6 col-md-4" data-when="plan=once">
          <Field {...filled} name="day" label={t('console_campaigns.day')} type="date" />
        </div>
        <div class="col-6 col-md-4" data-when="plan=weekly">
          <Select {...filled} name="weekday" label={t('console_campaigns.weekday')} choices={weekdays} />
        </div>
        <div class="col-6 col-md-4" data-when="plan=monthly,yearly">
          <Select {...filled} name="month_day" label={t('console_campaigns.month_day')} choices={numbers(31)} />
        </div>
        <div class="col-6 col-md-4" data-when="plan=yearly">
          <Select {...filled} name="month" label={t('console_campaigns.month')} choices={numbers(12)} />
        </div>
        <div class="col-6 col-md-4" data-when="plan=once,daily,weekly,monthly,yearly">
          <Field {...filled} name="time" label={t('console_campaigns.time')} type="time" />
        </div>
        <div class="col-6 col-md-4" data-when="plan=daily,weekly,monthly,yearly">
          <Field {...filled} name="until" label={t('console_campaigns.until')} type="date" />
        </div>
      </div>
      <p class="form-hint mb-0">{t('console_campaigns.plan_hint')}</p>
    </Card>
  )
}
