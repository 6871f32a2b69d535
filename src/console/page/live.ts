/**
 * Bars of runs that are being sent move while the page is open. A run that is over keeps its last numbers.
 */
type Result = { state: string; result: { people: number; states: Record<string, number> } | null }

export function live(): void {
  for (const place of document.querySelectorAll<HTMLElement>('[data-live-run]')) {
    const source = new EventSource(place.dataset.liveRun ?? '')
    source.addEventListener('counts', ({ data }) => {
      const { result, state } = JSON.parse(data) as Result
      if (result) show(place, result.people, result.people - (result.states.queued ?? 0) - (result.states.sending ?? 0))
      if (state === 'done' || state === 'cancelled') source.close()
    })
  }
}

function show(place: HTMLElement, people: number, settled: number): void {
  const bar = place.querySelector('progress')
  const text = place.querySelector<HTMLElement>('[data-live-text]')
  if (bar) {
    bar.max = Math.max(people, 1)
    bar.value = settled
  }
  if (text) text.textContent = (text.dataset.liveText ?? '').replace('{settled}', grouped(settled)).replace('{people}', grouped(people))
}

const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, '.')
