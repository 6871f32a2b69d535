/**
 * Many people at once, for tests of officers and broadcasts: units, members who agreed, officers, a campaign that two of them have let
 * through. How each comes about by hand is what the tests of handlers play; here it is rows. Officers who sit at their
 * chats: seats.ts.
 */
import { newNames } from '../db/approvals.ts'
import { addBroadcast } from '../db/broadcasts.ts'
import { addCampaign, findCampaign } from '../db/campaigns.ts'
import { composeMessage } from '../db/messages.ts'
import { type Desk, findActor } from '../db/rights.ts'
import { loadUnits } from '../db/unit-rows.ts'
import { type Audience, audienceSchema, type Content, contentSchema } from '../src/campaign.ts'
import type { Db, Keys, Statement } from '../src/chat.ts'
import { randomId, secureRandom } from '../src/keys.ts'
import type { Plan } from '../src/plan.ts'
import type { Role } from '../src/rights.ts'
import { newTotpSecret } from '../src/totp.ts'

/** Id, name, and the unit above. */
const UNITS = [
  ['tinh', 'LĐLĐ tỉnh Mẫu', null],
  ['xa', 'Công đoàn xã Mẫu', 'tinh'],
  ['co-so', 'CĐCS Công ty Mẫu', 'xa'],
  ['xuong', 'CĐCS Xưởng may Mẫu', 'xa'],
  ['xa-khac', 'Công đoàn xã Khác', 'tinh'],
] as const

/** The units of UNITS, found by their names. */
export function unitRows(): Statement[] {
  const rows = UNITS.map(([id, name, parent]) => ({
    ...{ id, name, parent, kind: 'cong_doan', level: 'co_so', short_name: null, code: null, valid_from: null, valid_to: null },
    ...{ successors: [], aliases: [], note: null },
  }))
  return loadUnits(rows, { sample: false })
}

export type Person = Partial<{
  unit: string | null
  channel: string
  native: string
  push: number
  deals: number
  age: string
  kind: string
  memberKind: string
  joined: string
  seenAt: number
  stopped: number
  locale: string
}>

/** Equal people with one address each, whom no test has to name. */
export function addMany(db: Db, n: number, person: Person = {}): Promise<string[]> {
  const name = randomId(secureRandom)
  return addPeople(
    db,
    Array.from({ length: n }, (_, i) => ({ ...person, native: `${name}-${i}` })),
  )
}

/** People with one address each; `native` is 1000 and their place unless told. Returns their contact ids in order of place. */
export async function addPeople(db: Db, people: Person[], from = 1000): Promise<string[]> {
  const rows = people.map((one, i) => ({
    id: `c${randomId(secureRandom).slice(1)}`,
    address: `a${randomId(secureRandom).slice(1)}`,
    unit: one.unit === undefined ? 'xa' : one.unit,
    channel: one.channel ?? 'telegram',
    native: one.native ?? String(from + i),
    push: one.push ?? 1,
    deals: one.deals ?? 0,
    age: one.age ?? 'adult',
    kind: one.kind ?? 'person',
    member: one.memberKind ?? 'cong_doan',
    joined: one.joined ?? '2026-01-01',
    seen: one.seenAt ?? Date.parse('2026-11-23T01:00:00Z'),
    stopped: one.stopped ?? 0,
    locale: one.locale ?? 'vi',
  }))
  const json = JSON.stringify(rows)
  await db.write([
    {
      sql: `INSERT INTO contacts(id, kind, locale, unit_id, member_kind, age, push, deals, joined_day, seen_day, last_channel, last_address)
            SELECT value ->> 'id', value ->> 'kind', value ->> 'locale', value ->> 'unit', value ->> 'member', value ->> 'age', value ->> 'push',
              value ->> 'deals', value ->> 'joined', '2026-11-23', value ->> 'channel', value ->> 'address' FROM json_each(?)`,
      args: [json],
    },
    {
      sql: `INSERT INTO addresses(id, contact_id, channel, native, turn, in_at, stopped)
            SELECT value ->> 'address', value ->> 'id', value ->> 'channel', value ->> 'native', 1, value ->> 'seen', value ->> 'stopped' FROM json_each(?)`,
      args: [json],
    },
  ])
  return rows.map(({ id }) => id)
}

export type TestOfficer = { id: string; name: string; secret: string }

/** An officer with an app for the six digits; bound to a contact when told. */
export async function addTestOfficer(
  db: Db,
  keys: Keys,
  id: string,
  unitId: string,
  roles: readonly Role[],
  contactId: string | null = null,
): Promise<TestOfficer> {
  const name = `Cán bộ ${id}`
  const secret = newTotpSecret()
  await db.write([
    {
      sql: 'INSERT INTO officers(id, name, unit_id, roles, contact_id, totp, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      args: [id, name, unitId, JSON.stringify(roles), contactId, await keys.seal('totp', secret, id), '2026-01-01'],
    },
  ])
  return { id, name, secret }
}

/** The desk of an officer at this moment. */
export async function deskAt(db: Db, keys: Keys, officerId: string, now: Date): Promise<Desk> {
  const actor = await findActor(db, officerId, now, 'console')
  if (!actor) throw new Error(`no officer ${officerId}`)
  return { db, keys, actor, now, id: () => randomId(secureRandom), random: secureRandom, ownHost: 'bot.example.vn' }
}

/** A draft of this officer. */
export async function draftOf(
  desk: Desk,
  draft: { content?: Partial<Content>; audience?: Partial<Audience>; plan?: Plan; topic?: string | null; unitId?: string } = {},
): Promise<string> {
  const unitId = draft.unitId ?? desk.actor.unitId
  const { id, writes } = await addCampaign(desk, {
    unitId,
    title: 'Tin thử',
    content: contentSchema.parse({ vi: 'Mời đoàn viên xem hàng Việt cuối tuần này.', ...draft.content }),
    audience: audienceSchema.parse({ unitId, ...draft.audience }),
    plan: draft.plan ?? { kind: 'now' },
    topic: draft.topic ?? null,
    theme: null,
  })
  await desk.db.write(writes)
  return id
}

/** A run of a new campaign, approved without anybody's hand, that starts at once. Returns its id. */
export async function runOf(desk: Desk, draft: Parameters<typeof draftOf>[1] = {}, startsAt = desk.now): Promise<number> {
  const id = await draftOf(desk, draft)
  const campaign = await findCampaign(desk.db, id)
  const message = campaign && (await composeMessage(desk.db, campaign, desk.now, desk.random))
  if (!campaign || !message) throw new Error('nothing to send')
  const { unitId, audience } = campaign
  await desk.db.write([
    { sql: "UPDATE campaigns SET state = 'approved' WHERE id = ?", args: [id] },
    addBroadcast({ campaignId: id, unitId, ...newNames(desk.random), message, audience, now: desk.now, startsAt }),
  ])
  const [row] = await desk.db.read('SELECT max(id) AS id FROM broadcasts')
  return Number(row?.id)
}
