/**
 * What a script adds to pages that work without it: light as the system has it, passkeys, previews that follow, charts,
 * bars that move. Each part looks for its own mark in the page and does nothing where there is none.
 */
import { charts } from './charts.ts'
import { covering } from './covering.ts'
import { live } from './live.ts'
import { look } from './look.ts'
import { looks } from './looks.ts'
import { passkeys } from './passkeys.ts'
import { theme } from './theme.ts'
import { watches } from './watches.ts'

theme()
passkeys()
look()
charts()
live()
looks()
watches()
covering()
