/**
 * The list of lines: history above, new lines below, own lines shown at once and recognized again when the server's copy
 * comes. Stays at the end unless the reader has scrolled away; then it says that something new is there.
 */
import type { Line } from '../line.ts'
import { bubble, dayOf, type Tap } from './bubble.ts'
import { button, make, part, say } from './dom.ts'

type Waiting = { id: string; line: Line; previews: string[] }

const NEAR_END = 120
const TYPING_MS = 12_000

export function createTalk(tap: Tap) {
  const log = part('log')
  const scroll = part('scroll')
  const unseen = part('unseen')
  const typing = part('typing')
  const title = document.title
  const waiting = new Map<string, HTMLElement>()
  const known = new Set<number>()
  /** Own messages that have their line: one that the server ran a second time is not shown twice. */
  const told = new Set<string>()
  let newest = 0
  let oldest = Number.MAX_SAFE_INTEGER
  let unread = 0
  let typingTimer: number | undefined

  const atEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_END
  const toEnd = () => {
    scroll.scrollTop = scroll.scrollHeight
    unseen.hidden = true
  }

  const answering = (on: boolean) => {
    window.clearTimeout(typingTimer)
    typing.hidden = !on
    if (on) typingTimer = window.setTimeout(() => answering(false), TYPING_MS)
  }

  /** Only the newest choices look like an invitation; older ones still work. */
  const markNewest = () => {
    const all = [...log.querySelectorAll<HTMLElement>('.line:not(.waiting)')]
    for (const item of all) item.classList.toggle('now', item === all[all.length - 1])
  }

  const days = () => {
    for (const mark of [...log.querySelectorAll('.day')]) mark.remove()
    let before = ''
    for (const item of [...log.querySelectorAll<HTMLElement>('.line')]) {
      const day = dayOf(new Date(item.dataset.at ?? ''))
      if (day !== before) item.before(make('p', { class: 'day', text: day }))
      before = day
    }
  }

  const draw = (line: Line) => {
    const item = bubble(line, tap)
    item.dataset.seq = String(line.seq)
    item.dataset.at = line.at
    return item
  }

  const settle = () => {
    markNewest()
    days()
  }

  window.addEventListener('focus', () => {
    unread = 0
    document.title = title
  })
  scroll.addEventListener('scroll', () => {
    if (atEnd()) unseen.hidden = true
  })
  unseen.addEventListener('click', toEnd)
  // The keyboard of a phone takes half of the window: the end stays in sight.
  let height = scroll.clientHeight
  window.addEventListener('resize', () => {
    if (scroll.scrollHeight - scroll.scrollTop - height < NEAR_END) toEnd()
    height = scroll.clientHeight
  })

  return {
    newest: () => newest,
    oldest: () => oldest,
    isEmpty: () => log.querySelector('.line') === null,
    toEnd,
    answering,

    /** A line from the server: a new one, or the copy of an own one that waits. */
    add(line: Line, fromHistory = false): void {
      if (known.has(line.seq)) return
      const stay = atEnd()
      known.add(line.seq)
      newest = Math.max(newest, line.seq)
      if (line.id !== undefined && told.has(line.id)) return
      if (line.id !== undefined) told.add(line.id)
      oldest = Math.min(oldest, line.seq)
      if (line.goodbye) for (const item of [...log.children]) item.remove()
      const own = line.id === undefined ? undefined : waiting.get(line.id)
      const first = [...waiting.values()].find((item) => item !== own && item.isConnected) ?? null
      const item = own ?? draw(line)
      if (own && line.id !== undefined) {
        waiting.delete(line.id)
        own.classList.remove('waiting')
        own.dataset.seq = String(line.seq)
        log.insertBefore(own, first)
        setMeta(own, line.at)
      } else {
        log.insertBefore(item, first)
      }
      if (line.from === 'bot') answering(false)
      settle()
      if (stay || own) toEnd()
      // What is taller than the window is read from its beginning.
      if (stay && line.from === 'bot' && item.offsetHeight > scroll.clientHeight - 40) scroll.scrollTop = item.offsetTop - 12
      if (stay || own) unseen.hidden = true
      else if (!fromHistory) unseen.hidden = false
      if (!fromHistory && line.from === 'bot' && !document.hasFocus()) document.title = `(${++unread}) ${title}`
    },

    /** Older lines above, without moving what is being read. */
    addOlder(lines: Line[]): void {
      const below = scroll.scrollHeight - scroll.scrollTop
      for (const line of [...lines].reverse()) {
        if (known.has(line.seq)) continue
        known.add(line.seq)
        oldest = Math.min(oldest, line.seq)
        log.prepend(draw(line))
      }
      settle()
      scroll.scrollTop = scroll.scrollHeight - below
    },

    /** An own line before the server has it. */
    show({ id, line, previews }: Waiting): void {
      const item = draw(line)
      item.classList.add('waiting')
      for (const url of previews) {
        item.querySelector('.bubble')?.append(make('img', { class: 'picture', attributes: { src: url, alt: say('photo_sent') } }))
      }
      waiting.set(id, item)
      log.append(item)
      settle()
      setState(item, say('sending'))
      toEnd()
    },

    /** The server took it; its copy will come with a seq. */
    taken(id: string): void {
      const item = waiting.get(id)
      if (item) setMeta(item, item.dataset.at ?? '')
      if (item) answering(true)
    },

    failed(id: string, sentence: string, retry: (() => void) | undefined, drop: () => void): void {
      const item = waiting.get(id)
      if (!item) return
      const again = retry && button('plain', say('retry'), retry)
      const leave = button('plain', say('drop'), () => {
        waiting.delete(id)
        item.remove()
        settle()
        drop()
      })
      setState(item, sentence || say('failed'), ...(again ? [again] : []), leave)
      item.classList.add('bad')
      if (atEnd()) toEnd()
    },

    sending(id: string): void {
      const item = waiting.get(id)
      if (!item) return
      item.classList.remove('bad')
      setState(item, say('sending'))
    },

    /** Takes away every line up to `seq`. */
    clear(seq: number): void {
      for (const item of [...log.querySelectorAll<HTMLElement>('.line:not(.waiting)')]) {
        if (Number(item.dataset.seq) <= seq) item.remove()
      }
      settle()
    },
  }

  function setMeta(item: HTMLElement, at: string): void {
    item.dataset.at = at
    const meta = item.querySelector('.meta')
    const time = bubble({ seq: 0, from: 'you', text: '', buttons: [], at }, tap).querySelector('.meta')
    if (meta && time) meta.replaceWith(time)
  }
}

function setState(item: HTMLElement, text: string, ...buttons: Node[]): void {
  item.querySelector('.meta')?.replaceChildren(make('span', { text }), ...buttons)
}
