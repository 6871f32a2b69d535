/**
 * Figures with the names they are shown under, for an officer's scope: one unit and those right below it, or the channels,
 * topics, kinds and the like of all, which only an officer of the highest unit sees.
 */
import type { Locale } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { demand, scopeOf } from '../src/rights.ts'
import { dayOf } from '../src/time.ts'
import { pathOfUnit } from './campaigns.ts'
import type { Measure, Part } from './figure-counts.ts'
import { listFigures, listMonths, listParts } from './figures.ts'
import type { Desk } from './rights.ts'
import { listTopics } from './topics.ts'
import { isTop, listUnits } from './units.ts'

export const UNITS_MOST = 25

export type FigureTable = {
  /** Oldest first. */
  months: string[]
  rows: Array<{ key: string; name: string | null; cells: Array<number | null> }>
  /** Key of the next page. */
  next?: string
}

type Span = { what: Measure; until: string; months: number }

/**
 * The unit itself first, then a page of those right below it, by name; with `typed`, of all below that have its words in a
 * name, accents or not. Without an id, the officer's first unit.
 * Throws AppError `not_found` outside their units.
 */
export async function figuresOfUnit(
  { db, actor, now }: Pick<Desk, 'db' | 'actor' | 'now'>,
  {
    unitId,
    what,
    until,
    months: most,
    after,
    limit,
    typed = '',
  }: Span & { unitId: string | null; after: string; limit: number; typed?: string },
): Promise<FigureTable> {
  const path = unitId === null ? (scopeOf(actor, 'figure.read')[0] ?? '') : await pathOfUnit(db, unitId)
  if (!actor.grants.some((grant) => path.startsWith(grant.path))) throw new AppError('not_found', 'desk.unit_gone')
  demand(actor, 'figure.read', path)
  const id = path.split('/').at(-2) ?? ''
  const [named, below, months] = await Promise.all([
    db.read('SELECT coalesce(short_name, name) AS name FROM units WHERE id = ?', [id]),
    typed === '' ? listBelow(db, id, after, limit + 1) : listFound(db, { path, typed, after, limit: limit + 1, now }),
    monthsOf(db, until, most),
  ])
  const shown = below.slice(0, limit)
  const figures = await listFigures(db, { cut: 'unit', what, keys: [id, ...shown.map((unit) => unit.id)], months })
  const names = new Map([[id, String(named[0]?.name ?? '')], ...shown.map((unit): [string, string] => [unit.id, unit.name])])
  const last = shown.at(-1)
  return {
    months,
    rows: figures.map(({ key, cells }) => ({ key, name: names.get(key) ?? null, cells })),
    ...(below.length > limit && last ? { next: last.key } : {}),
  }
}

/** The sum first. Throws AppError `forbidden` for whoever does not look after the highest unit. */
export async function figuresOfParts(
  { db, actor }: Pick<Desk, 'db' | 'actor'>,
  { cut, what, until, months: most, locale }: Span & { cut: Part; locale: Locale },
): Promise<FigureTable> {
  if (!seesAll({ actor })) throw new AppError('forbidden', 'figures.only_top')
  const months = await monthsOf(db, until, most)
  const keys = ['', ...(await listParts(db, cut, what, months))]
  const figures = await listFigures(db, { cut, what, keys, months })
  const names = await namesOf(db, cut, locale)
  return { months, rows: figures.map(({ key, cells }) => ({ key, name: names.get(key) ?? null, cells })) }
}

/** Of the parts that are rows; what is a word of ours has its name in the texts. */
async function namesOf(db: Desk['db'], cut: Part, locale: Locale): Promise<Map<string, string>> {
  if (cut === 'topic') return new Map((await listTopics(db)).map((topic) => [topic.id, topic[locale]]))
  if (cut !== 'outcome') return new Map()
  const rows = await db.read('SELECT id, label_vi AS vi, label_en AS en FROM case_reasons LIMIT 500')
  return new Map(rows.map((row) => [String(row.id), String(row[locale])]))
}

/** May this officer see figures that are of all units together? */
export const seesAll = ({ actor }: Pick<Desk, 'actor'>): boolean => scopeOf(actor, 'figure.read').some(isTop)

async function monthsOf(db: Desk['db'], until: string, most: number): Promise<string[]> {
  return (await listMonths(db, until, most)).reverse()
}

async function listFound(
  db: Desk['db'],
  { path, typed, after, limit, now }: { path: string; typed: string; after: string; limit: number; now: Date },
): Promise<Array<{ id: string; name: string; key: string }>> {
  // Those below come after the unit itself.
  const found = await listUnits(db, { paths: [path], typed, day: dayOf(now), after: after === '' ? path : after, limit })
  return found.map((unit) => ({ id: unit.id, name: unit.shortName ?? unit.name, key: unit.path }))
}

/** Units right below one, by name; `key` leads to the next page. */
async function listBelow(
  db: Desk['db'],
  id: string,
  after: string,
  limit: number,
): Promise<Array<{ id: string; name: string; key: string }>> {
  const at = after.lastIndexOf('|')
  const [lastName, lastId] = at < 0 ? [after, ''] : [after.slice(0, at), after.slice(at + 1)]
  const rows = await db.read(
    `SELECT id, name, coalesce(short_name, name) AS shown FROM units INDEXED BY units_parent
     WHERE parent_id = ? AND (name, id) > (?, ?) ORDER BY name, id LIMIT ?`,
    [id, lastName, lastId, limit],
  )
  return rows.map((row) => ({ id: String(row.id), name: String(row.shown), key: `${row.name}|${row.id}` }))
}
