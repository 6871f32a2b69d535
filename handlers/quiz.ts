/**
 * The quiz (F20): five questions drawn at random, options shuffled for each attempt, an explanation and its source
 * after each answer. What a person answered lives only in their sealed session and ends with the quiz (R3).
 */
import { countRound } from '../db/figure-counts.ts'
import { drawQuestions, findQuestions, type Question, shuffle } from '../db/questions.ts'
import { addTallies } from '../db/tallies.ts'
import type { Button, Decision, Handler, Reply, Text, Turn } from '../src/chat.ts'
import { randomCode } from '../src/keys.ts'
import { parsePayload, payloadOf } from '../src/text.ts'
import { dayOf } from '../src/time.ts'
import { choiceOf, fold, type Heard, listen, trueFalse } from '../src/vietnamese/index.ts'

/** `order`: places of the options in the file, in the order this attempt shows them. */
type Asked = { id: string; order: number[] }
type QuizData = {
  /** Marks this attempt, so that a button of an earlier one never counts. */
  round: string
  /** Place of the current question in `asked`. */
  at: number
  right: number
  asked: Asked[]
  /** Options of the current question as shown, folded: typed out, they answer it. */
  shown: string[]
}

const QUESTIONS = 5
const SHORT = 40
/** What fits the id of a payload. */
const MAX_IDS = 36
const LETTERS = 'ABCDEF'

export const quiz: Handler = {
  name: 'quiz',
  version: 1,
  words: ['đố vui', 'quiz', 'trắc nghiệm', 'câu hỏi', 'thi', 'thi thử', 'thi trắc nghiệm', 'chơi tiếp'],
  commands: ['dovui'],
  expects: (message, step) => {
    return pickedPlace(listen(message.text), step.data as QuizData) !== undefined
  },
  async handle(turn) {
    const { message, step } = turn
    const payload = parsePayload(message.payload)
    if (!step) return payload?.action === 'answer' ? closed() : start(turn, payload?.id ?? '')
    const data = step.data as QuizData
    if (!payload) {
      const place = pickedPlace(listen(message.text), data)
      return place === undefined ? askAgain(turn, data, 'quiz.remind') : answer(turn, data, place)
    }
    if (payload.action !== 'answer') return askAgain(turn, data, 'quiz.remind')
    const current = data.asked[data.at]
    const place = Number(payload.step[1])
    const mine = payload.id === current?.id && payload.step === stepOf(data, place)
    return mine && place < current.order.length ? answer(turn, data, place) : askAgain(turn, data, 'quiz.answered')
  },
  async offerAgain(turn) {
    return turn.step ? (await askAgain(turn, turn.step.data as QuizData)).replies : []
  },
}

/** @param played ids of the round before, joined by "_", so that "chơi tiếp" asks other questions */
async function start(turn: Turn, played: string): Promise<Decision> {
  const { db, now, random } = turn
  const exclude = played.split('_')
  const drawn = await drawQuestions(db, { audience: 'doan_vien', n: QUESTIONS, day: dayOf(now), exclude }, random)
  const questions = await findQuestions(db, drawn, dayOf(now))
  if (questions.length === 0) return { replies: [{ text: { key: 'quiz.none' }, buttons: [menuButton] }] }
  const asked = questions.map(({ id, options }) => {
    const places = options.map((_, place) => place)
    // Đúng and Sai stand as the officer wrote them.
    return { id, order: isTrueFalse(options.map(fold)) ? places : shuffle(places, random) }
  })
  const data: QuizData = { round: randomCode(4, random), at: 0, right: 0, asked, shown: [] }
  return goOn(turn, data, [{ text: { key: 'quiz.start', params: { total: asked.length } } }])
}

async function answer(turn: Turn, data: QuizData, place: number): Promise<Decision> {
  const current = data.asked[data.at]
  const [question] = current ? await findQuestions(turn.db, [current.id], dayOf(turn.now)) : []
  if (!question || !current) return goOn(turn, data, [])
  const right = current.order[place] === question.correct
  const told = { explanation: question.explanation, source: sourceText(question) }
  const answerText = question.options[question.correct] ?? ''
  const reply: Reply = {
    text: right ? { key: 'quiz.right', params: told } : { key: 'quiz.wrong', params: { ...told, answer: bare(answerText) } },
  }
  return goOn(turn, { ...data, at: data.at + 1, right: data.right + (right ? 1 : 0) }, [reply])
}

/** The next question that may still be asked, or the end. Questions withdrawn meanwhile fall out of the round. */
async function goOn(turn: Turn, data: QuizData, said: Reply[]): Promise<Decision> {
  const ahead = data.asked.slice(data.at)
  const questions = await findQuestions(
    turn.db,
    ahead.map(({ id }) => id),
    dayOf(turn.now),
  )
  const left = ahead.filter(({ id, order }) => questions.some((one) => one.id === id && one.options.length === order.length))
  const replies = left.length < ahead.length ? [...said, { text: { key: 'quiz.withdrawn' } }] : said
  const asked = [...data.asked.slice(0, data.at), ...left]
  const question = questions.find(({ id }) => id === left[0]?.id)
  if (!question) return finish(turn, { ...data, asked }, replies)
  const next = { ...data, asked, shown: (left[0]?.order ?? []).map((place) => fold(question.options[place] ?? '')) }
  return { replies: [...replies, questionReply(next, question)], next: { step: 'question', data: next } }
}

async function finish({ keys, now, message, contact }: Turn, { right, asked }: QuizData, said: Reply[]): Promise<Decision> {
  const total = asked.length
  if (total === 0) return { replies: [...said, { text: { key: 'quiz.none' }, buttons: [menuButton] }] }
  const band = right === total ? 'all' : right === 0 ? 'none' : right * 2 > total ? 'most' : 'some'
  const ids = asked.map(({ id }) => id).join('_')
  const score: Reply = {
    text: { key: `quiz.score_${band}`, params: { right, total } },
    buttons: [againButton(ids.length <= MAX_IDS ? ids : ''), menuButton],
  }
  return {
    replies: [...said, score],
    writes: [
      addTallies([{ day: dayOf(now), channel: message.channel, what: 'quiz_finished', reason: band, n: 1 }]),
      ...(await countRound(keys, { contactId: contact.id, unitId: contact.unitId, channel: message.channel, right, asked: total, now })),
    ],
    useful: true,
  }
}

async function askAgain(turn: Turn, data: QuizData, key?: string): Promise<Decision> {
  return goOn(turn, data, key ? [{ text: { key } }] : [])
}

function closed(): Decision {
  return { replies: [{ text: { key: 'quiz.closed' }, buttons: [againButton(''), menuButton] }] }
}

/** Inside a quiz only this counts: "b", "2", "đáp án b", the option itself, and đúng or sai where those are the options. */
function pickedPlace(heard: Heard, { shown }: QuizData): number | undefined {
  const choice = choiceOf(heard, shown.length)
  if (choice !== undefined) return choice - 1
  const verdict = isTrueFalse(shown) ? trueFalse(heard) : undefined
  const said = verdict === undefined ? fold(heard.text) : verdict ? 'dung' : 'sai'
  const place = said === '' ? -1 : shown.indexOf(said)
  return place < 0 ? undefined : place
}

/** Option texts on the buttons when all are short, else letters with the options written out. */
function questionReply(data: QuizData, { id, text, options }: Question): Reply {
  const order = data.asked[data.at]?.order ?? []
  const shown = order.map((place) => options[place] ?? '')
  const short = shown.every((option) => option.length <= SHORT)
  const params = { n: data.at + 1, total: data.asked.length, text }
  const listed = shown.map((option, place) => `${LETTERS[place]}. ${option}`).join('\n')
  return {
    text: short ? { key: 'quiz.question', params } : { key: 'quiz.question_listed', params: { ...params, options: listed } },
    buttons: shown.map((option, place) => ({
      label: { literal: short ? option : (LETTERS[place] ?? '') },
      payload: payloadOf('quiz', 'answer', id, stepOf(data, place)),
    })),
  }
}

/** Which question of which attempt, and which of its shown options. */
function stepOf({ at, round }: QuizData, place: number): string {
  return `${at}${place}${round}`
}

function sourceText({ law, sourceLabel }: Question): Text {
  return { key: law ? 'quiz.source_law' : 'quiz.source', params: { label: sourceLabel } }
}

function isTrueFalse(folded: string[]): boolean {
  return folded.length === 2 && folded.includes('dung') && folded.includes('sai')
}

/** Without its full stop: the sentence around it has its own. */
function bare(option: string): string {
  return option.replace(/\.$/, '')
}

const menuButton: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') }

function againButton(played: string): Button {
  return { label: { key: 'quiz.b_again' }, payload: payloadOf('quiz', 'start', played) }
}
