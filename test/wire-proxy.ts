/**
 * A wire that breaks, between a client and a server on this machine: it refuses, swallows what is said, or cuts every
 * connection. Its port stays the same.
 */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

export type Wire = Awaited<ReturnType<typeof wireTo>>

export async function wireTo(target: string) {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let swallows = false
  let server: Server | undefined
  let at = 0

  const open = async () => {
    const next = createServer((client) => {
      sockets.add(client)
      client.on('error', () => {}).on('close', () => sockets.delete(client))
      if (swallows) return void client.resume()
      const far = connect(Number(port), hostname)
      sockets.add(far)
      far.on('error', () => client.destroy()).on('close', () => sockets.delete(far))
      client.on('data', (bytes) => void (swallows || far.write(bytes))).on('end', () => far.end())
      far.on('data', (bytes) => void (swallows || client.write(bytes))).on('end', () => client.end())
    })
    await new Promise<void>((listening) => next.listen(at, '127.0.0.1', listening))
    at = (next.address() as AddressInfo).port
    server = next
  }
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  await open()
  return {
    root: `http://127.0.0.1:${at}`,
    /** Connections stand and nothing comes through, in either direction. */
    swallow(on: boolean) {
      swallows = on
    },
    /** Every connection dies; new ones are taken. */
    cut,
    /** Nothing listens any more. */
    async refuse() {
      const closing = server
      server = undefined
      if (!closing) return
      cut()
      await new Promise((closed) => closing.close(closed))
    },
    /** It listens again. */
    open,
  }
}
