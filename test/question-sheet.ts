/** A sheet of questions as an officer fills it in, for tests: its heading, and as many good rows as are asked for. */

export const SHEET_HEAD = [
  ...['Mã', 'Chủ đề', 'Độ khó', 'Câu hỏi', 'Phương án A', 'Phương án B', 'Phương án C', 'Phương án D', 'Đáp án đúng'],
  ...['Giải thích', 'Nguồn', 'Ngày kiểm tra', 'Hạn xem lại', 'Dành cho', 'Nói về luật'],
] as const

/** Cells by their place in the heading. */
export function questionRows(n: number): Array<Record<number, string>> {
  return Array.from({ length: n }, (_, i) => ({
    ...{ 0: '', 1: 'Nhận biết hàng', 2: i % 2 ? 'dễ' : 'trung binh', 3: `Câu thử số ${i + 1} hỏi về điều gì?` },
    ...{ 4: `Điều ${i}`, 5: `Điều ${i + 1}`, 6: `Điều ${i + 2}`, 7: `Điều ${i + 3}`, 8: 'ABCD'[i % 4] ?? 'A' },
    ...{
      9: 'Nhãn hàng hóa ghi như vậy.',
      10: 'Nghị định Mẫu, Điều 1',
      11: '20/11/2026',
      12: '20/11/2027',
      13: 'Đoàn viên',
      14: i % 3 ? '' : 'x',
    },
  }))
}
