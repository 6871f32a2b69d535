/**
 * Buttons that ask this device for a passkey: to sign in, to prove, to make a new one. They are shown only where the
 * browser knows passkeys.
 */
import { browserSupportsWebAuthn, startAuthentication, startRegistration } from '@simplewebauthn/browser'

type Kind = 'sign-in' | 'proof' | 'new'

const PATHS: Record<Kind, string> = {
  'sign-in': '/console/sign-in/passkey',
  proof: '/console/proof/passkey',
  new: '/console/enrol/passkey',
}

export function passkeys(): void {
  if (!browserSupportsWebAuthn()) return
  for (const place of document.querySelectorAll<HTMLElement>('[data-passkey]')) {
    place.hidden = false
    const said = place.querySelector<HTMLElement>('[data-failed]')
    place.querySelector('button')?.addEventListener('click', () => {
      if (said) said.textContent = ''
      ask(place).catch(() => {
        if (said) said.textContent = said.dataset.failed ?? ''
      })
    })
  }
}

async function ask(place: HTMLElement): Promise<void> {
  const kind = place.dataset.passkey as Kind
  const fields: Record<string, string> = place.dataset.csrf ? { _csrf: place.dataset.csrf } : {}
  const options = await post(PATHS[kind], fields)
  const answer = kind === 'new' ? await startRegistration({ optionsJSON: options }) : await startAuthentication({ optionsJSON: options })
  const name = place.querySelector('input')?.value ?? ''
  await post(`${PATHS[kind]}/answer`, { ...fields, answer: JSON.stringify(answer), name })
  location.assign(place.dataset.next ?? '/console')
}

async function post(path: string, fields: Record<string, string>) {
  const response = await fetch(path, { method: 'POST', body: new URLSearchParams(fields), headers: { accept: 'application/json' } })
  if (!response.ok || response.redirected) throw new Error(String(response.status))
  return response.json()
}
