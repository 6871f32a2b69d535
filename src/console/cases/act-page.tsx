/**
 * A form of one act on a case, on a page of its own: what was wrong is said at its field with everything that was typed, and
 * who was overtaken sees the case as it is now with their words still there.
 */
import type { Child } from 'hono/jsx'
import type * as z from 'zod'
import type { CaseRow } from '../../../db/case-desk.ts'
import { requireWork } from '../../../db/case-seen.ts'
import { conflictOf } from '../../../db/client.ts'
import { AppError } from '../../errors.ts'
import { type Act, scopeOf } from '../../rights.ts'
import { Card } from '../kit/card.tsx'
import { Form } from '../kit/form.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'
import { crumbsOf, Version, versionField } from './words.tsx'

export type Filled = { typed?: Typed | undefined; wrong?: Wrong | undefined }

export type ActForm<S extends z.ZodObject> = {
  /** The last part of the path; texts are `console_cases.<name>_title` and `said_<name>`. */
  name: string
  right?: Act
  schema: S
  /** Field of a refusal that says of no field where it belongs. */
  field: string
  /** The case as the form needs it; who may work on it unless told. */
  find?(visit: Visit, id: string): Promise<CaseRow>
  /** Inside the form. */
  draw(visit: Visit, row: CaseRow, filled: Filled): Child | Promise<Child>
  does(visit: Visit, id: string, data: z.output<S> & { version: number }): Promise<unknown>
  /** Afterwards to the list: the case is the officer's no more. */
  leaves?: true
}

/** Two pages: the form, and what it posts to. */
export function actPages<S extends z.ZodObject>(form: ActForm<S>): Page[] {
  const { name, right = 'case.work' } = form
  const path = `/cases/:id/${name}`
  return [
    { method: 'get', path, act: right, handle: (visit) => show(visit, form) },
    { method: 'post', path, act: right, handle: (visit) => take(visit, form) },
  ]
}

async function show<S extends z.ZodObject>(visit: Visit, form: ActForm<S>, filled: Filled = {}, notice?: string): Promise<Response> {
  const { t, desk } = visit
  const id = visit.param('id')
  const row = await (form.find ? form.find(visit, id) : requireWork(desk, id, form.right))
  // Who only names an officer has no page of the case to go back to.
  const reads = scopeOf(desk.actor, 'case.read').length > 0
  const wrong = filled.wrong && Object.keys(filled.wrong).length > 0
  return visit.show(
    {
      title: t(`console_cases.${form.name}_title`),
      ...(reads ? { crumbs: crumbsOf(visit, row) } : {}),
      help: 'cases',
      notice: notice === undefined ? undefined : { kind: 'warning', text: t(notice) },
    },
    <Card>
      {reads ? null : <p class="text-secondary">{row.number}</p>}
      <Form visit={visit} action={`/cases/${id}/${form.name}`}>
        <Version row={row} />
        {await form.draw(visit, row, filled)}
      </Form>
    </Card>,
    notice === undefined ? (wrong ? 400 : 200) : 409,
  )
}

async function take<S extends z.ZodObject>(visit: Visit, form: ActForm<S>): Promise<Response> {
  const id = visit.param('id')
  const posted = visit.read(form.schema.extend({ version: versionField }))
  if (!posted.ok) return show(visit, form, posted)
  const { typed } = posted
  try {
    await form.does(visit, id, posted.data as z.output<S> & { version: number })
    return visit.go(form.leaves ? '/cases' : `/cases/${id}`, `console_cases.said_${form.name}`)
  } catch (error) {
    if (conflictOf(error)) return show(visit, form, { typed }, 'case.moved_on')
    if (!(error instanceof AppError)) throw error
    if (error.code === 'conflict') return show(visit, form, { typed }, error.message)
    if (error.code !== 'invalid') throw error
    const field = error.message.startsWith('case.reason') ? 'reason' : form.field
    return show(visit, form, { typed, wrong: { [field]: { key: error.message } } })
  }
}
