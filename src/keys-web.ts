/**
 * Keys over WebCrypto: what Workers have. Same bytes as keys-node.
 */
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

const encoder = new TextEncoder()

/** @param dataKey 32 bytes. @param earlier of keys before it. Throws AppError `invalid` for another length. */
export async function createWebKeys(dataKey: Uint8Array<ArrayBuffer>, earlier: TagKeys = {}): Promise<Keys> {
  if (dataKey.byteLength !== 32) throw new AppError('invalid', 'DATA_KEY must be 32 bytes.')
  const root = await crypto.subtle.importKey('raw', dataKey, 'HKDF', false, ['deriveKey'])
  // Keys are kept, not promises of keys: on Workers a promise of one request must not be awaited in another.
  const derived = new Map<string, typeof root>()
  const make = (info: string): Promise<typeof root> => {
    const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: encoder.encode(KEY_SALT), info: encoder.encode(info) }
    return info.startsWith('tag/')
      ? crypto.subtle.deriveKey(hkdf, root, { name: 'HMAC', hash: 'SHA-256', length: 256 }, false, ['sign'])
      : crypto.subtle.deriveKey(hkdf, root, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  }
  const derive = async (info: string, keyOf = make): Promise<typeof root> => {
    const known = derived.get(info)
    if (known) return known
    const key = await keyOf(info)
    derived.set(info, key)
    return key
  }
  /** Keys of earlier DATA_KEYs, each under a name that no derived one has. */
  const before = (purpose: TagPurpose) =>
    (earlier[purpose] ?? []).map((hex) => ({
      name: `earlier/${hex}`,
      make: (): Promise<typeof root> => crypto.subtle.importKey('raw', fromHex(hex), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']),
    }))
  return {
    seal: async (purpose, plain, bound = '') =>
      isEven(purpose)
        ? sealWith(await derive(sealInfo(purpose)), evened(typeof plain === 'string' ? encoder.encode(plain) : plain), bound, EVEN_VERSION)
        : sealWith(await derive(sealInfo(purpose)), plain, bound),
    open: async (purpose, box, bound = '') => openWith(await derive(sealInfo(purpose)), box, bound),
    // Their keys are not kept: there may be a million of them.
    sealOwn: async (purpose, name, plain) => sealWith(await make(ownInfo(purpose, name)), plain, name),
    openOwn: async (purpose, name, box) => openWith(await make(ownInfo(purpose, name)), box, name),
    async tag(purpose, text) {
      let tag = text
      for (const { name, make: keyOf } of tagChain(purpose, before(purpose), () => ({ name: hmacInfo(purpose), make }))) {
        const mac = await crypto.subtle.sign('HMAC', await derive(name, keyOf), encoder.encode(tag))
        tag = base64url(new Uint8Array(mac)).slice(0, TAG_LENGTH)
      }
      return tag
    },
  }
}

type Key = Awaited<ReturnType<typeof crypto.subtle.deriveKey>>

async function sealWith(key: Key, plain: string | Uint8Array, bound: string, version = VERSION): Promise<Uint8Array> {
  const nonce = crypto.getRandomValues(new Uint8Array(12))
  const bytes = typeof plain === 'string' ? encoder.encode(plain) : new Uint8Array(plain)
  const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: encoder.encode(bound) }
  const body = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, bytes))
  const box = new Uint8Array(13 + body.length)
  box[0] = version
  box.set(nonce, 1)
  box.set(body, 13)
  return box
}

async function openWith(key: Key, box: Uint8Array, bound: string): Promise<Uint8Array> {
  if (box.byteLength < 29 || (box[0] !== VERSION && box[0] !== EVEN_VERSION)) throw new AppError('invalid', 'The sealed box is damaged.')
  const bytes = new Uint8Array(box)
  const algorithm = { name: 'AES-GCM', iv: bytes.slice(1, 13), additionalData: encoder.encode(bound) }
  try {
    const plain = new Uint8Array(await crypto.subtle.decrypt(algorithm, key, bytes.slice(13)))
    return bytes[0] === EVEN_VERSION ? unevened(plain) : plain
  } catch (cause) {
    throw new AppError('invalid', 'The sealed box does not open with this key.', { cause })
  }
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '')
}
