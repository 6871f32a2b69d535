/**
 * The doors on every page's left, in the order an officer's day takes. One that the officer may not open is not shown.
 */
import { isTop } from '../../db/units.ts'
import { type Act, type Actor, scopeOf } from '../rights.ts'
import type { IconName } from './kit/icon-names.ts'

export type Door = {
  href: string
  icon: IconName
  text: string
  act: Act | null
  /** Of all units together: only for the highest one. */
  whole?: true
}

const DOORS: readonly Door[] = [
  { href: '/console', icon: 'house', text: 'console.nav_today', act: null },
  { href: '/console/inquiries', icon: 'inbox', text: 'console.nav_inquiries', act: 'inquiry.read' },
  { href: '/console/cases', icon: 'flag', text: 'console_cases.title', act: 'case.read' },
  { href: '/console/warnings', icon: 'exclamation-triangle', text: 'console_warnings.title', act: 'warning.read' },
  { href: '/console/opinions', icon: 'chat-left-quote', text: 'console_opinions.title', act: 'opinion.read' },
  { href: '/console/cases/restricted', icon: 'person-lock', text: 'console_cases.restricted_nav', act: 'case.assign' },
  { href: '/console/campaigns', icon: 'send', text: 'console.nav_campaigns', act: 'campaign.read' },
  { href: '/console/calendar', icon: 'calendar3', text: 'console.nav_calendar', act: 'campaign.read' },
  { href: '/console/content/library', icon: 'book', text: 'entry.section_library', act: 'content.read' },
  { href: '/console/content/documents', icon: 'file-earmark-text', text: 'entry.section_documents', act: 'content.read' },
  { href: '/console/content/questions', icon: 'patch-question', text: 'entry.section_questions', act: 'content.read' },
  { href: '/console/figures', icon: 'bar-chart', text: 'console.nav_figures', act: 'figure.read' },
  { href: '/console/phrases', icon: 'chat-left-quote', text: 'console.nav_phrases', act: 'phrase.read', whole: true },
  { href: '/console/health', icon: 'activity', text: 'console.nav_health', act: 'channel.read' },
  { href: '/console/units', icon: 'building', text: 'console_units.title', act: 'unit.read' },
  { href: '/console/officers', icon: 'people', text: 'console_officers.title', act: 'officer.read' },
  { href: '/console/hotlines', icon: 'telephone', text: 'console_office.hotlines', act: 'hotline.read' },
  { href: '/console/cases/reasons', icon: 'flag', text: 'console_cases.reasons', act: 'reason.write' },
  { href: '/console/authorities', icon: 'bank', text: 'console_hand_overs.authorities', act: 'authority.read' },
  { href: '/console/data-requests', icon: 'shield-lock', text: 'console_office.requests', act: 'data.read' },
  { href: '/console/incidents', icon: 'shield-exclamation', text: 'console_office.incidents', act: 'incident.read' },
  { href: '/console/audit', icon: 'journal-text', text: 'console_office.audit', act: 'audit.read' },
  { href: '/console/settings', icon: 'gear', text: 'console_office.settings', act: 'setting.read' },
  { href: '/console/me', icon: 'person-lock', text: 'console.nav_me', act: null },
  { href: '/console/api', icon: 'code-slash', text: 'console.nav_api', act: 'officer.read' },
  { href: '/console/help', icon: 'question-circle', text: 'console.nav_help', act: null },
]

export const doorsOf = (actor: Actor): Door[] =>
  DOORS.filter(({ act, whole }) => act === null || scopeOf(actor, act).some((path) => !whole || isTop(path)))

/** The door the page at this path lies behind: the longest that fits. */
export function doorAt(doors: readonly Door[], path: string): Door | undefined {
  const fits = doors.filter(({ href }) => path === href || path.startsWith(`${href}/`))
  return fits.sort((one, other) => other.href.length - one.href.length)[0]
}
