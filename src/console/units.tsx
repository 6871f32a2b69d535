/**
 * The unit tree, page by page: what lies at the top of an officer's reach, what a search finds in it, and one unit with
 * its code, its children, its officers and what it went through (F3, F65).
 */
import * as z from 'zod'
import { findTreeUnits, isOpen, listChildren, listTops, pathAbove, requireTreeUnit, type TreeUnit } from '../../db/tree-units.ts'
import { listChangesOf } from '../../db/unit-changes.ts'
import { listSuccessors, listUnits } from '../../db/units.ts'
import { may, scopeOf } from '../rights.ts'
import { dateVi, dayOf } from '../time.ts'
import { Badge, Card, Pairs } from './kit/card.tsx'
import { Field } from './kit/form.tsx'
import { addressWith, Empty, Filters, Table } from './kit/list.tsx'
import type { Page, Visit } from './page.ts'
import { ChangeTable, namesIn } from './unit-changes.tsx'
import { JoinCard } from './unit-code.tsx'
import { ExportLink } from './unit-export.tsx'

const PAGE = 50
const CHANGES = 10
const listQuery = z.object({ q: z.string().trim().max(60).default(''), after: z.string().max(1_000).default('') })
const unitQuery = z.object({
  after: z.string().max(300).default('|'),
  closed: z.literal('1').optional(),
  before: z.string().max(40).default(''),
})

export const units: readonly Page[] = [
  { method: 'get', path: '/units', act: 'unit.read', handle: list },
  { method: 'get', path: '/units/:id', act: 'unit.read', handle: one },
]

type Line = { id: string; name: string; above: string | null; level: { vi: string; en: string } | null; closed: boolean }

async function list(visit: Visit): Promise<Response> {
  const { t, desk, locale } = visit
  const { db, actor, now } = desk
  const { q, after } = visit.query(listQuery)
  const day = dayOf(now)
  const paths = scopeOf(actor, 'unit.read')
  const found: Array<Line & { path: string }> =
    q === ''
      ? (await listTops(db, paths)).map((one) => ({ ...one, above: null, level: one.levelName, closed: !isOpen(one, day) }))
      : (await listUnits(db, { paths, typed: q, day, after, limit: PAGE + 1 })).map((one) => ({ ...one, above: one.parentName }))
  const rows = q === '' ? found : found.slice(0, PAGE)
  const last = rows.at(-1)
  const more = q !== '' && found.length > PAGE && last ? addressWith(visit.c.req.url, { after: last.path }) : undefined
  return visit.show(
    {
      title: t('console_units.title'),
      help: 'units',
      actions: (
        <>
          <ExportLink visit={visit} list="units" />
          <a class="btn" href="/console/units/changes">
            {t('console_units.changes')}
          </a>
          <a class="btn" href="/console/units/levels">
            {t('console_units.levels')}
          </a>
        </>
      ),
    },
    <Card plain title={q === '' ? t('console_units.yours') : t('console_units.found')}>
      <Filters visit={visit} action="/units">
        <div class="col-12 col-md-6">
          <Field
            visit={visit}
            name="q"
            label={t('console_units.search')}
            hint={t('console_units.search_hint')}
            value={q}
            inputmode="search"
          />
        </div>
      </Filters>
      {rows.length === 0 ? (
        <Empty
          icon="search"
          title={t('console_units.none')}
          text={t('console_units.none_next')}
          action={{ href: '/console/units', label: t('console_units.all') }}
        />
      ) : (
        <Table
          visit={visit}
          caption={t('console_units.title')}
          rows={rows}
          more={more}
          columns={[
            { label: t('console_units.name'), cell: (unit) => <UnitLink visit={visit} unit={unit} /> },
            { label: t('console_units.above'), cell: ({ above }) => above ?? '–' },
            { label: t('console_units.level'), cell: ({ level }) => level?.[locale] ?? '–' },
          ]}
        />
      )}
    </Card>,
  )
}

function UnitLink({ visit, unit: { id, name, closed } }: { visit: Visit; unit: Pick<Line, 'id' | 'name' | 'closed'> }) {
  return (
    <>
      <a href={`/console/units/${id}`}>{name}</a> {closed ? <Badge tone="waiting" label={visit.t('console_units.closed')} /> : null}
    </>
  )
}

async function one(visit: Visit): Promise<Response> {
  const { t, desk, locale } = visit
  const { db, actor, now } = desk
  const unit = await requireTreeUnit(desk, visit.param('id'), 'unit.read')
  const { after, closed, before } = visit.query(unitQuery)
  const day = dayOf(now)
  const open = isOpen(unit, day)
  const cut = after.lastIndexOf('|')
  const [children, changes, heirs, crumbs] = await Promise.all([
    listChildren(db, {
      ...{ parentId: unit.id, day, closed: closed !== undefined, limit: PAGE + 1 },
      after: [after.slice(0, Math.max(cut, 0)), after.slice(cut + 1)],
    }),
    listChangesOf(db, unit.id, { before, limit: CHANGES + 1 }),
    open ? [] : listSuccessors(db, unit.id, day),
    crumbsOf(visit, unit),
  ])
  const writes = may(actor, 'unit.write', unit.path)
  const rows = children.slice(0, PAGE)
  const last = rows.at(-1)
  const more = children.length > PAGE && last ? addressWith(visit.c.req.url, { after: `${last.name}|${last.id}` }) : undefined
  const lastChange = changes.slice(0, CHANGES).at(-1)
  const olderChanges = changes.length > CHANGES && lastChange ? addressWith(visit.c.req.url, { before: lastChange.id }) : undefined
  const below = `/console/units/${unit.id}`
  return visit.show(
    { title: unit.name, help: 'units', crumbs },
    <>
      {open ? null : (
        <div class="alert alert-warning" role="status">
          <p class="mb-0">
            {t('console_units.closed_since', { day: dateVi(unit.validTo ?? '') })}{' '}
            {heirs.map(({ id, name }) => (
              <a class="me-2" href={`/console/units/${id}`}>
                {name}
              </a>
            ))}
          </p>
        </div>
      )}
      <div class="row">
        <div class="col-lg-6">
          <Card
            title={t('console_units.about')}
            actions={
              writes ? (
                <a class="btn" href={`${below}/edit`}>
                  {t('console_units.edit')}
                </a>
              ) : undefined
            }
          >
            <Pairs
              pairs={[
                [t('console_units.level'), unit.levelName?.[locale] ?? '–'],
                [t('console_units.short'), unit.shortName ?? '–'],
                [t('console_units.aliases'), unit.aliases.length > 0 ? unit.aliases.join('; ') : '–'],
                ...(unit.validFrom ? [[t('console_units.from'), dateVi(unit.validFrom)] as const] : []),
                ...(unit.note ? [[t('console_units.note'), unit.note] as const] : []),
                ...(scopeOf(actor, 'officer.read').some((path) => unit.path.startsWith(path))
                  ? [
                      [
                        t('console_units.officers'),
                        <a href={`/console/officers/roster/${unit.id}`}>{t('console_units.officers_open')}</a>,
                      ] as const,
                    ]
                  : []),
              ]}
            />
          </Card>
        </div>
        <div class="col-lg-6">{open ? <JoinCard visit={visit} unit={unit} writes={writes} /> : null}</div>
      </div>
      <Card
        plain
        title={t('console_units.children')}
        actions={
          <div class="btn-list">
            <a class="btn" href={addressWith(visit.c.req.url, { closed: closed ? '' : '1', after: '' })}>
              {t(closed ? 'console_units.hide_closed' : 'console_units.show_closed')}
            </a>
            {writes && open ? (
              <a class="btn btn-primary" href={`${below}/new`}>
                {t('console_units.new')}
              </a>
            ) : null}
          </div>
        }
      >
        {rows.length === 0 ? (
          <Empty
            icon="building"
            title={t('console_units.no_children')}
            text={t('console_units.no_children_next')}
            action={writes && open ? { href: `${below}/new`, label: t('console_units.new') } : undefined}
          />
        ) : (
          <Table
            visit={visit}
            caption={t('console_units.children')}
            rows={rows}
            more={more}
            columns={[
              {
                label: t('console_units.name'),
                cell: (child) => <UnitLink visit={visit} unit={{ ...child, closed: !isOpen(child, day) }} />,
              },
              { label: t('console_units.level'), cell: ({ levelName }) => levelName?.[locale] ?? '–' },
              { label: t('console_units.code'), cell: ({ code }) => (code ? <code>{code}</code> : '–') },
              { label: t('console_units.has_below'), cell: ({ hasChildren }) => t(hasChildren ? 'console.yes' : 'console_units.no') },
            ]}
          />
        )}
      </Card>
      {writes && open ? (
        <Card title={t('console_units.change')}>
          <p>{t('console_units.change_how')}</p>
          <Actions visit={visit} below={below} path={unit.path} />
        </Card>
      ) : null}
      {changes.length > 0 ? (
        <Card plain title={t('console_units.changes')}>
          <ChangeTable visit={visit} changes={changes.slice(0, CHANGES)} more={olderChanges} units={await namesIn(visit, changes)} />
        </Card>
      ) : null}
    </>,
  )
}

/** The place and the end of a unit are decided above it. */
function Actions({ visit: { t, desk }, below, path }: { visit: Visit; below: string; path: string }) {
  const decides = may(desk.actor, 'unit.write', pathAbove(path))
  const kinds = decides ? (['rename', 'move', 'merge', 'split', 'close'] as const) : (['rename', 'merge'] as const)
  return (
    <div class="btn-list">
      {kinds.map((kind) => (
        <a class="btn" href={`${below}/${kind}`}>
          {t(`console_units.do_${kind}`)}
        </a>
      ))}
    </div>
  )
}

/** Pages above: the units up to the top of this officer's reach. */
export async function crumbsOf({ desk: { db, actor }, t }: Visit, unit: Pick<TreeUnit, 'path'>) {
  const tops = scopeOf(actor, 'unit.read').filter((path) => unit.path.startsWith(path))
  const top = tops.sort((one, other) => one.length - other.length)[0] ?? unit.path
  const above = unit.path.split('/').filter((id) => id !== '')
  const first = top.split('/').filter((id) => id !== '').length - 1
  const ids = above.slice(Math.max(first, 0), -1)
  const known = await findTreeUnits(db, ids)
  return [
    { href: '/console/units', label: t('console_units.title') },
    ...ids.map((id) => ({ href: `/console/units/${id}`, label: known.get(id)?.name ?? id })),
  ]
}
