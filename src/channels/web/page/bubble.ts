/**
 * How one line looks: words as text nodes only (nothing a person or a handler wrote is ever markup), links and pictures
 * of ours, buttons.
 */
import type { Line } from '../line.ts'
import { button, make, say } from './dom.ts'

const MANY = 5
const SHORT = 28

export type Tap = (choice: { label: string; payload: string }) => void

const clock = new Intl.DateTimeFormat('vi-VN', { timeZone: 'Asia/Ho_Chi_Minh', hour: '2-digit', minute: '2-digit' })
const calendar = new Intl.DateTimeFormat('vi-VN', { timeZone: 'Asia/Ho_Chi_Minh', day: '2-digit', month: '2-digit', year: 'numeric' })

const timeOf = (at: Date): string => clock.format(at)

/** `23/11/2026`, or "today". */
export function dayOf(at: Date): string {
  const day = calendar.format(at)
  return day === calendar.format(new Date()) ? say('today') : day
}

export function bubble(line: Line, tap: Tap): HTMLElement {
  const words = wordsOf(line)
  const body = make('div', { class: 'bubble' }, make('span', { class: 'who', text: `${say(line.from)}: ` }))
  if (line.image) body.append(picture(line.image))
  if (words) body.append(paragraph(words))
  if (line.document) body.append(download(line.document))
  const item = make('article', { class: `line ${line.from}` }, body)
  if (line.buttons.length > 0) {
    // Many short ones stand in two columns, so that the question above them stays in sight.
    const many = line.buttons.length >= MANY && line.buttons.every(({ label }) => label.length <= SHORT)
    const list = make('div', { class: many ? 'buttons many' : 'buttons' })
    for (const one of line.buttons) {
      if ('payload' in one) list.append(button('choice', one.label, () => tap(one)))
      else if (isOpenable(one.url)) list.append(link('choice', one.url, one.label))
    }
    item.append(list)
  }
  item.append(make('p', { class: 'meta', text: timeOf(new Date(line.at)) }))
  return item
}

function wordsOf({ text, photos, location }: Line): string {
  const sent = photos === 1 ? say('photo_sent') : photos ? `${photos} ${say('photos_sent')}` : location ? say('location_sent') : ''
  return [sent, text].filter(Boolean).join('\n')
}

const ADDRESS = /https?:\/\/[^\s<>"“”]+[^\s<>"“”.,;:!?)\]]/g

/** Text with its web addresses made tappable. */
function paragraph(text: string): HTMLElement {
  const node = make('p', { class: 'words' })
  let at = 0
  for (const match of text.matchAll(ADDRESS)) {
    const start = match.index ?? 0
    node.append(text.slice(at, start), link('', match[0], match[0]))
    at = start + match[0].length
  }
  node.append(text.slice(at))
  return node
}

function isOpenable(url: string): boolean {
  return /^(https?:\/\/|tel:|\/(?!\/))/.test(url)
}

function link(className: string, url: string, text: string): HTMLAnchorElement {
  const outside = /^https?:/.test(url) && new URL(url).origin !== location.origin
  const node = make('a', { class: className, text, attributes: { href: url } })
  if (outside) {
    node.target = '_blank'
    node.rel = 'noopener noreferrer'
    node.append(make('span', { class: 'unseen-words', text: ` (${say('opens_new')})` }))
  }
  return node
}

/** Only a picture of our own is loaded; one from elsewhere is offered as a link, so that nobody learns who looks. */
function picture(url: string): HTMLElement {
  const own = new URL(url, location.href).origin === location.origin
  if (!own) return link('choice', url, say('image_open'))
  return make('img', { class: 'picture', attributes: { src: url, alt: '', loading: 'lazy' } })
}

function download({ name, url }: { name: string; url: string }): HTMLElement {
  return make('a', { class: 'choice file', text: `${say('document')}: ${name}`, attributes: { href: url, download: name } })
}
