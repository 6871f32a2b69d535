/**
 * Black boxes drawn on a picture with a finger, a mouse or a pen: on free ground a new one, on a box that box is moved. By
 * keyboard a chosen box moves with the arrows, grows and shrinks with Shift and the arrows, and goes with Delete. What is
 * drawn is written into the form's own field as numbers, which is all that the server reads.
 */
import { type Box, boxesOf, linesOf } from '../../redaction.ts'

const SVG = 'http://www.w3.org/2000/svg'
/** Percent. A touch that wandered less is no box. */
const LEAST = 1
const NEW: Box = { left: 40, top: 40, width: 20, height: 20 }
const ARROWS: Record<string, [x: number, y: number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

type Point = { x: number; y: number }

export function covering(): void {
  for (const root of document.querySelectorAll<HTMLElement>('[data-covering]')) ready(root)
}

function ready(root: HTMLElement): void {
  const svg = root.querySelector('svg')
  const field = root.closest('form')?.querySelector<HTMLTextAreaElement>('textarea[name="boxes"]')
  const said = root.querySelector('[data-said]')
  if (!svg || !field || !said) return
  const most = Number(root.dataset.most)
  let boxes: Box[] = []
  let chosen = -1
  /** The box under the finger, and where the finger took hold; `fresh`: it is being drawn. */
  let held: { at: number; from: Point; box: Box; fresh: boolean } | undefined

  const draw = (focus = false) => {
    svg.replaceChildren(...boxes.map((box, at) => rectOf(box, at === chosen, (root.dataset.box ?? '').replace('{n}', String(at + 1)))))
    said.textContent = (root.dataset.count ?? '').replace('{n}', String(boxes.length))
    const rect = svg.children[chosen]
    if (focus && rect instanceof SVGElement) rect.focus()
  }
  const keep = (focus = false) => {
    field.value = linesOf(boxes)
    draw(focus)
  }
  const read = () => {
    const typed = boxesOf(field.value)
    // Half a line is no news: what stands is drawn until the line is whole.
    if ('wrong' in typed) return
    boxes = typed.boxes
    chosen = Math.min(chosen, boxes.length - 1)
    draw()
  }
  const remove = (at: number) => {
    boxes.splice(at, 1)
    chosen = Math.min(at, boxes.length - 1)
    keep(true)
  }
  const pointOf = (event: PointerEvent): Point => {
    const { left, top, width, height } = svg.getBoundingClientRect()
    return { x: within(((event.clientX - left) / width) * 100), y: within(((event.clientY - top) / height) * 100) }
  }

  svg.addEventListener('pointerdown', (event) => {
    if (!event.isPrimary || event.button !== 0) return
    const from = pointOf(event)
    const under = topmost(boxes, from)
    const box = boxes[under]
    if (!box && boxes.length >= most) return
    event.preventDefault()
    svg.setPointerCapture(event.pointerId)
    chosen = box ? under : boxes.push({ left: from.x, top: from.y, width: 0, height: 0 }) - 1
    held = { at: chosen, from, box: box ?? { left: from.x, top: from.y, width: 0, height: 0 }, fresh: !box }
    draw()
  })
  svg.addEventListener('pointermove', (event) => {
    if (!held || !event.isPrimary) return
    const to = pointOf(event)
    boxes[held.at] = held.fresh ? between(held.from, to) : moved(held.box, to.x - held.from.x, to.y - held.from.y)
    draw()
  })
  const drop = (event: PointerEvent) => {
    if (!held || !event.isPrimary) return
    const { at, fresh, box } = held
    held = undefined
    const now = boxes[at]
    if (event.type === 'pointercancel' && !fresh) boxes[at] = box
    if (fresh && (event.type === 'pointercancel' || !now || now.width < LEAST || now.height < LEAST)) {
      boxes.splice(at, 1)
      chosen = -1
    }
    keep(chosen >= 0)
  }
  svg.addEventListener('pointerup', drop)
  svg.addEventListener('pointercancel', drop)
  svg.addEventListener('focusin', (event) => {
    const at = [...svg.children].indexOf(event.target as Element)
    if (at >= 0 && at !== chosen) {
      chosen = at
      for (const [place, rect] of [...svg.children].entries()) mark(rect, place === chosen)
    }
  })
  svg.addEventListener('keydown', (event) => {
    const box = boxes[chosen]
    if (!box) return
    const arrow = ARROWS[event.key]
    if (arrow) boxes[chosen] = event.shiftKey ? grown(box, ...arrow) : moved(box, ...arrow)
    else if (event.key !== 'Delete' && event.key !== 'Backspace') return
    event.preventDefault()
    if (arrow) keep(true)
    else remove(chosen)
  })
  root.querySelector('[data-add]')?.addEventListener('click', () => {
    if (boxes.length >= most) return
    chosen = boxes.push({ ...NEW }) - 1
    keep(true)
  })
  root.querySelector('[data-remove]')?.addEventListener('click', () => {
    const at = boxes[chosen] ? chosen : boxes.length - 1
    if (at >= 0) remove(at)
  })
  field.addEventListener('input', read)
  // Without a script the drawing is only to be seen; the numbers say the same.
  svg.removeAttribute('aria-hidden')
  svg.setAttribute('role', 'group')
  svg.setAttribute('aria-label', root.dataset.drawn ?? '')
  root.querySelector('[data-tools]')?.removeAttribute('hidden')
  read()
}

/** The last drawn box that holds this point. */
function topmost(boxes: readonly Box[], { x, y }: Point): number {
  let found = -1
  for (const [at, { left, top, width, height }] of boxes.entries())
    if (x >= left && x <= left + width && y >= top && y <= top + height) found = at
  return found
}

function rectOf({ left, top, width, height }: Box, chosen: boolean, name: string): SVGElement {
  const rect = document.createElementNS(SVG, 'rect')
  const attributes = { x: left, y: top, width, height, tabindex: 0, role: 'button', 'aria-label': name }
  for (const [key, value] of Object.entries(attributes)) rect.setAttribute(key, String(value))
  mark(rect, chosen)
  return rect
}

function mark(rect: Element, chosen: boolean): void {
  rect.setAttribute('class', chosen ? 'covering-box covering-chosen' : 'covering-box')
  rect.setAttribute('aria-pressed', String(chosen))
}

const within = (percent: number): number => Math.round(Math.min(100, Math.max(0, percent)) * 10) / 10
const tenth = (percent: number): number => Math.round(percent * 10) / 10

function between(from: Point, to: Point): Box {
  return {
    left: Math.min(from.x, to.x),
    top: Math.min(from.y, to.y),
    width: tenth(Math.abs(to.x - from.x)),
    height: tenth(Math.abs(to.y - from.y)),
  }
}

function moved({ left, top, width, height }: Box, x: number, y: number): Box {
  return { left: Math.min(within(left + x), tenth(100 - width)), top: Math.min(within(top + y), tenth(100 - height)), width, height }
}

function grown({ left, top, width, height }: Box, x: number, y: number): Box {
  return {
    left,
    top,
    width: tenth(Math.min(Math.max(width + x, LEAST), 100 - left)),
    height: tenth(Math.min(Math.max(height + y, LEAST), 100 - top)),
  }
}
