/**
 * Keys over node:crypto: four times cheaper than WebCrypto for boxes of this size, same bytes (test/keys.test.ts
 * opens each one's boxes with the other). Node's entrance, admin command and tests use it.
 */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import type { Keys } from './chat.ts'
import { AppError } from './errors.ts'
import {
  EVEN_VERSION,
  evened,
  fromHex,
  hmacInfo,
  isEven,
  KEY_SALT,
  ownInfo,
  sealInfo,
  TAG_LENGTH,
  tagChain,
  unevened,
  VERSION,
} from './keys.ts'
import type { TagKeys, TagPurpose } from './sealing.ts'

/** @param dataKey 32 bytes. @param earlier of keys before it. Throws AppError `invalid` for another length. */
export function createNodeKeys(dataKey: Uint8Array, earlier: TagKeys = {}): Keys {
  if (dataKey.byteLength !== 32) throw new AppError('invalid', 'DATA_KEY must be 32 bytes.')
  const derived = new Map<string, KeyObject>()
  const derive = (info: string): KeyObject => {
    let key = derived.get(info)
    if (!key) {
      key = createSecretKey(Buffer.from(hkdfSync('sha256', dataKey, KEY_SALT, info, 32)))
      derived.set(info, key)
    }
    return key
  }
  const chains = new Map<TagPurpose, KeyObject[]>()
  const chainOf = (purpose: TagPurpose): KeyObject[] => {
    let chain = chains.get(purpose)
    if (!chain) {
      const before = (earlier[purpose] ?? []).map((hex) => createSecretKey(fromHex(hex)))
      chain = tagChain(purpose, before, () => derive(hmacInfo(purpose)))
      chains.set(purpose, chain)
    }
    return chain
  }
  // Not kept: there may be a million of them, and each is used a few times in its life.
  const ownKey = (info: string) => createSecretKey(Buffer.from(hkdfSync('sha256', dataKey, KEY_SALT, info, 32)))
  return {
    seal: (purpose, plain, bound = '') =>
      isEven(purpose)
        ? sealWith(derive(sealInfo(purpose)), evened(Buffer.from(plain as string)), bound, EVEN_VERSION)
        : sealWith(derive(sealInfo(purpose)), plain, bound),
    open: (purpose, box, bound = '') => openWith(derive(sealInfo(purpose)), box, bound),
    sealOwn: (purpose, name, plain) => sealWith(ownKey(ownInfo(purpose, name)), plain, name),
    openOwn: (purpose, name, box) => openWith(ownKey(ownInfo(purpose, name)), box, name),
    tag(purpose, text) {
      let tag = text
      for (const key of chainOf(purpose)) tag = hashWith(key, tag)
      return tag
    },
  }
}

/** This key's own HMAC key of a purpose. */
export function tagKeyOf(dataKey: Uint8Array, purpose: TagPurpose): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', dataKey, KEY_SALT, hmacInfo(purpose), 32))
}

/** The tag that follows on one made with the key before. */
export function followTag(dataKey: Uint8Array, purpose: TagPurpose, tag: string): string {
  return hashWith(createSecretKey(tagKeyOf(dataKey, purpose)), tag)
}

function hashWith(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url').slice(0, TAG_LENGTH)
}

function sealWith(key: KeyObject, plain: string | Uint8Array, bound: string, version = VERSION): Uint8Array {
  const nonce = nextNonce()
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(bound))
  const body = cipher.update(plain as string, 'utf8')
  cipher.final()
  return Buffer.concat([Buffer.of(version), nonce, body, cipher.getAuthTag()])
}

function openWith(key: KeyObject, box: Uint8Array, bound: string): Uint8Array {
  if (box.byteLength < 29 || (box[0] !== VERSION && box[0] !== EVEN_VERSION)) throw new AppError('invalid', 'The sealed box is damaged.')
  const bytes = Buffer.from(box.buffer, box.byteOffset, box.byteLength)
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, 13))
  decipher.setAAD(Buffer.from(bound))
  decipher.setAuthTag(bytes.subarray(bytes.length - 16))
  try {
    const plain = decipher.update(bytes.subarray(13, bytes.length - 16))
    decipher.final()
    return box[0] === EVEN_VERSION ? unevened(plain) : plain
  } catch (cause) {
    throw new AppError('invalid', 'The sealed box does not open with this key.', { cause })
  }
}

const NONCE = 12
// Drawn 6 KB at a time: one call to the system for 512 boxes. Each nonce is handed out once.
let nonces = Buffer.alloc(0)
let nonceAt = 0

function nextNonce(): Buffer {
  if (nonceAt === nonces.length) {
    nonces = randomBytes(NONCE * 512)
    nonceAt = 0
  }
  nonceAt += NONCE
  return nonces.subarray(nonceAt - NONCE, nonceAt)
}
