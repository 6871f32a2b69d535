/**
 * Every handler, in the order they are tried; help is last. Adding one is one line here.
 */
import type { Handler } from '../src/chat.ts'
import { cancel } from './cancel.ts'
import { consent } from './consent.ts'
import { deals } from './deals.ts'
import { createHelp } from './help.ts'
import { hotlines } from './hotlines.ts'
import { language } from './language.ts'
import { library } from './library/index.ts'
import { officer } from './officer.ts'
import { quiz } from './quiz.ts'
import { rights } from './rights.ts'
import { start } from './start.ts'
import { stop } from './stop.ts'
import { subscribe } from './subscribe.ts'
import { unit } from './unit.ts'

export { offerPush } from './consent.ts'
export { privately } from './private.ts'

const tasks: readonly Handler[] = [stop, cancel, start, consent, subscribe, unit, deals, hotlines, rights, officer, quiz, library, language]

export const handlers: readonly Handler[] = [...tasks, createHelp(tasks)]
