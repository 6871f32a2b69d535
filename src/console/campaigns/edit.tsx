/**
 * Writing a campaign and changing it: one form, whose buttons look, count, find a unit or save. Nothing typed is lost, a
 * picture is kept as soon as it was given, and what another officer changed meanwhile is not overwritten.
 */

import * as z from 'zod'
import { addCampaign, type Campaign, editCampaign, pathOfUnit } from '../../../db/campaigns.ts'
import { searchItems } from '../../../db/item-search.ts'
import { findItem } from '../../../db/items.ts'
import { findPushRules } from '../../../db/push-rules.ts'
import { listThemes } from '../../../db/themes.ts'
import { listTopics } from '../../../db/topics.ts'
import { findUnit, searchUnits } from '../../../db/units.ts'
import { takeImage } from '../../api/images.ts'
import { previewDraft, type ShownMessage } from '../../api/preview.ts'
import { audiencePath, requireCampaignFor, requireUnit } from '../../api/scope.ts'
import { AppError } from '../../errors.ts'
import { may } from '../../rights.ts'
import { dayOf } from '../../time.ts'
import { Card } from '../kit/card.tsx'
import { type Choice, Form, Select } from '../kit/form.tsx'
import type { Page, Posted, Typed, Visit, Wrong } from '../page.ts'
import { ContentFields, type FoundItems } from './fields-content.tsx'
import { AudienceFields, type Choices, PlanFields } from './fields-plan.tsx'
import { BUTTON_ROWS, emptyForm, one, readAudience, readWritten, typedOf } from './form.ts'
import { CountsTable, Previews } from './previews.tsx'
import { countSparing, spare } from './sparing.ts'

/** A megabyte of picture and the words around it. */
const FORM_MOST = 12_000_000
const FOUND = 20

/** Whatever was typed: its fields are read one by one. */
const anything = z.record(z.string(), z.union([z.string(), z.array(z.string())]))

export const edit: readonly Page[] = [
  { method: 'get', path: '/campaigns/new', act: 'campaign.write', handle: begin },
  { method: 'post', path: '/campaigns/new', act: 'campaign.write', most: FORM_MOST, handle: (visit) => take(visit) },
  { method: 'get', path: '/campaigns/:id/edit', act: 'campaign.write', handle: open },
  {
    method: 'post',
    path: '/campaigns/:id/edit',
    act: 'campaign.write',
    most: FORM_MOST,
    handle: async (visit) => take(visit, await requireCampaignFor(visit.desk, visit.param('id'), 'campaign.write')),
  },
]

/** A form as it is shown: a campaign's, or that of one to be. */
type Shown = { campaign: Campaign | undefined; unitId: string; typed: Typed; wrong?: Wrong; counted?: boolean; status?: 200 | 400 | 409 }

async function begin(visit: Visit): Promise<Response> {
  const { desk, query } = visit
  const given = query(z.object({ unit: z.string().max(40).optional(), day: z.iso.date().optional() }))
  const unitId = given.unit ?? ownUnit(visit)
  await requireUnit(desk, unitId, 'campaign.write')
  return show(visit, { campaign: undefined, unitId, typed: emptyForm(desk.now, given.day ? { plan: 'once', day: given.day } : {}) })
}

async function open(visit: Visit): Promise<Response> {
  const campaign = await requireCampaignFor(visit.desk, visit.param('id'), 'campaign.write')
  if (campaign.state !== 'draft' && campaign.state !== 'submitted') throw new AppError('conflict', 'desk.campaign_fixed')
  return show(visit, { campaign, unitId: campaign.unitId, typed: { ...typedOf(campaign), version: String(campaign.version) } })
}

/** The first unit this officer may write for: their own where they may. */
function ownUnit({ desk: { actor } }: Visit): string {
  const grants = actor.grants.filter(({ path }) => may(actor, 'campaign.write', path))
  return (grants.find(({ unitId }) => unitId === actor.unitId) ?? grants[0])?.unitId ?? actor.unitId
}

async function take(visit: Visit, campaign?: Campaign): Promise<Response> {
  const posted: Posted<Typed> = visit.read(anything)
  const typed = { ...posted.typed }
  const unitId = campaign?.unitId ?? (one(typed, 'unit') || ownUnit(visit))
  const path = await requireUnit(visit.desk, unitId, 'campaign.write')
  const wrong: Wrong = await keepPicture(visit, typed, unitId)
  const what = one(typed, 'do')
  const shown = { campaign, unitId, typed }
  if (what !== 'save') {
    return show(visit, { ...shown, wrong, counted: what === 'count', status: Object.keys(wrong).length > 0 ? 400 : 200 })
  }
  const read = readWritten(typed, unitId)
  Object.assign(wrong, read.wrong)
  if (!read.written || Object.keys(wrong).length > 0) return show(visit, { ...shown, wrong, status: 400 })
  try {
    await audiencePath(visit.desk, path, read.written.audience.unitId)
    return await save(visit, { unitId, ...read.written }, campaign, one(typed, 'version'))
  } catch (error) {
    // Said above the form, with all that was typed still in it.
    if (
      !(error instanceof AppError) ||
      (error.code !== 'conflict' && error.code !== 'invalid' && error.message !== 'desk.audience_outside')
    )
      throw error
    return show(visit, { ...shown, wrong: { '': { key: error.message } }, status: error.code === 'conflict' ? 409 : 400 })
  }
}

async function save(
  visit: Visit,
  written: Parameters<typeof addCampaign>[1],
  campaign: Campaign | undefined,
  version: string,
): Promise<Response> {
  const { desk } = visit
  if (!campaign) {
    const { id, writes } = await addCampaign(desk, written)
    await desk.db.write(writes)
    return visit.go(`/campaigns/${id}`, 'console_campaigns.said_saved')
  }
  if (version !== String(campaign.version)) throw new AppError('conflict', 'console_campaigns.e_changed')
  const { unitId: _, ...change } = written
  await desk.db.write(editCampaign(desk, campaign, change))
  return visit.go(
    `/campaigns/${campaign.id}`,
    campaign.state === 'submitted' ? 'console_campaigns.said_draft_again' : 'console_campaigns.said_saved',
  )
}

/** A browser gives a file only once, so it is kept at once; `typed.image` is where it stands. */
async function keepPicture(visit: Visit, typed: Typed, unitId: string): Promise<Wrong> {
  const file = await visit.file('picture')
  if (!file) return {}
  try {
    await spare(visit, 'picture')
    const { image, writes } = await takeImage(visit.desk, unitId, file.bytes, visit.parts.viewerCopy)
    await visit.desk.db.write(writes)
    typed.image = image
    delete typed.no_image
    return {}
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { picture: { key: error.message } }
  }
}

async function show(visit: Visit, { campaign, unitId, typed, wrong, counted, status = 200 }: Shown): Promise<Response> {
  const { t, desk } = visit
  const choices = await choicesOf(visit, unitId, typed)
  const { zaloTemplate, weeklyCap } = await findPushRules(desk.db)
  const messages = await shownMessages(visit, unitId, typed)
  const senders = campaign ? [] : await sendersOf(visit)
  const counts = counted ? await countIn(visit, unitId, typed) : undefined
  const action = campaign ? `/campaigns/${campaign.id}/edit` : '/campaigns/new'
  const filled = { visit, typed, wrong }
  const said = wrong?.['']
  return visit.show(
    {
      title: t(campaign ? 'console_campaigns.edit_title' : 'console_campaigns.new_title'),
      help: 'campaigns',
      crumbs: [
        { href: '/console/campaigns', label: t('console_campaigns.list_title') },
        ...(campaign ? [{ href: `/console/campaigns/${campaign.id}`, label: campaign.title }] : []),
      ],
      ...(wrong && Object.keys(wrong).length > 0
        ? { notice: { kind: 'danger' as const, text: said ? visit.say(said) : t('console_campaigns.e_form') } }
        : {}),
    },
    <div data-looks="yes">
      <Form visit={visit} action={action} files>
        {/* Enter in a field looks, and saves nothing. */}
        <button type="submit" class="visually-hidden" name="do" value="look" tabindex={-1} formnovalidate>
          {t('console_campaigns.look')}
        </button>
        {campaign ? <input type="hidden" name="version" value={one(typed, 'version')} /> : null}
        <div class="row g-3">
          <div class="col-12 col-xl-7">
            {campaign ? null : <Sender {...filled} unitId={unitId} senders={senders} />}
            {campaign?.state === 'submitted' ? <p class="alert alert-warning">{t('console_campaigns.edit_submitted')}</p> : null}
            <ContentFields {...filled} template={zaloTemplate !== null} items={await itemsOf(visit, typed)} />
            <div data-counts="yes">
              <AudienceFields {...filled} {...choices} />
            </div>
            <PlanFields {...filled} />
          </div>
          <div class="col-12 col-xl-5">
            <div class="beside">
              <Card title={t('console_campaigns.part_reach')}>
                <div data-part="counts">
                  {counts === undefined ? (
                    <p class="text-secondary">{t('console_campaigns.count_hint')}</p>
                  ) : typeof counts === 'string' ? (
                    <p class="text-danger">{t(counts)}</p>
                  ) : (
                    <CountsTable visit={visit} counts={counts} cap={weeklyCap} />
                  )}
                </div>
                <button type="submit" class="btn" name="do" value="count" formnovalidate>
                  {t('console_campaigns.count')}
                </button>
              </Card>
              <Card title={t('console_campaigns.part_look')}>
                <div data-part="look">
                  <Previews visit={visit} messages={messages} narrow />
                </div>
                <button type="submit" class="btn mt-3" name="do" value="look" formnovalidate>
                  {t('console_campaigns.look')}
                </button>
              </Card>
            </div>
          </div>
        </div>
        <div class="card sticky-save">
          <div class="card-body btn-list">
            <button type="submit" class="btn btn-primary" name="do" value="save">
              {t('console_campaigns.save')}
            </button>
            <a class="btn btn-outline-secondary" href={campaign ? `/console/campaigns/${campaign.id}` : '/console/campaigns'}>
              {t('console_campaigns.leave')}
            </a>
          </div>
        </div>
      </Form>
    </div>,
    status,
  )
}

/** For whom a new message is written: only where there is a choice. */
function Sender({ visit, typed, unitId, senders }: { visit: Visit; typed: Typed; unitId: string; senders: readonly Choice[] }) {
  if (senders.length < 2 || !senders.some(({ value }) => value === unitId)) return <input type="hidden" name="unit" value={unitId} />
  return (
    <Card>
      <Select visit={visit} typed={typed} name="unit" label={visit.t('console_campaigns.from_unit')} value={unitId} choices={senders} />
    </Card>
  )
}

/** Units of this officer's own and lent rights to write. */
async function sendersOf({ desk: { db, actor, now } }: Visit): Promise<Choice[]> {
  const ids = [...new Set(actor.grants.filter(({ path }) => may(actor, 'campaign.write', path)).map(({ unitId }) => unitId))]
  const units = await Promise.all(ids.map((id) => findUnit(db, id, dayOf(now))))
  return units.flatMap((unit) => (unit ? [{ value: unit.id, label: unit.name }] : []))
}

async function choicesOf({ desk, locale }: Visit, unitId: string, typed: Typed): Promise<Choices> {
  const { db, now } = desk
  const day = dayOf(now)
  const path = await pathOfUnit(db, unitId)
  const chosen = one(typed, 'to_unit')
  const find = one(typed, 'find')
  const [own, other, found, topics, themes] = await Promise.all([
    findUnit(db, unitId, day),
    chosen === '' || chosen === unitId ? undefined : findUnit(db, chosen, day),
    find === '' ? [] : searchUnits(db, find, { day, after: '', limit: FOUND, under: path }),
    listTopics(db),
    listThemes(db, path, Number(day.slice(0, 4))),
  ])
  const units = new Map([own, other, ...found].flatMap((unit) => (unit?.path.startsWith(path) ? [[unit.id, unit.name] as const] : [])))
  return {
    units: [...units].map(([value, label]) => ({ value, label })),
    topics: topics.map(({ id, vi, en }) => ({ value: id, label: locale === 'en' ? en : vi })),
    themes: themes.map(({ name }) => ({ value: name, label: name })),
    top: path === `/${unitId}/`,
  }
}

/** The item a row names, else those its words may mean. */
async function itemsOf({ desk: { db, now } }: Visit, typed: Typed): Promise<FoundItems> {
  const day = dayOf(now)
  const rows = BUTTON_ROWS.filter((row) => one(typed, `b${row}_kind`) === 'item' && one(typed, `b${row}_to`) !== '')
  const found = await Promise.all(
    rows.map(async (row) => {
      const words = one(typed, `b${row}_to`).slice(0, 100)
      const item = await findItem(db, words, day)
      const items = item ? [item] : (await searchItems(db, words, day)).rows
      return [row, items.map(({ id, title }) => ({ value: id, label: title }))] as const
    }),
  )
  return Object.fromEntries(found)
}

async function shownMessages({ desk, parts }: Visit, unitId: string, typed: Typed): Promise<ShownMessage[]> {
  const { content } = readWritten(typed, unitId)
  return content ? previewDraft(desk, unitId, content, parts) : []
}

/** The counts, or the key of why there are none. */
async function countIn(visit: Visit, unitId: string, typed: Typed) {
  const audience = readAudience(typed, unitId)
  if (!audience) return 'console_campaigns.e_audience'
  try {
    const path = await audiencePath(visit.desk, await pathOfUnit(visit.desk.db, unitId), audience.unitId)
    return await countSparing(visit, { audience, path, topic: one(typed, 'topic') || null, template: typed.zalo_template !== undefined })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return error.message
  }
}
