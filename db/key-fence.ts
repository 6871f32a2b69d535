/**
 * No box under a key that is not the database's any more. On a server other programs may be serving while an operator changes
 * DATA_KEY: so every write of a serving process carries, in its own batch, the proof that the key it was started with still
 * is the database's and no change is under way. The first that fails ends all writing and reading of that process: platforms
 * hear 503 and send again, until it is started with the new key. A file needs none: a change of keys has it alone.
 */
import type { Db } from '../src/chat.ts'
import { conflictOf, guardThat } from './client.ts'
import { KEY_STANDS } from './key-state.ts'

/** @param proof the box that this process's key opened (`checkKey`). @param onChange told once */
export function fenceKey(db: Db, proof: Uint8Array, onChange: () => void): Db {
  if (db.kind === 'file') return db
  let changed = false
  const refuse = () =>
    Object.assign(new Error('DATA_KEY was changed: start this process again, with the new key.'), { code: 'KEY_CHANGED' })
  const stands = async (inner: Db) => (await inner.read(`SELECT (${KEY_STANDS}) AS stands`, [proof]))[0]?.stands === 1
  const fenced = (inner: Db): Db => ({
    ...inner,
    async read(sql, args) {
      if (changed) throw refuse()
      return inner.read(sql, args)
    },
    async write(statements) {
      if (changed) throw refuse()
      try {
        return (await inner.write([guardThat(KEY_STANDS, [proof]), ...statements])).slice(1)
      } catch (error) {
        if (conflictOf(error) !== 'check' || (await stands(inner))) throw error
        if (!changed) onChange()
        changed = true
        throw refuse()
      }
    },
  })
  return { ...fenced(db), ...(db.patient ? { patient: fenced(db.patient) } : {}) }
}
