/**
 * No sentence an officer sends out says what goods are (R5): verdicts are found however they are typed, doubts are not.
 */
import { describe, expect, test } from 'vitest'
import { AppError } from '../src/errors.ts'
import { demandNoVerdict, verdictsIn } from '../src/verdict.ts'

describe('a sentence that goes out', () => {
  test.each([
    ['Đây là hàng giả.', 'hàng giả'],
    ['day la hang gia', 'hàng giả'],
    ['ĐÂY LÀ HÀNG GIẢ', 'hàng giả'],
    ['Hộp này là hàng zả nhé', 'hàng giả'],
    ['hàng jả đó bạn', 'hàng giả'],
    ['hangf giar', 'hàng giả'],
    ['Hàng nhái thôi', 'hàng nhái'],
    ['toàn hàng dỏm', 'hàng dỏm'],
    ['Cửa hàng này lừa đảo khách', 'lừa đảo'],
    ['Cơ sở đã làm giả nhãn mác', 'làm giả'],
    ['Chủ tiệm buôn lậu nhiều năm', 'buôn lậu'],
    ['Bạn yên tâm, hàng thật đấy', 'hàng thật'],
    ['Không nghi ngờ gì nữa: hàng giả', 'hàng giả'],
    ['Không nghi là hàng giả', 'hàng giả'],
    ['Nghi lắm. Hàng giả rồi', 'hàng giả'],
    ['Nghi chủ tiệm quen biết cán bộ nên bán hàng giả', 'hàng giả'],
  ])('“%s” is a verdict', (text, word) => {
    expect(verdictsIn(text)).toContain(word)
    expect(() => demandNoVerdict('Chào bạn.', text)).toThrow(new AppError('invalid', 'case.verdict'))
  })

  test.each([
    'Phản ánh về hàng nghi giả đã được chuyển.',
    'Bạn nghi là hàng giả vì sao?',
    'Bạn nghi ngờ hàng nhái, hàng giả ở điểm nào?',
    'nghi hang gia',
    'Ban Chỉ đạo chống buôn lậu, gian lận thương mại và hàng giả tỉnh',
    'Hàng giá rẻ, hạng giá 2, làm gia công, người già',
    'Bạn gửi giúp ảnh nhãn và tem nhé.',
    'Cơ quan có thẩm quyền đã trả lời.',
    '',
    '   ',
  ])('“%s” is none', (text) => {
    expect(verdictsIn(text)).toEqual([])
    expect(() => demandNoVerdict(text)).not.toThrow()
  })

  test('in a long text it is found wherever it stands, also in short spelling', () => {
    const filler = Array.from({ length: 500 }, (_, i) => `chữ${i % 7 === 0 ? ',' : ''}`).join(' ')
    for (const at of [0, 20, 26, 39, 40, 41, 66, 250, 499]) {
      const words = filler.split(' ')
      words.splice(at, 0, 'hàng', 'jả')
      expect(verdictsIn(words.join(' ')), String(at)).toEqual(['hàng giả'])
    }
    expect(verdictsIn(filler)).toEqual([])
  })

  test('ten thousand characters are looked through in a moment', () => {
    const text = 'hàng nghi giả chống hàng '.repeat(400)
    const from = performance.now()
    verdictsIn(text)
    expect(performance.now() - from).toBeLessThan(1_000)
  })
})
