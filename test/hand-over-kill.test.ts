/**
 * The real program, killed while an office's registry drafts, sends and answers hand-overs over REST (F33). At each kill what
 * stands in the tables fits together; in the end every case has been through each step exactly once, and nothing that was
 * acknowledged is lost.
 */
import { expect, test } from 'vitest'
import { addToken } from '../db/api-tokens.ts'
import { addOfficer } from '../db/officers.ts'
import { openDb } from '../db/open.ts'
import type { Db } from '../src/chat.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { addAuthorityRow } from './api-hand-over-lines.ts'
import { caseRows } from './console-cases.ts'
import { unitRows } from './people.ts'
import { FIRST_START, pause, realProgram } from './real-program.ts'

const KEY = Buffer.alloc(32, 4)
const KILLS = 5
const CASES = 12
const TOKEN = 'hv_ThisIsATokenOfTheKillTestsAlone1'
const program = realProgram({ name: 'hand-over-kill', key: KEY })
const { start, kill } = program

/** undefined while nobody answers. */
async function call(method: string, path: string, body?: object): Promise<{ status: number; text: string } | undefined> {
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
  const answer = await program.call(path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
  return answer && { status: answer.status, text: await answer.text() }
}

type Listed = { id: string; state: string }

/** The hand-overs of a case, asked for until somebody answers. */
async function list(id: string): Promise<Listed[]> {
  for (;;) {
    const answer = await call('GET', `/api/v1/cases/${id}/hand-overs`)
    if (answer?.status === 200) return (JSON.parse(answer.text) as { rows: Listed[] }).rows
    await pause(60)
  }
}

/** One case from its draft to its answer, as a registry does it: after a call that died it looks before it calls again. */
async function carry(id: string, acknowledged: Map<string, string>): Promise<void> {
  const paths: Record<string, [string, object]> = {
    draft: ['send', { day: '2026-11-23', how: 'post' }],
    sent: ['answer', { day: '2026-11-23', text: 'Đã kiểm tra.', outcome: 'resolved-handled' }],
  }
  for (;;) {
    const [found] = await list(id)
    if (found?.state === 'answered') return
    const [step, body] = paths[found?.state ?? ''] ?? ['', { authorityId: 'co-quan', paper: { town: 'Mẫu' } }]
    const answer = await call('POST', `/api/v1/cases/${id}/hand-overs${found ? `/${found.id}/${step}` : ''}`, body)
    if (answer?.status === 200 || answer?.status === 201) acknowledged.set(id, (JSON.parse(answer.text) as Listed).state)
    else if (answer && ![409, 429, 503].includes(answer.status)) throw new Error(`${answer.status}: ${answer.text}`)
    await pause(10 + Math.random() * 20)
  }
}

const RANK = ['draft', 'sent', 'answered']
const stepsOf = (acknowledged: ReadonlyMap<string, string>) =>
  [...acknowledged.values()].reduce((sum, state) => sum + RANK.indexOf(state) + 1, 0)

/** What must fit at every moment: each step with its event and its audit row, and the case where its events led. */
async function check(db: Db, acknowledged: ReadonlyMap<string, string>): Promise<void> {
  const papers = await db.read('SELECT case_id, state FROM hand_overs')
  const n = async (sql: string) => Number((await db.read(sql))[0]?.n)
  const at = (state: string) => papers.filter((paper) => RANK.indexOf(String(paper.state)) >= RANK.indexOf(state)).length
  const events = (kind: string) => n(`SELECT count(*) AS n FROM case_events WHERE kind = '${kind}'`)
  const audited = (act: string) => n(`SELECT count(*) AS n FROM audit WHERE outcome = 'done' AND act = '${act}'`)
  const cases = (states: string) => n(`SELECT count(*) AS n FROM cases WHERE state IN (${states})`)
  expect([await audited('hand_over.draft'), new Set(papers.map(({ case_id }) => case_id)).size]).toEqual([at('draft'), at('draft')])
  expect([await events('referred'), await audited('case.referred'), await cases("'referred', 'resolved'")]).toEqual([
    at('sent'),
    at('sent'),
    at('sent'),
  ])
  expect([await events('authority_answered'), await events('moved'), await audited('case.moved'), await cases("'resolved'")]).toEqual([
    ...[at('answered'), at('answered'), at('answered'), at('answered')],
  ])
  expect(await n('SELECT count(*) AS n FROM cases c WHERE version <> (SELECT count(*) FROM case_events e WHERE e.case_id = c.id)')).toBe(0)
  for (const [id, state] of acknowledged) {
    const paper = papers.find(({ case_id }) => case_id === id)
    expect(RANK.indexOf(String(paper?.state)), `${id} was told that it is ${state}`).toBeGreaterThanOrEqual(RANK.indexOf(state))
  }
}

test('killed five times amid hand-overs: every step whole or not at all, each exactly once in the end', async () => {
  await start()
  const keys = createNodeKeys(KEY)
  const now = new Date(FIRST_START)
  const db = openDb({ url: program.databaseUrl() })
  await db.write([...unitRows(), addOfficer({ id: 'an', name: 'Nguyễn Thị An', unitId: 'xa', roles: ['case'], now })])
  const tag = await keys.tag('token', TOKEN)
  const token = { id: 't1', officerId: 'an', unitId: null, name: 'Văn thư', scopes: ['cases' as const], expiresDay: '2026-12-31', tag, now }
  await db.write([addToken(token)])
  await addAuthorityRow({ db })
  const ids = Array.from({ length: CASES }, (_, n) => `vuviec${n}`)
  for (const [n, id] of ids.entries()) await db.write(await caseRows(keys, { id, number: `PA-2611-${'ABCDEFGHJKMN'[n]}222`, now }))
  db.close()

  const acknowledged = new Map<string, string>()
  let over = false
  const work = Promise.all(ids.map((id) => carry(id, acknowledged))).finally(() => {
    over = true
  })
  work.catch(() => {})
  let killed = 0
  for (; killed < KILLS && !over; killed++) {
    // By what is done, not by the clock: a quick machine would be through before it is killed twice.
    const due = ((killed + 1) * RANK.length * CASES) / (KILLS + 1)
    while (stepsOf(acknowledged) < due && !over) await pause(1)
    await pause(Math.random() * 15)
    await kill()
    const looking = openDb({ url: program.databaseUrl() })
    await check(looking, acknowledged)
    looking.close()
    await start()
  }
  await work
  const last = openDb({ url: program.databaseUrl() })
  await check(last, acknowledged)
  expect(await last.read('SELECT state, count(*) AS n FROM hand_overs GROUP BY state')).toEqual([{ state: 'answered', n: CASES }])
  last.close()
  expect(killed).toBeGreaterThan(1)
}, 600_000)
