/**
 * Every sealed column of the database: its table, the key its rows are walked by, its purpose, and what ties a box to its
 * row. A change of DATA_KEY seals each of them anew by this list, so a BLOB column that is missing here is data lost with
 * the old key: test/sealed.test.ts fails for one.
 */
import type { Row, SealPurpose, TagPurpose } from '../src/chat.ts'
import { copyBinding } from './photo-copies.ts'
import { factsBinding } from './photos.ts'

export type Sealed = {
  table: string
  /** Primary key, in the order its rows are walked. */
  keys: readonly string[]
  column: string
  purpose: SealPurpose
  /** The column that ties the box to its row; '' when nothing does. */
  by: string
  bound(row: Row): string
  /** Length of what may stand there without a seal, because it says nothing of anybody. */
  mark?: number
  /** A tag in the same row that is made of the one before: it and the box change together, so the box tells which it is. */
  follow?: { column: string; purpose: TagPurpose }
}

const byItself = (by: string) => ({ by, bound: (row: Row) => String(row[by]) })
const by = (
  table: string,
  key: string,
  column: string,
  purpose: SealPurpose,
  tie: Pick<Sealed, 'by' | 'bound'> = byItself(key),
): Sealed => ({
  ...{ table, keys: [key], column, purpose },
  ...tie,
})
const UNBOUND = { by: '', bound: () => '' }

export const SEALED: readonly Sealed[] = [
  // That only the menu was offered is a mark of one byte (src/session.ts).
  { ...by('addresses', 'channel', 'session', 'session', byItself('id')), keys: ['channel', 'native'], mark: 1 },
  by('outbox', 'id', 'recipient', 'recipient', UNBOUND),
  by('outbox', 'id', 'body', 'reply', UNBOUND),
  by('updates', 'code', 'box', 'update'),
  by('transcript', 'seq', 'body', 'transcript', byItself('address_id')),
  by('secrets', 'name', 'box', 'token'),
  by('inquiries', 'id', 'box', 'inquiry'),
  by('item_flags', 'id', 'box', 'flag'),
  by('officers', 'id', 'totp', 'totp'),
  by('officer_codes', 'code_tag', 'totp', 'totp', byItself('officer_id')),
  by('sessions', 'id', 'enrolment', 'totp', byItself('officer_id')),
  by('data_requests', 'id', 'box', 'data-note'),
  by('incidents', 'id', 'box', 'incident'),
  {
    ...by('incident_entries', 'incident_id', 'box', 'incident', {
      by: 'place',
      bound: ({ incident_id, place }) => `${incident_id}/${place}`,
    }),
    keys: ['incident_id', 'place'],
  },
  { ...by('cases', 'id', 'box', 'case'), follow: { column: 'receipt_tag', purpose: 'receipt' } },
  by('case_events', 'id', 'box', 'case-event'),
  by('notice_outcomes', 'id', 'box', 'notice-outcome', UNBOUND),
  by('photos', 'id', 'ref', 'photo-ref'),
  by('photos', 'id', 'facts', 'evidence', { by: 'id', bound: ({ id }) => factsBinding(String(id)) }),
  by('photo_copies', 'id', 'facts', 'evidence', { by: 'id', bound: ({ id }) => copyBinding(String(id)) }),
  by('identity_openings', 'id', 'box', 'identity-reason'),
  by('removals', 'id', 'box', 'removal-reason'),
  by('hand_overs', 'id', 'box', 'hand-over'),
  by('decisions', 'id', 'box', 'decision'),
  by('warning_flags', 'id', 'box', 'flag'),
  by('opinions', 'id', 'box', 'opinion'),
  by('opinions', 'id', 'note', 'opinion', { by: 'id', bound: ({ id }) => `${id}:note` }),
]

/** Boxes with a key each, found by keyed hashes of the case and of the contact: they are re-keyed with those (rotation.ts). */
export const OWN_SEALED = [
  { table: 'reply_links', column: 'box', purpose: 'reply-link' },
  { table: 'case_identities', column: 'box', purpose: 'identity' },
] as const

/**
 * Every column of keyed hashes. Those that a change of keys makes `current` (keys.ts) are made anew by it, let go, or worth
 * nothing after a quarter of an hour.
 */
export const TAGGED: ReadonlyArray<readonly [table: string, column: string, purpose: TagPurpose]> = [
  ['reply_links', 'case_tag', 'case'],
  ['reply_links', 'contact_tag', 'contact'],
  ['case_identities', 'case_tag', 'case'],
  ['case_identities', 'contact_tag', 'contact'],
  ['outbox', 'notice_tag', 'notice'],
  ['case_marks', 'mark', 'mark'],
  ['tries', 'tag', 'tries'],
  ['challenges', 'challenge_tag', 'challenge'],
  ['cases', 'receipt_tag', 'receipt'],
  ['consents', 'message_tag', 'consent'],
  ['data_requests', 'person_tag', 'request'],
  ['link_codes', 'code_tag', 'link'],
  ['phrases', 'tag', 'phrase'],
  ['phrase_people', 'tag', 'phrase'],
  ['phrase_people', 'phrase_tag', 'phrase'],
  ['officer_codes', 'code_tag', 'officer-code'],
  ['api_tokens', 'token_tag', 'token'],
  ['sign_in_links', 'link_tag', 'sign-in'],
  ['sessions', 'session_tag', 'officer-session'],
  ['figure_people', 'tag', 'figure'],
  ['opinion_people', 'tag', 'figure'],
]

/** Bytes that are no box, and the few boxes of the key itself (key-state.ts). */
export const UNSEALED: ReadonlyArray<readonly [table: string, column: string, why: string]> = [
  ['images', 'bytes', 'pictures of broadcasts, which everybody may see'],
  ['passkeys', 'public_key', 'public'],
  ['meta', 'box', 'what a key proves itself with and keeps of the one before'],
]
