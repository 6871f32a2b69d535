/**
 * From a reply in words of the product to the parts one channel can carry: sentences rendered, too many buttons
 * numbered, long texts split at a sentence. The same reply always gives the same parts, so that a retry can resume.
 */
import type { Channel, Locale, OutboundMessage, RenderedButton, Reply, Text } from './chat.ts'
import { menuButtons } from './menu.ts'
import { numberedText, splitText } from './text.ts'

export type Render = (text: Text, locale: Locale) => string

/** @param target outbox id, and the person's id on the channel. */
export function partsOf(
  channel: Pick<Channel, 'limits'>,
  reply: Reply,
  locale: Locale,
  target: { id: number | string; address: string; bulk: boolean; publicUrl: string | null },
  render: Render,
): OutboundMessage[] {
  const { limits } = channel
  const words = (reply.buttons ?? []).some((button) => 'word' in button)
  const hint = render({ key: `common.hint${words ? '_word' : ''}${reply.officer ? '_officer' : ''}` }, locale)
  const buttons = [...(reply.buttons ?? []), ...(reply.menu ? menuButtons : [])].map((button): RenderedButton => {
    const label = render(button.label, locale)
    if (!('payload' in button)) return { label, url: absolute(button.url, target.publicUrl) }
    return { label, payload: button.payload, ...(button.word === undefined ? {} : { word: button.word }) }
  })
  const shown = buttons.length <= limits.buttons ? buttons : []
  const file = reply.document && { ...reply.document, text: render(reply.document.text, locale) }
  const document = limits.documents ? file : undefined
  const spoken = [render(reply.text, locale), ...(file && !document ? [file.text] : [])].join('\n\n')
  const text = shown.length === buttons.length ? spoken : numberedText(spoken, buttons, hint, reply.from)
  const texts = splitText(text, limits.text)
  const image = reply.image === undefined ? undefined : absolute(reply.image, target.publicUrl)
  return texts.map((part, i) => ({
    id: `${target.id}.${i}`,
    address: target.address,
    text: part,
    buttons: i === texts.length - 1 ? shown : [],
    hint,
    ...(reply.from === undefined ? {} : { from: reply.from }),
    ...(i === 0 && image !== undefined ? { image } : {}),
    ...(i === texts.length - 1 && document ? { document } : {}),
    bulk: target.bulk,
  }))
}

/** A path of ours as the outside sees it; without `PUBLIC_URL` it stays a path, which the web page resolves. */
function absolute(url: string, publicUrl: string | null): string {
  return url.startsWith('/') && publicUrl ? new URL(url, publicUrl).href : url
}
