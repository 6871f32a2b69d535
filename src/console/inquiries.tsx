/**
 * Tin của đoàn viên: what members ask an officer, what is due first on top. Of who asks only the unit is ever said; that an
 * officer opened one is recorded. Whoever writes more meanwhile is read before they are answered.
 */
import * as z from 'zod'
import { answerSeen, closeSeen, handOverSeen, readInquiry } from '../../db/inquiry-acts.ts'
import { findHandOvers, listWaiting, type OpenInquiry, requireInquiry, type Waiting } from '../../db/inquiry-desk.ts'
import { AppError } from '../errors.ts'
import { may, scopeOf } from '../rights.ts'
import { cleanText } from '../text.ts'
import { whenVi } from '../time.ts'
import { Badge, Card, Pairs } from './kit/card.tsx'
import { Area, Button, Form, Select } from './kit/form.tsx'
import { addressWith, Empty, Table } from './kit/list.tsx'
import type { Page, Typed, Visit, Wrong } from './page.ts'

const PAGE = 25
const PLACES = 50
const ANSWER_MOST = 1_000

const listQuery = z.object({
  after: z
    .string()
    .regex(/^[^|]{20,30}\|[A-Za-z0-9_-]{1,40}$/)
    .optional(),
})
const placesQuery = z.object({ places: z.string().max(1_000).default('') })
const seen = z.coerce.number().int().min(0).max(10_000)
const answerSchema = z.object({ seen, text: z.string().overwrite(cleanText) })
const handSchema = z.object({ seen, unit: z.string().min(1).max(40) })
const closeSchema = z.object({ seen })

export const inquiries: readonly Page[] = [
  { method: 'get', path: '/inquiries', act: 'inquiry.read', handle: list },
  { method: 'get', path: '/inquiries/:id', act: 'inquiry.read', handle: open },
  { method: 'post', path: '/inquiries/:id/answer', act: 'inquiry.answer', handle: answer },
  { method: 'post', path: '/inquiries/:id/hand-over', act: 'inquiry.answer', handle: pass },
  { method: 'post', path: '/inquiries/:id/close', act: 'inquiry.answer', handle: close },
]

async function list(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const [due = '', id = ''] = visit.query(listQuery).after?.split('|') ?? []
  const dueAt = new Date(due)
  const found = await listWaiting(desk, { after: Number.isNaN(dueAt.getTime()) ? undefined : { id, dueAt }, limit: PAGE + 1 })
  const rows = found.slice(0, PAGE)
  const last = rows.at(-1)
  const more = found.length > PAGE && last ? addressWith(visit.c.req.url, { after: `${last.dueAt.toISOString()}|${last.id}` }) : undefined
  return visit.show(
    { title: t('console.nav_inquiries'), help: 'inquiries' },
    <Card plain>
      {rows.length === 0 ? (
        <Empty title={t('console_inquiries.none')} text={t('console_inquiries.none_text')} />
      ) : (
        <InquiryTable visit={visit} rows={rows} more={more} />
      )}
    </Card>,
  )
}

export function InquiryTable({ visit, rows, more }: { visit: Visit; rows: readonly Waiting[]; more?: string | undefined }) {
  const { t, desk } = visit
  return (
    <Table
      visit={visit}
      caption={t('console.nav_inquiries')}
      rows={rows}
      more={more}
      columns={[
        { label: t('console_inquiries.who'), cell: (one) => whoOf(visit, one) },
        { label: t('console_inquiries.asked'), cell: ({ askedAt }) => whenVi(askedAt) },
        { label: t('console_inquiries.due'), cell: ({ dueAt }) => <Due visit={visit} dueAt={dueAt} now={desk.now} /> },
        {
          label: '',
          cell: (one) => (
            <a class="btn" href={`/console/inquiries/${one.id}`}>
              {t('console_inquiries.open')}
              <span class="visually-hidden"> {t('console_inquiries.open_of', { at: whenVi(one.askedAt) })}</span>
            </a>
          ),
        },
      ]}
    />
  )
}

export function Due({ visit: { t }, dueAt, now }: { visit: Pick<Visit, 't'>; dueAt: Date; now: Date }) {
  return (
    <>
      {whenVi(dueAt)} {dueAt < now ? <Badge tone="bad" label={t('console_inquiries.late')} /> : null}
    </>
  )
}

async function open(visit: Visit): Promise<Response> {
  return show(visit, await readInquiry(visit.desk, visit.param('id')))
}

async function answer(visit: Visit): Promise<Response> {
  const id = visit.param('id')
  const posted = visit.read(answerSchema)
  if (!posted.ok) return again(visit, id, posted)
  return end(visit, posted.typed, () => answerSeen(visit.desk, id, posted.data), 'console_inquiries.said_answered')
}

async function pass(visit: Visit): Promise<Response> {
  const id = visit.param('id')
  const posted = visit.read(handSchema)
  if (!posted.ok) return again(visit, id, posted)
  const { seen: read, unit } = posted.data
  return end(visit, posted.typed, () => handOverSeen(visit.desk, id, { seen: read, unitId: unit }), 'console_inquiries.said_handed')
}

async function close(visit: Visit): Promise<Response> {
  const id = visit.param('id')
  const posted = visit.read(closeSchema)
  if (!posted.ok) return again(visit, id, posted)
  return end(visit, posted.typed, () => closeSeen(visit.desk, id, posted.data.seen), 'console_inquiries.said_closed')
}

/** Back to the queue; what is wrong with an answer, or that the member wrote more, is said where it was typed. */
async function end(visit: Visit, typed: Typed, act: () => Promise<unknown>, said: string): Promise<Response> {
  try {
    await act()
    return visit.go('/inquiries', said)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const grew = error.message === 'desk.inquiry_grew'
    if (error.code !== 'invalid' && !grew) throw error
    return again(visit, visit.param('id'), { typed, wrong: grew ? {} : { text: { key: error.message } } }, grew ? error.message : undefined)
  }
}

async function again(visit: Visit, id: string, posted: { typed: Typed; wrong: Wrong }, notice?: string): Promise<Response> {
  const inquiry = await requireInquiry(visit.desk, id, 'inquiry.answer')
  return show(visit, inquiry, { ...posted, notice })
}

async function show(
  visit: Visit,
  inquiry: OpenInquiry,
  { typed, wrong, notice }: { typed?: Typed; wrong?: Wrong; notice?: string | undefined } = {},
): Promise<Response> {
  const { t, desk } = visit
  const { id, path, messages, askedAt, dueAt } = inquiry
  const answers = scopeOf(desk.actor, 'inquiry.answer').length > 0 && (path === null || may(desk.actor, 'inquiry.answer', path))
  const status = wrong && Object.keys(wrong).length > 0 ? 400 : notice ? 409 : 200
  return visit.show(
    {
      title: whoOf(visit, inquiry),
      crumbs: [{ href: '/console/inquiries', label: t('console.nav_inquiries') }],
      help: 'inquiries',
      notice: notice ? { kind: 'warning', text: t(notice) } : undefined,
    },
    <>
      <Card title={t('console_inquiries.message')}>
        <Pairs
          pairs={[
            [t('console_inquiries.asked'), whenVi(askedAt)],
            [t('console_inquiries.due'), <Due visit={visit} dueAt={dueAt} now={desk.now} />],
          ]}
        />
        <hr />
        {messages.map(({ at, text }) => (
          <div class="mb-3">
            <blockquote class="blockquote mb-1 said">{text}</blockquote>
            <p class="text-secondary mb-0">{whenVi(new Date(at))}</p>
          </div>
        ))}
      </Card>
      {answers ? (
        <>
          <Card title={t('console_inquiries.answer')}>
            <Form visit={visit} action={`/inquiries/${id}/answer`}>
              <input type="hidden" name="seen" value={String(messages.length)} />
              <Area
                visit={visit}
                name="text"
                label={t('console_inquiries.answer_text')}
                hint={t('console_inquiries.answer_hint', { most: '1.000' })}
                typed={typed}
                wrong={wrong}
                most={ANSWER_MOST}
                needed
              />
              <Button label={t('console_inquiries.answer_go')} />
            </Form>
          </Card>
          <HandOver visit={visit} inquiry={inquiry} typed={typed} wrong={wrong} places={await placesOf(visit, inquiry)} />
          <Card title={t('console_inquiries.close')}>
            <Form visit={visit} action={`/inquiries/${id}/close`}>
              <input type="hidden" name="seen" value={String(messages.length)} />
              <p>{t('console_inquiries.close_how')}</p>
              <Button kind="outline" label={t('console_inquiries.close_go')} />
            </Form>
          </Card>
        </>
      ) : null}
    </>,
    status,
  )
}

type Places = { choices: Array<{ value: string; label: string }>; more: string | undefined }

async function placesOf(visit: Visit, inquiry: OpenInquiry): Promise<Places> {
  const { places: after } = visit.query(placesQuery)
  const { above, below } = await findHandOvers(visit.desk, inquiry, { after, limit: PLACES + 1 })
  const shown = below.slice(0, PLACES)
  const last = shown.at(-1)
  const choices = [...(above ? [{ value: above.id, label: visit.t('console_inquiries.above', { unit: above.name }) }] : [])]
  return {
    choices: [...choices, ...shown.map(({ id, name }) => ({ value: id, label: name }))],
    more: below.length > PLACES && last ? `/console/inquiries/${inquiry.id}?places=${encodeURIComponent(last.path)}` : undefined,
  }
}

function HandOver({
  visit,
  inquiry,
  places: { choices, more },
  typed,
  wrong,
}: {
  visit: Visit
  inquiry: OpenInquiry
  places: Places
  typed: Typed | undefined
  wrong: Wrong | undefined
}) {
  const { t } = visit
  return (
    <Card title={t('console_inquiries.hand')}>
      {choices.length === 0 ? (
        <p class="mb-0">{t('desk.hand_nowhere')}</p>
      ) : (
        <Form visit={visit} action={`/inquiries/${inquiry.id}/hand-over`}>
          <input type="hidden" name="seen" value={String(inquiry.messages.length)} />
          <Select
            visit={visit}
            name="unit"
            label={t('console_inquiries.hand_to')}
            hint={t('console_inquiries.hand_hint')}
            none={t('console_inquiries.hand_choose')}
            choices={choices}
            typed={typed}
            wrong={wrong}
            needed
          />
          <div class="btn-list">
            <Button kind="outline" label={t('console_inquiries.hand_go')} />
            {more ? (
              <a class="btn btn-ghost-secondary" href={more}>
                {t('console_inquiries.more_units')}
              </a>
            ) : null}
          </div>
        </Form>
      )}
    </Card>
  )
}

/** "Một đoàn viên của …": all that is ever said of who asked. */
export function whoOf({ t }: Pick<Visit, 't'>, { unitName }: Pick<Waiting, 'unitName'>): string {
  return unitName === null ? t('desk.member') : t('desk.member_of', { unit: unitName })
}
