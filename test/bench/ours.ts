/**
 * One turn of our own broadcast engine: a fresh process of its own, pinned to core 0 as the peer's is, drains to the
 * platform that takes everything.
 */

/** Processor time is the sending process's, per message. */
export type Drain = { messagesPerSecond: number; processorMicroseconds: number; rssMb: number }

export async function runOurs(_options: { people: number; platformRoot: string }): Promise<Drain> {
  throw new Error('not there yet')
}
