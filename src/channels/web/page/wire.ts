/**
 * The page's line to the server: posts, history, and the event stream that comes back by itself and falls back to
 * asking where streams do not get through.
 */
import type { Line } from '../line.ts'

export type History = { lines: Line[]; more: boolean }
export type Answer = { ok: true; body: { fresh?: boolean; upTo?: number } } | { ok: false; again: boolean; sentence: string }

/** `again`: trying once more may help (no network, too fast, server away). */
export async function post(path: string, body: BodyInit): Promise<Answer> {
  try {
    const headers: Record<string, string> = typeof body === 'string' ? { 'content-type': 'application/json' } : {}
    const response = await fetch(path, { method: 'POST', body, headers })
    const said = await response.json().catch(() => ({}))
    if (response.ok) return { ok: true, body: said }
    return { ok: false, again: response.status === 429 || response.status >= 500, sentence: String(said.error ?? '') }
  } catch {
    return { ok: false, again: true, sentence: '' }
  }
}

export async function history(query: string): Promise<History> {
  const response = await fetch(`/chat/messages${query}`)
  if (!response.ok) throw new Error(`history ${response.status}`)
  return response.json()
}

const SLOWEST_MS = 30_000

/** Keeps listening for ever. `after` is the last seq the page has. */
export function listen(parts: { after(): number; line(line: Line): void; up(): void; down(): void }) {
  let source: EventSource | undefined
  let timer: number | undefined
  let wait = 1_000

  const open = () => {
    window.clearTimeout(timer)
    source?.close()
    const mine = new EventSource(`/chat/events?after=${parts.after()}`)
    source = mine
    mine.onopen = () => {
      wait = 1_000
      parts.up()
    }
    mine.onmessage = (event) => parts.line(JSON.parse(event.data))
    mine.onerror = () => {
      if (mine !== source) return
      parts.down()
      // The browser reconnects by itself unless the server refused.
      if (mine.readyState !== EventSource.CLOSED) return
      timer = window.setTimeout(() => void ask().then(open), wait)
      wait = Math.min(wait * 2, SLOWEST_MS)
    }
  }

  const ask = async () => {
    try {
      for (;;) {
        const { lines, more } = await history(`?after=${parts.after()}`)
        parts.up()
        lines.forEach(parts.line)
        if (!more) return
      }
    } catch {
      parts.down()
    }
  }

  const close = () => {
    window.clearTimeout(timer)
    source?.close()
    source = undefined
  }

  // A phone that was asleep, or a page taken out of the back-forward cache, comes back at once.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && source?.readyState === EventSource.CLOSED) open()
  })
  window.addEventListener('online', open)
  window.addEventListener('pagehide', close)
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) open()
  })
  return { open, ask }
}
