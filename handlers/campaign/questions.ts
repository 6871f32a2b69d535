/**
 * What each question of composing says, with its choices.
 */
import type { Campaign } from '../../db/campaigns.ts'
import { listTopics } from '../../db/topics.ts'
import { findUnit } from '../../db/units.ts'
import { TEXT_MOST } from '../../src/campaign.ts'
import type { Button, Reply } from '../../src/chat.ts'
import { scopeOf } from '../../src/rights.ts'
import { dayOf, whenVi } from '../../src/time.ts'
import { back, choice, choicesOf, quit, type StepName } from './choices.ts'
import { dayIn, quickHours, quickTimes } from './times.ts'
import { type Data, numberOf, say, type Work } from './work.ts'

/** @param campaign missing only in `from` and in the first `text` */
export async function question(work: Work, step: StepName, data: Data, campaign?: Campaign): Promise<Reply> {
  const { turn } = work
  const ways = [step === 'hour' && !data.editing ? quit(step, data) : back(step, data)]
  switch (step) {
    case 'from':
      return { text: say('ask_from'), buttons: [...(await unitsOf(work, data)), quit(step, data)] }
    case 'text': {
      const most = numberOf(turn, TEXT_MOST)
      if (!campaign) return { text: say('ask_text', { most }), buttons: [quit(step, data)] }
      // Whoever comes back to it reads what stands there: a word typed in passing would else replace the message.
      const text = say('ask_text_again', { text: { literal: campaign.content.vi ?? '' }, most })
      return { text, buttons: [...(data.editing ? [] : choicesOf(step, data)), ...ways] }
    }
    case 'unit': {
      const unit = campaign?.unitName ?? ''
      const own = choice(step, data, 'own', say('unit_own', { unit }))
      // Who chose no unit belongs to nobody but the top of the tree.
      const all = campaign && campaign.path === `/${campaign.unitId}/` ? choicesOf(step, data, ['all']) : []
      return { text: say('ask_unit'), buttons: [own, ...all, ...ways] }
    }
    case 'topic': {
      const topics = await listTopics(turn.db)
      const named = topics.map((topic) => choice(step, data, topic.id, { literal: topic[turn.contact.locale] }))
      return { text: say('ask_topic'), buttons: [...named, ...choicesOf(step, data), ...ways] }
    }
    case 'firm': {
      // A deal names its partner by an agreement; that is not what R5 speaks of.
      const key = campaign?.audience.purpose === 'deals' ? 'ask_firm_deals' : 'ask_firm'
      return { text: say(key), buttons: [...choicesOf(step, data), ...ways] }
    }
    case 'item':
      return { text: say('ask_item'), buttons: ways }
    case 'when': {
      if (data.day) return { text: say('ask_hour_of', { day: dayIn(work, data.day) }), buttons: ways }
      return { text: say('ask_when'), buttons: [...choicesOf(step, data), ...(await quickTimes(work, data)), ...ways] }
    }
    case 'time':
      return { text: say('ask_time', { when: whenVi(new Date(data.at ?? 0)) }), buttons: choicesOf(step, data) }
    case 'hour': {
      const weekly = campaign?.content.source === 'weekly_question'
      return { text: say(weekly ? 'ask_hour_weekly' : 'ask_hour'), buttons: [...quickHours(data, weekly), ...ways] }
    }
    default:
      return { text: say(`ask_${step}`), buttons: [...choicesOf(step, data), ...ways] }
  }
}

/** Units this officer may write for: their own and those of whoever lent them the right. */
async function unitsOf({ turn, desk }: Work, data: Data): Promise<Button[]> {
  const paths = scopeOf(desk.actor, 'campaign.write')
  const ids = [...new Set(desk.actor.grants.filter(({ path }) => paths.includes(path)).map(({ unitId }) => unitId))]
  const units = await Promise.all(ids.map((id) => findUnit(turn.db, id, dayOf(turn.now))))
  return units.flatMap((unit) => (unit ? [choice('from', data, unit.id, { literal: unit.name })] : []))
}
