/**
 * How a text looks to members, and how two texts differ: what is added stands underlined, what is gone struck through, and
 * both are said in words for those who do not see it.
 */
import { type Difference, differencesOf } from '../../difference.ts'
import { type Fields, isQuestion } from '../../entry.ts'
import { labelOf } from '../../entry-sheet.ts'
import { itemText, questionTexts } from '../../entry-text.ts'
import { dateVi } from '../../time.ts'
import { Card, Pairs } from '../kit/card.tsx'
import type { Visit } from '../page.ts'

/** As the chat shows it. */
export function Preview({ visit, fields }: { visit: Visit; fields: Fields }) {
  const { t, say } = visit
  return (
    <Card title={t('console_content.preview')}>
      {isQuestion(fields) ? (
        <>
          {questionTexts(fields).map((text, at) => (
            <>
              <p class="text-secondary mb-1">{t(at === 0 ? 'console_content.preview_asked' : 'console_content.preview_answered')}</p>
              <p class="said quoted">{say(text)}</p>
            </>
          ))}
          <p class="mb-0">{t('console_content.right_is', { answer: fields.options[fields.correct] ?? '' })}</p>
        </>
      ) : (
        <p class="said quoted mb-0">{say(itemText(fields))}</p>
      )}
    </Card>
  )
}

/** What members do not see of it. */
export function Facts({ visit, fields }: { visit: Visit; fields: Fields }) {
  const { t } = visit
  const link = isQuestion(fields) ? null : fields.sourceUrl
  return (
    <Pairs
      pairs={[
        [t('entry.f_source_label'), fields.sourceLabel],
        ...(link
          ? [
              [
                t('entry.f_source_url'),
                <a href={link} rel="noreferrer noopener">
                  {link}
                </a>,
              ] as const,
            ]
          : []),
        [t('entry.f_checked_on'), dateVi(fields.checkedOn)],
        [t('entry.f_review_by'), dateVi(fields.reviewBy)],
        ...(isQuestion(fields)
          ? [
              [t('entry.f_topic'), t(`entry.topic_${fields.topic}`)] as const,
              [t('entry.f_difficulty'), t(`entry.difficulty_${fields.difficulty}`)] as const,
              [t('entry.f_audience'), t(`entry.audience_${fields.audience}`)] as const,
              [t('entry.f_law'), t(fields.law ? 'entry.yes' : 'entry.no')] as const,
            ]
          : [
              [t('entry.f_kind'), t(`entry.kind_${fields.kind}`)] as const,
              [t('entry.f_daily'), t(fields.daily ? 'entry.yes' : 'entry.no')] as const,
            ]),
      ]}
    />
  )
}

/** Field by field; nothing when they are the same. */
export function Differences({ visit, before, after }: { visit: Visit; before: Fields | null; after: Fields }) {
  const differences = differencesOf(before, after)
  if (differences.length === 0) return <p class="mb-0">{visit.t('console_content.no_differences')}</p>
  return (
    <dl class="mb-0">
      {differences.map((difference) => (
        <>
          <dt>{visit.say(labelOf(difference.field))}</dt>
          <dd class="said">
            <Pieces visit={visit} difference={difference} />
          </dd>
        </>
      ))}
    </dl>
  )
}

function Pieces({ visit: { t }, difference: { field, pieces } }: { visit: Visit; difference: Difference }) {
  const words = (text: string) => wordsOf(field, text, t)
  return (
    <>
      {pieces.map(({ kind, text }) =>
        kind === 'same' ? (
          words(text)
        ) : kind === 'added' ? (
          <ins>
            <span class="visually-hidden">{t('console_content.added')} </span>
            {words(text)}
          </ins>
        ) : (
          <del>
            <span class="visually-hidden">{t('console_content.removed')} </span>
            {words(text)}
          </del>
        ),
      )}
    </>
  )
}

/** What a code stands for, where a field holds one. */
function wordsOf(field: string, text: string, t: Visit['t']): string {
  if (text === 'true' || text === 'false') return t(text === 'true' ? 'entry.yes' : 'entry.no')
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && field !== 'body' ? dateVi(text) : text
}
