/**
 * A member's answer, from the first word to "Gửi": text and photos gather in one step, what would be sent is shown, and
 * nothing leaves before it is said. The same by the word of a notice and by a receipt (handlers/track.ts): what opens the
 * case stands sealed in the session, and no button names it.
 */
import { addAnswer, findPhotoRoom } from '../../db/case-answers.ts'
import { guard } from '../../db/client.ts'
import { MAX_PHOTOS, takeDraftPhotos } from '../../db/draft-photos.ts'
import { dropDraftPhotos } from '../../db/photos.ts'
import { addTries, countTries, triesTag } from '../../db/tries.ts'
import type { Button, Decision, InboundMessage, Reply, Step, Turn } from '../../src/chat.ts'
import { parsePayload, payloadOf } from '../../src/text.ts'
import { addDays, dayOf, vietnamInstant } from '../../src/time.ts'
import { caseCode, contains, createLexicon, isDanger, listen, phrase } from '../../src/vietnamese/index.ts'
import { WITHDRAW_WORDS } from '../withdraw/sure.ts'

/** `photos` keeps its name and place, because erasing a person looks for it there. `word`: how its member opens the case, if by a word. */
export type Answer = { caseId: string; word?: string; text?: string; photos: string[]; warned?: true }

/** Which handler's step it is. */
type Owner = 'talk' | 'track'
export type Choice = 'answer' | 'send' | 'rewrite' | 'quit' | 'again' | 'stop' | 'withdraw'

/** Characters of one answer, and answers of one person on one day in Vietnam. */
const LONGEST = 4000
const MAX_A_DAY = 20

const lexicon = createLexicon<Choice>([
  ...entriesOf('answer', 'trả lời, tôi muốn trả lời, viết thêm, viết thêm cho cán bộ, nói thêm, bổ sung'),
  ...entriesOf('send', 'gửi, gửi đi, gửi luôn, gửi trả lời, gửi câu trả lời'),
  ...entriesOf('rewrite', 'viết lại, sửa, sửa lại'),
  ...entriesOf('again', 'xem lại, xem lại tin cũ'),
  ...entriesOf('stop', 'đừng nhắn về phản ánh này nữa, đừng nhắn về phản ánh nữa, đừng nhắn nữa, thôi nhắn về phản ánh này'),
  ...entriesOf('withdraw', WITHDRAW_WORDS.join(', ')),
  ...entriesOf('quit', 'hủy, hủy bỏ, thoát, không gửi, thôi không gửi, quay lại, trở lại, cancel'),
])
const denounced = phrase('tố cáo')

/** What this message chooses, by a button of this owner or by its words. */
export function choiceIn(owner: Owner, { payload, text }: InboundMessage): Choice | undefined {
  const tapped = parsePayload(payload)
  if (tapped) return tapped.handler === owner ? CHOICES.find((one) => one === tapped.action) : undefined
  return text === '' ? undefined : lexicon.find(listen(text))
}

const CHOICES: Choice[] = ['answer', 'send', 'rewrite', 'quit']
/** What is a choice where the thread is read, and where an answer is written; anything else there is the answer's. */
const BELONGS: Record<'read' | 'answer', readonly Choice[]> = { read: ['answer', 'again', 'stop', 'withdraw'], answer: CHOICES }

/** Does this text or picture surely belong to the step? */
export function expectsAnswer(owner: Owner, message: InboundMessage, { step }: Step): boolean {
  const choice = choiceIn(owner, message)
  return message.attachments.length > 0 || (choice !== undefined && BELONGS[step === 'answer' ? 'answer' : 'read'].includes(choice))
}

export const button = (owner: Owner, choice: Choice, word = ''): Button => ({
  label: { key: `talk.b_${choice}` },
  payload: payloadOf(owner, choice, word),
})

export const MENU: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') }

/** Asks for the answer. No buttons: a digit may be the answer itself. */
export function askAnswer(data: Answer, notes: Reply[] = []): Decision {
  return { replies: [...notes, { text: { key: 'talk.ask' } }], next: { step: 'answer', data } }
}

/** The open question again, after something else was answered. */
export function answerAgain(owner: Owner, step: Step): Reply[] {
  const data = step.data as Answer
  if (step.step !== 'answer') return []
  return [isEmpty(data) ? { text: { key: 'talk.ask' } } : review(owner, data)]
}

/** One message inside the step. */
export async function answer(turn: Turn, owner: Owner, before: Answer): Promise<Decision> {
  const { message } = turn
  const choice = choiceIn(owner, message)
  if (choice === 'send') return send(turn, owner, before)
  if (choice === 'quit') return quit(before)
  if (choice === 'rewrite') return { ...askAnswer({ ...before, text: '', photos: [] }), writes: dropped(before) }
  if (choice === 'answer') return isEmpty(before) ? askAnswer(before) : again(owner, before)

  const text = message.payload === undefined ? message.text : ''
  if (caseCode(text)?.receipt) return again(owner, before, [{ text: { key: 'talk.receipt_kept_out' } }])
  const notes: Reply[] = unusable(message)
  const joined = [before.text, text].filter(Boolean).join('\n')
  const fits = joined.length <= LONGEST
  if (!fits) notes.push({ text: { key: 'talk.too_long', params: { most: LONGEST } } })
  const photos = message.attachments.some(({ kind }) => kind === 'photo') ? await takePhotos(turn, before) : undefined
  const data: Answer = {
    ...before,
    ...(fits ? { text: joined } : {}),
    ...(photos ? { photos: photos.photos, ...(photos.kept > 0 ? { warned: true } : {}) } : {}),
  }
  if (photos?.left) notes.push({ text: { key: photos.left === 'full' ? 'talk.photos_full' : 'report.photos_hour' } })
  if (photos && photos.kept > 0 && !before.warned) notes.push({ text: { key: 'talk.photo_warning' } })
  // R30: a formal denunciation is none of ours; what is sent goes as part of the report.
  if (contains(listen(text), denounced)) notes.push({ text: { key: 'talk.no_denunciation' } })
  return { ...again(owner, data, notes), writes: photos?.writes ?? [] }
}

async function takePhotos(turn: Turn, { caseId, photos }: Answer) {
  return takeDraftPhotos(turn, photos, Math.min(MAX_PHOTOS, await findPhotoRoom(turn.db, caseId)))
}

function again(owner: Owner, data: Answer, notes: Reply[] = []): Decision {
  if (isEmpty(data)) return askAnswer(data, notes)
  return { replies: [...notes, review(owner, data)], next: { step: 'answer', data } }
}

const isEmpty = ({ text = '', photos }: Answer): boolean => text === '' && photos.length === 0

/** All of it as it would be sent. */
function review(owner: Owner, { text = '', photos }: Answer): Reply {
  return {
    text: { key: 'talk.review', params: { text: text === '' ? { key: 'talk.no_text' } : { literal: text }, photos: photos.length } },
    buttons: [button(owner, 'send'), button(owner, 'rewrite'), button(owner, 'quit')],
  }
}

/** Into the case, in the turn's one commit. */
async function send(turn: Turn, owner: Owner, data: Answer): Promise<Decision> {
  const { db, keys, contact } = turn
  if (isEmpty(data)) return askAnswer(data)
  const now = turn.now.getTime()
  const tag = await triesTag(keys, 'answers', contact.id)
  if ((await countTries(db, tag, now)) >= MAX_A_DAY) return again(owner, data, [{ text: { key: 'talk.enough_today' } }])
  const { text = '', photos } = data
  const added = await addAnswer(turn, data.caseId, { text, photos, danger: isDanger(listen(text)) })
  if (added === 'gone' || added === 'closed')
    return { replies: [{ text: { key: `talk.${added}` }, buttons: [REPORT, MENU] }], writes: dropped(data) }
  const until = vietnamInstant(addDays(dayOf(turn.now), 1), 0).getTime()
  return {
    replies: [{ text: { key: data.word ? 'talk.sent' : 'talk.sent_by_receipt' }, buttons: [MENU] }],
    writes: [addTries(tag, { n: 1, limit: MAX_A_DAY, now, until }), guard(), ...added],
  }
}

const REPORT: Button = { label: { key: 'menu.report' }, payload: payloadOf('report', 'start') }

/** Nothing of it stays. */
function quit(data: Answer): Decision {
  return { replies: [{ text: { key: 'talk.quit' }, buttons: [MENU] }], writes: dropped(data) }
}

const dropped = ({ photos }: Answer) => (photos.length > 0 ? [dropDraftPhotos(photos)] : [])

/** Voices, files and places are refused, with what to do instead. */
function unusable({ attachments, text }: InboundMessage): Reply[] {
  const other = attachments.find((one) => one.kind === 'location' || (one.kind === 'unsupported' && (one.what !== 'link' || text === '')))
  if (!other) return []
  const heic = other.kind === 'unsupported' && other.what === 'heic'
  return [{ text: { key: heic ? 'report.photo_heic' : 'report.attachment_unusable' } }]
}

function entriesOf(value: Choice, words: string): Array<{ words: string; value: Choice }> {
  return words.split(', ').map((one) => ({ words: one, value }))
}
