/**
 * One line of the talk as it goes to the page: the one type that the server and the page's script share.
 */
import type { RenderedButton } from '../../chat.ts'

/** One line as the page gets it (contract.md). */
export type Line = {
  seq: number
  from: 'you' | 'bot'
  text: string
  buttons: RenderedButton[]
  at: string
  /** The page's own message id, so that it knows its bubble again. */
  id?: string
  image?: string
  document?: { name: string; url: string }
  photos?: number
  location?: true
  /** The person was erased: everything above it is gone. */
  goodbye?: true
}
