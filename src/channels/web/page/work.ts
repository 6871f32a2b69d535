/**
 * The work a browser does for a report: begun in a thread of its own as soon as one is being told, sent along with the
 * answer that files it. A new one is computed for each.
 */
import type { Challenge, Solution } from 'altcha-lib'
import type { Line } from '../line.ts'

type Work = { challenge: Challenge; solution: Pick<Solution, 'counter' | 'derivedKey'> }

/** Well within the hour that the server takes it for. */
const FRESH_MS = 30 * 60 * 1000
/** `report:pick:link.send-k7qp`: a step of a report, and its last. */
const STEP = /^report:pick:/
const LAST = /^report:pick:\w+\.send-/

export function createWork() {
  let ready: Promise<Work | undefined> | undefined
  let begun = 0
  let last = false

  const prepare = () => {
    if (ready && Date.now() - begun < FRESH_MS) return
    begun = Date.now()
    ready = compute().catch(() => undefined)
  }

  return {
    /** A line of the talk, oldest first: which step a report is at. */
    heard({ from, buttons }: Line): void {
      if (from !== 'bot' || buttons.length === 0) return
      const payloads = buttons.map((one) => ('payload' in one ? one.payload : ''))
      last = payloads.some((one) => LAST.test(one))
      if (payloads.some((one) => STEP.test(one))) prepare()
    },
    /** May this message file a report? */
    isDue: (payload: string): boolean => LAST.test(payload) || (payload === '' && last),
    async take(): Promise<{ work?: Work }> {
      prepare()
      const work = await ready
      ready = undefined
      return work ? { work } : {}
    },
  }
}

async function compute(): Promise<Work | undefined> {
  const response = await fetch('/chat/work')
  if (!response.ok) return undefined
  const challenge: Challenge = await response.json()
  const solution = await solved(challenge)
  return solution ? { challenge, solution: { counter: solution.counter, derivedKey: solution.derivedKey } } : undefined
}

function solved(challenge: Challenge): Promise<Solution | null> {
  return new Promise((done, failed) => {
    const thread = new Worker(document.body.dataset.solver ?? '')
    thread.onmessage = ({ data }) => {
      thread.terminate()
      done(data)
    }
    thread.onerror = () => {
      thread.terminate()
      failed(new Error('no thread'))
    }
    thread.postMessage(challenge)
  })
}
