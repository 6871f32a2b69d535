/**
 * The built-in directory "Gọi ai?" (F36) as typed data: numbers an officer edits later without a deploy. A row without
 * `checked_on` is hidden until an officer has called the number. Checked in full by test/built-in-data.test.ts.
 */
import data from './hotlines.json' with { type: 'json' }

export type Hotline = {
  id: string
  /** As people read it: `1800.6838`, or the name of an app. */
  number: string
  /** Digits of a `tel:` link; null for what cannot be called. */
  tel: string | null
  office: string
  what_for: string
  /** Costs the caller nothing. */
  free: boolean
  /** Local day (YYYY-MM-DD) of the last check; null hides the row. */
  checked_on: string | null
  source_label: string
  order: number
  kind: 'khan_cap' | 'nguoi_tieu_dung' | 'thi_truong' | 'khac'
}

export const hotlines: readonly Hotline[] = data as Hotline[]
