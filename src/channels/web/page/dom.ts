/** The few things the page's script does to the document, and the sentences it was given. */
import type { pageTexts } from './texts.ts'

const texts: Record<string, string> = JSON.parse(document.body.dataset.texts ?? '{}')

export const say = (name: (typeof pageTexts)[number]): string => texts[name] ?? ''

/** An element of the served page. */
export function part<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id)
  if (!found) throw new Error(`no #${id} on the page`)
  return found as T
}

type Props = { class?: string; text?: string; hidden?: boolean; attributes?: Record<string, string> }

export function make<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Node[]): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag)
  if (props.class) node.className = props.class
  if (props.text !== undefined) node.textContent = props.text
  for (const [name, value] of Object.entries(props.attributes ?? {})) node.setAttribute(name, value)
  node.append(...children)
  return node
}

export function button(className: string, text: string, tapped: () => void): HTMLButtonElement {
  const node = make('button', { class: className, text, attributes: { type: 'button' } })
  node.addEventListener('click', tapped)
  return node
}

/** 22 letters and digits: 128 bits, from a source that also works without https. */
export function randomId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
