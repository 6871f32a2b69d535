import { describe, expect, test } from 'vitest'
import { namespaces } from '../content/index.ts'

type Words = Record<string, string>
const files = Object.entries(namespaces as Record<string, { vi: Words; en: Words }>)
const variablesOf = (text = '') => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort()

describe.each(files)('the texts of %s', (_name, { vi, en }) => {
  test('stand in both languages, with the same variables', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(vi).sort())
    for (const [key, text] of Object.entries(vi)) expect(variablesOf(en[key]), key).toEqual(variablesOf(text))
  })

  test('are whole, short and quiet', () => {
    for (const [key, text] of [...Object.entries(vi), ...Object.entries(en)]) {
      expect(text.trim(), key).not.toBe('')
      expect(text.length, key).toBeLessThanOrEqual(1000)
      expect(text, key).not.toMatch(/!!|\p{Lu}{8,}/u)
      expect(text.match(/\p{Extended_Pictographic}/gu)?.length ?? 0, key).toBeLessThanOrEqual(1)
    }
  })

  test('call the person “bạn” and things by the words of the glossary', () => {
    const wrong = /quý khách|người dùng|\buser\b|chiến dịch|hàng dỏm|hàng fake|sĩ quan|phát sóng|mã biên nhận|\bmình là\b/iu
    for (const [key, text] of Object.entries(vi)) expect(text, key).not.toMatch(wrong)
  })
})
