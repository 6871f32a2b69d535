/**
 * Setting up what an officer proves themselves with: a passkey of this device, or an app that shows six digits. The first
 * one is taken on trust of the one-time link; every other only after a proof.
 */
import * as z from 'zod'
import { recordAct } from '../../db/audit.ts'
import { listPasskeys } from '../../db/passkeys.ts'
import { beginEnrolment, finishEnrolment, hasDigits, proveSession } from '../../db/sessions.ts'
import { AppError } from '../errors.ts'
import { openText } from '../keys.ts'
import { qrSvg } from '../qr.ts'
import { newTotpSecret, totpStep, totpUri } from '../totp.ts'
import { DigitsForm } from './digits-form.tsx'
import { safeNext } from './form.ts'
import { Card } from './kit/card.tsx'
import type { Page, Visit, Wrong } from './page.ts'
import { askNewPasskey, newPasskey } from './webauthn.ts'

const nextSchema = z.object({ next: z.string().optional() })
const digitsSchema = z.object({ digits: z.string().trim().min(1), next: z.string().optional() })
const answerSchema = z.object({ answer: z.string(), name: z.string().default('') })

export const enrol: readonly Page[] = [
  { method: 'get', path: '/enrol', act: null, handle: choose },
  { method: 'get', path: '/enrol/digits', act: null, handle: (visit) => showSecret(visit, safeNext(visit.query(nextSchema).next)) },
  { method: 'post', path: '/enrol/digits', act: null, handle: keepDigits },
  { method: 'post', path: '/enrol/passkey', act: null, handle: beginPasskey },
  { method: 'post', path: '/enrol/passkey/answer', act: null, handle: keepPasskey },
]

async function choose(visit: Visit): Promise<Response> {
  const { t } = visit
  const next = safeNext(visit.query(nextSchema).next)
  if (!(await mayEnrol(visit))) return visit.go(`/proof?next=${encodeURIComponent('/console/enrol')}`)
  return visit.show(
    { title: t('console.enrol_title'), help: 'proof' },
    <>
      <Card title={t('console.enrol_passkey')}>
        <p>{t('console.enrol_passkey_why')}</p>
        <div data-passkey="new" data-csrf={visit.csrf} data-next={next} hidden>
          <label class="form-label" for="passkey-name">
            {t('console.passkey_name')}
          </label>
          <input
            class="form-control mb-2"
            id="passkey-name"
            maxlength={60}
            placeholder={t('console.passkey_name_hint')}
            autocomplete="off"
          />
          <button type="button" class="btn btn-primary">
            {t('console.passkey_make')}
          </button>
          <p class="text-danger" role="alert" data-failed={t('console.passkey_failed')} />
        </div>
        <noscript>
          <p>{t('console.proof_script')}</p>
        </noscript>
      </Card>
      <Card title={t('console.enrol_digits')}>
        <p>{t('console.enrol_digits_why')}</p>
        <a class="btn btn-outline-secondary" href={`/console/enrol/digits?next=${encodeURIComponent(next)}`}>
          {t('console.enrol_digits_go')}
        </a>
      </Card>
    </>,
  )
}

/** The secret as a picture and as letters; shown until the first digits are typed. */
async function showSecret(visit: Visit, next: string, wrong?: Wrong): Promise<Response> {
  const { t, desk, session, parts } = visit
  if (!(await mayEnrol(visit))) return visit.go(`/proof?next=${encodeURIComponent('/console/enrol/digits')}`)
  const { db, keys, actor } = desk
  const known = wrong && session.enrolment
  const secret = known ? await openText(keys, 'totp', known, actor.officerId) : newTotpSecret()
  if (!known) await db.write([beginEnrolment(session.id, await keys.seal('totp', secret, actor.officerId))])
  const picture = await qrSvg(totpUri(secret, actor.name, t('console.product')))
  return visit.show(
    { title: t('console.enrol_digits'), help: 'proof' },
    <Card>
      <ol>
        <li>{t('console.enrol_scan')}</li>
        <li>{t('console.enrol_type')}</li>
      </ol>
      <img class="qr mb-2" src={`data:image/svg+xml;base64,${btoa(picture)}`} alt={t('console.enrol_qr')} width="240" height="240" />
      <p class="text-secondary">
        {t('console.enrol_secret')} <code>{secret.match(/.{1,4}/g)?.join(' ')}</code>
      </p>
      <p>{t('console.enrol_never', { unit: parts.about().unitName })}</p>
      <DigitsForm visit={visit} action="/enrol/digits" next={next} label={t('console.enrol_done')} wrong={wrong} />
    </Card>,
    wrong ? 400 : 200,
  )
}

async function keepDigits(visit: Visit): Promise<Response> {
  const { desk, session } = visit
  const { db, keys, actor, now } = desk
  const posted = visit.read(digitsSchema)
  const next = safeNext(String(posted.typed.next ?? ''))
  if (!(await mayEnrol(visit))) throw new AppError('forbidden', 'console.enrol_proof')
  if (!session.enrolment) return visit.go('/enrol/digits')
  const secret = await openText(keys, 'totp', session.enrolment, actor.officerId)
  const step = posted.ok ? totpStep(secret, posted.data.digits, now) : undefined
  if (step === undefined) return showSecret(visit, next, posted.ok ? { digits: { key: 'desk.digits_wrong' } } : posted.wrong)
  const act = { act: 'officer.digits', unitId: actor.unitId, about: ['officer', actor.officerId] as [string, string] }
  await db.write([...finishEnrolment(session, step, now), recordAct(actor, act, now)])
  return visit.c.redirect(next, 303)
}

async function beginPasskey(visit: Visit): Promise<Response> {
  if (!(await mayEnrol(visit))) throw new AppError('forbidden', 'console.enrol_proof')
  return visit.c.json(await askNewPasskey(visit.c, visit.parts, visit.desk.actor))
}

async function keepPasskey(visit: Visit): Promise<Response> {
  const { c, parts, desk, session } = visit
  const { actor, now, db } = desk
  if (!(await mayEnrol(visit))) throw new AppError('forbidden', 'console.enrol_proof')
  const { typed } = visit.read(answerSchema)
  const writes = await newPasskey(c, parts, actor, typed.answer, String(typed.name ?? ''))
  const act = { act: 'passkey.add', unitId: actor.unitId, about: ['officer', actor.officerId] as [string, string] }
  await db.write([...writes, proveSession(session.id, now), recordAct(actor, act, now)])
  return c.json({ ok: true })
}

/** Nothing is set up yet, or this session has given a proof. */
async function mayEnrol({ desk: { db, actor }, proven }: Visit): Promise<boolean> {
  if (proven) return true
  const [digits, passkeys] = await Promise.all([hasDigits(db, actor.officerId), listPasskeys(db, actor.officerId)])
  return !digits && passkeys.length === 0
}
