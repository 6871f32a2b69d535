/**
 * The form of an entry: the fields of its section, read from what was typed, each wrong one with its sentence.
 */
import { findEntry } from '../../../db/entries.ts'
import { findGround, troubleWith } from '../../../db/entry-acts.ts'
import { REVIEW_AFTER } from '../../../db/entry-reviews.ts'
import { AUDIENCES, DIFFICULTIES, DOCUMENT_STATUSES, type Fields, MOST, OPTIONS, readFields, type Section } from '../../entry.ts'
import { COLUMNS, labelOf, putField, valueAt } from '../../entry-sheet.ts'
import { addDays, dayOf } from '../../time.ts'
import { Area, Check, type Choice, Field, Select } from '../kit/form.tsx'
import type { Typed, Visit, Wrong } from '../page.ts'

/** The fields that were typed, or what is wrong with them. @param entryId of an entry that is there */
export async function readEntry(
  { desk }: Visit,
  section: Section,
  typed: Typed,
  entryId?: string,
): Promise<{ fields: Fields } | { wrong: Wrong }> {
  const day = dayOf(desk.now)
  const read = readFields(section, rawOf(section, typed), day)
  if ('troubles' in read) return { wrong: Object.fromEntries(read.troubles.map(({ field, text }) => [field, text]).reverse()) }
  const shown = entryId === undefined ? undefined : await findEntry(desk.db, section, entryId, day)
  const trouble = troubleWith(await findGround(desk), section, read.fields, day, shown?.fields)
  return trouble ? { wrong: { [trouble.field]: trouble.text } } : read
}

function rawOf(section: Section, typed: Typed): Record<string, unknown> {
  const raw: Record<string, unknown> = {}
  for (const { field, kind } of COLUMNS[section]) {
    const value = [typed[field] ?? ''].flat()[0] ?? ''
    const given = kind === 'flag' ? typed[field] !== undefined : kind === 'letter' ? (value === '' ? '' : Number(value)) : value
    putField(raw, field, kind === 'optional' && given === '' ? null : given)
  }
  return raw
}

/** A new entry's days: checked today, again in a year. */
export function freshDays(now: Date): Record<'checkedOn' | 'reviewBy', string> {
  const day = dayOf(now)
  return { checkedOn: day, reviewBy: addDays(day, REVIEW_AFTER) }
}

type Props = {
  visit: Visit
  section: Section
  topics: readonly Choice[]
  typed?: Typed | undefined
  wrong?: Wrong | undefined
  values: Fields | Record<string, string>
}

export function EntryFields({ visit, section, topics, typed, wrong, values }: Props) {
  const { t, say } = visit
  const at = (field: string) => {
    const value = valueAt(values, field)
    return {
      visit,
      name: field,
      label: say(labelOf(field)),
      typed,
      wrong,
      value: value === null || value === undefined ? '' : String(value),
    }
  }
  const choices = (list: readonly string[], label: (value: string) => string) => list.map((value) => ({ value, label: t(label(value)) }))
  const days = (
    <div class="row">
      <div class="col-12">
        <Field {...at('sourceLabel')} hint={t('console_content.hint_source')} most={MOST.source} needed />
      </div>
      <div class="col-sm-6">
        <Field {...at('checkedOn')} type="date" needed />
      </div>
      <div class="col-sm-6">
        <Field {...at('reviewBy')} hint={t('console_content.hint_review_by')} type="date" needed />
      </div>
    </div>
  )
  if (section === 'questions')
    return (
      <>
        <Area {...at('text')} rows={3} most={MOST.question} needed />
        {Array.from({ length: OPTIONS }, (_, place) => (
          <Field {...at(`options.${place}`)} most={MOST.option} needed />
        ))}
        <Select
          {...at('correct')}
          choices={[0, 1, 2, 3].map((place) => ({ value: String(place), label: 'ABCD'[place] ?? '' }))}
          none={t('console_content.choose')}
          needed
        />
        <Area {...at('explanation')} hint={t('console_content.hint_explanation')} rows={3} most={MOST.explanation} needed />
        <div class="row">
          <div class="col-sm-4">
            <Select {...at('topic')} choices={topics} none={t('console_content.choose')} needed />
          </div>
          <div class="col-sm-4">
            <Select
              {...at('difficulty')}
              choices={choices(DIFFICULTIES, (value) => `entry.difficulty_${value}`)}
              none={t('console_content.choose')}
              needed
            />
          </div>
          <div class="col-sm-4">
            <Select
              {...at('audience')}
              choices={choices(AUDIENCES, (value) => `entry.audience_${value}`)}
              none={t('console_content.choose')}
              needed
            />
          </div>
        </div>
        {days}
        <Check name="law" label={t('entry.f_law')} hint={t('console_content.hint_law')} typed={typed} checked={isYes(values, 'law')} />
      </>
    )
  return (
    <>
      {section === 'documents' ? (
        <>
          <div class="row">
            <div class="col-sm-6">
              <Field {...at('document.number')} hint={t('console_content.hint_number')} most={MOST.number} needed />
            </div>
            <div class="col-sm-6">
              <Field {...at('document.issuedOn')} type="date" needed />
            </div>
          </div>
          <Field {...at('document.issuer')} most={MOST.name} needed />
          <Area {...at('document.title')} rows={2} most={MOST.name} needed />
          <Select
            {...at('document.status')}
            choices={choices(DOCUMENT_STATUSES, (value) => `library.status_${value}`)}
            none={t('console_content.choose')}
            needed
          />
        </>
      ) : (
        <div class="row">
          <div class="col-sm-6">
            <Select {...at('topic')} choices={topics} none={t('console_content.choose')} needed />
          </div>
          <div class="col-sm-6">
            <Select
              {...at('kind')}
              hint={t('console_content.hint_kind')}
              choices={choices(['fact', 'law'], (value) => `entry.kind_${value}`)}
              none={t('console_content.choose')}
              needed
            />
          </div>
        </div>
      )}
      <Field {...at('title')} hint={t('console_content.hint_title', { most: MOST.title })} most={MOST.title} needed />
      <Area {...at('body')} hint={t('console_content.hint_body', { most: MOST.body })} rows={6} most={MOST.body} needed />
      {days}
      <Field {...at('sourceUrl')} hint={t('console_content.hint_url')} type="url" most={MOST.url} />
      {section === 'library' ? (
        <Check
          name="daily"
          label={t('entry.f_daily')}
          hint={t('console_content.hint_daily')}
          typed={typed}
          checked={isYes(values, 'daily')}
        />
      ) : null}
    </>
  )
}

function isYes(values: Fields | Record<string, string>, field: 'law' | 'daily'): boolean {
  return valueAt(values, field) === true
}
