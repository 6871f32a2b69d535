/**
 * What is kept about a person, in plain words: the same lines on the screen and in the copy. Also says what is not
 * kept, because that is most of it.
 */
import { type Consent, listConsents } from '../../db/consents.ts'
import { findProfile, type Profile } from '../../db/profile.ts'
import type { Contact, Purpose, Text, Turn } from '../../src/chat.ts'
import { dateVi, dayOf, timeVi } from '../../src/time.ts'
import { channelName } from '../link.ts'

export const PURPOSES: Purpose[] = ['push', 'contest', 'named_report', 'deals']

/** The lines of the view. Undefined for someone of whom nothing is kept yet. */
export async function viewOf(turn: Turn): Promise<Text | undefined> {
  const [profile, consents] = await read(turn)
  if (!profile) return undefined
  return { key: 'data.view', params: { kept: linesOf([...factsOf(turn.contact, profile), ...latestOf(turn.contact, consents)]) } }
}

/** The same as a file, with every choice ever made and its wording. */
export async function copyOf(turn: Turn): Promise<Text | undefined> {
  const [profile, consents] = await read(turn)
  if (!profile) return undefined
  const history = consents.map(
    ({ purpose, choice, wording, channel, at }): Text => ({
      key: 'data.history',
      params: {
        at: timeVi(new Date(at)),
        purpose: { key: `data.purpose_${purpose}` },
        choice: { key: `data.choice_${choice}` },
        wording,
        channel: channelName(channel),
      },
    }),
  )
  return {
    key: 'data.copy',
    params: {
      unit: turn.about.unitName,
      officer: turn.about.dataOfficer,
      at: timeVi(turn.now),
      kept: linesOf([...factsOf(turn.contact, profile), ...latestOf(turn.contact, consents)]),
      history: history.length > 0 ? linesOf(history) : { key: 'data.no_history' },
    },
  }
}

/** How the person is called: "bạn", "chị", "chị Lan". */
export function callOf({ honorific, name }: Pick<Contact, 'honorific' | 'name'>): Text {
  const call: Text = { key: `data.call_${honorific}` }
  return name ? { key: 'data.call_name', params: { call, name } } : call
}

/** Lists of any length: a sentence joins two, so the lines are joined pair by pair. */
function linesOf(texts: Text[]): Text {
  const [first = { literal: '' }, ...rest] = texts
  return rest.reduce<Text>((above, below) => ({ key: 'data.lines', params: { above, below } }), first)
}

function read({ db, contact }: Turn): Promise<[Profile | undefined, Consent[]]> {
  return Promise.all([findProfile(db, contact.id), listConsents(db, contact.id)])
}

function factsOf(contact: Contact, profile: Profile): Text[] {
  const none: Text = { key: 'data.none' }
  const topics = profile.stoppedTopics.map(({ vi, en }) => (contact.locale === 'en' ? en : vi)).join(', ')
  const line = (name: string, value: Text | string | number): Text => ({ key: `data.line_${name}`, params: { value } })
  return [
    line('unit', profile.unitName ?? none),
    line('kind', contact.memberKind ? { key: `data.kind_${contact.memberKind}` } : none),
    line('age', { key: `data.age_${contact.age}` }),
    line('call', callOf(contact)),
    ...profile.channels.map((channel) => line('channel', channelName(channel))),
    line('joined', dateVi(profile.joinedDay)),
    ...(topics ? [line('topics', topics)] : []),
    ...(profile.inquiries > 0 ? [line('inquiries', profile.inquiries)] : []),
    ...(profile.officer ? [{ key: 'data.line_officer' }] : []),
    ...(profile.channels.includes('web') ? [{ key: 'data.line_web' }] : []),
  ]
}

/** The newest choice of each purpose; a flag that is off beside a yes was stopped on the platform. */
function latestOf(contact: Contact, consents: Consent[]): Text[] {
  return PURPOSES.map((purpose): Text => {
    const newest = consents.find((consent) => consent.purpose === purpose)
    const name: Text = { key: `data.purpose_${purpose}` }
    if (!newest) return { key: 'data.line_not_asked', params: { purpose: name } }
    const choice = newest.choice === 'yes' && !contact.consents[purpose] ? 'stopped' : newest.choice
    const params = {
      purpose: name,
      choice: { key: `data.choice_${choice}` },
      at: dateVi(dayOf(new Date(newest.at))),
      wording: newest.wording,
    }
    return { key: 'data.line_consent', params }
  })
}
