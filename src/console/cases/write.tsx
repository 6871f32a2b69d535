/**
 * What an officer writes into a case: a question to its member, a message to them, a note for colleagues. Questions that are
 * often asked stand there to begin with.
 */
import * as z from 'zod'
import type { CaseRow } from '../../../db/case-desk.ts'
import { findWays } from '../../../db/case-links.ts'
import { askMember, noteCase, tellMember } from '../../../db/case-notes.ts'
import { listReasons } from '../../../db/case-reasons.ts'
import { NOTE_LONGEST, TOLD_LONGEST } from '../../../db/case-words.ts'
import { idSchema } from '../../api/shapes.ts'
import { cleanText } from '../../text.ts'
import { Area, Button } from '../kit/form.tsx'
import type { Page, Visit } from '../page.ts'
import { type ActForm, actPages } from './act-page.tsx'
import { ReasonSelect } from './reason-select.tsx'
import { ToldAll } from './told.tsx'
import { wayOf } from './words.tsx'

const text = z.string().overwrite(cleanText)
const asked = z.object({ text, reason: idSchema })
const written = z.object({ text })
const askQuery = z.object({ q: idSchema.optional().catch(undefined) })

const ask: ActForm<typeof asked> = {
  name: 'ask',
  schema: asked,
  field: 'text',
  async draw(visit, row, { typed, wrong }) {
    const { t, desk } = visit
    const reasons = await listReasons(desk.db, 'needs_info')
    const begun = reasons.find(({ id }) => id === visit.query(askQuery).q)
    return (
      <>
        <p>{t('console_cases.ask_text')}</p>
        {await Unreached({ visit, row })}
        {await ToldAll({ visit, id: row.id })}
        <Samples visit={visit} id={row.id} samples={reasons.map(({ id, label }) => ({ id, label: label[visit.locale] }))} />
        <ReasonSelect visit={visit} reasons={reasons} value={begun?.id} typed={typed} wrong={wrong} />
        <Area
          visit={visit}
          name="text"
          label={t('console_cases.question')}
          hint={t('console_cases.told_hint')}
          value={begun?.says.vi}
          typed={typed}
          wrong={wrong}
          most={TOLD_LONGEST}
          needed
        />
        <Button label={t('console_cases.ask_go')} />
      </>
    )
  },
  does: ({ desk }, id, { version, text: words, reason }) => askMember(desk, id, { version, text: words, reasonId: reason }),
}

const tell: ActForm<typeof written> = {
  name: 'tell',
  schema: written,
  field: 'text',
  draw: async (visit, row, { typed, wrong }) => (
    <>
      <p>{visit.t('console_cases.tell_text')}</p>
      {await Unreached({ visit, row })}
      {await ToldAll({ visit, id: row.id })}
      <Area
        visit={visit}
        name="text"
        label={visit.t('console_cases.message')}
        hint={visit.t('console_cases.told_hint')}
        typed={typed}
        wrong={wrong}
        most={TOLD_LONGEST}
        needed
      />
      <Button label={visit.t('console_cases.tell_go')} />
    </>
  ),
  does: ({ desk }, id, data) => tellMember(desk, id, data),
}

const note: ActForm<typeof written> = {
  name: 'note',
  schema: written,
  field: 'text',
  draw: (visit, _, { typed, wrong }) => (
    <>
      <p>{visit.t('console_cases.note_text')}</p>
      <Area visit={visit} name="text" label={visit.t('console_cases.note_field')} typed={typed} wrong={wrong} most={NOTE_LONGEST} needed />
      <Button label={visit.t('console_cases.note_go')} />
    </>
  ),
  does: ({ desk }, id, data) => noteCase(desk, id, data),
}

export const write: readonly Page[] = [...actPages(ask), ...actPages(tell), ...actPages(note)]

/** Said before anything is written that nobody will be told of. */
async function Unreached({ visit: { t, desk }, row }: { visit: Visit; row: CaseRow }) {
  const way = wayOf(row, (await findWays(desk.db, desk.keys, row.id)).link)
  return way === 'link' ? null : <p class="fw-bold">{t(`console_cases.unreached_${way}`)}</p>
}

/** Without a script a question is begun by its link. */
function Samples({ visit: { t }, id, samples }: { visit: Visit; id: string; samples: ReadonlyArray<{ id: string; label: string }> }) {
  if (samples.length === 0) return null
  return (
    <>
      <p class="mb-1">{t('console_cases.samples')}</p>
      <ul>
        {samples.map((sample) => (
          <li class="mb-2">
            <a href={`/console/cases/${id}/ask?q=${sample.id}`}>{sample.label}</a>
          </li>
        ))}
      </ul>
    </>
  )
}
