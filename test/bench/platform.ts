/**
 * The platform without a limit (servers/open-platform.ts) as the bench sees it: started, set to zero, asked what it took.
 */
import { freePort, type Server, startServer } from './server.ts'

/** `twice`: chats with more than one message. */
export type Counts = { taken: number; distinct: number; twice: number }

const PROGRAM = new URL('servers/open-platform.ts', import.meta.url).pathname

export async function startPlatform(core: number): Promise<Server> {
  return startServer(['--import', 'tsx', PROGRAM], {}, await freePort(), core)
}

export async function resetCounts(platformRoot: string): Promise<void> {
  await fetch(`${platformRoot}/reset`, { method: 'POST' })
}

export async function readCounts(platformRoot: string): Promise<Counts> {
  return (await (await fetch(`${platformRoot}/counts`)).json()) as Counts
}
