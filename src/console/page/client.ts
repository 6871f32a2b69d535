/**
 * What a script adds to pages that work without it: light as the system has it, passkeys, a
 * preview that follows. Each part looks for its own
 * mark in the page and does nothing where there is none.
 */
import { look } from './look.ts'
import { passkeys } from './passkeys.ts'
import { theme } from './theme.ts'

theme()
passkeys()
look()
