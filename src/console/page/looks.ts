/**
 * Forms that show what they would give while they are filled in: a change posts the form as its own "Xem thử" button does,
 * and the parts that differ are taken out of the answer. Parts that do not belong to what was chosen are put away.
 */
const PAUSE_MS = 700

export function looks(): void {
  for (const place of document.querySelectorAll<HTMLElement>('[data-looks]')) {
    const form = place.querySelector('form')
    if (form) watch(form)
  }
}

function watch(form: HTMLFormElement): void {
  let timer = 0
  let asked: AbortController | undefined
  // Once people were counted, a change of who gets it counts again: a count walks a whole organisation, so not before.
  let counted = form.querySelector('[data-part="counts"] table') !== null
  const look = (what: 'look' | 'count', on: string | undefined) => {
    asked?.abort()
    asked = new AbortController()
    if (what === 'count') counted = true
    void ask(form, what, on, asked.signal)
  }
  show(form)
  form.addEventListener('input', (event) => {
    const field = event.target as HTMLInputElement
    show(form)
    if (field.type === 'file') return
    clearTimeout(timer)
    const counts = counted && field.name !== 'find' && field.closest('[data-counts]') !== null
    timer = window.setTimeout(() => look(counts ? 'count' : 'look', field.name), PAUSE_MS)
  })
  form.addEventListener('submit', (event) => {
    const button = (event as SubmitEvent).submitter as HTMLButtonElement | null
    const what = button?.value
    // A picture is given to the server by a whole post.
    const picture = form.querySelector<HTMLInputElement>('input[type=file]')?.files?.length
    if (picture || (what !== 'look' && what !== 'count' && what !== 'find')) return
    event.preventDefault()
    clearTimeout(timer)
    look(what === 'count' ? 'count' : 'look', what === 'find' ? 'find' : undefined)
  })
}

/** @param on the field that was changed: a part that names one is taken only then */
async function ask(form: HTMLFormElement, what: 'look' | 'count', on: string | undefined, signal: AbortSignal): Promise<void> {
  const data = new FormData(form)
  data.delete('picture')
  data.set('do', what)
  const answer = await fetch(form.action, { method: 'POST', body: data, signal }).catch(() => undefined)
  if (!answer || answer.redirected || !answer.headers.get('content-type')?.startsWith('text/html')) return
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  takeParts(page, (part) => (part.dataset.on ? part.dataset.on === on : part.dataset.part !== 'counts' || what === 'count'))
}

/** Parts of this page as another one has them. */
export function takeParts(page: Document, wanted: (part: HTMLElement) => boolean = () => true): void {
  for (const part of document.querySelectorAll<HTMLElement>('[data-part]')) {
    const next = page.querySelector(`[data-part="${part.dataset.part}"]`)
    if (next && wanted(part)) part.replaceChildren(...next.childNodes)
  }
}

/** `data-when="plan=once,weekly"`: only while that field has one of these values; of a box, `on` while it is ticked. */
function show(form: HTMLFormElement): void {
  for (const part of form.querySelectorAll<HTMLElement>('[data-when]')) {
    const [name = '', values = ''] = (part.dataset.when ?? '').split('=')
    const field = form.elements.namedItem(name)
    const value =
      field instanceof HTMLInputElement && field.type === 'checkbox'
        ? field.checked
          ? 'on'
          : ''
        : field instanceof HTMLSelectElement
          ? field.value
          : ''
    part.hidden = !values.split(',').includes(value)
  }
}
