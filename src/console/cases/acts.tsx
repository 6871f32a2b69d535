/**
 * What this officer can do with a case, as one list of doors. An act that the case's state does not allow is not there.
 */
import type { OpenCase } from '../../../db/case-desk.ts'
import { isWithin } from '../../../db/case-desk.ts'
import { movesOf } from '../../../db/case-moves.ts'
import { hasMember } from '../../../db/case-notes.ts'
import { MOVES } from '../../case.ts'
import type { Act } from '../../rights.ts'
import { Card } from '../kit/card.tsx'
import type { CaseSection } from './section.ts'

type Door = { name: string; right?: Act; when(open: OpenCase): boolean }

const open = ({ state }: OpenCase) => state !== 'closed'

const DOORS: readonly Door[] = [
  { name: 'move', when: (one) => movesOf(one).length > 0 },
  { name: 'ask', when: ({ state }) => state === 'needs_info' || MOVES[state].includes('needs_info') },
  { name: 'tell', when: ({ spam }) => !spam },
  { name: 'note', when: () => true },
  { name: 'assign', right: 'case.assign', when: open },
  { name: 'transfer', when: open },
  { name: 'due', when: open },
  { name: 'priority', when: open },
  { name: 'restrict', when: open },
  { name: 'conflict', right: 'case.read', when: () => true },
  { name: 'spam', when: open },
  { name: 'not-spam', when: ({ spam }) => spam },
]

export const acts: CaseSection = async ({ t, desk }, one) => {
  if (one.mergedInto !== null) return null
  const member = await hasMember(desk, one)
  const doors = DOORS.filter(
    ({ name, when, right = 'case.work' }) =>
      when(one) && (member || (name !== 'ask' && name !== 'tell')) && isWithin(desk.actor, right, one.path),
  )
  if (doors.length === 0) return null
  return (
    <Card title={t('console_cases.acts')}>
      <div class="btn-list">
        {doors.map(({ name }) => (
          <a class="btn btn-outline-secondary" href={`/console/cases/${one.id}/${name}`}>
            {t(`console_cases.${name}_title`)}
          </a>
        ))}
      </div>
    </Card>
  )
}
