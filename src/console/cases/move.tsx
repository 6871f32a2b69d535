/**
 * From state to state: first where to, then why, with what the member will read; and the shelf of spam and back.
 */
import * as z from 'zod'
import { markSpam, moveCase, movesOf, unmarkSpam } from '../../../db/case-moves.ts'
import { listReasons } from '../../../db/case-reasons.ts'
import { TOLD_LONGEST } from '../../../db/case-words.ts'
import { type CaseState, caseStates } from '../../case.ts'
import { needsReason, type ReasonState, SPAM_REASON } from '../../case-reason.ts'
import { cleanText } from '../../text.ts'
import { Area, Button } from '../kit/form.tsx'
import type { Page, Visit } from '../page.ts'
import { type ActForm, actPages } from './act-page.tsx'
import { ReasonSelect, ReasonWords } from './reason-select.tsx'

const state = z.enum(caseStates)
const moved = z.object({ to: state, reason: z.string().max(40).default(''), text: z.string().default('').overwrite(cleanText) })
const toQuery = z.object({ to: state.optional().catch(undefined) })

const move: ActForm<typeof moved> = {
  name: 'move',
  schema: moved,
  field: 'text',
  async draw(visit, row, { typed, wrong }) {
    const { t, desk } = visit
    const targets = movesOf(row)
    const wanted = state.safeParse(typed?.to).data ?? visit.query(toQuery).to
    const to = targets.find((one) => one === wanted)
    if (to === undefined) return <Targets visit={visit} id={row.id} targets={targets} />
    const asks = needsReason(row.state, to)
    const reasons = asks ? (await listReasons(desk.db, to as ReasonState)).filter(({ id }) => id !== SPAM_REASON) : []
    return (
      <>
        <input type="hidden" name="to" value={to} />
        <p>
          {t(`case.state_${row.state}`)} → <strong>{t(`case.state_${to}`)}</strong>
        </p>
        {asks ? (
          <>
            <ReasonSelect visit={visit} reasons={reasons} typed={typed} wrong={wrong} />
            <ReasonWords visit={visit} reasons={reasons} />
          </>
        ) : null}
        <Area
          visit={visit}
          name="text"
          label={t('console_cases.move_more')}
          hint={t('console_cases.told_hint')}
          typed={typed}
          wrong={wrong}
          most={TOLD_LONGEST}
        />
        <div class="btn-list">
          <Button label={t('console_cases.move_go')} />
          <a class="btn btn-outline-secondary" href={`/console/cases/${row.id}/move`}>
            {t('console_cases.move_other')}
          </a>
        </div>
      </>
    )
  },
  does: ({ desk }, id, { version, to, reason, text }) => moveCase(desk, id, { version, to, reasonId: reason || undefined, text }),
}

const spam: ActForm<z.ZodObject> = {
  name: 'spam',
  schema: z.object({}),
  field: 'version',
  draw: (visit) => (
    <>
      <p>{visit.t('console_cases.spam_text')}</p>
      <Button label={visit.t('console_cases.spam_go')} />
    </>
  ),
  does: ({ desk }, id, { version }) => markSpam(desk, id, version),
}

const noSpam: ActForm<z.ZodObject> = {
  name: 'not-spam',
  schema: z.object({}),
  field: 'version',
  draw: (visit) => (
    <>
      <p>{visit.t('console_cases.not-spam_text')}</p>
      <Button label={visit.t('console_cases.not-spam_go')} />
    </>
  ),
  does: ({ desk }, id, { version }) => unmarkSpam(desk, id, version),
}

export const moves: readonly Page[] = [...actPages(move), ...actPages(spam), ...actPages(noSpam)]

function Targets({ visit: { t }, id, targets }: { visit: Visit; id: string; targets: readonly CaseState[] }) {
  if (targets.length === 0) return <p class="mb-0">{t('console_cases.move_nowhere')}</p>
  return (
    <>
      <p>{t('console_cases.move_where')}</p>
      <div class="btn-list">
        {targets.map((to) => (
          <a class="btn btn-outline-secondary" href={`/console/cases/${id}/move?to=${to}`}>
            {t(`case.state_${to}`)}
          </a>
        ))}
      </div>
    </>
  )
}
