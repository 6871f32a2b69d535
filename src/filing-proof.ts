/**
 * The code on a proof of filing: four letters that stand for the receiving unit and twelve that only this deployment can
 * make, over number, kind and unit. It is checked by making it again, so nothing of the case has to be kept for it; and
 * over a secret of its own, so that papers outlive a change of DATA_KEY. Pure.
 */
import { type CaseKind, caseKinds } from './case.ts'
import { sameSecret } from './keys.ts'
import { CODE_ALPHABET, caseCode, codeLetters } from './vietnamese/case-code.ts'

const SIGN = 4
const HASH = 12

/** `7K3Q` of a unit; '' stands for whoever runs the deployment. Two units may share one: both are tried. */
export function signOf(secret: string, unitId: string): Promise<string> {
  return letters(secret, `unit|${unitId}`, SIGN)
}

/** `7K3Q-M4TD-9XWE-2345` */
export async function proofCode(secret: string, proof: { number: string; kind: CaseKind; unitId: string }): Promise<string> {
  const code = (await signOf(secret, proof.unitId)) + (await hashOf(secret, proof))
  return code.replace(/(.{4})(?=.)/g, '$1-')
}

export type TypedProof = { number: string; sign: string; hash: string }

/** As it was typed from paper: any case, any dash or space; undefined for what no proof looks like. */
export function readProof(number: string, code: string): TypedProof | undefined {
  const found = caseCode(number)
  const plain = codeLetters(
    code
      .slice(0, 60)
      .normalize('NFKC')
      .replace(/[\s._\p{Pd}]/gu, ''),
  )
  if (!found || plain.length !== SIGN + HASH || [...plain].some((letter) => !CODE_ALPHABET.includes(letter))) return undefined
  return { number: found.number, sign: plain.slice(0, SIGN), hash: plain.slice(SIGN) }
}

/** Which of these units it was filed with. The work is the same for a right code and a wrong one: every kind of every unit is tried. */
export async function matchProof(
  secret: string,
  { number, hash }: Pick<TypedProof, 'number' | 'hash'>,
  unitIds: readonly string[],
): Promise<string | undefined> {
  let found: string | undefined
  for (const unitId of unitIds)
    for (const kind of caseKinds) if (sameSecret(hash, await hashOf(secret, { number, kind, unitId }))) found = unitId
  return found
}

/** `11/2026`, as the number says it. */
export function monthOfNumber(number: string): string {
  return `${number.slice(5, 7)}/20${number.slice(3, 5)}`
}

function hashOf(secret: string, { number, kind, unitId }: { number: string; kind: CaseKind; unitId: string }): Promise<string> {
  return letters(secret, `proof|${number}|${monthOfNumber(number)}|${kind}|${unitId}`, HASH)
}

const encoder = new TextEncoder()

/** Letters of CODE_ALPHABET from an HMAC-SHA-256, two bytes each. */
async function letters(secret: string, text: string, length: number): Promise<string> {
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const bytes = new DataView(await crypto.subtle.sign('HMAC', key, encoder.encode(text)))
  return Array.from({ length }, (_, at) => CODE_ALPHABET[bytes.getUint16(at * 2) % CODE_ALPHABET.length]).join('')
}
