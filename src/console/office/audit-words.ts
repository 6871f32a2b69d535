/**
 * A row of the audit log in words: the act, what it was about, and what it says besides. What has no word here, because
 * it is newer than this list, is shown by its own name.
 */
import type { AuditRow } from '../../../db/audit-list.ts'
import { dateVi } from '../../time.ts'
import type { Visit } from '../page.ts'

type Says = Pick<Visit, 't' | 'parts'>

export function actName(visit: Says, act: string): string {
  // A refused form of the console has no act of its own, only its page.
  if (act.startsWith('console.')) return visit.t('audit.act_console', { page: act.slice('console.'.length).replaceAll('.', '/') })
  return wordOf(visit, `audit.act_${act.replaceAll('.', '_')}`) ?? act
}

/** The kind of thing, and its number on paper or its id. */
export function thingOf(visit: Says, { about, aboutId, detail }: AuditRow): string {
  if (about === null) return ''
  const kind = wordOf(visit, `audit.about_${about}`) ?? about
  const name = about === 'setting' ? wordOf(visit, `settings.l_${aboutId}`) : undefined
  return `${kind} ${name ?? detail?.code ?? aboutId ?? ''}`.trim()
}

/** Counts, states, why not: a reason is a sentence of ours. */
export function factsOf(visit: Says, { about, detail }: AuditRow): string {
  const told = new Set(['code', ...(about === 'setting' ? ['name'] : [])])
  return Object.entries(detail ?? {})
    .filter(([name, value]) => value !== null && value !== '' && !told.has(name))
    .map(([name, value]) => {
      const label = wordOf(visit, `audit.k_${name}`) ?? name
      return `${label}: ${shownOf(visit, name, String(value))}`
    })
    .join(' · ')
}

function shownOf(visit: Says, name: string, value: string): string {
  if (name === 'why') return wordOf(visit, value) ?? value
  if (name === 'kind') return wordOf(visit, `incident.kind_${value}`) ?? wordOf(visit, `console_office.request_${value}`) ?? value
  return /^\d{4}-\d\d-\d\d$/.test(value) ? dateVi(value) : (wordOf(visit, `audit.v_${value}`) ?? value)
}

function wordOf({ t, parts: { texts } }: Says, key: string): string | undefined {
  return /^[a-z_]+\.\w+$/.test(key) && texts.has(key) ? t(key) : undefined
}
