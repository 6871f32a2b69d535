/**
 * What an opinion's steps say: at most two or three short sentences, what happens with it, and where a report goes.
 */
import type { Button, Reply, Text, Turn } from '../../src/chat.ts'
import { WHAT_MOST } from '../../src/opinion.ts'
import { payloadOf } from '../../src/text.ts'
import { buttonsOf, type Draft, type StepName } from './choices.ts'

/** Opened by words where there are no buttons, because digits belong to the question below it. */
export const REPORT: Button = { label: { key: 'menu.report' }, payload: payloadOf('report', 'start'), word: 'phản ánh' }

const MENU: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') }

/** Who reads it, what happens with it, and what it is not. */
export function intro({ about, contact: { channel } }: Turn): Reply {
  const traces = channel === 'zalo' || channel === 'web' ? channel : 'chat'
  return {
    text: { key: 'opinion.intro', params: { unit: about.unitName, traces: { key: `report.traces_${traces}` } } },
    buttons: [REPORT],
  }
}

export const sent: Reply = {
  text: { key: 'opinion.sent' },
  buttons: [{ label: { key: 'menu.report' }, payload: payloadOf('report', 'start') }, MENU],
}

export function question(_turn: Turn, step: StepName, draft: Draft): Reply {
  return { text: textOf(step, draft), buttons: buttonsOf(step, draft) }
}

function textOf(step: StepName, { topic = 'other', what = '', where }: Draft): Text {
  if (step === 'topic') return { key: 'opinion.ask_topic' }
  if (step === 'what') return { key: 'opinion.ask_what', params: { most: `${WHAT_MOST / 1000}.000` } }
  if (step === 'where') return { key: 'opinion.ask_where' }
  return {
    key: 'opinion.ask_review',
    params: {
      topic: { key: `opinion.topic_${topic}` },
      what: { literal: what },
      where: where ? { literal: where } : { key: 'opinion.not_given' },
    },
  }
}
