/**
 * That all pushes are stopped, said on every page where somebody would wonder why nothing goes out (F68).
 */
import type { Child } from 'hono/jsx'
import { findHalt } from '../../db/halts.ts'
import { scopeOf } from '../rights.ts'
import { timeVi } from '../time.ts'
import type { Visit } from './page.ts'

export async function haltedNote({ t, desk }: Visit): Promise<Child> {
  const halt = await findHalt(desk.db)
  if (!halt) return null
  return (
    <div class="alert alert-danger" role="status">
      <p class="mb-0">{t('desk.halted', { officer: halt.officerName, at: timeVi(halt.at) })}</p>
      {scopeOf(desk.actor, 'pushes.restart').length > 0 ? (
        <p class="mb-0 mt-2">
          <a class="alert-link" href="/console/halt">
            {t('console_campaigns.halt_open')}
          </a>
        </p>
      ) : null}
    </div>
  )
}
