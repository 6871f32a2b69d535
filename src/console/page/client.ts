/**
 * What a script adds to pages that work without it: light as the system has it, passkeys, previews, runs. Each part looks for its own
 * mark in the page and does nothing where there is none.
 */
import { looks } from './looks.ts'
import { passkeys } from './passkeys.ts'
import { theme } from './theme.ts'
import { watches } from './watches.ts'

theme()
passkeys()
looks()
watches()
