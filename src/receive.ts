/**
 * One inbound message from contact to commit: load what is known, let one handler decide, commit everything at once.
 * An update is done when its turn is committed; before that nothing of it exists, so a crash at any point is either
 * "not yet" (the platform sends it again) or "done" (the inbox key drops the repeat).
 */

import { conflictOf, conflictTable, guard, mistakeOf } from '../db/client.ts'
import { commitTurns, loadTurns, type TurnCommit, type TurnKey } from '../db/turns.ts'
import { dropUpdate, type KeptUpdate } from '../db/updates.ts'
import type { Inbound } from './chat.ts'
import { decide, type ReceiveParts } from './decide.ts'
import { AppError } from './errors.ts'
import { gather, lanes } from './gather.ts'
import { causeOf } from './log.ts'

export type Receiver = {
  /** Resolves when every one of them is committed, or was in already. Throws AppError `unavailable` when the database is away. */
  receive(inbound: Inbound[]): Promise<void>
  /** Runs a kept update again. False when its contact has moved on. */
  replay(kept: KeptUpdate): Promise<boolean>
}

/** How often a handler's own guard may fail before its person gets an apology. */
const TRIES = 5
/** Characters of an inbox key's hash: 132 bits. */
const KEY_LENGTH = 22
/** How often a turn may be taken by another process first: photos of an album arrive together. */
const RACES = 40

type Outcome = 'done' | 'seen' | 'lost'

export function createReceiver(parts: ReceiveParts): Receiver {
  const { db, keys, log } = parts
  const load = gather((wanted: TurnKey[]) => loadTurns(db, wanted), parts.later)
  const commit = gather((turns: TurnCommit[]) => commitAll(turns), parts.later)
  const inLane = lanes()

  /** A group that fails is tried one by one, so that one person's conflict is nobody else's. */
  const commitAll = async (turns: TurnCommit[]): Promise<Outcome[]> => {
    try {
      await db.write(commitTurns(turns))
      return turns.map(() => 'done')
    } catch (error) {
      const outcome = outcomeOf(error)
      if (turns.length === 1) return [outcome]
    }
    const outcomes: Outcome[] = []
    for (const turn of turns) outcomes.push(...(await commitAll([turn])))
    return outcomes
  }

  const takeTurn = async (inbound: Inbound, key: string): Promise<void> => {
    let tries = 1
    let turnBefore: number | undefined
    for (let race = 1; race <= RACES && tries <= TRIES; race++) {
      const state = await load({ channel: inbound.channel, native: inbound.address, key })
      if (state.seen) return
      const turn = state.stored?.turn ?? 0
      // Lost, though nobody else took the turn: then it is the handler's own guard.
      if (turn === turnBefore) tries++
      turnBefore = turn
      const { commit: ended } = await decide(parts, inbound, state, key, tries === TRIES)
      const outcome = await commit(ended)
      if (outcome === 'seen') return
      if (outcome === 'done') {
        if (ended.outbox.length > 0) parts.wake(inbound.channel)
        return
      }
    }
    throw new AppError('unavailable', 'The turn could not be taken.')
  }

  return {
    async receive(inbound) {
      await Promise.all(
        inbound.map(async (one) => {
          const key = `${one.near ?? ''}.${(await keys.tag('inbox', `${one.channel}:${one.id}`)).slice(0, KEY_LENGTH)}`
          try {
            await inLane(`${one.channel}:${one.address}`, () => takeTurn(one, key))
          } catch (error) {
            if (error instanceof AppError) throw error
            log('error', 'receive.unavailable', { channel: one.channel, cause: causeOf(error) })
            throw new AppError('unavailable', 'The update could not be stored.', { cause: error })
          }
        }),
      )
    },
    async replay(kept) {
      const { inbound } = kept
      const key = await keys.tag('inbox', `replay:${kept.code}`)
      const [state] = await loadTurns(db, [{ channel: inbound.channel, native: inbound.address, key }])
      if (!state?.stored || state.stored.turn !== kept.turn) return false
      const { commit: turn, failed } = await decide(parts, inbound, state, key, false)
      if (failed) throw new AppError('invalid', `The update ${kept.code} fails again.`)
      await db.write(commitTurns([{ ...turn, writes: [dropUpdate(kept.code), guard(), ...turn.writes] }]))
      parts.wake(inbound.channel)
      return true
    },
  }
}

/** What a refused commit means; throws the error on when it is the database that is away. */
function outcomeOf(error: unknown): Outcome {
  if (conflictOf(error)) return conflictTable(error) === 'inbox' ? 'seen' : 'lost'
  // A handler's mistake: tried again, then apologized for.
  if (mistakeOf(error)) return 'lost'
  throw error
}
