/**
 * Passkeys by @simplewebauthn/server, which runs on Node and workerd: what a browser is asked for, and whether its answer
 * holds. The challenge is known to the database as a keyed hash and good for one answer.
 */
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { Context } from 'hono'
import { addPasskey, findPasskey, listPasskeys, makeChallenge, type Passkey, takeChallenge, usePasskey } from '../../db/passkeys.ts'
import type { Statement } from '../chat.ts'
import { AppError } from '../errors.ts'
import { dayOf } from '../time.ts'
import type { ConsoleParts } from './page.ts'

/** Of a passkey's name as its officer types it. */
const NAME_MOST = 60

/** Loaded by whoever first uses a passkey: it is half of the console in memory and in time to start. */
const library = () => import('@simplewebauthn/server')

type Officer = { officerId: string; name: string }

/** What the browser is asked to make; its challenge is good for five minutes. */
export async function askNewPasskey(c: Context, parts: ConsoleParts, { officerId, name }: Officer) {
  const { db, about } = parts
  const has = await listPasskeys(db, officerId)
  const options = await (await library()).generateRegistrationOptions({
    rpName: about().unitName,
    rpID: hostOf(c, parts),
    userID: Uint8Array.from(new TextEncoder().encode(officerId)),
    userName: name,
    attestationType: 'none',
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
    excludeCredentials: has.map(({ id, transports }) => ({ id, transports: transports as AuthenticatorTransport[] })),
  })
  await remember(parts, options.challenge)
  return options
}

/** Statements that keep the new passkey. Throws AppError `forbidden` for an answer that does not hold. */
export async function newPasskey(
  c: Context,
  parts: ConsoleParts,
  { officerId }: Officer,
  answer: Answer,
  name: string,
): Promise<Statement[]> {
  const { verified, registrationInfo } = await (await library())
    .verifyRegistrationResponse({
      response: parsed<RegistrationResponseJSON>(answer),
      expectedChallenge: (challenge) => taken(parts, challenge),
      expectedOrigin: originOf(c, parts),
      expectedRPID: hostOf(c, parts),
      requireUserVerification: true,
    })
    .catch((cause: unknown) => {
      throw wrong(cause)
    })
  if (!verified) throw wrong()
  const { credential } = registrationInfo
  return addPasskey({
    id: credential.id,
    officerId,
    publicKey: credential.publicKey,
    counter: credential.counter,
    transports: credential.transports ?? [],
    name: name.normalize('NFC').trim().slice(0, NAME_MOST) || 'Passkey',
    createdDay: dayOf(parts.now()),
  })
}

/** What the browser is asked to sign. Without an officer any passkey of this site may answer. */
export async function askPasskey(c: Context, parts: ConsoleParts, officerId?: string) {
  const has = officerId === undefined ? [] : await listPasskeys(parts.db, officerId)
  const options = await (await library()).generateAuthenticationOptions({
    rpID: hostOf(c, parts),
    userVerification: 'required',
    allowCredentials: has.map(({ id, transports }) => ({ id, transports: transports as AuthenticatorTransport[] })),
  })
  await remember(parts, options.challenge)
  return options
}

/** Whose passkey signed, and the statements that count its use. Throws AppError `forbidden`. */
export async function givenPasskey(c: Context, parts: ConsoleParts, answer: Answer): Promise<{ passkey: Passkey; writes: Statement[] }> {
  const response = parsed<AuthenticationResponseJSON>(answer)
  const passkey = typeof response.id === 'string' ? await findPasskey(parts.db, response.id) : undefined
  if (!passkey) throw wrong()
  const { verified, authenticationInfo } = await (await library())
    .verifyAuthenticationResponse({
      response,
      expectedChallenge: (challenge) => taken(parts, challenge),
      expectedOrigin: originOf(c, parts),
      expectedRPID: hostOf(c, parts),
      requireUserVerification: true,
      credential: {
        id: passkey.id,
        publicKey: new Uint8Array(passkey.publicKey),
        counter: passkey.counter,
        transports: passkey.transports as AuthenticatorTransport[],
      },
    })
    .catch((cause: unknown) => {
      throw wrong(cause)
    })
  if (!verified) throw wrong()
  return { passkey, writes: usePasskey(passkey, authenticationInfo.newCounter, dayOf(parts.now())) }
}

/** What the page's script posted: JSON in a field. */
type Answer = string | string[] | undefined

function parsed<T extends { id: string }>(answer: Answer): T {
  try {
    const value: unknown = JSON.parse(String(answer))
    if (typeof value === 'object' && value !== null) return value as T
  } catch (cause) {
    throw wrong(cause)
  }
  throw wrong()
}

type AuthenticatorTransport = 'ble' | 'cable' | 'hybrid' | 'internal' | 'nfc' | 'smart-card' | 'usb'

async function remember({ db, keys, now }: ConsoleParts, challenge: string): Promise<void> {
  await db.write([makeChallenge(await keys.tag('challenge', challenge), now())])
}

async function taken({ db, keys, now }: ConsoleParts, challenge: string): Promise<boolean> {
  return takeChallenge(db, await keys.tag('challenge', challenge), now())
}

const wrong = (cause?: unknown) => new AppError('forbidden', 'console.passkey_wrong', { cause })

/** The site a passkey belongs to: our public address, or the host that was asked for where there is none. */
function originOf(c: Context, { publicUrl }: ConsoleParts): string {
  return new URL(publicUrl ?? c.req.url).origin
}

const hostOf = (c: Context, parts: ConsoleParts): string => new URL(originOf(c, parts)).hostname
