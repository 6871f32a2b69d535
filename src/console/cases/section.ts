/**
 * A part of a case's page: each stands in a file of its own, so that the page is a list of them. A section that has nothing
 * to say to this officer is null.
 */
import type { Child } from 'hono/jsx'
import type { OpenCase } from '../../../db/case-desk.ts'
import type { Visit } from '../page.ts'

export type CaseSection = (visit: Visit, open: OpenCase) => Promise<Child | null>
