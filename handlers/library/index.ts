/**
 * The library (F10, F11, F19): something worth knowing each day, topics, search, documents by number. Public: a group
 * may read it too, and nobody needs to have agreed to anything.
 */
import { findDocuments, searchItems } from '../../db/item-search.ts'
import { findDailyItem, findItem, findOtherItem } from '../../db/items.ts'
import type { Decision, Handler, InboundMessage, Turn } from '../../src/chat.ts'
import { type Payload, parsePayload } from '../../src/text.ts'
import { dayOf } from '../../src/time.ts'
import { caseCode, createLexicon, documentNumber, listen } from '../../src/vietnamese/index.ts'
import { askAgain, askWrong, expectsReason, takeReason, takeWords } from './flag.ts'
import { foundReply, goneReply, itemReply, moreReply, nothingReply, searchReply, topicReply, topicsReply } from './show.ts'

const TODAY = ['tin', 'tin mới', 'tin tức', 'tin hôm nay', 'đọc tin', 'hàng Việt', 'mỗi ngày một điều']
const TOPICS = ['thư viện', 'chủ đề']
const DOCUMENTS = ['văn bản', 'chỉ thị']
/** What is asked for so often by name that it is looked up without "tìm". */
const SUBJECTS = [
  'ocop',
  'ocop là gì',
  'hàng ocop',
  'sản phẩm ocop',
  'mã vạch',
  'cuộc vận động',
  'cuộc vận động là gì',
  'truy xuất nguồn gốc',
  'hàng Việt Nam chất lượng cao',
]
const doors = createLexicon([
  ...TODAY.map((words) => ({ words, value: 'today' as const })),
  ...TOPICS.map((words) => ({ words, value: 'topics' as const })),
  ...DOCUMENTS.map((words) => ({ words, value: 'documents' as const })),
])
// What people look up is often a keyword of another handler: right after "Tìm" it is a subject.
const subjects = createLexicon(
  'hàng giả, hàng nhái, hàng dỏm, phản ánh, ưu đãi, giảm giá, phúc lợi, khuyến mãi, đổi trả, nhãn hàng, mã vạch, điểm bán, phiên chợ, hội chợ, đơn vị, đường dây nóng, tố giác, đồ giả, thuốc giả, sữa giả, bán hàng giả, hàng kém chất lượng, voucher, mã giảm giá, khiếu nại'
    .split(', ')
    .map((words) => ({ words, value: true })),
)
const ASKED = /^(?:tìm kiếm|tim kiem|tìm|tim|tra cứu|tra cuu|tra)(?:\s*:\s*|\s+)(\S[\s\S]{0,200})$/iu
/** A number inside a longer story is no query. */
const QUERY_WORDS = 10

export const library: Handler = {
  name: 'library',
  version: 1,
  words: [...TODAY, ...TOPICS, ...DOCUMENTS, ...SUBJECTS],
  commands: ['tinmoi', 'vanban'],
  public: true,
  wants: asks,
  expects: (message, step) => {
    const heard = listen(message.text)
    return step.step === 'search' ? subjects.find(heard) === true : expectsReason(heard, step.step)
  },
  async handle(turn) {
    const { message, step } = turn
    const payload = parsePayload(message.payload)
    if (payload) return followButton(turn, payload)
    const [, command, rest = ''] = /^\/([a-z]+)\s*([\s\S]*)$/i.exec(message.text) ?? []
    if (command) return rest === '' ? openDoor(turn, command === 'vanban' ? 'documents' : 'today') : search(turn, rest)
    const heard = listen(message.text)
    const door = doors.find(heard) ?? (step || asks(message) ? undefined : doors.nearest(heard))
    if (step && step.step !== 'search') return door ? openDoor(turn, door) : takeWords(turn, step)
    if (message.text === '') return { replies: [searchReply()], next: { step: 'search' } }
    // "hàng Việt" right after "Tìm" is a subject, not a door.
    return door && !(step && door === 'today') ? openDoor(turn, door) : search(turn, message.text)
  },
  async offerAgain({ step }) {
    return step?.step === 'search' ? [searchReply()] : askAgain(step)
  },
}

async function followButton(turn: Turn, payload: Payload): Promise<Decision> {
  const { db, now } = turn
  const day = dayOf(now)
  const { action, id, step } = payload
  if (action === 'today') return openDoor(turn, 'today')
  if (action === 'topics') return { replies: [await topicsReply(turn, Math.max(0, Number(step) || 0))] }
  if (action === 'documents') return { replies: [await topicReply(turn)] }
  if (action === 'topic') return { replies: [await topicReply(turn, id)] }
  if (action === 'more') return { replies: [await moreReply(turn, id)] }
  if (action === 'search') return { replies: [searchReply()], next: { step: 'search' } }
  if (action === 'find') return search(turn, id.replaceAll('-', ' '), step)
  if (action === 'flag') return takeReason(turn, id, step)
  const item = action === 'other' ? await findOtherItem(db, id, day) : await findItem(db, id, day)
  if (!item) return { replies: [goneReply()] }
  if (action === 'wrong') return askWrong(item)
  return { replies: [itemReply(item, turn)], useful: true }
}

async function openDoor(turn: Turn, door: 'today' | 'topics' | 'documents'): Promise<Decision> {
  if (door === 'topics') return { replies: [await topicsReply(turn, 0)] }
  if (door === 'documents') return { replies: [await topicReply(turn)] }
  const item = await findDailyItem(turn.db, dayOf(turn.now))
  return item ? { replies: [itemReply(item, turn)], useful: true } : { replies: [await topicsReply(turn, 0, 'library.none_today')] }
}

/** A document number decides alone: words around it never bring in another paper. One hit is shown at once. */
async function search(turn: Turn, text: string, after = ''): Promise<Decision> {
  const query = ASKED.exec(text)?.[1] ?? text
  const day = dayOf(turn.now)
  const number = documentNumber(query, { bare: true })
  const found = number ? await findDocuments(turn.db, number, day) : await searchItems(turn.db, query, day, after)
  const [only, second] = found.rows
  if (!only) return { replies: [nothingReply(number !== undefined)] }
  if (!second && found.match === 'exact' && after === '') return { replies: [itemReply(only, turn)], useful: true }
  return { replies: [foundReply(found, query, number !== undefined)] }
}

/** "tìm …", "tra …", or a message that names a document. */
function asks({ text }: InboundMessage): boolean {
  if (caseCode(text) !== undefined) return false
  if (ASKED.test(text)) return true
  return text.length <= 120 && text.split(/\s+/).length <= QUERY_WORDS && documentNumber(text, { bare: true }) !== undefined
}
