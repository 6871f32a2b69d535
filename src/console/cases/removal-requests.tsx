/**
 * Requests to remove a report or a photo for good, for the officers who let them through: they see which kind of reason and
 * why, never the report and never the photo.
 */
import { listRemovalRequests, type Removal } from '../../../db/removal-list.ts'
import { decideRemoval, mayBeCarried, requireRemoval } from '../../../db/removals.ts'
import { type Requests, requestPages } from './second-officer.tsx'

export const removalAsked: Requests<Removal> = {
  ...{ path: '/removal-requests', act: 'removal.grant', help: 'removal', words: 'console_removals' },
  list: listRemovalRequests,
  find: requireRemoval,
  what: ({ t }, { photoId }) => t(photoId === null ? 'console_removals.what_case' : 'console_removals.what_photo_gone'),
  aim: ({ t }, { kind }) => [t('console_removals.kind'), t(`console_removals.for_${kind}`)],
  async warning({ t, desk }, { photoId, caseId }) {
    return photoId !== null && (await mayBeCarried(desk, caseId)) ? t('console_removals.carried') : undefined
  },
  decide: decideRemoval,
}

export const removalRequests = requestPages(removalAsked)
