/**
 * What an officer may do, and where (F61): roles are given at a unit and hold there and below; a delegation lends some
 * of them until a day. Titles are labels that suggest roles; code only ever asks for a role. Pure: no database, no clock.
 */
import { AppError } from './errors.ts'

export const ROLES = ['viewer', 'editor', 'approver', 'case', 'welfare', 'data', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** F61's titles and the roles each usually has. */
export const TITLES = {
  truong_ban: ['approver', 'viewer'],
  pho_ban: ['approver', 'editor', 'viewer'],
  thanh_vien: ['viewer'],
  tuyen_giao: ['editor', 'viewer'],
  tiep_nhan: ['case', 'viewer'],
  phuc_loi: ['welfare', 'editor', 'viewer'],
  du_lieu: ['data', 'viewer'],
  quan_tri: ['admin', 'viewer'],
} as const satisfies Record<string, readonly Role[]>
export type Title = keyof typeof TITLES

/** Where an act came in. An API token never approves, stops or restarts; the console comes with a hand of its own. */
export type Via = 'chat' | 'api' | 'console' | 'admin'

/** Acts a token may be allowed. */
export const TOKEN_SCOPES = ['read', 'draft', 'desk', 'units', 'cases'] as const
export type TokenScope = (typeof TOKEN_SCOPES)[number]

/** Which roles may do what. An act that stands here is checked and audited wherever it is offered. */
export const ACTS = {
  'campaign.read': ROLES,
  'campaign.write': ['editor', 'approver'],
  'campaign.approve': ['approver'],
  'broadcast.stop': ['editor', 'approver', 'admin'],
  'broadcast.restart': ['approver'],
  'broadcast.resend': ['approver'],
  'pushes.halt': ['approver', 'admin'],
  'pushes.restart': ['approver', 'admin'],
  'inquiry.read': ['editor', 'approver', 'case', 'welfare', 'data', 'admin'],
  'inquiry.answer': ['editor', 'approver', 'case', 'welfare', 'data', 'admin'],
  'contacts.count': ROLES,
  'unit.read': ROLES,
  'unit.write': ['admin'],
  'officer.read': ['admin', 'approver'],
  'officer.write': ['admin'],
  'audit.read': ['admin', 'data'],
  'audit.export': ['admin', 'data'],
  'hotline.read': ROLES,
  'hotline.write': ['editor', 'admin'],
  'hotline.check': ['editor', 'admin'],
  'holiday.read': ROLES,
  'holiday.write': ['admin'],
  'setting.read': ['admin', 'data'],
  'setting.write': ['admin'],
  'data.read': ['admin', 'data'],
  'data.record': ['admin', 'data'],
  'data.answer': ['admin', 'data'],
  'incident.read': ['admin', 'data'],
  'incident.write': ['admin', 'data'],
  'incident.settle': ['admin', 'data'],
  'article.send': ['admin'],
  'figure.read': ROLES,
  'figure.export': ROLES,
  'phrase.read': ['editor', 'approver', 'case', 'admin'],
  'channel.read': ['admin', 'approver'],
  'case.read': ['case'],
  'case.work': ['case'],
  // Names who opens a restricted one; sees no more of it than its number.
  'case.assign': ['case', 'approver'],
  'identity.ask': ['case'],
  'identity.grant': ['data', 'approver'],
  'removal.ask': ['case'],
  'removal.grant': ['data', 'approver'],
  'reason.read': ['case', 'approver', 'admin'],
  'reason.write': ['admin'],
  'authority.read': ['case', 'approver', 'admin'],
  'authority.write': ['case', 'admin'],
  'decision.write': ['case'],
  'decision.approve': ['case', 'approver'],
  'warning.read': ROLES,
  'warning.write': ['case', 'editor'],
  'warning.approve': ['case', 'approver'],
  'opinion.read': ['case', 'editor', 'welfare', 'approver'],
  'opinion.work': ['case', 'editor', 'welfare', 'approver'],
  'content.read': ROLES,
  'content.write': ['editor', 'approver'],
  'content.review': ['approver'],
} as const satisfies Record<string, readonly Role[]>
export type Act = keyof typeof ACTS

/**
 * What a token of each scope may do. Whatever is not here no token may: it writes what a person then lets through (a
 * number is shown once an officer has called it) and what only adds (a request, an incident, an entry).
 */
export const BY_TOKEN: Record<TokenScope, readonly Act[]> = {
  read: [
    ...(['campaign.read', 'contacts.count', 'unit.read', 'officer.read', 'audit.read', 'content.read'] as const),
    ...(['figure.read', 'phrase.read', 'channel.read'] as const),
    ...(['hotline.read', 'holiday.read', 'setting.read', 'data.read', 'incident.read', 'warning.read'] as const),
  ],
  draft: [
    ...(['campaign.read', 'campaign.write', 'contacts.count', 'unit.read', 'content.read', 'content.write'] as const),
    ...(['hotline.read', 'hotline.write', 'data.record', 'incident.write', 'warning.read', 'warning.write'] as const),
    ...(['holiday.read', 'holiday.write'] as const),
  ],
  // What members wrote to officers: only a token made for it opens it.
  desk: ['inquiry.read', 'inquiry.answer'],
  units: ['unit.read', 'unit.write'],
  // What members reported: no token opens an identity, removes anything for good, approves a decision or lets a warning out.
  cases: ['case.read', 'case.work', 'case.assign', 'reason.read', 'authority.read', 'decision.write', 'opinion.read', 'opinion.work'],
}

/** Roles at a unit and everything below it. `path` as units have it: `/root/…/id/`. `lender`: whose they are, where they are lent. */
export type Grant = { unitId: string; path: string; roles: readonly Role[]; delegated?: true; lender?: string }

/** An officer at work: who, by which grants, through which door. */
export type Actor = {
  officerId: string
  name: string
  unitId: string
  unitName: string
  grants: readonly Grant[]
  /** Number of the officer's rights as they were read: an act does not commit when they have changed since. */
  edition: number
  via: Via
  /** Only of an API token: its id and scopes. */
  token?: { id: string; scopes: readonly TokenScope[] }
}

/** May this officer do this at the unit with this path? */
export function may(actor: Actor, act: Act, path: string): boolean {
  const roles: readonly Role[] = ACTS[act]
  if (actor.token && !actor.token.scopes.some((scope) => BY_TOKEN[scope].includes(act))) return false
  return actor.grants.some((grant) => path.startsWith(grant.path) && grant.roles.some((role) => roles.includes(role)))
}

/** Paths at and below which this officer may do this; empty when nowhere. What a query of theirs is limited to. */
export function scopeOf(actor: Actor, act: Act): string[] {
  const paths = actor.grants.map(({ path }) => path).filter((path) => may(actor, act, path))
  return [...new Set(paths)].filter((path) => !paths.some((other) => other !== path && path.startsWith(other)))
}

/**
 * The officer without what these have lent them: nobody lets their own work through by a role they lend for it.
 */
export function withoutLoansOf(actor: Actor, lenders: readonly string[]): Actor {
  return { ...actor, grants: actor.grants.filter(({ lender }) => lender === undefined || !lenders.includes(lender)) }
}

/** Throws AppError `forbidden` with a text key when the officer may not. */
export function demand(actor: Actor, act: Act, path: string): void {
  if (!may(actor, act, path)) throw new AppError('forbidden', 'desk.forbidden')
}

/** May they do this for the whole deployment, which is run from a unit that nothing stands above? */
export function mayAtTop(actor: Actor, act: Act): boolean {
  return scopeOf(actor, act).some((path) => TOP.test(path))
}

/** Throws AppError `forbidden` with a text key when the officer may not for the whole deployment. */
export function demandAtTop(actor: Actor, act: Act): void {
  if (!mayAtTop(actor, act)) throw new AppError('forbidden', 'desk.only_top')
}

const TOP = /^\/[^/]+\/$/
