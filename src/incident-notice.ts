/**
 * The two notices of an incident, written from its entries (F64): to the authority (A05, Bộ Công an) and to the people
 * concerned. Drafts: a person numbers, signs and sends them. Pure: the same entries give the same text.
 */
import type { Text } from './chat.ts'
import type { IncidentEntry } from './incident.ts'
import { dateVi, dayOf, paperDateVi, timeVi } from './time.ts'

export type NoticeFacts = {
  code: string
  detectedAt: Date
  dueAt: Date
  entries: readonly IncidentEntry[]
  /** Who runs this deployment, and who answers about data. */
  unitName: string
  dataOfficer: string
  now: Date
}

type Render = (text: Text) => string

/** By the points that Decree 356/2025/NĐ-CP asks for: nature, data and people, contact, consequences, measures. */
export function authorityNotice(render: Render, facts: NoticeFacts): string {
  const { code, detectedAt, dueAt, unitName: unit, dataOfficer: officer, now } = facts
  const say = (key: string, params: Record<string, string> = {}) => render({ key: `incident.a_${key}`, params })
  const times = { at: timeVi(detectedAt), due: timeVi(dueAt) }
  return [
    say('head', { unit, code, date: paperDateVi(dayOf(now)) }),
    say('when', times) + (now > dueAt ? `\n${say('late')}` : ''),
    say('nature', { list: listOf(render, facts, 'happened') }),
    say('people', affectedOf(render, facts)),
    say('effect', { list: listOf(render, facts, 'effect') }),
    say('measure', { list: listOf(render, facts, 'measure') }),
    say('plan', { list: listOf(render, facts, 'plan') }),
    say('contact', { officer }),
    say('sign', { unit }),
  ].join('\n\n')
}

/** In plain words; what a person can do, and that nobody of ours asks for a code or a password (R16). */
export function peopleNotice(render: Render, facts: NoticeFacts): string {
  const { detectedAt, unitName: unit, dataOfficer: officer } = facts
  const say = (key: string, params: Record<string, string> = {}) => render({ key: `incident.p_${key}`, params })
  const { dataKinds } = affectedOf(render, facts)
  return [
    say('head', { unit, day: dateVi(dayOf(detectedAt)) }),
    say('happened', { list: listOf(render, facts, 'happened') }),
    say('data', { dataKinds }),
    say('measure', { list: listOf(render, facts, 'measure') }),
    ...(facts.entries.some(({ kind }) => kind === 'plan') ? [say('plan', { list: listOf(render, facts, 'plan') })] : []),
    say('you'),
    say('contact', { officer }),
  ].join('\n\n')
}

function listOf(render: Render, { entries }: NoticeFacts, kind: IncidentEntry['kind']): string {
  const found = entries.filter((entry) => entry.kind === kind && entry.text !== '')
  if (found.length === 0) return render({ key: 'incident.nothing_yet' })
  return found.map(({ text }) => `- ${text.replaceAll('\n', '\n  ')}`).join('\n')
}

/** The newest entry about who is affected counts: what was known before stays in the file. */
function affectedOf(render: Render, { entries }: NoticeFacts): Record<'people' | 'records' | 'peopleKinds' | 'dataKinds', string> {
  const newest = entries.findLast(({ affected }) => affected !== null)?.affected
  const unknown = render({ key: 'incident.unknown_yet' })
  const number = (n: number | null | undefined) => (n === null || n === undefined ? unknown : n.toLocaleString('vi-VN'))
  const names = (group: string, kinds: readonly string[] | undefined) =>
    kinds?.map((kind) => render({ key: `incident.${group}_${kind}` })).join('; ') ?? unknown
  return {
    people: number(newest?.people),
    records: number(newest?.records),
    peopleKinds: names('people', newest?.peopleKinds),
    dataKinds: names('data', newest?.dataKinds),
  }
}
