/**
 * "Dừng mọi tin" (F68): one officer stops every push, two start them again. The proof is asked for on the way here, so that
 * one press is enough.
 */
import { tellHalted, tellRestart } from '../../db/halt-notices.ts'
import { findHalt, haltPushes, restartPushes } from '../../db/halts.ts'
import { timeVi } from '../time.ts'
import { Card } from './kit/card.tsx'
import { Button, Form } from './kit/form.tsx'
import type { Page, Visit } from './page.ts'

export const halt: readonly Page[] = [
  { method: 'get', path: '/halt', act: 'pushes.halt', strong: true, handle: show },
  { method: 'post', path: '/halt', act: 'pushes.halt', strong: true, handle: stop },
  // What a proof on the way to the restart leads back to.
  { method: 'get', path: '/halt/restart', act: 'pushes.restart', strong: true, handle: async (visit) => visit.go('/halt') },
  { method: 'post', path: '/halt/restart', act: 'pushes.restart', strong: true, handle: restart },
]

async function show(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const found = await findHalt(desk.db)
  const asked = found?.restartBy ?? null
  return visit.show(
    { title: t('console.halt'), help: 'halt' },
    found ? (
      <Card title={t('console_campaigns.halt_holds')}>
        <p>{t('desk.halted', { officer: found.officerName, at: timeVi(found.at) })}</p>
        {asked === desk.actor.officerId ? (
          <p class="mb-0">{t('console_campaigns.halt_asked')}</p>
        ) : (
          <>
            <p>{t(asked === null ? 'console_campaigns.halt_first' : 'console_campaigns.halt_second')}</p>
            <Form visit={visit} action="/halt/restart">
              <Button label={t(asked === null ? 'console_campaigns.halt_ask' : 'console_campaigns.halt_agree')} />
            </Form>
          </>
        )}
      </Card>
    ) : (
      <Card>
        <p>{t('console_campaigns.halt_means')}</p>
        <Form visit={visit} action="/halt">
          <Button kind="danger" label={t('console_campaigns.halt_do')} />
        </Form>
      </Card>
    ),
  )
}

async function stop(visit: Visit): Promise<Response> {
  const { desk } = visit
  if (await findHalt(desk.db)) return visit.go('/halt')
  await desk.db.write([...(await haltPushes(desk, visit.hand)), ...(await tellHalted(desk)).writes])
  return visit.go('', 'console_campaigns.said_halted')
}

async function restart(visit: Visit): Promise<Response> {
  const { desk } = visit
  const { writes, restarted } = await restartPushes(desk, visit.hand)
  await desk.db.write([...writes, ...(await tellRestart(desk, restarted)).writes])
  return visit.go('', restarted ? 'console_campaigns.said_restarted' : 'console_campaigns.said_restart_asked')
}
