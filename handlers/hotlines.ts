/**
 * "Gọi ai?" (F36): checked numbers, what is urgent first. The number stands in the text because not every channel can
 * dial from a button.
 */
import { type Hotline, type HotlineKind, listHotlines } from '../db/hotlines.ts'
import type { Button, Handler, Reply, Text } from '../src/chat.ts'
import { payloadOf } from '../src/text.ts'
import { dateVi } from '../src/time.ts'

const OTHERS: HotlineKind[] = ['nguoi_tieu_dung', 'thi_truong', 'khac']

export const hotlines: Handler = {
  name: 'hotlines',
  version: 1,
  words: [
    'gọi ai',
    'gọi cho ai',
    'cần gọi ai',
    'đường dây nóng',
    'số điện thoại',
    'tổng đài',
    'hotline',
    'báo ai',
    'báo cho ai',
    'báo ở đâu',
    'gọi công an',
    'bị lừa',
    'khiếu nại',
  ],
  commands: ['goiai'],
  public: true,
  async handle({ db, contact }) {
    const rows = await listHotlines(db, contact.unitId)
    const urgent = groupOf(rows, 'khan_cap')
    const others = OTHERS.flatMap((kind) => groupOf(rows, kind))
    const messages = [urgent, others].filter((texts) => texts.length > 0).map(joined)
    const texts: Text[] = messages.length > 0 ? messages : [{ key: 'hotlines.none' }]
    return { replies: texts.map((text, i): Reply => (i === texts.length - 1 ? { text, buttons } : { text })) }
  },
}

const buttons: Button[] = [
  { label: { key: 'hotlines.b_rights' }, payload: payloadOf('rights', 'menu') },
  { label: { key: 'menu.report' }, payload: payloadOf('report', 'start') },
  { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') },
]

/** The group's title and its numbers; nothing when the group is empty. */
function groupOf(rows: Hotline[], kind: HotlineKind): Text[] {
  const group = rows.filter((row) => row.kind === kind)
  return group.length === 0 ? [] : [{ key: `hotlines.${kind}` }, ...group.map(told)]
}

function told({ number, office, whatFor, free, tel, checkedOn }: Hotline): Text {
  const params = { number, office, whatFor, day: dateVi(checkedOn) }
  if (tel === null) return { key: 'hotlines.app', params }
  return { key: 'hotlines.one', params: { ...params, cost: { key: free ? 'hotlines.free' : 'hotlines.charged' } } }
}

function joined(texts: Text[]): Text {
  return texts.reduceRight((rest, first) => ({ key: 'hotlines.and', params: { first, rest } }))
}
