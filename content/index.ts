/**
 * Every sentence of the product: one i18next instance, one namespace per file, Vietnamese first, English beside it.
 * Values are not escaped: all channels send plain text; pages escape by themselves.
 */
import i18next, { type i18n } from 'i18next'
import about from './about.json' with { type: 'json' }
import api from './api.json' with { type: 'json' }
import audit from './audit.json' with { type: 'json' }
import bind from './bind.json' with { type: 'json' }
import campaign from './campaign.json' with { type: 'json' }
import cancel from './cancel.json' with { type: 'json' }
import caseTexts from './case.json' with { type: 'json' }
import check from './check.json' with { type: 'json' }
import common from './common.json' with { type: 'json' }
import consent from './consent.json' with { type: 'json' }
import console from './console.json' with { type: 'json' }
import consoleCampaigns from './console_campaigns.json' with { type: 'json' }
import consoleCases from './console_cases.json' with { type: 'json' }
import consoleContent from './console_content.json' with { type: 'json' }
import consoleDuplicates from './console_duplicates.json' with { type: 'json' }
import consoleEvidence from './console_evidence.json' with { type: 'json' }
import consoleFigures from './console_figures.json' with { type: 'json' }
import consoleHandOvers from './console_hand_overs.json' with { type: 'json' }
import consoleHelp from './console_help.json' with { type: 'json' }
import consoleHolidays from './console_holidays.json' with { type: 'json' }
import consoleIdentity from './console_identity.json' with { type: 'json' }
import consoleInquiries from './console_inquiries.json' with { type: 'json' }
import consoleOffice from './console_office.json' with { type: 'json' }
import consoleOfficers from './console_officers.json' with { type: 'json' }
import consoleOpinions from './console_opinions.json' with { type: 'json' }
import consoleRemovals from './console_removals.json' with { type: 'json' }
import consoleToday from './console_today.json' with { type: 'json' }
import consoleUnits from './console_units.json' with { type: 'json' }
import consoleWarnings from './console_warnings.json' with { type: 'json' }
import data from './data.json' with { type: 'json' }
import deals from './deals.json' with { type: 'json' }
import denounce from './denounce.json' with { type: 'json' }
import desk from './desk.json' with { type: 'json' }
import entry from './entry.json' with { type: 'json' }
import erase from './erase.json' with { type: 'json' }
import figures from './figures.json' with { type: 'json' }
import filingProof from './filing_proof.json' with { type: 'json' }
import halt from './halt.json' with { type: 'json' }
import help from './help.json' with { type: 'json' }
import hotlines from './hotlines.json' with { type: 'json' }
import incident from './incident.json' with { type: 'json' }
import language from './language.json' with { type: 'json' }
import library from './library.json' with { type: 'json' }
import link from './link.json' with { type: 'json' }
import menu from './menu.json' with { type: 'json' }
import office from './office.json' with { type: 'json' }
import officer from './officer.json' with { type: 'json' }
import opinion from './opinion.json' with { type: 'json' }
import push from './push.json' with { type: 'json' }
import quiz from './quiz.json' with { type: 'json' }
import report from './report.json' with { type: 'json' }
import rights from './rights.json' with { type: 'json' }
import settings from './settings.json' with { type: 'json' }
import sheet from './sheet.json' with { type: 'json' }
import signin from './signin.json' with { type: 'json' }
import start from './start.json' with { type: 'json' }
import stop from './stop.json' with { type: 'json' }
import subscribe from './subscribe.json' with { type: 'json' }
import talk from './talk.json' with { type: 'json' }
import threat from './threat.json' with { type: 'json' }
import track from './track.json' with { type: 'json' }
import tree from './tree.json' with { type: 'json' }
import unit from './unit.json' with { type: 'json' }
import warning from './warning.json' with { type: 'json' }
import web from './web.json' with { type: 'json' }
import withdraw from './withdraw.json' with { type: 'json' }

export type Locale = 'vi' | 'en'
type Text = { key: string; params?: Record<string, string | number | Text> } | { literal: string }

/** The files in the order of their names; a test holds that both locales have the same keys and variables. */
export const namespaces = {
  about,
  api,
  audit,
  campaign,
  bind,
  cancel,
  case: caseTexts,
  console_cases: consoleCases,
  console_evidence: consoleEvidence,
  console_duplicates: consoleDuplicates,
  console_hand_overs: consoleHandOvers,
  console_holidays: consoleHolidays,
  console_identity: consoleIdentity,
  console_warnings: consoleWarnings,
  console_opinions: consoleOpinions,
  talk,
  threat,
  opinion,
  warning,
  filing_proof: filingProof,
  withdraw,
  console_removals: consoleRemovals,
  check,
  common,
  consent,
  console,
  console_campaigns: consoleCampaigns,
  console_content: consoleContent,
  console_figures: consoleFigures,
  console_help: consoleHelp,
  console_office: consoleOffice,
  console_inquiries: consoleInquiries,
  console_today: consoleToday,
  console_officers: consoleOfficers,
  console_units: consoleUnits,
  data,
  deals,
  denounce,
  desk,
  entry,
  erase,
  figures,
  halt,
  help,
  hotlines,
  incident,
  language,
  library,
  link,
  menu,
  office,
  officer,
  push,
  quiz,
  report,
  rights,
  settings,
  signin,
  sheet,
  start,
  stop,
  subscribe,
  track,
  tree,
  unit,
  web,
}

export type Texts = {
  /** The sentence in this locale. A key that does not exist throws: a person never sees a key. */
  render(text: Text, locale: Locale): string
  /** Is there a sentence for this key? */
  has(key: string): boolean
}

export function createTexts(): Texts {
  const instance = build()
  const translate = { vi: instance.getFixedT('vi'), en: instance.getFixedT('en') }
  // Labels and other sentences without values are rendered again and again: kept as they are.
  const plain = { vi: new Map<string, string>(), en: new Map<string, string>() }
  const render = (text: Text, locale: Locale): string => {
    if ('literal' in text) return text.literal
    if (!text.params) {
      const known = plain[locale].get(text.key)
      if (known !== undefined) return known
    }
    const params = Object.fromEntries(
      Object.entries(text.params ?? {}).map(([name, value]) => [name, typeof value === 'object' ? render(value, locale) : value]),
    )
    const name = text.key.replace('.', ':')
    if (!instance.exists(name, { lng: locale })) throw new Error(`no text ${text.key}`)
    const sentence = String(translate[locale](name, params))
    if (!text.params) plain[locale].set(text.key, sentence)
    return sentence
  }
  return { render, has: (key) => instance.exists(key.replace('.', ':'), { lng: 'vi' }) }
}

function build(): i18n {
  const instance = i18next.createInstance()
  const resources = { vi: {} as Record<string, object>, en: {} as Record<string, object> }
  for (const [name, texts] of Object.entries(namespaces)) {
    resources.vi[name] = texts.vi
    resources.en[name] = texts.en
  }
  instance.init({
    resources,
    lng: 'vi',
    fallbackLng: 'vi',
    ns: Object.keys(namespaces),
    defaultNS: 'common',
    keySeparator: false,
    interpolation: { escapeValue: false },
    initAsync: false,
  })
  return instance
}
