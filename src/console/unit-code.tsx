/**
 * How members join a unit: its code, the links and their QR codes, posters to print, and a new code when the old one got
 * into wrong hands (F3). A QR code as SVG works everywhere; sheets and PNG are drawn on Node only.
 */
import * as z from 'zod'
import { requireTreeUnit, type TreeUnit } from '../../db/tree-units.ts'
import { renewCode } from '../../db/unit-desk.ts'
import { AppError } from '../errors.ts'
import { qrSvg } from '../qr.ts'
import { joinLinks, type Poster } from '../tree.ts'
import { Card } from './kit/card.tsx'
import { Button, Form } from './kit/form.tsx'
import type { Page, Visit } from './page.ts'

export const unitCode: readonly Page[] = [
  { method: 'get', path: '/units/:id/code', act: 'unit.write', handle: ask },
  { method: 'post', path: '/units/:id/code', act: 'unit.write', handle: renew },
  { method: 'get', path: '/units/:id/poster', act: 'unit.read', handle: poster },
  { method: 'post', path: '/units/:id/poster', act: 'unit.read', handle: save },
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
          </li>
        ))}
      </ul>
      {links.length === 0 ? <p>{t('console_units.no_links')}</p> : null}
      <a class="btn btn-primary" href={`${below}/poster`}>
        {t('console_units.poster')}
      </a>
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
        <Button kind={unit.code ? 'danger' : 'primary'} label={t(unit.code ? 'console_units.new_code' : 'console_units.first_code')} />
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

/** What hangs on a wall: looked at here, saved by the buttons. */
async function poster(visit: Visit): Promise<Response> {
  const { t, parts } = visit
  const unit = await requireTreeUnit(visit.desk, visit.param('id'), 'unit.read')
  if (unit.code === null) throw new AppError('not_found', 'console_units.no_code')
  const links = joinLinks(unit.code, parts.about())
  const pictures = await Promise.all(links.map(({ url }) => qrSvg(url)))
  return visit.show(
    { title: t('console_units.poster'), help: 'units', crumbs: [{ href: `/console/units/${unit.id}`, label: unit.name }] },
    <>
      <Card title={unit.name}>
        <p>{t(parts.poster ? 'console_units.poster_how' : 'console_units.no_poster')}</p>
        <p class="mb-0">
          {t('console_units.poster_code')}: <strong class="fs-2 font-monospace">{unit.code}</strong>
        </p>
        {parts.poster ? (
          <Form visit={visit} action={`/units/${unit.id}/poster`} class="mt-3">
            <Button name="file" value="pdf" label={t('console_units.save_pdf')} />
          </Form>
        ) : null}
      </Card>
      {links.map(({ channel, url, typed }, i) => (
        <Card title={t(`console_units.channel_${channel}`)}>
          <img class="qr mb-2" src={svgOf(pictures[i] ?? '')} alt={t('console_units.qr_of', { link: url })} width="240" height="240" />
          <p>
            <a href={url}>{url}</a>
          </p>
          {typed ? <p class="text-secondary">{t('console_units.join_typed')}</p> : null}
          <Form visit={visit} action={`/units/${unit.id}/poster`} class="btn-list d-print-none">
            {parts.poster ? <Button kind="outline" name="file" value={`${channel}.png`} label={t('console_units.save_png')} /> : null}
            <Button kind="outline" name="file" value={`${channel}.svg`} label={t('console_units.save_svg')} />
          </Form>
        </Card>
      ))}
    </>,
  )
}

const svgOf = (picture: string) => `data:image/svg+xml;base64,${btoa(picture)}`
const fileSchema = z.object({ file: z.string().regex(/^(pdf|(telegram|web|zalo)\.(svg|png))$/) })

async function save(visit: Visit): Promise<Response> {
  const { parts } = visit
  const unit = await requireTreeUnit(visit.desk, visit.param('id'), 'unit.read')
  const posted = visit.read(fileSchema)
  if (unit.code === null || !posted.ok) throw new AppError('not_found', 'console.not_found')
  const { file } = posted.data
  const links = joinLinks(unit.code, parts.about())
  const link = links.find(({ channel }) => file.startsWith(`${channel}.`))
  if (file !== 'pdf' && !link) throw new AppError('not_found', 'console.not_found')
  const name = `${unit.code}-${file === 'pdf' ? 'A4.pdf' : file}`
  if (link && file.endsWith('.svg')) return fileOf(new TextEncoder().encode(await qrSvg(link.url)), 'image/svg+xml', name)
  if (!parts.poster) throw new AppError('not_found', 'console_units.no_poster')
  if (link) return fileOf(await parts.poster.png(link.url), 'image/png', name)
  return fileOf(await parts.poster.pdf(sheetOf(visit, unit.name, unit.code, links)), 'application/pdf', name)
}

function sheetOf({ t }: Visit, unit: string, code: string, links: ReturnType<typeof joinLinks>): Poster {
  return {
    product: t('console.product'),
    unit,
    invite: t('console_units.poster_invite'),
    ways: links.map(({ channel, url, typed }) => ({
      label: t(`console_units.channel_${channel}`),
      url,
      hint: t(typed ? 'console_units.poster_typed' : `console_units.poster_${channel}`),
    })),
    codeLabel: t('console_units.poster_code'),
    code,
    notes: [t('console_units.poster_free'), t('console_units.poster_never')],
  }
}

/** Always saved, never shown in place: nothing of it runs as a page of ours. */
function fileOf(bytes: Uint8Array, type: string, name: string): Response {
  return new Response(new Uint8Array(bytes), {
    headers: { 'content-type': type, 'content-disposition': `attachment; filename="${name}"`, 'cache-control': 'no-store' },
  })
}
