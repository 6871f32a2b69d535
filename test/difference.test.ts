import { expect, test } from 'vitest'
import { differencesOf } from '../src/difference.ts'
import type { QuestionFields } from '../src/entry.ts'

const question: QuestionFields = {
  ...{
    topic: 'ocop',
    difficulty: 'de',
    audience: 'doan_vien',
    text: 'Ưu tiên là tự nguyện?',
    options: ['Một', 'Hai', 'Ba', 'Bốn'],
    correct: 1,
  },
  ...{ explanation: 'Vì thế.', sourceLabel: 'Luật Mẫu, Điều 1', checkedOn: '2026-11-20', reviewBy: '2027-11-20', law: false },
}

test('words that follow one another are told as one change, the rest stays as it was', () => {
  const [text] = differencesOf(question, { ...question, text: 'Một tên khác hẳn?' })
  expect(text).toEqual({
    field: 'text',
    pieces: [
      { text: 'Ưu tiên là tự nguyện', kind: 'removed' },
      { text: 'Một tên khác hẳn', kind: 'added' },
      { text: '?', kind: 'same' },
    ],
  })
  const [source] = differencesOf(question, { ...question, sourceLabel: 'Luật Mẫu, Điều 2 khoản 3' })
  expect(source?.pieces).toEqual([
    { text: 'Luật Mẫu, Điều ', kind: 'same' },
    { text: '1', kind: 'removed' },
    { text: '2 khoản 3', kind: 'added' },
  ])
})

test('both sides can be put together again from the pieces, whatever changed', () => {
  const texts = ['', 'Một hai ba.', 'Hai ba, bốn.\n\nNăm', 'một  hai\tba', 'a b c d e f', 'a x c y e z', '  ', 'Nghị định 15/2018/NĐ-CP']
  for (const was of texts)
    for (const is of texts) {
      const [one] = differencesOf({ ...question, explanation: was }, { ...question, explanation: is })
      const side = (not: 'added' | 'removed') =>
        (one?.pieces ?? [])
          .filter(({ kind }) => kind !== not)
          .map(({ text }) => text)
          .join('')
      if (was === is) expect(one).toBeUndefined()
      else expect([side('added'), side('removed')]).toEqual([was, is])
    }
})

test('the right answer is told in words, an option by its place, and the same text has no differences', () => {
  const moved = differencesOf(question, { ...question, correct: 2, options: ['Một', 'Hai', 'Ba mươi', 'Bốn'] })
  expect(moved.map(({ field }) => field)).toEqual(['options.2', 'correct'])
  expect(moved[1]?.pieces.map(({ text }) => text)).toEqual(['Hai', 'Ba mươi'])
  expect(differencesOf(question, { ...question })).toEqual([])
})
