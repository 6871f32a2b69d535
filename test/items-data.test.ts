/** The built-in library as data: its shape, its limits and the words it never uses. Whether a sentence is true, people check. */
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { libraryItems, topics } from '../content/data/items.ts'

const day = z.iso.date()
const line = z
  .string()
  .min(1)
  .refine((text) => text === text.trim() && text === text.normalize('NFC') && !text.includes('  '), 'untidy')

const Topics = z.array(z.strictObject({ id: z.string().regex(/^[a-z]+(_[a-z]+)*$/), vi: line.max(24), en: line.max(24) }))

const Items = z.array(
  z.strictObject({
    id: z.string().regex(/^[a-z0-9-]{1,12}$/),
    facts: z.array(z.string().regex(/^CF\d{3}$/)),
    topic: z.string(),
    kind: z.enum(['fact', 'law', 'document']),
    title: line.max(60),
    body: line.max(400),
    source_label: line.max(200),
    source_url: z.url({ protocol: /^https$/ }).nullable(),
    checked_on: day,
    review_by: day,
    state: z.enum(['published', 'waiting']),
    daily: z.boolean(),
    document: z
      .strictObject({
        number: line.max(40),
        issued_on: day,
        issuer: line,
        title: line,
        status: z.enum(['con_hieu_luc', 'het_hieu_luc', 'het_giai_doan', 'tham_khao']),
      })
      .nullable(),
  }),
)

const published = libraryItems.filter((item) => item.state === 'published')
const documents = libraryItems.flatMap((item) => (item.document ? [item.document] : []))
const ids = (list: { id: string }[]) => list.map(({ id }) => id)
const wording = ({ title, body, source_label, document }: (typeof libraryItems)[number]) =>
  [title, body, source_label, document?.title ?? ''].join('\n')

describe('the built-in library', () => {
  it('has the shape the loader expects, every field within its limit', () => {
    expect(Items.safeParse(libraryItems).error?.issues ?? []).toEqual([])
    expect(Topics.safeParse(topics).error?.issues ?? []).toEqual([])
  })

  it('offers eight or nine topics, each with something published to read', () => {
    expect(topics.length).toBeGreaterThanOrEqual(8)
    expect(topics.length).toBeLessThanOrEqual(9)
    expect(new Set(published.map((item) => item.topic))).toEqual(new Set(ids(topics)))
    expect(libraryItems.filter((item) => !ids(topics).includes(item.topic))).toEqual([])
  })

  it('uses no id twice', () => {
    expect(new Set(ids(libraryItems)).size).toBe(libraryItems.length)
    expect(new Set(ids(topics)).size).toBe(topics.length)
  })

  it('gives a new member at least 80 published items and a month of “Mỗi ngày một điều”', () => {
    expect(published.length).toBeGreaterThanOrEqual(80)
    expect(published.filter((item) => item.daily).length).toBeGreaterThanOrEqual(31)
  })

  it('rests every text on named facts, and a document at least on itself', () => {
    expect(ids(libraryItems.filter((item) => item.facts.length === 0 && !item.document))).toEqual([])
    expect(ids(libraryItems.filter((item) => new Set(item.facts).size !== item.facts.length))).toEqual([])
  })

  it('is checked again after it was checked', () => {
    expect(ids(libraryItems.filter((item) => item.review_by <= item.checked_on))).toEqual([])
    expect(ids(libraryItems.filter((item) => item.document && item.document.issued_on > item.checked_on))).toEqual([])
  })

  it('stays one idea: at most three short paragraphs', () => {
    expect(ids(libraryItems.filter(({ body }) => body.split('\n\n').length > 3 || /\n{3,}|[^\n]\n[^\n]/.test(body)))).toEqual([])
  })

  it.each([
    ['a duty to buy', /phải mua/i],
    ['a foreign word for a member', /thành viên/i],
    ['a working file of ours', /\bSEED\b|\.txt\b|\bCF\d{3}\b/],
    ['a dialect word for counterfeits', /hàng dỏm|hàng fake/i],
    ['the wrong word for the campaign', /chiến dịch/i],
    ['a cold word for the reader', /người dùng|quý khách/i],
    ['shouting', /!!|(?<![\p{L}\p{N}/-])\p{Lu}{7,}(?![\p{L}/-])/u],
  ])('never holds %s', (_what, words) => {
    expect(ids(libraryItems.filter((item) => words.test(wording(item))))).toEqual([])
  })

  it('says of 893 only who gave out the number', () => {
    const about = libraryItems.filter(({ title, body }) => `${title} ${body}`.includes('893'))
    expect(about.length).toBeGreaterThan(0)
    expect(ids(about.filter(({ body }) => !/cấp qua GS1 Việt Nam/.test(body) || !/không chứng minh/.test(body)))).toEqual([])
  })

  it('sends a poisoned reader to 115 before anything else', () => {
    const danger = libraryItems.filter(({ body }) => /ngộ độc|khó thở|co giật|mệt nặng/.test(body))
    expect(danger.length).toBeGreaterThan(0)
    expect(ids(danger.filter(({ body }) => !body.includes('115')))).toEqual([])
  })
})

describe('the documents of the library', () => {
  it('belong to items of their kind alone and never repeat a number', () => {
    expect(ids(libraryItems.filter((item) => (item.kind === 'document') !== (item.document !== null)))).toEqual([])
    expect(new Set(documents.map(({ number }) => number)).size).toBe(documents.length)
  })

  it.each([
    ['264-TB/TW', '2009-07-31', 'Bộ Chính trị'],
    ['264/KH-BCĐ', '2024-03-22', 'Ban Chỉ đạo Cuộc vận động tỉnh Lai Châu'],
    ['10-CT/TU', '2021-06-11', 'Ban Thường vụ Tỉnh ủy Bình Định (khóa XX)'],
    ['10-CTr/TU', '2021-07-30', 'Ban Thường vụ Tỉnh ủy Lai Châu'],
    ['10-NQ/TW', '2017-06-03', 'Ban Chấp hành Trung ương Đảng khóa XII'],
    ['28/CT-TTg', '2021-10-26', 'Thủ tướng Chính phủ'],
    ['28/KH-BCĐCVĐ', '2023-02-24', 'Ban Chỉ đạo Cuộc vận động tỉnh Bình Định'],
    ['03-CT/TW', '2021-05-19', 'Ban Bí thư'],
  ])('keep %s apart from its look-alikes', (number, issued_on, issuer) => {
    expect(documents.filter((document) => document.number === number)).toMatchObject([{ issued_on, issuer }])
  })

  it('say in the text the same number and day as in the fields', () => {
    const spoken = (date: string) => date.split('-').reverse().join('/')
    const confirmed = published.filter((item) => item.document)
    expect(ids(confirmed.filter(({ body, document }) => document && !body.includes(spoken(document.issued_on))))).toEqual([])
    expect(ids(confirmed.filter(({ body, document }) => document && !body.includes(document.number.replace('KL ', ''))))).toEqual([])
  })
})
