/**
 * A decision of an authority as its author writes it (R5): filed for a case, or written anew after it came back. The link
 * leads to an office's own page; two other officers open it before anything goes out.
 */
import * as z from 'zod'
import { type CaseRow, requireCase } from '../../../db/case-desk.ts'
import { editDecision, fileDecision, requireDecision } from '../../../db/decisions.ts'
import { decisionSchema } from '../../decision.ts'
import { AppError } from '../../errors.ts'
import { attempt, dayField } from '../attempt.ts'
import { Card } from '../kit/card.tsx'
import { Area, Button, Field, Form } from '../kit/form.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'
import { crumbsOf } from './words.tsx'

const formSchema = decisionSchema.extend({ day: dayField, link: z.url('console_hand_overs.link_wrong').max(500) })

export const decisionFormPages: readonly Page[] = [
  { method: 'get', path: '/cases/:id/decision', act: 'decision.write', handle: (visit) => write(visit) },
  { method: 'post', path: '/cases/:id/decision', act: 'decision.write', handle: file },
  { method: 'get', path: '/decisions/:id/edit', act: 'decision.write', handle: (visit) => change(visit) },
  { method: 'post', path: '/decisions/:id/edit', act: 'decision.write', handle: save },
]

type Values = Partial<Record<keyof z.output<typeof decisionSchema>, string>>

async function write(visit: Visit, typed?: Typed, wrong?: Wrong): Promise<Response> {
  const found = await requireCase(visit.desk, visit.param('id'), 'decision.write')
  const action = `/cases/${found.id}/decision`
  return draw(visit, { found, action, title: visit.t('console_hand_overs.decision_new'), values: {} }, typed, wrong)
}

async function file(visit: Visit): Promise<Response> {
  const { desk } = visit
  const found = await requireCase(desk, visit.param('id'), 'decision.write')
  const posted = visit.read(formSchema)
  if (!posted.ok) return write(visit, posted.typed, posted.wrong)
  const done = await attempt('link', async () => {
    const { id, writes } = await fileDecision(desk, found, posted.data)
    await desk.db.write(writes)
    return id
  })
  if ('wrong' in done) return write(visit, posted.typed, placed(done.wrong))
  return visit.go(`/decisions/${done.done}`, 'console_hand_overs.said_filed')
}

async function change(visit: Visit, typed?: Typed, wrong?: Wrong): Promise<Response> {
  const { desk, t } = visit
  const decision = await requireDecision(desk, visit.param('id'), ['decision.write'])
  if (decision.officerId !== desk.actor.officerId) throw new AppError('forbidden', 'console_hand_overs.not_author')
  const { authorityName, number, day, link, box } = decision
  const found = { id: decision.caseId, number: decision.caseNumber }
  const form = {
    ...{ found, action: `/decisions/${decision.id}/edit`, title: t('console_hand_overs.decision_edit') },
    values: { authorityName, number, day, link, says: box.says },
  }
  return draw(visit, form, typed, wrong)
}

async function save(visit: Visit): Promise<Response> {
  const { desk } = visit
  const posted = visit.read(formSchema)
  if (!posted.ok) return change(visit, posted.typed, posted.wrong)
  const decision = await requireDecision(desk, visit.param('id'), ['decision.write'])
  const done = await attempt('link', async () => desk.db.write(await editDecision(desk, decision, posted.data)))
  if ('wrong' in done) return change(visit, posted.typed, placed(done.wrong))
  return visit.go(`/decisions/${decision.id}`, 'console_hand_overs.said_filed')
}

function draw(
  visit: Visit,
  { found, action, title, values }: { found: Pick<CaseRow, 'id' | 'number'>; action: string; title: string; values: Values },
  typed?: Typed,
  wrong?: Wrong,
): Response {
  const { t } = visit
  const of = (name: keyof Values) => ({ visit, typed, wrong, name, value: values[name], label: t(`console_hand_overs.d_${name}`) })
  return visit.show(
    { title, help: 'decisions', crumbs: crumbsOf(visit, found) },
    <Card>
      <p>{t('console_hand_overs.decision_text')}</p>
      <Form visit={visit} action={action}>
        <Field {...of('authorityName')} most={160} needed />
        <Field {...of('number')} hint={t('console_hand_overs.d_number_hint')} most={60} needed />
        <Field {...of('day')} type="date" needed />
        <Field {...of('link')} type="url" hint={t('console_hand_overs.d_link_hint')} most={500} needed />
        <Area {...of('says')} hint={t('console_hand_overs.d_says_hint')} rows={4} most={800} needed />
        <Button label={t('console_hand_overs.decision_file')} />
      </Form>
    </Card>,
    wrong ? 400 : 200,
  )
}

/** A refusal of the database at the field it is about. */
function placed(wrong: Wrong): Wrong {
  const text = wrong.link
  return text && 'key' in text && text.key === 'console_hand_overs.future' ? { day: text } : wrong
}
