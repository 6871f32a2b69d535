/**
 * Zalo's webhook signature: `mac=<hex>` of a plain sha256 (not an HMAC) over app id, raw body, timestamp and OA secret
 * key (zalo.md §3.2). The timestamp is the body's own; some projects saw it in a header instead, so the caller passes
 * both. Either form needs the secret, so trying two weakens nothing.
 */

const encoder = new TextEncoder()
const HEX = /^(?:mac=)?([0-9a-f]{64})$/i

/** Whether `header` signs `body` with one of the timestamps. Compares in constant time. */
export async function isSigned(options: {
  header: string
  body: Uint8Array
  timestamps: (string | undefined)[]
  appId: string
  secretKey: string
}): Promise<boolean> {
  const claimed = HEX.exec(options.header.trim())?.[1]?.toLowerCase()
  if (claimed === undefined) return false
  for (const timestamp of options.timestamps) {
    if (timestamp === undefined) continue
    if (equal(await signatureOf(options.body, timestamp, options.appId, options.secretKey), claimed)) return true
  }
  return false
}

async function signatureOf(body: Uint8Array, timestamp: string, appId: string, secretKey: string): Promise<string> {
  const head = encoder.encode(appId)
  const tail = encoder.encode(timestamp + secretKey)
  const signed = new Uint8Array(head.length + body.length + tail.length)
  signed.set(head)
  signed.set(body, head.length)
  signed.set(tail, head.length + body.length)
  let hex = ''
  for (const byte of new Uint8Array(await crypto.subtle.digest('SHA-256', signed))) hex += byte.toString(16).padStart(2, '0')
  return hex
}

function equal(a: string, b: string): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}
