/**
 * What a member of the journeys can do and sees, the same on every platform.
 */
/** What reached a person: one message as their app shows it. */
export type Shown = { text: string; buttons: Array<{ label: string; payload?: string; url?: string }> }
export type Answer = Shown[]

export type Member = {
  id: string
  says(text: string): Promise<Answer>
  /** Taps the newest button with this label. Where there are none, types what its number says. */
  taps(label: string): Promise<Answer>
  sendsPhoto(bytes: Uint8Array): Promise<Answer>
  heard(): Answer
}

export type TelegramMember = Member & {
  sends(part: object): Promise<Answer>
  /** Sends a text and waits for the webhook only. */
  posts(text: string): Promise<unknown>
  tapsTwice(label: string): Promise<Answer>
  event(status: string): Promise<void>
}

/** The payload of the newest button with this label. */
export function newest(heard: Answer, label: string): string {
  for (const { buttons } of heard.toReversed()) {
    const button = buttons.find((one) => one.label === label)
    if (button?.payload) return button.payload
  }
  throw new Error(`no button “${label}”; last: ${JSON.stringify(heard.at(-1))}`)
}

/** The number under which the last list shows this choice. */
export function numberOf(heard: Answer, label: string): string | undefined {
  for (const { text, buttons } of heard.toReversed()) {
    const number = text
      .split('\n')
      .find((line) => line.replace(/^\d+\. /, '') === label && /^\d/.test(line))
      ?.split('.')[0]
    if (number) return number
    if (buttons.length > 0 || /^1\. /m.test(text)) return undefined
  }
  return undefined
}

/** All texts of an answer, one under the other. */
export const wordsOf = (answer: Answer): string => answer.map(({ text }) => text).join('\n---\n')
