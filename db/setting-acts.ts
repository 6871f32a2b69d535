/**
 * A setting changed by an officer: of the whole deployment, within its floor, recorded. What was seen before the change
 * must still stand, so that two officers do not undo each other unawares.
 */
import type { Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { demandAtTop } from '../src/rights.ts'
import { SETTING, type SettingName, type Settings } from '../src/settings.ts'
import { recordAct } from './audit.ts'
import { guardThat } from './client.ts'
import { type Desk, stillActing } from './rights.ts'
import { changeSetting } from './settings.ts'

/**
 * @param typed as it came from the form; '' goes back to the default
 * @param was the value the officer saw; null: none was set
 * Throws AppError `forbidden`, `invalid` with the text key of what the value must look like.
 */
export function setSetting({ actor, now }: Desk, name: SettingName, typed: string, was: string | null): Statement[] {
  demandAtTop(actor, 'setting.write')
  const value = typed.trim() === '' ? null : settingOf(name, typed)
  // A number says nothing about anybody; a name or a telephone number of the data officer would stay in the log for years.
  const detail = { name, ...(SETTING[name].whole ? { value: value ?? 'default' } : {}) }
  return [
    ...stillActing(actor),
    guardThat('(SELECT value FROM settings WHERE name = ?) IS ?', [name, was]),
    value === null ? dropSetting(name) : changeSetting(name, value, now),
    recordAct(actor, { act: 'setting.write', about: ['setting', name], detail }, now),
  ]
}

/** A value as it is kept. Throws AppError `invalid`. */
export function settingOf(name: SettingName, typed: string): string {
  const parsed = SETTING[name].schema.safeParse(typed)
  if (!parsed.success) throw new AppError('invalid', `settings.e_${name}`)
  return parsed.data
}

/** What holds now, the defaults too. */
export function effectiveOf(settings: Settings, name: SettingName): string | null {
  const set = SETTING[name].schema.safeParse(settings[name] ?? '')
  return set.success ? set.data : SETTING[name].fallback
}

function dropSetting(name: SettingName): Statement {
  return { sql: 'DELETE FROM settings WHERE name = ?', args: [name] }
}
