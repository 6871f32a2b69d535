import { writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDb } from '../db/open.ts'
import { findUnitByCode, listSuccessors, searchUnits } from '../db/units.ts'
import { importFile } from '../src/admin/unit.ts'
import type { Db } from '../src/chat.ts'
import { createOperator, type Operator } from './admin-desk.ts'

const day = '2026-11-23'
const HEADER = 'id,kind,level,name,short_name,parent,code,aliases,valid_from,valid_to,successors'

describe('unit import', () => {
  let operator: Operator
  let db: Db
  beforeEach(async () => {
    operator = await createOperator()
    await operator.run('migrate')
    db = openDb({ url: operator.url })
  })
  afterEach(async () => {
    db.close()
    await operator.close()
  })

  const imports = async (lines: string[] | string, ...options: string[]) => {
    await writeFile(operator.path('units.csv'), Array.isArray(lines) ? lines.join('\n') : lines)
    return operator.run('unit', 'import', operator.path('units.csv'), ...options)
  }
  const pathsOf = async (...ids: string[]) =>
    Object.fromEntries(
      (await db.read('SELECT id, path FROM units WHERE id IN (SELECT value FROM json_each(?))', [JSON.stringify(ids)])).map((row) => [
        row.id,
        row.path,
      ]),
    )

  test('a tree with children before parents goes in, and members find it by name, alias and code', async () => {
    const said = await imports([
      HEADER,
      'cs-a,cong_doan,co_so,Công đoàn cơ sở Dệt A,CĐCS Dệt A,tinh-x,DETA22,Dệt Sông Mẫu; nhà máy A,,,',
      'tinh-x,cong_doan,tinh,Liên đoàn Lao động tỉnh X,LĐLĐ X,,,,,,',
      'cu-a,cong_doan,co_so,Công đoàn cơ sở Sợi cũ,,LĐLĐ tỉnh không tên,,,01/07/2020,30/6/2025,DETA22',
    ])
    expect(said).toMatchObject({ code: 1 })
    expect(said.out).toContain('Dòng 4: parent “LĐLĐ tỉnh không tên”: không có đơn vị này')
    const mended = await imports([
      HEADER,
      'cs-a,cong_doan,co_so,Công đoàn cơ sở Dệt A,CĐCS Dệt A,tinh-x,deta22,Dệt Sông Mẫu; nhà máy A,,,',
      'tinh-x,cong_doan,tinh,Liên đoàn Lao động tỉnh X,LĐLĐ X,,,,,,',
      'cu-a,cong_doan,co_so,Công đoàn cơ sở Sợi cũ,,Liên đoàn Lao động tỉnh X,,,01/07/2020,30/6/2025,DETA22',
    ])
    expect(mended.code).toBe(0)
    expect(mended.out).toContain('3 đơn vị mới, 0 đơn vị cập nhật')
    expect(await pathsOf('cs-a', 'tinh-x', 'cu-a')).toEqual({ 'tinh-x': '/tinh-x/', 'cs-a': '/tinh-x/cs-a/', 'cu-a': '/tinh-x/cu-a/' })
    expect((await searchUnits(db, 'det song mau', { day, after: '', limit: 5 })).map(({ id }) => id)).toEqual(['cs-a'])
    expect((await findUnitByCode(db, 'deta22', day))?.id).toBe('cs-a')
    expect((await listSuccessors(db, 'cu-a', day)).map(({ id }) => id)).toEqual(['cs-a'])
    expect(await db.read("SELECT valid_from, valid_to FROM units WHERE id = 'cu-a'")).toEqual([
      { valid_from: '2020-07-01', valid_to: '2025-06-30' },
    ])
  })

  test('every bad row is named by line and reason, and nothing is written', async () => {
    const before = await db.read('SELECT count(*) AS n FROM units')
    const said = await imports([
      HEADER,
      'a1,cong_doan,co_so,Công đoàn cơ sở Một,,,ABC234,,,,',
      'a2,cong_doan,co_so,Công đoàn cơ sở Hai,,a9,,,,,',
      'a3,cau_lac_bo,co_so,Câu lạc bộ Ba,,a1,,,,,',
      'a4,cong_doan,co_so,Công đoàn cơ sở Bốn,,a1,ABC234,,,,',
      'a5,cong_doan,co_so,Công đoàn cơ sở Năm,,a1,,,31/02/2026,,',
      'a6,cong_doan,co_so,Công đoàn cơ sở Sáu,,a7,,,,,',
      'a7,cong_doan,co_so,Công đoàn cơ sở Bảy,,a6,,,,,',
      'a1,cong_doan,co_so,Công đoàn cơ sở Tám,,,,,,,',
      'a8,cong_doan,co_so,Thiếu ô',
      'a9b,cong_doan,co_so,,,,,,,,',
    ])
    expect(said.code).toBe(1)
    expect(said.out.split('\n').map((line) => line.split(' / ')[0])).toEqual([
      'Dòng 3: parent “a9”: không có đơn vị này',
      'Dòng 4: không có loại và cấp',
      'Dòng 5: code ABC234 trùng với dòng 2',
      'Dòng 6: valid_from “31/02/2026”: cần dạng 2025-07-01 hoặc 01/07/2025',
      'Dòng 7: cấp trên đi vòng tròn',
      'Dòng 8: cấp trên đi vòng tròn',
      'Dòng 9: id a1 trùng với dòng 2',
      'Dòng 10: có 4 ô, cần 11',
      'Dòng 11: tên trống hoặc dài quá 200 ký tự',
    ])
    expect(said.err).toContain('chưa ghi gì')
    expect(await db.read('SELECT count(*) AS n FROM units')).toEqual(before)
  })

  test('--skip-bad writes the good rows and leaves out those that lean on a bad one', async () => {
    const said = await imports(
      [
        'kind,level,name,parent,id',
        'cong_doan,tinh,LĐLĐ tỉnh Y,,y',
        'cong_doan,co_so,CĐCS Một,y,y1',
        'cong_doan,sai,Cấp sai,y,y2',
        'cong_doan,co_so,CĐCS dưới cấp sai,y2,y3',
        'cong_doan,co_so,CĐCS dưới nữa,y3,y4',
      ],
      '--skip-bad',
    )
    expect(said.code).toBe(0)
    expect(said.out).toContain('Dòng 5: parent “y2”')
    expect(said.out).toContain('Dòng 6: parent “y3”')
    expect(await pathsOf('y', 'y1', 'y2', 'y3', 'y4')).toEqual({ y: '/y/', y1: '/y/y1/' })
  })

  test('a dry run says what it would do and writes nothing', async () => {
    const said = await imports(['kind,level,name,id', 'cong_doan,tinh,LĐLĐ tỉnh Z,z'], '--dry-run')
    expect(said).toMatchObject({ code: 0 })
    expect(said.out).toContain('chưa ghi gì: 1 đơn vị mới')
    expect(await pathsOf('z')).toEqual({})
  })

  test('a file as Excel in Vietnamese writes it: byte order mark, semicolons, quotes', async () => {
    const said = await imports('\uFEFFKind;Level;Name;ID;Aliases\r\ncong_doan;tinh;"LĐLĐ ""Mẫu""; tỉnh W";w;"Tên cũ; tên nữa"\r\n;;;;\r\n')
    expect(said).toMatchObject({ code: 0 })
    expect(await db.read("SELECT name, aliases FROM units WHERE id = 'w'")).toEqual([
      { name: 'LĐLĐ "Mẫu"; tỉnh W', aliases: '["Tên cũ","tên nữa"]' },
    ])
  })

  test('a file of another encoding, without needed columns or that is not there is refused with what to do', async () => {
    await writeFile(operator.path('units.csv'), Buffer.from('kind,level,name\ncong_doan,tinh,L\xd0L', 'latin1'))
    expect((await operator.run('unit', 'import', operator.path('units.csv'))).err).toContain('CSV UTF-8')
    expect((await imports('kind,name,capdo\n')).err).toMatch(/cột lạ.*capdo.*thiếu cột.*level/)
    expect((await operator.run('unit', 'import', operator.path('nowhere.csv'))).err).toContain('Không mở được tệp')
  })

  test('the next import changes what the first brought, and a start changes none of it', async () => {
    // The second row carries a built-in id: from now on it is the operator's.
    await imports(['kind,level,name,id', 'cong_doan,tinh,LĐLĐ tỉnh V,v', 'cong_doan,tinh,LĐLĐ Lai Châu của mình,ld-lai-chau'])
    const again = await imports(['kind,level,name,id', 'cong_doan,tinh,LĐLĐ tỉnh V (mới),v'])
    expect(again.out).toContain('0 đơn vị mới, 1 đơn vị cập nhật')
    await operator.run('migrate')
    expect(
      await db.read("SELECT id, name, sample, edited_at IS NOT NULL AS kept FROM units WHERE id IN ('v', 'ld-lai-chau') ORDER BY id"),
    ).toEqual([
      { id: 'ld-lai-chau', name: 'LĐLĐ Lai Châu của mình', sample: 0, kept: 1 },
      { id: 'v', name: 'LĐLĐ tỉnh V (mới)', sample: 0, kept: 1 },
    ])
  })

  test('without ids the same list twice makes no unit twice', async () => {
    const list = ['kind,level,name,parent', 'cong_doan,tinh,LĐLĐ tỉnh U,', 'cong_doan,co_so,CĐCS Một,LĐLĐ tỉnh U']
    expect((await imports(list)).out).toContain('2 đơn vị mới')
    expect((await imports(list)).out).toContain('0 đơn vị mới, 2 đơn vị cập nhật')
  })

  test('a name that two units have must be given as an id', async () => {
    await imports(['kind,level,name,id', 'cong_doan,tinh,Trùng tên,t1', 'doan_tn,tinh,Trùng tên,t2'])
    const said = await imports(['kind,level,name,parent', 'cong_doan,co_so,CĐCS Con,Trùng tên'])
    expect(said.out).toContain('nhiều đơn vị cùng tên, hãy ghi id')
    expect(said.out).toContain('t1, t2')
  })

  test('a unit that is there is not moved under its own child, and its code is not taken', async () => {
    await imports([
      'kind,level,name,parent,id,code',
      'cong_doan,tinh,Ông,,ong,',
      'cong_doan,co_so,Cha,ong,cha,',
      'cong_doan,to,Con,cha,con,CCN234',
    ])
    const said = await imports(['kind,level,name,parent,id,code', 'cong_doan,tinh,Ông,con,ong,', 'cong_doan,to,Khác,cha,khac,CCN234'])
    expect(said.out).toContain('cấp trên đi vòng tròn / parents go in a circle: ong → con → cha → ong')
    expect(said.out).toContain('Dòng 3: mã CCN234 đã là của đơn vị con')
  })

  test('two thousand units go in within seconds, with progress', async () => {
    const rows = Array.from({ length: 2000 }, (_, i) => `cong_doan,co_so,Công đoàn cơ sở số ${i},${i < 20 ? '' : `n${i % 20}`},n${i}`)
    const notes: string[] = []
    const started = performance.now()
    const bytes = new TextEncoder().encode(['kind,level,name,parent,id', ...rows].join('\n'))
    const done = await importFile({ db, now: new Date('2026-11-23T02:00:00Z'), note: (line) => void notes.push(line) }, bytes, {})
    expect(done).toEqual({ added: 2000, changed: 0, bad: [] })
    expect(performance.now() - started).toBeLessThan(10_000)
    expect(notes.join('\n')).toMatch(/500\/2000[\s\S]*1000\/2000[\s\S]*1500\/2000[\s\S]*2000\/2000/)
    expect(await pathsOf('n25')).toEqual({ n25: '/n5/n25/' })
  })

  test('units are looked up by index, however many there are', async () => {
    for (const column of ['id', 'code', 'name']) {
      const plan = await db.read(`EXPLAIN QUERY PLAN SELECT id FROM units WHERE ${column} = ?`, ['x'])
      expect(String(plan[0]?.detail)).toContain('SEARCH')
    }
  })
})
