/**
 * The word for where sealed photos lie: a flat store of named boxes, the same on a disk (evidence-files) and in an R2
 * bucket (evidence-r2). It sees sealed bytes only, and random names, so that the store by itself tells nothing.
 */

export type EvidenceStore = {
  /** Whole or not at all, durable once resolved; replaces what had the name. */
  put(name: string, bytes: Uint8Array): Promise<void>
  get(name: string): Promise<Uint8Array | undefined>
  /** Nothing happens when there is no such object. */
  delete(name: string): Promise<void>
  /**
   * A page of names (1,000 at most) in order, from the first after `after`; `next` is the `after` of the following
   * page. With `before`, only what was stored earlier; such a page may be empty and still have a next.
   */
  list(after?: string, before?: Date): Promise<{ names: string[]; next?: string }>
  /** Removes what writes that were killed before this time left without a name; how many. Not where a put leaves nothing (R2). */
  tidy?(before: Date): Promise<number>
}

export const EVIDENCE_PAGE = 1000

/** Lower-case letters, digits and hyphens, 40 at most: safe as a file name, an object key and a word in a log. */
export function isEvidenceName(name: string): boolean {
  return /^[a-z0-9-]{1,40}$/.test(name)
}

/** The viewer's copy of a photo; the original is named by the photo's id alone. */
export const viewName = (photoId: string): string => `${photoId}-view`

/** What an officer handed in, until the loop has taken it. */
export const incomingName = (photoId: string): string => `in-${photoId}`

/** A copy with black boxes. Named by an id of its own: two officers who make one at once never write over each other. */
export const coveredName = (photoId: string, copyId: string): string => `${photoId}-r${copyId}`

/** The photo, and the covered copy of it, that an object belongs to if it is one's. */
export function ownerOf(name: string): { photoId: string; copyId?: string } {
  const [, photoId = name, copyId] = /^(.+?)(?:-view|-r([a-z0-9]+))?$/.exec(name) ?? []
  return copyId === undefined ? { photoId } : { photoId, copyId }
}
