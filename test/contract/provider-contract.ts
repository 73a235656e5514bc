import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FailureKind, ProviderError } from '../../src/core/errors.ts'
import type { Provider } from '../../src/core/ports.ts'
import { parseReference } from '../../src/core/reference.ts'
import { canary } from '../support/canary.ts'

/** One backend, as the suite drives it. What a backend cannot do is absent, with the reason in `cannot`. */
export interface ProviderHarness extends AsyncDisposable {
  readonly provider: Provider
  /** Reference of a secret that is there, with the fields `password` and `port`, a number. */
  readonly reference: string
  /** Writes new content; the version must change. */
  rotate(password: string): Promise<void>
  /** A reference of a secret that does not exist. */
  readonly missing: string
  /** A reference of a secret that the agent may not read. */
  readonly forbidden?: string
  /** Makes the backend misbehave until the harness is disposed; undefined where it cannot. */
  misbehave?(how: Misbehaviour): Promise<void>
  /** Everything that must never be seen in an error, beside the values: tokens, keys. */
  readonly credentials: readonly string[]
}

export type Misbehaviour =
  | 'sealed'
  | 'unavailable'
  | 'throttled'
  | 'silent'
  | 'malformed'
  | 'oversized'
  | 'reset'

const kinds: Readonly<Record<Misbehaviour, FailureKind>> = {
  sealed: 'sealed',
  unavailable: 'unavailable',
  throttled: 'throttled',
  silent: 'unreachable',
  malformed: 'malformed',
  oversized: 'malformed',
  reset: 'unreachable',
}

export interface ContractOptions {
  readonly open: (password: string) => Promise<ProviderHarness>
  /** What this backend does not know, and why. */
  readonly without?: Readonly<Partial<Record<Misbehaviour | 'forbidden', string>>>
}

/** The contract of the port Provider, for each implementation alike. */
export function providerContract(name: string, { open, without = {} }: ContractOptions): void {
  describe(`the contract of a provider: ${name}`, () => {
    let harness: ProviderHarness
    const signal = () => new AbortController().signal
    const fetch = (reference = harness.reference) =>
      harness.provider.fetch(parseReference(reference), signal())

    beforeEach(async () => {
      harness = await open(canary('contract-1'))
    })
    afterEach(async () => {
      await harness[Symbol.asyncDispose]()
    })

    const failure = async (reference?: string): Promise<ProviderError> => {
      const error = await fetch(reference).then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      if (!(error instanceof ProviderError)) throw new Error(`no ProviderError but ${inspect(error)}`)
      expectNothingSecret(error)
      return error
    }

    const expectNothingSecret = (error: Error) => {
      const seen = everythingOf(error)
      for (const secret of [canary('contract'), ...harness.credentials]) expect(seen).not.toContain(secret)
    }

    it('answers named fields, a non-string as its JSON text', async () => {
      const { fields } = await fetch()
      expect(fields.get('password')?.content).toBe(canary('contract-1'))
      expect(fields.get('port')?.content).toBe('5432')
    })

    it('changes the version exactly when the secret rotated', async () => {
      const first = await fetch()
      expect((await fetch()).version).toBe(first.version)
      await harness.rotate(canary('contract-2'))
      const second = await fetch()
      expect(second.version).not.toBe(first.version)
      expect(second.fields.get('password')?.content).toBe(canary('contract-2'))
      expect((await fetch()).version).toBe(second.version)
      expect(second.version).not.toContain(canary('contract'))
    })

    it('answers many at once', async () => {
      const versions = await Promise.all(
        Array.from({ length: 30 }, () => fetch().then(({ version }) => version)),
      )
      expect(new Set(versions).size).toBe(1)
    })

    it('says that a secret is missing', async () => {
      expect(await failure(harness.missing)).toMatchObject({ kind: 'missing', transient: false })
    })

    if (without.forbidden === undefined) {
      it('says that a secret is forbidden, and goes on to answer others', async () => {
        expect(await failure(harness.forbidden)).toMatchObject({ kind: 'forbidden', transient: false })
        expect((await fetch()).fields.has('password')).toBe(true)
      })
    }

    for (const how of Object.keys(kinds) as Misbehaviour[]) {
      if (without[how] !== undefined) continue
      it(`throws one typed error where the backend is ${how}, without a secret in it at any depth`, async () => {
        await fetch()
        await harness.misbehave?.(how)
        const error = await failure()
        expect(error).toMatchObject({ kind: kinds[how], transient: true })
        if (how === 'throttled') expect(error.retryAfterMs).toBe(7_000)
      })
    }

    it('rejects with the reason of the signal, and asks nothing more', async () => {
      await fetch()
      if (without.silent === undefined) await harness.misbehave?.('silent')
      const aborting = new AbortController()
      const asked = harness.provider.fetch(parseReference(harness.reference), aborting.signal)
      const reason = new Error('no longer wanted')
      aborting.abort(reason)
      await expect(asked).rejects.toBe(reason)
    })

    it('rejects calls after its end', async () => {
      await harness.provider.close()
      await expect(fetch()).rejects.toThrow()
    })
  })
}

/** All that an error shows to whoever looks at it, to any depth. */
function everythingOf(error: Error): string {
  const own = (value: unknown, depth: number): string[] => {
    if (typeof value !== 'object' || value === null || depth > 6) return [String(value)]
    return Object.getOwnPropertyNames(value).flatMap(name =>
      own((value as Record<string, unknown>)[name], depth + 1),
    )
  }
  return [
    inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
    JSON.stringify(error),
    String(error.stack),
    ...own(error, 0),
  ].join('\n')
}
