import { readdirSync, readFileSync } from 'node:fs'
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

describe('the keys of the texts', () => {
  const root = new URL('..', import.meta.url).pathname
  const code = ['src', 'handlers', 'db'].flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => readFileSync(`${root}${folder}/${name}`, 'utf8')),
  )
  const literals = new Set(code.flatMap((text) => [...text.matchAll(/'([\w.]+)'/g)].map(([, literal]) => literal ?? '')))
  /** `told_${state}`: what stands between the holes. */
  const patterns = code
    .flatMap((text) => [...text.matchAll(/`([\w.]*\$\{[^`\n]*)`/g)].map(([, template]) => template ?? ''))
    .map((template) => template.split(/\$\{[^}]*\}/))
    .filter((parts) => /^[\w.]{3,}$/.test(parts.join('')))
    .map((parts) => new RegExp(`^${parts.map((part) => part.replaceAll('.', '\\.')).join('.*')}$`))

  test('are each named by the code, whole or by a pattern', () => {
    const names = files.flatMap(([name, { vi }]) => Object.keys(vi).map((key) => ({ key, whole: `${name}.${key}` })))
    const unused = names.filter(
      ({ key, whole }) =>
        !literals.has(key) && !literals.has(whole) && !patterns.some((pattern) => pattern.test(whole) || pattern.test(key)),
    )
    expect(unused.map(({ whole }) => whole)).toEqual([])
  })

  test('that the code names whole are there', () => {
    const named = code.flatMap((text) => [...text.matchAll(/\bkey: '(\w+)\.(\w+)'/g)])
    const missing = named.filter(([, name, key]) => !(key && key in (files.find(([one]) => one === name)?.[1].vi ?? {})))
    expect(named.length).toBeGreaterThan(200)
    expect(missing.map(([whole]) => whole)).toEqual([])
  })
})
