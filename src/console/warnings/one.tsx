/**
 * One warning: as members read it, the decision it stands on, who agreed, what members said is wrong, and what this officer
 * may do with it now.
 */
import { type Agreed, listAgreed, listBegun, listFlags, requireWarning, type WarningFlag } from '../../../db/warning-desk.ts'
import type { Warning } from '../../../db/warnings.ts'
import { may, scopeOf } from '../../rights.ts'
import { dateVi, whenVi } from '../../time.ts'
import { WARNING_APPROVERS, WHY_MOST } from '../../warning.ts'
import { Card, Pairs } from '../kit/card.tsx'
import { Area, Button, Form } from '../kit/form.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'
import { crumbsOf } from './forms.tsx'
import { State } from './list.tsx'

export const warningOne: readonly Page[] = [
  {
    method: 'get',
    path: '/warnings/:id',
    act: 'warning.read',
    handle: async (visit) => showWarning(visit, await requireWarning(visit.desk, visit.param('id'))),
  },
]

/** Which of the page's forms was sent, with what was wrong in it. */
export type Sent = { typed: Typed; wrong: Wrong }

export async function showWarning(visit: Visit, warning: Warning, sent?: Sent): Promise<Response> {
  const { t, desk } = visit
  const writes = may(desk.actor, 'warning.write', warning.path)
  const [agreed, flags, begun] = await Promise.all([
    listAgreed(desk, warning),
    writes ? listFlags(desk, warning.id) : [],
    listBegun(desk, warning.id),
  ])
  return visit.show(
    { title: warning.title, help: 'warnings', crumbs: crumbsOf(visit) },
    <>
      <Card title={t('console_warnings.part_text')}>
        <p class="said">{warning.body}</p>
        <Facts visit={visit} warning={warning} agreed={agreed} />
        <Acts visit={visit} warning={warning} agreed={agreed} />
      </Card>
      {warning.asked ? <Asked visit={visit} warning={warning} /> : null}
      {flags.length > 0 ? <Flags visit={visit} warning={warning} flags={flags} /> : null}
      {begun.length > 0 ? (
        <Card title={t('console_warnings.begun')}>
          <ul class="mb-0">
            {begun.map(({ id, title, state }) => (
              <li>
                <a href={`/console/campaigns/${id}`}>{title}</a> ({t(`campaign.state_${state}`)})
              </li>
            ))}
          </ul>
        </Card>
      ) : null}
      {writes && warning.state === 'published' && !warning.asked ? (
        <Card title={t('console_warnings.ask')}>
          <Form visit={visit} action={`/warnings/${warning.id}/ask`}>
            <input type="hidden" name="version" value={String(warning.version)} />
            <Area
              visit={visit}
              name="why"
              label={t('console_warnings.ask_why')}
              hint={t('console_warnings.ask_hint')}
              rows={3}
              most={WHY_MOST}
              {...sent}
              needed
            />
            <Button kind="outline" label={t('console_warnings.ask_do')} />
          </Form>
        </Card>
      ) : null}
    </>,
    sent ? 400 : 200,
  )
}

function Facts({ visit, warning, agreed }: { visit: Visit; warning: Warning; agreed: readonly Agreed[] }) {
  const { t } = visit
  const { publishedAt, withdrawnAt, withdrawnWhy, corrects } = warning
  return (
    <Pairs
      pairs={[
        [t('console_warnings.state'), <State visit={visit} one={warning} />],
        [t('console_warnings.authority'), warning.authority],
        [t('console_warnings.number'), warning.number],
        [t('console_warnings.day'), dateVi(warning.day)],
        [
          t('console_warnings.link'),
          <a href={warning.link} rel="noreferrer">
            {warning.link}
          </a>,
        ],
        [t('console_warnings.unit'), warning.unitName],
        [t('console_warnings.review_by'), dateVi(warning.reviewBy)],
        [
          t('console_warnings.agreed'),
          agreed.length === 0
            ? t('console_warnings.agreed_nobody', { needs: WARNING_APPROVERS })
            : agreed.map(({ name }) => name).join(', '),
        ],
        ...(publishedAt ? [[t('console_warnings.published'), whenVi(publishedAt)] as const] : []),
        ...(withdrawnAt ? [[t('console_warnings.withdrawn'), whenVi(withdrawnAt)] as const] : []),
        ...(withdrawnWhy ? [[t('console_warnings.why'), withdrawnWhy] as const] : []),
        ...(corrects
          ? [[t('console_warnings.corrects'), <a href={`/console/warnings/${corrects}`}>{t('console_warnings.corrects_open')}</a>] as const]
          : []),
      ]}
    />
  )
}

function Acts({ visit, warning, agreed }: { visit: Visit; warning: Warning; agreed: readonly Agreed[] }) {
  const { t, desk } = visit
  const { id, state, editors, path, version } = warning
  const writes = may(desk.actor, 'warning.write', path)
  const approves = may(desk.actor, 'warning.approve', path)
  const own = editors.includes(desk.actor.officerId)
  const done = agreed.some(({ officerId }) => officerId === desk.actor.officerId)
  const open = state === 'draft' || state === 'waiting'
  const published = state === 'published'
  return (
    <>
      {approves && state === 'waiting' && (own || done) ? (
        <p class="text-secondary mt-3 mb-0">{t(own ? 'console_warnings.own' : 'console_warnings.done')}</p>
      ) : null}
      <div class="btn-list mt-3">
        {approves && state === 'waiting' && !own && !done ? (
          <a class="btn btn-primary" href={`/console/warnings/${id}/approve`}>
            {t('console_warnings.approve')}
          </a>
        ) : null}
        {approves && state === 'waiting' ? <Post visit={visit} warning={warning} act="return" /> : null}
        {writes && state === 'draft' ? <Post visit={visit} warning={warning} act="submit" primary /> : null}
        {writes && open ? (
          <a class="btn btn-outline-secondary" href={`/console/warnings/${id}/edit`}>
            {t('console_warnings.edit')}
          </a>
        ) : null}
        {published && scopeOf(desk.actor, 'campaign.write').length > 0 ? (
          <Form visit={visit} action={`/warnings/${id}/campaign`}>
            <Button label={t('console_warnings.compose')} />
          </Form>
        ) : null}
        {published && approves ? (
          <a class="btn btn-outline-secondary" href={`/console/warnings/${id}/renew`}>
            {t('console_warnings.renew')}
          </a>
        ) : null}
        {published && writes ? (
          <a class="btn btn-outline-secondary" href={`/console/warnings/${id}/correct`}>
            {t('console_warnings.correct')}
          </a>
        ) : null}
        {published && approves && !warning.asked ? (
          <a class="btn btn-danger" href={`/console/warnings/${id}/withdraw`}>
            {t('console_warnings.withdraw')}
          </a>
        ) : null}
        {writes && open ? (
          <details>
            <summary class="btn btn-ghost-secondary">{t('console_warnings.drop')}</summary>
            <Form visit={visit} action={`/warnings/${id}/drop`} class="mt-2">
              <input type="hidden" name="version" value={String(version)} />
              <p>{t('console_warnings.drop_sure')}</p>
              <Button kind="danger" label={t('console_warnings.drop')} />
            </Form>
          </details>
        ) : null}
      </div>
    </>
  )
}

function Post({ visit, warning, act, primary }: { visit: Visit; warning: Warning; act: 'submit' | 'return' | 'keep'; primary?: boolean }) {
  return (
    <Form visit={visit} action={`/warnings/${warning.id}/${act}`}>
      <input type="hidden" name="version" value={String(warning.version)} />
      <Button kind={primary ? 'primary' : 'outline'} label={visit.t(`console_warnings.do_${act}`)} />
    </Form>
  )
}

/** Somebody wants it taken down: who may decide does so here, by the day that is said. */
function Asked({ visit, warning }: { visit: Visit; warning: Warning }) {
  const { t, desk } = visit
  if (!warning.asked) return null
  return (
    <Card title={t('console_warnings.asked_title')}>
      <p>{t('console_warnings.asked', { when: whenVi(warning.asked.due) })}</p>
      <blockquote class="said">{warning.asked.why}</blockquote>
      {may(desk.actor, 'warning.approve', warning.path) ? (
        <div class="btn-list">
          <a class="btn btn-danger" href={`/console/warnings/${warning.id}/withdraw`}>
            {t('console_warnings.withdraw')}
          </a>
          <Post visit={visit} warning={warning} act="keep" />
        </div>
      ) : null}
    </Card>
  )
}

function Flags({ visit, warning, flags }: { visit: Visit; warning: Warning; flags: readonly WarningFlag[] }) {
  const { t } = visit
  return (
    <Card title={t('console_warnings.flags')}>
      <p class="text-secondary">{t('console_warnings.flags_how')}</p>
      {flags.map(({ id, day, words }) => (
        <div class="mb-3">
          <blockquote class="said mb-1">{words}</blockquote>
          <div class="btn-list align-items-center">
            <span class="text-secondary">{dateVi(day)}</span>
            <Form visit={visit} action={`/warnings/${warning.id}/settle`}>
              <input type="hidden" name="flag" value={id} />
              <Button kind="outline" label={t('console_warnings.settle')} />
            </Form>
          </div>
        </div>
      ))}
    </Card>
  )
}
