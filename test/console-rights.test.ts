/**
 * Who may open what: every page and every form of the console against every role, with a line for each that says so. A
 * page without a line fails, and so does a line without a page.
 */
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { buildAssets } from '../src/console/page/build.ts'
import { PAGES } from '../src/console/pages.ts'
import { ROLES, type Role } from '../src/rights.ts'
import { type ApiDesk, openApiDesk } from './api-desk.ts'
import { ADDRESS_OF } from './console-addresses.ts'
import { type Browser, openBrowser, signIn } from './console-desk.ts'

const ALL: readonly Role[] = ROLES
const WRITERS: readonly Role[] = ['editor', 'approver']
const STOPPERS: readonly Role[] = ['editor', 'approver', 'admin']
const APPROVERS: readonly Role[] = ['approver']
const EDITORS: readonly Role[] = ['editor', 'admin']
const OFFICE: readonly Role[] = ['data', 'admin']

const INQUIRIES: readonly Role[] = ['editor', 'approver', 'case', 'welfare', 'data', 'admin']
const CASES: readonly Role[] = ['case']
/** Who lets another officer see a member’s name. */
const GRANTERS: readonly Role[] = ['approver', 'data']
const ADMIN: readonly Role[] = ['admin']
const AUTHORITY_READERS: readonly Role[] = ['case', 'approver', 'admin']
const AUTHORITY_WRITERS: readonly Role[] = ['case', 'admin']
/** Who may let a decision out. */
const DECIDERS: readonly Role[] = ['case', 'approver']
/** Who may look at officers. */
const LOOKERS: readonly Role[] = ['admin', 'approver']

const OPINIONS: readonly Role[] = ['case', 'editor', 'welfare', 'approver']
const WARNERS: readonly Role[] = ['case', 'editor']
const WARN_APPROVERS: readonly Role[] = ['case', 'approver']

/** Method and path → the roles that may, and whether a proof is asked for. */
const LINES: Record<string, { roles: readonly Role[]; strong?: true }> = {
  'get /console': { roles: ALL },
  'get /console/campaigns': { roles: ALL },
  'get /console/campaigns/export': { roles: ALL, strong: true },
  'get /console/campaigns/runs/export': { roles: ALL, strong: true },
  'get /console/campaigns/new': { roles: WRITERS },
  'post /console/campaigns/new': { roles: WRITERS },
  'get /console/campaigns/:id': { roles: ALL },
  'get /console/campaigns/:id/edit': { roles: WRITERS },
  'post /console/campaigns/:id/edit': { roles: WRITERS },
  'post /console/campaigns/:id/test': { roles: WRITERS },
  'post /console/campaigns/:id/submit': { roles: WRITERS },
  'get /console/campaigns/:id/drop': { roles: WRITERS },
  'post /console/campaigns/:id/drop': { roles: WRITERS },
  'get /console/campaigns/:id/approve': { roles: ['approver'], strong: true },
  'post /console/campaigns/:id/approve': { roles: ['approver'], strong: true },
  'get /console/campaigns/:id/return': { roles: ['approver'] },
  'post /console/campaigns/:id/return': { roles: ['approver'] },
  'get /console/campaigns/:id/end': { roles: STOPPERS, strong: true },
  'post /console/campaigns/:id/end': { roles: STOPPERS, strong: true },
  'get /console/campaigns/runs': { roles: ALL },
  'get /console/campaigns/runs/:id': { roles: ALL },
  'get /console/campaigns/runs/:id/events': { roles: ALL },
  'get /console/campaigns/runs/:id/pause': { roles: STOPPERS, strong: true },
  'post /console/campaigns/runs/:id/pause': { roles: STOPPERS, strong: true },
  'get /console/campaigns/runs/:id/resume': { roles: ['approver'], strong: true },
  'post /console/campaigns/runs/:id/resume': { roles: ['approver'], strong: true },
  'get /console/campaigns/runs/:id/cancel': { roles: STOPPERS, strong: true },
  'post /console/campaigns/runs/:id/cancel': { roles: STOPPERS, strong: true },
  'get /console/campaigns/runs/:id/failed': { roles: ['approver'], strong: true },
  'post /console/campaigns/runs/:id/failed': { roles: ['approver'], strong: true },
  'get /console/campaigns/runs/:id/unknown': { roles: ['approver'], strong: true },
  'post /console/campaigns/runs/:id/unknown': { roles: ['approver'], strong: true },
  'get /console/calendar': { roles: ALL },
  'get /console/calendar/:day': { roles: ALL },
  'get /console/calendar/holidays': { roles: ALL },
  'post /console/calendar/holidays': { roles: ADMIN },
  'post /console/calendar/holidays/confirm': { roles: ADMIN },
  'get /console/calendar/holidays/:day': { roles: ALL },
  'post /console/calendar/holidays/:day': { roles: ADMIN },
  'post /console/calendar/holidays/:day/remove': { roles: ADMIN },
  'get /console/calendar/themes': { roles: ALL },
  'post /console/calendar/themes': { roles: WRITERS },
  'post /console/calendar/themes/:id/remove': { roles: WRITERS },
  'post /console/calendar/days': { roles: WRITERS },
  'post /console/calendar/days/:id/remove': { roles: WRITERS },
  'get /console/halt': { roles: ['approver', 'admin'], strong: true },
  'post /console/halt': { roles: ['approver', 'admin'], strong: true },
  'get /console/halt/restart': { roles: ['approver', 'admin'], strong: true },
  'post /console/halt/restart': { roles: ['approver', 'admin'], strong: true },
  'get /console/inquiries': { roles: INQUIRIES },
  'get /console/inquiries/:id': { roles: INQUIRIES },
  'post /console/inquiries/:id/answer': { roles: INQUIRIES },
  'post /console/inquiries/:id/hand-over': { roles: INQUIRIES },
  'post /console/inquiries/:id/close': { roles: INQUIRIES },
  'get /console/cases': { roles: CASES },
  'get /console/cases/:id': { roles: CASES },
  'post /console/cases/:id/take': { roles: CASES },
  'get /console/cases/duplicates': { roles: CASES },
  'get /console/cases/:id/compare': { roles: CASES },
  'get /console/cases/:id/compare/:other': { roles: CASES },
  'post /console/cases/:id/compare/:other/merge': { roles: CASES },
  'post /console/cases/:id/compare/:other/apart': { roles: CASES },
  'post /console/cases/:id/unmerge': { roles: CASES },
  'get /console/cases/:id/identity': { roles: CASES, strong: true },
  'post /console/cases/:id/identity': { roles: CASES, strong: true },
  'get /console/cases/:id/identity/open': { roles: CASES, strong: true },
  'get /console/identity-requests': { roles: GRANTERS },
  'get /console/identity-requests/:id': { roles: GRANTERS, strong: true },
  'post /console/identity-requests/:id': { roles: GRANTERS, strong: true },
  'get /console/cases/:id/remove': { roles: CASES, strong: true },
  'post /console/cases/:id/remove': { roles: CASES, strong: true },
  'get /console/removal-requests': { roles: GRANTERS },
  'get /console/removal-requests/:id': { roles: GRANTERS, strong: true },
  'post /console/removal-requests/:id': { roles: GRANTERS, strong: true },
  'get /console/cases/:id/photos/new': { roles: CASES },
  'post /console/cases/:id/photos/new': { roles: CASES },
  'get /console/cases/:id/photos/:photo': { roles: CASES },
  'get /console/cases/:id/photos/:photo/copies/:copy': { roles: CASES },
  'get /console/cases/:id/photos/:photo/original': { roles: CASES, strong: true },
  'post /console/cases/:id/photos/:photo/original': { roles: CASES, strong: true },
  'get /console/cases/:id/photos/:photo/redact': { roles: CASES },
  'post /console/cases/:id/photos/:photo/redact': { roles: CASES },
  'get /console/cases/new': { roles: CASES },
  'post /console/cases/new': { roles: CASES },
  'get /console/cases/reasons': { roles: ['case', 'approver', 'admin'] },
  'get /console/cases/reasons/new': { roles: ADMIN },
  'post /console/cases/reasons/new': { roles: ADMIN },
  'get /console/cases/reasons/:id': { roles: ['case', 'approver', 'admin'] },
  'post /console/cases/reasons/:id': { roles: ADMIN },
  'post /console/cases/reasons/:id/switch': { roles: ADMIN },
  'get /console/cases/restricted': { roles: ['case', 'approver'] },
  'get /console/cases/:id/move': { roles: CASES },
  'post /console/cases/:id/move': { roles: CASES },
  'get /console/cases/:id/spam': { roles: CASES },
  'post /console/cases/:id/spam': { roles: CASES },
  'get /console/cases/:id/not-spam': { roles: CASES },
  'post /console/cases/:id/not-spam': { roles: CASES },
  'get /console/cases/:id/ask': { roles: CASES },
  'post /console/cases/:id/ask': { roles: CASES },
  'get /console/cases/:id/tell': { roles: CASES },
  'post /console/cases/:id/tell': { roles: CASES },
  'get /console/cases/:id/note': { roles: CASES },
  'post /console/cases/:id/note': { roles: CASES },
  'get /console/cases/:id/assign': { roles: ['case', 'approver'] },
  'post /console/cases/:id/assign': { roles: ['case', 'approver'] },
  'get /console/cases/:id/transfer': { roles: CASES },
  'post /console/cases/:id/transfer': { roles: CASES },
  'get /console/cases/:id/conflict': { roles: CASES },
  'post /console/cases/:id/conflict': { roles: CASES },
  'get /console/cases/:id/due': { roles: CASES },
  'post /console/cases/:id/due': { roles: CASES },
  'get /console/cases/:id/priority': { roles: CASES },
  'post /console/cases/:id/priority': { roles: CASES },
  'get /console/cases/:id/restrict': { roles: CASES },
  'post /console/cases/:id/restrict': { roles: CASES },
  'get /console/figures': { roles: ALL },
  'get /console/figures/cases': { roles: ALL },
  'get /console/figures/map': { roles: ALL },
  'get /console/figures/units': { roles: ALL },
  'get /console/figures/parts': { roles: ALL },
  'get /console/figures/export': { roles: ALL, strong: true },
  'post /console/figures/export': { roles: ALL, strong: true },
  'get /console/phrases': { roles: ['editor', 'approver', 'case', 'admin'] },
  'get /console/health': { roles: ['admin', 'approver'] },
  'get /console/proof': { roles: ALL },
  'post /console/proof': { roles: ALL },
  'post /console/proof/passkey': { roles: ALL },
  'post /console/proof/passkey/answer': { roles: ALL },
  'get /console/enrol': { roles: ALL },
  'get /console/enrol/digits': { roles: ALL },
  'post /console/enrol/digits': { roles: ALL },
  'post /console/enrol/passkey': { roles: ALL },
  'post /console/enrol/passkey/answer': { roles: ALL },
  'get /console/me': { roles: ALL },
  'post /console/me/session': { roles: ALL },
  'post /console/me/sessions': { roles: ALL },
  'get /console/me/passkey': { roles: ALL, strong: true },
  'post /console/me/passkey': { roles: ALL, strong: true },
  'post /console/taste': { roles: ALL },
  'get /console/content/:section': { roles: ALL },
  'get /console/content/:section/new': { roles: WRITERS },
  'post /console/content/:section/new': { roles: WRITERS },
  'get /console/content/:section/review': { roles: APPROVERS, strong: true },
  'post /console/content/:section/review': { roles: APPROVERS, strong: true },
  'get /console/content/:section/import': { roles: WRITERS },
  'post /console/content/:section/import': { roles: WRITERS },
  'post /console/content/:section/template': { roles: WRITERS },
  'get /console/content/:section/export': { roles: ALL, strong: true },
  'post /console/content/:section/export': { roles: ALL, strong: true },
  'get /console/content/:section/entry/:id': { roles: ALL },
  'get /console/content/:section/entry/:id/edit': { roles: WRITERS },
  'post /console/content/:section/entry/:id/edit': { roles: WRITERS },
  'post /console/content/:section/entry/:id/recheck': { roles: WRITERS },
  'post /console/content/:section/entry/:id/take': { roles: WRITERS },
  'post /console/content/:section/entry/:id/settle': { roles: APPROVERS },
  'get /console/content/:section/entry/:id/retire': { roles: APPROVERS, strong: true },
  'post /console/content/:section/entry/:id/retire': { roles: APPROVERS, strong: true },
  'get /console/content/:section/draft/:id': { roles: ALL },
  'get /console/content/:section/draft/:id/edit': { roles: WRITERS },
  'post /console/content/:section/draft/:id/edit': { roles: WRITERS },
  'post /console/content/:section/draft/:id/submit': { roles: WRITERS },
  'post /console/content/:section/draft/:id/drop': { roles: WRITERS },
  'get /console/content/:section/draft/:id/review': { roles: APPROVERS, strong: true },
  'post /console/content/:section/draft/:id/review': { roles: APPROVERS, strong: true },
  'get /console/content/:section/import/:id': { roles: WRITERS },
  'post /console/content/:section/import/:id': { roles: WRITERS },
  'get /console/units': { roles: ALL },
  'get /console/units/export': { roles: ALL, strong: true },
  'post /console/units/export': { roles: ALL, strong: true },
  'get /console/officers/export': { roles: LOOKERS, strong: true },
  'post /console/officers/export': { roles: LOOKERS, strong: true },
  'get /console/units/:id': { roles: ALL },
  'get /console/units/:id/new': { roles: ADMIN },
  'post /console/units/:id/new': { roles: ADMIN },
  'get /console/units/:id/edit': { roles: ADMIN },
  'post /console/units/:id/edit': { roles: ADMIN },
  'get /console/units/:id/rename': { roles: ADMIN },
  'post /console/units/:id/rename': { roles: ADMIN },
  'get /console/units/:id/move': { roles: ADMIN, strong: true },
  'post /console/units/:id/move': { roles: ADMIN, strong: true },
  'get /console/units/:id/merge': { roles: ADMIN, strong: true },
  'post /console/units/:id/merge': { roles: ADMIN, strong: true },
  'get /console/units/:id/split': { roles: ADMIN, strong: true },
  'post /console/units/:id/split': { roles: ADMIN, strong: true },
  'get /console/units/:id/close': { roles: ADMIN, strong: true },
  'post /console/units/:id/close': { roles: ADMIN, strong: true },
  'get /console/units/:id/code': { roles: ADMIN },
  'post /console/units/:id/code': { roles: ADMIN },
  'get /console/units/:id/poster': { roles: ALL },
  'post /console/units/:id/poster': { roles: ALL },
  'get /console/units/changes': { roles: ALL },
  'post /console/units/changes/:id/cancel': { roles: ADMIN },
  'get /console/units/levels': { roles: ALL },
  'post /console/units/levels': { roles: ADMIN },
  'get /console/officers': { roles: LOOKERS },
  'get /console/officers/:id': { roles: LOOKERS },
  'get /console/officers/new': { roles: ADMIN, strong: true },
  'post /console/officers/new': { roles: ADMIN, strong: true },
  'get /console/officers/:id/edit': { roles: ADMIN, strong: true },
  'post /console/officers/:id/edit': { roles: ADMIN, strong: true },
  'get /console/officers/:id/dismiss': { roles: ADMIN, strong: true },
  'post /console/officers/:id/dismiss': { roles: ADMIN, strong: true },
  'get /console/officers/:id/bind': { roles: ADMIN, strong: true },
  'post /console/officers/:id/bind': { roles: ADMIN, strong: true },
  'get /console/officers/:id/unbind': { roles: ADMIN, strong: true },
  'post /console/officers/:id/unbind': { roles: ADMIN, strong: true },
  'get /console/officers/:id/lend': { roles: LOOKERS, strong: true },
  'post /console/officers/:id/lend': { roles: LOOKERS, strong: true },
  'get /console/officers/loans/:id/end': { roles: LOOKERS, strong: true },
  'post /console/officers/loans/:id/end': { roles: LOOKERS, strong: true },
  'get /console/officers/roster/:id': { roles: LOOKERS },
  'get /console/api': { roles: ALL },
  'get /console/authorities': { roles: AUTHORITY_READERS },
  'get /console/authorities/new': { roles: AUTHORITY_WRITERS },
  'post /console/authorities/new': { roles: AUTHORITY_WRITERS },
  'get /console/authorities/:id': { roles: AUTHORITY_READERS },
  'post /console/authorities/:id': { roles: AUTHORITY_WRITERS },
  'post /console/authorities/:id/check': { roles: AUTHORITY_WRITERS },
  'post /console/authorities/:id/switch': { roles: AUTHORITY_WRITERS },
  'get /console/cases/:id/hand-over': { roles: ['case'] },
  'post /console/cases/:id/hand-over': { roles: ['case'] },
  'get /console/cases/:id/hand-over/:over': { roles: ['case'] },
  'get /console/cases/:id/hand-over/:over/edit': { roles: ['case'] },
  'post /console/cases/:id/hand-over/:over/edit': { roles: ['case'] },
  'post /console/cases/:id/hand-over/:over/drop': { roles: ['case'] },
  'post /console/cases/:id/hand-over/:over/send': { roles: ['case'] },
  'post /console/cases/:id/hand-over/:over/answer': { roles: ['case'] },
  'post /console/cases/:id/hand-over/:over/return': { roles: ['case'] },
  'get /console/cases/:id/hand-over/:over/file': { roles: ['case'], strong: true },
  'post /console/cases/:id/hand-over/:over/file': { roles: ['case'], strong: true },
  'get /console/cases/:id/decision': { roles: ['case'] },
  'post /console/cases/:id/decision': { roles: ['case'] },
  'get /console/decisions': { roles: DECIDERS },
  'get /console/decisions/:id': { roles: DECIDERS },
  'get /console/decisions/:id/edit': { roles: ['case'] },
  'post /console/decisions/:id/edit': { roles: ['case'] },
  'get /console/decisions/:id/approve': { roles: DECIDERS, strong: true },
  'post /console/decisions/:id/approve': { roles: DECIDERS, strong: true },
  'get /console/decisions/:id/return': { roles: DECIDERS },
  'post /console/decisions/:id/return': { roles: DECIDERS },
  'get /console/decisions/:id/correct': { roles: DECIDERS },
  'post /console/decisions/:id/correct': { roles: DECIDERS },
  'get /console/decisions/:id/withdraw': { roles: DECIDERS, strong: true },
  'post /console/decisions/:id/withdraw': { roles: DECIDERS, strong: true },
  'get /console/hotlines': { roles: ALL },
  'get /console/hotlines/export': { roles: ALL, strong: true },
  'post /console/hotlines/export': { roles: ALL, strong: true },
  'get /console/hotlines/new': { roles: EDITORS },
  'post /console/hotlines/new': { roles: EDITORS },
  'get /console/hotlines/:id': { roles: ALL },
  'post /console/hotlines/:id': { roles: EDITORS },
  'post /console/hotlines/:id/check': { roles: EDITORS },
  'post /console/hotlines/:id/hide': { roles: EDITORS },
  'post /console/hotlines/:id/remove': { roles: EDITORS },
  'get /console/settings': { roles: OFFICE },
  'get /console/settings/:name': { roles: ['admin'], strong: true },
  'post /console/settings/:name': { roles: ['admin'], strong: true },
  'get /console/audit': { roles: OFFICE },
  'get /console/audit/export': { roles: OFFICE, strong: true },
  'post /console/audit/export': { roles: OFFICE, strong: true },
  'get /console/data-requests': { roles: OFFICE },
  'get /console/data-requests/export': { roles: OFFICE, strong: true },
  'post /console/data-requests/export': { roles: OFFICE, strong: true },
  'get /console/data-requests/new': { roles: OFFICE },
  'post /console/data-requests/new': { roles: OFFICE },
  'get /console/data-requests/:id': { roles: OFFICE },
  'post /console/data-requests/:id/answer': { roles: OFFICE },
  'post /console/data-requests/:id/extend': { roles: OFFICE },
  'post /console/data-requests/:id/finish': { roles: OFFICE },
  'get /console/incidents': { roles: OFFICE },
  'get /console/incidents/export': { roles: OFFICE, strong: true },
  'post /console/incidents/export': { roles: OFFICE, strong: true },
  'get /console/incidents/new': { roles: OFFICE },
  'post /console/incidents/new': { roles: OFFICE },
  'get /console/incidents/:id': { roles: OFFICE },
  'post /console/incidents/:id/entries': { roles: OFFICE },
  'post /console/incidents/:id/affected': { roles: OFFICE },
  'post /console/incidents/:id/notified': { roles: OFFICE },
  'post /console/incidents/:id/people-told': { roles: OFFICE },
  'post /console/incidents/:id/close': { roles: OFFICE },
  'post /console/incidents/:id/reopen': { roles: OFFICE },
  'get /console/incidents/:id/notices': { roles: OFFICE },
  'get /console/incidents/:id/notices/:name': { roles: OFFICE },
  'get /console/opinions': { roles: OPINIONS },
  'get /console/opinions/export': { roles: OPINIONS, strong: true },
  'post /console/opinions/export': { roles: OPINIONS, strong: true },
  'get /console/opinions/:id': { roles: OPINIONS },
  'post /console/opinions/:id/mark': { roles: OPINIONS },
  'get /console/warnings': { roles: ALL },
  'get /console/warnings/new': { roles: WARNERS },
  'post /console/warnings/new': { roles: WARNERS },
  'get /console/warnings/:id': { roles: ALL },
  'get /console/warnings/:id/edit': { roles: WARNERS },
  'post /console/warnings/:id/edit': { roles: WARNERS },
  'post /console/warnings/:id/submit': { roles: WARNERS },
  'post /console/warnings/:id/drop': { roles: WARNERS },
  'post /console/warnings/:id/ask': { roles: WARNERS },
  'post /console/warnings/:id/settle': { roles: WARNERS },
  'get /console/warnings/:id/correct': { roles: WARNERS, strong: true },
  'post /console/warnings/:id/correct': { roles: WARNERS, strong: true },
  'get /console/warnings/:id/approve': { roles: WARN_APPROVERS, strong: true },
  'post /console/warnings/:id/approve': { roles: WARN_APPROVERS, strong: true },
  'get /console/warnings/:id/renew': { roles: WARN_APPROVERS, strong: true },
  'post /console/warnings/:id/renew': { roles: WARN_APPROVERS, strong: true },
  'get /console/warnings/:id/withdraw': { roles: WARN_APPROVERS, strong: true },
  'post /console/warnings/:id/withdraw': { roles: WARN_APPROVERS, strong: true },
  'post /console/warnings/:id/return': { roles: WARN_APPROVERS },
  'post /console/warnings/:id/keep': { roles: WARN_APPROVERS },
  'post /console/warnings/:id/campaign': { roles: WRITERS },
  'get /console/cases/:id/filing-proof': { roles: ['case'] },
  'get /console/help': { roles: ALL },
  'get /console/help/:name': { roles: ALL },
}

const nameOf = ({ method, path }: { method: string; path: string }) => `${method} /console${path}`
/** Any path of this page: what stands there is nothing that exists. */
const anyOf = (name: string) => name.replace(/^\w+ /, '').replace(/:\w+(\{[^}]*\})?/g, '1')

let desk: ApiDesk
const browsers = new Map<Role, Browser>()
beforeAll(async () => {
  desk = await openApiDesk()
  for (const role of ROLES) browsers.set(role, await signIn(desk, await desk.officer('tinh', [role], role)))
})
afterAll(() => desk.close())
// One browser looks at every page: slowly enough for the limit of a session.
beforeEach(() => desk.clock.advance(2_000))

test('every page has its line, and every line its page', () => {
  expect(PAGES.map(nameOf).sort()).toEqual(Object.keys(LINES).sort())
  expect(PAGES.filter(({ strong }) => strong).map(nameOf)).toEqual(PAGES.map(nameOf).filter((name) => LINES[name]?.strong))
  // Where a form asks for a proof there is a page to come back to.
  const gets = new Set(PAGES.filter(({ method }) => method === 'get').map(({ path }) => path))
  expect(PAGES.filter(({ method, strong, path }) => method === 'post' && strong && !gets.has(path)).map(nameOf)).toEqual([])
})

test('every page that can be looked at is looked at, by the browser test and by `npm run screens`', () => {
  // A stream, a file and a picture are no pages.
  const pages = PAGES.filter(({ method, path }) => method === 'get' && !/\/(events|export|photos\/:photo|copies\/:copy)$/.test(path)).map(
    ({ path }) => path,
  )
  expect(pages.filter((path) => !(path in ADDRESS_OF))).toEqual([])
})

test('what browsers load is made of what stands in the folder', async () => {
  const committed = await readFile(new URL('../src/console/assets.ts', import.meta.url), 'utf8')
  expect(committed === (await buildAssets()), 'assets.ts is stale: npm run build:console').toBe(true)
})

describe.each(Object.entries(LINES))('%s', (name, { roles, strong }) => {
  const get = name.startsWith('get ')
  // A minute passes: a session may only ask for so many pages in one.
  beforeAll(() => desk.clock.advance(60_000))

  test('asks who it is', async () => {
    const nobody = openBrowser(desk)
    const answer = await nobody.request(anyOf(name), get ? {} : { method: 'POST', body: new URLSearchParams({ a: 'b' }) })
    expect([answer.status, answer.headers.get('location')?.split('?')[0]]).toEqual([303, '/console/sign-in'])
  })

  test.each(ROLES)('%s', async (role) => {
    const browser = browsers.get(role)
    if (!browser) throw new Error('no browser')
    // Nobody opens hundreds of pages in a minute.
    desk.clock.advance(2_000)
    await browser.get('/console/me')
    const body = new URLSearchParams({ _csrf: browser.csrf() })
    const answer = await browser.request(anyOf(name), get ? {} : { method: 'POST', body })
    const asksProof = (answer.headers.get('location') ?? '').startsWith('/console/proof?')
    if (!roles.includes(role)) expect(answer.status).toBe(403)
    else if (strong) expect([answer.status, asksProof]).toEqual([303, true])
    else expect(answer.status === 403 && (await answer.text()).includes(desk.product.about().unitName), 'refused').toBe(false)
  })

  if (!get)
    test('refuses a form that no page of this session made', async () => {
      const browser = browsers.get('admin')
      const before = await desk.db.read('SELECT count(*) AS n FROM audit WHERE outcome = ?', ['done'])
      for (const _csrf of ['', 'x'.repeat(32)]) {
        const answer = await browser?.request(anyOf(name), { method: 'POST', body: new URLSearchParams({ _csrf }) })
        expect(answer?.status).toBe(403)
      }
      const elsewhere = await browser?.request(anyOf(name), {
        method: 'POST',
        body: new URLSearchParams({ _csrf: browser.csrf() }),
        headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      })
      expect(elsewhere?.status).toBe(403)
      expect(await desk.db.read('SELECT count(*) AS n FROM audit WHERE outcome = ?', ['done'])).toEqual(before)
    })
})
