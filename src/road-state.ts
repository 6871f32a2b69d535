/**
 * What replies and pushes of one channel share in a process: how fast one chat is written to, and whether the platform
 * seems to be down. How long the platform itself told us to wait stands in the database (db/paces.ts).
 */
import type { Channel } from './chat.ts'
import type { Log } from './log.ts'
import { chatPace } from './pace.ts'

/** So many failures in a row that no message explains: the platform is down and the channel waits, longer each time. */
const DOWN_AFTER = 8
/** People in a row to whom nothing came through: it is not one of them. */
const SILENT_TO = 3
const DOWN_HOLD_MS = [2_000, 5_000, 15_000, 30_000, 60_000]
const LONGEST_MS = 60_000

export type RoadState = {
  /** 0 and counted when this chat may be written to now, else how many ms to wait. */
  pace(address: string, at: number): number
  /** It answers nobody: what fails says nothing about the message. */
  isSilent(): boolean
  /** Sends under way at once are few while the platform is down. */
  isDown(): boolean
  /** Until when it is left alone, in epoch ms; 0 when it is not. */
  heldUntil(at: number): number
  /** An outcome that says something about the platform. @param who the address it was for */
  note(outcome: 'answered' | 'silent', at: number, who: string): void
}

export function createRoadState(channel: Channel, log: Log): RoadState {
  let failures = 0
  let holds = 0
  let until = 0
  const silentTo = new Set<string>()
  // A hold longer than the longest was set before the clock jumped back.
  const heldUntil = (at: number) => (until - at > LONGEST_MS ? 0 : until)
  return {
    pace: chatPace(channel.limits),
    isSilent: () => silentTo.size >= SILENT_TO,
    isDown: () => failures >= DOWN_AFTER,
    heldUntil,
    note(outcome, at, who) {
      if (outcome === 'answered') {
        failures = 0
        holds = 0
        silentTo.clear()
        return
      }
      failures++
      if (silentTo.size < SILENT_TO) silentTo.add(who)
      // What was under way when it went down is no second time.
      if (failures < DOWN_AFTER || heldUntil(at) > at) return
      const step = DOWN_HOLD_MS[Math.min(holds++, DOWN_HOLD_MS.length - 1)] ?? LONGEST_MS
      until = at + step
      log('warn', 'channel.down', { channel: channel.name, seconds: step / 1000 })
    },
  }
}
