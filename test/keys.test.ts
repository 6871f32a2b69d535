import { describe, expect, test } from 'vitest'
import { sameSecret } from '../src/keys.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { createWebKeys } from '../src/keys-web.ts'

const key = new Uint8Array(32).map((_, i) => i)

describe('keys', () => {
  test('a box sealed on Node opens on Workers and the other way round, and tags agree', async () => {
    const node = createNodeKeys(key)
    const web = await createWebKeys(key)
    const text = new TextEncoder().encode('hàng nghi giả')
    expect(await web.open('case', await node.seal('case', 'hàng nghi giả', 'c1'), 'c1')).toEqual(text)
    expect(new Uint8Array(await node.open('case', await web.seal('case', 'hàng nghi giả', 'c1'), 'c1'))).toEqual(text)
    expect(await node.tag('inbox', 'telegram:1')).toBe(await web.tag('inbox', 'telegram:1'))
  })

  test('a box does not open for another purpose, another row, another key, or with one byte changed', async () => {
    for (const keys of [createNodeKeys(key), await createWebKeys(key)]) {
      const box = await keys.seal('case', 'x', 'c1')
      const bent = new Uint8Array(box)
      bent[20] = (bent[20] ?? 0) ^ 1
      const other = createNodeKeys(new Uint8Array(32))
      await expect(async () => keys.open('session', box, 'c1')).rejects.toThrow('does not open')
      await expect(async () => keys.open('case', box, 'c2')).rejects.toThrow('does not open')
      await expect(async () => other.open('case', box, 'c1')).rejects.toThrow('does not open')
      await expect(async () => keys.open('case', bent, 'c1')).rejects.toThrow('does not open')
      await expect(async () => keys.open('case', box.slice(0, 5), 'c1')).rejects.toThrow('damaged')
    }
  })

  test('secrets are the same only when every character is', () => {
    expect(sameSecret('abc', 'abc')).toBe(true)
    for (const other of ['', 'ab', 'abcd', 'abd', 'abcabc']) expect(sameSecret('abc', other)).toBe(false)
    expect(sameSecret('', '')).toBe(false)
  })
})
