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
  const lines = [...table.querySelectorAll('tbody tr')].map((line) => ({
    label: line.querySelector('th')?.textContent?.trim() ?? '',
    n: numberOf(line.querySelectorAll('td')[column]?.dataset.n),
  }))
  if (lines.every(({ n }) => n === null)) return
  place.hidden = false
  const bars = place.dataset.chart === 'bar'
  const chart = new Chart(canvas, {
    type: bars ? 'bar' : 'line',
    data: {
      labels: lines.map(({ label }) => (label.length > 28 ? `${label.slice(0, 27)}…` : label)),
      datasets: [{ data: lines.map(({ n }) => n), borderWidth: bars ? 0 : 2, pointRadius: 3, maxBarThickness: 24 }],
    },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      indexAxis: bars ? 'y' : 'x',
      scales: { [bars ? 'x' : 'y']: { beginAtZero: true, ticks: { precision: 0 } } },
      plugins: { tooltip: { displayColors: false } },
    },
  })
  const paint = () => {
    const colour = (name: string) => getComputedStyle(document.body).getPropertyValue(name).trim()
    const [main, text, line] = [colour('--tblr-primary'), colour('--tblr-body-color'), colour('--tblr-border-color')]
    for (const set of chart.data.datasets) Object.assign(set, { borderColor: main, backgroundColor: main })
    for (const scale of Object.values(chart.options.scales ?? {})) {
      if (scale?.ticks) scale.ticks.color = text
      if (scale?.grid) scale.grid.color = line
    }
    chart.update('none')
  }
  paint()
  new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ['data-bs-theme'] })
}

const numberOf = (text: string | undefined): number | null => (text === undefined || text === '' ? null : Number(text))
