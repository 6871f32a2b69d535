/**
 * F40: somebody says that they are threatened or punished for what they reported. Read anywhere in a message, with or
 * without accents. Where it stands inside an answer it changes nothing of it: help is offered below.
 */
import type { Heard } from './listen.ts'
import { contains, phrase } from './phrase.ts'

/** What opens the help when it is the whole message. */
export const THREAT_WORDS = [
  ...['bị đe dọa', 'đe dọa', 'bị trù dập', 'trù dập', 'bị đe dọa trù dập', 'bị trả thù', 'trả thù', 'bị dọa', 'bị dọa nạt', 'bị hăm dọa'],
  ...['bị uy hiếp', 'bị dọa đuổi việc', 'dọa đuổi việc', 'bị dọa cho nghỉ việc', 'dọa cho nghỉ việc', 'bị dọa sa thải', 'dọa sa thải'],
  ...['bị dọa đánh', 'dọa đánh', 'bị ép rút phản ánh', 'ép rút phản ánh', 'bị ép rút đơn', 'bị ép rút lại', 'bị đuổi việc vì phản ánh'],
  ...['threatened', 'i am threatened'],
] as const

const said = [
  ...['đe dọa', 'trù dập', 'trả thù', 'bị dọa', 'hăm dọa', 'uy hiếp', 'dọa đuổi', 'dọa cho nghỉ', 'dọa sa thải', 'dọa đánh', 'dọa giết'],
  ...['ép rút phản ánh', 'ép rút đơn', 'ép rút lại', 'đuổi việc vì phản ánh'],
].map(phrase)

export function isThreat(heard: Heard): boolean {
  return said.some((wanted) => contains(heard, wanted))
}
