/**
 * What was merged into a case, for reading under it: each as far as the officer may see it by itself.
 */
import { AppError } from '../src/errors.ts'
import { listMerged } from './case-audience.ts'
import { type OpenCase, readCase } from './case-desk.ts'
import type { Desk } from './rights.ts'

/** Of many merged ones so many are opened. */
const OPENED_MOST = 5

/** The first of them opened, which is recorded; ids of the others; how many the officer may not see. */
export async function readMerged(desk: Desk, mainId: string): Promise<{ opened: OpenCase[]; others: string[]; hidden: number }> {
  const ids = await listMerged(desk.db, mainId)
  const opened: OpenCase[] = []
  let hidden = 0
  for (const id of ids.slice(0, OPENED_MOST)) {
    try {
      opened.push(await readCase(desk, id))
    } catch (error) {
      if (!(error instanceof AppError) || (error.code !== 'not_found' && error.code !== 'forbidden')) throw error
      hidden += 1
    }
  }
  return { opened, others: ids.slice(OPENED_MOST), hidden }
}
