/**
 * A change of DATA_KEY: every box is opened with the old key and sealed with the new one, every keyed hash that leads from a
 * contact to a case is made anew. Killed anywhere, the same two keys finish it: which key opens a box tells whether its turn
 * has come. Nothing is changed before all of it has been opened once, nor called done before a walk finds nothing left.
 */
import { recordAct } from '../../db/audit.ts'
import { beginRotation, compareKeys, finishRotation } from '../../db/key-state.ts'
import {
  dropOrphan,
  findGuards,
  keyOf,
  listAllOwn,
  listIds,
  listNotices,
  listOwn,
  listStoredPhotos,
  moveContact,
  moveNotice,
  moveOwn,
  PAGE,
  readSealed,
  replaceBox,
} from '../../db/rotation.ts'
import { OWN_SEALED, SEALED, type Sealed } from '../../db/sealed.ts'
import type { Db, Keys, Row, Statement, TagPurpose, Value } from '../chat.ts'
import { AppError } from '../errors.ts'
import type { EvidenceStore } from '../evidence.ts'
import type { TagKeys } from '../sealing.ts'

export type RotationParts = {
  db: Db
  evidence: EvidenceStore
  old: Keys
  next: Keys
  /** What is kept of the tags of `old` and of the keys before it. */
  kept: TagKeys
  /** The new key's tag of an old tag. */
  follow(purpose: TagPurpose, tag: string): string
  /** Go on where a box opens with neither key. */
  leaveDamaged: boolean
  now(): Date
  note(line: string): void
}

export type Rotated = { boxes: number; objects: number; damaged: number }

type Walk = { boxes: number; changed: number; damaged: number }

/** Contacts whose tags are looked for at once. */
const CONTACTS = 1_000
/** Walks after the first that may still find something: more means that somebody goes on writing. */
const WALKS = 3

/**
 * Resolves once the database and the evidence are the new key's alone. Throws AppError `forbidden` for keys that are not
 * this database's, `conflict` for what cannot be opened or does not come to rest; then it is simply started again.
 */
export async function rotate(parts: RotationParts): Promise<Rotated | 'done before'> {
  const { db, old, next, kept, note, now } = parts
  const state = await compareKeys(db, old, next)
  if (state === undefined) throw new AppError('forbidden', NEITHER)
  if (state === 'new') return 'done before'
  if (state === 'old') {
    note('  kiểm tra / checking')
    await refuseDamage(parts, (await walkRows(parts, false)).damaged + (await countMissing(parts)))
    await db.write(await beginRotation(next))
  }
  note('  niêm lại / sealing anew')
  const first = await walkRows(parts, true)
  note('  ảnh / photos')
  const photos = await walkEvidence(parts)
  await refuseDamage(parts, photos.damaged)
  for (let walk = 1; ; walk++) {
    note('  kiểm tra lại / checking again')
    const { changed } = await walkRows(parts, true)
    if (changed === 0) break
    if (walk === WALKS) throw new AppError('conflict', BUSY)
  }
  await db.write([...(await finishRotation(next, kept)), recordAct({ via: 'admin' }, { act: 'key.rotate' }, now())])
  return { boxes: first.boxes, objects: photos.boxes, damaged: first.damaged + photos.damaged }
}

/** Every box in the database. @param change false: they are only opened */
async function walkRows(parts: RotationParts, change: boolean): Promise<Walk> {
  const total: Walk = { boxes: 0, changed: 0, damaged: 0 }
  for (const sealed of SEALED) await walkColumn(parts, sealed, change, total)
  const cases = await walkOwn(parts, change, total)
  if (change) await walkContacts(parts, cases, total)
  return total
}

async function walkColumn(parts: RotationParts, sealed: Sealed, change: boolean, total: Walk): Promise<void> {
  const { db, follow } = parts
  const { column, purpose } = sealed
  const guards = await findGuards(db, sealed.table)
  let after: Value[] | undefined
  for (;;) {
    const rows = await readSealed(db, sealed, after)
    const last = rows.at(-1)
    if (!last) return
    const writes: Statement[] = []
    for (const row of rows) {
      const bound = sealed.bound(row)
      const box = row[column] as Uint8Array
      total.boxes++
      const found = await openEither(
        () => parts.old.open(purpose, box, bound),
        () => parts.next.open(purpose, box, bound),
      )
      if (found === 'damaged') total.damaged++
      else if (found !== 'new' && change) {
        const tag = sealed.follow ? follow(sealed.follow.purpose, String(row[sealed.follow.column])) : undefined
        writes.push(replaceBox(sealed, row, await parts.next.seal(purpose, found, bound), tag))
      }
    }
    total.changed += writes.length
    if (writes.length > 0) await db.write([...guards.before, ...writes, ...guards.after])
    after = keyOf(sealed, last)
  }
}

/** Boxes with a key each, by the cases they belong to. Resolves to the tags of those that are of a case. */
async function walkOwn({ db, old, next }: RotationParts, change: boolean, total: Walk): Promise<Set<string>> {
  const found = new Set<string>()
  for (let after = ''; ; ) {
    const ids = await listIds(db, 'cases', after, PAGE)
    const last = ids.at(-1)
    if (last === undefined) return found
    const newTags = new Map<string, string>()
    for (const id of ids) newTags.set(await old.tag('case', id), await next.tag('case', id))
    const writes: Statement[] = []
    for (const { table, purpose } of OWN_SEALED) {
      for (const row of await listOwn(db, table, 'case_tag', [...newTags.keys(), ...newTags.values()])) {
        const tag = String(row.case_tag)
        const to = newTags.get(tag)
        const box = row.box as Uint8Array
        total.boxes++
        found.add(to ?? tag)
        if (to === undefined) continue
        const plain = await openEither(
          () => old.openOwn(purpose, tag, box),
          () => next.openOwn(purpose, tag, box),
        )
        if (plain === 'damaged' || plain === 'new') total.damaged++
        else if (change) writes.push(moveOwn(table, tag, to, await next.sealOwn(purpose, to, decoder.decode(plain))))
      }
    }
    if (change) writes.push(...(await retagNotices({ db, old, next }, ids)))
    total.changed += writes.length
    if (writes.length > 0) await db.write(writes)
    after = last
  }
}

async function retagNotices(
  { db, old, next }: Pick<RotationParts, 'db' | 'old' | 'next'>,
  caseIds: readonly string[],
): Promise<Statement[]> {
  const newTags = new Map<string, string>()
  for (const id of caseIds) newTags.set(await old.tag('notice', id), await next.tag('notice', id))
  const rows = await listNotices(db, [...newTags.keys()])
  return rows.map((row) => moveNotice(row, newTags.get(String(row.notice_tag)) ?? ''))
}

/** The hashes of contacts beside those boxes; what is of no case or of no contact any more goes. */
async function walkContacts({ db, old, next }: RotationParts, cases: ReadonlySet<string>, total: Walk): Promise<void> {
  const owned = new Set<string>()
  for (let after = ''; ; ) {
    const ids = await listIds(db, 'contacts', after, CONTACTS)
    const last = ids.at(-1)
    if (last === undefined) break
    const newTags = new Map<string, string>()
    for (const id of ids) newTags.set(await old.tag('contact', id), await next.tag('contact', id))
    const writes: Statement[] = []
    for (const { table } of OWN_SEALED) {
      for (const row of await listOwn(db, table, 'contact_tag', [...newTags.keys(), ...newTags.values()])) {
        owned.add(String(row.case_tag))
        const to = newTags.get(String(row.contact_tag))
        if (to !== undefined) writes.push(moveContact(table, String(row.case_tag), String(row.contact_tag), to))
      }
    }
    total.changed += writes.length
    if (writes.length > 0) await db.write(writes)
    after = last
  }
  for (const { table } of OWN_SEALED) {
    for (let after = ''; ; ) {
      const rows = await listAllOwn(db, table, after)
      const last = rows.at(-1)
      if (!last) break
      const writes = rows.flatMap((row) => orphanOf(table, row, cases, owned))
      if (writes.length > 0) await db.write(writes)
      after = String(last.case_tag)
    }
  }
}

function orphanOf(
  table: (typeof OWN_SEALED)[number]['table'],
  { case_tag, contact_tag }: Row,
  cases: ReadonlySet<string>,
  owned: ReadonlySet<string>,
): Statement[] {
  const tag = String(case_tag)
  if (!cases.has(tag)) return [dropOrphan(table, tag, 'case')]
  return contact_tag === null || owned.has(tag) ? [] : [dropOrphan(table, tag, 'contact')]
}

/** Originals, viewers' copies, copies with black boxes, what visitors of the web chat sent: each is tied to its own name. */
async function walkEvidence({ evidence, old, next }: RotationParts): Promise<Walk> {
  const total: Walk = { boxes: 0, changed: 0, damaged: 0 }
  for (let after: string | undefined; ; ) {
    const page = await evidence.list(after)
    for (const name of page.names) {
      const box = await evidence.get(name)
      if (!box) continue
      total.boxes++
      const found = await openEither(
        () => old.open('evidence', box, name),
        () => next.open('evidence', box, name),
      )
      if (found === 'damaged') total.damaged++
      else if (found !== 'new') {
        await evidence.put(name, await next.seal('evidence', found, name))
        total.changed++
      }
    }
    if (page.next === undefined) return total
    after = page.next
  }
}

/** Photos whose object is not in the store: another folder than the product's, or a bucket that only Workers reach. */
async function countMissing({ db, evidence }: RotationParts): Promise<number> {
  const names = new Set<string>()
  for (let after: string | undefined; ; ) {
    const page = await evidence.list(after)
    for (const name of page.names) names.add(name)
    if (page.next === undefined) break
    after = page.next
  }
  let missing = 0
  for (let after = ''; ; ) {
    const ids = await listStoredPhotos(db, after)
    const last = ids.at(-1)
    if (last === undefined) return missing
    missing += ids.filter((id) => !names.has(id)).length
    after = last
  }
}

async function refuseDamage({ leaveDamaged, note }: RotationParts, damaged: number): Promise<void> {
  if (damaged === 0) return
  const counted = `${damaged} hộp hoặc ảnh không mở được, hoặc không có ở EVIDENCE_DIR. / ${damaged} boxes or photos do not open, or are not in EVIDENCE_DIR.`
  if (!leaveDamaged) throw new AppError('conflict', `${counted}\n${DAMAGED}`)
  note(`  ${counted}`)
}

type Plain = Uint8Array
type Opener = () => Promise<Plain> | Plain

/** What the old key opens; `new` where only the new one does. */
async function openEither(old: Opener, next: Opener): Promise<Plain | 'new' | 'damaged'> {
  const plain = await tryOpen(old)
  if (plain) return plain
  return (await tryOpen(next)) ? 'new' : 'damaged'
}

async function tryOpen(open: Opener): Promise<Plain | undefined> {
  try {
    return await open()
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}

const decoder = new TextDecoder()

const NEITHER =
  'Cơ sở dữ liệu này không được niêm bằng khóa cũ đã cho, hoặc lần thay khóa trước dùng một khóa mới khác. / Neither key is this database’s, or the change was begun with another new key.'
const BUSY =
  'Vẫn có chương trình đang ghi vào cơ sở dữ liệu: dừng hết rồi chạy lại lệnh này. / Something goes on writing: stop it and run this again.'
const DAMAGED =
  'Kiểm tra EVIDENCE_DIR. Nếu đã chắc là chúng hỏng từ trước, chạy lại với --leave-damaged để bỏ qua. Ảnh nằm ở Cloudflare R2 thì đừng bỏ qua: sau đó không khóa nào đang dùng mở được. / Check EVIDENCE_DIR; if they were damaged before, run again with --leave-damaged. Not for photos in Cloudflare R2: no key in use would open them afterwards.'
