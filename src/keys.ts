/**
 * What the two makers of keys (keys-node, keys-web) agree on, so that their bytes are the same, and the few small
 * things around secrets that every runtime does alike.
 */
import type { Keys, SealPurpose, TagPurpose } from './chat.ts'
import type { OwnPurpose, TagKeys } from './sealing.ts'
import { CODE_ALPHABET } from './vietnamese/case-code.ts'

/** First byte of every box: the format. In an even one the content stands behind its length, and zeros behind it. */
export const VERSION = 1
export const EVEN_VERSION = 2

/**
 * Boxes of these are of even lengths: they lie as files, and a photo's size to the byte tells whoever has the photo, or saw so
 * much being sent, which one it is. A box of before opens as it is.
 */
export const isEven = (purpose: SealPurpose): boolean => purpose === 'evidence'

const LEAST_STEP = 512

/** Filled up by an eighth at most: some fifty sizes from a small photo to the largest. */
export function evened(plain: Uint8Array): Uint8Array<ArrayBuffer> {
  const size = 4 + plain.byteLength
  const step = Math.max(LEAST_STEP, 2 ** (Math.floor(Math.log2(size)) - 3))
  const filled = new Uint8Array(Math.ceil(size / step) * step)
  new DataView(filled.buffer).setUint32(0, plain.byteLength)
  filled.set(plain, 4)
  return filled
}

/** What was filled up. */
export function unevened(filled: Uint8Array): Uint8Array {
  const length = new DataView(filled.buffer, filled.byteOffset, filled.byteLength).getUint32(0)
  return filled.subarray(4, 4 + length)
}
export const KEY_SALT = 'hang-viet-bot'
/** base64url characters of a tag: 192 bits. */
export const TAG_LENGTH = 32

export const sealInfo = (purpose: SealPurpose): string => `seal/${purpose}`
export const ownInfo = (purpose: OwnPurpose, name: string): string => `own/${purpose}/${name}`
export const hmacInfo = (purpose: TagPurpose): string => `tag/${purpose}`

/**
 * How tags of each purpose outlive a change of DATA_KEY. `kept`: their plain text is known to nobody here (a token, a cookie,
 * an erased person's proof), so they go on being made with the first key, which is kept sealed under the newest one.
 * `chained`: a keyed hash of the tag before, so that an old key alone tells nothing. `current`: made anew by the change, or
 * worth nothing after it: what leads from a contact to a case, what guards a door.
 */
export const TAG_WAYS: Record<TagPurpose, 'kept' | 'chained' | 'current'> = {
  ...{ contact: 'current', case: 'current', notice: 'current', mark: 'current', work: 'current', tries: 'current' },
  ...{ csrf: 'current', form: 'current', challenge: 'current', webhook: 'current' },
  receipt: 'chained',
  ...{ inbox: 'kept', consent: 'kept', request: 'kept', phrase: 'kept', figure: 'kept', visitor: 'kept' },
  ...{ link: 'kept', token: 'kept', 'officer-code': 'kept', 'sign-in': 'kept', 'officer-session': 'kept' },
}

/** The HMAC keys that make a tag, one after another: each hashes what the one before made. */
export function tagChain<K>(purpose: TagPurpose, earlier: readonly K[], current: () => K): K[] {
  const way = TAG_WAYS[purpose]
  if (way === 'kept' && earlier[0] !== undefined) return [earlier[0]]
  return way === 'chained' ? [...earlier, current()] : [current()]
}

/** What is kept of a key's tags when another takes its place. @param own this key's own HMAC key of a purpose, 32 bytes */
export function keepTags(kept: TagKeys, own: (purpose: TagPurpose) => Uint8Array): TagKeys {
  const next: TagKeys = {}
  for (const [purpose, way] of Object.entries(TAG_WAYS) as Array<[TagPurpose, string]>) {
    const earlier = kept[purpose] ?? []
    if (way === 'chained' || (way === 'kept' && earlier.length === 0)) next[purpose] = [...earlier, toHex(own(purpose))]
    else if (way === 'kept') next[purpose] = earlier
  }
  return next
}

/** Bytes of lower-case hex. */
export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array((hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)))
}

const decoder = new TextDecoder()

/** Opens a box that holds JSON. Throws AppError `invalid` like `Keys.open`. */
export async function openJson<T>(keys: Keys, purpose: SealPurpose, box: Uint8Array, bound?: string): Promise<T> {
  return JSON.parse(await openText(keys, purpose, box, bound)) as T
}

/** Opens a box that holds text. */
export async function openText(keys: Keys, purpose: SealPurpose, box: Uint8Array, bound?: string): Promise<string> {
  return decoder.decode(await keys.open(purpose, box, bound))
}

const encoder = new TextEncoder()
const STEP = 512

/** JSON filled up with spaces to steps of 512 bytes, so that the length of its box does not tell what was said (a receipt has always 22 letters). */
export function evenJson(value: unknown): string {
  const json = JSON.stringify(value)
  const { byteLength } = encoder.encode(json)
  return json + ' '.repeat(Math.ceil(byteLength / STEP) * STEP - byteLength)
}

/** Compares what was given with a secret, in time that does not tell where they differ. An empty secret equals nothing. */
export function sameSecret(given: string, secret: string): boolean {
  let difference = given.length ^ secret.length
  for (let i = 0; i < secret.length; i++) difference |= (i < given.length ? given.charCodeAt(i) : 0) ^ secret.charCodeAt(i)
  return secret.length > 0 && difference === 0
}

/** Bytes as lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** SHA-256 of bytes, as lower-case hex: what papers and packets write of a file. */
export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)))
}

/** `length` characters of CODE_ALPHABET by `random` (0 ≤ x < 1, unguessable). */
export function randomCode(length: number, random: () => number): string {
  let code = ''
  for (let i = 0; i < length; i++) code += CODE_ALPHABET[Math.floor(random() * CODE_ALPHABET.length)]
  return code
}

const ID_ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz'

/** A random id of 16 letters and digits (82 bits). */
export function randomId(random: () => number): string {
  let id = ''
  for (let i = 0; i < 16; i++) id += ID_ALPHABET[Math.floor(random() * 36)]
  return id
}

const pool = new Uint32Array(256)
let poolAt = pool.length

/** 0 ≤ x < 1 from the platform's own cryptographic source, 32 bits, drawn 1 KB at a time. */
export function secureRandom(): number {
  if (poolAt === pool.length) {
    crypto.getRandomValues(pool)
    poolAt = 0
  }
  return (pool[poolAt++] ?? 0) / 0x1_0000_0000
}
