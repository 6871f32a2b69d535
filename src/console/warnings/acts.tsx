/**
 * The acts of a warning that one button does: ask two others, send back, drop a draft, ask for a takedown or decide against
 * one, settle what a member said, and begin a message to members.
 */
import * as z from 'zod'
import { addCampaign } from '../../../db/campaigns.ts'
import { askTakedown, beginFrom, dropWarning, keepWarning, returnWarning, settleFlag, submitWarning } from '../../../db/warning-acts.ts'
import { requireWarning } from '../../../db/warning-desk.ts'
import type { Warning } from '../../../db/warnings.ts'
import { audienceSchema, contentSchema } from '../../campaign.ts'
import type { Statement, Text } from '../../chat.ts'
import { AppError } from '../../errors.ts'
import { type Act, may } from '../../rights.ts'
import { dateVi } from '../../time.ts'
import { whySchema } from '../../warning.ts'
import type { Page, Visit } from '../page.ts'
import { showWarning } from './one.tsx'

const seenSchema = z.object({ version: z.coerce.number().int() })
const askSchema = seenSchema.extend({ why: whySchema })
const settleSchema = z.object({ flag: z.string().regex(/^[a-z0-9]{1,40}$/) })

export const warningActs: readonly Page[] = [
  button('submit', 'warning.write', async ({ desk }, one) => submitWarning(desk, one), 'said_submitted'),
  button('return', 'warning.approve', async ({ desk }, one) => returnWarning(desk, one), 'said_returned'),
  button('keep', 'warning.approve', async ({ desk }, one) => keepWarning(desk, one), 'said_kept'),
  button('drop', 'warning.write', async ({ desk }, one) => dropWarning(desk, one), 'said_dropped', true),
  { method: 'post', path: '/warnings/:id/ask', act: 'warning.write', handle: ask },
  { method: 'post', path: '/warnings/:id/settle', act: 'warning.write', handle: settle },
  { method: 'post', path: '/warnings/:id/campaign', act: 'campaign.write', handle: compose },
]

/** A form that is one button, with the version the officer saw. `gone`: there is nothing to go back to. */
function button(name: string, act: Act, work: (visit: Visit, seen: Warning) => Promise<Statement[]>, said: string, gone = false): Page {
  return {
    method: 'post',
    path: `/warnings/:id/${name}`,
    act,
    async handle(visit) {
      const warning = await requireWarning(visit.desk, visit.param('id'), act)
      const posted = visit.read(seenSchema)
      if (!posted.ok) throw new AppError('conflict', 'warning.changed')
      await visit.desk.db.write(await work(visit, { ...warning, version: posted.data.version }))
      return visit.go(gone ? '/warnings?list=draft' : `/warnings/${warning.id}`, `console_warnings.${said}`)
    },
  }
}

async function ask(visit: Visit): Promise<Response> {
  const warning = await requireWarning(visit.desk, visit.param('id'), 'warning.write')
  const posted = visit.read(askSchema)
  if (!posted.ok) return showWarning(visit, warning, { typed: posted.typed, wrong: posted.wrong })
  const { version, why } = posted.data
  await visit.desk.db.write(await askTakedown(visit.desk, { ...warning, version }, why))
  return visit.go(`/warnings/${warning.id}`, 'console_warnings.said_asked')
}

async function settle(visit: Visit): Promise<Response> {
  const warning = await requireWarning(visit.desk, visit.param('id'), 'warning.write')
  const posted = visit.read(settleSchema)
  if (!posted.ok) throw new AppError('conflict', 'warning.changed')
  await visit.desk.db.write(settleFlag(visit.desk, warning, posted.data.flag))
  return visit.go(`/warnings/${warning.id}`, 'console_warnings.said_settled')
}

/** A draft message with the text, the decision and its link: two others still let it out (R5). */
async function compose(visit: Visit): Promise<Response> {
  const { desk, parts } = visit
  const vietnamese = (text: Text) => parts.texts.render(text, 'vi')
  const warning = await requireWarning(desk, visit.param('id'))
  if (warning.state !== 'published') throw new AppError('conflict', 'warning.moved')
  const { title, body, authority, number, day, link } = warning
  const unitId = senderOf(visit, warning)
  const { id, writes } = await addCampaign(desk, {
    unitId,
    title,
    content: contentSchema.parse({
      vi: vietnamese({ key: 'warning.message', params: { title, body, authority, number, day: dateVi(day) } }),
      buttons: [{ vi: vietnamese({ key: 'warning.b_source' }), to: { kind: 'link', url: link } }],
      business: true,
      decision: { authority, number, day, url: link },
    }),
    audience: audienceSchema.parse({ unitId }),
    plan: { kind: 'now' },
    topic: null,
    theme: null,
  })
  await desk.db.write([...writes, ...beginFrom(warning, id)])
  return visit.go(`/campaigns/${id}`, 'console_warnings.said_composed')
}

/** The warning's own unit where this officer may write for it, else their own. */
function senderOf({ desk: { actor } }: Visit, { unitId, path }: Warning): string {
  if (may(actor, 'campaign.write', path)) return unitId
  return actor.grants.find((grant) => may(actor, 'campaign.write', grant.path))?.unitId ?? actor.unitId
}
