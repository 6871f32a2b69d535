/**
 * One hand-over (F33): what the paper says, the files to print and send, and the steps an officer writes down: it left the
 * house, it was answered, it came back. Files are made after a proof, each download stands in the audit log.
 */

import * as z from 'zod'
import { type CaseRow, openCaseOf, readCase, requireCase } from '../../../db/case-desk.ts'
import { useHand } from '../../../db/hand.ts'
import { answerHandOver, listOutcomes, recordDownload, returnHandOver, sendHandOver } from '../../../db/hand-over-acts.ts'
import { dropHandOver, HAND_OVER_WAYS, type HandOver, listHandOvers, requireHandOver } from '../../../db/hand-overs.ts'
import { findHolidays } from '../../../db/holidays.ts'
import { stillActing } from '../../../db/rights.ts'
import { paperOf } from '../../paper.ts'
import { cleanText } from '../../text.ts'
import { dayOf } from '../../time.ts'
import { attempt, dayField } from '../attempt.ts'
import { Card } from '../kit/card.tsx'
import { Button, Form } from '../kit/form.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'
import { sayVi } from './hand-over-form.tsx'
import { AnswerForm, Facts, ReturnForm, SendForm } from './hand-over-steps.tsx'
import { DOCX_TYPE, findPacketPhotos, makePacket, type PacketPhoto } from './packet-files.ts'
import { crumbsOf } from './words.tsx'

const ref = z.string().overwrite(cleanText).max(120).default('')
const said = z.string().overwrite(cleanText).min(5).max(2_000)
const sendSchema = z.object({ day: dayField, how: z.enum(HAND_OVER_WAYS), ref })
const answerSchema = z.object({
  day: dayField,
  ref,
  text: said,
  outcome: z.string().regex(/^[A-Za-z0-9_-]{1,40}$/),
  wait: z.literal('on').optional(),
})
const returnSchema = z.object({ day: dayField, ref, text: said })
const fileSchema = z.object({ file: z.enum(['paper', 'packet']) })

const path = '/cases/:id/hand-over/:over'
export const handOverPages: readonly Page[] = [
  { method: 'get', path, act: 'case.work', handle: (visit) => show(visit) },
  { method: 'post', path: `${path}/drop`, act: 'case.work', handle: drop },
  { method: 'post', path: `${path}/send`, act: 'case.work', handle: send },
  { method: 'post', path: `${path}/answer`, act: 'case.work', handle: answer },
  { method: 'post', path: `${path}/return`, act: 'case.work', handle: giveBack },
  { method: 'get', path: `${path}/file`, act: 'case.work', strong: true, handle: (visit) => askFile(visit) },
  { method: 'post', path: `${path}/file`, act: 'case.work', strong: true, handle: giveFile },
]

const at = (open: CaseRow, { id }: HandOver) => `/cases/${open.id}/hand-over/${id}`

async function found(visit: Visit): Promise<{ open: CaseRow; handOver: HandOver }> {
  const open = await openCaseOf(visit.desk, visit.param('id'), 'case.work')
  return { open, handOver: await requireHandOver(visit.desk, open, visit.param('over')) }
}

type Failed = { step: 'send' | 'answer' | 'return'; typed: Typed; wrong: Wrong }

async function show(visit: Visit, failed?: Failed): Promise<Response> {
  const { t, desk } = visit
  // The paper says what was reported: that somebody looked is recorded.
  const open = await readCase(desk, visit.param('id'))
  const handOver = await requireHandOver(desk, open, visit.param('over'))
  const { state } = handOver
  const [outcomes, all, photos] = await Promise.all([
    listOutcomes(desk.db),
    listHandOvers(desk.db, open.id),
    findPacketPhotos(visit, open.id),
  ])
  const others = all.some((one) => one.state === 'sent' && one.id !== handOver.id)
  const of = (step: Failed['step']) => ({ visit, action: `${at(open, handOver)}/${step}`, ...(failed?.step === step ? failed : {}) })
  const draft = state === 'draft'
  return visit.show(
    {
      title: t('console_hand_overs.one', { name: handOver.authorityName }),
      help: 'hand_overs',
      crumbs: crumbsOf(visit, open),
      actions: draft ? (
        <a class="btn" href={`/console${at(open, handOver)}/edit`}>
          {t('console_hand_overs.edit')}
        </a>
      ) : null,
    },
    <>
      <Facts visit={visit} handOver={handOver} outcomes={outcomes} holidays={await findHolidays(desk.db, desk.now)} />
      {draft ? <SendForm {...of('send')} today={dayOf(desk.now)} /> : null}
      {state === 'sent' ? <AnswerForm {...of('answer')} today={dayOf(desk.now)} outcomes={outcomes} others={others} /> : null}
      {state === 'sent' ? <ReturnForm {...of('return')} today={dayOf(desk.now)} /> : null}
      <Text visit={visit} open={open} handOver={handOver} photos={photos} />
      {draft ? (
        <details>
          <summary class="btn btn-ghost-secondary">{t('console_hand_overs.drop')}</summary>
          <Form visit={visit} action={`${at(open, handOver)}/drop`} class="mt-2">
            <p>{t('console_hand_overs.drop_sure')}</p>
            <Button kind="danger" label={t('console_hand_overs.drop')} />
          </Form>
        </details>
      ) : null}
    </>,
    failed ? 400 : 200,
  )
}

/** The paper's own words, as they would be printed now. */
function Text({ visit, open, handOver, photos }: { visit: Visit; open: CaseRow; handOver: HandOver; photos: readonly PacketPhoto[] }) {
  const { t, parts } = visit
  const { authorityName, dueDay, box } = handOver
  const paper = paperOf(box.paper, { number: open.number, authorityName, dueDay, style: box.style }, photos, sayVi(visit))
  return (
    <Card
      title={t('console_hand_overs.text')}
      actions={
        parts.papers ? (
          <a class="btn" href={`/console${at(open, handOver)}/file`}>
            {t('console_hand_overs.download')}
          </a>
        ) : null
      }
    >
      <p class="mb-1">{[paper.superior, paper.issuer].filter(Boolean).join(' · ')}</p>
      <p class="mb-1 text-secondary">
        {paper.number} · {paper.date}
      </p>
      <h3 class="h4 mb-1">{paper.title}</h3>
      <p class="mb-2">
        <strong>{paper.subject}</strong>
      </p>
      <p class="mb-2">{paper.to}</p>
      <p class="said">{paper.body.join('\n')}</p>
      <p class="said mb-0">{paper.signer.join('\n')}</p>
      {parts.papers ? null : <p class="form-hint mt-3 mb-0">{t('console_hand_overs.no_files')}</p>}
    </Card>
  )
}

async function drop(visit: Visit): Promise<Response> {
  const { open, handOver } = await found(visit)
  await visit.desk.db.write(dropHandOver(visit.desk, open, handOver))
  return visit.go(`/cases/${open.id}`, 'console_hand_overs.said_dropped')
}

async function send(visit: Visit): Promise<Response> {
  const { desk } = visit
  const posted = visit.read(sendSchema)
  if (!posted.ok) return show(visit, { step: 'send', ...posted })
  const { open, handOver } = await found(visit)
  const done = await attempt('day', async () => desk.db.write(await sendHandOver(desk, open, handOver, posted.data)))
  if ('wrong' in done) return show(visit, { step: 'send', typed: posted.typed, wrong: done.wrong })
  return visit.go(at(open, handOver), 'console_hand_overs.said_sent')
}

async function answer(visit: Visit): Promise<Response> {
  const { desk } = visit
  const posted = visit.read(answerSchema)
  if (!posted.ok) return show(visit, { step: 'answer', ...posted })
  const { open, handOver } = await found(visit)
  const { outcome: outcomeId, wait, ...given } = posted.data
  const done = await attempt('day', async () =>
    desk.db.write(await answerHandOver(desk, open, handOver, { ...given, outcomeId, wait: wait !== undefined })),
  )
  if ('wrong' in done) return show(visit, { step: 'answer', typed: posted.typed, wrong: done.wrong })
  return visit.go(at(open, handOver), 'console_hand_overs.said_answered')
}

async function giveBack(visit: Visit): Promise<Response> {
  const { desk } = visit
  const posted = visit.read(returnSchema)
  if (!posted.ok) return show(visit, { step: 'return', ...posted })
  const { open, handOver } = await found(visit)
  const done = await attempt('day', async () => desk.db.write(await returnHandOver(desk, open, handOver, posted.data)))
  if ('wrong' in done) return show(visit, { step: 'return', typed: posted.typed, wrong: done.wrong })
  return visit.go(at(open, handOver), 'console_hand_overs.said_returned')
}

async function askFile(visit: Visit): Promise<Response> {
  const { t, parts } = visit
  const { open, handOver } = await found(visit)
  const photos = await findPacketPhotos(visit, open.id)
  const action = `${at(open, handOver)}/file`
  return visit.show(
    {
      title: t('console_hand_overs.download'),
      help: 'hand_overs',
      crumbs: [...crumbsOf(visit, open), { href: `/console${at(open, handOver)}`, label: handOver.authorityName }],
    },
    <Card>
      {parts.papers ? (
        <>
          <p>{t(photos.length === 0 ? 'console_hand_overs.files_no_photos' : 'console_hand_overs.files', { n: photos.length })}</p>
          <p>{t('console_hand_overs.files_kept')}</p>
          <Form visit={visit} action={action} class="btn-list">
            <Button label={t('console_hand_overs.file_packet')} name="file" value="packet" />
            <Button kind="outline" label={t('console_hand_overs.file_paper')} name="file" value="paper" />
          </Form>
        </>
      ) : (
        <p class="mb-0">{t('console_hand_overs.no_files')}</p>
      )}
    </Card>,
  )
}

async function giveFile(visit: Visit): Promise<Response> {
  const { desk, parts } = visit
  const { open, handOver } = await found(visit)
  const posted = visit.read(fileSchema)
  if (!posted.ok || !parts.papers) return askFile(visit)
  const photos = await findPacketPhotos(visit, open.id)
  const packet = await makePacket(parts.papers, open, handOver, photos, sayVi(visit))
  const { file } = posted.data
  // Who works on the case may have changed while the files were made.
  await requireCase(desk, open.id, 'case.work')
  const hand = await useHand(desk.db, desk.keys, desk.actor.officerId, visit.hand, desk.now)
  const detail = { list: file, sum: packet.sum.slice(0, 16), photos: photos.length }
  await desk.db.write([...stillActing(desk.actor), ...hand, recordDownload(desk, open, handOver, detail)])
  return new Response(file === 'paper' ? new Uint8Array(packet.paper) : packet.zip(), {
    headers: {
      'content-type': file === 'paper' ? DOCX_TYPE : 'application/zip',
      'content-disposition': `attachment; filename="${open.number}-${file === 'paper' ? 'phieu-chuyen.docx' : 'ho-so.zip'}"`,
    },
  })
}
