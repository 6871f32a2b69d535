/**
 * The draft notices of an incident, written from its entries: to look at, print, copy or take as a text file. What goes
 * out is numbered, signed and sent by a person.
 */
import { type Incident, listEntries, requireIncident } from '../../../db/incidents.ts'
import { listSettings } from '../../../db/settings.ts'
import { AppError } from '../../errors.ts'
import { authorityNotice, peopleNotice } from '../../incident-notice.ts'
import { Card } from '../kit/card.tsx'
import type { Page, Visit } from '../page.ts'

const NOTICES = { authority: authorityNotice, people: peopleNotice } as const
type Name = keyof typeof NOTICES
const NAMES = ['authority', 'people'] as const satisfies readonly Name[]
const BOM = '\uFEFF'

export const noticePages: readonly Page[] = [
  { method: 'get', path: '/incidents/:id/notices', act: 'incident.read', handle: show },
  { method: 'get', path: '/incidents/:id/notices/:name', act: 'incident.read', handle: download },
]

async function show(visit: Visit): Promise<Response> {
  const { t, desk, param } = visit
  const incident = await requireIncident(desk, param('id'))
  const { data_officer } = await listSettings(desk.db)
  const drafts = await Promise.all(NAMES.map(async (name) => [name, await draftOf(visit, incident, name)] as const))
  return visit.show(
    {
      title: `${t('console_office.notices')} ${incident.code}`,
      help: 'incidents',
      crumbs: [
        { href: '/console/incidents', label: t('console_office.incidents') },
        { href: `/console/incidents/${incident.id}`, label: incident.code },
      ],
      ...(data_officer === undefined ? { notice: { kind: 'warning' as const, text: t('console_office.no_data_officer') } } : {}),
    },
    <>
      <p class="d-print-none">{t('console_office.notices_what')}</p>
      {drafts.map(([name, text]) => (
        <Card
          title={t(`console_office.notice_${name}`)}
          actions={
            <a class="btn btn-outline-secondary d-print-none" href={`/console/incidents/${incident.id}/notices/${name}`} download>
              {t('console_office.notice_download')}
            </a>
          }
        >
          <div class="paper">{text}</div>
        </Card>
      ))}
    </>,
  )
}

async function download(visit: Visit): Promise<Response> {
  const incident = await requireIncident(visit.desk, visit.param('id'))
  const name = NAMES.find((one) => one === visit.param('name'))
  if (name === undefined) throw new AppError('not_found', 'console.not_found')
  const text = await draftOf(visit, incident, name)
  return new Response(`${BOM}${text.replaceAll('\n', '\r\n')}\r\n`, {
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="${incident.code}-${name === 'authority' ? 'A05' : 'nguoi-bi-anh-huong'}.txt"`,
    },
  })
}

/** In Vietnamese, whatever language the officer reads the console in: that is what is sent. */
async function draftOf({ desk, parts }: Visit, incident: Incident, name: Name): Promise<string> {
  const { unitName, dataOfficer } = parts.about()
  const entries = await listEntries(desk.db, desk.keys, incident.id)
  return NOTICES[name]((text) => parts.texts.render(text, 'vi'), { ...incident, entries, unitName, dataOfficer, now: desk.now })
}
