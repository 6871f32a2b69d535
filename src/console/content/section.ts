/**
 * What the pages of content share: which section the address means, what this officer may do there, links between pages.
 */
import * as z from 'zod'
import { mayReview } from '../../../db/entry-reviews.ts'
import { requireDraft } from '../../../db/entry-versions.ts'
import { listTopics } from '../../../db/topics.ts'
import { shortened } from '../../campaign.ts'
import { type Fields, QUESTION_TOPICS, SECTIONS, type Section, titleOf } from '../../entry.ts'
import { AppError } from '../../errors.ts'
import { scopeOf } from '../../rights.ts'
import type { Choice } from '../kit/form.tsx'
import type { Visit } from '../page.ts'

/** The section of this address. Throws AppError `not_found`. */
export function sectionOf(visit: Visit): Section {
  const section = z.enum(SECTIONS).safeParse(visit.param('section'))
  if (!section.success) throw new AppError('not_found', 'console.not_found')
  return section.data
}

export const mayWrite = ({ desk }: Visit) => scopeOf(desk.actor, 'content.write').length > 0
export const reviews = ({ desk }: Visit) => mayReview(desk.actor)

export const listAt = (section: Section) => `/content/${section}`
export const entryAt = (section: Section, id: string) => `/content/${section}/entry/${id}`
export const draftAt = ({ section, id }: { section: Section; id: string }) => `/content/${section}/draft/${id}`
export const importAt = (section: Section, id: string) => `/content/${section}/import/${id}`

/** The pages above one of this section. */
export function crumbsOf({ t }: Visit, section: Section, entry?: { id: string; title: string }) {
  return [
    { href: `/console${listAt(section)}`, label: t(`entry.section_${section}`) },
    ...(entry ? [{ href: `/console${entryAt(section, entry.id)}`, label: entry.title }] : []),
  ]
}

/** The topics a section is sorted by; documents have none. */
export async function topicChoices({ desk, locale, t }: Visit, section: Section): Promise<Choice[]> {
  if (section === 'documents') return []
  if (section === 'questions') return QUESTION_TOPICS.map((value) => ({ value, label: t(`entry.topic_${value}`) }))
  return (await listTopics(desk.db)).map((topic) => ({ value: topic.id, label: topic[locale] }))
}

/** The text being written that this address means. Throws AppError `not_found`. */
export async function draftHere(visit: Visit) {
  const draft = await requireDraft(visit.desk, visit.param('id'))
  if (draft.section !== sectionOf(visit)) throw new AppError('not_found', 'console.not_found')
  return draft
}

/** A title that fits a list. */
export function shortTitle(fields: Fields, most = 90): string {
  return shortened(titleOf(fields), most)
}
