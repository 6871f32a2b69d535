/**
 * The built-in reasons why a case moves (F32), as typed data: what officers choose, and the sentence its member reads. An
 * officer may switch one off and add others; what these say changes only with the program. Checked by test/built-in-data.test.ts.
 */
import data from './case-reasons.json' with { type: 'json' }

export type CaseReasonRow = {
  id: string
  /** Where the move leads; `reviewing`: why it is looked at again. */
  state: 'needs_info' | 'reviewing' | 'referred' | 'resolved' | 'closed'
  label: { vi: string; en: string }
  /** What the member reads; of `needs_info`: the question itself. */
  says: { vi: string; en: string }
  place: number
}

export const caseReasons = data as CaseReasonRow[]
