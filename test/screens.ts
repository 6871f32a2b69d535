/**
 * `npm run screens`: a picture of every page of the console, at a desk and on a phone, in light and dark, into
 * test/.out/screens/. Needs Chromium.
 */
import { mkdir } from 'node:fs/promises'
import { ROLES } from '../src/rights.ts'
import { ADDRESS_OF, furnish } from './console-addresses.ts'
import { DESK, launch, OUT, openStage, PHONE } from './console-stage.ts'

const folder = `${OUT}screens/`
await mkdir(folder, { recursive: true })
const browser = await launch()
const stage = await openStage(browser)
await stage.officer('an', 'tinh', ROLES, 'Nguyễn Thị An')
await furnish(stage, 'an')
let pictures = 0
for (const [name, viewport] of [['desk', DESK] as const, ['phone', PHONE] as const]) {
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await stage.signsIn('an', { viewport, colorScheme, proven: true })
    for (const [path, address] of Object.entries(ADDRESS_OF)) {
      await page.goto(`${stage.origin}${address}`)
      const file = (path === '' ? 'today' : path.slice(1)).replace(/[/:]+/g, '-')
      await page.screenshot({ path: `${folder}${file}-${name}-${colorScheme}.png`, fullPage: true })
      pictures++
    }
    await page.context().close()
  }
}
await stage.close()
await browser.close()
console.log(`${pictures} pictures in test/.out/screens/`)
process.exit(0)
