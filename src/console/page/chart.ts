/**
 * Draws a chart from the table it names, with Chart.js; of the library only lines and bars come along. A hidden cell is a
 * gap. Colours are the page's own, and follow light and dark.
 */
import { BarController, BarElement, CategoryScale, Chart, LinearScale, LineController, LineElement, PointElement, Tooltip } from 'chart.js'

Chart.register(BarController, BarElement, CategoryScale, LinearScale, LineController, LineElement, PointElement, Tooltip)

export function draw(place: HTMLElement): void {
  const table = document.getElementById(place.dataset.table ?? '')
  const canvas = place.querySelector('canvas')
  if (!table || !canvas) return
  const column = Number(place.dataset.column)
  const lines = [...table.querySelectorAll('tbody tr')].slice(Number(place.dataset.from)).map((line) => ({
    label: line.querySelector('th')?.textContent?.trim() ?? '',
    n: numberOf(line.querySelectorAll('td')[column]?.dataset.n),
  }))
  if (lines.every(({ n }) => n === null)) return
  place.hidden = false
  let chart = paint(canvas, place.dataset.chart === 'bar', lines)
  new MutationObserver(() => {
    chart.destroy()
    chart = paint(canvas, place.dataset.chart === 'bar', lines)
  }).observe(document.documentElement, { attributeFilter: ['data-bs-theme'] })
}

type Line = { label: string; n: number | null }

function paint(canvas: HTMLCanvasElement, bars: boolean, lines: Line[]): Chart<'bar' | 'line', Array<number | null>> {
  const main = colourOf(canvas, '--tblr-primary')
  const axis = {
    ticks: { color: colourOf(canvas, '--tblr-body-color'), precision: 0 },
    grid: { color: colourOf(canvas, '--tblr-border-color') },
  }
  return new Chart<'bar' | 'line', Array<number | null>>(canvas, {
    type: bars ? 'bar' : 'line',
    data: {
      labels: lines.map(({ label }) => (label.length > 28 ? `${label.slice(0, 27)}…` : label)),
      datasets: [
        {
          data: lines.map(({ n }) => n),
          backgroundColor: main,
          borderColor: main,
          ...(bars ? { maxBarThickness: 24 } : { borderWidth: 2, pointRadius: 3 }),
        },
      ],
    },
    options: {
      animation: false,
      locale: 'vi-VN',
      responsive: true,
      maintainAspectRatio: false,
      indexAxis: bars ? 'y' : 'x',
      scales: { x: { ...axis, beginAtZero: bars }, y: { ...axis, beginAtZero: !bars } },
      plugins: { tooltip: { displayColors: false } },
    },
  })
}

const numberOf = (text: string | undefined): number | null => (text === undefined || text === '' ? null : Number(text))

/** The page's colours are given in ways the library cannot read (oklch, light-dark): the browser paints one pixel with it. */
function colourOf(canvas: HTMLCanvasElement, name: string): string {
  canvas.style.color = `var(${name})`
  const pixel = document.createElement('canvas').getContext('2d')
  if (!pixel) return '#888'
  pixel.fillStyle = getComputedStyle(canvas).color
  pixel.fillRect(0, 0, 1, 1)
  const [red, green, blue] = pixel.getImageData(0, 0, 1, 1).data
  return `rgb(${red}, ${green}, ${blue})`
}
