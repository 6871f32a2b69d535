/**
 * The proof of filing for a person who called, wrote or came: they have no chat to ask in, so the officer who typed their
 * report in prints it. The sheet has no name, no state and nothing of what was told; that it was opened is recorded.
 */
import { recordCaseAct } from '../../../db/case-change.ts'
import { openCaseOf } from '../../../db/case-desk.ts'
import { proofOf } from '../../../db/filing-proofs.ts'
import { findUnit } from '../../../db/units.ts'
import { AppError } from '../../errors.ts'
import { Sheet } from '../../pages/filing-proof.tsx'
import { qrSvg } from '../../qr.ts'
import { dayOf } from '../../time.ts'
import { Card } from '../kit/card.tsx'
import type { Page, Visit } from '../page.ts'
import type { CaseSection } from './section.ts'

export const filingProof: readonly Page[] = [{ method: 'get', path: '/cases/:id/filing-proof', act: 'case.work', handle: print }]

export const filingProofSection: CaseSection = async ({ t }, { id, source }) => {
  if (source === 'assistant') return null
  return (
    <Card title={t('filing_proof.desk_title')}>
      <p>{t('filing_proof.desk_text')}</p>
      <a class="btn" href={`/console/cases/${id}/filing-proof`} target="_blank" rel="noopener">
        {t('filing_proof.desk_print')}
      </a>
    </Card>
  )
}

async function print(visit: Visit): Promise<Response> {
  const { c, desk, t, parts, locale } = visit
  const { db, now } = desk
  const open = await openCaseOf(desk, visit.param('id'), 'case.work')
  // Whoever filed through the assistant gets it there, by their receipt: no officer carries their paper.
  if (open.source === 'assistant') throw new AppError('not_found', 'case.gone')
  const unit = open.unitId === null ? undefined : await findUnit(db, open.unitId, dayOf(now))
  const proof = await proofOf(desk, { number: open.number, kind: open.kind, unitId: open.unitId, unitName: unit?.name ?? null })
  await db.write([...proof.writes, recordCaseAct(desk.actor, open, 'case.print_proof', now)])
  const link = parts.publicUrl ? `${parts.publicUrl}/xac-nhan/${proof.number}/${proof.code}` : undefined
  const pairs = [
    [t('filing_proof.page_number'), proof.number],
    [t('filing_proof.sheet_month'), proof.month],
    [t('filing_proof.sheet_kind'), t(`case.kind_${proof.kind}`)],
    [t('filing_proof.sheet_unit'), proof.unitName ?? parts.about().unitName],
    [t('filing_proof.page_code'), proof.code],
  ] as const
  c.header('cache-control', 'no-store')
  return c.html(
    `<!doctype html>${(
      <Sheet locale={locale} title={t('filing_proof.sheet_title')}>
        <h1>{t('filing_proof.sheet_title')}</h1>
        <dl>
          {pairs.map(([name, value]) => (
            <>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </>
          ))}
        </dl>
        {link ? (
          <>
            <p>{t('filing_proof.sheet_check', { link })}</p>
            <img src={`data:image/svg+xml;base64,${btoa(await qrSvg(link))}`} alt={t('filing_proof.sheet_qr')} width="160" height="160" />
          </>
        ) : null}
        <p class="by">{t('filing_proof.sheet_means')}</p>
        <p class="screen">{t('filing_proof.page_print')}</p>
      </Sheet>
    )}`,
  )
}
