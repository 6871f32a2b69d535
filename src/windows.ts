/**
 * How long each channel lets us write to a person after their last word, and how long that costs nothing, in ms. A channel
 * without a window is not in it.
 */
import type { Channel } from './chat.ts'

export type Windows = Record<string, { open: number; free: number }>

const HOUR_MS = 3_600_000

export function windowsOf(channels: readonly Pick<Channel, 'name' | 'limits'>[]): Windows {
  return Object.fromEntries(
    channels.flatMap(({ name, limits: { windowHours, freeHours = windowHours } }) =>
      windowHours === undefined ? [] : [[name, { open: windowHours * HOUR_MS, free: (freeHours ?? windowHours) * HOUR_MS }]],
    ),
  )
}
