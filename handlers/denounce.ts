/**
 * "Tố cáo" is a legal procedure of its own (R30): the assistant explains the difference to a phản ánh, says where a
 * formal denunciation goes, and keeps nothing of what was written.
 */
import type { Handler } from '../src/chat.ts'
import { payloadOf } from '../src/text.ts'
import { isDenunciation } from '../src/vietnamese/index.ts'

export const denounce: Handler = {
  name: 'denounce',
  version: 1,
  words: ['tố cáo', 'đơn tố cáo', 'gửi đơn tố cáo', 'viết đơn tố cáo', 'làm đơn tố cáo', 'nộp đơn tố cáo'],
  wants: ({ text }) => isDenunciation(text),
  async handle() {
    return {
      replies: [
        { text: { key: 'denounce.difference' } },
        {
          text: { key: 'denounce.where' },
          buttons: [
            { label: { key: 'denounce.b_report' }, payload: payloadOf('report', 'start') },
            { label: { key: 'denounce.b_hotlines' }, payload: payloadOf('hotlines', 'list') },
            { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') },
          ],
        },
      ],
    }
  },
}
