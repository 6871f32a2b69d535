/**
 * Checks a list of units as a whole: each row by itself, then rows against each other and against the units that are
 * there. Order does not matter. A row that leans on a bad row is bad too, so that what remains can always be written.
 */
import { createHash } from 'node:crypto'
import type { KnownUnit } from '../../db/unit-import.ts'
import type { UnitRow } from '../../db/unit-rows.ts'
import { fold } from '../vietnamese/index.ts'
import type { BadRow, UnitLine } from './unit-csv.ts'
import { createResolver, type Resolve } from './unit-refs.ts'

export type Checked = { units: UnitRow[]; bad: BadRow[] }

type Draft = { line: number; unit: UnitRow; parent: string; successors: string[]; reasons: string[] }

const NAME_MOST = 200
const ALIASES_MOST = 30
const CODE = /^[A-HJKMNP-Z2-9]{6}$/
const ID = /^[a-z0-9][a-z0-9-]{0,19}$/

/**
 * @param known what is there, of everything the list names (`textsOf`)
 * @param levels `kind/level` pairs that have a name
 */
export function checkUnits(lines: readonly UnitLine[], known: readonly KnownUnit[], levels: ReadonlySet<string>): Checked {
  const byCode = new Map(known.flatMap((unit) => (unit.code ? [[unit.code, unit.id] as const] : [])))
  const drafts = lines.map((line) => draftOf(line, byCode, levels))
  refuseTwice(drafts, 'id', ({ id }) => id)
  refuseTwice(drafts, 'code', ({ code }) => code)
  for (const { unit, reasons } of drafts) {
    const owner = unit.code === null ? undefined : byCode.get(unit.code)
    if (owner !== undefined && owner !== unit.id) reasons.push(`mã ${unit.code} đã là của đơn vị ${owner} / code belongs to ${owner}`)
  }
  let good = drafts.filter(({ reasons }) => reasons.length === 0)
  for (;;) {
    const resolve = createResolver(
      good.map(({ unit }) => unit),
      known,
    )
    for (const draft of good) lean(draft, resolve)
    refuseCycles(good, known)
    const left = good.filter(({ reasons }) => reasons.length === 0)
    if (left.length === good.length) break
    good = left
  }
  return {
    units: good.map(({ unit }) => unit),
    bad: drafts.flatMap(({ line, reasons }) => reasons.map((reason) => ({ line, reason }))),
  }
}

/** Every text of the list that may name a unit. */
export function textsOf(lines: readonly UnitLine[]): string[] {
  return lines.flatMap((line) => {
    const { parent, code, successors, id } = line.cells
    return [id || idOf(line), parent, code, ...listOf(successors)].filter((text) => text !== '')
  })
}

function draftOf(line: UnitLine, byCode: ReadonlyMap<string, string>, levels: ReadonlySet<string>): Draft {
  const { cells } = line
  const reasons: string[] = []
  const code = cells.code.toUpperCase() || null
  const unit: UnitRow = {
    id: cells.id || (code && byCode.get(code)) || idOf(line),
    kind: cells.kind,
    level: cells.level,
    name: cells.name,
    short_name: cells.short_name || null,
    parent: null,
    code,
    valid_from: dayIn(cells.valid_from),
    valid_to: dayIn(cells.valid_to),
    successors: [],
    aliases: [...new Set(listOf(cells.aliases))],
    note: cells.note || null,
  }
  if (!ID.test(unit.id)) reasons.push(`id “${unit.id}”: cần 1–20 chữ thường không dấu, số, gạch nối / 1–20 of a–z, 0–9, -`)
  if (!levels.has(`${unit.kind}/${unit.level}`)) reasons.push(`không có loại và cấp / unknown kind and level: ${unit.kind}, ${unit.level}`)
  if (fold(unit.name) === '' || unit.name.length > NAME_MOST)
    reasons.push(`tên trống hoặc dài quá ${NAME_MOST} ký tự / name empty or too long`)
  if (code !== null && !CODE.test(code))
    reasons.push(`mã ${code}: cần 6 chữ A–Z (trừ I, L, O) hoặc số 2–9 / 6 of A–Z without I, L, O and 2–9`)
  if (unit.aliases.length > ALIASES_MOST) reasons.push(`quá ${ALIASES_MOST} tên khác / more than ${ALIASES_MOST} aliases`)
  for (const column of ['valid_from', 'valid_to'] as const) {
    if (cells[column] !== '' && unit[column] === null)
      reasons.push(`${column} “${cells[column]}”: cần dạng 2025-07-01 hoặc 01/07/2025 / not a day`)
  }
  if (unit.valid_from !== null && unit.valid_to !== null && unit.valid_to < unit.valid_from)
    reasons.push('valid_to trước valid_from / ends before it begins')
  const successors = listOf(cells.successors)
  if (successors.length > 0 && cells.valid_to === '') reasons.push('có successors mà không có valid_to / successors without valid_to')
  return { line: line.line, unit, parent: cells.parent, successors, reasons }
}

/** Puts the ids where the list has words. */
function lean({ unit, parent, successors, reasons }: Draft, resolve: Resolve): void {
  const idFor = (column: string, text: string): string => {
    const found = resolve(text)
    if (found.length === 0) reasons.push(`${column} “${text}”: không có đơn vị này / no such unit`)
    if (found.length > 1)
      reasons.push(`${column} “${text}”: nhiều đơn vị cùng tên, hãy ghi id / several units, write the id (${found.join(', ')})`)
    if (found[0] === unit.id) reasons.push(`${column}: chỉ vào chính nó / points to itself`)
    return found[0] ?? ''
  }
  unit.parent = parent === '' ? null : idFor('parent', parent)
  unit.successors = successors.map((text) => idFor('successors', text))
}

function refuseTwice(drafts: readonly Draft[], what: string, keyOf: (unit: UnitRow) => string | null): void {
  const first = new Map<string, number>()
  for (const { line, unit, reasons } of drafts) {
    const key = keyOf(unit)
    if (key === null) continue
    const earlier = first.get(key)
    if (earlier === undefined) first.set(key, line)
    else reasons.push(`${what} ${key} trùng với dòng ${earlier} / same as line ${earlier}`)
  }
}

/** Follows each row's parents upwards, through the list and what is there; meeting a row again is a cycle. */
function refuseCycles(drafts: readonly Draft[], known: readonly KnownUnit[]): void {
  const parents = new Map<string, string | null>(known.map(({ id, parentId }) => [id, parentId]))
  for (const { unit } of drafts) parents.set(unit.id, unit.parent)
  const sound = new Set<string>()
  for (const { unit, reasons } of drafts) {
    if (reasons.length > 0) continue
    const way = new Set<string>()
    let at: string | null | undefined = unit.id
    while (at && !way.has(at) && !sound.has(at)) {
      way.add(at)
      at = parents.get(at)
    }
    if (at && way.has(at)) reasons.push(`cấp trên đi vòng tròn / parents go in a circle: ${[...way, at].join(' → ')}`)
    else for (const id of way) sound.add(id)
  }
}

const listOf = (cell: string): string[] =>
  cell
    .split(';')
    .map((text) => text.trim())
    .filter((text) => text !== '')

/** The same row gets the same id in the next import, as long as kind, name and parent are written the same. */
function idOf({ cells }: UnitLine): string {
  const said = [cells.kind, fold(cells.name), fold(cells.parent)].join('\n')
  return `u-${createHash('sha256').update(said).digest('hex').slice(0, 14)}`
}

/** `2025-07-01` of `2025-07-01` or `1/7/2025`; null for anything that is no day. */
function dayIn(cell: string): string | null {
  const [, day, month, year] = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(cell) ?? []
  const iso = year && month && day ? `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` : cell
  if (!/^\d{4}-\d{2}-\d{2}$/.test(iso)) return null
  const at = new Date(`${iso}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(iso) ? iso : null
}
