/**
 * Writing a message, one question after the other. From its first text on it stands as a draft in its row: a step that
 * runs out, another phone or another officer lose nothing of it.
 */
import { addCampaign, type Campaign, type Draft, editCampaign, requireCampaign } from '../../db/campaigns.ts'
import { findUnit } from '../../db/units.ts'
import { contentSchema } from '../../src/campaign.ts'
import type { Decision, Reply } from '../../src/chat.ts'
import { AppError } from '../../src/errors.ts'
import { scopeOf } from '../../src/rights.ts'
import { dayOf } from '../../src/time.ts'
import { type Answer, answerTo } from './answers.ts'
import { cardOf } from './card.ts'
import { choiceIn, FOR_RULE, FOR_TEXT, type StepName } from './choices.ts'
import { home } from './home.ts'
import { question } from './questions.ts'
import { firstPlan } from './times.ts'
import { attempt, backTo, button, type Data, HOME, open, say, type Work } from './work.ts'

type Source = Campaign['content']['source']
/** What a rule is called where its name is data; in chat its name is a text of its own. */
const TITLES: Record<Source, string> = { text: '', daily_item: 'mỗi ngày một điều', weekly_question: 'câu hỏi của tuần' }
const ADDED = { act: 'campaign.add' }

/** "Soạn tin mới". Who may write for several units says for which. */
export async function startNew(work: Work): Promise<Decision> {
  return attempt(work, ADDED, async () => {
    const units = writableUnits(work)
    const [only] = units
    if (only === undefined) throw new AppError('forbidden', 'desk.forbidden')
    return units.length === 1 ? ask(work, 'text', { unitId: only }) : ask(work, 'from', {})
  })
}

/** "Mỗi ngày một điều" or "Câu hỏi của tuần": a draft at once, because its content is reviewed already. */
export async function startRule(work: Work, source: string): Promise<Decision> {
  return attempt(work, ADDED, async () => {
    const units = writableUnits(work)
    const [only] = units
    if (only === undefined) throw new AppError('forbidden', 'desk.forbidden')
    if (source !== 'daily_item' && source !== 'weekly_question') return home(work)
    return units.length === 1 ? beginRule(work, only, source) : ask(work, 'from', { source })
  })
}

/** The answer to an open question. */
export async function takeAnswer(work: Work, step: StepName, data: Data): Promise<Decision> {
  const tried = data.id === undefined ? ADDED : { act: 'campaign.edit', about: ['campaign', data.id] as [string, string] }
  return attempt(work, tried, async () => {
    const campaign = data.id === undefined ? undefined : await requireCampaign(work.desk, data.id)
    const chosen = choiceIn(step, data, work.turn.message)
    if (chosen === 'stale') return ask(work, step, data, { campaign, notes: [{ text: say('stale') }] })
    if (chosen === 'quit') return leave(campaign)
    if (chosen === 'back') return goBack(work, step, data, campaign)
    if (step === 'from') return chooseUnit(work, data, chosen?.value)
    if (step === 'text' && !campaign) return takeFirst(work, data)
    if (!campaign) return home(work)
    if (step === 'text' && chosen?.value === 'keep')
      return data.editing ? cardOf(work, campaign) : ask(work, 'unit', { id: campaign.id }, { campaign })
    return take(work, step, data, campaign, await answerTo(work, step, data, campaign, chosen?.value))
  })
}

/** "Sửa": which part. */
export async function edit(work: Work, id: string, field: string): Promise<Decision> {
  return attempt(work, { act: 'campaign.edit', about: ['campaign', id] }, async () => {
    const campaign = await requireCampaign(work.desk, id)
    const fields = stepsOf(campaign)
    // Says what speaks against it before anything is asked.
    editCampaign(work.desk, campaign, {})
    const step = fields.find((one) => one === field)
    if (step) return ask(work, step, { id, editing: true }, { campaign })
    const buttons = fields.map((one) => button(`edit_${one}`, 'edit', id, one))
    const text = say(campaign.state === 'submitted' ? 'ask_edit_submitted' : 'ask_edit')
    return { replies: [{ text, buttons: [...buttons, backTo(id)] }] }
  })
}

/** Waits in a step with its question. */
async function ask(
  work: Work,
  step: StepName,
  data: Data,
  { campaign, notes = [] }: { campaign?: Campaign | undefined; notes?: Reply[] } = {},
): Promise<Decision> {
  return { replies: [...notes, await question(work, step, data, campaign)], next: { step, data } }
}

async function chooseUnit(work: Work, data: Data, unitId: string | undefined): Promise<Decision> {
  if (unitId === undefined || !writableUnits(work).includes(unitId)) return ask(work, 'from', data)
  return data.source ? beginRule(work, unitId, data.source) : ask(work, 'text', { unitId })
}

async function beginRule(work: Work, unitId: string, source: Source): Promise<Decision> {
  const { campaign, writes } = await begin(work, unitId, source, {})
  return { ...(await ask(work, 'hour', { id: campaign.id }, { campaign })), writes }
}

/** The first text makes the row. */
async function takeFirst(work: Work, data: Data): Promise<Decision> {
  const answer = await answerTo(work, 'text', data, undefined, undefined)
  if (!('change' in answer)) return ask(work, 'text', data, { notes: answer.notes ?? [] })
  const unitId = data.unitId ?? writableUnits(work)[0]
  if (unitId === undefined) throw new AppError('forbidden', 'desk.forbidden')
  const { campaign, writes } = await begin(work, unitId, 'text', answer.change)
  return { ...(await ask(work, 'unit', { id: campaign.id }, { campaign, notes: answer.notes ?? [] })), writes }
}

async function begin(work: Work, unitId: string, source: Source, change: Partial<Draft>) {
  const { turn, desk } = work
  const unit = await findUnit(turn.db, unitId, dayOf(turn.now))
  if (!unit) throw new AppError('not_found', 'desk.unit_gone')
  const draft: Draft = {
    unitId,
    title: TITLES[source],
    content: contentSchema.parse({ source }),
    audience: { unitId, memberKinds: [], channels: [], joinedSince: null, purpose: 'push', withoutUnit: false },
    plan: source === 'text' ? { kind: 'now' } : firstPlan(source),
    topic: null,
    theme: null,
    ...change,
  }
  const { id, writes } = await addCampaign(desk, draft)
  const { officerId, name } = desk.actor
  const campaign: Campaign = {
    ...draft,
    id,
    unitName: unit.name,
    path: unit.path,
    authorId: officerId,
    authorName: name,
    editors: [officerId],
    state: 'draft',
    version: 1,
    needs: 1,
    approvals: 0,
    nextAt: null,
    createdAt: turn.now,
    changedAt: turn.now,
  }
  return { campaign, writes }
}

/** Keeps what was answered and goes on: to the next question, or back to the preview. */
async function take(work: Work, step: StepName, data: Data, campaign: Campaign, answer: Answer): Promise<Decision> {
  const { desk } = work
  if (!('change' in answer)) {
    const to = answer.step ?? step
    const kept: Data = { id: campaign.id, ...(data.editing ? { editing: true } : {}), ...answer.data }
    const { reply, notes = [] } = answer
    return reply ? { replies: [...notes, reply], next: { step: to, data: kept } } : ask(work, to, kept, { campaign, notes })
  }
  const { change, notes = [] } = answer
  const writes = editCampaign(desk, campaign, change)
  const changed: Campaign = {
    ...campaign,
    ...change,
    editors: [...new Set([...campaign.editors, desk.actor.officerId])],
    state: 'draft',
    version: campaign.version + 1,
    needs: (change.content ?? campaign.content).business ? 2 : 1,
    approvals: 0,
  }
  const again: Reply[] = campaign.state === 'submitted' ? [{ text: say('draft_again') }] : []
  const next = data.editing || answer.ends ? undefined : stepAfter(step, changed)
  if (answer.ends) return { replies: [...again, ...notes.map((note) => ({ ...note, buttons: [open(campaign.id), HOME] }))], writes }
  if (next) return { ...(await ask(work, next, { id: campaign.id }, { campaign: changed, notes: [...again, ...notes] })), writes }
  const card = await cardOf(work, changed)
  return { ...card, replies: [...again, ...notes, ...card.replies], writes }
}

async function goBack(work: Work, step: StepName, data: Data, campaign: Campaign | undefined): Promise<Decision> {
  if (!campaign) return home(work)
  const own = OWNER[step]
  const kept: Data = { id: campaign.id, ...(data.editing ? { editing: true } : {}) }
  if (own) return ask(work, own, kept, { campaign })
  // A day without its hour is taken back first.
  if (step === 'when' && data.day) return ask(work, 'when', kept, { campaign })
  const steps = stepsOf(campaign)
  const before = steps[steps.indexOf(step) - 1]
  return data.editing || !before || step === 'text' ? cardOf(work, campaign) : ask(work, before, kept, { campaign })
}

function leave(campaign: Campaign | undefined): Decision {
  if (!campaign) return { replies: [{ text: say('left'), buttons: [HOME] }] }
  return { replies: [{ text: say('left_draft'), buttons: [open(campaign.id), HOME] }] }
}

/** Steps that belong to the question before them. */
const OWNER: Partial<Record<StepName, StepName>> = { item: 'link', time: 'when' }

const stepsOf = ({ content }: Campaign) => (content.source === 'text' ? FOR_TEXT : FOR_RULE)

function stepAfter(step: StepName, campaign: Campaign): StepName | undefined {
  const steps = stepsOf(campaign)
  return steps[steps.indexOf(OWNER[step] ?? step) + 1]
}

function writableUnits({ desk: { actor } }: Work): string[] {
  const paths = scopeOf(actor, 'campaign.write')
  return [...new Set(actor.grants.filter(({ path }) => paths.includes(path)).map(({ unitId }) => unitId))]
}
