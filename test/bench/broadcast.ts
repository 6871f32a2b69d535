/**
 * The broadcast both sides of a drain send: one text of about 200 characters and two buttons, the same to everybody.
 * Ours renders it from the broadcast's row, the peer builds the same JSON.
 */

export const TEXT =
  'Tuần lễ hàng Việt tại siêu thị của Công đoàn: gạo, dầu ăn, nước mắm và đồ dùng gia đình giảm giá từ 10 đến 30% cho đoàn viên, từ thứ Sáu đến hết Chủ nhật tuần này. Bạn nhớ mang theo thẻ đoàn viên nhé.'

/** Short enough to stand in one row; payloads of the length of real ones. */
export const BUTTONS = [
  { label: 'Xem ưu đãi', payload: 'deals:open:b7k3q.1' },
  { label: 'Ngừng nhận tin', payload: 'consent:stop:b7k3q.1' },
]

/** Drained before the measured people, so that neither side is measured cold. */
export const WARM_UP = 20_000

/** Chat ids as long as real ones, different for every person. */
export const chatOf = (person: number): string => String(5_000_000_000 + person)

/** The body of sendMessage, member by member as the Telegram channel sends it. */
export function sendMessageBody(chat: string): string {
  return JSON.stringify({
    chat_id: chat,
    text: TEXT,
    reply_markup: { inline_keyboard: [BUTTONS.map(({ label, payload }) => ({ text: label, callback_data: payload }))] },
    link_preview_options: { is_disabled: true },
  })
}
