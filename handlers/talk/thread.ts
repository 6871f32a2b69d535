/**
 * What officers asked and told, as the member reads it: one message, oldest first, each with its day. States speak in the
 * neutral words of a look by receipt, or in those of their reason; never a verdict (R6).
 */
import type { CaseEvent } from '../../db/case-events.ts'
import { findSays } from '../../db/case-thread.ts'
import { caseStates } from '../../src/case.ts'
import type { Locale, Text, Turn } from '../../src/chat.ts'
import { toldOfOpening } from '../../src/identity.ts'
import { REMOVAL_KINDS } from '../../src/removal.ts'
import { dateVi, dayOf } from '../../src/time.ts'

/** Things shown at once. */
export const SHOWN = 10

type Says = Map<string, { vi: string; en: string }>

/** Undefined when there is nothing. */
export async function threadText({ db, contact }: Pick<Turn, 'db' | 'contact'>, events: readonly CaseEvent[]): Promise<Text | undefined> {
  const says = await findSays(
    db,
    events.flatMap((event) => reasonOf(event) ?? []),
  )
  const texts = events.map(
    (event): Text => ({
      key: 'talk.line',
      params: { day: dateVi(dayOf(event.at)), what: whatOf(event, says, contact.locale) },
    }),
  )
  return below(texts)
}

/** One under the other, those that are there. */
export function below(texts: ReadonlyArray<Text | undefined>): Text | undefined {
  const [first, ...rest] = texts.filter((text) => text !== undefined)
  return first && rest.reduce<Text>((above, next) => ({ key: 'talk.and', params: { above, below: next } }), first)
}

/** Is an officer's question the newest thing? Then what is typed next is most likely its answer. */
export function asks(events: readonly CaseEvent[]): boolean {
  return events.some(({ kind }) => kind === 'asked')
}

function whatOf(event: CaseEvent, says: Says, locale: Locale): Text {
  const { kind, text, detail } = event
  if (kind === 'asked' && text) return { key: 'talk.asked', params: { text } }
  if (kind === 'identity_granted') return toldOfOpening(detail)
  if (kind === 'photo_removed') return { key: `case.photo_removed_${REMOVAL_KINDS.find((one) => one === detail.why) ?? 'asked'}` }
  const state = kind === 'told' ? undefined : caseStates.find((one) => one === detail.to)
  if (!state) return text ? { key: 'talk.told', params: { text } } : { key: 'talk.news' }
  const reason = says.get(reasonOf(event) ?? '')?.[locale]
  const about: Text = reason ? { literal: reason } : { key: `track.about_${state}` }
  const words: Text = text ? { key: 'talk.about_and_words', params: { about, text } } : about
  return { key: 'talk.moved', params: { state: { key: `track.state_${state}` }, about: words } }
}

function reasonOf({ detail: { reason } }: CaseEvent): string | undefined {
  return typeof reason === 'string' ? reason : undefined
}
