/**
 * What replies and pushes of one channel share in a process: how fast one chat is written to, and whether the platform
 * seems to be down. How long the platform itself told us to wait stands in the database (db/paces.ts).
 */
import type { Channel } from './chat.ts'
import type { Log } from './log.ts'
import { chatPace } from './pace.ts'

/** So many failures in a row that no message explains: the platform is down and the channel waits, longer each time. */
const DOWN_AFTER = 8
/** Fewer than the attempts of one message, so that none is used up while nobody is answered. */
const SILENT_AFTER = 4
const DOWN_HOLD_MS = [2_000, 5_000, 15_000, 30_000, 60_000]
const LONGEST_MS = 60_000

export type RoadState = {
  /** 0 and counted when this chat may be written to now, else how many ms to wait. */
  pace(address: string, at: number): number
  /** It has answered nobody for a while: what fails says nothing about the message. */
  isSilent(): boolean
  /** Sends under way at once are few while the platform is down. */
  isDown(): boolean
  /** Until when it is left alone, in epoch ms; 0 when it is not. */
  heldUntil(at: number): number
  /** An outcome that says something about the platform. */
  note(outcome: 'answered' | 'silent', at: number): void
}

export function createRoadState(channel: Channel, log: Log): RoadState {
  let failures = 0
  let until = 0
  return {
    pace: chatPace(channel.limits),
    isSilent: () => failures >= SILENT_AFTER,
    isDown: () => failures >= DOWN_AFTER,
    // A hold longer than the longest was set before the clock jumped back.
    heldUntil: (at) => (until - at > LONGEST_MS ? 0 : until),
    note(outcome, at) {
      if (outcome === 'answered') {
        failures = 0
        return
      }
      failures++
      const step = DOWN_HOLD_MS[Math.min(failures - DOWN_AFTER, DOWN_HOLD_MS.length - 1)]
      if (failures < DOWN_AFTER || !step) return
      until = at + step
      log('warn', 'channel.down', { channel: channel.name, seconds: step / 1000 })
    },
  }
}
