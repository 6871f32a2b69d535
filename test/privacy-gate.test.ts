/**
 * The gate sees a leak of each kind: a small life that leaves nothing behind, spoilt once in every way a product could
 * spoil it. What finds nothing here would let it through.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Statement } from '../src/chat.ts'
import { type Life, openLife } from './life.ts'

const LAN = '7100200300'
const SAID = 'Mua của chị Bưởi Mẫu, tem bong ra'
const NAME = 'Nguyễn Thị Mẫu Mực'

let life: Life
/** What stands in the rows of this life. */
let at: { contact: string; address: string; case: string; number: string; event: string; photo: string; receipt: string; tag: string }

beforeAll(async () => {
  life = await openLife([LAN])
  const { bot, secrets } = life
  const lan = life.person(LAN, 'telegram')
  await lan.says('/start')
  await life.tells(lan, SAID, async () => lan.sendsPhotos('AgACAgUAAx-photo-of-lan'))
  await lan.taps('Để lại tên, số điện thoại')
  await lan.says('đủ 16')
  await lan.says('đồng ý')
  await lan.says(NAME)
  secrets.who.push(NAME, '0912 345 678')
  secrets.words.push('0912 345 678')
  await lan.says('0912345678')
  const receipt = await life.files(lan, 'Cho trợ lý nhắn lại')
  await life.photos.drain()
  const id = async (sql: string) => Object.values((await bot.db.read(sql))[0] ?? {}).map(String)
  const [address = '', contact = ''] = await id('SELECT id, contact_id FROM addresses')
  const [theCase = '', number = '', event = ''] = await id(
    'SELECT c.id, c.number, e.id FROM cases c JOIN case_events e ON e.case_id = c.id',
  )
  const [photo = ''] = await id('SELECT id FROM photos')
  const [tag = ''] = await id('SELECT message_tag FROM consents')
  at = { contact, address, case: theCase, number, event, photo, receipt, tag }
})
afterAll(() => life?.close())

const write = (sql: string, ...args: Statement['args']) => life.bot.db.write([{ sql, args }])
const set = (table: string, column: string, value: string | number, where = '1') =>
  write(`UPDATE ${table} SET ${column} = ? WHERE ${where}`, value)

test('this life leaves nothing behind', async () => {
  expect(await life.search()).toEqual([])
})

type Leak = [what: string, spoil: () => Promise<unknown>, mend: () => Promise<unknown>, seen: RegExp]

describe('the gate sees', () => {
  const audit =
    (act: string, when: string, more: { officer?: string; detail?: string; about?: string } = {}) =>
    () =>
      write(
        "INSERT INTO audit(at, officer_id, via, act, outcome, about, about_id, detail) VALUES (?, ?, 'console', ?, 'done', ?, ?, ?)",
        when,
        more.officer ?? null,
        act,
        more.about ?? 'case',
        at.case,
        more.detail ?? null,
      )
  // The log keeps what it has: it is emptied like the nightly job empties it.
  const noAudit = async () => {
    await write("DELETE FROM audit WHERE at < '2020'")
    const rows = await life.bot.db.read("SELECT count(*) AS n FROM audit WHERE act LIKE 'leak%'")
    if (Number(rows[0]?.n) > 0) await write("DELETE FROM audit WHERE act LIKE 'leak%'")
  }
  const line = (text: string) => async () => void life.bot.lines.push(text)
  const noLine = async () => void life.bot.lines.pop()
  const paper = (name: string, of: 'sum' | 'case' | 'sealed', make: () => Uint8Array | Promise<Uint8Array>) => async () =>
    void life.papers.push({ name, of, bytes: await make() })
  const noPaper = async () => void life.papers.pop()
  const text = (words: string) => new TextEncoder().encode(words)
  const notice = (addressId: string, when: number) =>
    write(
      "INSERT INTO outbox(priority, channel, address_id, body, state, due_at, created_at, notice_tag) VALUES (0, 'telegram', ?, x'00', 'queued', ?, ?, 'k')",
      addressId,
      when,
      when,
    )
  const noNotice = () => write('DELETE FROM outbox WHERE notice_tag IS NOT NULL')
  const photoBytes = async () => life.photo

  test.each<Leak>([
    [
      'a channel id outside addresses',
      () => set('cases', 'outcome_id', LAN),
      () => write('UPDATE cases SET outcome_id = NULL'),
      /cases\.outcome_id names/,
    ],
    [
      'a contact’s id in a case',
      () => set('cases', 'outcome_id', at.contact),
      () => write('UPDATE cases SET outcome_id = NULL'),
      /cases\.outcome_id equals/,
    ],
    [
      'an address’ id in an event',
      () => set('case_events', 'detail', `{"to":"${at.address}"}`),
      () => write('UPDATE case_events SET detail = NULL'),
      /joins both/,
    ],
    [
      'a receipt in a reason',
      () => set('cases', 'reason_id', at.receipt),
      () => write('UPDATE cases SET reason_id = NULL'),
      /cases\.reason_id holds “PA-/,
    ],
    [
      'a name in an event',
      () => set('case_events', 'detail', `{"who":"${NAME}"}`),
      () => write('UPDATE case_events SET detail = NULL'),
      /case_events\.detail holds “Nguyễn/,
    ],
    [
      'a phone in an inquiry’s column',
      () => set('contacts', 'name', '0912 345 678'),
      () => write('UPDATE contacts SET name = NULL'),
      /contacts\.name holds “0912/,
    ],
    [
      'what was told, in clear',
      () => set('cases', 'reason_id', SAID),
      () => write('UPDATE cases SET reason_id = NULL'),
      /cases\.reason_id holds “Mua/,
    ],
    [
      'a coordinate in a photo’s reason',
      () => set('photos', 'reason', '21.0278'),
      () => write('UPDATE photos SET reason = NULL'),
      /photos\.reason holds “21/,
    ],
    [
      'an exact time in a case’s thread',
      () => set('case_events', 'hour', '2026-11-23T03:14:15.000Z'),
      () => set('case_events', 'hour', '2026-11-23T03Z'),
      /too finely/,
    ],
    ['an exact time of a photo', () => set('photos', 'due_at', 1_795_400_123_456), () => set('photos', 'due_at', 0), /too finely/],
    [
      'a keyed hash that stands on both sides',
      () => set('cases', 'outcome_id', at.tag),
      () => write('UPDATE cases SET outcome_id = NULL'),
      /cases\.outcome_id equals consents/,
    ],
    [
      'a report’s number beside a person',
      () => set('contacts', 'honorific', at.number),
      () => set('contacts', 'honorific', 'ban'),
      /names the report/,
    ],
    ['a log line with a word', line(`{"what":"x","text":"${SAID}"}`), noLine, /a log line holds/],
    [
      'a log line that names a case and a contact',
      () => line(`{"case":"${at.case}","contact":"${at.contact}"}`)(),
      noLine,
      /a line joins both/,
    ],
    [
      'a log line about a photo that names one',
      () => line(`{"what":"photo.stored","id":"${at.photo}"}`)(),
      noLine,
      /about photos names one/,
    ],
    [
      'a row of any table that names both',
      () => write("INSERT INTO link_codes(code_tag, contact_id, address_id, expires_at) VALUES (?, ?, 'a', 1)", at.case, at.contact),
      () => write('DELETE FROM link_codes'),
      /a row of link_codes joins both/,
    ],
    ['a notice that names its recipient', () => notice(at.address, 1_795_400_040_000), noNotice, /names its recipient/],
    ['a notice that tells its second', () => notice('', 1_795_400_041_000), noNotice, /tells its time/],
    [
      'which message a report’s notice was, by the page’s transcript',
      async () => {
        await write(
          "INSERT INTO transcript(address_id, side, body, day, sent_as) VALUES (?, 'bot', zeroblob(541), '2026-11-23', '987650999.0')",
          at.address,
        )
        await set('case_events', 'detail', '{"notice":987650999}')
      },
      async () => {
        await write("DELETE FROM transcript WHERE sent_as = '987650999.0'")
        await write('UPDATE case_events SET detail = NULL')
      },
      /case_events\.detail names the message/,
    ],
    [
      'what became of a notice, beside its hash in the outbox',
      async () => {
        await write(
          "INSERT INTO outbox(priority, channel, address_id, body, state, due_at, created_at, notice_tag) VALUES (0, 'telegram', '', x'00', 'queued', 0, 0, 'hash-of-the-case')",
        )
        await write("INSERT INTO notice_outcomes(id, day, box) VALUES ('hash-of-the-case', '2026-11-23', zeroblob(541))")
      },
      async () => {
        await noNotice()
        await write('DELETE FROM notice_outcomes')
      },
      /notice_outcomes\.id equals outbox\.notice_tag/,
    ],
    [
      'when a notice was refused',
      () => write("INSERT INTO notice_outcomes(id, day, box) VALUES ('abcdefgh', '2026-11-23T03:14:15.000Z', zeroblob(541))"),
      () => write('DELETE FROM notice_outcomes'),
      /an outcome tells its time/,
    ],
    [
      'by its length, whether a notice arrived',
      () => write("INSERT INTO notice_outcomes(id, day, box) VALUES ('abcdefgh', '2026-11-23', zeroblob(98))"),
      () => write('DELETE FROM notice_outcomes'),
      /by its length/,
    ],
    [
      'a member in an officer’s sums',
      () => write("INSERT INTO figures(cut, what, key, month, n) VALUES ('unit', 'x', ?, '2026-11', 1)", at.contact),
      () => write('DELETE FROM figures'),
      /figures\.key names/,
    ],
    [
      'a table that numbers rows of reports',
      () => write("INSERT INTO halts(at, officer_id) VALUES ('2026-11-23', ?)", at.case),
      () => write('DELETE FROM halts'),
      /halts numbers a row/,
    ],
    [
      'a table nobody thought of',
      () => write('CREATE TABLE visits (id TEXT PRIMARY KEY) WITHOUT ROWID'),
      () => write('DROP TABLE visits'),
      /nobody said what visits is about/,
    ],
    [
      'a photo in the database',
      async () =>
        write("INSERT INTO images(id, unit_id, mime, bytes, created_at) VALUES ('i', 'u', 'image/jpeg', ?, '2026')", await photoBytes()),
      () => write('DELETE FROM images'),
      /bytes hold a photo/,
    ],
    [
      'a photo in clear in the evidence',
      async () => writeFile(join(life.folder, 'clear'), await photoBytes(), { mode: 0o600 }),
      () => life.evidence.delete('clear'),
      /evidence holds a photo in clear/,
    ],
    [
      'a name in a count that leaves as CSV',
      paper('so-lieu.csv', 'sum', () => text(`Đơn vị;Tháng\n${NAME};1`)),
      noPaper,
      /so-lieu\.csv holds “Nguyễn/,
    ],
    [
      'what was told in a workbook',
      paper('so-lieu.xlsx', 'sum', () => zipSync({ 'xl/sharedStrings.xml': text(`<si><t>${SAID}</t></si>`) })),
      noPaper,
      /so-lieu\.xlsx\/xl\/sharedStrings\.xml holds/,
    ],
    [
      'a receipt in a paper within a packet',
      paper('goi.zip', 'case', () => zipSync({ 'phieu.docx': zipSync({ 'word/document.xml': text(`<w:t>${at.receipt}</w:t>`) }) })),
      noPaper,
      /goi\.zip\/phieu\.docx\/word\/document\.xml holds/,
    ],
    [
      'a member’s id in a packet',
      paper('goi.zip', 'case', () => zipSync({ 'a.txt': text(at.contact) })),
      noPaper,
      /goi\.zip\/a\.txt holds/,
    ],
    [
      'a photo as it was taken, in a packet',
      paper('goi.zip', 'case', async () => zipSync({ 'anh-1.jpg': await photoBytes() })),
      noPaper,
      /holds a photo as it was taken/,
    ],
    [
      'a backup that is not sealed',
      paper('hang-viet.backup', 'sealed', () => text('SQLite format 3\u0000...')),
      noPaper,
      /opens without a key/,
    ],
  ])('%s', async (_, spoil, mend, seen) => {
    await spoil()
    const found = await life.search()
    await mend()
    expect(found.join('\n')).toMatch(seen)
  })

  test('when an officer did something about a report, and a row about one without an officer', async () => {
    await audit('leak.read', '2026-11-23T03:14:15.000Z', { officer: 'o1' })()
    expect((await life.search()).join('\n')).toMatch(/audit tells when leak\.read was/)
    await audit('leak.told', '2026-11-23T03:00:00.000Z')()
    expect((await life.search()).join('\n')).toMatch(/without an officer/)
    await audit('leak.named', '2026-11-23T03:00:00.000Z', { officer: 'o1', detail: `{"member":"${at.contact}"}` })()
    expect((await life.search()).join('\n')).toMatch(/audit\.detail names|a row of audit joins both/)
    await noAudit().catch(() => {})
  })
})
