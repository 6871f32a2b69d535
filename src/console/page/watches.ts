/**
 * A page that watches a run: whenever the stream says that it moved, the parts that change are fetched anew; when the run
 * came to another state, the whole page, because other things may be done then.
 */
import { takeParts } from './looks.ts'

const PAUSE_MS = 1_500

export function watches(): void {
  for (const place of document.querySelectorAll<HTMLElement>('[data-events]')) watch(place)
}

function watch(place: HTMLElement): void {
  const source = new EventSource(place.dataset.events ?? '')
  let timer = 0
  source.addEventListener('counts', (event) => {
    const { state, reason } = JSON.parse((event as MessageEvent<string>).data) as { state: string; reason: string | null }
    if (`${state} ${reason ?? ''}` !== place.dataset.state) {
      source.close()
      location.reload()
    } else if (timer === 0) {
      timer = window.setTimeout(() => {
        timer = 0
        void refresh()
      }, PAUSE_MS)
    }
  })
}

async function refresh(): Promise<void> {
  const answer = await fetch(location.href).catch(() => undefined)
  if (!answer?.ok || answer.redirected) return
  takeParts(new DOMParser().parseFromString(await answer.text(), 'text/html'))
}
