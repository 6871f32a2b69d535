/**
 * A paper that says that somebody reported: got by receipt in chat, checked by anybody on the public page, without a name,
 * without a state, and without telling which numbers exist.
 */

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openCase } from '../db/cases.ts'
import { FIND_FILED, findFiled, proofOf } from '../db/filing-proofs.ts'
import { dropCases } from '../db/retention-cases.ts'
import { readProof } from '../src/filing-proof.ts'
import { randomId, secureRandom } from '../src/keys.ts'
import { NO_HOLIDAYS } from '../src/working-days.ts'
import { type ApiDesk, openApiDesk } from './api-desk.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'
import { unitRows } from './people.ts'

const NUMBER = 'PA-2611-7K3Q'
const RECEIPT = `${NUMBER}-M4TD-9XWE`
const CODE = /Mã xác nhận: ([2-9A-Z]{4}(?:-[2-9A-Z]{4}){3})/

async function opens(
  { db, keys, clock }: Pick<Bot, 'db' | 'keys' | 'clock'>,
  receipt = RECEIPT,
  unitId: string | null = 'xa',
): Promise<string> {
  const id = randomId(secureRandom)
  await db.write(
    await openCase(keys, {
      id,
      eventId: randomId(secureRandom),
      number: receipt.slice(0, 12),
      receipt,
      report: { kind: 'fake', signs: 'Tem in mờ, mực lem', place: 'Sạp chị Bưởi' },
      danger: false,
      unitId,
      photos: [],
      identity: { told: { name: 'Nguyễn Thị Mẫu Mực', phone: '0912 345 678' }, contactId: 'c1' },
      holidays: NO_HOLIDAYS,
      now: clock.now(),
    }),
  )
  return id
}

describe('in chat', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot({
      channels: [
        fakeChannel('telegram'),
        fakeChannel('zalo', { buttons: 0, documents: false }),
        fakeChannel('web', { text: 8_000, buttons: 12 }),
      ],
    })
    await bot.db.write(unitRows())
  })
  afterEach(() => bot.close())

  test('whoever holds the receipt gets a file with number, month, kind, unit, code and link, and nothing of a person', async () => {
    await opens(bot)
    const lan = bot.person('1')
    expect(textOf(await lan.says('giấy xác nhận'))).toContain('mã nhận')
    const [message] = await lan.says(RECEIPT)
    const paper = message?.document?.text ?? ''
    expect(message?.document?.name).toBe(`giay-xac-nhan-${NUMBER}.txt`)
    for (const part of [NUMBER, '11/2026', 'Hàng nghi giả', 'Công đoàn xã Mẫu']) expect(paper).toContain(part)
    const code = CODE.exec(paper)?.[1]
    expect(paper).toContain(`https://bot.example.vn/xac-nhan/${NUMBER}/${code}`)
    for (const hidden of ['M4TD', '9XWE', 'Mẫu Mực', '0912', 'Bưởi', 'Tem', 'Mới', '23/11', 'Tình trạng']) {
      expect(`${paper} ${message?.text}`).not.toContain(hidden)
    }
    expect(message?.buttons).toContainEqual({ label: 'Mở trang xác nhận', url: `https://bot.example.vn/xac-nhan/${NUMBER}/${code}` })
  })

  test('where no file is carried it is a message, where nothing is shown but text it can be asked for in words', async () => {
    await opens(bot)
    const hoa = bot.person('2', 'zalo')
    await hoa.says('giay xac nhan phan anh')
    const answer = textOf(await hoa.says('pa26117k3qm4td9xwe'))
    expect(answer).toMatch(CODE)
    expect(answer).toContain(`/xac-nhan/${NUMBER}/`)
    const mai = bot.person('3', 'web')
    await mai.says('/giayxacnhan')
    expect((await mai.says(RECEIPT))[0]?.document?.text).toMatch(CODE)
  })

  test('after its state was shown, one tap is enough', async () => {
    await opens(bot)
    const lan = bot.person('1')
    await lan.says(RECEIPT)
    expect((await lan.taps('Giấy xác nhận'))[0]?.document?.text).toContain(NUMBER)
    const hoa = bot.person('2', 'zalo')
    await hoa.says(RECEIPT)
    expect(textOf(await hoa.says('2'))).toMatch(CODE)
  })

  test('the same case always has the same code, on every channel', async () => {
    await opens(bot)
    const codes = new Set<string | undefined>()
    for (const [i, channel] of ['telegram', 'zalo', 'web'].entries()) {
      const one = bot.person(`n${i}`, channel)
      await one.says('giấy xác nhận')
      const said = await one.says(RECEIPT)
      codes.add(CODE.exec(`${textOf(said)} ${said[0]?.document?.text}`)?.[1])
    }
    expect([...codes]).toHaveLength(1)
  })

  test('a number is no receipt, a wrong receipt counts with those of the state, and a forged button is a guess like any other', async () => {
    await opens(bot)
    const lan = bot.person('1')
    await lan.says('giấy xác nhận')
    expect(textOf(await lan.says(NUMBER))).toContain('chưa đủ')
    expect(textOf(await lan.says('tôi quên mất rồi nhé'))).toContain('chưa thấy mã nhận')
    for (let i = 0; i < 2; i++) expect(textOf(await lan.says(`${NUMBER}-2222-222${i + 2}`))).toContain('Không tìm thấy')
    for (let i = 0; i < 2; i++) {
      expect(textOf(await lan.sends({ payload: `filing_proof:of:PA26117K3Q2222223${i + 4}` }))).toContain('Không tìm thấy')
    }
    expect(textOf(await lan.says('tra phản ánh'))).toContain('mã nhận')
    expect(textOf(await lan.says(`${NUMBER}-2222-2229`))).toContain('Không tìm thấy')
    expect(textOf(await lan.says(RECEIPT))).toContain('chờ thêm')
    expect(textOf(await lan.sends({ payload: 'filing_proof:of:PA26117K3QM4TD9XWE' }))).toContain('chờ thêm')
    expect(await bot.db.read('SELECT count(*) AS n FROM proof_units')).toEqual([{ n: 0 }])
  })

  test('a case of no unit names who runs the assistant; without an address outside the paper says where to ask', async () => {
    await opens(bot, RECEIPT, null)
    bot.about.publicUrl = null
    const lan = bot.person('1')
    await lan.says('giấy xác nhận')
    const paper = (await lan.says(RECEIPT))[0]?.document?.text ?? ''
    expect(paper).toContain('Nơi tiếp nhận: LĐLĐ tỉnh Mẫu')
    expect(paper).toContain('hỏi nơi tiếp nhận')
    expect(paper).not.toContain('http')
  })

  test('nothing is kept of who asked for a paper, or for which case', async () => {
    const id = await opens(bot)
    const lan = bot.person('1')
    await lan.says('giấy xác nhận')
    await lan.says(RECEIPT)
    const kept = JSON.stringify([await bot.db.read('SELECT * FROM proof_units'), await bot.db.read('SELECT tag, count FROM tries')])
    for (const word of [NUMBER, id, RECEIPT]) expect(kept).not.toContain(word)
    expect(bot.lines.join('\n')).not.toContain(NUMBER)
  })

  test('the receipt is found by its index', async () => {
    const plan = await bot.db.read(`EXPLAIN QUERY PLAN ${FIND_FILED}`, ['x'])
    expect(plan.map(({ detail }) => String(detail)).join()).not.toContain('SCAN')
  })
})

describe('on the public page', () => {
  let desk: ApiDesk
  let code = ''
  let caseId = ''
  const page = async (path: string) => {
    const answer = await desk.product.app.request(`https://bot.example.vn${path}`)
    return { status: answer.status, html: await answer.text(), headers: answer.headers }
  }
  const isRight = (html: string) => html.includes(`Phản ánh ${NUMBER} đã được tiếp nhận trong tháng 11/2026 tại Công đoàn xã Mẫu.`)
  /** Body without what was typed. */
  const bare = (html: string) => html.replace(/value="[^"]*"/g, '')

  beforeEach(async () => {
    desk = await openApiDesk()
    caseId = await opens(desk)
    const filed = await findFiled(desk, RECEIPT)
    if (!filed) throw new Error('nothing filed')
    const proof = await proofOf({ db: desk.db, keys: desk.keys, random: secureRandom }, filed)
    await desk.db.write(proof.writes)
    code = proof.code
  })
  afterEach(() => desk.close())

  test('number and code of one paper are confirmed, by link, by form, and as people type them', async () => {
    expect((await page('/xac-nhan')).html).toContain('<form method="get" action="/xac-nhan">')
    expect(isRight((await page(`/xac-nhan/${NUMBER}/${code}`)).html)).toBe(true)
    const typed = `so=pa+2611+7k3q&ma=${encodeURIComponent(code.toLowerCase().replaceAll('-', ' '))}`
    expect(isRight((await page(`/xac-nhan?${typed}`)).html)).toBe(true)
    expect((await page(`/xac-nhan/${NUMBER}/${code}?lang=en`)).html).toContain('was received in 11/2026 at Công đoàn xã Mẫu')
  })

  test('it says no name, no state, no kind and no place', async () => {
    const { html } = await page(`/xac-nhan/${NUMBER}/${code}`)
    for (const hidden of [
      'Mẫu Mực',
      '0912',
      'Bưởi',
      'Tem',
      'nghi giả',
      'Mới',
      RECEIPT,
      caseId,
      '23/11',
      'mailto',
      '<script',
      'http:',
      'style="',
    ]) {
      expect(html).not.toContain(hidden)
    }
  })

  test('nothing of it comes from elsewhere, runs, is framed, kept or found by search machines', async () => {
    const { headers, html } = await page(`/xac-nhan/${NUMBER}/${code}`)
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('x-robots-tag')).toContain('noindex')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('set-cookie')).toBeNull()
    expect(html).toContain('name="robots" content="noindex')
    const loaded = [...html.matchAll(/(?:src|href|action)="([^"]+)"/g)].map(([, url]) => url)
    expect(loaded.every((url) => url?.startsWith('/xac-nhan'))).toBe(true)
    const style = await page('/xac-nhan/trang.css')
    expect(style.headers.get('content-type')).toContain('text/css')
    for (const law of ['prefers-color-scheme: dark', '@media print']) expect(style.html).toContain(law)
  })

  test('a number that exists and one that does not are answered word for word alike, and cost the same reads', async () => {
    const reads: string[] = []
    const { db } = desk
    const read = db.read
    db.read = (sql, args) => {
      reads.push(sql)
      return read(sql, args)
    }
    const wrong = '2222-2222-2222-2222'
    const answers = []
    for (const number of [NUMBER, 'PA-2611-2222', 'PA-2501-ABCD']) {
      reads.length = 0
      answers.push([bare((await page(`/xac-nhan/${number}/${wrong}`)).html), reads.join(';')])
    }
    expect(answers[0]?.[0]).toContain('Không khớp')
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual(answers[0])
    expect(reads.join()).not.toMatch(/\bcases\b/)
    db.read = read
  })

  test('another number, another unit’s letters, one letter changed, too short, too long: no match', async () => {
    const other = (at: number) => `${code.slice(0, at)}${code[at] === '2' ? '3' : '2'}${code.slice(at + 1)}`
    const places = [...code].flatMap((letter, at) => (letter === '-' ? [] : [at]))
    for (const at of places) expect((await page(`/xac-nhan/PA-2611-7K3Q/${other(at)}`)).html, String(at)).toContain('Không khớp')
    desk.clock.advance(60_000)
    for (const number of ['PA-2611-7K3R', 'PA-2612-7K3Q', 'PA-2511-7K3Q', 'PA-2613-7K3Q', 'x', '%00', '..%2F..'])
      expect((await page(`/xac-nhan/${number}/${code}`)).html, number).toContain('Không khớp')
    for (const typed of ['', code.slice(0, 18), `${code}2`, 'ạ'.repeat(16), '2'.repeat(5_000)])
      expect((await page(`/xac-nhan?so=${NUMBER}&ma=${encodeURIComponent(typed)}`)).html, typed).toContain('Không khớp')
  })

  test('markup in either field is shown as letters', async () => {
    const evil = `"'><script>alert(1)</script><img src=x onerror=alert(2)>`
    for (const path of [
      `/xac-nhan?so=${encodeURIComponent(evil)}&ma=${encodeURIComponent(evil)}`,
      `/xac-nhan/${encodeURIComponent(evil)}/${encodeURIComponent(evil)}`,
    ]) {
      const { html } = await page(path)
      expect(html).not.toMatch(/<script|<img/)
      expect(html).toContain('&lt;script')
    }
    await desk.db.write([{ sql: "UPDATE units SET name = ? WHERE id = 'xa'", args: [`Xã ${evil}`] }])
    expect((await page(`/xac-nhan/${NUMBER}/${code}`)).html).not.toMatch(/<script|<img/)
  })

  test('ten thousand guesses at one number find nothing, and after twenty in a minute only wait', async () => {
    const seen = new Map<number, number>()
    const letters = '23456789ABCDEFGHJKMNPQRSTVWXYZ'
    for (let i = 0; i < 10_000; i++) {
      const guess = `${code.slice(0, 5)}${Array.from({ length: 12 }, (_, at) => letters[(i * 7 + at * 11 + Math.floor(i / 30)) % 30]).join('')}`
      const { status, html } = await page(`/xac-nhan/${NUMBER}/${guess}`)
      seen.set(status, (seen.get(status) ?? 0) + 1)
      expect(isRight(html)).toBe(false)
    }
    expect(seen.get(200)).toBe(20)
    expect(seen.get(429)).toBe(9_980)
    // Nobody else's paper waits for it, and this one only a moment.
    expect((await page('/xac-nhan/PA-2611-2222/2222-2222-2222-2222')).status).toBe(200)
    desk.clock.advance(60_000)
    expect(isRight((await page(`/xac-nhan/${NUMBER}/${code}`)).html)).toBe(true)
    expect(await desk.db.read('SELECT count(*) AS n FROM tries')).toEqual([{ n: 0 }])
    expect(desk.lines.join('\n')).not.toContain(NUMBER)
  })

  test('it holds after a merge, a move to another unit, a new name of the unit, and the end of the case', async () => {
    await desk.db.write([
      {
        sql: "UPDATE cases SET merged_into = 'another', unit_id = 'tinh', state = 'closed', closed_hour = '2026-11-23T02Z' WHERE id = ?",
        args: [caseId],
      },
    ])
    expect(isRight((await page(`/xac-nhan/${NUMBER}/${code}`)).html)).toBe(true)
    await desk.db.write(dropCases([caseId], '2029-01-01T00Z'))
    expect(await desk.db.read('SELECT count(*) AS n FROM cases')).toEqual([{ n: 0 }])
    expect(isRight((await page(`/xac-nhan/${NUMBER}/${code}`)).html)).toBe(true)
    await desk.db.write([{ sql: "UPDATE units SET name = 'Công đoàn xã Mới' WHERE id = 'xa'", args: [] }])
    expect((await page(`/xac-nhan/${NUMBER}/${code}`)).html).toContain('tại Công đoàn xã Mới')
  })

  test('who has the database without the key cannot make one', async () => {
    const rows = JSON.stringify(await desk.db.read("SELECT name, hex(box) AS box FROM secrets WHERE name = 'filing-proof'"))
    expect(rows).toContain('filing-proof')
    const [unit] = await desk.db.read('SELECT * FROM proof_units')
    expect(unit).toEqual({ sign: code.slice(0, 4), unit_id: 'xa' })
    // Before the first proof there is no secret: nothing matches, not even the code of an empty one.
    await desk.db.write([{ sql: 'DELETE FROM secrets', args: [] }])
    expect((await page(`/xac-nhan/${NUMBER}/${code}`)).html).toContain('Không khớp')
  })

  test('what was typed is read as it was printed', () => {
    expect(readProof('pa 2611 7k3q', 'k7md 9xwe qq3a 7h2p')).toEqual({ number: 'PA-2611-7K3Q', sign: 'K7MD', hash: '9XWEQQ3A7H2P' })
    expect(readProof('PA-2611-7K3Q', 'K7MD–9XWE—QQ3A 7H2')).toBeUndefined()
    expect(readProof('PA-2611', 'K7MD-9XWE-QQ3A-7H2P')).toBeUndefined()
  })
})
