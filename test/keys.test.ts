import { createCipheriv, hkdfSync } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listEvents } from '../db/case-events.ts'
import { findLink, openIdentity } from '../db/case-links.ts'
import { openBox } from '../db/cases.ts'
import { keepTags, sameSecret } from '../src/keys.ts'
import { createNodeKeys, followTag, tagKeyOf } from '../src/keys-node.ts'
import { createWebKeys } from '../src/keys-web.ts'
import { caseRows } from './console-cases.ts'
import { openTestFile, type TestDatabase } from './database.ts'

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

  test('a photo’s box tells its size no nearer than an eighth, opens on both, and so does one of before', async () => {
    const node = createNodeKeys(key)
    const web = await createWebKeys(key)
    for (const size of [0, 1, 508, 509, 70_000, 1_234_567]) {
      const bytes = Buffer.alloc(size, 7)
      for (const [one, other] of [
        [node, web],
        [web, node],
      ] as const) {
        const box = await one.seal('evidence', bytes, 'anh1')
        expect(bytes.equals(await other.open('evidence', box, 'anh1'))).toBe(true)
        expect((box.byteLength - 29) % 512).toBe(0)
        expect(box.byteLength).toBeLessThanOrEqual(29 + 512 + (size + 4) * 1.13)
      }
    }
    const sizes = await Promise.all(
      [1_100_000, 1_140_000].map(async (size) => (await node.seal('evidence', Buffer.alloc(size), 'a')).byteLength),
    )
    expect(sizes[0]).toBe(sizes[1])

    // As they were sealed until now: no length before, no zeros behind.
    const nonce = Buffer.alloc(12, 1)
    const cipher = createCipheriv('aes-256-gcm', Buffer.from(hkdfSync('sha256', key, 'hang-viet-bot', 'seal/evidence', 32)), nonce)
    cipher.setAAD(Buffer.from('anh1'))
    const body = [cipher.update('ảnh cũ', 'utf8'), cipher.final()]
    const old = Buffer.concat([Buffer.of(1), nonce, ...body, cipher.getAuthTag()])
    for (const keys of [node, web]) expect(Buffer.from(await keys.open('evidence', old, 'anh1')).toString()).toBe('ảnh cũ')
  })

  test('a box with a key of its own opens on both, for its own name and purpose alone', async () => {
    const node = createNodeKeys(key)
    const web = await createWebKeys(key)
    const told = '{"name":"Người Mẫu","phone":"0912345678"}'
    const text = new TextEncoder().encode(told)
    for (const [one, other] of [
      [node, web],
      [web, node],
    ] as const) {
      const box = await one.sealOwn('identity', 'tag-of-case-1', told)
      expect(new Uint8Array(await other.openOwn('identity', 'tag-of-case-1', box))).toEqual(text)
      for (const keys of [node, web]) {
        await expect(async () => keys.openOwn('identity', 'tag-of-case-2', box)).rejects.toThrow('does not open')
        await expect(async () => keys.openOwn('reply-link', 'tag-of-case-1', box)).rejects.toThrow('does not open')
        await expect(async () => keys.open('case', box, 'tag-of-case-1')).rejects.toThrow('does not open')
      }
    }
  })

  test('tags of earlier keys are made alike on both', async () => {
    const kept = keepTags({}, (purpose) => tagKeyOf(new Uint8Array(32).fill(1), purpose))
    const node = createNodeKeys(key, kept)
    const web = await createWebKeys(key, kept)
    const first = createNodeKeys(new Uint8Array(32).fill(1))
    for (const purpose of ['token', 'receipt', 'contact'] as const) expect(await web.tag(purpose, 'x')).toBe(await node.tag(purpose, 'x'))
    expect(await node.tag('token', 'x')).toBe(await first.tag('token', 'x'))
    expect(await node.tag('receipt', 'x')).toBe(followTag(key, 'receipt', await first.tag('receipt', 'x')))
    expect(await node.tag('contact', 'x')).toBe(await createNodeKeys(key).tag('contact', 'x'))
  })

  test('secrets are the same only when every character is', () => {
    expect(sameSecret('abc', 'abc')).toBe(true)
    for (const other of ['', 'ab', 'abcd', 'abd', 'abcabc']) expect(sameSecret('abc', other)).toBe(false)
    expect(sameSecret('', '')).toBe(false)
  })
})

describe('boxes in their rows', () => {
  const keys = createNodeKeys(key)
  let database: TestDatabase
  beforeEach(async () => {
    database = await openTestFile()
    const now = new Date('2026-11-23T02:00:00.000Z')
    for (const id of ['viec1', 'viec2'])
      await database.db.write(
        await caseRows(keys, {
          ...{ id, now, identity: { told: { name: `Người của ${id}` }, contactId: 'c1' } },
          replyTo: { contactId: 'c1', addressId: `a-${id}`, word: 'K7' },
        }),
      )
  })
  afterEach(() => database.close())

  test('a box moved to another case’s row does not open', async () => {
    const { db } = database
    const tags = [await keys.tag('case', 'viec1'), await keys.tag('case', 'viec2')]
    for (const table of ['case_identities', 'reply_links'])
      await db.write([{ sql: `UPDATE ${table} SET box = (SELECT box FROM ${table} WHERE case_tag = ?) WHERE case_tag = ?`, args: tags }])
    await db.write([{ sql: "UPDATE cases SET box = (SELECT box FROM cases WHERE id = 'viec1') WHERE id = 'viec2'", args: [] }])
    await db.write([
      { sql: "UPDATE case_events SET box = (SELECT box FROM case_events WHERE case_id = 'viec1') WHERE case_id = 'viec2'", args: [] },
    ])
    expect((await openIdentity(db, keys, 'viec1'))?.name).toBe('Người của viec1')
    await expect(openIdentity(db, keys, 'viec2')).rejects.toThrow('does not open')
    await expect(findLink(db, keys, 'viec2')).rejects.toThrow('does not open')
    await expect(listEvents(db, keys, 'viec2', { limit: 5 })).rejects.toThrow('does not open')
    const [row] = await db.read("SELECT box FROM cases WHERE id = 'viec2'")
    await expect(openBox(keys, 'viec2', row?.box as Uint8Array)).rejects.toThrow('does not open')
  })
})
