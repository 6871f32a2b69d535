/**
 * The words of everything secret: what the entrance's keys can do, and the purposes that keep boxes and tags of different
 * things apart. Types only.
 */

/**
 * Everything secret hangs on `DATA_KEY`: one AES-256-GCM key and one HMAC-SHA-256 key per purpose, derived by HKDF.
 * The entrance makes it (node:crypto or WebCrypto, same bytes). Sealed: 1 version byte, 12 nonce, ciphertext, 16 tag.
 */
export type Keys = {
  /** `bound` ties the box to its row, so that a box moved to another row does not open. */
  seal(purpose: SealPurpose, plain: string | Uint8Array, bound?: string): Promise<Uint8Array> | Uint8Array
  /** Throws AppError `invalid` when the key, the purpose, the binding or a byte differs. */
  open(purpose: SealPurpose, box: Uint8Array, bound?: string): Promise<Uint8Array> | Uint8Array
  /** The same with a key of one thing alone, derived from the purpose and its name: its box opens with no other's key. */
  sealOwn(purpose: OwnPurpose, name: string, plain: string): Promise<Uint8Array> | Uint8Array
  /** Throws AppError `invalid` like `open`. */
  openOwn(purpose: OwnPurpose, name: string, box: Uint8Array): Promise<Uint8Array> | Uint8Array
  /** 32 base64url characters (192 bits) of HMAC-SHA-256. */
  tag(purpose: TagPurpose, text: string): Promise<string> | string
}

export type SealPurpose =
  | 'check'
  | 'session'
  | 'reply'
  | 'recipient'
  | 'transcript'
  | 'update'
  | 'photo-ref'
  | 'evidence'
  | 'case'
  | 'inquiry'
  | 'token'
  | 'flag'
  | 'totp'
  | 'data-note'
  | 'incident'
  | 'case-event'
  | 'notice-outcome'
  | 'identity-reason'
  | 'removal-reason'
  | 'hand-over'
  | 'decision'
  | 'opinion'
  | 'tag-keys'
  // Ways back as they were sealed before each had a key of its own: db/box-upgrade.ts opens them once.
  | 'reply-link'
  | 'backup'

/** Boxes with a key each: what a case's member left of themselves, and the way back to them. */
export type OwnPurpose = 'identity' | 'reply-link'

export type TagPurpose =
  | 'inbox'
  | 'contact'
  | 'case'
  | 'receipt'
  | 'mark'
  | 'work'
  | 'notice'
  | 'consent'
  | 'request'
  | 'phrase'
  | 'figure'
  | 'tries'
  | 'visitor'
  | 'link'
  | 'token'
  | 'officer-code'
  | 'sign-in'
  | 'officer-session'
  | 'csrf'
  | 'form'
  | 'challenge'
  | 'webhook'

/** HMAC keys of earlier DATA_KEYs, as hex, oldest first: what tags need that outlive them (keys.ts, `TAG_WAYS`). */
export type TagKeys = Partial<Record<TagPurpose, readonly string[]>>
