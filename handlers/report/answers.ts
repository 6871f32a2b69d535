/**
 * What an answer to the steps of the story (one to six) does to the draft. Facts are asked for, never verdicts (R10);
 * what answers nothing gets the question again with a hint.
 */

import { dropDraftPhotos } from '../../db/photos.ts'
import { type CaseKind, caseKinds, type Health } from '../../src/case.ts'
import type { Reply, Turn } from '../../src/chat.ts'
import { addDays, dateVi, dayOf } from '../../src/time.ts'
import { isDanger, listen } from '../../src/vietnamese/index.ts'
import { type Draft, type Move, type StepName, stepAfter } from './draft.ts'
import { nearby } from './filing.ts'
import { settlePhotos } from './photos.ts'

/** @param choice the button or its words @param text what was typed besides */
export async function answerStory(turn: Turn, step: StepName, draft: Draft, choice: string | undefined, text: string): Promise<Move> {
  const again = (key: string): Move => ({ step, draft, notes: [{ text: { key } }] })
  const on = (changes: Partial<Draft>, notes: Reply[] = []): Move => forward(step, { ...draft, ...changes }, notes)
  switch (step) {
    case 'kind':
      if (choice === undefined) return tellsEarly(draft, text) ?? again('report.pick_one')
      // What was told already is not asked for again.
      return draft.signs && !draft.early && !draft.editing
        ? { step: 'place', draft: { ...draft, kind: kindOf(choice) } }
        : on({ kind: kindOf(choice) })
    case 'signs':
      return listen(text).words.length >= 2 ? forward(step, withSigns(draft, text)) : again('report.facts')
    case 'place':
      return answerPlace(turn, draft, choice, text) ?? again('report.place_hint')
    case 'where':
      if (!draft.spot) return { step: 'place', draft }
      return choice ? on({ spot: choice === 'exact' ? { ...draft.spot, exact: true } : nearby(draft.spot) }) : again('report.pick_one')
    case 'time':
      if (choice) return forward(step, timeOf(turn, draft, choice))
      return /\p{L}|\d\D+\d|\d{4}/u.test(text) ? on({ time: text }) : again('report.time_hint')
    case 'photos':
      return (await answerPhotos(turn, draft, choice)) ?? again('report.photos_hint')
    case 'health':
      if (choice) return answerHealth(turn, draft, choice as Health)
      // Told in own words: kept, and the choice is still asked, because it decides how urgent this is.
      return text === '' ? again('report.pick_one') : { ...again('report.health_noted'), draft: withNote(draft, text) }
    default:
      return again('report.pick_one')
  }
}

/** Words of a text that tells what was seen; fewer may say no more than that somebody wants to report. */
const A_STORY = 8

/** Many begin to tell before they choose a kind: kept as the story, and the kind still asked. */
function tellsEarly(draft: Draft, text: string): Move | undefined {
  if (listen(text).words.length < 4) return undefined
  const { early: _, ...rest } = draft
  const signs = [draft.signs, text].filter(Boolean).join('\n')
  const early = listen(signs).words.length < A_STORY
  return { step: 'kind', draft: { ...rest, signs, ...(early ? { early } : {}) }, notes: [{ text: { key: 'report.kind_noted' } }] }
}

/** In place of what stood there, or below what was told before the question. */
function withSigns({ early, ...draft }: Draft, text: string): Draft {
  return { ...draft, signs: early && draft.signs ? `${draft.signs}\n${text}` : text }
}

/** To the next step, or back to the review when one field was being changed. */
function forward(step: StepName, draft: Draft, notes: Reply[] = []): Move {
  if (!draft.editing) return { step: stepAfter(step), draft, notes }
  const { editing: _, ...rest } = draft
  return { step: 'review', draft: rest, notes }
}

function answerPlace(turn: Turn, draft: Draft, choice: string | undefined, text: string): Move | undefined {
  const { place: _place, spot: _spot, ...rest } = draft
  if (choice === 'forgot') return forward('place', rest)
  const location = turn.message.attachments.find((one) => one.kind === 'location')
  if (location) {
    const place = text === '' ? location.title : text
    const { latitude, longitude } = location
    return { step: 'where', draft: { ...rest, ...(place ? { place } : {}), spot: { latitude, longitude, exact: false } } }
  }
  return /\p{L}/u.test(text) ? forward('place', { ...rest, place: text }) : undefined
}

function timeOf({ now }: Turn, draft: Draft, choice: string): Draft {
  const { time: _, ...rest } = draft
  if (choice === 'forgot') return rest
  return { ...rest, time: dateVi(choice === 'yesterday' ? addDays(dayOf(now), -1) : dayOf(now)) }
}

async function answerPhotos(turn: Turn, draft: Draft, choice: string | undefined): Promise<Move | undefined> {
  if (choice === 'clear') return { step: 'photos', draft: { ...draft, photos: [] }, writes: [dropDraftPhotos(draft.photos)] }
  if (choice !== 'done' && choice !== 'skip') return undefined
  const { draft: settled, notes, writes } = await settlePhotos(turn, draft)
  return { ...forward('photos', settled, notes), writes }
}

/** Somebody unwell: 115 first, before the form goes on (R12). In typed words the router has said it already. */
function answerHealth({ message }: Turn, draft: Draft, health: Health): Move {
  const said = message.text !== '' && isDanger(listen(message.text))
  return forward('health', { ...draft, health }, health === 'ill' && !said ? [{ text: { key: 'common.danger' } }] : [])
}

const withNote = (draft: Draft, text: string): Draft => ({ ...draft, note: draft.note ? `${draft.note}\n${text}` : text })

const kindOf = (choice: string): CaseKind => caseKinds.find((kind) => kind === choice) ?? 'unsure'
