/**
 * The built-in data files, read as strictly as a stranger's form: every field, every date, every reference.
 * The loaders cast these files without parsing them; this test is what makes that cast true.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { hotlines } from '../content/data/hotlines.ts'
import { questions } from '../content/data/questions.ts'
import { levelNames, type SampleUnit, sampleUnits } from '../content/data/units.ts'
import rights from '../content/rights.json'

const CHECKED = '2026-11-22'
const sentence = z
  .string()
  .min(1)
  .max(400)
  .refine((text) => text === text.trim().normalize('NFC'), 'trimmed and composed')
const day = z.iso.date()
const slug = z.string().regex(/^[a-z0-9-]{1,20}$/)

const Question = z
  .strictObject({
    id: z.string().regex(/^QF\d{3}$/),
    topic: z.string().regex(/^[a-z_]+$/),
    difficulty: z.enum(['de', 'trung_binh', 'kho']),
    audience: z.enum(['doan_vien', 'can_bo']),
    text: sentence,
    options: z
      .tuple([sentence, sentence, sentence, sentence])
      .refine((options) => new Set(options.map(plain)).size === 4, 'four distinct options'),
    correct: z.int().min(0).max(3),
    explanation: sentence,
    source_label: sentence,
    law: z.boolean(),
    checked_on: z.literal(CHECKED),
    review_by: day,
    state: z.enum(['published', 'waiting']),
  })
  .refine((question) => question.review_by > question.checked_on && question.review_by <= '2027-11-22', 'review within a year')

const kind = z.enum(['mttq', 'cong_doan', 'doan_tn', 'bcd', 'so_nganh', 'truong', 'doanh_nghiep', 'hoi_bvntd'])
const level = z.enum(['trung_uong', 'tinh', 'xa', 'co_so', 'to'])
const Unit = z.strictObject({
  id: slug,
  kind,
  level,
  name: sentence,
  short_name: sentence,
  parent: slug.nullable(),
  code: z
    .string()
    .regex(/^[A-HJKMNP-Z2-9]{6}$/)
    .nullable(),
  valid_from: day.nullable(),
  valid_to: day.nullable(),
  successors: z.array(slug),
  aliases: z.array(sentence),
  note: sentence.nullable(),
})
const UnitFile = z.strictObject({
  sample: z.literal(true),
  about: sentence,
  levelNames: z.array(z.strictObject({ kind, level, vi: sentence, en: sentence })),
  units: z.array(Unit),
})

const Hotline = z.strictObject({
  id: slug,
  number: sentence,
  tel: z
    .string()
    .regex(/^\d{3,11}$/)
    .nullable(),
  office: sentence,
  what_for: sentence,
  free: z.boolean(),
  checked_on: z.literal(CHECKED).nullable(),
  source_label: sentence,
  order: z.int().positive(),
  kind: z.enum(['khan_cap', 'nguoi_tieu_dung', 'thi_truong', 'khac']),
})

const RIGHTS_KEYS = [
  'menu',
  'list',
  'keep',
  'exchange',
  'settle',
  'letter',
  'source',
  'with_source',
  'b_list',
  'b_keep',
  'b_exchange',
  'b_settle',
  'b_letter',
]

/** A question about a plan of one place and year says so; the label begins with that plan. */
const PLANS: [begins: string, place: string, year: string][] = [
  ['Kế hoạch năm 2017 của Ban Chỉ đạo', 'Bộ Khoa học và Công nghệ', '2017'],
  ['Kế hoạch số 98/KH-MT', 'Hải Dương', '2021'],
  ['Kế hoạch số 28/KH-BCĐCVĐ', 'Bình Định', '2023'],
  ['Kế hoạch số 57/KH-LĐLĐ', 'Lai Châu', '2024'],
  ['Kế hoạch năm 2023 của ngành Giáo dục', 'Quận 7', '2023'],
]

describe('quiz questions', () => {
  it('are 105, each whole and dated, none twice', () => {
    expect(z.array(Question).parse(raw('questions'))).toEqual(questions)
    expect(questions).toHaveLength(105)
    expect(repeated(questions.map((question) => question.id))).toEqual([])
    expect(repeated(questions.map((question) => plain(question.text)))).toEqual([])
  })

  it('keep exactly five for officers, marked by their audience and not in their words', () => {
    expect(questions.filter((question) => question.audience === 'can_bo').map((question) => question.id)).toEqual([
      'QF094',
      'QF095',
      'QF096',
      'QF097',
      'QF099',
    ])
    expect(questions.filter((question) => question.text.startsWith('['))).toEqual([])
  })

  it('do not give the answer away by its place', () => {
    for (const place of [0, 1, 2, 3]) {
      const share = questions.filter((question) => question.correct === place).length / questions.length
      expect(share).toBeGreaterThan(0.18)
      expect(share).toBeLessThan(0.32)
    }
  })

  it('name place and year when they ask about the plan of one place and year', () => {
    const asked = questions.filter((question) => question.source_label.startsWith('Kế hoạch') && !question.source_label.includes('dẫn tại'))
    expect(asked.length).toBeGreaterThan(30)
    const silent = asked.filter((question) => {
      const plan = PLANS.find(([begins]) => question.source_label.startsWith(begins))
      return plan === undefined || !question.text.includes(plan[1]) || !question.text.includes(plan[2])
    })
    expect(silent.map((question) => question.id)).toEqual([])
  })

  it('are marked as law when their source is a law, a decree or a code', () => {
    const law = /(^|\s)(Luật|Nghị định|Bộ luật) /
    expect(questions.filter((question) => law.test(question.source_label) && !question.law).map((question) => question.id)).toEqual([])
    expect(questions.some((question) => !question.law)).toBe(true)
  })

  it('leave an officer time: none is stale on the day it was checked, laws about to change are looked at first', () => {
    const early = questions.filter((question) => question.review_by === '2026-12-31').map((question) => question.id)
    expect(early).toEqual(['QF042', 'QF043', 'QF044', 'QF048', 'QF053', 'QF054'])
  })
})

describe('sample units', () => {
  const byId = new Map(sampleUnits.map((unit) => [unit.id, unit]))

  it('are whole, marked as a sample, none twice', () => {
    const file = UnitFile.parse(raw('units'))
    expect(file.units).toEqual(sampleUnits)
    expect(file.levelNames).toEqual(levelNames)
    expect(repeated(sampleUnits.map((unit) => unit.id))).toEqual([])
    expect(repeated(sampleUnits.map((unit) => unit.name))).toEqual([])
  })

  it('form a tree: each parent stands before its children and is open, so nothing goes in a circle', () => {
    const seen = new Set<string>()
    for (const unit of sampleUnits) {
      if (unit.parent !== null) {
        expect(seen, `${unit.id} under ${unit.parent}`).toContain(unit.parent)
        expect(byId.get(unit.parent)?.valid_to, unit.id).toBeNull()
      }
      seen.add(unit.id)
    }
    expect(sampleUnits.filter((unit) => unit.parent === null).map((unit) => unit.id)).toEqual(['mttq-tw'])
  })

  it('never stand above their parent', () => {
    const order = level.options
    const wrong = sampleUnits.filter((unit) => {
      const parent = unit.parent === null ? undefined : byId.get(unit.parent)
      return parent !== undefined && order.indexOf(unit.level) < order.indexOf(parent.level)
    })
    expect(wrong.map((unit) => unit.id)).toEqual([])
  })

  it('have a name for each kind and level in use, each named once', () => {
    const named = levelNames.map((name) => `${name.kind}/${name.level}`)
    expect(repeated(named)).toEqual([])
    for (const unit of sampleUnits) expect(named).toContain(`${unit.kind}/${unit.level}`)
    expect(levelNames.find((name) => name.kind === 'cong_doan' && name.level === 'co_so')?.vi).toBe('Công đoàn cơ sở')
  })

  it('are joined by codes of their own, and only while they are open', () => {
    const codes = sampleUnits.flatMap((unit) => (unit.code === null ? [] : [unit.code]))
    expect(codes.length).toBeGreaterThan(5)
    expect(repeated(codes)).toEqual([])
    expect(sampleUnits.filter((unit) => unit.valid_to !== null && unit.code !== null)).toEqual([])
  })

  it('say what became of a closed unit, and lead on to open ones only', () => {
    const closed = sampleUnits.filter((unit) => unit.valid_to !== null)
    expect(closed.length).toBeGreaterThan(5)
    for (const unit of closed) expect(unit.note, unit.id).not.toBeNull()
    for (const unit of sampleUnits) {
      expect(repeated(unit.successors)).toEqual([])
      for (const successor of unit.successors) expect(byId.get(successor)?.valid_to, `${unit.id} → ${successor}`).toBeNull()
      if (unit.valid_to === null) expect(unit.successors, unit.id).toEqual([])
      else if (unit.valid_from !== null) expect(unit.valid_to > unit.valid_from, unit.id).toBe(true)
    }
  })

  it('are found by their old names, typed without accents', () => {
    expect(leadsTo('LĐLĐ tỉnh Hải Dương')).toEqual(['ld-hai-phong'])
    expect(leadsTo('LĐLĐ tỉnh Bình Định')).toEqual(['ld-gia-lai'])
    expect(leadsTo('ldld huyen tam duong')).toEqual(['ld-lai-chau'])
    expect(leadsTo('phong gd&dt quan 7')).toEqual(['p-tan-thuan', 'p-phu-thuan', 'p-tan-my', 'p-tan-hung'])
    expect(leadsTo('quan 7')).toEqual(expect.arrayContaining(['p-tan-thuan', 'p-phu-thuan', 'p-tan-my', 'p-tan-hung']))
    expect(leadsTo('hai duong')).toEqual(expect.arrayContaining(['mttq-hai-phong', 'ld-hai-phong', 'doan-hai-phong']))
  })

  it('are clearly invented at the shop floor', () => {
    const floor = sampleUnits.filter((unit) => unit.level === 'co_so' || unit.level === 'to')
    expect(floor.filter((unit) => !unit.name.endsWith('(mẫu)')).map((unit) => unit.name)).toEqual([])
  })

  function leadsTo(typed: string): string[] {
    const names = (unit: SampleUnit) => [unit.name, unit.short_name, ...unit.aliases].map(plain)
    const hits = sampleUnits.filter((unit) => unit.valid_to !== null && names(unit).includes(plain(typed)))
    return [...new Set(hits.flatMap((unit) => unit.successors))]
  }
})

describe('hotlines', () => {
  it('are whole, in order, none twice', () => {
    expect(z.array(Hotline).parse(raw('hotlines'))).toEqual(hotlines)
    expect(repeated(hotlines.map((line) => line.id))).toEqual([])
    expect(repeated(hotlines.map((line) => line.number))).toEqual([])
    const order = hotlines.map((line) => line.order)
    expect(order).toEqual([...new Set(order)].sort((a, b) => a - b))
  })

  it('call exactly the digits they show', () => {
    for (const line of hotlines) if (line.tel !== null) expect(line.number.replaceAll('.', ''), line.id).toBe(line.tel)
  })

  it('stay hidden until checked', () => {
    expect(hotlines.filter((line) => line.checked_on !== null).map((line) => line.number)).toEqual([
      '115',
      '113',
      '114',
      '111',
      '1800.6838',
      'Ứng dụng VNeID',
    ])
    expect(hotlines.filter((line) => line.checked_on === null).map((line) => line.tel)).toEqual(['1900888655', '0961389389', '0981389389'])
  })
})

describe('consumer rights', () => {
  it('are said in Vietnamese and in English, with the same keys', () => {
    const texts = z.strictObject(Object.fromEntries(RIGHTS_KEYS.map((key) => [key, z.string().min(1).max(1000)])))
    z.strictObject({ vi: texts, en: texts }).parse(rights)
    expect(Object.keys(rights.en)).toEqual(Object.keys(rights.vi))
  })

  it('say which law, that it is for information only, and that a filled-in letter does not belong here', () => {
    expect(rights.vi.source).toContain('19/2023/QH15')
    expect(rights.vi.source).toContain('Thông tin tham khảo')
    expect(rights.vi.letter).toContain('đừng gửi bản đã điền vào đây')
    for (const way of ['Thương lượng', 'Hòa giải', 'Trọng tài', 'Tòa án']) expect(rights.vi.settle).toContain(way)
  })

  it('fit on a button of every channel', () => {
    for (const texts of [rights.vi, rights.en]) {
      for (const [key, text] of Object.entries(texts)) if (key.startsWith('b_')) expect(text.length, text).toBeLessThanOrEqual(24)
    }
  })
})

describe('all built-in files', () => {
  it.each(['questions', 'units', 'hotlines', 'rights'])('%s shows readers no working note', (name) => {
    expect(text(name)).not.toMatch(/\.txt|SEED|RECALLED|CONFIRMED|SECONDARY|RULE|domain\.md|TODO|evidence/)
    expect(text(name)).toBe(text(name).normalize('NFC'))
  })
})

function text(name: string): string {
  return readFileSync(new URL(`../content/${name === 'rights' ? name : `data/${name}`}.json`, import.meta.url), 'utf8')
}

function raw(name: string): unknown {
  return JSON.parse(text(name))
}

/** Without accents and capitals: how people type. */
function plain(words: string): string {
  return words
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replaceAll('đ', 'd')
}

function repeated(values: string[]): string[] {
  return values.filter((value, at) => values.indexOf(value) !== at)
}
