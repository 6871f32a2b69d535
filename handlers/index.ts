/**
 * Every handler, in the order they are tried; help is last. Adding one is one line here.
 */
import type { Handler } from '../src/chat.ts'
import { cancel } from './cancel.ts'
import { help } from './help.ts'

export { privately } from './private.ts'

export const handlers: readonly Handler[] = [cancel, help]
