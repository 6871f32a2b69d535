/**
 * An icon out of the sprite. It only repeats what a word beside it says, so nobody hears it.
 */
import { assets } from '../assets.ts'
import type { IconName } from './icon-names.ts'

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" width="20" height="20" aria-hidden="true" focusable="false">
      <use href={`/console/assets/${assets.icons.name}#${name}`} />
    </svg>
  )
}
