/**
 * Solves a proof of work with a hash in plain script: the browser's own is not there without https, and would be asked
 * thirty thousand times.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { type Challenge, type DeriveKeyFunction, type Solution, solveChallenge } from 'altcha-lib'

export const solve = (challenge: Challenge): Promise<Solution | null> => solveChallenge({ challenge, deriveKey })

/** The same rounds as the server's (altcha-lib/algorithms/web/sha). */
const deriveKey: DeriveKeyFunction = async ({ cost }, salt, password) => {
  const first = new Uint8Array(salt.length + password.length)
  first.set(salt)
  first.set(password, salt.length)
  let derivedKey = sha256(first)
  for (let i = 1; i < cost; i++) derivedKey = sha256(derivedKey)
  return { derivedKey }
}
