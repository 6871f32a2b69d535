/**
 * How the levels of each kind of unit are called, in both languages: for the whole deployment, so changed by those who
 * tend a top of the tree.
 */
import * as z from 'zod'
import { pathAbove } from '../../db/tree-units.ts'
import { nameLevel } from '../../db/unit-desk.ts'
import { listLevelNames } from '../../db/units.ts'
import { scopeOf } from '../rights.ts'
import { levelNameSchema } from '../tree.ts'
import { Card } from './kit/card.tsx'
import { Button, Field, Form } from './kit/form.tsx'
import { Table } from './kit/list.tsx'
import type { Page, Typed, Visit, Wrong } from './page.ts'

const levelQuery = z.object({ kind: z.string().max(40).default(''), level: z.string().max(40).default('') })
const levelForm = z.object(levelNameSchema.shape)

export const levels: readonly Page[] = [
  { method: 'get', path: '/units/levels', act: 'unit.read', handle: async (visit) => draw(visit) },
  { method: 'post', path: '/units/levels', act: 'unit.write', handle: save },
]

async function draw(visit: Visit, typed?: Typed, wrong?: Wrong): Promise<Response> {
  const { t, desk } = visit
  const rows = await listLevelNames(desk.db)
  const mayName = scopeOf(desk.actor, 'unit.write').some((path) => pathAbove(path) === path)
  const { kind, level } = visit.query(levelQuery)
  const chosen = rows.find((one) => one.kind === kind && one.level === level)
  const fields = { visit, typed, wrong }
  return visit.show(
    { title: t('console_units.levels'), help: 'units', crumbs: [{ href: '/console/units', label: t('console_units.title') }] },
    <>
      {mayName ? (
        <Card title={t(chosen ? 'console_units.level_change' : 'console_units.level_new')}>
          <p>{t('console_units.level_how')}</p>
          <Form visit={visit} action="/units/levels">
            <div class="row">
              <div class="col-md-6">
                <Field
                  {...fields}
                  name="kind"
                  label={t('console_units.level_kind')}
                  hint={t('console_units.level_kind_hint')}
                  value={chosen?.kind}
                  most={40}
                  needed
                />
              </div>
              <div class="col-md-6">
                <Field
                  {...fields}
                  name="level"
                  label={t('console_units.level_step')}
                  hint={t('console_units.level_step_hint')}
                  value={chosen?.level}
                  most={40}
                  needed
                />
              </div>
              <div class="col-md-6">
                <Field {...fields} name="vi" label={t('console_units.level_vi')} value={chosen?.vi} most={200} needed />
              </div>
              <div class="col-md-6">
                <Field {...fields} name="en" label={t('console_units.level_en')} value={chosen?.en} most={200} needed />
              </div>
            </div>
            <Button label={t('console_units.save')} />
          </Form>
        </Card>
      ) : null}
      <Card plain title={t('console_units.levels')}>
        <Table
          visit={visit}
          caption={t('console_units.levels')}
          rows={rows}
          columns={[
            { label: t('console_units.level_vi'), cell: ({ vi }) => vi },
            { label: t('console_units.level_en'), cell: ({ en }) => <span lang="en">{en}</span> },
            { label: t('console_units.level_kind'), cell: (one) => `${one.kind} / ${one.level}` },
            {
              label: '',
              cell: (one) =>
                mayName ? (
                  <a
                    class="btn btn-sm"
                    href={`/console/units/levels?kind=${one.kind}&level=${one.level}`}
                    aria-label={t('console_units.level_open', { level: one.vi })}
                  >
                    {t('console_units.edit')}
                  </a>
                ) : null,
            },
          ]}
        />
      </Card>
    </>,
    wrong ? 400 : 200,
  )
}

async function save(visit: Visit): Promise<Response> {
  const posted = visit.read(levelForm)
  if (!posted.ok) return draw(visit, posted.typed, posted.wrong)
  await visit.desk.db.write(nameLevel(visit.desk, posted.data))
  return visit.go('/units/levels', 'console_units.said_level')
}
