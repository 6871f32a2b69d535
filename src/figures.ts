/**
 * The nightly job of figures (F59): counts what is over, publishes what may be shown of it, lets go of the exact numbers.
 * It goes in small steps and notes each in the same commit, so that a process killed anywhere is taken up where it was,
 * by whoever runs next.
 */
import { conflictOf } from '../db/client.ts'
import { casesStep } from '../db/figure-cases.ts'
import {
  dropCounted,
  type FigureMonth,
  listEndedMonths,
  monthAfter,
  moveMonth,
  openMonth,
  reachStep,
  runsStep,
} from '../db/figure-counts.ts'
import { publishCells, publishedOf } from '../db/figure-publish.ts'
import type { Db } from './chat.ts'
import type { Log } from './log.ts'
import { monthOf } from './time.ts'

export type Figures = {
  /** Each minute: from when on this month is counted. */
  open(at: Date): Promise<void>
  /** Each night: publishes the months that are over. */
  publish(at: Date): Promise<void>
}

export function createFigures({ db, log }: { db: Db; log: Log }): Figures {
  let opened = ''
  return {
    async open(at) {
      if (monthOf(at) === opened) return
      await db.write([openMonth(at)])
      opened = monthOf(at)
    },
    async publish(at) {
      for (const month of await listEndedMonths(db, at)) {
        try {
          await publishMonth(db, month, at)
          log('info', 'figures.published', { month: month.month })
        } catch (error) {
          // Another process has made this very step.
          if (!conflictOf(error)) throw error
        }
      }
    },
  }
}

async function publishMonth(db: Db, ended: FigureMonth, at: Date): Promise<void> {
  for (let month = ended; month.stage !== 'done'; await breathe()) month = await step(db, month, at)
}

async function step(db: Db, month: FigureMonth, at: Date): Promise<FigureMonth> {
  switch (month.stage) {
    case 'open':
      // How many people there were is known only of the month that has just ended.
      return move(db, month, monthAfter(month.month) === monthOf(at) ? 'reach' : 'runs')
    case 'reach':
      return reachStep(db, month)
    case 'runs':
      return runsStep(db, month)
    case 'cases':
      return casesStep(db, month)
    case 'publish': {
      for (const statement of publishCells(month.month, await publishedOf(db, month.month))) {
        await db.write([statement])
        await breathe()
      }
      return move(db, month, 'drop')
    }
    default: {
      const [gone] = await db.write([dropCounted(month.month)])
      return gone?.length ? month : move(db, month, 'done')
    }
  }
}

async function move(db: Db, month: FigureMonth, stage: FigureMonth['stage']): Promise<FigureMonth> {
  await db.write(moveMonth(month, { stage, cursor: '' }))
  return { ...month, stage, cursor: '' }
}

/** Lets waiting messages be answered between two steps: the file driver is synchronous under its promises. */
const breathe = () => new Promise((resume) => setTimeout(resume, 0))
