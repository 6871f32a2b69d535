/**
 * A transfer note as an officer writes it (F33): to whom, by when, and every line of the paper, begun from the report. What is
 * not fit to go out comes back with a sentence and all that was typed.
 */
import * as z from 'zod'
import { listChoosable } from '../../../db/authorities.ts'
import { type OpenCase, openCaseOf, readCase, requireCase } from '../../../db/case-desk.ts'
import { answerDay, draftHandOver, editHandOver, findPaperUnit, type HandOverDraft, requireHandOver } from '../../../db/hand-overs.ts'
import { AppError } from '../../errors.ts'
import { draftPaper, type PaperFields, paperSchema, type Say, styleOf } from '../../paper.ts'
import { dayOf } from '../../time.ts'
import { attempt, dayField } from '../attempt.ts'
import { Card, Pairs } from '../kit/card.tsx'
import { Area, Button, Checks, Field, Form, Select } from '../kit/form.tsx'
import { Empty } from '../kit/list.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'
import { crumbsOf } from './words.tsx'

/** Offices offered at once; others are found by typing. */
const OFFERED = 100

const formSchema = paperSchema.extend({
  day: dayField,
  authority: z.string().regex(/^[A-Za-z0-9_-]{1,40}$/),
  dueDay: dayField,
  clean: z
    .array(z.string())
    .default([])
    .refine((ticked) => ticked.includes('yes'), 'console_hand_overs.clean_needed'),
})
const querySchema = z.object({ q: z.string().max(100).default('') })

export const handOverFormPages: readonly Page[] = [
  {
    method: 'get',
    path: '/cases/:id/hand-over',
    act: 'case.work',
    async handle(visit) {
      await requireCase(visit.desk, visit.param('id'), 'case.work')
      return write(visit, await readCase(visit.desk, visit.param('id')))
    },
  },
  { method: 'post', path: '/cases/:id/hand-over', act: 'case.work', handle: add },
  { method: 'get', path: '/cases/:id/hand-over/:over/edit', act: 'case.work', handle: change },
  { method: 'post', path: '/cases/:id/hand-over/:over/edit', act: 'case.work', handle: save },
]

/** Papers are Vietnamese, whatever their officer reads. */
export const sayVi =
  ({ parts: { texts } }: Pick<Visit, 'parts'>): Say =>
  (key, params) =>
    texts.render(params ? { key, params } : { key }, 'vi')

type Filled = { paper: PaperFields; authority: string; dueDay: string; action: string; title: string }

async function write(visit: Visit, open: OpenCase, typed?: Typed, wrong?: Wrong): Promise<Response> {
  const { t, desk } = visit
  const unit = await findPaperUnit(desk)
  const paper = draftPaper({ report: open.report, number: open.number, danger: open.rank <= 1 }, unit, dayOf(desk.now), sayVi(visit))
  const filled = {
    paper,
    authority: '',
    dueDay: await answerDay(desk),
    action: `/cases/${open.id}/hand-over`,
    title: t('console_hand_overs.new'),
  }
  return draw(visit, open, filled, typed, wrong)
}

async function add(visit: Visit): Promise<Response> {
  const { desk } = visit
  const open = await openCaseOf(desk, visit.param('id'), 'case.work')
  const posted = visit.read(formSchema)
  if (!posted.ok) return write(visit, open, posted.typed, posted.wrong)
  const unit = await findPaperUnit(desk)
  const done = await attempt('body', async () => {
    const { id, writes } = await draftHandOver(desk, open, draftOf(posted.data, styleOf(unit.kind)))
    await desk.db.write(writes)
    return id
  })
  if ('wrong' in done) return write(visit, open, posted.typed, placed(done.wrong))
  return visit.go(`/cases/${open.id}/hand-over/${done.done}`, 'console_hand_overs.said_drafted')
}

async function change(visit: Visit, typed?: Typed, wrong?: Wrong): Promise<Response> {
  const { t, desk } = visit
  const open = await readCase(desk, visit.param('id'))
  const handOver = await requireHandOver(desk, open, visit.param('over'))
  if (handOver.state !== 'draft') throw new AppError('conflict', 'console_hand_overs.sent_already')
  const { authorityId: authority, dueDay, box, id } = handOver
  const filled = {
    paper: box.paper,
    authority,
    dueDay,
    action: `/cases/${open.id}/hand-over/${id}/edit`,
    title: t('console_hand_overs.edit'),
  }
  return draw(visit, open, filled, typed, wrong)
}

async function save(visit: Visit): Promise<Response> {
  const { desk } = visit
  const posted = visit.read(formSchema)
  if (!posted.ok) return change(visit, posted.typed, posted.wrong)
  const open = await openCaseOf(desk, visit.param('id'), 'case.work')
  const handOver = await requireHandOver(desk, open, visit.param('over'))
  const done = await attempt('body', async () =>
    desk.db.write(await editHandOver(desk, open, handOver, draftOf(posted.data, handOver.box.style))),
  )
  if ('wrong' in done) return change(visit, posted.typed, placed(done.wrong))
  return visit.go(`/cases/${open.id}/hand-over/${handOver.id}`, 'console_hand_overs.said_drafted')
}

async function draw(visit: Visit, open: OpenCase, filled: Filled, typed?: Typed, wrong?: Wrong): Promise<Response> {
  const { t, desk } = visit
  const { q } = visit.query(querySchema)
  const found = await listChoosable(desk.db, open.unitId, q, OFFERED + 1)
  const crumbs = crumbsOf(visit, open)
  if (found.length === 0 && q === '')
    return visit.show(
      { title: filled.title, help: 'hand_overs', crumbs },
      <Card plain>
        <Empty
          icon="building"
          title={t('console_hand_overs.nowhere')}
          text={t('console_hand_overs.nowhere_text')}
          action={{ href: '/console/authorities', label: t('console_hand_overs.authorities') }}
        />
      </Card>,
    )
  return visit.show(
    { title: filled.title, help: 'hand_overs', crumbs },
    <div class="row">
      <div class="col-lg-8">
        {found.length > OFFERED || q !== '' ? <Find visit={visit} path={filled.action} q={q} none={found.length === 0} /> : null}
        <Card>
          <Form visit={visit} action={filled.action}>
            <Fields visit={visit} filled={filled} offered={found} typed={typed} wrong={wrong} />
            <Button label={t('console_hand_overs.save')} />
          </Form>
        </Card>
      </div>
      <div class="col-lg-4">
        <Card title={t('console_hand_overs.told')}>
          <Told visit={visit} open={open} />
        </Card>
      </div>
    </div>,
    wrong ? 400 : 200,
  )
}

function Find({ visit: { t }, path, q, none }: { visit: Visit; path: string; q: string; none: boolean }) {
  return (
    <form method="get" action={`/console${path}`} class="mb-3">
      <label class="form-label" for="f-find">
        {t('console_hand_overs.find_authority')}
      </label>
      <div class="d-flex gap-2">
        <input class="form-control" id="f-find" name="q" type="search" value={q} maxlength={100} />
        <button type="submit" class="btn">
          {t('console.search')}
        </button>
      </div>
      {none ? <p class="form-hint">{t('console_hand_overs.authority_none_found')}</p> : null}
    </form>
  )
}

function Fields({
  visit,
  filled,
  offered,
  typed,
  wrong,
}: {
  visit: Visit
  filled: Filled
  offered: ReadonlyArray<{ id: string; name: string; address: string }>
  typed: Typed | undefined
  wrong: Wrong | undefined
}) {
  const { t } = visit
  const { paper, authority, dueDay } = filled
  const of = (name: keyof PaperFields) => ({ visit, typed, wrong, name, label: t(`console_hand_overs.f_${name}`), value: paper[name] })
  return (
    <>
      <Select
        {...{ visit, typed, wrong }}
        name="authority"
        label={t('console_hand_overs.to')}
        hint={t('console_hand_overs.to_hint')}
        value={authority}
        none={t('console_hand_overs.choose')}
        choices={offered.slice(0, OFFERED).map(({ id, name, address }) => ({ value: id, label: `${name} – ${address}` }))}
        needed
      />
      <Field
        {...{ visit, typed, wrong }}
        name="dueDay"
        type="date"
        label={t('console_hand_overs.due')}
        hint={t('console_hand_overs.due_hint')}
        value={dueDay}
        needed
      />
      <Field {...of('subject')} most={300} needed />
      <Area {...of('body')} hint={t('console_hand_overs.f_body_hint')} rows={9} most={6_000} needed />
      <Area {...of('ask')} rows={3} most={2_000} />
      <Field {...of('superior')} hint={t('console_hand_overs.f_superior_hint')} most={160} />
      <Field {...of('issuer')} most={160} needed />
      <Field {...of('symbol')} hint={t('console_hand_overs.f_symbol_hint')} most={40} needed />
      <Field {...of('town')} hint={t('console_hand_overs.f_town_hint')} most={60} needed />
      <Field {...of('day')} type="date" needed />
      <Area {...of('signer')} hint={t('console_hand_overs.f_signer_hint')} rows={3} most={300} needed />
      <Area {...of('copies')} hint={t('console_hand_overs.f_copies_hint')} rows={3} most={600} needed />
      <Checks
        {...{ visit, typed, wrong }}
        name="clean"
        label={t('console_hand_overs.clean')}
        choices={[{ value: 'yes', label: t('console_hand_overs.clean_yes') }]}
      />
    </>
  )
}

/** What was told, to be read beside the paper; the member's own addition is not in it unless an officer writes it. */
function Told({ visit: { t }, open: { report } }: { visit: Visit; open: OpenCase }) {
  const told = (label: string, text: string | undefined) => (text ? [[t(label), <span class="said">{text}</span>] as const] : [])
  return (
    <>
      <Pairs
        pairs={[
          [t('console_cases.kind'), t(`case.kind_${report.kind}`)],
          ...told('console_cases.signs', report.signs),
          ...told('console_cases.place', report.place),
          ...told('console_cases.time', report.time),
          ...told('console_cases.note', report.note),
        ]}
      />
      <p class="form-hint mt-3 mb-0">{t('console_hand_overs.told_hint')}</p>
    </>
  )
}

function draftOf(
  { authority, dueDay, clean: _clean, ...paper }: z.output<typeof formSchema>,
  style: HandOverDraft['style'],
): HandOverDraft {
  return { authorityId: authority, dueDay, paper, style }
}

/** A refusal of the database at the field it is about. */
function placed(wrong: Wrong): Wrong {
  const text = wrong.body
  if (text && 'key' in text && text.key === 'console_hand_overs.authority_unready') return { authority: text }
  if (text && 'key' in text && text.key === 'console_hand_overs.due_past') return { dueDay: text }
  return wrong
}
