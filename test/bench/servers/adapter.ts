/**
 * grammY's webhook as a plain function: the update in, the JSON of the answer (or nothing) out.
 */
import type { Update } from 'grammy/types'

export function plainAdapter(update: Update, header: string, answer: (json?: string) => void) {
  return {
    update: Promise.resolve(update),
    header,
    end: () => answer(),
    respond: (json: string) => answer(json),
    unauthorized: () => answer(),
  }
}
