/**
 * Short answers inside a dialogue: yes or no, one of the offered choices, true or false. Only a running step asks
 * these, so words that are too short to be keywords count here ("co", "0", "b").
 */
import { createLexicon } from './lexicon.ts'
import type { Heard } from './listen.ts'

const YES =
  'có, co, có ạ, có chứ, đồng ý, đồng tình, nhất trí, ok, oke, ừ, vâng, dạ, dạ vâng, đúng, đúng rồi, đúng vậy, đúng thế, được, được rồi, phải, phải rồi, muốn, có muốn, xác nhận, chắc chắn, tiếp tục, yes, yep, y, yeah'
const NO =
  'không, khong, không có, không phải, không đúng, không đồng ý, không muốn, không cần, không được, không đâu, chưa, chưa đồng ý, thôi, thoi, thôi khỏi, thôi không, khỏi, khỏi cần, đừng, từ chối, bỏ qua, no, nope, 0'

const yesNoWords = createLexicon(entries({ yes: YES, no: NO }))
const trueFalseWords = createLexicon([
  ...entries({ yes: 'đúng, dung, đúng rồi, đúng vậy, đ, true, chính xác, đáp án đúng, chọn đúng, câu đúng, không sai' }),
  ...entries({ no: 'sai, sai rồi, s, false, đáp án sai, chọn sai, câu sai, không đúng, chưa đúng' }),
])

const BEFORE = new Set(
  'chọn chon câu cau số so đáp đap dap án an phương phuong ý y mục muc nút nut bấm bam là la em mình minh tôi toi thì thi dạ cho'.split(
    ' ',
  ),
)
const AFTER = new Set('ạ a ah nhé nhe nha nhá đi di bạn ban em mình minh với voi luôn luon'.split(' '))
const SPELLED = ['một', 'hai', 'ba', 'bốn', 'năm', 'sáu', 'bảy', 'tám', 'chín', 'mười']

/** "0" is a no here and only here. "dung" alone is neither: it is dừng, dùng, đúng or đừng. */
export function yesNo(heard: Heard): 'yes' | 'no' | undefined {
  return yesNoWords.find(heard)
}

/** Đúng or sai inside a quiz, where "dung" can only be đúng. Dừng and dùng with accents are neither. */
export function trueFalse(heard: Heard): boolean | undefined {
  const found = trueFalseWords.find(heard)
  return found === undefined ? undefined : found === 'yes'
}

/** Which of `count` offered choices, from 1: "2", "số 2", "②", "b", "đáp án B". Letters only up to 6 choices. */
export function choiceOf(heard: Heard, count: number): number | undefined {
  const { words } = heard
  let at = 0
  while (at < words.length - 1 && BEFORE.has(words[at] ?? '')) {
    // "a" and "y" may be the choice itself: the rest must then be polite words
    if (choiceAt(words[at] ?? '', false, count) !== undefined && restIsPolite(words, at + 1)) break
    at += 1
  }
  const core = words[at]
  if (core === undefined || !restIsPolite(words, at + 1)) return undefined
  return choiceAt(core, at > 0, count)
}

function choiceAt(word: string, announced: boolean, count: number): number | undefined {
  if (/^\d{1,3}$/.test(word)) return within(Number(word), count)
  if (count <= 6 && /^[a-f]$/.test(word)) return within(word.charCodeAt(0) - 96, count)
  return announced ? within(SPELLED.indexOf(word) + 1, count) : undefined
}

function within(choice: number, count: number): number | undefined {
  return choice >= 1 && choice <= count ? choice : undefined
}

function restIsPolite(words: string[], from: number): boolean {
  for (let i = from; i < words.length; i++) if (!AFTER.has(words[i] ?? '')) return false
  return true
}

function entries<T extends string>(table: Record<T, string>): { words: string; value: T }[] {
  return (Object.keys(table) as T[]).flatMap((value) => table[value].split(', ').map((words) => ({ words, value })))
}
