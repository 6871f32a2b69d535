/**
 * The six digits of an officer's authenticator app (RFC 6238: SHA-1, 30 seconds), by the otpauth package, which runs on
 * Node and workerd alike. The secret is shown once, to the operator, and never passes a chat.
 */
import { Secret, TOTP } from 'otpauth'

const PERIOD_S = 30
/** Steps a phone's clock may be off, either way. */
const WINDOW = 1

/** 20 random bytes as base32. */
export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32
}

/** What the authenticator app scans. */
export function totpUri(secret: string, officer: string, issuer: string): string {
  return totpOf(secret, officer, issuer).toString()
}

/** The step (30 s since 1970) these digits belong to, or undefined when they are wrong. Compared in constant time. */
export function totpStep(secret: string, digits: string, now: Date): number | undefined {
  const token = digits.replace(/\s/g, '')
  if (!/^\d{6}$/.test(token)) return undefined
  const delta = totpOf(secret).validate({ token, timestamp: now.getTime(), window: WINDOW })
  return delta === null ? undefined : Math.floor(now.getTime() / 1000 / PERIOD_S) + delta
}

/** The digits of this moment: what the app shows. For tests and the first check at the desk. */
export function totpDigits(secret: string, now: Date): string {
  return totpOf(secret).generate({ timestamp: now.getTime() })
}

function totpOf(secret: string, label = '', issuer = ''): TOTP {
  return new TOTP({ issuer, label, algorithm: 'SHA1', digits: 6, period: PERIOD_S, secret: Secret.fromBase32(secret) })
}
