/**
 * Lý do: why cases move, and what their members read. Built-in ones are switched off or on; an administrator of the highest
 * unit adds others and changes their words.
 */
import * as z from 'zod'
import { addReason, type CaseReason, editReason, findReason, listDeskReasons, switchReason } from '../../../db/case-reasons.ts'
import { idSchema, pageOf } from '../../api/shapes.ts'
import { REASON_STATES, reasonDraftSchema } from '../../case-reason.ts'
import { AppError } from '../../errors.ts'
import { mayAtTop } from '../../rights.ts'
import { attempt } from '../attempt.ts'
import { Badge, Card } from '../kit/card.tsx'
import { Area, Button, Field, Form, Select } from '../kit/form.tsx'
import { addressWith, Empty, Table } from '../kit/list.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'

const PAGE = 50
const NAMES = { state: 'state', labelVi: 'labelVi', labelEn: 'labelEn', saysVi: 'saysVi', saysEn: 'saysEn' } as const

const listQuery = z.object({
  after: z
    .string()
    .regex(/^[a-z_]{1,12}\.\d{1,5}\.[A-Za-z0-9_-]{1,40}$/)
    .optional(),
})
const editSchema = reasonDraftSchema.omit({ state: true }).extend({ edition: z.string().max(40).default('') })
const switchSchema = z.object({ do: z.enum(['on', 'off']), edition: z.string().max(40).default('') })

export const reasons: readonly Page[] = [
  { method: 'get', path: '/cases/reasons', act: 'reason.read', handle: list },
  { method: 'get', path: '/cases/reasons/new', act: 'reason.write', handle: (visit) => showNew(visit) },
  { method: 'post', path: '/cases/reasons/new', act: 'reason.write', handle: add },
  { method: 'get', path: '/cases/reasons/:id', act: 'reason.read', handle: (visit) => showOne(visit) },
  { method: 'post', path: '/cases/reasons/:id', act: 'reason.write', handle: edit },
  { method: 'post', path: '/cases/reasons/:id/switch', act: 'reason.write', handle: turn },
]

async function list(visit: Visit): Promise<Response> {
  const { t, desk, c } = visit
  const [state = '', place = '', id = ''] = visit.query(listQuery).after?.split('.') ?? []
  const after = id === '' ? undefined : { state: state as CaseReason['state'], place: Number(place), id }
  const { rows, next } = pageOf(
    await listDeskReasons(desk.db, { after, limit: PAGE + 1 }),
    PAGE,
    (one) => `${one.state}.${one.place}.${one.id}`,
  )
  const writes = mayAtTop(desk.actor, 'reason.write')
  return visit.show(
    {
      title: t('console_cases.reasons'),
      help: 'case_reasons',
      actions: writes ? (
        <a class="btn btn-primary" href="/console/cases/reasons/new">
          {t('console_cases.reason_new')}
        </a>
      ) : null,
    },
    <Card plain>
      {rows.length === 0 ? (
        <Empty icon="flag" title={t('console_cases.reasons_none')} text={t('console_cases.reasons_none_text')} />
      ) : (
        <Table
          visit={visit}
          caption={t('console_cases.reasons')}
          rows={rows}
          more={next === undefined ? undefined : addressWith(c.req.url, { after: next })}
          columns={[
            { label: t('console_cases.reason_state'), cell: ({ state: to }) => t(`console_cases.reason_of_${to}`) },
            {
              label: t('console_cases.reason'),
              cell: (one) => <a href={`/console/cases/reasons/${one.id}`}>{one.label[visit.locale]}</a>,
            },
            { label: t('console_cases.reason_says'), cell: ({ says }) => says[visit.locale] },
            {
              label: t('console_cases.reason_in_use'),
              cell: ({ active }) => (
                <Badge tone={active ? 'good' : 'plain'} label={t(active ? 'console_cases.reason_is_on' : 'console_cases.reason_is_off')} />
              ),
            },
          ]}
        />
      )}
    </Card>,
  )
}

function showNew(visit: Visit, { typed, wrong }: { typed?: Typed; wrong?: Wrong } = {}): Promise<Response> {
  const { t } = visit
  return Promise.resolve(
    visit.show(
      { title: t('console_cases.reason_new'), crumbs: crumbs(visit), help: 'case_reasons' },
      <Card>
        <Form visit={visit} action="/cases/reasons/new">
          <Select
            visit={visit}
            name={NAMES.state}
            label={t('console_cases.reason_state')}
            choices={REASON_STATES.map((value) => ({ value, label: t(`console_cases.reason_of_${value}`) }))}
            typed={typed}
            wrong={wrong}
          />
          <Words visit={visit} typed={typed} wrong={wrong} />
          <Button label={t('console_cases.reason_add')} />
        </Form>
      </Card>,
      wrong && Object.keys(wrong).length > 0 ? 400 : 200,
    ),
  )
}

async function add(visit: Visit): Promise<Response> {
  const posted = visit.read(reasonDraftSchema)
  if (!posted.ok) return showNew(visit, posted)
  const done = await attempt(NAMES.saysVi, async () => visit.desk.db.write(addReason(visit.desk, posted.data).writes))
  return 'wrong' in done
    ? showNew(visit, { typed: posted.typed, wrong: done.wrong })
    : visit.go('/cases/reasons', 'console_cases.said_reason')
}

async function showOne(visit: Visit, { typed, wrong }: { typed?: Typed; wrong?: Wrong } = {}): Promise<Response> {
  const { t, desk } = visit
  const one = await requireOne(visit)
  const writes = mayAtTop(desk.actor, 'reason.write')
  return visit.show(
    { title: one.label[visit.locale], crumbs: crumbs(visit), help: 'case_reasons' },
    <>
      <Card title={t(`console_cases.reason_of_${one.state}`)}>
        {one.builtIn ? <p>{t('console_cases.reason_built_in')}</p> : null}
        {writes && !one.builtIn ? (
          <Form visit={visit} action={`/cases/reasons/${one.id}`}>
            <input type="hidden" name="edition" value={one.edition} />
            <Words visit={visit} typed={typed} wrong={wrong} one={one} />
            <Button label={t('console_cases.reason_save')} />
          </Form>
        ) : (
          <dl class="mb-0">
            <dt>{t('console_cases.label_vi')}</dt>
            <dd>{one.label.vi}</dd>
            <dt>{t('console_cases.label_en')}</dt>
            <dd>{one.label.en}</dd>
            <dt>{t('console_cases.says_vi')}</dt>
            <dd>{one.says.vi}</dd>
            <dt>{t('console_cases.says_en')}</dt>
            <dd>{one.says.en}</dd>
          </dl>
        )}
      </Card>
      {writes ? (
        <Card title={t('console_cases.reason_in_use')}>
          <p>{t(one.active ? 'console_cases.reason_off_text' : 'console_cases.reason_on_text')}</p>
          <Form visit={visit} action={`/cases/reasons/${one.id}/switch`}>
            <input type="hidden" name="edition" value={one.edition} />
            <Button
              kind="outline"
              label={t(one.active ? 'console_cases.reason_off' : 'console_cases.reason_on')}
              name="do"
              value={one.active ? 'off' : 'on'}
            />
          </Form>
        </Card>
      ) : null}
    </>,
    wrong && Object.keys(wrong).length > 0 ? 400 : 200,
  )
}

async function edit(visit: Visit): Promise<Response> {
  const posted = visit.read(editSchema)
  if (!posted.ok) return showOne(visit, posted)
  const { edition, ...draft } = posted.data
  const one = { ...(await requireOne(visit)), edition }
  const done = await attempt(NAMES.saysVi, async () => visit.desk.db.write(editReason(visit.desk, one, draft)))
  return 'wrong' in done
    ? showOne(visit, { typed: posted.typed, wrong: done.wrong })
    : visit.go('/cases/reasons', 'console_cases.said_reason')
}

async function turn(visit: Visit): Promise<Response> {
  const posted = visit.read(switchSchema)
  if (!posted.ok) return showOne(visit)
  const one = { ...(await requireOne(visit)), edition: posted.data.edition }
  await visit.desk.db.write(switchReason(visit.desk, one, posted.data.do === 'on'))
  return visit.go('/cases/reasons', 'console_cases.said_reason')
}

function Words({ visit, typed, wrong, one }: { visit: Visit; typed: Typed | undefined; wrong: Wrong | undefined; one?: CaseReason }) {
  const { t } = visit
  const common = { visit, typed, wrong, needed: true }
  return (
    <>
      <Field {...common} name={NAMES.labelVi} label={t('console_cases.label_vi')} value={one?.label.vi} most={80} />
      <Field {...common} name={NAMES.labelEn} label={t('console_cases.label_en')} value={one?.label.en} most={80} />
      <Area
        {...common}
        name={NAMES.saysVi}
        rows={3}
        label={t('console_cases.says_vi')}
        hint={t('console_cases.says_hint')}
        value={one?.says.vi}
        most={500}
      />
      <Area {...common} name={NAMES.saysEn} rows={3} label={t('console_cases.says_en')} value={one?.says.en} most={500} />
    </>
  )
}

async function requireOne(visit: Visit): Promise<CaseReason> {
  const id = idSchema.safeParse(visit.param('id'))
  const one = id.success ? await findReason(visit.desk.db, id.data) : undefined
  if (!one) throw new AppError('not_found', 'case.reason_gone')
  return one
}

const crumbs = ({ t }: Visit) => [{ href: '/console/cases/reasons', label: t('console_cases.reasons') }]
