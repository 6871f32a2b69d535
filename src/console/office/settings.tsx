/**
 * *Cài đặt*: what holds, what it means in a line, and its floor. Of channels only whether they serve is shown: keys stay
 * in the environment and are shown nowhere.
 */
import * as z from 'zod'
import { effectiveOf, setSetting } from '../../../db/setting-acts.ts'
import { listSettings } from '../../../db/settings.ts'
import { AppError } from '../../errors.ts'
import { mayAtTop } from '../../rights.ts'
import { isSettingName, SETTING, SETTING_GROUPS, SETTING_MOST, SETTINGS, type SettingName } from '../../settings.ts'
import { Badge, Card, Pairs } from '../kit/card.tsx'
import { Button, Field, Form } from '../kit/form.tsx'
import { Table } from '../kit/list.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'

/** Channels this product has, and what the operator sets to serve each. */
const CHANNELS = [
  ['web', ''],
  ['zalo', 'ZALO_APP_ID, ZALO_APP_SECRET, ZALO_OA_SECRET_KEY, ZALO_OA_ID'],
  ['zalo-bot', 'ZALO_BOT_TOKEN'],
  ['telegram', 'TELEGRAM_BOT_TOKEN'],
] as const

const formSchema = z.strictObject({ value: z.string().max(SETTING_MOST + 50), was: z.string().max(400) })

export const settingPages: readonly Page[] = [
  { method: 'get', path: '/settings', act: 'setting.read', handle: show },
  { method: 'get', path: '/settings/:name', act: 'setting.write', strong: true, handle: async (visit) => ask(visit, nameOf(visit)) },
  { method: 'post', path: '/settings/:name', act: 'setting.write', strong: true, handle: change },
]

async function show(visit: Visit): Promise<Response> {
  const { t, desk, parts } = visit
  const set = await listSettings(desk.db)
  const writes = mayAtTop(desk.actor, 'setting.write')
  const served = parts.channels.map(({ name }) => name)
  return visit.show(
    { title: t('console_office.settings'), help: 'settings' },
    <>
      {SETTING_GROUPS.map((group) => (
        <Card title={t(`settings.g_${group}`)} plain>
          {group === 'channels' ? <Channels visit={visit} served={served} /> : null}
          <Table
            visit={visit}
            caption={t(`settings.g_${group}`)}
            rows={SETTINGS.filter((name) => SETTING[name].group === group)}
            columns={[
              {
                label: t('console_office.setting_name'),
                cell: (name) => (
                  <>
                    <strong>{t(`settings.l_${name}`)}</strong>
                    <div class="text-secondary">{t(`settings.x_${name}`)}</div>
                  </>
                ),
              },
              {
                label: t('console_office.setting_value'),
                cell: (name) => <Value visit={visit} value={shownOf(name, effectiveOf(set, name))} own={name in set} />,
              },
              { label: t('console_office.setting_floor'), cell: (name) => t(`settings.f_${name}`) },
              ...(writes
                ? [
                    {
                      label: '',
                      cell: (name: SettingName) => (
                        <a class="btn btn-sm" href={`/console/settings/${name}`}>
                          {t('console_office.change')}
                          <span class="visually-hidden"> {t(`settings.l_${name}`)}</span>
                        </a>
                      ),
                    },
                  ]
                : []),
            ]}
          />
        </Card>
      ))}
      <Card title={t('console_office.fixed')}>
        <p>{t('console_office.fixed_why')}</p>
        <ul class="mb-0">
          {t('console_office.fixed_list')
            .split('\n')
            .map((line) => (
              <li>{line}</li>
            ))}
        </ul>
      </Card>
    </>,
  )
}

function Channels({ visit: { t }, served }: { visit: Visit; served: readonly string[] }) {
  return (
    <div class="card-body">
      <Pairs
        pairs={CHANNELS.map(([name, keys]) => [
          t(`console_office.channel_${name.replace('-', '_')}`),
          served.includes(name) ? (
            <Badge tone="good" label={t('console_office.channel_on')} />
          ) : (
            <>
              <Badge label={t('console_office.channel_off')} />
              <div class="text-secondary">{t('console_office.channel_keys', { keys })}</div>
            </>
          ),
        ])}
      />
    </div>
  )
}

/** An hour as a clock shows it. */
const shownOf = (name: SettingName, value: string | null) => (value !== null && name.startsWith('quiet_') ? `${value}:00` : value)

function Value({ visit: { t }, value, own }: { visit: Visit; value: string | null; own: boolean }) {
  if (value === null) return <span class="text-secondary">{t('console_office.setting_none')}</span>
  return (
    <>
      <span class="text-break">{value}</span>
      {own ? null : <div class="text-secondary">{t('console_office.setting_default')}</div>}
    </>
  )
}

async function ask(visit: Visit, name: SettingName, typed?: Typed, wrong?: Wrong): Promise<Response> {
  const { t, desk } = visit
  const set = await listSettings(desk.db)
  const { whole, fallback } = SETTING[name]
  const label = t(`settings.l_${name}`)
  return visit.show(
    { title: label, help: 'settings', crumbs: [{ href: '/console/settings', label: t('console_office.settings') }] },
    <Card>
      <p>{t(`settings.x_${name}`)}</p>
      <p>
        <strong>{t('console_office.setting_floor')}:</strong> {t(`settings.f_${name}`)}
      </p>
      <Form visit={visit} action={`/settings/${name}`}>
        <input type="hidden" name="was" value={set[name] ?? ''} />
        <Field
          visit={visit}
          name="value"
          label={label}
          value={effectiveOf(set, name) ?? ''}
          hint={t(fallback === null ? 'console_office.setting_empty_none' : 'console_office.setting_empty', { value: fallback ?? '' })}
          typed={typed}
          wrong={wrong}
          most={SETTING_MOST}
          {...(whole ? { inputmode: 'numeric' as const } : {})}
        />
        <Button label={t('console_office.save')} />
      </Form>
    </Card>,
    wrong ? 400 : 200,
  )
}

async function change(visit: Visit): Promise<Response> {
  const { desk } = visit
  const name = nameOf(visit)
  const posted = visit.read(formSchema)
  if (!posted.ok) return ask(visit, name, posted.typed, posted.wrong)
  try {
    await desk.db.write(setSetting(desk, name, posted.data.value, posted.data.was === '' ? null : posted.data.was))
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid') return ask(visit, name, posted.typed, { value: { key: error.message } })
    throw error
  }
  return visit.go('/settings', 'console_office.said_setting')
}

function nameOf({ param }: Visit): SettingName {
  const name = param('name')
  if (!isSettingName(name)) throw new AppError('not_found', 'console.not_found')
  return name
}
