/**
 * Every handler, in the order they are tried; help is last. Adding one is one line here.
 */
import type { Decision, Handler, Turn } from '../src/chat.ts'
import { cancel } from './cancel.ts'
import { deals } from './deals.ts'
import { createHelp } from './help.ts'
import { hotlines } from './hotlines.ts'
import { officer } from './officer.ts'
import { rights } from './rights.ts'

export { privately } from './private.ts'
export const offerPush = (_turn: Turn): Decision => ({ replies: [] })

const tasks: readonly Handler[] = [cancel, deals, hotlines, rights, officer]

export const handlers: readonly Handler[] = [...tasks, createHelp(tasks)]
