/**
 * "Rút phản ánh" as members do it: on every kind of channel, by the receipt from any account, in words without accents, from
 * the talk about a report; what is said before and after; what happens when two want different things of one case at once.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { caseReasons } from '../content/data/case-reasons.ts'
import { addAnswer } from '../db/case-answers.ts'
import { listShelf, listWithdrawn, readCase, requireCase } from '../db/case-desk.ts'
import { listEvents } from '../db/case-events.ts'
import { addIdentity } from '../db/case-links.ts'
import { mergeCases, unmergeCase } from '../db/case-merge.ts'
import { tellMember } from '../db/case-notes.ts'
import { loadReasons } from '../db/case-reasons.ts'
import { listKeptObjects } from '../db/photo-copies.ts'
import { findWithdrawable, withdrawCase } from '../db/withdrawals.ts'
import type { Statement } from '../src/chat.ts'
import { createFigures } from '../src/figures.ts'
import { goneObjectsJob } from '../src/gone-objects.ts'
import { textOf } from './harness.ts'
import { addTestOfficer, deskAt } from './people.ts'
import { CHANNELS, type Filed, type Member, openTalkDesk, type TalkDesk } from './talk-desk.ts'

const ASKED = 'Bạn muốn rút phản ánh gửi tháng 11/2026 phải không?'
const HOUR_MS = 3_600_000

let talk: TalkDesk
beforeEach(async () => {
  talk = await openTalkDesk(() => 0.5)
  await talk.bot.db.write([loadReasons(caseReasons)])
})
afterEach(() => talk.close())

const an = () => deskAt(talk.bot.db, talk.bot.keys, 'an', talk.bot.clock.now())
/** Rows anywhere that name this case, but its own. */
async function namedBy(id: string): Promise<string[]> {
  const { db, keys } = talk.bot
  const tables = await db.read(
    `SELECT m.name AS tab, c.name AS col FROM sqlite_schema m JOIN pragma_table_info(m.name) c
     WHERE m.type = 'table' AND c.name IN ('case_id', 'other_id', 'case_tag', 'merged_into')`,
  )
  const found: string[] = []
  for (const { tab, col } of tables) {
    const value = col === 'case_tag' ? await keys.tag('case', id) : id
    const rows = await db.read(`SELECT * FROM ${tab} WHERE ${col} = ?`, [value])
    found.push(...rows.map((row) => `${tab}${row.kind ? ` ${row.kind}` : ''}`))
  }
  return found
}
const merge = async (main: Filed, other: Filed) => {
  const version = async ({ id }: Filed) => Number((await talk.caseOf(id)).version)
  await mergeCases(await an(), { id: main.id, version: await version(main) }, { id: other.id, version: await version(other) })
}
const sent = (id: string): Statement[] => [
  {
    sql: `INSERT INTO hand_overs(id, case_id, authority_id, state, hour, due_day, officer_id, box) VALUES (?, ?, 'qltt', 'sent', '2026-11-23T02Z', '2026-12-21', 'an', ?)`,
    args: [`h-${id}`, id, new Uint8Array(40)],
  },
  {
    sql: `INSERT INTO authorities(id, kind, name, phone) VALUES ('qltt', 'qltt', 'Chi cục Quản lý thị trường tỉnh Mẫu', '02203 000 000') ON CONFLICT DO NOTHING`,
    args: [],
  },
  { sql: 'UPDATE cases SET version = version + 1 WHERE id = ?', args: [id] },
]
const receiptIn = async (who: Member, { receipt }: Filed) => {
  await who.says(receipt)
  return who.taps('Rút phản ánh')
}

describe('a report is taken back', () => {
  test.each(CHANNELS)('on %s: by its receipt, after one question that says what goes and what stays', async (channel) => {
    const { db, keys } = talk.bot
    const lan = talk.bot.person('7100200300', channel)
    const filed = await talk.files(lan)
    await db.write([await addIdentity(keys, filed.id, { name: 'Nguyễn Thị Mẫu Mực' }, null)])
    await talk.asks(filed.id, 'Bạn còn giữ vỏ hộp không?')
    await talk.pass(8)
    await lan.says(`xem ${talk.wordOf(lan)}`)
    await lan.says('Còn giữ vỏ hộp')
    await lan.says('gửi')
    await talk.asks(filed.id, 'Vỏ màu gì?').catch(() => {})
    await lan.says(filed.receipt)
    // With buttons, or by typing where there are none.
    const asked = textOf(channel === 'zalo-bot' ? await lan.says('rút phản ánh') : await lan.taps('Rút phản ánh'))
    expect(asked).toContain(ASKED)
    for (const said of ['Sẽ xóa', 'Còn lại', 'không lấy lại được', 'Không ai được ép bạn']) expect(asked).toContain(said)
    const done = textOf(await lan.says('có, rút phản ánh'))
    expect(done).toContain('Đã rút phản ánh')
    expect(done).toContain(channel === 'web' ? 'Cuộc trò chuyện cũ trên trang này cũng đã được xóa' : 'trên máy của bạn')

    const row = await talk.caseOf(filed.id)
    expect(row).toMatchObject({ state: 'closed', gone: 'withdrawn', reason_id: 'withdrawn', outcome_id: 'withdrawn', kind: 'unsure' })
    expect(row).toMatchObject({ number: filed.receipt.slice(0, 12), opened_hour: '2026-10-31T17Z', due_day: '', rank: 2 })
    expect(await namedBy(filed.id)).toEqual(['case_events withdrawn'])
    expect(await db.read('SELECT * FROM outbox WHERE notice_tag IS NOT NULL')).toEqual([])
    const open = await readCase(await an(), filed.id)
    expect(open.report).toEqual({ kind: 'unsure', signs: '', openedAt: '2026-10-31T17:00:00.000Z' })
    expect(textOf(await lan.says(filed.receipt))).toMatch(/Tình trạng: Đã rút\.\nPhản ánh đã được rút theo ý người gửi\./)
  })

  test('from another account and another channel by the receipt alone, and nobody else by the number', async () => {
    const filed = await talk.files(talk.bot.person('7100200300'))
    const stranger = talk.bot.person('555', 'zalo')
    await stranger.says('rút phản ánh')
    expect(textOf(await stranger.says(filed.receipt.slice(0, 12)))).toContain('chưa thấy mã nhận')
    expect(textOf(await stranger.says(`${filed.receipt.slice(0, 12)}-2222-2222`))).toContain('Không tìm thấy phản ánh')
    await stranger.says('rut phan anh')
    expect(textOf(await stranger.says(filed.receipt.toLowerCase().replaceAll('-', ' ')))).toContain(ASKED)
    expect((await talk.caseOf(filed.id)).gone).toBeNull()
    await stranger.says('1')
    expect((await talk.caseOf(filed.id)).gone).toBe('withdrawn')
  })

  test('in words without accents from the talk about it, and by its member’s own list', async () => {
    const lan = talk.bot.person('7100200300')
    const one = await talk.files(lan)
    await talk.asks(one.id, 'Bạn mua ở đâu?')
    await talk.pass(8)
    await lan.says(`xem ${talk.wordOf(lan)}`)
    expect(textOf(await lan.says('rut phan anh'))).toContain(ASKED)
    await lan.says('co rut')
    expect((await talk.caseOf(one.id)).gone).toBe('withdrawn')

    const two = await talk.files(lan)
    expect(textOf(await lan.says('toi muon rut phan anh'))).toContain('Bạn muốn rút phản ánh nào?')
    expect(textOf(await lan.says('1'))).toContain(ASKED)
    expect(textOf(await lan.says('không rút'))).toContain('Chưa xóa gì')
    expect((await talk.caseOf(two.id)).gone).toBeNull()
  })

  test('or not: the way to help for who is forced stands under the question, and nothing goes without a yes', async () => {
    const lan = talk.bot.person('7100200300')
    const filed = await talk.files(lan)
    await receiptIn(lan, filed)
    expect(textOf(await lan.taps('Tôi bị đe dọa, bị ép rút'))).toContain('113')
    const hoa = talk.bot.person('555')
    await receiptIn(hoa, filed)
    // Sent twice is no yes.
    expect(textOf(await hoa.says('rút phản ánh'))).toContain('Bạn chọn “Có, rút phản ánh” hoặc “Không rút”')
    expect(textOf(await hoa.says('để xem đã'))).toContain('Bạn chọn “Có, rút phản ánh” hoặc “Không rút”')
    expect((await talk.caseOf(filed.id)).gone).toBeNull()
    // A button of a question that is over does nothing.
    await hoa.says('không rút')
    expect(textOf(await hoa.sends({ payload: 'withdraw:go:' }))).toContain('bước đã qua')
    expect(textOf(await hoa.sends({ payload: 'track:go:' }))).not.toContain('Đã rút')
    expect((await talk.caseOf(filed.id)).gone).toBeNull()
  })

  test('and who forced her sees in no list that it was taken back: it stays with who had it', async () => {
    const { db, keys, clock } = talk.bot
    const lan = talk.bot.person('7100200300')
    const hoa = talk.bot.person('555')
    const [alone, merged, main] = [await talk.files(lan), await talk.files(lan), await talk.files(hoa)]
    await merge(main, merged)
    await addTestOfficer(db, keys, 'quandoc', 'tinh', ['case'])
    for (const { id } of [alone, main])
      await db.write([{ sql: "UPDATE cases SET restricted = 1, rank = 0, assignee_id = 'an' WHERE id = ?", args: [id] }])
    for (const filed of [alone, merged]) {
      await receiptIn(lan, filed)
      await lan.says('có, rút')
      expect((await talk.caseOf(filed.id)).gone).not.toBeNull()
    }
    const seen = async (officer: string) => {
      const desk = await deskAt(db, keys, officer, clock.now())
      const shelf = await listShelf(desk, 'closed', { limit: 9 })
      const back = await listWithdrawn(desk, { since: '2026-11-01T00Z', limit: 9 })
      return [...new Set([...shelf, ...back].map(({ id }) => id))].sort()
    }
    expect(await seen('quandoc')).toEqual([])
    expect(await seen('an')).toEqual([alone.id, merged.id].sort())
  })

  test('once: a second yes says so, a closed one is not taken back, and nothing more comes into it', async () => {
    const lan = talk.bot.person('7100200300')
    const filed = await talk.files(lan)
    await receiptIn(lan, filed)
    const hoa = talk.bot.person('555')
    await receiptIn(hoa, filed)
    await lan.says('có, rút')
    const { version } = await talk.caseOf(filed.id)
    expect(textOf(await hoa.says('có, rút'))).toContain('Phản ánh này đã được rút rồi')
    expect(textOf(await lan.says('rút phản ánh'))).not.toContain(ASKED)
    expect(textOf(await lan.says(filed.receipt))).not.toContain('Trả lời')
    expect(
      await addAnswer({ ...talk.bot, id: () => 'x', now: talk.bot.clock.now() }, filed.id, { text: 'a', photos: [], danger: false }),
    ).toBe('closed')
    await lan.says('bị đe dọa')
    await lan.says('nhập mã nhận')
    await lan.says(filed.receipt)
    expect(textOf(await lan.says('Tổ trưởng dọa đuổi việc'))).toContain('không còn lưu')
    expect((await talk.caseOf(filed.id)).version).toBe(version)

    const other = await talk.files(lan)
    await talk.act(other.id, { kind: 'moved', detail: { from: 'new', to: 'closed' } }, [
      "state = 'closed', closed_hour = ?",
      ['2026-11-23T02Z'],
    ])
    expect(textOf(await lan.says(other.receipt))).not.toContain('Rút phản ánh')
    expect(textOf(await lan.sends({ payload: `withdraw:of:${other.receipt.replaceAll('-', '')}` }))).toContain('đã khép lại')
  })

  test('and what was typed on the page is gone from the page too', async () => {
    const { db } = talk.bot
    const lan = talk.bot.person('guest-of-the-page', 'web')
    const filed = await talk.files(lan, { signs: 'chữ trên nhãn bị lem' })
    const lines = async () => Number((await db.read('SELECT count(*) AS n FROM transcript'))[0]?.n)
    expect(await lines()).toBeGreaterThan(5)
    const zalo = talk.bot.person('246845883529197922', 'zalo')
    await receiptIn(zalo, filed)
    await zalo.says('có, rút')
    expect(await lines()).toBe(0)
  })
})

describe('a report that is not its member’s alone any more', () => {
  test('was handed over: the authority is named, name and way back go, what was handed over stays, and officers go on', async () => {
    const { db, keys } = talk.bot
    const lan = talk.bot.person('7100200300')
    const filed = await talk.files(lan)
    await db.write([...sent(filed.id), await addIdentity(keys, filed.id, { name: 'Nguyễn Thị Mẫu Mực' }, null)])
    const asked = textOf(await receiptIn(lan, filed))
    for (const said of [
      'Chi cục Quản lý thị trường tỉnh Mẫu, điện thoại 02203 000 000',
      'trợ lý không xóa được',
      'để chứng minh đã chuyển đi những gì',
    ])
      expect(asked).toContain(said)
    expect(textOf(await lan.says('có, rút'))).toContain('cơ quan đã nhận giữ bản của họ')
    expect(await talk.caseOf(filed.id)).toMatchObject({ gone: 'partly', state: 'new', closed_hour: null })
    expect((await readCase(await an(), filed.id)).report.signs).toContain('hộp sữa nhãn in mờ')
    expect(await namedBy(filed.id)).toEqual(['case_events opened', 'case_events withdrawn', 'hand_overs'])
    await expect(requireCase(await an(), filed.id, 'case.work')).resolves.toMatchObject({ gone: 'partly' })
    const version = Number((await talk.caseOf(filed.id)).version)
    await expect(tellMember(await an(), filed.id, { version, text: 'Cán bộ đã xem.' })).rejects.toThrow('case.member_left')
    expect(textOf(await lan.says(filed.receipt))).toMatch(/Tình trạng: Đã rút/)
  })

  test('was handed over: of its photos the covered copy that left the house stays and nothing else, and no draft of another paper', async () => {
    const { db } = talk.bot
    const lan = talk.bot.person('7100200300')
    const filed = await talk.files(lan)
    const photo = (id: string) => ({
      sql: "INSERT INTO photos(id, case_id, channel, state, due_at, give_up_at, day) VALUES (?, ?, '', 'stored', 0, 0, '2026-11-23')",
      args: [id, filed.id],
    })
    const copy = (id: string, of: string, place: number, cleared: number) => ({
      sql: "INSERT INTO photo_copies(id, photo_id, place, hour, officer_id, cleared, facts) VALUES (?, ?, ?, '2026-11-23T02Z', 'an', ?, x'00')",
      args: [id, of, place, cleared],
    })
    await db.write([
      ...['a', 'b', 'c'].map(photo),
      ...[copy('k1', 'a', 1, 1), copy('k2', 'a', 2, 1), copy('k3', 'c', 1, 1), copy('k4', 'c', 2, 0)],
      ...sent(filed.id),
      {
        sql: "INSERT INTO hand_overs(id, case_id, authority_id, state, hour, due_day, officer_id, box) VALUES ('draft', ?, 'qltt', 'draft', '2026-11-23T02Z', '2026-12-21', 'an', x'00')",
        args: [filed.id],
      },
    ])
    await receiptIn(lan, filed)
    await lan.says('có, rút')
    expect(await db.read('SELECT id, reason FROM photos')).toEqual([{ id: 'a', reason: 'cleared_only' }])
    expect(await db.read('SELECT id FROM photo_copies')).toEqual([{ id: 'k2' }])
    expect(await db.read('SELECT id FROM hand_overs')).toEqual([{ id: `h-${filed.id}` }])
    const going = (await db.read('SELECT name FROM gone_objects')).map(({ name }) => String(name))
    expect(going).toEqual(expect.arrayContaining(['a', 'a-view', 'a-rk1', 'b', 'b-view', 'c', 'c-view', 'c-rk3', 'c-rk4']))
    expect(going).not.toContain('a-rk2')
    expect([...(await listKeptObjects(db, ['a-rk2', 'a-rk1', 'b', 'c-rk4']))]).toEqual(['a-rk2'])
  })

  test('was handed over while officers’ words were on their way: they are heard by nobody, and nothing waits for them', async () => {
    const { db } = talk.bot
    const lan = talk.bot.person('7100200300')
    const filed = await talk.files(lan)
    await talk.asks(filed.id, 'Bạn còn giữ vỏ hộp không?')
    await talk.pass(8)
    await talk.tells(filed.id, 'Cán bộ đã xem.')
    await db.write(sent(filed.id))
    expect((await talk.events(filed.id)).map(({ kind, relay }) => `${kind} ${relay}`)).toEqual([
      'opened null',
      'asked queued',
      'told waiting',
    ])
    const zalo = talk.bot.person('246845883529197922', 'zalo')
    await zalo.says('rút phản ánh')
    await zalo.says(filed.receipt)
    await zalo.says('có, rút')
    expect((await talk.events(filed.id)).map(({ kind, relay }) => `${kind} ${relay}`)).toEqual([
      ...['opened null', 'asked receipt', 'told receipt', 'withdrawn null'],
    ])
    const before = lan.heard().length
    talk.bot.clock.advance(3 * HOUR_MS)
    await talk.pass(10)
    expect(lan.heard().length).toBe(before)
  })

  test('was handed over while its member read the question: nothing goes, and they are asked again', async () => {
    const lan = talk.bot.person('7100200300')
    const filed = await talk.files(lan)
    await receiptIn(lan, filed)
    await talk.bot.db.write(sent(filed.id))
    const again = textOf(await lan.says('có, rút'))
    expect(again).toContain('vừa có thay đổi')
    expect(again).toContain('Chi cục Quản lý thị trường')
    expect((await talk.caseOf(filed.id)).gone).toBeNull()
    await lan.says('có, rút')
    expect((await talk.caseOf(filed.id)).gone).toBe('partly')
  })

  test('was merged into another: it leaves with its member’s words, and the undoing of the other merges is exact', async () => {
    const { db, keys } = talk.bot
    const [lan, hoa, mai] = ['7100200300', '555', '777'].map((id) => talk.bot.person(id)) as [Member, Member, Member]
    const main = await talk.files(lan, { signs: 'lời của Lan' })
    const part = await talk.files(hoa, { signs: 'lời của Hoa' })
    const third = await talk.files(mai, { signs: 'lời của Mai' })
    await merge(main, part)
    await merge(main, third)
    for (const [who, word, danger] of [
      [part, 'Hoa nói thêm', true],
      [third, 'Mai nói thêm', false],
    ] as const) {
      const added = await addAnswer({ ...talk.bot, id: () => `say-${who.id}`, now: talk.bot.clock.now() }, who.id, {
        text: word,
        photos: [],
        danger,
      })
      if (!Array.isArray(added)) throw new Error(added)
      await db.write(added)
    }
    expect((await talk.caseOf(main.id)).rank).toBe(1)
    const asked = textOf(await receiptIn(hoa, part))
    expect(asked).toContain('Phản ánh của người khác về cùng việc này không bị ảnh hưởng')
    await hoa.says('có, rút')

    expect(await talk.caseOf(part.id)).toMatchObject({ gone: 'withdrawn', state: 'closed', merged_into: null })
    const thread = await listEvents(db, keys, main.id, { limit: 50 })
    expect(thread.map(({ text }) => text).filter(Boolean)).toEqual(['Mai nói thêm'])
    expect(thread.at(-1)).toMatchObject({ kind: 'withdrawn', officerId: null, detail: { of: part.id } })
    // What the one who left had raised it to is taken back; what others said stays marked.
    expect(await talk.caseOf(main.id)).toMatchObject({ rank: 2, state: 'new', gone: null })
    expect(Number((await talk.caseOf(main.id)).marked)).toBeLessThan(1)
    await unmergeCase(await an(), third.id, Number((await talk.caseOf(main.id)).version))
    expect(await talk.caseOf(third.id)).toMatchObject({ merged_into: null, state: 'new', gone: null })
    expect((await listEvents(db, keys, third.id, { limit: 50 })).map(({ text }) => text).filter(Boolean)).toEqual(['Mai nói thêm'])
    expect((await readCase(await an(), third.id)).report.signs).toContain('lời của Mai')
  })

  test('others were merged into it: its own words go, the case goes on for them, and each can still be taken out', async () => {
    const { db, keys } = talk.bot
    const [lan, hoa] = [talk.bot.person('7100200300'), talk.bot.person('555')]
    const main = await talk.files(lan, { signs: 'lời của Lan' })
    const part = await talk.files(hoa, { signs: 'lời của Hoa' })
    await merge(main, part)
    const told = { kind: 'fake', signs: 'lời của Lan', openedAt: '2026-11-23T02:00:00.000Z', keptFrom: 'xa' }
    await db.write([
      { sql: 'UPDATE cases SET box = ? WHERE id = ?', args: [await keys.seal('case', JSON.stringify(told), main.id), main.id] },
    ])
    for (const who of [main, part]) {
      const added = await addAnswer({ ...talk.bot, id: () => `say-${who.id}`, now: talk.bot.clock.now() }, who.id, {
        ...{ text: `thêm của ${who.id}`, photos: [], danger: false },
      })
      if (!Array.isArray(added)) throw new Error(added)
      await db.write(added)
    }
    await db.write(
      ['member', 'letter', 'officer'].map((source) => ({
        sql: "INSERT INTO photos(id, case_id, channel, state, due_at, give_up_at, day, source) VALUES (?1, ?2, '', 'stored', 0, 0, '2026-11-23', ?1)",
        args: [source, main.id],
      })),
    )
    await receiptIn(lan, main)
    await lan.says('có, rút')
    expect(await talk.caseOf(main.id)).toMatchObject({ gone: 'partly', state: 'new' })
    expect(await db.read('SELECT id FROM photos')).toEqual([{ id: 'officer' }])
    // Whom it was kept from still sees nothing of what others told there (R8).
    expect((await readCase(await an(), main.id)).report).toMatchObject({ signs: '', keptFrom: 'xa' })
    expect((await listEvents(db, keys, main.id, { limit: 50 })).map(({ text }) => text).filter(Boolean)).toEqual([`thêm của ${part.id}`])
    // The other member notices nothing, and is answered as before.
    expect(textOf(await hoa.says(part.receipt))).toContain('Tình trạng: Mới')
    await talk.tells(main.id, 'Cán bộ đã xem.')
    await talk.pass(8)
    expect(talk.noticesTo(hoa)).toHaveLength(1)
    expect(talk.noticesTo(lan)).toHaveLength(0)
    await unmergeCase(await an(), part.id, Number((await talk.caseOf(main.id)).version))
    expect((await readCase(await an(), part.id)).report.signs).toContain('lời của Hoa')
    expect((await listEvents(db, keys, part.id, { limit: 50 })).map(({ text }) => text).filter(Boolean)).toContain(`thêm của ${part.id}`)
  })
})

describe('of two who want something of one case at once exactly one wins', () => {
  const parts = () => ({ ...talk.bot, id: () => `w${Math.random().toString(36).slice(2, 12)}`, now: talk.bot.clock.now() })
  const withdraws = async (id: string) => {
    const found = await findWithdrawable(talk.bot.db, id)
    if (!found) throw new Error('no case')
    return withdrawCase(parts(), found, 'nobody')
  }
  const ends = async (...batches: Statement[][]) =>
    (await Promise.allSettled(batches.map((batch) => talk.bot.db.write(batch)))).map(({ status }) => status === 'fulfilled')

  test('two withdrawals', async () => {
    const filed = await talk.files(talk.bot.person('7100200300'))
    expect(await ends(await withdraws(filed.id), await withdraws(filed.id))).toEqual([true, false])
    expect((await talk.events(filed.id)).map(({ kind }) => kind)).toEqual(['withdrawn'])
  })

  test.each(['first', 'last'] as const)('a withdrawal and a hand-over, the hand-over %s', async (when) => {
    const filed = await talk.files(talk.bot.person('7100200300'))
    const { changeCase } = await import('../db/case-change.ts')
    const desk = await an()
    const hands = [
      ...(await changeCase(desk, await requireCase(desk, filed.id, 'case.work'), {
        ...{ set: ["state = 'referred'", []] as [string, string[]], event: { kind: 'referred', detail: { from: 'new', to: 'referred' } } },
      })),
    ]
    const takes = await withdraws(filed.id)
    expect(await ends(...(when === 'first' ? [hands, takes] : [takes, hands]))).toEqual([true, false])
    expect((await talk.caseOf(filed.id)).state).toBe(when === 'first' ? 'referred' : 'closed')
  })

  test('nor does a withdrawal rely on the case’s version alone: a paper that is out keeps its case', async () => {
    const filed = await talk.files(talk.bot.person('7100200300'))
    const going = await withdraws(filed.id)
    await talk.bot.db.write([
      {
        sql: "INSERT INTO hand_overs(id, case_id, authority_id, state, hour, due_day, officer_id, box) VALUES ('h1', ?, 'q', 'sent', '2026-11-23T02Z', '2026-12-21', 'an', x'00')",
        args: [filed.id],
      },
    ])
    expect(await ends(going)).toEqual([false])
    expect(await talk.caseOf(filed.id)).toMatchObject({ state: 'new' })
  })

  test('a withdrawal and an officer’s act: the officer is told why', async () => {
    const filed = await talk.files(talk.bot.person('7100200300'))
    await talk.bot.db.write(await withdraws(filed.id))
    await expect(requireCase(await an(), filed.id, 'case.work')).rejects.toThrow('case.is_withdrawn')
    await expect(requireCase(await an(), filed.id, 'case.assign')).rejects.toThrow('case.is_withdrawn')
    await expect(requireCase(await an(), filed.id, 'case.read')).resolves.toMatchObject({ gone: 'withdrawn' })
  })

  test.each(['first', 'last'] as const)('a withdrawal and a merge, the merge %s', async (when) => {
    const [main, part] = [await talk.files(talk.bot.person('1')), await talk.files(talk.bot.person('2'))]
    const takes = await withdraws(part.id)
    if (when === 'first') {
      await merge(main, part)
      expect(await ends(takes)).toEqual([false])
      expect(await talk.caseOf(part.id)).toMatchObject({ gone: null, merged_into: main.id })
    } else {
      await talk.bot.db.write(takes)
      await expect(merge(main, part)).rejects.toThrow('case.is_withdrawn')
    }
    // Of one that others were just merged into, the whole is not emptied.
    const [a, b] = [await talk.files(talk.bot.person('3')), await talk.files(talk.bot.person('4'))]
    const late = await withdraws(a.id)
    await merge(a, b)
    expect(await ends(late)).toEqual([false])
  })

  test('two yeses at once from two accounts: one is done, the other reads that it is', async () => {
    const filed = await talk.files(talk.bot.person('7100200300'))
    const [hoa, mai] = [talk.bot.person('555'), talk.bot.person('777', 'zalo')]
    await receiptIn(hoa, filed)
    await receiptIn(mai, filed)
    await Promise.all([hoa.says('có, rút'), mai.says('có, rút')])
    await talk.bot.dispatcher.drain()
    const last = [hoa, mai].map((one) => one.heard().at(-1)?.text ?? '')
    expect(last.filter((text) => text.includes('Đã rút phản ánh và xóa')).length).toBe(1)
    expect(last.filter((text) => text.includes('đã được rút rồi')).length).toBe(1)
  })
})

test('officers hear of it in the morning by a number alone, and figures count it as its own outcome', async () => {
  const { db, clock } = talk.bot
  const { createCaseReminders } = await import('../src/case-reminders.ts')
  const filed = await talk.files(talk.bot.person('7100200300'))
  const again = talk.bot.person('555')
  await receiptIn(again, filed)
  await again.says('có, rút')
  const chat = talk.bot.person('chat-an')
  await chat.says('/start')
  await db.write([
    { sql: "UPDATE officers SET contact_id = (SELECT contact_id FROM addresses WHERE native = 'chat-an') WHERE id = 'an'", args: [] },
    { sql: "UPDATE cases SET unit_id = 'tinh' WHERE id = ?", args: [filed.id] },
  ])
  clock.set('2026-11-24T01:00:00.000Z')
  const reminders = createCaseReminders({ ...talk.bot, publicUrl: null, log: () => {} })
  await reminders.remind(clock.now())
  await talk.bot.dispatcher.drain()
  expect(textOf(chat.heard())).toContain('1 phản ánh vừa được người gửi rút')
  const said = chat.heard().length
  clock.set('2026-11-25T01:00:00.000Z')
  await reminders.remind(clock.now())
  await talk.bot.dispatcher.drain()
  expect(chat.heard().length).toBe(said)
})

test.each([
  [6, ['kind case_received unsure 6', 'outcome case_closed withdrawn 6']],
  [4, []],
])('figures count %i that were taken back as their own outcome, and hide fewer than five', async (n, shown) => {
  const { db, clock } = talk.bot
  const figures = createFigures({ db, log: () => {} })
  await figures.open(clock.now())
  for (let i = 0; i < n; i++) {
    const who = talk.bot.person(`71002003${i}`)
    const filed = await talk.files(who)
    await db.write([{ sql: "UPDATE cases SET unit_id = 'co-so' WHERE id = ?", args: [filed.id] }])
    await receiptIn(who, filed)
    await who.says('có, rút')
  }
  const december = new Date('2026-12-01T19:30:00.000Z')
  await figures.open(december)
  await figures.publish(december)
  const rows = await db.read(
    "SELECT cut, what, key, n FROM figures WHERE cut IN ('kind', 'outcome') AND key <> '' AND n IS NOT NULL ORDER BY cut",
  )
  expect(rows.map(({ cut, what, key, n: many }) => `${cut} ${what} ${key} ${many}`)).toEqual(shown)
})

test('the job deletes the objects, says it again until the store has, and empties the log', async () => {
  const { db } = talk.bot
  const gone: string[] = []
  let fails = true
  const job = goneObjectsJob({
    db,
    log: () => {},
    evidence: {
      async delete(name) {
        if (fails && name === 'b') throw new Error('the store is away')
        gone.push(name)
      },
    },
  })
  await db.write(['a', 'b'].map((name) => ({ sql: 'INSERT INTO gone_objects(name) VALUES (?)', args: [name] })))
  await job.run(new Date())
  expect(await db.read('SELECT name FROM gone_objects')).toEqual([{ name: 'b' }])
  fails = false
  await job.run(new Date(Date.now() + HOUR_MS))
  expect(gone).toEqual(['a', 'b'])
  expect(await db.read('SELECT name FROM gone_objects')).toEqual([])
})
