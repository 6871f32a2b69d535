/**
 * Processes that share a database, as tests see them: a dispatcher and the loop that moves runs along, under a name of
 * their own. One can be cut at any step boundary (before or after a write to the database or a send): from then on nothing
 * of it goes on, as if it had been killed there.
 */
import { createTexts } from '../content/index.ts'
import { type Broadcasts, createBroadcasts } from '../src/broadcasts.ts'
import type { Channel, Db, Keys } from '../src/chat.ts'
import { createDispatcher, type Dispatcher } from '../src/dispatch.ts'
import { secureRandom } from '../src/keys.ts'
import type { Clock } from './harness.ts'

const texts = createTexts()

export type Process = { dispatcher: Dispatcher; broadcasts: Broadcasts; lines: string[] }

export function startProcess(parts: {
  db: Db
  keys: Keys
  channels: readonly Channel[]
  clock: Clock
  holder: string
  random?: () => number
}): Process {
  const { db, keys, channels, clock, holder, random = secureRandom } = parts
  const lines: string[] = []
  const log = (level: string, what: string, fields: object = {}) => void lines.push(JSON.stringify({ level, what, ...fields }))
  const shared = { db, keys, channels, now: clock.now, log }
  return {
    lines,
    dispatcher: createDispatcher({ ...shared, render: texts.render, publicUrl: 'https://bot.example.vn', holder, later: setImmediate }),
    broadcasts: createBroadcasts({ ...shared, random }),
  }
}

/** Everything that is due at this moment, the clock standing still. */
export async function settle({ dispatcher, broadcasts }: Pick<Process, 'dispatcher' | 'broadcasts'>): Promise<void> {
  for (let round = 0; round < 40; round++) {
    const moved = await broadcasts.tick()
    await dispatcher.drain()
    if (!moved && !(await broadcasts.tick())) return
  }
  throw new Error('a run that never rests')
}

export type Cut = {
  /** Boundaries passed so far. */
  passed(): number
  /** Where it was cut; undefined while it lives. */
  at(): string | undefined
  /** The work, or nothing as soon as the cut comes. */
  until(work: Promise<unknown>): Promise<void>
  db(db: Db): Db
  channel<C extends Channel>(channel: C): C
}

/** @param k the boundary, from 1, at which everything stops */
export function cutAt(k: number): Cut {
  let passed = 0
  let at: string | undefined
  let end = () => {}
  const cut = new Promise<void>((resolve) => {
    end = resolve
  })
  const forever = new Promise<never>(() => {})
  const boundary = (name: string): Promise<void> => {
    if (at === undefined && ++passed === k) {
      at = name
      end()
    }
    return at === undefined ? Promise.resolve() : forever
  }
  return {
    passed: () => passed,
    at: () => at,
    until: (work) => Promise.race([work.then(() => undefined), cut]),
    db: (db) => ({
      ...db,
      read: (sql, args) => (at === undefined ? db.read(sql, args) : forever),
      async write(statements) {
        const name = statements.at(0)?.sql.replace(/\s+/g, ' ').slice(0, 60) ?? ''
        await boundary(`before ${name}`)
        const rows = await db.write(statements)
        await boundary(`after ${name}`)
        return rows
      },
    }),
    channel: (channel) => ({
      ...channel,
      async send(message) {
        await boundary('before a send')
        try {
          return await channel.send(message)
        } finally {
          await boundary('after a send')
        }
      },
    }),
  }
}
