/**
 * One-time codes typed in chat, to join accounts and to bind an officer's: eight characters, alone or behind the words that
 * open the dialogue. The step that waits for what follows keeps the code's tag, never the code.
 */
import { CODE_ALPHABET, type Heard, listen } from './vietnamese/index.ts'

const CODE = new RegExp(`^[${CODE_ALPHABET}]{8}$`)

/** Eight characters of the code alphabet, with or without dash and spaces, in any case. */
export function oneTimeCode(text: string): string | undefined {
  const code = text
    .slice(0, 40)
    .replace(/[\s\p{Pd}.]/gu, '')
    .toUpperCase()
  return CODE.test(code) ? code : undefined
}

/** "nối tài khoản ABCD-2345": the code, when the words before it open the dialogue. */
export function saidOneTimeCode(text: string, opens: (words: Heard) => boolean): string | undefined {
  const said = /^(.{8,40}?)[\s:]+(\S{4}[-\s]?\S{4})$/u.exec(text.slice(0, 80))
  return said && opens(listen(said[1] ?? '')) ? oneTimeCode(said[2] ?? '') : undefined
}

/** The tag a step keeps of its code; empty when it keeps none. */
export function tagIn(data: unknown): string {
  const tag = (data as { tag?: unknown } | undefined)?.tag
  return typeof tag === 'string' ? tag : ''
}
