/**
 * "Dừng mọi tin" (F68) over REST: whether a stop holds. Stopping and starting again need officers' hands, so no token
 * does them; asking for it is refused and recorded.
 */
import * as z from 'zod'
import { findHalt } from '../../db/halts.ts'
import { AppError } from '../errors.ts'
import type { Act } from '../rights.ts'
import { type Route, route } from './route.ts'
import { instantSchema } from './shapes.ts'

const haltSchema = z.object({
  /** Null when messages go out as usual. */
  halt: z
    .object({
      since: instantSchema,
      officer: z.string(),
      /** One officer has asked for the restart; another must too. */
      restartAsked: z.boolean(),
    })
    .nullable(),
})

export const halts: Route[] = [
  route({
    method: 'get',
    path: '/halt',
    name: 'halt_find',
    act: 'campaign.read',
    answer: haltSchema,
    async handle({ desk }) {
      const halt = await findHalt(desk.db)
      return { halt: halt ? { since: halt.at.toISOString(), officer: halt.officerName, restartAsked: halt.restartBy !== null } : null }
    },
  }),
  never('/halt', 'halt', 'pushes.halt'),
  never('/halt/restart', 'halt_restart', 'pushes.restart'),
]

/** What officers do, and no token. */
function never(path: string, name: string, act: Act): Route {
  return route({
    method: 'post',
    path,
    name,
    act,
    never: 'api.never_stops',
    change: act,
    answer: haltSchema,
    handle: () => Promise.reject(new AppError('forbidden', 'api.never_stops')),
  })
}
