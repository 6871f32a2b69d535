/**
 * What the bot can tell by itself: short items with source, day checked and day to check again, and the reader topics they stand
 * under, which are also the topics a person subscribes to. A start loads them as rows; from then on officers edit the rows.
 * Items that no page confirmed yet wait for an officer. `law` and `document` items are shown as reference only (R17).
 */
import library from './items.json' with { type: 'json' }
import topicList from './topics.json' with { type: 'json' }

/** `vi` is at most 24 characters, so that it fits a button on every channel. */
export type Topic = { id: string; vi: string; en: string }

/** `tham_khao`: kept for reference, its present force is not confirmed. `het_giai_doan`: its plan or period has ended. */
export type DocumentStatus = 'con_hieu_luc' | 'het_hieu_luc' | 'het_giai_doan' | 'tham_khao'

export type LibraryDocument = {
  /** As printed on the paper: two numbers that differ only in their letters are two documents. */
  number: string
  /** Calendar day, `YYYY-MM-DD`. */
  issued_on: string
  issuer: string
  title: string
  status: DocumentStatus
}

export type LibraryItem = {
  /** Never changes and is never used again: rows and reports of wrong information point to it. */
  id: string
  /** The researched facts behind the text; empty only for a document that is its own source. */
  facts: string[]
  topic: Topic['id']
  kind: 'fact' | 'law' | 'document'
  /** At most 60 characters. */
  title: string
  /** At most 400 characters, at most three paragraphs parted by an empty line. */
  body: string
  /** As a reader would look it up. */
  source_label: string
  source_url: string | null
  checked_on: string
  /** Hidden after this day until an officer has checked it again. */
  review_by: string
  state: 'published' | 'waiting'
  /** Fit for “Mỗi ngày một điều”. */
  daily: boolean
  /** Set for `kind: 'document'` and for nothing else. */
  document: LibraryDocument | null
}

export const topics: Topic[] = topicList
export const libraryItems = library as LibraryItem[]
