import { ProviderError } from '../../src/core/errors.ts'
import type { Clock, Provider } from '../../src/core/ports.ts'
import type { Secret } from '../../src/core/secret.ts'
import { createSlots } from '../../src/platform/http-slots.ts'

/** One backend for the whole fleet. */
export interface Server {
  up: boolean
  isUnlimited: boolean
  /** Requests of every second, answered or not. */
  readonly perSecond: number[]
  refused: number
  /** Lets the secret that all agents share have another version. */
  rotateShared(): void
  /** One agent's way to it: logs in once, and has at most ten requests under way, as the real providers. */
  connect(agent: number): Provider
}

export interface ServerSettings {
  readonly clock: Clock
  readonly random: () => number
  /** Answered in a second; beyond that it is 429. */
  readonly limitPerSecond: number
  readonly retryAfterMs: number
  readonly sharedPath: string
}

const latencyMs = { min: 2, max: 8 }
const maxConnections = 10

export function createServer(settings: ServerSettings): Server {
  const { clock, random, limitPerSecond, retryAfterMs, sharedPath } = settings
  const answers = new Map<string, Secret>()
  let sharedVersion = 1
  let second = -1
  let answered = 0

  const server: Server = {
    up: true,
    isUnlimited: false,
    perSecond: [],
    refused: 0,
    rotateShared() {
      sharedVersion += 1
    },
    connect(agent) {
      const slots = createSlots(maxConnections)
      let session: Promise<void> | undefined
      const logIn = (signal: AbortSignal) => {
        session ??= ask(signal).catch((error: unknown) => {
          session = undefined
          throw error
        })
        return session
      }
      return {
        name: 'vault',
        async fetch(reference, signal) {
          await logIn(signal)
          const release = await slots.take(signal)
          try {
            await ask(signal)
          } finally {
            release()
          }
          return secretOf(
            reference.path === sharedPath ? `shared-${sharedVersion}` : `${agent}-${reference.path}`,
          )
        },
        close: async () => undefined,
      }
    },
  }

  async function ask(signal: AbortSignal): Promise<void> {
    const now = Math.floor(clock.now() / 1_000)
    server.perSecond[now] = (server.perSecond[now] ?? 0) + 1
    await clock.sleep(latencyMs.min + random() * (latencyMs.max - latencyMs.min), signal)
    if (!server.up) throw new ProviderError('unavailable', 'the server is down')
    const at = Math.floor(clock.now() / 1_000)
    if (at !== second) {
      second = at
      answered = 0
    }
    answered += 1
    if (answered <= limitPerSecond || server.isUnlimited) return
    server.refused += 1
    throw new ProviderError('throttled', 'the server asks for patience', { retryAfterMs })
  }

  function secretOf(version: string): Secret {
    const known = answers.get(version)
    if (known !== undefined) return known
    const secret: Secret = { fields: new Map([['value', { content: version, value: version }]]), version }
    if (version.startsWith('shared')) answers.set(version, secret)
    return secret
  }

  return server
}
