/**
 * `article send`: Zalo's article broadcast, a public act. It reaches every follower of the Official Account, those too who
 * stopped our messages, so it is never part of a campaign nor of its ledger, and asks an admin's own hand.
 */
import type { Command } from 'commander'
import { createTexts } from '../../content/index.ts'
import { recordAct, recordRefusal } from '../../db/audit.ts'
import { useHand } from '../../db/hand.ts'
import { findActor, stillActing } from '../../db/rights.ts'
import { tokenStore } from '../../db/secrets.ts'
import { createZaloOf } from '../channels/index.ts'
import type { TokenPair } from '../channels/zalo/index.ts'
import { AppError, SendError } from '../errors.ts'
import type { Ground } from '../node-ground.ts'
import { type Actor, scopeOf } from '../rights.ts'
import { type Desk, onGround } from './desk.ts'

const WARNING = [
  'Bài viết sẽ đến MỌI người quan tâm OA, kể cả người đã ngừng nhận tin của trợ lý. Đây là việc công khai, do Zalo duyệt và gửi;',
  'không thuộc đợt gửi tin nào, không chọn được người nhận, không thu lại được.',
  'The article reaches ALL followers of the OA, also those who stopped our messages. It is a public act that Zalo reviews and sends;',
  'it belongs to no campaign, its receivers cannot be chosen, and it cannot be taken back.',
]
const ARTICLE = /^[A-Za-z0-9_-]{1,100}$/

type Wish = { officer?: string; code?: string; confirmPublic?: true }

export function addArticles(program: Command, desk: Desk): void {
  const article = program.command('article').description('Bài viết gửi rộng của Zalo OA. / Article broadcasts of the Zalo OA.')

  article
    .command('send')
    .description('Gửi một bài đã duyệt tới mọi người quan tâm OA. / Send an article to all followers of the OA.')
    .argument('<articleId>', 'mã bài viết trên Zalo / id of the article at Zalo')
    .option('--officer <id>', 'cán bộ quản trị chịu trách nhiệm / the admin who answers for it')
    .option('--code <digits>', 'sáu số trên ứng dụng của cán bộ đó / the six digits of their app')
    .option('--confirm-public', 'tôi biết bài đến cả người đã ngừng nhận tin / I know whom it reaches')
    .addHelpText(
      'after',
      `\n${WARNING.join('\n')}\n\nVí dụ / example:\n  npm run admin -- article send bd5ea46bb32e5a0033f --officer 4k2m9x7q1w8e5r3t --code 123456 --confirm-public`,
    )
    .action((articleId: string, { officer, code, confirmPublic }: Wish) =>
      onGround(desk, async (ground) => {
        if (!confirmPublic) {
          for (const line of WARNING) desk.say(line)
          desk.say('Chưa gửi gì. Nếu vẫn muốn gửi, thêm --confirm-public. / Nothing was sent; add --confirm-public to send.')
          return
        }
        if (!officer || !code) throw new AppError('invalid', 'Cần --officer và --code. / --officer and --code are needed.')
        if (!ARTICLE.test(articleId)) throw new AppError('invalid', 'Mã bài viết không đúng dạng. / This is no article id.')
        desk.say(await sendArticle(ground, { articleId, officerId: officer, digits: code }))
      }),
    )
}

/** Resolves to a line for the operator. Throws AppError, SendError; whatever happens is in the audit log. */
async function sendArticle(ground: Ground, wish: { articleId: string; officerId: string; digits: string }): Promise<string> {
  const { db, keys, now } = ground
  const { articleId, officerId, digits } = wish
  const zalo = createZaloOf({ ...ground, tokens: tokenStore<TokenPair>(db, keys, 'zalo') })
  if (!zalo) throw new AppError('not_found', 'Kênh zalo chưa có khóa trong môi trường. / Channel zalo has no keys in the environment.')
  const actor = await findActor(db, officerId, now(), 'admin')
  if (!actor) throw new AppError('not_found', `Không có cán bộ đang trực nào mã ${officerId}. / No active officer ${officerId}.`)
  const about: [string, string] = ['article', articleId]
  try {
    if (scopeOf(actor, 'article.send').length === 0) throw new AppError('forbidden', 'desk.forbidden')
    const hand = await useHand(db, keys, officerId, digits, now())
    // The digits are used up before anything leaves: what died between here and Zalo's answer is in the log as confirmed.
    await db.write([...stillActing(actor), ...hand, recordAct(actor, { act: 'article.confirm', about }, now())])
  } catch (error) {
    throw error instanceof AppError ? await refused(ground, actor, about, error) : error
  }
  try {
    const message = await zalo.broadcastArticle(articleId)
    await db.write([recordAct(actor, { act: 'article.send', about, detail: { message } }, now())])
    return `đã giao Zalo / handed to Zalo: ${message || articleId}`
  } catch (error) {
    if (!(error instanceof SendError)) throw error
    const detail = { why: error.reason }
    await db.write([recordAct(actor, { act: 'article.send', outcome: 'refused', about, detail }, now())])
    if (error.failure !== 'unknown') throw error
    throw new AppError(
      'unavailable',
      'Không rõ Zalo đã nhận chưa; hãy xem trong OA trước khi gửi lại. / Zalo may have taken it; look in the OA before sending again.',
    )
  }
}

/** Written down, and said in the words that an officer would read in the chat. */
async function refused({ db, now }: Ground, actor: Actor, about: [string, string], error: AppError): Promise<AppError> {
  await db.write([recordRefusal(actor, { act: 'article.send', about }, error, now())])
  const { render, has } = createTexts()
  const key = error.message
  return has(key) ? new AppError(error.code, `${render({ key }, 'vi')} / ${render({ key }, 'en')}`) : error
}
