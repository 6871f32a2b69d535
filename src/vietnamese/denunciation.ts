/**
 * R30: a formal "tố cáo" is a legal procedure of its own. It is heard anywhere in a text, so that nobody's denunciation is
 * kept as a report without their knowing the difference.
 */
import { listen } from './listen.ts'
import { contains, phrase } from './phrase.ts'

const SAID = ['tố cáo', 'đơn tố cáo'].map(phrase)

export function isDenunciation(text: string): boolean {
  return text !== '' && SAID.some((words) => contains(listen(text), words))
}
