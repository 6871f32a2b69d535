import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import {
  CODE_ALPHABET,
  caseCode,
  choiceOf,
  contains,
  createLexicon,
  documentNumber,
  fold,
  foldTokens,
  hears,
  isDanger,
  listen,
  phrase,
  sameDocument,
  trueFalse,
  yesNo,
} from '../src/vietnamese/index.ts'

/** The keyword table of features-and-rules.md §4.6. */
const ACTIONS: Record<string, string> = {
  start: 'bắt đầu, menu, danh mục, xin chào, hi, alo',
  help: 'trợ giúp, giúp, hướng dẫn, ?',
  news: 'tin, tin mới, hàng Việt',
  documents: 'văn bản, chỉ thị',
  quiz: 'đố vui, trắc nghiệm, câu hỏi, thi',
  report: 'phản ánh, hàng giả, hàng nhái, hàng dỏm, tố giác, báo hàng giả',
  track: 'mã phản ánh, tra phản ánh',
  deals: 'ưu đãi, giảm giá, phúc lợi, khuyến mãi',
  places: 'điểm bán, OCOP, phiên chợ, hội chợ, sự kiện',
  check: 'mã vạch, QR, nhãn, kiểm tra hàng',
  rights: 'quyền, đổi trả, gọi ai, đường dây nóng',
  unit: 'đơn vị, đổi đơn vị',
  stop: 'ngừng nhận tin, hủy nhận tin, từ chối, tắt tin, stop, unsubscribe, dừng',
  resume: 'nhận tin',
  data: 'dữ liệu của tôi, xóa dữ liệu, rút đồng ý, bản sao',
  person: 'gặp cán bộ, nói chuyện với người',
  cancel: 'hủy, thoát, quay lại',
}
const KEYWORDS = Object.entries(ACTIONS).flatMap(([value, list]) => list.split(', ').map((words) => ({ words, value })))
const lexicon = createLexicon(KEYWORDS)
const find = (text: string) => lexicon.find(listen(text))
const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/g, 'd').replace(/Đ/g, 'D')

describe('the keywords of §4.6', () => {
  test.each(KEYWORDS)('"$words" opens $value', ({ words, value }) => {
    expect(find(words)).toBe(value)
    expect(find(words.toUpperCase())).toBe(value)
    expect(find(words.normalize('NFD'))).toBe(value)
    expect(find(`${words}!!! 😀`)).toBe(value)
  })

  test.each(KEYWORDS.filter(({ words }) => words !== 'dừng').map(({ words, value }) => ({ bare: plain(words), value })))(
    '"$bare" without accents opens $value',
    ({ bare, value }) => {
      expect(find(bare)).toBe(value)
    },
  )
})

describe('how people type', () => {
  test.each([
    ['hangf gia3', 'report'],
    ['phan1 a1nh', 'report'],
    ['phan3 anh1', 'report'],
    ['pharn ánh', 'report'],
    ['phanr anhs', 'report'],
    ['hangf giar', 'report'],
    ['toos giacs', 'report'],
    ['ddoos vui', 'quiz'],
    ['d9o61 vui', 'quiz'],
    ['ddoos  vuii', 'quiz'],
    ['trawcs nghieemj', 'quiz'],
    ['trac81 nghie65m', 'quiz'],
    ['cau6 hoi3', 'quiz'],
    ['uwu ddaix', 'deals'],
    ['u7u d9ai4', 'deals'],
    ['giamr gias', 'deals'],
    ['phucs lowij', 'deals'],
    ['ddieemr bans', 'places'],
    ['phieen chowj', 'places'],
    ['suwj kieenj', 'places'],
    ['dduwowngf daay nongs', 'rights'],
    ['ngwngf nhaanj tin', undefined],
    ['nguwngf nhaanj tin', 'stop'],
    ['ngu7ng2 nha6n5 tin', 'stop'],
    ['ddown vij', 'unit'],
    ['huyr', 'cancel'],
    ['quay laij', 'cancel'],
    ['vawn banr', 'documents'],
    ['hangj gias', undefined],
    ['hang5 gia1', undefined],
    ['huowngs daanx', 'help'],
  ])('Telex and VNI keys left in the text: %s → %s', (text, value) => {
    expect(find(text)).toBe(value)
  })

  test.each([
    ['fản ánh', 'report'],
    ['fan anh', 'report'],
    ['jup', 'help'],
    ['júp', 'help'],
    ['wyền', 'rights'],
    ['đố zui', 'quiz'],
    ['km', 'deals'],
    ['đv', 'unit'],
    ['gặp cb', 'person'],
    ['ns chuyện vs ng', 'person'],
    ['huyyyy', 'cancel'],
    ['hủyyyyy', 'cancel'],
    ['đố vuiiiii', 'quiz'],
    ['alooooo', 'start'],
    ['menuu', 'start'],
    ['ko phản ánh', undefined],
    ['k phản ánh', undefined],
    ['hok phan anh', undefined],
    ['hông phản ánh', undefined],
  ])('short and playful spelling: %s → %s', (text, value) => {
    expect(find(text)).toBe(value)
  })

  test.each([
    ['phna anh', 'report'],
    ['phann anh', 'report'],
    ['phan ahn', 'report'],
    ['pản ánh', 'report'],
    ['phsn anh', 'report'],
    ['phananh', 'report'],
    ['phan a nh', 'report'],
    ['trac nghiem1', undefined],
    ['trac ngiem', 'quiz'],
    ['trắc nghiệmm', 'quiz'],
    ['khuyến mại', undefined],
    ['khuyen mau', 'deals'],
    ['huong dab', 'help'],
    ['duong day nog', 'rights'],
    ['unsubcribe', 'stop'],
    ['hạn giá', undefined],
    ['hàng giá', undefined],
    ['bang gia', undefined],
    ['bảng giá', undefined],
    ['hangj gia', undefined],
    ['huyy', undefined],
    ['thi', undefined],
    ['hoi', undefined],
  ])('one letter wrong in a long keyword: %s → %s', (text, value) => {
    expect(lexicon.nearest(listen(text))).toBe(value)
  })

  test.each([
    ['hoà', 'hòa'],
    ['HÒA', 'hòa'],
    ['thuý', 'thúy'],
    ['khoẻ', 'khỏe'],
    ['hòan', 'hoàn'],
    ['quí', 'quý'],
    ['qúy', 'quý'],
    ['qui', 'quy'],
    ['huỷ', 'hủy'],
    ['xoá', 'xóa'],
    ['đưọc', 'được'],
    ['giũa', 'giũa'],
    ['già', 'già'],
    ['gì', 'gì'],
    ['giếng', 'giếng'],
    ['khuỷu', 'khuỷu'],
    ['ngoài', 'ngoài'],
    ['cuả', 'của'],
    ['café', 'café'],
  ])('one place for the tone: %s is heard as %s', (text, word) => {
    expect(listen(text).words).toEqual([word])
  })

  it('hears keywords in the old and the new tone placement', () => {
    expect(find('huỷ nhận tin')).toBe('stop')
    expect(find('xoá dữ liệu')).toBe('data')
    expect(createLexicon([{ words: 'quý', value: 1 }]).find(listen('quí'))).toBe(1)
  })

  it('strips marks, emoji and repeats, and keeps the typed text', () => {
    const heard = listen('“Hàng giả”… 😡 điiii!!!')
    expect(heard.text).toBe('“Hàng giả”… 😡 điiii!!!')
    expect(heard.words).toEqual(['hàng', 'giả', 'đi'])
    expect(heard.folded).toBe('hang gia di')
    expect(heard.accented).toBe(true)
    expect(listen('hang gia').accented).toBe(false)
    expect(listen('đ').accented).toBe(true)
    expect(listen('😀😀').words).toEqual([])
    expect(listen('hàng\u200b giả').words).toEqual(['hàng', 'giả'])
    expect(listen('ＯＣＯＰ').words).toEqual(['ocop'])
  })

  it('remembers the last text', () => {
    expect(listen('ưu đãi')).toBe(listen('ưu đãi'))
  })
})

describe('words with several meanings', () => {
  const colliding = createLexicon(
    'dừng, báo, thi, hết, có, không, mã, trả, sai, chuyện, thôi, phản ánh, tố cáo, tố giác, báo cáo'
      .split(', ')
      .map((words) => ({ words, value: words })),
  )
  test.each([
    ['dung', undefined],
    ['Dung', undefined],
    ['dung a', undefined],
    ['xin dung', undefined],
    ['dừng', 'dừng'],
    ['dừng ạ', 'dừng'],
    ['dùng', undefined],
    ['đúng', undefined],
    ['đứng', undefined],
    ['dụng', undefined],
    ['đung', undefined],
    ['phan anh', 'phản ánh'],
    ['phản anh', 'phản ánh'],
    ['chị Phan Anh', undefined],
    ['Phan Anh ơi', 'phản ánh'],
    ['phân anh', undefined],
    ['to cao', 'tố cáo'],
    ['tô cao', undefined],
    ['to giac', 'tố giác'],
    ['bao cao', 'báo cáo'],
    ['báo cao', 'báo cáo'],
    ['bảo cáo', undefined],
    ['bao', undefined],
    ['báo', 'báo'],
    ['bảo', undefined],
    ['thi', 'thi'],
    ['thì', undefined],
    ['het', undefined],
    ['hết', 'hết'],
    ['co', undefined],
    ['có', 'có'],
    ['khong', undefined],
    ['không', 'không'],
    ['ma', undefined],
    ['mã', 'mã'],
    ['mà', undefined],
    ['mả', undefined],
    ['tra', undefined],
    ['trả', 'trả'],
    ['trà', undefined],
    ['sai', 'sai'],
    ['sái', undefined],
    ['chuyen', undefined],
    ['chuyện', 'chuyện'],
    ['chuyển', undefined],
    ['thoi', undefined],
    ['thôi', 'thôi'],
    ['thời', undefined],
  ])('"%s" means %s as a keyword', (text, value) => {
    expect(colliding.find(listen(text))).toBe(value)
  })

  it('"dung" never stops anything, even where "dừng" is a keyword', () => {
    for (const text of ['dung', 'DUNG', 'dung!', 'dung nhé', 'cho em dung ạ', 'dungf', 'dung2']) expect(find(text)).toBeUndefined()
    expect(find('dừng')).toBe('stop')
    expect(find('duwngf')).toBe('stop')
  })

  it('two keywords that look alike without accents are told apart by accents only', () => {
    const pair = createLexicon([
      { words: 'bán hàng', value: 'sell' },
      { words: 'bản hãng', value: 'brand' },
      { words: 'bạn hàng', value: 'friend' },
    ])
    expect(pair.find(listen('ban hang'))).toBeUndefined()
    expect(pair.find(listen('bán hàng'))).toBe('sell')
    expect(pair.find(listen('bản hang'))).toBe('brand')
    expect(pair.find(listen('bạn hang'))).toBe('friend')
    expect(pair.nearest(listen('bna hang'))).toBeUndefined()
  })
})

describe('comparing with a phrase', () => {
  test.each([
    ['hàng giả', 'hàng giả', true],
    ['hang giả', 'hàng giả', true],
    ['hang gia', 'hàng giả', true],
    ['hàng giã', 'hàng giả', true],
    ['hạng giá', 'hàng giả', false],
    ['phãn ánh', 'phản ánh', true],
    ['nhản', 'nhãn', false],
    ['đo vui', 'đố vui', true],
    ['đung', 'dừng', false],
    ['cho mình xem ưu đãi với ạ', 'ưu đãi', true],
    ['cho minh xem uu dai voi a', 'ưu đãi', true],
    ['cho mình hỏi ưu đãi ạ', 'ưu đãi', true],
    ['cho tôi xem ưu đãi', 'ưu đãi', true],
    ['em muốn phản ánh với ạ', 'phản ánh', true],
    ['anh chị ơi cho em phản ánh nhé', 'phản ánh', true],
    ['trợ lý ơi, ưu đãi nha', 'ưu đãi', true],
    ['xin ưu đãi please', 'ưu đãi', true],
    ['ưu đãi vs ạk', 'ưu đãi', true],
    ['không phản ánh', 'phản ánh', false],
    ['khong phan anh', 'phản ánh', false],
    ['em không muốn phản ánh', 'phản ánh', false],
    ['đừng dừng', 'dừng', false],
    ['xin đừng ngừng nhận tin', 'ngừng nhận tin', false],
    ['phản ánh không', 'phản ánh', false],
    ['thôi phản ánh', 'phản ánh', false],
    ['chưa phản ánh', 'phản ánh', false],
    ['ạ', 'ạ', true],
    ['', 'ạ', false],
  ])('"%s" is "%s": %s', (text, words, expected) => {
    expect(hears(listen(text), phrase(words))).toBe(expected)
  })

  it('finds a phrase inside a longer message', () => {
    const breath = phrase('khó thở')
    expect(contains(listen('con tôi bị khó thở sau khi uống'), breath)).toBe(true)
    expect(contains(listen('con toi bi kho tho'), breath)).toBe(true)
    expect(contains(listen('con tooi bij khos thowr'), breath)).toBe(true)
    expect(contains(listen('khó mà thở'), breath)).toBe(false)
    expect(contains(listen('khổ thợ'), breath)).toBe(false)
    expect(contains(listen('bất kỳ'), phrase(''))).toBe(false)
  })

  it('suggests the keywords inside a message, the longest first and none inside another', () => {
    const within = (text: string) => lexicon.within(listen(text))
    expect(within('tôi thấy có hàng giả bán ở hội chợ')).toEqual(['report', 'places'])
    expect(within('em gặp cán bộ để ngừng nhận tin thì sao')).toEqual(['stop', 'person'])
    expect(within('hôm nay trời đẹp')).toEqual([])
  })

  it('no polite words make a denial disappear', () => {
    const edge = fc.array(fc.constantFrom('cho', 'mình', 'em', 'muốn', 'xin', 'ạ', 'với', 'nhé', 'ơi', 'anh', 'giúp', 'tôi'), {
      maxLength: 3,
    })
    const no = fc.constantFrom(
      'không',
      'khong',
      'ko',
      'k',
      'đừng',
      'chưa',
      'chẳng',
      'thôi',
      'khỏi',
      'hok',
      'no',
      'not',
      'dduwngf',
      'khoong',
    )
    const target = fc.constantFrom('phản ánh', 'ngừng nhận tin', 'xóa dữ liệu', 'rút đồng ý', 'hàng giả')
    fc.assert(
      fc.property(edge, no, edge, target, edge, (a, denial, b, keyword, c) => {
        expect(find([...a, denial, ...b, keyword, ...c].join(' '))).toBeUndefined()
      }),
    )
  })
})

describe('answers inside a step', () => {
  test.each(
    'có, co, Có ạ, dạ có, đồng ý, dong y, tôi đồng ý, ok, OK bạn, oke, okeee, okie, ừ, ừm, vâng, vâng ạ, dạ, da, đúng, đúng rồi, dung roi, yes, được, dc, ddoongf ys'.split(
      ', ',
    ),
  )('"%s" is a yes', (text) => {
    expect(yesNo(listen(text))).toBe('yes')
  })

  test.each(
    'không, khong, ko, k, hok, hông, 0, thôi, thoi, no, không đồng ý, ko dong y, tôi không đồng ý, dạ không, không ạ, không muốn, chưa, khỏi, đừng, ko dc, khoong'.split(
      ', ',
    ),
  )('"%s" is a no', (text) => {
    expect(yesNo(listen(text))).toBe('no')
  })

  test.each('dung, dừng, dùng, có không, được không, không biết nữa, 1, tại sao, thời, cố, 😀'.split(', '))('"%s" is neither', (text) => {
    expect(yesNo(listen(text))).toBeUndefined()
  })

  test.each([
    ['1', 1],
    ['4', 4],
    ['5', undefined],
    ['0', undefined],
    ['1.', 1],
    ['(2)', 2],
    ['số 1', 1],
    ['so 3', 3],
    ['câu 1', 1],
    ['chọn 2', 2],
    ['em chọn số 2 ạ', 2],
    ['①', 1],
    ['２', 2],
    ['3️⃣', 3],
    ['a', 1],
    ['A', 1],
    ['B.', 2],
    ['đáp án c', 3],
    ['dap an C', 3],
    ['chọn d', 4],
    ['chọn a', 1],
    ['a ạ', 1],
    ['b a', 2],
    ['ý b', 2],
    ['e', undefined],
    ['đ', undefined],
    ['ạ', undefined],
    ['chọn hai', 2],
    ['hai', undefined],
    ['1/2', undefined],
    ['1 2', undefined],
    ['không 1', undefined],
    ['không chọn a', undefined],
    ['dung', undefined],
    ['', undefined],
  ])('of four choices "%s" picks %s', (text, choice) => {
    expect(choiceOf(listen(text), 4)).toBe(choice)
  })

  it('long lists are answered by number only', () => {
    expect(choiceOf(listen('12'), 12)).toBe(12)
    expect(choiceOf(listen('b'), 12)).toBeUndefined()
  })

  test.each([
    ['đúng', true],
    ['dung', true],
    ['Dung ạ', true],
    ['đúng rồi', true],
    ['chọn đúng', true],
    ['Đ', true],
    ['sai', false],
    ['sai rồi', false],
    ['không đúng', false],
    ['ko dung', false],
    ['S', false],
    ['dừng', undefined],
    ['dùng', undefined],
    ['có', undefined],
    ['đúng sai', undefined],
  ])('in a quiz "%s" is %s', (text, expected) => {
    expect(trueFalse(listen(text))).toBe(expected)
  })
})

describe('numbers of documents', () => {
  test.each([
    ['03-CT/TW', { number: '3', symbol: 'ct-tw' }],
    ['03–CT/TW', { number: '3', symbol: 'ct-tw' }],
    ['03 ct tw', { number: '3', symbol: 'ct-tw' }],
    ['03ct/tw', { number: '3', symbol: 'ct-tw' }],
    ['chi thi 28', { number: '28', type: 'chi thi' }],
    ['chỉ thị số 28', { number: '28', type: 'chi thi' }],
    ['Chỉ thị số 03-CT/TW ngày 19/5/2021', { number: '3', symbol: 'ct-tw', type: 'chi thi' }],
    ['28/CT-TTg', { number: '28', symbol: 'ct-ttg' }],
    ['cho tôi xem 28/CT-TTg với ạ', { number: '28', symbol: 'ct-ttg' }],
    ['264/KH-BCĐ', { number: '264', symbol: 'kh-bcd' }],
    ['264-TB/TW', { number: '264', symbol: 'tb-tw' }],
    ['286/KH-MTTW-BCĐTWCVĐ', { number: '286', symbol: 'kh-mttw-bcdtwcvd' }],
    ['10-CTr/TU', { number: '10', symbol: 'ctr-tu' }],
    ['quyết định 386', { number: '386', type: 'quyet dinh' }],
    ['QĐ 386', { number: '386', type: 'quyet dinh' }],
    ['Nghị định 98/2020/NĐ-CP', { number: '98', symbol: 'nd-cp', type: 'nghi dinh', year: '2020' }],
    ['nghị định 98/2020', { number: '98', type: 'nghi dinh', year: '2020' }],
    ['luật 19/2023/QH15', { number: '19', symbol: 'qh15', type: 'luat', year: '2023' }],
    ['chỉ thị 28 năm 2021', { number: '28', type: 'chi thi', year: '2021' }],
    ['văn bản 28', { number: '28' }],
    ['28', undefined],
    ['kế hoạch 2024', undefined],
    ['kế hoạch 5 năm', undefined],
    ['thông báo 15/6', undefined],
    ['24/7', undefined],
    ['10 kg', undefined],
    ['10 kh', undefined],
    ['PA-2611-7K3Q', undefined],
    ['0912345678', undefined],
    ['', undefined],
  ])('"%s" is %o', (text, expected) => {
    expect(documentNumber(text)).toEqual(expected)
  })

  it('a bare number counts only where a document is asked for', () => {
    for (const number of ['386', '264', '28', '2269']) expect(documentNumber(number, { bare: true })).toEqual({ number })
    expect(documentNumber('số 386', { bare: true })).toEqual({ number: '386' })
    expect(documentNumber('7', { bare: true })).toBeUndefined()
    expect(documentNumber('8930001', { bare: true })).toBeUndefined()
  })

  test.each([
    ['264', '264-TB/TW', true],
    ['264', '264/KH-BCĐ', true],
    ['264-TB/TW', '264/KH-BCĐ', false],
    ['264 kh bcd', '264/KH-BCĐ', true],
    ['chi thi 28', '28/CT-TTg', true],
    ['chỉ thị 28', '28/KH-BCĐCVĐ', false],
    ['kế hoạch 28', '28/KH-BCĐCVĐ', true],
    ['10-CT/TU', '10-CTr/TU', false],
    ['3-ct/tw', '03-CT/TW', true],
    ['luật 19', '19/2023/QH15', true],
    ['luật 19/2022', '19/2023/QH15', false],
    ['386', '28/CT-TTg', false],
  ])('asking "%s" may mean %s: %s', (query, document, expected) => {
    const asked = documentNumber(query, { bare: true })
    const shelved = documentNumber(document)
    expect(asked !== undefined && shelved !== undefined && sameDocument(asked, shelved)).toBe(expected)
  })
})

describe('case codes', () => {
  const number = 'PA-2611-7K3Q'
  const receipt = 'PA-2611-7K3Q-M4TD-9XWE'
  test.each([
    ['PA-2611-7K3Q', { number }],
    ['pa 2611 7k3q', { number }],
    ['mã pa26117k3q ạ', { number }],
    ['pa–2611–7k3q.', { number }],
    ['PA-26II-7K3Q', { number }],
    ['pa-26l1-7k3q', { number }],
    ['PA-2611-1K3O', { number: 'PA-2611-7K3Q' }],
    ['PA-2611-7K30', { number: 'PA-2611-7K3Q' }],
    ['PA-261O-7K3Q', { number: 'PA-2610-7K3Q' }],
    ['PA-2611-7K3Q-M4TD-9XWE', { number, receipt }],
    ['pa26117k3qm4td9xwe', { number, receipt }],
    ['pa 2611 7k3q m4td 9xwe', { number, receipt }],
    ['PA-2611-7K3Q-M4TD', { number }],
    ['PA-2613-7K3Q', undefined],
    ['PA-2611-7K3', undefined],
    ['pandas', undefined],
    ['spa 2611 7k3q', undefined],
    ['', undefined],
  ])('"%s" is %o', (text, expected) => {
    expect(caseCode(text)).toEqual(expected)
  })

  it('codes use 30 signs, none of which is read as another', () => {
    expect(CODE_ALPHABET).toHaveLength(30)
    expect(new Set(CODE_ALPHABET).size).toBe(30)
    expect(CODE_ALPHABET).not.toMatch(/[01ILOU]/)
  })

  it('every code is recognised as it was issued and in lower case without dashes', () => {
    const four = fc.array(fc.constantFrom(...CODE_ALPHABET), { minLength: 4, maxLength: 4 }).map((chars) => chars.join(''))
    fc.assert(
      fc.property(four, four, four, (a, b, c) => {
        const code = `PA-2611-${a}-${b}-${c}`
        expect(caseCode(code)?.receipt).toBe(code)
        expect(caseCode(code.toLowerCase().replaceAll('-', ''))?.receipt).toBe(code)
      }),
    )
  })
})

describe('danger to health', () => {
  test.each([
    'con tôi bị khó thở sau khi uống',
    'con toi bi kho tho',
    'con bij khos thowr',
    'cả nhà bị ngộ độc',
    'ngo doc thuc pham',
    'bé co giật',
    'be bi co giat',
    'nôn',
    'uống xong nôn liên tục',
    'bi non',
    'non oi suot dem',
    'uong xong non mua',
    'bất tỉnh',
    'bat tinh roi',
    'bị ngất',
    'ngat xiu',
    'trẻ em uống phải',
    'tre em uong phai',
    'con tôi uống phải nước tẩy',
    'uống nhầm thuốc',
    'uong nham thuoc',
    'sốc phản vệ',
    'soc phan ve',
    'gọi cấp cứu giúp',
    'đau bụng dữ dội',
    'dau bung du doi',
    'tiêu chảy',
    'tieu chay 3 ngay',
    'ko thở đc',
    'uống rượu xong mờ mắt',
    'không khỏe, nôn nhiều',
    'có ai bị ngộ độc không',
  ])('"%s" is a danger', (text) => {
    expect(isDanger(listen(text))).toBe(true)
  })

  test.each([
    'non',
    'cái nón này',
    'cai non mua o cho',
    'nôn nóng quá',
    'ngat dien',
    'cảnh đẹp ngất ngây',
    'bot giat nay co giat sach khong',
    'tim tai lieu',
    'em oi mua hang o dau',
    'chay mau len',
    'tôi uống phải hàng giả',
    'không ai bị ngộ độc',
    'khong bi ngo doc',
    'phản ánh hàng giả',
    '',
  ])('"%s" is none', (text) => {
    expect(isDanger(listen(text))).toBe(false)
  })
})

describe('folding for search', () => {
  test.each([
    ['Hải Dương', 'hai duong'],
    ['Đặc khu Phú Quốc', 'dac khu phu quoc'],
    ['Hải Dương - Quận 7', 'hai duong quan 7'],
    ['Chỉ thị 03-CT/TW, năm 2021', 'chi thi 03-ct/tw nam 2021'],
    ['264/KH-BCĐ', '264/kh-bcd'],
    ['98/2020/NĐ-CP', '98/2020/nd-cp'],
    ['giai đoạn 2021-2025', 'giai doan 2021 2025'],
    ['19/5/2021', '19 5 2021'],
    ['Covid-19', 'covid 19'],
    ['  “hàng”\n\tViệt… ', 'hang viet'],
    ['😀', ''],
  ])('%s → %s', (text, folded) => {
    expect(fold(text)).toBe(folded)
    expect(foldTokens(text)).toEqual(folded === '' ? [] : folded.split(' '))
  })

  it('folding twice changes nothing, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(fold(fold(text))).toBe(fold(text))
      }),
      { numRuns: 1000 },
    )
  })
})

describe('any text at all', () => {
  it('is heard without an error and in step with its folded form', () => {
    const vietnamese = fc.string({
      unit: fc.constantFrom(...'aăâeêoôơuưyđdsfrxjwz0123456789hgncptkmq áàảãạ\u0301\u0323.?/-😀'),
      maxLength: 40,
    })
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), vietnamese), (text) => {
        const heard = listen(text)
        for (const reading of heard.readings) expect(reading.folded).toHaveLength(reading.words.length)
        lexicon.find(heard)
        lexicon.nearest(heard)
        lexicon.within(heard)
        yesNo(heard)
        trueFalse(heard)
        choiceOf(heard, 6)
        isDanger(heard)
        documentNumber(text, { bare: true })
        caseCode(text)
      }),
      { numRuns: 2000 },
    )
  })

  it('of ten thousand characters is heard too', () => {
    const heard = listen('Tôi mua phải hàng giả ở chợ, con tooi bij khos thowr. '.repeat(180))
    expect(isDanger(heard)).toBe(true)
    expect(lexicon.find(heard)).toBeUndefined()
    expect(hears(listen(`${'em '.repeat(3000)}phản ánh`), phrase('phản ánh'))).toBe(false)
  })

  it('every keyword without its accents finds its entry, unless another looks the same', () => {
    const syllable = fc.constantFrom(...'hàng hạng giả giá phản phân ánh anh tin tín mới đơn đón vị ví chợ hội quyền người Việt'.split(' '))
    const words = fc.array(syllable, { minLength: 2, maxLength: 3 }).map((list) => list.join(' '))
    fc.assert(
      fc.property(fc.uniqueArray(words, { minLength: 1, maxLength: 12 }), (list) => {
        const table = createLexicon(list.map((value) => ({ words: value, value })))
        for (const value of list) {
          const alike = list.filter((other) => plain(other) === plain(value))
          expect(table.find(listen(plain(value)))).toBe(alike.length === 1 ? value : undefined)
          if (value.split(' ').every((word) => plain(word) !== word)) expect(table.find(listen(value))).toBe(value)
        }
      }),
    )
  })

  it('a letter swapped, lost, doubled or slipped inside a long keyword never leads to another action', () => {
    const long = KEYWORDS.filter(({ words }) => words.replaceAll(' ', '').length >= 6).map(({ words, value }) => ({
      bare: plain(words).toLowerCase(),
      value,
    }))
    let understood = 0
    let tried = 0
    for (const { bare, value } of long) {
      for (let i = 1; i < bare.length - 1; i++) {
        const slips = [
          bare.slice(0, i) + bare.charAt(i + 1) + bare.charAt(i) + bare.slice(i + 2),
          bare.slice(0, i) + bare.slice(i + 1),
          bare.slice(0, i) + bare.charAt(i) + bare.slice(i),
        ]
        for (const slip of slips) {
          const heard = listen(slip)
          const got = lexicon.find(heard) ?? lexicon.nearest(heard)
          tried += 1
          if (got === value) understood += 1
          if (got !== undefined) expect(`${slip}: ${got}`).toBe(`${slip}: ${value}`)
        }
      }
    }
    expect(understood / tried).toBeGreaterThan(0.9)
  })
})
