import type { ResolvedConfiguration } from '../../config/resolved.ts'
import { formatDuration } from '../../core/duration.ts'
import { ConfigurationError, messageOf, ProviderError } from '../../core/errors.ts'
import type { Provider } from '../../core/ports.ts'
import { type Reference, secretKey } from '../../core/reference.ts'
import type { Lease, Secret } from '../../core/secret.ts'
import { createClock } from '../../platform/clock.ts'
import { createLogger } from '../../platform/logger.ts'
import { openProviders } from '../compose-agent.ts'
import type { ProgramContext } from '../context.ts'
import { harden } from '../harden.ts'
import { palette } from '../terminal.ts'
import type { SecretSource } from './preview-outputs.ts'

/**
 * The secrets as the configured providers have them now. Each is read once, however often is rendered. Disposing of it ends
 * the sessions and the leases that were taken, and names on the terminal what goes on living.
 */
export interface LiveSource extends AsyncDisposable {
  /** @throws ConfigurationError where asking would use up what the agent needs */
  of(configuration: ResolvedConfiguration): SecretSource
}

const endTimeoutMs = 10_000

export function createLiveSource(context: ProgramContext): LiveSource {
  harden(context)
  const { terminal } = context
  const journal = createLogger({
    level: 'warn',
    format: 'pretty',
    write: terminal.error,
    colour: terminal.colour,
  })
  const ends = { clock: createClock(), random: Math.random, journal }
  const open = new Map<string, Provider>()
  /** Of each provider, which other settings make another one. */
  const known = new Map<Provider, Map<string, Secret | null>>()

  function sourceOf(configuration: ResolvedConfiguration): SecretSource {
    const settings = { providers: configuration.providers.map(withoutTrace) }
    const failures = new Map<string, Error>()
    let providers: ReadonlyMap<string, Provider> = new Map()
    const secretsOf = ({ provider: name }: Reference) => {
      const provider = providers.get(name)
      return provider && known.get(provider)
    }

    async function obtainOne(reference: Reference, signal: AbortSignal): Promise<void> {
      const key = secretKey(reference)
      const provider = providers.get(reference.provider)
      const secrets = secretsOf(reference)
      if (provider === undefined || secrets === undefined || secrets.has(key)) return
      try {
        secrets.set(key, await provider.fetch(reference, signal))
      } catch (error) {
        if (isAbsent(error) && isOptional(key, configuration)) secrets.set(key, null)
        else failures.set(key, error instanceof Error ? error : new Error(messageOf(error)))
      }
    }

    return {
      read: reference => secretsOf(reference)?.get(secretKey(reference)),
      async obtain(references, signal) {
        providers = await openProviders(settings, ends, {
          providers: open,
          remembered: new Map(),
          taken: new Map(),
        })
        for (const provider of providers.values()) {
          if (!known.has(provider)) known.set(provider, new Map())
        }
        await Promise.all(references.map(reference => obtainOne(reference, signal)))
      },
      failureOf: reference =>
        failures.get(secretKey(reference)) ?? new Error(`${secretKey(reference)} was not read`),
    }
  }

  return {
    of: sourceOf,
    async [Symbol.asyncDispose]() {
      const { dim, yellow } = palette(terminal)
      for (const [provider, secrets] of known) {
        const taken = [...secrets].flatMap(([key, secret]) =>
          secret?.lease ? [{ key, lease: secret.lease }] : [],
        )
        const leases = taken.filter(({ lease }) => lease.id !== '')
        const error = await endOf(
          provider,
          leases.map(({ lease }) => lease),
        )
        for (const { key, lease } of taken) {
          const ended = error === undefined && lease.id !== ''
          const rest = `it ends by itself in ${formatDuration(lease.ttlMs)}`
          const text = ended
            ? `the lease of ${key} is revoked`
            : `${key} was made for this and goes on living; ${rest}`
          terminal.error(ended ? dim(`${text}\n`) : `${yellow(text)}\n`)
        }
        if (error !== undefined && leases.length > 0) terminal.error(`  ${dim(messageOf(error))}\n`)
        await provider.close()
      }
    },
  }
}

/** A session of its own that ends with the command. */
function withoutTrace(settings: ResolvedConfiguration['providers'][number]) {
  if (settings.type !== 'vault') return settings
  if (settings.auth.method === 'approle' && settings.auth.wrappedSecretIdFile !== undefined) {
    throw new ConfigurationError(`a login to "${settings.name}" would use up the wrapped secret id`, {
      hint: 'the agent needs it: render with --data, or with a configuration that logs in by other means',
    })
  }
  // The credential is the agent's to take.
  const auth = { ...settings.auth, remove: false }
  return { ...settings, auth, onExit: 'revoke' as const }
}

async function endOf(provider: Provider, leases: readonly Lease[]): Promise<unknown> {
  try {
    await provider.end?.(leases, AbortSignal.timeout(endTimeoutMs))
    return undefined
  } catch (error) {
    return error
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof ProviderError && (error.kind === 'missing' || error.kind === 'forbidden')
}

function isOptional(key: string, { secrets }: ResolvedConfiguration): boolean {
  return secrets.some(({ reference, optional }) => optional && secretKey(reference) === key)
}
