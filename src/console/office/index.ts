/**
 * The office's pages: directory, authorities, settings, audit log, requests about data, the breach desk.
 */
import type { Page } from '../page.ts'
import { auditPages } from './audit.tsx'
import { authorityPages } from './authorities.tsx'
import { authorityFormPages } from './authority.tsx'
import { hotlineFormPages } from './hotline.tsx'
import { hotlinePages } from './hotlines.tsx'
import { incidentStepPages } from './incident.tsx'
import { noticePages } from './incident-notices.tsx'
import { incidentPages } from './incidents.tsx'
import { requestStepPages } from './request.tsx'
import { requestPages } from './requests.tsx'
import { settingPages } from './settings.tsx'

/** Lists and new ones before single ones: `/incidents/new` is not an incident. */
export const office: readonly Page[] = [
  ...hotlinePages,
  ...hotlineFormPages,
  ...authorityPages,
  ...authorityFormPages,
  ...settingPages,
  ...auditPages,
  ...requestPages,
  ...requestStepPages,
  ...incidentPages,
  ...incidentStepPages,
  ...noticePages,
]
