/**
 * Tình trạng kênh: is the key taken, where does the platform deliver, what waits. It shows what was heard last; no
 * platform is asked while somebody looks.
 */
import { aboutOf } from '../../db/audience.ts'
import { type ChannelHealth, listHealth, QUEUE_MOST } from '../../db/health.ts'
import { whenVi } from '../time.ts'
import { numberVi, partNameOf } from './figure-cells.tsx'
import { Badge, Card, Pairs, type Tone } from './kit/card.tsx'
import { Empty } from './kit/list.tsx'
import type { Page, Visit } from './page.ts'

export const health: readonly Page[] = [{ method: 'get', path: '/health', act: 'channel.read', handle: show }]

async function show(visit: Visit): Promise<Response> {
  const { t } = visit
  const channels = await healthOf(visit)
  return visit.show(
    { title: t('console.nav_health'), help: 'health' },
    channels.length === 0 ? (
      <Empty title={t('console_today.no_channels')} text={t('console_today.no_channels_text')} />
    ) : (
      channels.map((one) => <Channel visit={visit} one={one} />)
    ),
  )
}

/** The channels of this deployment; the web chat is one of them. */
export function healthOf({ desk, parts }: Visit): Promise<ChannelHealth[]> {
  return listHealth(
    desk.db,
    parts.channels.map(({ name }) => name),
    desk.now,
  )
}

function Channel({ visit, one }: { visit: Visit; one: ChannelHealth }) {
  const { t } = visit
  const { asked, held, replies, oldest, pushes, sent, failed } = one
  const waiting = replies > QUEUE_MOST ? t('console_today.more_than', { n: numberVi(QUEUE_MOST) }) : numberVi(replies)
  const people = aboutOf(pushes)
  return (
    <Card title={partNameOf(visit, 'channel', one.channel, null)} actions={<Whole visit={visit} one={one} />}>
      <Pairs
        pairs={[
          ...(asked
            ? ([
                [
                  t('console_today.key'),
                  <Badge tone={asked.token ? 'good' : 'bad'} label={t(asked.token ? 'console_today.key_ok' : 'console_today.key_bad')} />,
                ],
                [
                  t('console_today.webhook'),
                  <>
                    <Badge tone={WEBHOOK_TONES[asked.webhook]} label={t(`console_today.webhook_${asked.webhook}`)} />
                    {asked.waiting ? ` ${t('console_today.at_platform', { n: numberVi(asked.waiting) })}` : ''}
                  </>,
                ],
                ...(asked.trouble ? [[t('console_today.trouble'), <code>{asked.trouble}</code>] as const] : []),
                [t('console_today.asked'), whenVi(asked.at)],
              ] as const)
            : one.channel === 'web'
              ? []
              : ([[t('console_today.asked'), t('console_today.never_asked')]] as const)),
          ...(held ? ([[t('console_today.held'), t('console_today.held_until', { at: whenVi(held.until) })]] as const) : []),
          [
            t('console_today.replies'),
            oldest && replies > 0 ? t('console_today.replies_since', { n: waiting, at: whenVi(oldest) }) : waiting,
          ],
          [t('console_today.pushes'), people === null ? t('console_today.few') : numberVi(people)],
          [t('console_today.today_sent'), t('console_today.sent_failed', { sent: numberVi(sent), failed: numberVi(failed) })],
        ]}
      />
    </Card>
  )
}

const WEBHOOK_TONES: Record<NonNullable<ChannelHealth['asked']>['webhook'], Tone> = {
  ok: 'good',
  polled: 'good',
  by_hand: 'plain',
  missing: 'bad',
  elsewhere: 'bad',
  unknown: 'waiting',
}

/** One word for a channel. */
export function Whole({ visit: { t, desk }, one }: { visit: Pick<Visit, 't' | 'desk'>; one: ChannelHealth }) {
  const state = stateOf(one, desk.now)
  return <Badge tone={state === 'well' ? 'good' : state === 'bad' ? 'bad' : 'waiting'} label={t(`console_today.state_${state}`)} />
}

/** A reply that waits so long is late. */
const LATE_MS = 5 * 60 * 1000

export function stateOf({ channel, asked, held, oldest }: ChannelHealth, now: Date): 'well' | 'waits' | 'bad' | 'unknown' {
  if (asked && (!asked.token || asked.webhook === 'missing' || asked.webhook === 'elsewhere')) return 'bad'
  if (held || (oldest && now.getTime() - oldest.getTime() > LATE_MS)) return 'waits'
  return asked || channel === 'web' ? 'well' : 'unknown'
}
