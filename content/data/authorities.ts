/**
 * Kinds of offices that take cases (F33), as every deployment begins with them: no address and no number, because those
 * are a province's own. None can be chosen until an officer has typed an address and checked it.
 */
import data from './authorities.json' with { type: 'json' }

export type BuiltInAuthority = { id: string; kind: string; name: string; source_label: string; order: number }

export const authorities: readonly BuiltInAuthority[] = data
