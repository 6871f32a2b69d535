/**
 * Rest, go on, cancel, send again: one page each that says what will happen and asks for a proof (R15). Sending again to
 * people whose outcome nobody knows says that some may get the message twice.
 */
import { cancelBroadcast, pauseBroadcast, resendBroadcast, resumeBroadcast } from '../../../db/broadcast-acts.ts'
import type { OwnedBroadcast } from '../../../db/broadcasts.ts'
import type { Hand } from '../../../db/hand.ts'
import type { Desk } from '../../../db/rights.ts'
import type { Statement } from '../../chat.ts'
import { AppError } from '../../errors.ts'
import { Card } from '../kit/card.tsx'
import { Button, Form } from '../kit/form.tsx'
import type { Page, Visit } from '../page.ts'
import { requireRun, wordOf } from './runs.tsx'
import { isHeld, isPossible, RUN_ACTS, RUN_RIGHTS, type RunAct } from './words.ts'

const COMMANDS: Record<RunAct, (desk: Desk, run: OwnedBroadcast, hand: Hand) => Promise<Statement[]>> = {
  pause: pauseBroadcast,
  resume: resumeBroadcast,
  cancel: cancelBroadcast,
  failed: (desk, run, hand) => resendBroadcast(desk, run, 'failed', hand),
  unknown: (desk, run, hand) => resendBroadcast(desk, run, 'unknown', hand),
}

export const runActs: readonly Page[] = RUN_ACTS.flatMap((act): Page[] => {
  const { right } = RUN_RIGHTS[act]
  return [
    { method: 'get', path: `/campaigns/runs/:id/${act}`, act: right, strong: true, handle: (visit) => ask(visit, act) },
    { method: 'post', path: `/campaigns/runs/:id/${act}`, act: right, strong: true, handle: (visit) => take(visit, act) },
  ]
})

async function ask(visit: Visit, act: RunAct): Promise<Response> {
  const { t } = visit
  const run = await requirePossible(visit, act)
  const missed = run.reason === 'missed' && (act === 'resume' || act === 'cancel') ? '_missed' : ''
  const held = act === 'cancel' && isHeld(run) ? '_held' : ''
  const title = t(`campaign.b_${wordOf(run, act)}`)
  return visit.show(
    {
      title,
      help: 'runs',
      crumbs: [
        { href: '/console/campaigns', label: t('console_campaigns.list_title') },
        { href: `/console/campaigns/runs/${run.id}`, label: run.title },
      ],
    },
    <Card>
      <p>{t(`campaign.sure_${act}${missed || held}`, { title: run.title })}</p>
      <Form visit={visit} action={`/campaigns/runs/${run.id}/${act}`} class="btn-list">
        <Button kind={act === 'cancel' || act === 'unknown' ? 'danger' : 'primary'} label={title} />
        <a class="btn btn-outline-secondary" href={`/console/campaigns/runs/${run.id}`}>
          {t('console_campaigns.keep')}
        </a>
      </Form>
    </Card>,
  )
}

async function take(visit: Visit, act: RunAct): Promise<Response> {
  const { desk } = visit
  const run = await requirePossible(visit, act)
  await desk.db.write(await COMMANDS[act](desk, run, visit.hand))
  return visit.go(`/campaigns/runs/${run.id}`, `console_campaigns.said_${act}${act === 'cancel' && isHeld(run) ? '_held' : ''}`)
}

async function requirePossible(visit: Visit, act: RunAct): Promise<OwnedBroadcast> {
  const run = await requireRun(visit, RUN_RIGHTS[act].right)
  if (!isPossible(visit.desk.actor, run, act)) throw new AppError('conflict', 'desk.broadcast_moved')
  return run
}
