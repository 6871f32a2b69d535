import { describe, expect, test } from 'vitest'
import { createTexts } from '../content/index.ts'
import type { Reply } from '../src/chat.ts'
import { menuButtons } from '../src/menu.ts'
import { partsOf } from '../src/render.ts'

const texts = createTexts()
const limits = { text: 60, buttons: 3, perSecond: 1, documents: true }
const parts = (reply: Reply, over: Partial<typeof limits> = {}) =>
  partsOf(
    { limits: { ...limits, ...over } },
    reply,
    'vi',
    { id: 7, address: 'lan', bulk: false, publicUrl: 'https://bot.example.vn' },
    texts.render,
  )

describe('a reply on its way to a channel', () => {
  test('keeps its buttons where they fit, on its last part', () => {
    const sent = parts({
      text: { literal: `${'Một câu dài vừa phải. '.repeat(4)}` },
      buttons: [{ label: { key: 'common.yes' }, payload: 'a:b:' }],
    })
    expect(sent.map(({ id }) => id)).toEqual(['7.0', '7.1'])
    expect(sent[0]?.buttons).toEqual([])
    expect(sent[1]?.buttons).toEqual([{ label: 'Đồng ý', payload: 'a:b:' }])
  })

  test('has its choices numbered where they do not fit', () => {
    const [sent] = parts({ text: { literal: 'Chọn:' }, menu: true }, { text: 1000 })
    expect(sent?.buttons).toEqual([])
    expect(sent?.text).toContain(`${menuButtons.length}. Dữ liệu của tôi`)
    expect(sent?.text.endsWith('Bạn nhắn số để chọn.')).toBe(true)
  })

  test('a file becomes text where the channel has none', () => {
    const reply: Reply = { text: { literal: 'Bản sao' }, document: { name: 'a.txt', mime: 'text/plain', text: { literal: 'Nội dung' } } }
    expect(parts(reply)[0]?.document).toEqual({ name: 'a.txt', mime: 'text/plain', text: 'Nội dung' })
    expect(parts(reply, { documents: false })[0]).toMatchObject({ text: 'Bản sao\n\nNội dung' })
    expect(parts(reply, { documents: false })[0]).not.toHaveProperty('document')
  })

  test('a path of ours becomes an address others can open', () => {
    expect(parts({ text: { literal: 'Ảnh' }, image: '/a.png' })[0]?.image).toBe('https://bot.example.vn/a.png')
    expect(parts({ text: { literal: 'x' }, buttons: [{ label: { literal: 'Mở' }, url: '/x' }] })[0]?.buttons).toEqual([
      { label: 'Mở', url: 'https://bot.example.vn/x' },
    ])
  })
})
