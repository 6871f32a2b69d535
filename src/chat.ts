/**
 * The words of the road: what a message is on its way in, what a handler decides, what leaves by the one door out.
 * Types only, so that every other file may import it. `design.md` names each of them.
 */

import type { Keys } from './sealing.ts'

// ---- in ---------------------------------------------------------------------------------------------------------

export type Attachment =
  /** `ref` is all that `channel.photo` needs to fetch it later (a file id, a url, a stored object); never shown, kept sealed. */
  | { kind: 'photo'; ref: string }
  | { kind: 'location'; latitude: number; longitude: number; title?: string }
  /** Something we cannot use; `what` lets the answer name it. `heic` is an image in a format we do not take. */
  | { kind: 'unsupported'; what: 'contact' | 'sticker' | 'voice' | 'video' | 'file' | 'heic' | 'link' | 'unknown' }

export type InboundMessage = {
  kind: 'message'
  channel: string
  /** The update's own key on its channel: what dedupe counts by. */
  id: string
  /** The person's (or group's) id on that channel, always as text: ids pass 2^53. */
  address: string
  at: Date
  /** What was typed, cleaned by `cleanText`: NFC, no control, zero-width or direction characters, at most 10,000 characters. */
  text: string
  /** `handler:action:id.step` of a tapped button. Anyone can type one: untrusted. */
  payload?: string
  /** What the tapped button said, on a channel that keeps both sides of the talk; kept there only, never acted on. */
  label?: string
  attachments: Attachment[]
  /** Said in a group chat: only public content is answered. */
  group: boolean
  /** The person's code of a deep link (`/start <code>`, a web `?start=`), if this opened the chat. */
  start?: string
  /** What stands for work that the sender's browser has done and that was checked; spent once, by a report (db/work.ts). */
  work?: string
  /** What the platform wants back at once (Telegram's callback query id). */
  ack?: string
  /** Where a channel numbers its updates in order, the same short word for neighbours: their inbox keys then share a page. */
  near?: string
}

export type InboundEvent = {
  kind: 'event'
  channel: string
  id: string
  address: string
  at: Date
  /** `withdraw`: the person uses the platform's erase button. `officer_spoke`: a human answered in the platform's own inbox. */
  event: 'follow' | 'unfollow' | 'blocked' | 'unblocked' | 'withdraw' | 'officer_spoke'
  /** As on a message. */
  near?: string
}

export type Inbound = InboundMessage | InboundEvent

// ---- texts ------------------------------------------------------------------------------------------------------

export type Locale = 'vi' | 'en'

/** A sentence by key (`<handler>.<name>` in content/), or words that are data already (a question, a unit's name). */
export type Text = { key: string; params?: Record<string, string | number | Text> } | { literal: string }

/** A button either says a payload back to us or opens a link. `word`: what is typed instead where there are no buttons and digits would mean something else. */
export type Button = { label: Text; payload: string; word?: string } | { label: Text; url: string }

/** A file for the person. A channel without files sends `text` as messages. */
export type DocumentFile = { name: string; mime: string; text: string }

/** What a handler wants said: channel-neutral, not yet rendered. `image` is an https address or a path of ours. */
export type Reply = {
  text: Text
  buttons?: Button[]
  /** The menu's buttons stand below the own ones. */
  menu?: true
  image?: string
  document?: Omit<DocumentFile, 'text'> & { text: Text }
  /** Number of its first choice where choices are numbered, when an earlier message of the same answer has some. */
  from?: number
  /** Said to an officer: what the channel adds calls them “đồng chí”. All that a handler for officers says is, unless it says otherwise. */
  officer?: boolean
}

// ---- turns ------------------------------------------------------------------------------------------------------

export type Value = string | number | bigint | null | Uint8Array
export type Row = Record<string, Value>
/** One SQL statement with its arguments: what commands in db/ return and a turn's commit takes. */
export type Statement = { sql: string; args: Value[] }

/** The database as the rest of the product sees it (db/client.ts). */
export type Db = {
  kind: 'file' | 'server'
  read(sql: string, args?: Value[]): Promise<Row[]>
  /** One atomic batch, mode `write`. Rows of each statement (RETURNING), in order. */
  write(statements: Statement[]): Promise<Row[][]>
  /** A file's: empties its write-ahead log. Waits for nobody; where another process reads just now, the log stays as it is. */
  emptyLog?(): Promise<void>
  close(): void
  /** Of a server: the same for what may take minutes (db/client.ts, `patientOf`). */
  patient?: Db
}

export type MemberKind = 'cong_doan' | 'thanh_nien' | 'hoi_vien' | 'nguoi_dan'
export type Purpose = 'push' | 'contest' | 'named_report' | 'deals'

/** A person (or a group chat) as a turn sees them. Flags mirror the consent rows that prove them. */
export type Contact = {
  id: string
  addressId: string
  channel: string
  group: boolean
  /** True until this turn commits: the first message of someone new. */
  fresh: boolean
  locale: Locale
  unitId: string | null
  memberKind: MemberKind | null
  /** Unknown counts as under 16 (R13). */
  age: 'unknown' | 'under16' | 'adult'
  /** How to call the person: default `bạn` (§4.1). */
  honorific: 'ban' | 'anh' | 'chi' | 'em'
  name: string | null
  consents: Record<Purpose, boolean>
  /** Push was offered once already; it is not offered again by itself. */
  pushOffered: boolean
}

export type Step = { handler: string; step: string; version: number; data: unknown }

export type Turn = {
  message: InboundMessage
  contact: Contact
  /** The open step, when it is this handler's own. */
  step?: Step
  /** Reads and claims. Every other write is returned in the decision. */
  db: Db
  keys: Keys
  now: Date
  /** A new random id, 16 letters and digits. */
  id(): string
  /** 0 ≤ x < 1, unguessable. */
  random(): number
  about: About
}

export type Decision = {
  replies: Reply[]
  writes?: Statement[]
  /** The step this handler waits in next; without it the person is back at the menu. */
  next?: { step: string; data?: unknown }
  /** Ends the open step even though another handler owned it ("hủy"). */
  drops?: boolean
  /** Ends the open or put-aside step of this handler: "stop" answers a question about pushes, and nothing else. */
  dropsOf?: string
  /** Something of use was done (an item read, a quiz played): the moment to offer pushes, once. */
  useful?: boolean
  /** The contact was erased by `writes`: replies carry their own sealed address, no session is kept. */
  erased?: boolean
}

export type Handler = {
  /** = namespace of its texts = base name of its test. */
  name: string
  /** Raised when the shape of a step's data changes: an older step is dropped politely. */
  version: number
  /** Words that open it, with accents (§4.6). Matched whole, accents optional. */
  words: readonly string[]
  /** Telegram command without the slash; more than one where §4.6 names more. */
  commands?: readonly string[]
  /** Acts at once, in any step and while an officer is talking: stop, erase, 115. */
  urgent?: boolean
  /** For officers: not in the list of commands that members see. */
  officers?: boolean
  /** May answer in a group chat. */
  public?: boolean
  /** Says by itself who runs this, to someone new. */
  greets?: boolean
  /** Beyond `words`: a pattern of its own (a document number, a case number, a barcode). */
  wants?(message: InboundMessage): boolean
  /** While its step is open: true = this text surely answers the step, so no keyword of another handler is looked for in it. */
  expects?(message: InboundMessage, step: Step): boolean
  /** While its step is open, everything typed answers it, save the words that always work: another handler's keyword is content here. */
  listens?(step: Step): boolean
  handle(turn: Turn): Promise<Decision>
  /** Its step only remembers what was shown: what it does not expect is routed as if no step were open. */
  rests?(step: Step): boolean
  /** Says the open step's question again after something else was answered. */
  offerAgain?(turn: Turn): Promise<Reply[]>
}

/** Who runs this deployment; rows an officer edits, with honest defaults. */
export type About = {
  unitName: string
  dataOfficer: string
  publicUrl: string | null
  telegramName: string | null
  zaloOaId: string | null
  /** `unstated`: a database elsewhere, and no decision about it recorded (R21). */
  hosting: 'vietnam' | 'abroad' | 'unstated'
}

// ---- out --------------------------------------------------------------------------------------------------------

export type RenderedButton = { label: string; payload: string; word?: string } | { label: string; url: string }

/** One part of one outbox row, rendered for its channel. Parts are sent in order and counted, so a retry resumes. */
export type OutboundMessage = {
  /** Outbox id and part: stable over retries. */
  id: string
  address: string
  text: string
  buttons: RenderedButton[]
  /** "Bạn nhắn số để chọn": put under a numbered list where buttons cannot be shown. */
  hint: string
  /** Number of the first choice; 1 when absent. */
  from?: number
  image?: string
  document?: DocumentFile
  bulk: boolean
  /** A push on a channel that tells us later whether it was fetched (the web page): its ledger row. */
  pushId?: number
  /** Costs money where the platform sells speed (Telegram: more than 30 a second, 0.1 Star a message). */
  paid?: boolean
}

export type Limits = {
  /** Characters of one message. */
  text: number
  /** Buttons of one message; 0 = numbered text only. */
  buttons: number
  /** Messages a second; at most four fifths of them are pushes. */
  perSecond: number
  /** Replies count into `perSecond` too (one bucket). */
  oneBucket?: boolean
  /** Messages a second to one chat, after a burst of `chatBurst`. */
  perChat?: number
  chatBurst?: number
  /** Hours after a person's last message in which we may write freely; and in which that costs nothing. */
  windowHours?: number
  freeHours?: number
  /** A message counts as sent once the person's page has fetched it. */
  fetched?: true
  /** Can carry a file. */
  documents: boolean
}

/** What a channel reports at start and on the console: one sentence for a person, no secret. */
export type ChannelState = { ok: boolean; name: string; link: string | null; detail: string }

/**
 * What a platform says when it is asked whether all is well; no secret, no sentence. `webhook`: it delivers to us, nowhere,
 * somewhere else, is polled, cannot be asked (its address is entered by hand), or did not answer.
 */
export type ChannelCheck = {
  token: boolean
  webhook: 'ok' | 'missing' | 'elsewhere' | 'polled' | 'by_hand' | 'unknown'
  /** Updates that wait at the platform. */
  waiting: number | null
  /** Machine word of what is wrong. */
  trouble: string | null
}

export type Channel = {
  name: string
  limits: Limits
  /** Verifies, parses, normalizes. Throws AppError `too_large`, `unauthorized`, `invalid`, `ignored`, in that order. */
  receive(request: Request): Promise<Inbound[]>
  /** Sends one part; returns the platform's message id; throws SendError. Never retries by itself, save a refreshed token. */
  send(message: OutboundMessage): Promise<string>
  /** Sends a message the platform approved beforehand, where a window is closed (Zalo's template). Throws SendError. */
  sendTemplate?(address: string, templateId: string, values: Record<string, string>): Promise<string>
  /** Opens the photo behind a ref. The caller checks size, type and time. Throws SendError `refused` when it can never be had. */
  photo(ref: string, signal: AbortSignal): Promise<Response>
  /** Takes updates one batch after the other until the signal; `take` resolves when they are committed. Without `PUBLIC_URL`. */
  poll?(take: (inbound: Inbound[]) => Promise<void>, signal: AbortSignal): Promise<void>
  /** What the webhook's own 200 may carry (Telegram: answerCallbackQuery). */
  answer?(inbound: Inbound[]): unknown
  /** At start: registers commands and the webhook, learns its own name. */
  setUp?(webhookUrl: string | null): Promise<ChannelState>
  /** Asks without changing anything; never throws. */
  check?(webhookUrl: string | null): Promise<ChannelCheck>
  /** Each minute: refreshes what runs out (Zalo's token). */
  tend?(now: Date): Promise<void>
}

export type { Keys, SealPurpose, TagPurpose } from './sealing.ts'
