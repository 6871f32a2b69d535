/**
 * "It is really you": a passkey or six digits, asked before what sends, opens, changes rights or exports. Who has neither
 * is led to set one up (enrol.tsx).
 */
import * as z from 'zod'
import { useHand } from '../../db/hand.ts'
import { listPasskeys } from '../../db/passkeys.ts'
import { hasDigits, proveSession } from '../../db/sessions.ts'
import { AppError } from '../errors.ts'
import { DigitsForm } from './digits-form.tsx'
import { safeNext } from './form.ts'
import { Card } from './kit/card.tsx'
import type { Page, Visit, Wrong } from './page.ts'
import { askPasskey, givenPasskey } from './webauthn.ts'

const nextSchema = z.object({ next: z.string().optional() })
const digitsSchema = z.object({ digits: z.string().trim().min(1), next: z.string().optional() })
const answerSchema = z.object({ answer: z.string() })

export const proof: readonly Page[] = [
  { method: 'get', path: '/proof', act: null, handle: (visit) => ask(visit, safeNext(visit.query(nextSchema).next)) },
  { method: 'post', path: '/proof', act: null, handle: giveDigits },
  {
    method: 'post',
    path: '/proof/passkey',
    act: null,
    handle: async ({ c, parts, desk }) => c.json(await askPasskey(c, parts, desk.actor.officerId)),
  },
  { method: 'post', path: '/proof/passkey/answer', act: null, handle: givePasskey },
]

async function ask(visit: Visit, next: string, wrong?: Wrong): Promise<Response> {
  const { t } = visit
  const { db, actor } = visit.desk
  const [digits, passkeys] = await Promise.all([hasDigits(db, actor.officerId), listPasskeys(db, actor.officerId)])
  if (!digits && passkeys.length === 0) return visit.go(`/enrol?next=${encodeURIComponent(next)}`)
  return visit.show(
    { title: t('console.proof_title'), help: 'proof' },
    <Card>
      <p>{t('console.proof_why')}</p>
      {passkeys.length > 0 ? (
        <div data-passkey="proof" data-csrf={visit.csrf} data-next={next} hidden>
          <button type="button" class="btn btn-primary mb-3">
            {t('console.proof_passkey')}
          </button>
          <p class="text-danger" role="alert" data-failed={t('console.passkey_failed')} />
        </div>
      ) : null}
      {digits ? (
        <DigitsForm visit={visit} action="/proof" next={next} label={t('console.proof_go')} wrong={wrong} />
      ) : (
        <noscript>
          <p>{t('console.proof_script')}</p>
        </noscript>
      )}
    </Card>,
    wrong ? 400 : 200,
  )
}

async function giveDigits(visit: Visit): Promise<Response> {
  const posted = visit.read(digitsSchema)
  const next = safeNext(String(posted.typed.next ?? ''))
  if (!posted.ok) return ask(visit, next, posted.wrong)
  const { db, keys, actor, now } = visit.desk
  try {
    const used = await useHand(db, keys, actor.officerId, posted.data.digits, now)
    await db.write([...used, proveSession(visit.session.id, now)])
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return ask(visit, next, { digits: { key: error.message } })
  }
  return visit.c.redirect(next, 303)
}

async function givePasskey(visit: Visit): Promise<Response> {
  const { c, parts, desk } = visit
  const { passkey, writes } = await givenPasskey(c, parts, visit.read(answerSchema).typed.answer)
  if (passkey.officerId !== desk.actor.officerId) throw new AppError('forbidden', 'console.passkey_wrong')
  await desk.db.write([...writes, proveSession(visit.session.id, desk.now)])
  return c.json({ ok: true })
}
