/**
 * "Nhận việc": the one button a case shows that nobody has.
 */
import * as z from 'zod'
import { takeCase } from '../../../db/case-assign.ts'
import type { CaseRow } from '../../../db/case-desk.ts'
import { Button, Form } from '../kit/form.tsx'
import type { Page, Visit } from '../page.ts'
import { Version, versionField } from './words.tsx'

const schema = z.object({ version: versionField })

export const take: readonly Page[] = [{ method: 'post', path: '/cases/:id/take', act: 'case.work', handle: taken }]

export function TakeForm({ visit, row }: { visit: Visit; row: CaseRow }) {
  return (
    <Form visit={visit} action={`/cases/${row.id}/take`}>
      <Version row={row} />
      <Button label={visit.t('console_cases.take')} />
    </Form>
  )
}

async function taken(visit: Visit): Promise<Response> {
  const id = visit.param('id')
  const posted = visit.read(schema)
  if (!posted.ok) return visit.go(`/cases/${id}`)
  await takeCase(visit.desk, id, posted.data.version)
  return visit.go(`/cases/${id}`, 'console_cases.said_taken')
}
