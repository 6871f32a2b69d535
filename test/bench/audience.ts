/**
 * A million people: from the approval to the last row of the ledger, what a message costs among them against ten thousand,
 * and what Telegram's paid rate costs in processor time.
 */
import { type Figure, figure } from './figures.ts'
import { measured, type Ours, startOurs } from './ours.ts'
import { resetCounts, startPlatform } from './platform.ts'

const MILLION = 1_000_000
const FEW = 10_000
/** Messages a second that Telegram lets a paying bot send; a broadcast takes four fifths of a channel's rate. */
const PAID = 1_000
const PAID_PEOPLE = 20_000

export async function audienceFigures(say: (line: string) => void): Promise<Figure[]> {
  const platform = await startPlatform(1)
  try {
    const large = await startOurs(platform.url)
    let figures: Figure[]
    try {
      await large.fill(MILLION)
      const frozen = await large.freeze()
      const rss = large.server.memoryMb()
      say(
        `a million rows in ${frozen.seconds.toFixed(2)} s, the loop held for ${Math.round(frozen.blockedMs)} ms at most, ${Math.round(rss)} MB`,
      )
      figures = [
        figure('audience_1m_seconds', frozen.seconds, '<5', { blockedMs: Math.round(frozen.blockedMs) }),
        figure('audience_1m_blocked_ms', frozen.blockedMs, '<50'),
        figure('audience_1m_memory_mb', rss, '<300'),
        await growth(large, platform.url, say),
      ]
    } finally {
      await large.stop()
    }
    return [...figures, await paidFigure(platform.url, say)]
  } finally {
    await platform.stop()
  }
}

/** Processor time, because a platform on the same machine decides how long a message takes. */
async function growth(large: Ours, platformRoot: string, say: (line: string) => void): Promise<Figure> {
  const small = await startOurs(platformRoot)
  try {
    await small.fill(FEW)
    const costs: number[] = []
    for (let round = 0; round < 3; round++) {
      await small.freeze()
      costs.push((await measured(small, FEW)).processorMicroseconds)
    }
    // The first one warms up.
    const atFew = Math.min(...costs.slice(1))
    await resetCounts(platformRoot)
    const atMillion = (await measured(large, MILLION)).processorMicroseconds
    say(`a message costs ${atFew.toFixed(1)} µs among ${FEW}, ${atMillion.toFixed(1)} µs among ${MILLION}`)
    return figure('message_growth_1m', atMillion / atFew, '<=1.2', {
      microsecondsAt10k: Math.round(atFew),
      microsecondsAt1m: Math.round(atMillion),
    })
  } finally {
    await small.stop()
  }
}

async function paidFigure(platformRoot: string, say: (line: string) => void): Promise<Figure> {
  const ours = await startOurs(platformRoot, PAID / 0.8)
  try {
    await ours.fill(PAID_PEOPLE)
    await ours.freeze()
    const { messagesPerSecond, processorMicroseconds } = await measured(ours, PAID_PEOPLE)
    const core = (processorMicroseconds * PAID) / 1e6
    say(`paid rate: ${Math.round(messagesPerSecond)} messages/s, ${core.toFixed(3)} of a core at ${PAID}`)
    return figure('paid_rate_core', core, '<0.5', { messagesPerSecond: Math.round(messagesPerSecond) })
  } finally {
    await ours.stop()
  }
}
