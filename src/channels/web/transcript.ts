/**
 * What the web channel needs of the database (db/transcript.ts fills it), and how a stored line becomes what the page
 * shows. Bodies are sealed and tied to their owner: an address id, or the goodbye name of an erased visitor.
 */
import type { DocumentFile, Keys, RenderedButton } from '../../chat.ts'
import { openJson } from '../../keys.ts'
import type { Line } from './line.ts'

/** `unseen`: carries a push that no page has fetched yet. */
export type StoredLine = { seq: number; owner: string; side: 'you' | 'bot'; body: Uint8Array; unseen?: true }

export type TranscriptStore = {
  /** Address id of each visitor who has one. */
  findOwners(visitors: string[]): Promise<Map<string, string>>
  /** Seqs in order, the same for the same `sentAs`; undefined where the owner was erased meanwhile. `pushId`: kept until `settleSeen`. */
  append(
    lines: Array<{ owner: string; goodbye: boolean; body: Uint8Array; at: Date; sentAs: string; pushId?: number | undefined }>,
  ): Promise<Array<number | undefined>>
  /** Oldest first. */
  listAfter(owners: string[], after: number, most: number): Promise<StoredLine[]>
  /** Newest first. */
  listBefore(owners: string[], before: number, most: number): Promise<StoredLine[]>
  /** Lines of all these with after < seq ≤ upTo, oldest first, in one query. */
  listNew(
    watched: { visitors: string[]; goodbyes: string[] },
    after: number,
    upTo: number,
    most: number,
  ): Promise<Array<StoredLine & { visitor?: string }>>
  findLine(owners: string[], seq: number): Promise<StoredLine | undefined>
  newestSeq(): Promise<number>
  /** A page was given these lines: the pushes they carry are sent, and the lines carry them no longer. */
  settleSeen(seqs: number[], at: Date): Promise<void>
  forget(owners: string[]): Promise<void>
}

/** Inside the seal, the bot's side. */
export type BotBody = { at: string; text: string; buttons?: RenderedButton[]; image?: string; document?: DocumentFile; goodbye?: true }
/** Inside the seal, the visitor's side: written by the turn's commit. */
type OwnBody = { at: string; id?: string; text: string; label?: string; payload?: string; photos?: number; location?: true }

/** The owner of lines to a visitor who has no address any more. Not the cookie's own tag: that one is a secret. */
export async function goodbyeOwner(keys: Keys, visitor: string): Promise<string> {
  return `bye:${await keys.tag('visitor', `goodbye:${visitor}`)}`
}

/** Both owners a visitor's lines may have. */
export async function ownersOf(keys: Keys, store: TranscriptStore, visitor: string): Promise<string[]> {
  const [owners, goodbye] = await Promise.all([store.findOwners([visitor]), goodbyeOwner(keys, visitor)])
  const address = owners.get(visitor)
  return address === undefined ? [goodbye] : [address, goodbye]
}

/** The line as the page gets it, or undefined when its box does not open (another key wrote it). */
export async function openLine(keys: Keys, stored: StoredLine): Promise<Line | undefined> {
  try {
    const { seq, side } = stored
    if (side === 'bot') return botLine(await openJson<BotBody>(keys, 'transcript', stored.body, stored.owner), seq)
    return ownLine(await openJson<OwnBody>(keys, 'transcript', stored.body, stored.owner), seq)
  } catch {
    return undefined
  }
}

/** The file of a line, or undefined. */
export async function openDocument(keys: Keys, stored: StoredLine): Promise<DocumentFile | undefined> {
  if (stored.side !== 'bot') return undefined
  return (await openJson<BotBody>(keys, 'transcript', stored.body, stored.owner)).document
}

function botLine({ at, text, buttons = [], image, document, goodbye }: BotBody, seq: number): Line {
  return {
    seq,
    from: 'bot',
    text,
    buttons,
    at,
    ...(image ? { image } : {}),
    ...(document ? { document: { name: document.name, url: `/chat/documents/${seq}` } } : {}),
    ...(goodbye ? { goodbye } : {}),
  }
}

function ownLine({ at, id, text, label, photos, location }: OwnBody, seq: number): Line {
  return {
    seq,
    from: 'you',
    text: label ?? text,
    buttons: [],
    at,
    ...(id ? { id: id.slice(id.indexOf(':') + 1) } : {}),
    ...(photos ? { photos } : {}),
    ...(location ? { location } : {}),
  }
}
