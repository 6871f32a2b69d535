/**
 * "Ý kiến về thị trường" (F48) as data: what it is about, how long it may be, what officers do with one. No person, no
 * receipt, no answer. Pure.
 */

export const OPINION_TOPICS = ['price', 'supply', 'quality', 'other'] as const
export type OpinionTopic = (typeof OPINION_TOPICS)[number]

/** Chưa đọc · đã đọc · giữ lại cho báo cáo · đã chuyển. */
export const OPINION_STATES = ['new', 'read', 'kept', 'passed'] as const
export type OpinionState = (typeof OPINION_STATES)[number]

/** Characters of what somebody tells, of where it was, and of an officer's note. */
export const WHAT_MOST = 1_000
export const WHERE_MOST = 300
export const NOTE_MOST = 300
/** Of one person on one day in Vietnam. */
export const OPINIONS_A_DAY = 5
/** People below which a count is hidden (R23). */
export const OPINION_LEAST = 5

/** What stands inside the seal. */
export type Opinion = { what: string; where?: string }
