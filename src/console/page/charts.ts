/**
 * Places where a chart may stand: the library is fetched only by a page that has one.
 */
type Drawn = { draw(place: HTMLElement): void }

export function charts(): void {
  const places = [...document.querySelectorAll<HTMLElement>('[data-chart]')]
  const src = places[0]?.dataset.src
  if (src === undefined) return
  import(src).then(({ draw }: Drawn) => places.forEach(draw)).catch(() => {})
}
