/**
 * An officer's own page: where they are signed in, what they prove themselves with, how their pages look. Each session
 * and passkey can be ended here, by hand, at once.
 */
import * as z from 'zod'
import { recordAct } from '../../db/audit.ts'
import { dropPasskey, listPasskeys } from '../../db/passkeys.ts'
import { closeSession, closeSessions, hasDigits, listSessions } from '../../db/sessions.ts'
import { AppError } from '../errors.ts'
import { dateVi, whenVi } from '../time.ts'
import { keepTaste } from './cookies.ts'
import { safeNext } from './form.ts'
import { Badge, Card, Pairs } from './kit/card.tsx'
import { Button, Form } from './kit/form.tsx'
import { Table } from './kit/list.tsx'
import type { Page, Visit } from './page.ts'

const idSchema = z.object({ id: z.string().min(1).max(400) })
const tasteSchema = z.object({
  next: z.string().optional(),
  language: z.enum(['vi', 'en']).optional(),
  theme: z.enum(['light', 'dark']).optional(),
})

export const me: readonly Page[] = [
  { method: 'get', path: '/me', act: null, handle: show },
  { method: 'post', path: '/me/session', act: null, handle: endSession },
  { method: 'post', path: '/me/sessions', act: null, handle: endOthers },
  // The page itself asks nothing, so the proof is asked for on the way to the form.
  { method: 'get', path: '/me/passkey', act: null, strong: true, handle: async (visit) => visit.go('/me') },
  { method: 'post', path: '/me/passkey', act: null, strong: true, handle: endPasskey },
  { method: 'post', path: '/taste', act: null, handle: taste },
]

async function show(visit: Visit): Promise<Response> {
  const { t, session, desk } = visit
  const { db, actor, now } = desk
  const [sessions, passkeys, digits] = await Promise.all([
    listSessions(db, actor.officerId, now),
    listPasskeys(db, actor.officerId),
    hasDigits(db, actor.officerId),
  ])
  return visit.show(
    { title: t('console.nav_me'), help: 'proof', actions: <SignOut visit={visit} /> },
    <>
      <Card title={t('console.me_who')}>
        <Pairs
          pairs={[
            [t('console.me_name'), actor.name],
            [t('console.me_unit'), actor.unitName],
            [
              t('console.me_roles'),
              [...new Set(actor.grants.flatMap(({ roles }) => roles))].map((role) => t(`console.role_${role}`)).join(', ') || '–',
            ],
            [t('console.me_digits'), digits ? t('console.yes') : t('console.no')],
          ]}
        />
      </Card>
      <Card
        plain
        title={t('console.me_passkeys')}
        actions={
          <a class="btn" href="/console/enrol?next=/console/me">
            {t('console.me_add')}
          </a>
        }
      >
        {passkeys.length === 0 ? (
          <p class="card-body mb-0">{t('console.me_no_passkeys')}</p>
        ) : (
          <Table
            visit={visit}
            caption={t('console.me_passkeys')}
            rows={passkeys}
            columns={[
              { label: t('console.passkey_name'), cell: ({ name }) => name },
              { label: t('console.me_made'), cell: ({ createdDay }) => dateVi(createdDay) },
              { label: t('console.me_used'), cell: ({ usedDay }) => (usedDay ? dateVi(usedDay) : '–') },
              {
                label: '',
                cell: ({ id, name }) => (
                  <Form visit={visit} action="/me/passkey">
                    <input type="hidden" name="id" value={id} />
                    <Button kind="outline" label={t('console.me_drop', { name })} />
                  </Form>
                ),
              },
            ]}
          />
        )}
      </Card>
      <Card
        plain
        title={t('console.me_sessions')}
        actions={
          <Form visit={visit} action="/me/sessions">
            <Button kind="outline" label={t('console.me_end_others')} />
          </Form>
        }
      >
        <Table
          visit={visit}
          caption={t('console.me_sessions')}
          rows={sessions}
          columns={[
            {
              label: t('console.me_device'),
              cell: ({ id, device }) => (
                <>
                  {device} {id === session.id ? <Badge tone="good" label={t('console.me_this')} /> : null}
                </>
              ),
            },
            { label: t('console.me_since'), cell: ({ createdAt }) => whenVi(createdAt) },
            { label: t('console.me_until'), cell: ({ expiresAt }) => whenVi(expiresAt) },
            {
              label: '',
              cell: ({ id }) => (
                <Form visit={visit} action="/me/session">
                  <input type="hidden" name="id" value={id} />
                  <Button kind="outline" label={t('console.me_end')} />
                </Form>
              ),
            },
          ]}
        />
      </Card>
    </>,
  )
}

function SignOut({ visit }: { visit: Visit }) {
  return (
    <Form visit={visit} action="/sign-out">
      <Button kind="outline" label={visit.t('console.sign_out')} />
    </Form>
  )
}

async function endSession(visit: Visit): Promise<Response> {
  const { db, actor, now } = visit.desk
  const posted = visit.read(idSchema)
  if (!posted.ok) throw new AppError('not_found', 'console.not_found')
  const [gone = []] = await db.write([closeSession(posted.data.id, actor.officerId), recordAct(actor, { act: 'session.close' }, now)])
  if (gone.length === 0) throw new AppError('not_found', 'console.not_found')
  return visit.go('/me', 'console.said_session_ended')
}

async function endOthers(visit: Visit): Promise<Response> {
  const { db, actor, now } = visit.desk
  await db.write([closeSessions(actor.officerId, visit.session.id), recordAct(actor, { act: 'session.close_others' }, now)])
  return visit.go('/me', 'console.said_session_ended')
}

async function endPasskey(visit: Visit): Promise<Response> {
  const { db, actor, now } = visit.desk
  const posted = visit.read(idSchema)
  if (!posted.ok) throw new AppError('not_found', 'console.not_found')
  const act = { act: 'passkey.drop', unitId: actor.unitId, about: ['officer', actor.officerId] as [string, string] }
  const [gone = []] = await db.write([dropPasskey(posted.data.id, actor.officerId), recordAct(actor, act, now)])
  if (gone.length === 0) throw new AppError('not_found', 'console.not_found')
  return visit.go('/me', 'console.said_passkey_dropped')
}

/** Language and light of the pages. */
async function taste(visit: Visit): Promise<Response> {
  const posted = visit.read(tasteSchema)
  if (posted.ok && posted.data.language) keepTaste(visit.c, 'hv_lang', posted.data.language)
  if (posted.ok && posted.data.theme) keepTaste(visit.c, 'hv_theme', posted.data.theme)
  return visit.c.redirect(safeNext(posted.ok ? posted.data.next : undefined), 303)
}
