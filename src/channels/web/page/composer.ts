/**
 * Where one writes: text as it is typed (Enter sends, but never in the middle of composing a Vietnamese syllable), photos
 * and a location that lie in a tray and can be taken out before anything is sent. Photos go as they are: they may be
 * evidence.
 */
import { button, make, part, say } from './dom.ts'
import type { Message } from './outbox.ts'

const MOST_PHOTOS = 10
const PHOTO_BYTES = 10 * 1024 * 1024

export function createComposer(send: (message: Message) => void) {
  const form = part<HTMLFormElement>('composer')
  const input = part<HTMLTextAreaElement>('input')
  const files = part<HTMLInputElement>('photos')
  const locate = part<HTMLButtonElement>('locate')
  const tray = part('tray')
  let photos: Array<{ file: File; url: string }> = []
  let place: { latitude: number; longitude: number } | undefined
  let note = ''

  const drawTray = () => {
    const thumbs = photos.map((photo) => {
      const remove = button('remove', '×', () => {
        URL.revokeObjectURL(photo.url)
        photos = photos.filter((other) => other !== photo)
        drawTray()
        input.focus()
      })
      remove.setAttribute('aria-label', say('photo_remove'))
      const image = make('img', { attributes: { src: photo.url, alt: `${say('photo_ready')}: ${photo.file.name}` } })
      return make('div', { class: 'thumb' }, image, remove)
    })
    const chips: Node[] = []
    if (place) {
      const remove = button('remove', '×', () => {
        place = undefined
        drawTray()
        input.focus()
      })
      remove.setAttribute('aria-label', say('location_remove'))
      chips.push(make('div', { class: 'chip' }, make('span', { text: say('location_ready') }), remove))
    }
    if (note) chips.push(make('p', { class: 'note', text: note }))
    tray.replaceChildren(...thumbs, ...chips)
    tray.hidden = thumbs.length + chips.length === 0
  }

  const tell = (sentence: string) => {
    note = sentence
    drawTray()
  }

  const grow = () => {
    input.style.height = 'auto'
    input.style.height = `${Math.min(input.scrollHeight + 2, 160)}px`
  }

  files.addEventListener('change', () => {
    note = ''
    for (const file of files.files ?? []) {
      if (file.type !== '' && !file.type.startsWith('image/')) note = say('not_photo')
      else if (file.size > PHOTO_BYTES) note = say('photo_too_large')
      else if (photos.length >= MOST_PHOTOS) note = say('too_many_photos')
      else photos.push({ file, url: URL.createObjectURL(file) })
    }
    files.value = ''
    drawTray()
    input.focus()
  })

  locate.addEventListener('click', () => {
    if (!('geolocation' in navigator)) {
      tell(say('location_failed'))
      return
    }
    tell(say('location_wait'))
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        place = { latitude: coords.latitude, longitude: coords.longitude }
        tell('')
      },
      () => tell(say('location_failed')),
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
    )
  })

  input.addEventListener('input', grow)
  input.addEventListener('keydown', (event) => {
    // 229: some browsers end the composing just before the Enter that ended it.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return
    event.preventDefault()
    part('send').click()
  })

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const text = input.value.trim()
    if (place) send({ location: place })
    if (photos.length > 0) send({ photos: photos.map(({ file }) => file), text })
    else if (text) send({ text })
    for (const { url } of photos) URL.revokeObjectURL(url)
    photos = []
    place = undefined
    note = ''
    input.value = ''
    grow()
    drawTray()
    input.focus()
  })

  form.hidden = false
}
