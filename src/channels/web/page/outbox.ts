/**
 * Own messages on their way: one after the other, each with its own id, so that a second try of the same message can
 * never count twice. What failed for want of a network goes again by itself when it is back.
 */
import type { Line } from '../line.ts'
import { randomId } from './dom.ts'
import type { createTalk } from './talk.ts'
import { post } from './wire.ts'

export type Message =
  | { text: string; label?: string; start?: string }
  | { payload: string; label: string }
  | { location: { latitude: number; longitude: number } }
  | { photos: File[]; text: string }

type Entry = { id: string; body: BodyInit; previews: string[]; state: 'queued' | 'failed'; works: boolean }

/** @param work what the browser computed for a report, once */
export function createOutbox(
  talk: ReturnType<typeof createTalk>,
  work: () => Promise<object | undefined>,
  taken: (fresh: boolean) => void,
) {
  let entries: Entry[] = []
  let running = false

  const drop = (entry: Entry) => {
    entries = entries.filter((other) => other !== entry)
  }

  const retry = (entry: Entry) => {
    entry.state = 'queued'
    talk.sending(entry.id)
    void run()
  }

  const run = async () => {
    if (running) return
    running = true
    for (let entry = next(); entry; entry = next()) {
      const one = entry
      // Kept with the message: tried again it is the same message.
      if (one.works && typeof one.body === 'string') one.body = JSON.stringify({ ...JSON.parse(one.body), ...(await work()) })
      one.works = false
      const answer = await post('/chat/messages', one.body)
      if (answer.ok) {
        drop(one)
        talk.taken(one.id)
        taken(answer.body.fresh === true)
      } else {
        one.state = 'failed'
        talk.failed(one.id, answer.sentence, answer.again ? () => retry(one) : undefined, () => drop(one))
      }
    }
    running = false
  }

  const next = () => entries.find(({ state }) => state === 'queued')

  window.addEventListener('online', () => {
    for (const entry of entries) if (entry.state === 'failed') retry(entry)
  })

  return {
    /** @param works it may file a report: the work goes along */
    add(message: Message, works: boolean): void {
      const id = randomId()
      const previews = 'photos' in message ? message.photos.map((photo) => URL.createObjectURL(photo)) : []
      entries.push({ id, body: bodyOf(id, message), previews, state: 'queued', works })
      talk.show({ id, line: lineOf(message), previews })
      void run()
    },
  }
}

function bodyOf(id: string, message: Message): BodyInit {
  if (!('photos' in message)) return JSON.stringify({ id, ...message })
  const form = new FormData()
  form.set('id', id)
  form.set('text', message.text)
  for (const photo of message.photos) form.append('photo', photo)
  return form
}

function lineOf(message: Message): Line {
  const text = 'label' in message && message.label ? message.label : 'text' in message ? message.text : ''
  return {
    seq: 0,
    from: 'you',
    text,
    buttons: [],
    at: new Date().toISOString(),
    ...('location' in message ? { location: true as const } : {}),
  }
}
