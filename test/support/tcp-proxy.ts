import { connect, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type SecureContextOptions } from 'node:tls'

/**
 * - `refused`: nobody listens
 * - `reset`: every connection is, at once
 * - `silent`: whatever comes is swallowed, on new connections and on those that are there, which never come back
 * - `trickle`: one byte of an answer per second
 * - `cut`: the connection ends in the middle of an answer
 */
export type TcpFault = 'refused' | 'reset' | 'silent' | 'trickle' | 'cut'

export interface TcpProxy extends AsyncDisposable {
  readonly port: number
  /** Connections so far. */
  readonly connections: number
  /** From now on; those that are there meet it too. Nothing passes again on one that has met it. */
  misbehave(fault: TcpFault | undefined): Promise<void>
  /** What is there falls silent without a word, as when an address moves or a NAT forgets; new connections work. */
  strand(): void
  /** With `tls`: another certificate, and new connections for all. */
  present(certificate: SecureContextOptions): void
}

/** A server that passes bytes on to a real one, until it is told otherwise. With `tls` it speaks that, and the other does not. */
export async function startTcpProxy(target: string, tls?: SecureContextOptions): Promise<TcpProxy> {
  const { hostname, port: targetPort } = new URL(target)
  const links = new Set<Link>()
  let fault: TcpFault | undefined
  let connections = 0

  const accept = (near: Socket) => {
    connections += 1
    const link = openLink(near, connect({ host: hostname, port: Number(targetPort) }))
    links.add(link)
    near.once('close', () => links.delete(link))
    if (fault !== undefined) link.meet(fault)
  }
  const server =
    tls === undefined
      ? createServer(accept)
      : createTlsServer(tls, accept).on('tlsClientError', () => undefined)
  const port = await listen(server, 0)

  return {
    port,
    get connections() {
      return connections
    },
    async misbehave(next) {
      const was = fault
      fault = next
      for (const link of links) if (next !== undefined) link.meet(next)
      if (next === 'refused') await closeServer(server)
      if (was === 'refused') await listen(server, port)
    },
    strand() {
      for (const link of links) link.meet('silent')
    },
    present(certificate) {
      if ('setSecureContext' in server) server.setSecureContext(certificate)
      for (const link of links) link.meet('reset')
    },
    async [Symbol.asyncDispose]() {
      for (const link of links) link.meet('reset')
      if (server.listening) await closeServer(server)
    },
  }
}

interface Link {
  meet(fault: TcpFault): void
}

/** Bytes both ways, until it meets a fault. */
function openLink(near: Socket, far: Socket): Link {
  let forward = (chunk: Buffer): unknown => near.write(chunk)
  const end = () => {
    near.destroy()
    far.destroy()
  }
  for (const socket of [near, far]) socket.on('error', end)
  near.on('data', chunk => far.write(chunk))
  far.on('data', chunk => forward(chunk))
  near.on('close', end)
  far.on('close', () => near.end())

  const meetings: Record<TcpFault, () => void> = {
    refused: end,
    reset() {
      // TLS has no reset of its own.
      if ('encrypted' in near) near.destroy()
      else near.resetAndDestroy()
      far.destroy()
    },
    silent() {
      near.removeAllListeners('data').resume()
      forward = () => undefined
      far.removeAllListeners('close').destroy()
    },
    trickle() {
      const rest: number[] = []
      forward = chunk => rest.push(...chunk)
      const timer = setInterval(() => {
        const byte = rest.shift()
        if (byte !== undefined) near.write(Uint8Array.of(byte))
      }, 1_000)
      near.once('close', () => clearInterval(timer))
    },
    cut() {
      forward = chunk => near.write(chunk.subarray(0, chunk.length - 10), end)
    },
  }
  return { meet: fault => meetings[fault]() }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise(resolve => server.close(() => resolve()))
}
