/**
 * The seventh step: everything that would be sent, as it was told, and what can still be changed. Only excerpts of
 * long texts, so that it stays one message.
 */
import type { Reply, Text, Turn } from '../../src/chat.ts'
import { buttonsOf } from './choices.ts'
import type { Draft } from './draft.ts'
import { findReceivers } from './receivers.ts'

const EXCERPT = 200
const NOT_GIVEN: Text = { key: 'report.not_given' }

/** The summary with its buttons. Never a word on whether the goods are real (R6). */
export async function reviewReply(turn: Turn, draft: Draft, progress: Record<string, number>): Promise<Reply> {
  const { contact, about } = turn
  const receivers = await findReceivers(turn)
  const above = receivers?.above
  const receiver = (draft.above && above ? above.name : receivers?.own.name) ?? about.unitName
  const params: Record<string, string | number | Text> = {
    ...progress,
    kind: draft.kind ? { key: `report.kind_${draft.kind}` } : NOT_GIVEN,
    signs: given(draft.signs),
    place: placeOf(draft),
    time: given(draft.time),
    photos: draft.photos.length,
    health: healthOf(draft),
    receiver,
    who: draft.name ? { literal: [draft.name, draft.phone].filter(Boolean).join(', ') } : { key: 'report.nameless' },
  }
  const values = [
    'send',
    'edit',
    ...(above ? [draft.above ? 'own' : 'above'] : []),
    ...(contact.age === 'under16' ? [] : [draft.name ? 'unnamed' : 'named']),
    'quit',
  ]
  return {
    text: { key: 'report.ask_review', params },
    buttons: buttonsOf('review', draft, values, receivers ? { unit: receivers.own.name } : {}),
  }
}

function placeOf({ place, spot }: Draft): Text {
  if (!spot) return given(place)
  const where: Text = { key: spot.exact ? 'report.spot_exact' : 'report.spot_near' }
  return place ? { key: 'report.place_and_spot', params: { place: excerpt(place), spot: where } } : where
}

function healthOf({ health, note }: Draft): Text {
  const chosen: Text = health ? { key: `report.health_${health}` } : NOT_GIVEN
  return note ? { key: 'report.health_and_note', params: { health: chosen, note: excerpt(note) } } : chosen
}

const given = (text: string | undefined): Text => (text ? { literal: excerpt(text) } : NOT_GIVEN)

function excerpt(text: string): string {
  const letters = [...text.replace(/\s+/g, ' ')]
  return letters.length > EXCERPT ? `${letters.slice(0, EXCERPT).join('')}…` : letters.join('')
}
