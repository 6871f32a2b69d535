/**
 * Requests to open what a member typed of themselves, for the officers who decide them (F31): on the reason alone, so neither
 * the report nor the name is shown.
 */
import { decideIdentity, requireWaiting } from '../../../db/identities.ts'
import { listOpeningRequests, type Opening } from '../../../db/identity-list.ts'
import { type Requests, requestPages } from './second-officer.tsx'

export const openingRequests: Requests<Opening> = {
  ...{ path: '/identity-requests', act: 'identity.grant', help: 'identity', words: 'console_identity' },
  list: listOpeningRequests,
  find: requireWaiting,
  aim: ({ t }, { purpose }) => [t('console_identity.purpose'), t(`console_identity.for_${purpose}`)],
  decide: decideIdentity,
}

export const identityRequests = requestPages(openingRequests)
