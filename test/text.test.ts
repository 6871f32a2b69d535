import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanText, numberedText, parsePayload, payloadOf, splitText } from '../src/text.ts'

describe('what a person typed', () => {
  test('is composed, stripped of what cannot be seen, and never longer than 10,000 characters', () => {
    expect(cleanText('  phản \u200bánh\u202e ')).toBe('phản ánh')
    expect(cleanText('phản ánh'.normalize('NFD'))).toBe('phản ánh')
    expect(cleanText('a\u0000b\ud800c')).toBe('abc')
    expect(cleanText('a\ufffeb\uffffc')).toBe('abc')
    expect(cleanText('một\r\nhai')).toBe('một\nhai')
    expect(cleanText('x'.repeat(20_000))).toHaveLength(10_000)
    expect(cleanText('👩‍🌾')).not.toContain('\u200d')
  })

  test('whatever it is, cleaning it twice changes nothing more', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => {
        expect(cleanText(cleanText(raw))).toBe(cleanText(raw))
      }),
    )
  })
})

describe('a text too long for a platform', () => {
  test('is split at a paragraph, else at a sentence, else at a word', () => {
    expect(splitText('Một câu dài hơn. Hai câu ngắn.', 20)).toEqual(['Một câu dài hơn.', 'Hai câu ngắn.'])
    expect(splitText('đoạn một ở đây\n\nđoạn hai', 20)).toEqual(['đoạn một ở đây', 'đoạn hai'])
    expect(splitText('không có dấu chấm nào', 10)).toEqual(['không có', 'dấu chấm', 'nào'])
    expect(splitText('', 10)).toEqual([''])
  })

  test('loses no character but white space, and no piece is too long or cuts an emoji', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: 4, max: 40 }), (text, limit) => {
        const parts = splitText(text, limit)
        for (const part of parts) {
          expect(part.length).toBeLessThanOrEqual(limit)
          expect(part).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/)
        }
        expect(parts.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
      }),
    )
  })
})

describe('buttons where there are none', () => {
  test('choices are numbered, links are written out, the hint stands last', () => {
    const buttons = [
      { label: 'Có', payload: 'a:b:' },
      { label: 'Trang web', url: 'https://example.vn' },
      { label: 'Không', payload: 'a:c:' },
    ]
    expect(numberedText('Bạn đồng ý?', buttons, 'Nhắn số.')).toBe(
      'Bạn đồng ý?\n\n1. Có\nTrang web: https://example.vn\n2. Không\n\nNhắn số.',
    )
    expect(numberedText('Chỉ chữ', [], 'Nhắn số.')).toBe('Chỉ chữ')
  })
})

describe('payloads', () => {
  test('are read back as they were built, and anything else is no payload', () => {
    expect(parsePayload(payloadOf('quiz', 'answer', 'QF001', '3b'))).toEqual({ handler: 'quiz', action: 'answer', id: 'QF001', step: '3b' })
    expect(parsePayload(payloadOf('library', 'today'))).toEqual({ handler: 'library', action: 'today', id: '', step: '' })
    for (const text of [
      undefined,
      '',
      'menu',
      'a:b',
      'Quiz:x:',
      `quiz:a:${'x'.repeat(60)}`,
      'quiz:answer:1.2.3',
      'quiz:answer:../x',
      'x:y:z\n',
    ]) {
      expect(parsePayload(text)).toBeUndefined()
    }
    expect(() => payloadOf('quiz', 'answer', 'có dấu')).toThrow('not a payload')
  })
})
