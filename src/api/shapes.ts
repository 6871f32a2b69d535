/**
 * Shapes that several routes share: pages, keys of pages, numbers as officers may see them.
 */
import * as z from 'zod'
import { aboutOf } from '../../db/audience.ts'
import { CELL_LEAST } from '../campaign.ts'

const PAGE_MOST = 200
const PAGE = 50

export const limitSchema = z.coerce.number().int().min(1).max(PAGE_MOST).default(PAGE)
/** An id as it stands in an address: whatever else is asked for is not there. */
export const idSchema = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/)
export const numberSchema = z
  .string()
  .regex(/^[0-9]{1,15}$/)
  .transform(Number)
export const byId = z.object({ id: idSchema })
export const byNumber = z.object({ id: numberSchema })
export const instantSchema = z.iso.datetime()
export const namedSchema = z.object({ id: z.string(), name: z.string() })

/** Words in one query value, with commas between. */
export const listOf = <T extends string>(one: z.ZodType<T>, most: number) =>
  z
    .string()
    .max(400)
    .regex(/^[a-z_-]+(,[a-z_-]+)*$/)
    .transform((value): unknown => value.split(','))
    .pipe(z.array(one).max(most))

/** A page of a list; `next` is what `after` or `before` is for the next one, and is not there on the last. */
export const pageSchema = <R extends z.ZodType, K extends z.ZodType>(row: R, key: K) =>
  z.object({ rows: z.array(row), next: key.optional() })

/** From one row more than the page has. */
export function pageOf<R, K>(found: R[], limit: number, keyOf: (row: R) => K): { rows: R[]; next?: K } {
  const rows = found.slice(0, limit)
  const last = rows.at(-1)
  return found.length > limit && last !== undefined ? { rows, next: keyOf(last) } : { rows }
}

/** People of an audience: to the nearest ten, `{ "under": 10 }` for one to nine. */
export const aboutSchema = z.union([z.int().min(0).multipleOf(10), z.object({ under: z.literal(10) })])
export type About = z.input<typeof aboutSchema>

export function about(n: number): About {
  return aboutOf(n) ?? { under: 10 }
}

/** A figure of a result: `{ "under": 5 }` for one to four (R23). */
export const cellSchema = z.union([z.int().min(0), z.object({ under: z.literal(CELL_LEAST) })])
export type Cell = z.input<typeof cellSchema>

export function cell(n: number): Cell {
  return n > 0 && n < CELL_LEAST ? { under: CELL_LEAST } : n
}
