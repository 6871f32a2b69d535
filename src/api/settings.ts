/**
 * Settings over REST: what holds, what each means and its floor. A token reads them; changing one takes an officer's own
 * hand, because a host or a name set by a machine is what a stranger would set first.
 */
import * as z from 'zod'
import { effectiveOf } from '../../db/setting-acts.ts'
import { listSettings } from '../../db/settings.ts'
import { AppError } from '../errors.ts'
import { SETTING, SETTING_GROUPS, SETTINGS } from '../settings.ts'
import { type Route, route } from './route.ts'

export const settingSchema = z.object({
  name: z.enum(SETTINGS),
  group: z.enum(SETTING_GROUPS),
  /** What holds now; null: nothing is set and there is no default. */
  value: z.string().nullable(),
  fallback: z.string().nullable(),
  /** Of a whole number: both counted. */
  least: z.int().nullable(),
  most: z.int().nullable(),
  label: z.string(),
  explained: z.string(),
  floor: z.string(),
})

export const settings: Route[] = [
  route({
    method: 'get',
    path: '/settings',
    name: 'setting_list',
    act: 'setting.read',
    answer: z.object({ rows: z.array(settingSchema) }),
    async handle({ desk: { db }, parts: { texts }, locale }) {
      const set = await listSettings(db)
      const say = (key: string) => texts.render({ key }, locale)
      const rows = SETTINGS.map((name) => {
        const { group, fallback, whole: [least, most] = [null, null] } = SETTING[name]
        const words = { label: say(`settings.l_${name}`), explained: say(`settings.x_${name}`), floor: say(`settings.f_${name}`) }
        return { name, group, value: effectiveOf(set, name), fallback, least, most, ...words }
      })
      return { rows }
    },
  }),
  route({
    method: 'patch',
    path: '/settings/:id',
    name: 'setting_write',
    act: 'setting.write',
    never: 'api.never_sets',
    change: 'setting.write',
    about: 'setting',
    params: z.object({ id: z.enum(SETTINGS) }),
    answer: settingSchema,
    handle: () => Promise.reject(new AppError('forbidden', 'api.never_sets')),
  }),
]
