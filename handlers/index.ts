/**
 * Every handler, in the order they are tried; help is last. Adding one is one line here.
 */
import type { Decision, Handler, Turn } from '../src/chat.ts'
import { cancel } from './cancel.ts'
import { help } from './help.ts'

export { privately } from './private.ts'
export const offerPush = (_turn: Turn): Decision => ({ replies: [] })

export const handlers: readonly Handler[] = [cancel, help]
