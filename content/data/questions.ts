/**
 * The built-in quiz questions (F20, F22) as typed data. Read-only: the database keeps its own copy, which officers edit.
 * The JSON file is checked in full by test/built-in-data.test.ts, so that this file needs no parser at run time.
 */
import data from './questions.json' with { type: 'json' }

export type Question = {
  /** Stable for ever: `QF001`. */
  id: string
  topic: string
  difficulty: 'de' | 'trung_binh' | 'kho'
  /** `can_bo` questions are never drawn for members. */
  audience: 'doan_vien' | 'can_bo'
  text: string
  /** In the file's order; shuffled when asked. */
  options: [string, string, string, string]
  /** 0-based place of the right one among `options`. */
  correct: number
  explanation: string
  /** Where a reader finds it: number, date, issuer, part. */
  source_label: string
  /** Speaks of law: its answer carries "thông tin tham khảo" (R17). */
  law: boolean
  /** Local day (YYYY-MM-DD) on which the fact was checked. */
  checked_on: string
  /** Last local day on which it may be asked; later it waits for an officer (F22). */
  review_by: string
  state: 'published' | 'waiting'
}

export const questions: readonly Question[] = data as Question[]
