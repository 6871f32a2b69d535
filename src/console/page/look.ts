/**
 * Writing with a preview that follows: what is typed is looked at on the server, by the same form as the button "Xem thử",
 * and its preview takes the place of the one in the page. What is not right yet leaves the preview as it was.
 */

const PAUSE_MS = 500

export function look(): void {
  const form = document.querySelector<HTMLFormElement>('[data-look] form')
  const shown = document.querySelector('[data-looked]')
  if (!form || !shown) return
  let timer = 0
  let asked = 0
  form.addEventListener('input', () => {
    clearTimeout(timer)
    timer = window.setTimeout(refresh, PAUSE_MS)
  })

  async function refresh(): Promise<void> {
    if (!form || !shown) return
    const number = ++asked
    const body = new URLSearchParams()
    for (const [name, value] of new FormData(form)) if (typeof value === 'string') body.append(name, value)
    body.set('do', 'look')
    const answer = await fetch(form.action, { method: 'POST', body }).catch(() => undefined)
    if (!answer?.ok || number !== asked) return
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const next = page.querySelector('[data-looked]')
    if (next && number === asked) shown.replaceChildren(...next.childNodes)
  }
}
