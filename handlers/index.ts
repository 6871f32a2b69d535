/**
 * Every handler, in the order they are tried; help is last. Adding one is one line here.
 */
import type { Handler } from '../src/chat.ts'
import { cancel } from './cancel.ts'
import { consent } from './consent.ts'
import { help } from './help.ts'
import { language } from './language.ts'
import { start } from './start.ts'
import { stop } from './stop.ts'
import { subscribe } from './subscribe.ts'
import { unit } from './unit.ts'

export { offerPush } from './consent.ts'
export { privately } from './private.ts'

export const handlers: readonly Handler[] = [stop, cancel, start, consent, subscribe, unit, language, help]
