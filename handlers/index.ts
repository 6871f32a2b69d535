/**
 * Every handler, in the order they are tried; help is last. Adding one is one line here.
 */
import type { Handler } from '../src/chat.ts'
import { about } from './about.ts'
import { bind } from './bind.ts'
import { campaign } from './campaign/index.ts'
import { cancel } from './cancel.ts'
import { caseDesk } from './case.ts'
import { check } from './check.ts'
import { consent } from './consent.ts'
import { data } from './data/index.ts'
import { deals } from './deals.ts'
import { denounce } from './denounce.ts'
import { desk } from './desk/index.ts'
import { erase } from './erase.ts'
import { filingProof } from './filing-proof.ts'
import { halt } from './halt.ts'
import { createHelp } from './help.ts'
import { hotlines } from './hotlines.ts'
import { language } from './language.ts'
import { library } from './library/index.ts'
import { link } from './link.ts'
import { officer } from './officer.ts'
import { opinion } from './opinion/index.ts'
import { quiz } from './quiz.ts'
import { report } from './report/index.ts'
import { rights } from './rights.ts'
import { signin } from './signin.ts'
import { start } from './start.ts'
import { stop } from './stop.ts'
import { subscribe } from './subscribe.ts'
import { talk } from './talk/index.ts'
import { threat } from './threat.ts'
import { track } from './track.ts'
import { unit } from './unit.ts'
import { warning } from './warning.ts'
import { withdraw } from './withdraw/index.ts'

export { offerPush } from './consent.ts'
export { privately } from './private.ts'
export { greet } from './start.ts'

const tasks: readonly Handler[] = [
  stop,
  halt,
  cancel,
  erase,
  threat,
  link,
  bind,
  signin,
  start,
  consent,
  subscribe,
  unit,
  report,
  talk,
  track,
  filingProof,
  withdraw,
  denounce,
  opinion,
  data,
  deals,
  hotlines,
  rights,
  officer,
  campaign,
  desk,
  caseDesk,
  check,
  quiz,
  library,
  warning,
  language,
  about,
]

export const handlers: readonly Handler[] = [...tasks, createHelp(tasks)]
