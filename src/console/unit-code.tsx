/**
 * How members join a unit: its code, the links and their QR codes, posters to print, and a new code when the old one got
 * into wrong hands (F3). A QR code as SVG works everywhere; sheets and PNG are drawn on Node only.
 */
import { requireTreeUnit, type TreeUnit } from '../../db/tree-units.ts'
import { renewCode } from '../../db/unit-desk.ts'
import { AppError } from '../errors.ts'
import { qrSvg } from '../qr.ts'
import { joinLinks } from '../tree.ts'
import { Card } from './kit/card.tsx'
import { Button, Form } from './kit/form.tsx'
import type { Page, Visit } from './page.ts'

export const unitCode: readonly Page[] = [
  { method: 'get', path: '/units/:id/code', act: 'unit.write', handle: ask },
  { method: 'post', path: '/units/:id/code', act: 'unit.write', handle: renew },
  { method: 'get', path: '/units/:id/poster', act: 'unit.read', handle: sheet },
  { method: 'get', path: '/units/:id/qr/:file', act: 'unit.read', handle: picture },
]

export function JoinCard({ visit, unit, writes }: { visit: Visit; unit: TreeUnit; writes: boolean }) {
  const { t, parts } = visit
  const below = `/console/units/${unit.id}`
  const change = writes ? (
    <a class="btn" href={`${below}/code`}>
      {t(unit.code ? 'console_units.new_code' : 'console_units.first_code')}
    </a>
  ) : undefined
  if (unit.code === null)
    return (
      <Card title={t('console_units.join')} actions={change}>
        <p class="mb-0">{t('console_units.no_code')}</p>
      </Card>
    )
  const links = joinLinks(unit.code, parts.about())
  return (
    <Card title={t('console_units.join')} actions={change}>
      <p class="mb-2">
        {t('console_units.join_how')} <strong class="fs-2 font-monospace">{unit.code}</strong>
      </p>
      <ul class="list-unstyled">
        {links.map(({ channel, url, typed }) => (
          <li class="mb-3">
            <strong>{t(`console_units.channel_${channel}`)}</strong>: <a href={url}>{url}</a>
            {typed ? <div class="text-secondary">{t('console_units.join_typed')}</div> : null}
            <div>
              {t('console_units.qr')}: <a href={`${below}/qr/${channel}.svg`}>SVG</a>
              {parts.poster ? (
                <>
                  {', '}
                  <a href={`${below}/qr/${channel}.png`}>PNG</a>
                </>
              ) : null}
            </div>
          </li>
        ))}
      </ul>
      {links.length === 0 ? <p>{t('console_units.no_links')}</p> : null}
      {parts.poster ? (
        <a class="btn btn-primary" href={`${below}/poster`}>
          {t('console_units.poster')}
        </a>
      ) : (
        <p class="text-secondary mb-0">{t('console_units.no_poster')}</p>
      )}
    </Card>
  )
}

/** What it means, before it is done. */
async function ask(visit: Visit): Promise<Response> {
  const { t } = visit
  const unit = await requireTreeUnit(visit.desk, visit.param('id'), 'unit.write')
  return visit.show(
    {
      title: t(unit.code ? 'console_units.new_code' : 'console_units.first_code'),
      help: 'units',
      crumbs: [{ href: `/console/units/${unit.id}`, label: unit.name }],
    },
    <Card>
      <p>{t(unit.code ? 'console_units.new_code_why' : 'console_units.first_code_why')}</p>
      <Form visit={visit} action={`/units/${unit.id}/code`}>
        <Button kind={unit.code ? 'warning' : 'primary'} label={t(unit.code ? 'console_units.new_code' : 'console_units.first_code')} />
      </Form>
    </Card>,
  )
}

async function renew(visit: Visit): Promise<Response> {
  const { desk } = visit
  const id = visit.param('id')
  const { writes } = await renewCode(desk, id)
  await desk.db.write(writes)
  return visit.go(`/units/${id}`, 'console_units.said_code')
}

async function sheet(visit: Visit): Promise<Response> {
  const { t, parts } = visit
  const unit = await requireTreeUnit(visit.desk, visit.param('id'), 'unit.read')
  if (!parts.poster || unit.code === null)
    throw new AppError('not_found', parts.poster ? 'console_units.no_code' : 'console_units.no_poster')
  const pdf = await parts.poster.pdf({
    product: t('console.product'),
    unit: unit.name,
    invite: t('console_units.poster_invite'),
    ways: joinLinks(unit.code, parts.about()).map(({ channel, url, typed }) => ({
      label: t(`console_units.channel_${channel}`),
      url,
      hint: t(typed ? 'console_units.poster_typed' : `console_units.poster_${channel}`),
    })),
    codeLabel: t('console_units.poster_code'),
    code: unit.code,
    notes: [t('console_units.poster_free'), t('console_units.poster_never')],
  })
  return fileOf(pdf, 'application/pdf', `${unit.code}.pdf`)
}

async function picture(visit: Visit): Promise<Response> {
  const { parts } = visit
  const unit = await requireTreeUnit(visit.desk, visit.param('id'), 'unit.read')
  const [, channel, kind] = /^(telegram|web|zalo)\.(svg|png)$/.exec(visit.param('file')) ?? []
  const link = unit.code === null ? undefined : joinLinks(unit.code, parts.about()).find((one) => one.channel === channel)
  if (!link) throw new AppError('not_found', 'console.not_found')
  const name = `${unit.code}-${channel}.${kind}`
  if (kind === 'svg') return fileOf(new TextEncoder().encode(await qrSvg(link.url)), 'image/svg+xml', name)
  if (!parts.poster) throw new AppError('not_found', 'console_units.no_poster')
  return fileOf(await parts.poster.png(link.url), 'image/png', name)
}

/** Always saved, never shown in place: nothing of it runs as a page of ours. */
function fileOf(bytes: Uint8Array, type: string, name: string): Response {
  return new Response(new Uint8Array(bytes), {
    headers: { 'content-type': type, 'content-disposition': `attachment; filename="${name}"`, 'cache-control': 'no-store' },
  })
}
