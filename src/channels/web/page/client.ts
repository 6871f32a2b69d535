/**
 * The page's script: history first, then the stream, then whatever the visitor does. Nothing is stored in the browser
 * but the cookie, which this script cannot see.
 */
import type { Line } from '../line.ts'
import { createComposer } from './composer.ts'
import { part, randomId, say } from './dom.ts'
import { createOutbox, type Message } from './outbox.ts'
import { createTalk } from './talk.ts'
import { history, listen, post } from './wire.ts'
import { createWork } from './work.ts'

const BANNER_AFTER_MS = 5_000

const welcome = part('welcome')
const older = part('older')
const log = part('log')
const banner = part('banner')
const deepLink = document.body.dataset.start ?? ''

const talk = createTalk((choice) => send({ payload: choice.payload, label: choice.label }))
const work = createWork()
const outbox = createOutbox(talk, work.take, (fresh) => {
  showForget()
  // A new cookie means a new visitor: the stream must ask again with it. Elsewhere a closed stream is made up for.
  if (fresh) wire.open()
  else if (down) void wire.ask()
})

let down = false
let downTimer: number | undefined
const wire = listen({
  after: talk.newest,
  line: (line: Line) => {
    welcome.hidden = true
    talk.add(line)
    work.heard(line)
    showForget()
  },
  up() {
    down = false
    window.clearTimeout(downTimer)
    downTimer = undefined
    showBanner('')
  },
  down() {
    down = true
    downTimer ??= window.setTimeout(() => showBanner(say('offline')), BANNER_AFTER_MS)
  },
})

function send(message: Message): void {
  welcome.hidden = true
  outbox.add(message, work.isDue('payload' in message ? message.payload : ''))
}

function start(): void {
  send({ text: '/start', label: say('start'), ...(deepLink ? { start: deepLink } : {}) })
  // A reload must not begin again.
  window.history.replaceState(null, '', window.location.pathname)
  document.body.dataset.start = ''
}

function showBanner(sentence: string): void {
  banner.textContent = sentence
  banner.hidden = sentence === ''
}

function showForget(): void {
  part('forget-part').hidden = talk.isEmpty()
}

async function showOlder(query: string): Promise<void> {
  const { lines, more } = await history(query)
  older.hidden = !more
  if (query) talk.addOlder(lines)
  else
    for (const line of lines) {
      talk.add(line, true)
      work.heard(line)
    }
}

async function begin(): Promise<void> {
  if (!navigator.cookieEnabled) showBanner(say('cookies_off'))
  log.setAttribute('aria-busy', 'true')
  await showOlder('').catch(() => {})
  log.removeAttribute('aria-busy')
  // Somebody who comes back by a poster's code still chooses whether to begin.
  welcome.hidden = !talk.isEmpty() && deepLink === ''
  showForget()
  // What invites stands above: it is seen first.
  if (welcome.hidden) talk.toEnd()
  else part('scroll').scrollTop = 0
  wire.open()
}

createComposer(send)
part('start').addEventListener('click', start)
for (const one of welcome.querySelectorAll<HTMLButtonElement>('[data-payload]')) {
  one.addEventListener('click', () => send({ payload: one.dataset.payload ?? '', label: one.textContent ?? '' }))
}
older.addEventListener('click', () => void showOlder(`?before=${talk.oldest()}`).catch(() => {}))
window.addEventListener('offline', () => showBanner(say('offline')))

const about = part('about')
const opener = part('about-open')
function showAbout(open: boolean): void {
  about.classList.toggle('open', open)
  opener.setAttribute('aria-expanded', String(open))
  part(open ? 'about-close' : 'about-open').focus()
}
opener.hidden = false
opener.addEventListener('click', () => showAbout(true))
part('about-close').addEventListener('click', () => showAbout(false))
about.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') showAbout(false)
})

function askForget(open: boolean): void {
  part('forget-sure').hidden = !open
  part('forget').hidden = open
  part(open ? 'forget-no' : 'forget').focus()
}
part('forget').addEventListener('click', () => askForget(true))
part('forget-no').addEventListener('click', () => askForget(false))
part('forget-yes').addEventListener('click', async () => {
  const answer = await post('/chat/forget', JSON.stringify({ id: randomId() }))
  askForget(false)
  if (!answer.ok) {
    showBanner(answer.sentence || say('unavailable'))
    return
  }
  talk.clear(answer.body.upTo ?? 0)
  older.hidden = true
  if (about.classList.contains('open')) showAbout(false)
  welcome.hidden = !talk.isEmpty()
  showForget()
})

void begin()
