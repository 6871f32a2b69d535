/**
 * Every handler, in the order they are tried; help is last. Adding one is one line here.
 */
import type { Decision, Handler, Turn } from '../src/chat.ts'
import { cancel } from './cancel.ts'
import { data } from './data/index.ts'
import { erase } from './erase.ts'
import { help } from './help.ts'
import { link } from './link.ts'

export { privately } from './private.ts'
export const offerPush = (_turn: Turn): Decision => ({ replies: [] })

export const handlers: readonly Handler[] = [cancel, erase, link, data, help]
